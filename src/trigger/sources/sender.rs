//! Who sent a record, and so which records it may be. Whoever may put events on a bus chooses the source that stands around
//! them, but none that begins with `aws.`: AWS lets nobody else name one. What limits the others is the bus's rule, which
//! lets only some sources through.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html>

use super::lenient::At;

/// Whose records a reader reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Those of services of AWS.
    Amazons,
    /// OCSF, of any product.
    Ocsf,
    /// Okta's log.
    Okta,
    /// Microsoft Entra ID's.
    Entra,
    /// CloudAudit's.
    CloudAudit,
}

/// May an envelope that names this source hold a record of this family? An envelope without a source counts as no envelope.
pub(super) fn may_send(source: At<'_>, family: Family) -> bool {
    use Family::{Amazons, CloudAudit, Entra, Ocsf, Okta};
    if !source.is_there() {
        return true;
    }
    // As it stands: AWS refuses a source that begins so from others, and no other spelling of it.
    let exact = source.value().and_then(serde_json::Value::as_str).unwrap_or_default();
    let source = exact.trim().to_ascii_lowercase();
    let own: &[Family] = match source.as_str() {
        "entra" => &[Entra],
        "ocsf" => &[Ocsf],
        // A sender's own, so that nobody else writes in its name.
        _ if source.starts_with("ocsf.") => &[Ocsf],
        _ if source.starts_with("aws.partner/okta.com") => &[Okta],
        _ if source.starts_with("aws.partner/") => &[Ocsf],
        _ if exact.starts_with("aws.") => &[Amazons, Ocsf],
        _ if source.ends_with(".cloud.tencent") => &[CloudAudit],
        _ => &[Ocsf, Okta, Entra, CloudAudit],
    };
    own.contains(&family)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{read, sample};
    use super::super::{Said, testing};

    /// A record of each family, as it stands in an envelope.
    fn records() -> Vec<(&'static str, Value)> {
        let detail = |name: &str| sample(name)["detail"].clone();
        let mut settled = detail("ours_securityhub_imported_guardduty");
        settled["findings"][0]["Workflow"] = json!({ "Status": "RESOLVED" });
        vec![
            ("aws.", sample("cloudtrail_consolelogin_no_mfa")),
            ("aws.", detail("ours_guardduty_attack_sequence")),
            ("aws.", detail("eventbridge_awshealth_risk_credentials_exposed")),
            ("aws.", detail("ours_securityhub_imported_guardduty")),
            ("aws.", settled),
            ("ocsf", sample("ocsf_authentication_3002_cloudtrail")),
            ("okta", sample("okta_system_api_token_create")),
            ("okta", sample("unverified_okta_feedback_false_positive")),
            ("entra", sample("entra_graph_riskdetection")),
            ("tencent.cloudaudit", sample("unverified_cloudaudit_create_scim_credential")),
        ]
    }

    /// Of which family it is read, if of any.
    fn family(event: &Value) -> Option<String> {
        let said = read(event)?;
        let id = match &said[0] {
            Said::Incident(incident) => incident.id.clone(),
            Said::AllClear { incident, .. } => incident.clone(),
            Said::Changed(change) => change.incident.id.clone(),
            Said::Nothing(_) => return None,
        };
        Some(id.to_string())
    }

    #[test]
    fn an_envelope_holds_only_records_that_its_source_sends() {
        let amazons = ["aws.signin", "aws.guardduty"];
        let senders = [
            ("entra", &["entra"][..]),
            ("ocsf", &["ocsf"]),
            ("ocsf.an-edr", &["ocsf"]),
            ("organization.cloud.tencent", &["tencent.cloudaudit"]),
            ("aws.partner/okta.com/example/scim", &["okta"]),
            ("my.forwarder", &["ocsf", "okta", "entra", "tencent.cloudaudit"]),
            // None of Amazon's, although they look like it.
            (" aws.signin", &["ocsf"]),
            ("AWS.signin", &["ocsf"]),
        ];
        for (family_of, record) in records() {
            for (sender, sends) in senders {
                let around =
                    |detail: &Value| json!({ "source": sender, "detail-type": "GuardDuty Finding", "detail": detail });
                let inside = json!({ "source": amazons[0], "detail": record });
                for event in [around(&record), around(&json!({ "Records": [record] })), around(&inside)] {
                    let told = family(&event);
                    let may = sends.contains(&family_of) && (event["detail"] != inside || family_of == "ocsf");
                    let is = told.as_ref().is_some_and(|id| id.starts_with(family_of));
                    assert_eq!((is, told.is_some()), (may, may), "{told:?}: {event}");
                }
            }
            let amazons_own = family_of == "aws.";
            for source in amazons {
                let told = family(&json!({ "source": source, "detail": record }));
                assert!(told.is_none_or(|id| id.starts_with("aws.") || id.starts_with("ocsf:")), "{source}: {record}");
            }
            assert!(family(&record).is_some_and(|id| id.starts_with(family_of)), "bare: {record}");
            assert!(
                !amazons_own || family(&json!({ "Records": [{ "detail": record }] })).is_some(),
                "no source: {record}"
            );
        }
    }

    #[test]
    fn a_record_of_ocsf_writes_in_no_other_sources_name_whatever_product_and_id_it_names() {
        let finding = |product: &str, id: &str| {
            json!({
                "class_uid": 2004, "status_id": 4, "status": "Resolved", "metadata": { "product": { "name": product } },
                "finding_info": { "uid": id }, "Id": id, "id": id, "uuid": id, "eventID": id,
            })
        };
        let others = ["aws.guardduty", "aws.securityhub", "okta", "entra", "tencent.cloudaudit", "own", ""];
        let kinds = ["Findings Imported V2", "Security Hub Findings - Imported", "GuardDuty Finding", "SystemLog", "x"];
        for other in others {
            for (product, id) in
                [(other, "f-1"), ("", other), (other, "okta:f-1"), ("", "okta:f-1"), ("a/okta:b", other)]
            {
                let record = finding(product, &format!("{id}:f-1"));
                let senders = ["ocsf", "my.forwarder", "aws.partner/a-vendor", " aws.securityhub"];
                for (sender, kind) in senders.iter().flat_map(|sender| kinds.iter().map(move |kind| (sender, kind))) {
                    for detail in [record.clone(), json!({ "findings": [record] })] {
                        let event = json!({ "source": sender, "detail-type": kind, "detail": detail });
                        let id = family(&event).unwrap();
                        assert!(id.starts_with("ocsf:"), "{id}: {event}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_its_envelope_cannot_hold_is_told_so() {
        let event = json!({ "source": "ocsf", "detail": { "findings": [records()[4].1["findings"][0]] } });
        let why = "nothing: a record of Amazon's in an event whose source, \"ocsf\", sends none: it is not believed; forward \
                   each record in an event of its own source (see README, Deploy)";
        assert_eq!(testing::told(&event), why);
    }
}
