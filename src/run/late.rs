//! The late look: a minute after its writes a run looks once more, since lists may be stale and others act.
//!
//! It is taken whatever the first look showed. If no good key is left, and the write was hygiene's, it is taken back, also
//! while another execution holds the lease: until there is a good key nobody is provisioned.

use super::work::Work;
use crate::act::{Deed, Hands, Outcome};
use crate::clock::{Clock, Deadline};
use crate::cursor::Written;
use crate::decide::{decide, good_key_stays};
use crate::report::{self, About};
use crate::tencent::transport::Transport;
use crate::tencent::{Client, Writer};
use crate::zone::{Snapshot, Status};

/// Judges `zone`, a look just taken, if the late look is due. It is the last look afterwards.
pub(super) async fn judge<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    about: About<'_>,
    work: &mut Work,
    zone: &mut Snapshot,
    by: Deadline,
) -> Vec<Deed> {
    let now = client.clock().now();
    if work.record().look_at.is_none() || work.late_look_to_come(now).is_some() {
        return Vec::new();
    }
    let memory = work.remembered();
    let grounds = about.grounds(&memory);
    let mut deeds = Vec::new();
    for written in &work.record().written {
        let off = zone.credential(&written.credential).is_some_and(|key| key.status.is(Status::Disabled));
        let alone = !good_key_stays(zone, grounds, written.must_stay, now);
        let implicated = memory.implicated_by(&written.credential).next().is_some();
        if !off || !alone || implicated {
            continue;
        }
        if !written.undoable {
            deeds.push(stands(written, UNCLEAR));
        } else if memory.was_enabled_since_disabled(&written.credential) {
            deeds.push(stands(written, SOMEBODY_ELSES));
        } else if let Some(permit) = about.policy.permit() {
            let hands = Hands { writer: Writer::new(client, permit), grounds, write_by: by.0, by };
            deeds.push(hands.take_back(written, zone).await);
        }
    }
    let alarms = deeds.iter().filter_map(|deed| match &deed.outcome {
        Outcome::NoGoodKey { why } if !work.left_no_good_key(&deed.subject) => {
            let remedy = report::remedy(&decide(zone, grounds, now), &memory, &deed.subject);
            Some(report::no_good_key(about, &deed.subject, why, &remedy))
        }
        _ => None,
    });
    let alarms: Vec<_> = alarms.collect();
    work.owe(alarms);
    work.looked_late(&deeds, zone);
    deeds
}

/// We do not enable what we do not know to have disabled.
const UNCLEAR: &str =
    "whether this run switched it off, or whether it worked before, is unclear, so it is not switched on again";

/// Nor what somebody else has disabled since: it may be for an incident of which nothing is settled yet.
const SOMEBODY_ELSES: &str =
    "it has been seen on since this run switched it off, so somebody else did that again, and it is left off";

/// A key is off, no good one is left, and it stays off.
fn stands(written: &Written, why: &str) -> Deed {
    Deed::of_written(written, Outcome::NoGoodKey { why: why.to_owned() })
}
