//! Decides: what is wanted and what is there become a plan. Pure.

use crate::desired::Desired;
use crate::error::Error;
use crate::observe::Observed;
use crate::plan::Plan;

/// Decides what to do.
pub fn decide(_desired: &Desired, _observed: &Observed) -> Result<Plan, Error> {
    Err(Error::Cancelled)
}
