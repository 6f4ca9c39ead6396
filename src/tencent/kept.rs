//! What a process keeps of an account from one run to the next, for the sake of speed: it is lost with the process, and no
//! decision rests on it.

use std::cell::RefCell;

use super::pace::Pace;
use crate::zone::ZoneId;

/// One account's pace, and the zone that the cloud last named as its own.
#[derive(Debug, Default)]
pub struct Kept {
    pub(super) pace: RefCell<Pace>,
    pub(super) found: RefCell<Option<Found>>,
}

/// A zone that `DescribeIdentityCenter` named, and to whom: a zone is one account's, on one site.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) host: String,
    pub(super) secret_id: String,
    pub(super) zone: ZoneId,
}
