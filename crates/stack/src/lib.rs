//! A stack file as a typed graph: check it, plan it, show it, run it.
