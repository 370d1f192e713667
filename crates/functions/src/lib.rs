//! Sprig's and Helm's functions over template values, one file a family.
