//! Report mode: it says what would be done, and sends no write, whatever happens.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::Enabled;
use scim_key_lifecycle::simulator::{Action, Fault};
use serde_json::Value;

use crate::stage::{LIST, OLD, Played, Stage, key};

/// What was decided about every key, without what was done about it.
fn decisions(played: &Played) -> Vec<[Value; 5]> {
    let credentials = played.answer["report"]["credentials"].as_array().unwrap();
    credentials
        .iter()
        .map(|one| ["credential", "verdict", "rule", "why", "rules"].map(|field| one[field].clone()))
        .collect()
}

#[tokio::test]
async fn the_plan_is_the_same_in_both_modes_and_only_enforce_writes() {
    for make in [Stage::expired, Stage::aged] {
        let (reporting, enforcing) = (make().reporting(), make());
        let (report, enforce) = (reporting.play().await, enforcing.play().await);
        assert_eq!(decisions(&report), decisions(&enforce));
        assert_eq!((report.writes().len(), enforce.writes().len()), (0, 1));
        assert_eq!(reporting.statuses(), [Enabled, Enabled]);
        assert_eq!((report.outcome(OLD), enforce.outcome(OLD)), ("report_only", "disabled"));
        assert_eq!(report.answer["notices"][0]["topic"], "would_disable");
        assert_eq!(report.status(), enforce.status());
    }
}

#[tokio::test]
async fn no_fault_makes_report_mode_write() {
    let faults = [
        Fault::Throttle,
        Fault::Gateway(502),
        Fault::RefusedConnection,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Slow(Duration::from_secs(4)),
        Fault::Slow(Duration::from_secs(60)),
        Fault::Garbage,
        Fault::Instead("[]".to_owned()),
        Fault::StaleList(1),
        Fault::Code("UnauthorizedOperation".to_owned()),
        Fault::Code("InternalError".to_owned()),
        Fault::NoEffect,
    ];
    for fault in faults {
        for action in [Action::DescribeIdentityCenter, LIST] {
            let stage = Stage::expired().reporting();
            stage.simulator.inject(action, 1, fault.clone());
            let played = stage.play().await;
            assert_eq!((played.writes(), stage.statuses()), (vec![], [Enabled, Enabled]), "{action:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_warning_is_told_even_if_another_rule_is_held() {
    let rules = r#"{"id":"alone","on":"schedule","when":{"older_than":"90d"},"then":"disable"},
        {"id":"soon","on":"schedule","when":{"older_than":"30d"},"then":"warn"}"#;
    let stage = Stage::new(&[key(OLD, 200, 365)], &[OLD], rules);
    let played = stage.play().await;
    let notices = played.answer["notices"].as_array().unwrap();
    let told: Vec<_> = notices.iter().map(|notice| (&notice["topic"], &notice["rule"])).collect();
    assert_eq!(told, [(&"held".into(), &"alone".into()), (&"warning".into(), &"soon".into())]);
}
