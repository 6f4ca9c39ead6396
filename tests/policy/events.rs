//! Rules on events: which events ask them, whom those concern, and what a policy cannot say of either.

use scim_key_lifecycle::policy::Match;

use super::*;

/// A policy of two accounts whose rules differ in what these say.
fn policy(rules: &[Value]) -> Policy {
    let account =
        |name: &str| json!({"name": name, "site": "intl", "zone": "auto", "secret": format!("profile:{name}")});
    let rule = |(i, said): (usize, &Value)| {
        let mut rule = json!({"id": format!("r{i}"), "when": {"all": []}, "then": "disable"});
        rule.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        rule
    };
    let rules: Vec<Value> = rules.iter().enumerate().map(rule).collect();
    let accounts = [account("acme"), account("globex")];
    let document = json!({"version": 1, "mode": "report", "accounts": accounts, "rules": rules});
    parses(&document).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The rules that the event asks, each with the accounts that it concerns, or why it concerns none.
fn asked(policy: &Policy, event: &Value) -> Vec<String> {
    let told = |found: &Match<'_>| match &found.accounts {
        Ok(accounts) => accounts.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" "),
        Err(why) => why.clone(),
    };
    policy.rules().matching(event).iter().map(|found| format!("{}: {}", found.rule.id, told(found))).collect()
}

#[test]
fn an_event_asks_the_rules_whose_pattern_it_matches_each_for_its_accounts() {
    let guardduty = json!({"source": ["aws.guardduty"]});
    let policy = policy(&[
        json!({"on": guardduty, "account": "globex"}),
        json!({"on": "incident"}),
        json!({"on": "schedule"}),
        json!({"on": {"source": ["aws.signin"]}, "all_accounts": true}),
        json!({"on": guardduty, "all_accounts": true}),
    ]);
    assert_eq!(asked(&policy, &json!({"source": "aws.guardduty"})), ["r0: globex", "r4: acme globex"]);
    assert_eq!(asked(&policy, &json!({"source": "aws.signin"})), ["r3: acme globex"]);
    for event in [json!({"source": "aws.ec2"}), json!({}), json!([]), json!("aws.guardduty")] {
        assert_eq!(asked(&policy, &event), [] as [&str; 0], "{event}");
    }
}

#[test]
fn a_field_of_the_event_tells_the_account_and_any_other_value_concerns_nobody() {
    let map = json!({"111122223333": "acme", "444455556666": "globex", "7": "acme"});
    let on = json!({"source": ["aws.guardduty"]});
    let policy = policy(&[json!({"on": on, "account": {"field": "detail.accountId", "map": map}})]);
    let of = |detail: Value| asked(&policy, &json!({"source": "aws.guardduty", "detail": detail})).remove(0);
    for (id, account) in [
        (json!("111122223333"), "acme"),
        (json!("444455556666"), "globex"),
        (json!(444_455_556_666_u64), "globex"),
        (json!(["1", "7", "111122223333"]), "acme"),
        (json!(["444455556666", ["111122223333"]]), "globex acme"),
    ] {
        assert_eq!(of(json!({"accountId": id})), format!("r0: {account}"), "{id}");
    }
    assert_eq!(of(json!([{"accountId": "1"}, {"accountId": "7"}])), "r0: acme");
    let nothing = "r0: the event has no detail.accountId, and the rule's account is found by it";
    for detail in
        [json!({}), json!({"accountId": null}), json!({"accountId": []}), json!({"accountid": "7"}), json!("7")]
    {
        assert_eq!(of(detail.clone()), nothing, "{detail}");
    }
    let unknown = r#"r0: the event's detail.accountId is "acme", and the rule's map has no entry for it"#;
    assert_eq!(of(json!({"accountId": "acme"})), unknown);
    let hostile = of(json!({"accountId": format!("\n\u{202e}{}", "x".repeat(500))}));
    assert!(hostile.chars().count() < 200 && !hostile.contains(['\n', '\u{202e}']), "{hostile}");
}

