//! Reads the guards of the document: what holds rules back, beyond the guards that always stand.

use serde_json::Value;

use super::check::{column, each};
use super::document::{GuardsDocument, ProtectionDocument};
use super::problems::Problems;
use super::{Protection, Span, island, shape};
use crate::json::member;
use crate::zone::CredentialId;

/// The most times that a key may be disabled again.
const MAX_HOLD_GROUND: u32 = 100;
/// What to write where another number of times stands.
pub(super) const HOLD_GROUND_REMEDY: &str = "write a whole number from 0 to 100";

/// The guards, as [`super::Rules`] has them.
pub(super) struct Guards {
    pub protect: Vec<Protection>,
    pub max_event_age: Span,
    pub max_gap: Span,
    pub hold_after_reenable: Span,
    pub hold_ground: u32,
}

/// Reads them at `path`.
pub(super) fn read(path: &str, value: &Value, found: &mut Problems) -> Option<Guards> {
    let guards: GuardsDocument = island::read(path, value, found)?;
    let protect = protections(&member(path, "protect"), &guards.protect, found);
    let mut span = |field, text| found.shaped(&member(path, field), text, Span::SHAPE, Span::parse);
    let max_event_age = span("max_event_age", &guards.max_event_age);
    let max_gap = span("max_gap", &guards.max_gap);
    let hold_after_reenable = span("hold_after_reenable", &guards.hold_after_reenable);
    let hold_ground = guards.hold_ground;
    if hold_ground > MAX_HOLD_GROUND {
        found.add(&member(path, "hold_ground"), &hold_ground.into(), "this is too often", HOLD_GROUND_REMEDY);
    }
    Some(Guards {
        protect,
        max_event_age: max_event_age?,
        max_gap: max_gap?,
        hold_after_reenable: hold_after_reenable?,
        hold_ground,
    })
}

fn protections(path: &str, items: &[Value], found: &mut Problems) -> Vec<Protection> {
    let protections = each(path, items, 0..=100, found, protection);
    found.distinct(column(path, items, "credential"));
    protections
}

fn protection(path: &str, value: &Value, found: &mut Problems) -> Option<Protection> {
    let protection: ProtectionDocument = island::read(path, value, found)?;
    let credential =
        found.shaped(&member(path, "credential"), &protection.credential, CredentialId::SHAPE, shape::credential);
    let reason = found.shaped(&member(path, "reason"), &protection.reason, shape::LINE, shape::line);
    let until = found.shaped(&member(path, "until"), &protection.until, shape::DAY, shape::day);
    Some(Protection { credential: credential?, reason: reason?, until: until? })
}
