//! Says of a rule on events whom it concerns, and what those can do with it who can cause such events.

use crate::policy::event::Whom;
use crate::policy::{EventRule, Guard, Measure, Rule};
use crate::zone::AccountName;

/// What follows from when it is asked, in a line each.
pub(super) fn consequences(event: &EventRule, rule: &Rule) -> Vec<String> {
    event.pattern.unread().into_iter().chain([whom(&event.whom), outsiders(event, rule)]).collect()
}

fn whom(whom: &Whom) -> String {
    match whom {
        Whom::One(account) => format!("It concerns account {account}, whatever the event says."),
        Whom::All(accounts) => format!("It concerns every account of the policy: {}.", list(accounts.iter())),
        Whom::ByField { field, map } => format!(
            "It concerns the account that the event's {} stands for (of {} that the rule lists: {}). An event with \
             another value there concerns none.",
            field.join("."),
            map.len(),
            list(map.values())
        ),
    }
}

fn list<'a>(accounts: impl Iterator<Item = &'a AccountName>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for account in accounts.map(AccountName::as_str) {
        if !names.contains(&account) {
            names.push(account);
        }
    }
    names.join(", ")
}

/// What somebody can do with it who is nobody here.
fn outsiders(event: &EventRule, rule: &Rule) -> String {
    if event.outsider_may_trigger {
        let last = if rule.waives.contains(&Guard::KeepOne) {
            "since it waives keep_one, they can stop provisioning for the whole company"
        } else {
            "only keep_one, and what protects a key, stands in their way"
        };
        let off = if rule.then == Measure::DisableSync { "SCIM synchronisation" } else { "the keys that it selects" };
        return format!(
            "outsider_may_trigger: whoever can cause such an event, and where a sign-in fails or a password is guessed \
             that is anybody, can have {off} switched off, and again after every restore. That is a \
             denial of service: {last}."
        );
    }
    if event.pattern.is_anybodys() {
        "Anybody can cause what its pattern asks for. So it disables nothing without `outsider_may_trigger`, unless the \
         event itself shows that whoever caused it was authenticated, or that a person has confirmed it.".to_owned()
    } else {
        "For what an outsider can cause at will, such as a sign-in that failed, it disables nothing.".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::policy::Policy;
    use crate::time::Timestamp;

    /// What is said of a rule on such events, in a policy of two accounts.
    fn said(on: &Value, more: &Value) -> String {
        let account =
            |name: &str| json!({"name": name, "site": "intl", "zone": "auto", "secret": format!("profile:{name}")});
        let mut rule = json!({"id": "r", "on": on, "when": {"created_since_incident": "2h"}, "then": "disable"});
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let accounts = [account("acme"), account("globex")];
        let policy = json!({"version": 1, "mode": "report", "accounts": accounts, "rules": [rule]});
        let policy = Policy::parse(policy.to_string().as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"));
        policy.explain(Timestamp::from_unix_seconds(0))
    }

    #[test]
    fn whom_it_concerns_is_said() {
        let on = json!({"source": ["aws.guardduty"]});
        let of = |more: Value| said(&on, &more);
        assert!(of(json!({"account": "globex"})).contains("It concerns account globex, whatever"));
        assert!(of(json!({"all_accounts": true})).contains("every account of the policy: acme, globex."));
        let map = json!({"account": {"field": "detail.accountId", "map": {"1": "acme", "2": "globex", "3": "acme"}}});
        let said = of(map);
        assert!(
            said.contains("the event's detail.accountId stands for (of 3 that the rule lists: acme, globex)"),
            "{said}"
        );
        assert!(said.contains("another value there concerns none"), "{said}");
    }

    #[test]
    fn a_pattern_that_asks_only_for_what_anybody_can_cause_is_told_so() {
        let acme = json!({"account": "acme"});
        let nothing = "So it disables nothing without `outsider_may_trigger`";
        for detail in [
            json!({"type": [{"prefix": "UnauthorizedAccess:EC2/"}, "Recon:EC2/PortProbeUnprotectedPort"]}),
            json!({"responseElements": {"ConsoleLogin": ["Failure"]}}),
            json!({"eventType": [{"prefix": "security.threat."}, "user.account.lock"]}),
            json!({"eventType": ["user.session.start"], "outcome": {"result": ["FAILURE"]}}),
            json!({"riskEventType": ["passwordSpray"]}),
            json!({"$or": [{"eventType": ["user.account.lock"]}, {"eventType": ["security.attack.start"]}]}),
        ] {
            let said = said(&json!({ "detail": detail }), &acme);
            assert!(said.contains(nothing), "{detail}: {said}");
        }
        for detail in [
            json!({"type": [{"prefix": "UnauthorizedAccess:EC2/"}, {"prefix": "UnauthorizedAccess:IAMUser/"}]}),
            json!({"type": [{"prefix": "UnauthorizedAccess"}]}),
            json!({"type": [{"suffix": ":EC2/x"}, {"exists": false}]}),
            json!({"$or": [{"eventType": ["user.account.lock"]}, {"eventType": ["system.api_token.create"]}]}),
            json!({"severity": [{"numeric": [">=", 7]}]}),
        ] {
            let said = said(&json!({ "detail": detail }), &acme);
            assert!(
                !said.contains(nothing) && said.contains("at will, such as a sign-in that failed"),
                "{detail}: {said}"
            );
        }
    }

    #[test]
    fn what_a_pattern_asks_for_of_which_nothing_is_read_is_told_with_what_is() {
        let acme = json!({"account": "acme"});
        let of_source = |on: Value| said(&on, &acme).matches("Nothing is read whose source").count();
        let of_kind = |on: Value| said(&on, &acme).matches("nothing is read whose detail-type").count();
        let iam = said(&json!({"source": ["aws.iam"], "detail-type": ["AWS API Call via CloudTrail"]}), &acme);
        assert!(
            iam.contains("Nothing is read whose source is \"aws.iam\". Write one of those that are: aws.guardduty, ")
        );
        assert_eq!(
            of_source(json!({"source": ["aws.guardduty", "aws.ec2", {"prefix": "aws.s"}, {"prefix": "aws.e"}]})),
            2
        );
        for read in [
            json!({"source": ["aws.sso"]}),
            json!({"source": [{"prefix": "aws."}]}),
            json!({"source": [{"prefix": "aws"}]}),
            json!({"source": [{"wildcard": "aws.*"}]}),
            json!({"source": [{"prefix": "aws.partner/okta.com/"}, "aws.partner/a-vendor/x"]}),
            json!({"source": [{"anything-but": ["aws.ec2"]}]}),
            json!({"source": ["entra", "my.forwarder", {"suffix": ".cloud.tencent"}]}),
            json!({"detail-type": ["AWS API Call via CloudTrail"]}),
        ] {
            assert_eq!(of_source(read.clone()) + of_kind(read.clone()), 0, "{read}");
        }
        let insights = "Security Hub Insight Results";
        for (on, count) in [
            (json!({"source": ["aws.securityhub"], "detail-type": [insights]}), 1),
            (json!({"source": ["aws.securityhub"], "$or": [{"detail-type": [insights]}, {"detail-type": ["x"]}]}), 2),
            (json!({"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding", {"prefix": "GuardDuty M"}]}), 1),
            (json!({"source": ["aws.guardduty", "aws.health"], "detail-type": ["AWS Health Event"]}), 0),
            (json!({"source": ["aws.guardduty", "aws.signin"], "detail-type": ["x"]}), 0),
            (json!({"source": ["aws.guardduty", "ocsf"], "detail-type": ["x"]}), 0),
        ] {
            assert_eq!(of_kind(on.clone()), count, "{on}");
        }
    }

    #[test]
    fn the_denial_of_service_that_a_rule_allows_is_spelled_out() {
        let on = json!({"detail": {"responseElements": {"ConsoleLogin": ["Failure"]}}});
        let mut more = json!({"account": "acme", "outsider_may_trigger": true});
        let held = said(&on, &more);
        assert!(held.contains("that is anybody, can have the keys that it selects switched off"), "{held}");
        assert!(held.contains("That is a denial of service: only keep_one"), "{held}");
        more["waives"] = json!(["keep_one"]);
        let all = said(&on, &more);
        assert!(all.contains("denial of service: since it waives keep_one, they can stop provisioning"), "{all}");
    }
}