#[test]
fn a_policy_of_one_account_need_not_name_it() {
    let policy = Policy::parse(&fixture("good/events.json")).unwrap();
    let event = json!({"source": "aws.partner/okta.com/acme/scim", "type": "cam:CloudEvent:ApiCall"});
    assert_eq!(asked(&policy, &event), ["one-account: x", "all-accounts: x"]);
    let mut document: Value = serde_json::from_slice(&fixture("good/events.json")).unwrap();
    document["rules"][1].as_object_mut().unwrap().remove("account");
    assert_eq!(asked(&parses(&document).unwrap(), &event), ["one-account: x", "all-accounts: x"]);
}

#[test]
fn outsiders_trigger_nothing_unless_the_rule_says_so() {
    let policy = Policy::parse(&fixture("good/events.json")).unwrap();
    let may = policy.rules().rules.iter().map(|rule| rule.on.event().unwrap().outsider_may_trigger);
    assert_eq!(may.collect::<Vec<_>>(), [true, false, false]);
}

/// The samples of events that the presets' rules are about.
#[test]
fn the_preset_for_containment_is_asked_by_real_events() {
    let (text, _) = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/contain.json"));
    let preset = Policy::parse(&text).unwrap();
    let sample = |name: &str| read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/events").join(name)).1;
    for (name, rules) in [
        ("eventbridge_guardduty_iamuser_toripcaller.json", &["stolen-aws-credential: main"][..]),
        ("ours_guardduty_attack_sequence.json", &["stolen-aws-credential: main"]),
        ("eventbridge_console_signin_failure.json", &[]),
        ("unverified_okta_eventbridge_risk.json", &["okta-account-taken: main"]),
        ("unverified_cloudaudit_create_scim_credential.json", &["new-key: main"]),
        ("tencent_eventbridge_cloudaudit_SHAPE_ONLY.json", &[]),
    ] {
        assert_eq!(asked(&preset, &sample(name)), rules, "{name}");
    }
    // As some shippers write Okta's.
    let risk = sample("unverified_okta_eventbridge_risk.json").to_string();
    let lower = risk.replace("\"eventType\"", "\"eventtype\"").replace("\"debugContext\"", "\"debugcontext\"");
    assert_eq!(asked(&preset, &serde_json::from_str(&lower).unwrap()), ["okta-account-taken: main"]);
}

#[test]
fn the_preset_for_containment_is_explained() {
    let preset = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/contain.json")).unwrap();
    insta::assert_snapshot!(explained(&preset), @r#"
    Mode report: it writes nothing. The rules below tell what enforce would do.

    Accounts
      main: international site; its zone is looked up; the API secret comes from the process environment.

    Times
      The cloud names no time zone. Its times are read at +08:00 and at +00:00: a rule acts only if it holds under each.
      An event of others that is older than 1h when it comes in (max_event_age) is not acted on; this tool's own incident has no greatest age.

    Keys that the policy vouches for
      None. So under `successor` vouched no key counts as the one that stays on.

    Rules
      reported: on an incident, disables a key that is implicated by an incident, at once, without a warning.
        - A key that it selects and that the incident names goes off even if no good key stays on, which stops provisioning for the whole company.
      new-key: on an event in which source ends with ".cloud.tencent" and ((data.eventName is "CreateSCIMCredential" or is "UpdateSCIMCredentialStatus"), or data is there, or (detail.data.eventName is "CreateSCIMCredential" or is "UpdateSCIMCredentialStatus"), or detail.data is there, or (detail.eventName is "CreateSCIMCredential" or is "UpdateSCIMCredentialStatus"), or (detail.EventName is "CreateSCIMCredential" or is "UpdateSCIMCredentialStatus")), disables a key that is implicated by an incident, at once, without a warning.
        - It concerns account main, whatever the event says.
        - For what an outsider can cause at will, such as a sign-in that failed, it disables nothing.
        - A key that it selects and that the incident names goes off even if no good key stays on, which stops provisioning for the whole company.
      okta-account-taken: on an event in which (detail.eventType is "user.account.report_suspicious_activity_by_enduser", or detail.eventtype is "user.account.report_suspicious_activity_by_enduser", or (detail.debugContext.debugData.Risk looks like "*, level=HIGH*" or begins with "{level=HIGH") and detail.eventType is "user.risk.detect", or (detail.debugcontext.debugData.Risk looks like "*, level=HIGH*" or begins with "{level=HIGH") and detail.eventtype is "user.risk.detect") and source begins with "aws.partner/okta.com/", disables a key that was created no earlier than 2h before the incident, at once, without a warning.
        - It concerns account main, whatever the event says.
        - For what an outsider can cause at will, such as a sign-in that failed, it disables nothing.
        - It switches off no working key before `known` names the one that stays on: keep_one holds it.
      stolen-aws-credential: on an event in which detail.severity is at least 4 and (detail.type begins with "UnauthorizedAccess:IAMUser/" or begins with "CredentialAccess:IAMUser/" or begins with "AttackSequence:IAM/") and source is "aws.guardduty", disables a key that was created no earlier than 2h before the incident, at once, without a warning.
        - It concerns account main, whatever the event says.
        - For what an outsider can cause at will, such as a sign-in that failed, it disables nothing.
        - It switches off no working key before `known` names the one that stays on: keep_one holds it.
        - created_since_incident counts back from the last sign that a finding tells of. Of one that went on for longer before it came, a key that was created at its beginning stays on.

    From run to run
      All this holds under the loop, which keeps the memory. A run without it knows of earlier ones nothing, or what the cursor in its event tells.
      A key that an incident implicates and that is found enabled again is disabled again up to 3 times, with an alarm each; after that there are only alarms (hold_ground).

    Protected keys
      None.
    "#);
}

#[test]
fn a_rule_on_events_is_explained() {
    let explained = explained(&fixture("good/events.json"));
    let rules = explained.split("\nRules\n").nth(1).unwrap().split("\nFrom run").next().unwrap();
    insta::assert_snapshot!(rules, @r#"
    every-operator: on an event in which (detail.ip is an address in 10.0.0.0/24 or is an address in 2001:db8::/32) and (detail.kind is nothing that begins with "a" or begins with "b" or is nothing that is "y" in any case) and (detail.path is nothing that looks like "*/lib/*" or is "z" in any case) and (detail.sample is false or is absent) and (detail.severity is more than -1 and at most 5 or is 8.5 or is anything but 1 or 2 or is 7) and (detail.state is anything but "archived" or is anything but "a" or "b" or is nothing that ends with "x") and (detail.type begins with "unauthorizedaccess" in any case or looks like "*:IAMUser/*") and (detail.user is there or is null or is true) and (source is "aws.guardduty" or begins with "aws." or ends with "tencent" in any case) and (region is "eu-west-1", or account is "111122223333" and version is "0"), disables a key that was created no earlier than 2h before the incident, at once, without a warning.
      - It concerns the account that the event's detail.accountId stands for (of 2 that the rule lists: x). An event with another value there concerns none.
      - outsider_may_trigger: whoever can cause such an event, and where a sign-in fails or a password is guessed that is anybody, can have the keys that it selects switched off, and again after every restore. That is a denial of service: only keep_one, and what protects a key, stands in their way.
      - A key that it selects and that the incident names goes off even if no good key stays on, which stops provisioning for the whole company.
      - Of the keys that the incident does not name it switches off no working one before `known` names the one that stays on: keep_one holds it.
      - created_since_incident counts back from the last sign that a finding tells of. Of one that went on for longer before it came, a key that was created at its beginning stays on.
    one-account: on an event in which source begins with "aws.partner/okta.com/", disables a key that was created no earlier than 1d before the incident and is Enabled, at once, without a warning.
      - It concerns account x, whatever the event says.
      - For what an outsider can cause at will, such as a sign-in that failed, it disables nothing.
      - It switches off no working key before `known` names the one that stays on: keep_one holds it.
    all-accounts: on an event in which type ends with ":CloudEvent:ApiCall", disables a key that is implicated by an incident, at once, without a warning.
      - It concerns every account of the policy: x.
      - For what an outsider can cause at will, such as a sign-in that failed, it disables nothing.
      - A key that it selects and that the incident names goes off even if no good key stays on, which stops provisioning for the whole company.
    "#);
}

/// Texts that have the shape, and texts that do not, for one place in the first rule of `events.json`.
#[test]
fn the_parser_and_the_schema_agree_on_the_shape_of_texts_in_patterns() {
    let schema = schema();
    let document: Value = serde_json::from_slice(&fixture("good/events.json")).unwrap();
    let wildcards: (&[&str], &[&str]) =
        (&["", "*", "a*b*", r"\*", r"\\*", r"*\**", "é"], &["**", "a**", r"\", r"\a", r"a\**\", r"*\\**"]);
    let networks: (&[&str], &[&str]) = (
        &["0.0.0.0/0", "10.0.0.1/32", "::/0", "::1/128"],
        &["", "/8", "10.0.0.0", "10.0.0.0/", "10.0.0.0/1234", "a b/8"],
    );
    let fields: (&[&str], &[&str]) = (&["a", "a.b", "é.b c"], &["", ".", "a.", ".a", "a..b", "a\nb", &"a".repeat(201)]);
    for (place, (right, wrong)) in [
        ("/rules/0/on/detail/type/1/wildcard", wildcards),
        ("/rules/0/on/detail/ip/0/cidr", networks),
        ("/rules/0/account/field", fields),
    ] {
        for (text, expected) in right.iter().map(|text| (text, true)).chain(wrong.iter().map(|text| (text, false))) {
            let mut copy = document.clone();
            *copy.pointer_mut(place).unwrap() = json!(text);
            assert_eq!(parses(&copy).is_ok(), expected, "{place} {text:?}");
            assert_eq!(schema.is_valid(&copy), expected, "{place} {text:?}, says the schema");
        }
    }
}

#[test]
fn what_is_wrong_with_a_pattern_is_told_by_the_place() {
    insta::assert_snapshot!(problems("bad/patterns.json"), @r#"
    $.vouchers[0]: this does not have the right shape
      found: "10 0"
      remedy: write 1 to 200 visible ASCII characters, as in 100000000001
    $.vouchers[1]: this must be a text
      found: 7
      remedy: write, in quotation marks, 1 to 200 visible ASCII characters, as in 100000000001
    $.rules[0].on: this pattern asks for nothing
      remedy: name a field in it, as in {"source": ["aws.guardduty"]}
    $.rules[1].on.detail: this pattern asks for nothing
      remedy: name a field in it, as in {"source": ["aws.guardduty"]}
    $.rules[1].on["detail.type"]: a dot in a key may mean a field inside another, or be a part of its name
      remedy: write fields inside each other, as in {"detail": {"type": …}}; or for a name with dots in it "detail\\.type"
    $.rules[1].on.id: no value matches an empty list
      found: []
      remedy: list a value in it, or take the field out
    $.rules[1].on.list[0]: a list does not stand in a list of values
      found: a list
      remedy: write the values in one list
    $.rules[1].on.none[0]: this comparison has 0 words, and needs one
      remedy: write one operator in each entry of the list: any of them is enough
    $.rules[1].on.regexp[0].regexp: this version knows no such word in a comparison
      remedy: take it out; the words here are prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, cidr, exists
    $.rules[1].on.source: a field of a pattern is a list of values, or an object
      found: "aws.guardduty"
      remedy: write the value in a list, as in ["aws.guardduty"]
    $.rules[1].on.two[0]: this comparison has 2 words, and needs one
      remedy: write one operator in each entry of the list: any of them is enough
    $.rules[1].on.word[0].sufix: this version knows no such word in a comparison
      remedy: did you mean `suffix`?
    $.rules[2].on.a[0].prefix: this does not belong here
      found: 7
      remedy: write it as in "prefix": "UnauthorizedAccess"
    $.rules[2].on.a[1].suffix: this does not belong here
      found: an object
      remedy: write it as in "suffix": ".cloud.tencent"
    $.rules[2].on.a[2].equals-ignore-case: this does not belong here
      found: a list
      remedy: write it as in "equals-ignore-case": "failure"
    $.rules[2].on.a[3].exists: this does not belong here
      found: "yes"
      remedy: write it as in "exists": true
    $.rules[2].on.b[0].wildcard: this does not have the right shape
      found: "a**b"
      remedy: write a text in which no two * stand side by side, and \ only before * or \
    $.rules[2].on.b[1].wildcard: this does not have the right shape
      found: "a\\b"
      remedy: write a text in which no two * stand side by side, and \ only before * or \
    $.rules[2].on.b[2].wildcard: this does not have the right shape
      found: "a\\"
      remedy: write a text in which no two * stand side by side, and \ only before * or \
    $.rules[2].on.b[3].cidr: this does not have the right shape
      found: "10.0.0.0"
      remedy: write an address and how many of its bits count, as in 10.0.0.0/24
    $.rules[2].on.c[0].anything-but: this does not belong here
      found: null
      remedy: write it as in "anything-but": ["stopped", "overloaded"]
    $.rules[2].on.c[1].anything-but: this does not belong here
      found: []
      remedy: write it as in "anything-but": ["stopped", "overloaded"]
    $.rules[2].on.c[2].anything-but: this does not belong here
      found: a list
      remedy: write it as in "anything-but": ["stopped", "overloaded"]
    $.rules[2].on.c[3].anything-but: this does not belong here
      found: a list
      remedy: write it as in "anything-but": ["stopped", "overloaded"]
    $.rules[2].on.d[0].anything-but: this does not belong here
      found: an object
      remedy: write it as in "anything-but": ["stopped", "overloaded"]
    $.rules[2].on.d[1].anything-but.prefix: this does not belong here
      found: ""
      remedy: write it as in "prefix": "UnauthorizedAccess"
    $.rules[2].on.d[2].anything-but.suffix: this does not belong here
      found: a list
      remedy: write it as in "suffix": ".cloud.tencent"
    $.rules[2].on.d[3].anything-but.wildcard: this does not have the right shape
      found: "**"
      remedy: write a text in which no two * stand side by side, and \ only before * or \
    $.rules[2].on.d[4].anything-but: this does not belong here
      found: an object
      remedy: write it as in "anything-but": ["stopped", "overloaded"]
    $.rules[2].on.e[0].numeric: this does not belong here
      found: []
      remedy: write it as in "numeric": [">", 0, "<=", 5]
    $.rules[2].on.e[1].numeric: this does not belong here
      found: a list
      remedy: write it as in "numeric": [">", 0, "<=", 5]
    $.rules[2].on.e[2].numeric: this does not belong here
      found: a list
      remedy: write it as in "numeric": [">", 0, "<=", 5]
    $.rules[2].on.e[3].numeric: this does not belong here
      found: a list
      remedy: write it as in "numeric": [">", 0, "<=", 5]
    $.rules[2].on.f[0].numeric: this does not belong here
      found: a list
      remedy: write it as in "numeric": [">", 0, "<=", 5]
    $.rules[2].on.f[1].numeric: EventBridge compares numbers from -5000000000 to 5000000000
      found: 5000000001
      remedy: write one of these
    $.rules[2].on.f[2].cidr: this does not have the right shape
      found: "10.0.0.0/33"
      remedy: write an address and how many of its bits count, as in 10.0.0.0/24
    $.rules[2].on.f[3].cidr: this does not have the right shape
      found: "x/8"
      remedy: write an address and how many of its bits count, as in 10.0.0.0/24
    $.rules[3].on.b["$or"][0]: an alternative is an object
      found: a list
      remedy: write it as in "$or": [{"a": [1]}, {"b": [2]}]
    $.rules[3].on.b["$or"][1].c: a field of a pattern is a list of values, or an object
      found: "x"
      remedy: write the value in a list, as in ["aws.guardduty"]
    $.rules[3].on.detail["$or"]: $or is a list of at least two objects
      found: an object
      remedy: write it as in "$or": [{"a": [1]}, {"b": [2]}]
    $.rules[3].on["$or"]: $or is a list of at least two objects
      found: a list
      remedy: write it as in "$or": [{"a": [1]}, {"b": [2]}]
    $.rules[4].account: this does not belong here
      found: a list
      remedy: write an account's name, or how a field of the event tells it, as in {"field": "detail.accountId", "map": {"111122223333": "main"}}
    $.rules[5].account.map: this is missing, and a rule's way to an account must have it
      remedy: write it as in "map": {"111122223333": "main"}
    $.rules[5].account.field: this does not have the right shape
      found: "a..b"
      remedy: write the keys that lead to it, with dots between them, as in detail.accountId
    $.rules[6].account.else: this version knows no such word in a rule's way to an account
      remedy: take it out; the words here are field, map
    $.rules[6].account.map.1: this must be the name of an account
      found: 7
      remedy: write one that stands under accounts: acme
    $.rules[7].account.map: 0 entries stand here
      remedy: write at least 1 and at most 200
    "#);
}

#[test]
fn what_a_rule_on_events_cannot_say_is_told_with_what_to_write_instead() {
    insta::assert_snapshot!(problems("inconsistent/events.json"), @r#"
    $.rules[0].then: a rule on incidents or events contains, so it disables
      found: "warn"
      remedy: write "disable": in mode report that only says what would be done
    $.rules[1].warn_before: a containment does not wait: meanwhile whoever holds the key could use it
      remedy: take it out, or write "on": "schedule"
    $.rules[2].account: the policy has several accounts, and the rule does not say which of them an event concerns
      remedy: write an account's name, or how a field of the event tells it, as in {"field": "detail.accountId", "map": {"111122223333": "main"}}; or say "all_accounts": true. The accounts: acme, globex
    $.rules[3].account: the policy has no account of this name
      found: "initech"
      remedy: write one that stands under accounts: acme, globex
    $.rules[4].account.map.2: the policy has no account of this name
      found: "Acme"
      remedy: write one that stands under accounts: acme, globex
    $.rules[5].account: the rule says all_accounts, and names some as well
      remedy: take one of the two out
    $.rules[6].when.any[1].not.implicated: no event that this pattern matches names a key: of AWS's own and Okta's (source aws.…), Entra ID's (entra) and OCSF's (ocsf, ocsf.…) none does, only those of Tencent's CloudAudit and this tool's own
      remedy: select keys as {"created_since_incident": "2h"} does, or match "source": [{"suffix": ".cloud.tencent"}]
    $.rules[7].when.created_since_incident: only a rule on incidents or events asks this: on a schedule there is no incident
      remedy: write "on": "incident" or an event pattern, or take it out
    $.rules[7].account: only a rule on events says this: a schedule and an incident name their own account
      remedy: take it out, or write an event pattern under "on"
    $.rules[7].all_accounts: only a rule on events says this: a schedule and an incident name their own account
      remedy: take it out, or write an event pattern under "on"
    $.rules[8].outsider_may_trigger: only a rule on events says this: a schedule and an incident name their own account
      remedy: take it out, or write an event pattern under "on"
    $.rules[9].on.detail["$or"][1]: "type" is asked for in this alternative, and beside $or as well
      remedy: ask for it in one of the two places
    $.rules[9].on.ip[0].cidr: the address is not the first of its network, and EventBridge would begin at it
      found: "10.0.0.5/24"
      remedy: write 10.0.0.0/24
    $.rules[9].on.ip[1].cidr: the address is not the first of its network, and EventBridge would begin at it
      found: "2001:db8::1/32"
      remedy: write 2001:db8::/32
    $.rules[9].on.severity[0].numeric: 5 is not below 5
      remedy: write the lower bound first, and a higher one after it
    $.rules[9].on.severity[1].numeric: 7 is not below 2
      remedy: write the lower bound first, and a higher one after it
    $.rules[10].when.implicated: no event that this pattern matches names a key: of AWS's own and Okta's (source aws.…), Entra ID's (entra) and OCSF's (ocsf, ocsf.…) none does, only those of Tencent's CloudAudit and this tool's own
      remedy: select keys as {"created_since_incident": "2h"} does, or match "source": [{"suffix": ".cloud.tencent"}]
    "#);
}
