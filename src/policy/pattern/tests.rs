//! Patterns against EventBridge's own documented examples, and where they differ from it.

use serde_json::{Value, json};

use super::Pattern;
use super::operators::OPERATORS;
use super::read::read;
use crate::policy::problems::Problems;

mod properties;

fn pattern(document: &Value) -> Pattern {
    let mut found = Problems::default();
    let pattern = read("$", document.as_object().unwrap(), &mut found);
    let problems = found.into_problems();
    assert!(problems.is_empty(), "{document}: {problems:?}");
    pattern.unwrap()
}

/// The pattern matches each of the first events and none of the others.
fn matches<const N: usize, const M: usize>(document: Value, right: [Value; N], wrong: [Value; M]) {
    let pattern = pattern(&document);
    for (events, expected) in [(right.as_slice(), true), (wrong.as_slice(), false)] {
        for event in events {
            assert_eq!(pattern.matches(event), expected, "{document} {event}");
        }
    }
}

/// The same for what stands at `detail.state`.
fn state<const N: usize, const M: usize>(list: Value, right: [Value; N], wrong: [Value; M]) {
    let event = |state: Value| json!({ "detail": { "state": state } });
    matches(json!({ "detail": { "state": list } }), right.map(event), wrong.map(event));
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>
#[test]
fn values_are_matched_field_by_field_and_other_fields_are_ignored() {
    let event = json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2", "account": "111122223333", "time": "2017-12-22T18:43:48Z", "region": "us-west-1",
        "resources": ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"],
        "detail": { "instance-id": "i-1234567890abcdef0", "state": "terminated" }
    });
    let documented = json!({
        "source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"], "detail": { "state": ["terminated"] }
    });
    matches(documented, [event.clone()], [json!({ "source": "aws.ec2" })]);
    let mut running = event;
    running["detail"]["state"] = json!("running");
    let either = json!({ "detail": { "state": ["initializing", "running"] } });
    matches(either, [running.clone()], [json!({ "detail": { "State": "running" } }), json!({ "detail": "running" })]);
    matches(json!({ "source": ["aws.s3"], "detail": { "state": ["running"] } }), [], [running]);
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-arrays.html>
#[test]
fn of_a_list_one_value_is_enough() {
    let wanted = json!({ "resources": ["arn:one", "arn:two"] });
    matches(
        wanted,
        [json!({ "resources": ["arn:x", "arn:two"] }), json!({ "resources": [["arn:one"]] })],
        [json!({ "resources": ["arn:x"] }), json!({ "resources": [] }), json!({ "resources": { "arn": "arn:one" } })],
    );
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-null-values.html>
#[test]
fn nothing_is_not_the_empty_text() {
    state(json!([""]), [json!("")], [json!(null), json!([]), json!({})]);
    state(json!([null]), [json!(null)], [json!(""), json!("null"), json!(0), json!(false), json!([])]);
    state(json!([true]), [json!(true)], [json!("true"), json!(1), json!(false)]);
}

#[test]
fn beginnings_and_ends_of_texts_are_matched() {
    state(json!([{ "prefix": "2017-10-02" }]), [json!("2017-10-02T18:43:48Z")], [json!("2017-10-0"), json!(2017)]);
    state(
        json!([{ "suffix": ".png" }]),
        [json!("a.png"), json!(".png")],
        [json!("a.png "), json!("a.PNG"), json!(null)],
    );
    state(
        json!([{ "prefix": { "equals-ignore-case": "EventB" } }]),
        [json!("eventbridge"), json!("EVENTB")],
        [json!("event")],
    );
    state(json!([{ "suffix": { "equals-ignore-case": ".pNg" } }]), [json!("a.PNG"), json!("x.png")], [json!("png")]);
    state(
        json!([{ "equals-ignore-case": "ALICE" }]),
        [json!("alice"), json!("Alice")],
        [json!("alices"), json!("alic")],
    );
    state(json!([{ "equals-ignore-case": "É" }]), [json!("é")], [json!("e")]);
    state(json!([{ "prefix": "" }]), [json!(""), json!("x")], [json!(0), json!(null), json!({ "x": "y" })]);
}

#[test]
fn wildcards_stand_for_any_characters() {
    state(
        json!([{ "wildcard": "dir/*.png" }]),
        [json!("dir/a.png"), json!("dir/.png")],
        [json!("dir/png"), json!("dir/a.png/x"), json!("a/dir/a.png")],
    );
    state(json!([{ "wildcard": "*a*b*" }]), [json!("ab"), json!("xaybz"), json!("bab")], [json!("ba"), json!("")]);
    state(json!([{ "wildcard": "a*b*c*d" }]), [json!("abcd"), json!("a b c b d")], [json!("acbd"), json!("abc")]);
    state(json!([{ "wildcard": "ab*ba" }]), [json!("abba"), json!("ab ba")], [json!("aba"), json!("ab")]);
    state(json!([{ "wildcard": "*" }]), [json!(""), json!("x")], [json!(1), json!(null)]);
    state(json!([{ "wildcard": r"a\*\\*" }]), [json!(r"a*\"), json!(r"a*\x")], [json!(r"ab\"), json!("a*")]);
    state(json!([{ "wildcard": "plain" }]), [json!("plain")], [json!("plainer")]);
}

#[test]
fn anything_but_matches_whatever_is_there_and_not_named() {
    state(
        json!([{ "anything-but": "initializing" }]),
        [json!("x"), json!(1), json!(null), json!(["initializing", "x"])],
        [json!("initializing"), json!(["initializing"]), json!([]), json!({})],
    );
    matches(json!({ "state": [{ "anything-but": "x" }] }), [], [json!({}), json!({ "other": "y" })]);
    state(
        json!([{ "anything-but": ["stopped", "overloaded"] }]),
        [json!("running")],
        [json!("stopped"), json!("overloaded")],
    );
    state(json!([{ "anything-but": 123 }]), [json!(124), json!("123")], [json!(123), json!(123.0)]);
    state(json!([{ "anything-but": [100, 200, 300] }]), [json!(400)], [json!(3.0e2)]);
    state(json!([{ "anything-but": { "prefix": "init" } }]), [json!("running"), json!(5)], [json!("initializing")]);
    state(
        json!([{ "anything-but": { "prefix": ["init", "error"] } }]),
        [json!("x")],
        [json!("error 7"), json!("init")],
    );
    state(json!([{ "anything-but": { "suffix": [".txt", ".rtf"] } }]), [json!("a.png")], [json!("a.rtf")]);
    state(
        json!([{ "anything-but": { "equals-ignore-case": ["Initializing", "stopped"] } }]),
        [json!("x")],
        [json!("INITIALIZING"), json!("Stopped")],
    );
    state(
        json!([{ "anything-but": { "wildcard": ["*/lib/*", "*/bin/*"] } }]),
        [json!("/usr/lib")],
        [json!("/usr/lib/x")],
    );
}

#[test]
fn numbers_are_compared_as_numbers() {
    state(
        json!([{ "numeric": [">", 0, "<=", 5] }]),
        [json!(5), json!(0.001)],
        [json!(0), json!(5.1), json!("3"), json!(null)],
    );
    state(json!([{ "numeric": ["<", 10] }]), [json!(9.9), json!(-1e300)], [json!(10), json!("9"), json!(false)]);
    state(json!([{ "numeric": [">=", 10] }]), [json!(10), json!(1e300)], [json!(9)]);
    state(json!([{ "numeric": ["=", 3.018e2] }]), [json!(301.8)], [json!(301.80001)]);
    state(json!([300]), [json!(300), json!(300.0), json!(3.0e2)], [json!("300"), json!(301)]);
    state(json!([0]), [json!(-0.0)], [json!("0"), json!(false)]);
    state(json!([123_456_789_012u64]), [json!(123_456_789_012u64)], [json!(123_456_789_013u64)]);
    state(json!([9_007_199_254_740_993u64]), [json!(9_007_199_254_740_993u64)], [json!(9_007_199_254_740_992u64)]);
}

#[test]
fn addresses_are_compared_as_addresses() {
    state(
        json!([{ "cidr": "10.0.0.0/24" }]),
        [json!("10.0.0.0"), json!("10.0.0.255")],
        [
            json!("10.0.1.0"),
            json!("9.255.255.255"),
            json!("::ffff:10.0.0.1"),
            json!("10.0.0"),
            json!("10.0.0.1 "),
            json!(10),
        ],
    );
    state(
        json!([{ "cidr": "2001:db8::/32" }]),
        [json!("2001:DB8::1"), json!("2001:db8:ffff:0:0:0:0:1")],
        [json!("2001:db9::"), json!("32.1.13.184")],
    );
    state(json!([{ "cidr": "0.0.0.0/0" }]), [json!("255.255.255.255")], [json!("::1"), json!("localhost")]);
    state(
        json!([{ "cidr": "2001:db8:1::/48" }]),
        [json!("2001:db8:1::1")],
        [json!("2001:db8:2::1"), json!("10.0.0.1")],
    );
    state(json!([{ "cidr": "::/0" }]), [json!("::1")], [json!("10.0.0.1")]);
    state(json!([{ "cidr": "10.0.0.1/32" }]), [json!("10.0.0.1")], [json!("10.0.0.2")]);
    state(json!(["2001:db8::1"]), [json!("2001:DB8:0::1")], [json!("2001:db8::2")]);
}

#[test]
fn a_field_is_there_if_a_plain_value_is() {
    let here = [json!(null), json!(""), json!([0]), json!([[], [false]])];
    let not_here = [json!([]), json!({}), json!({ "x": 1 }), json!([{ "x": 1 }])];
    state(json!([{ "exists": true }]), here.clone(), not_here.clone());
    state(json!([{ "exists": false }]), not_here, here);
    matches(
        json!({ "a": { "b": [{ "exists": false }] }, "c": [{ "exists": false }] }),
        [json!({}), json!({ "a": 5 })],
        [json!({ "a": { "b": 1 } }), json!({ "c": 1 }), json!({ "a": [{ "b": 1 }, { "c": 1 }] })],
    );
    let or_x = json!({ "a": { "b": ["x", { "exists": false }] }, "c": [1] });
    matches(
        or_x,
        [json!({ "c": 1 }), json!({ "a": { "b": "x" }, "c": 1 }), json!({ "a": [{}, 5], "c": 1 })],
        [json!({ "a": { "b": "y" }, "c": 1 }), json!({ "a": { "b": "x" } })],
    );
}

/// <https://github.com/aws/event-ruler#json-array-matching>
#[test]
fn values_of_different_elements_of_a_list_do_not_go_together() {
    let people = |list: Value| json!({ "employees": list });
    let name = |first: &str, last: &str| json!({ "firstName": first, "lastName": last });
    let three = json!([name("John", "Doe"), name("Anna", "Smith"), name("Peter", "Jones")]);
    let deeper = json!([[name("John", "Doe"), name("Anna", "Smith")], [name("Peter", "Jones")]]);
    let wanted = |first: &str, last: &str| json!({ "employees": { "firstName": [first], "lastName": [last] } });
    matches(wanted("Anna", "Smith"), [people(three.clone()), people(deeper.clone())], []);
    matches(wanted("Anna", "Jones"), [], [people(three), people(deeper)]);
    matches(json!({ "a": ["y"] }), [], [json!({ "a": [{ "a": "y" }] })]);
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>
#[test]
fn one_of_the_alternatives_must_hold_beside_the_rest() {
    let documented = json!({
        "source": ["aws.cloudwatch"],
        "$or": [
            { "metricName": ["CPUUtilization", "ReadLatency"] },
            { "metricType": ["MetricType"], "namespace": ["AWS/EC2"], "$or": [{ "metricId": [1234] }, { "spaceId": [1000] }] },
            { "scope": ["Service"] }
        ]
    });
    let of = |rest: Value| {
        let mut event = json!({ "source": "aws.cloudwatch" });
        event.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        event
    };
    let second = json!({ "metricType": "MetricType", "namespace": "AWS/EC2", "spaceId": 1000 });
    let without = json!({ "metricType": "MetricType", "namespace": "AWS/EC2" });
    let right = [of(json!({ "metricName": "ReadLatency" })), of(second), of(json!({ "scope": "Service" }))];
    matches(documented, right, [of(json!({})), of(without), json!({ "scope": "Service" })]);
    let inside = json!({ "detail": { "$or": [{ "c": [{ "numeric": [">", 0, "<=", 5] }] }, { "x": [7] }], "y": [1] } });
    let right = [json!({ "detail": { "c": 5, "y": 1 } }), json!({ "detail": [{ "x": 7, "y": [1] }] })];
    matches(inside, right, [json!({ "detail": { "c": 5 } }), json!({ "detail": [{ "c": 5 }, { "y": 1 }] })]);
}

#[test]
fn an_alternative_asks_of_the_same_element_as_the_rest() {
    let apart = json!({ "a": { "b": [1] }, "$or": [{ "a": { "c": [2] } }, { "a": { "d": [3] } }] });
    let one = json!({ "a": [{ "b": 1, "d": 3 }, { "b": 7 }] });
    matches(apart, [one], [json!({ "a": [{ "b": 1 }, { "c": 2, "d": 3 }] })]);
}

#[test]
fn a_thousand_combinations_of_alternatives_are_taken_and_no_more() {
    let ten =
        |key: &str| json!({ key: { "$or": (0..10).map(|i| json!({ format!("x{i}"): [i] })).collect::<Vec<_>>() } });
    let mut document = json!({});
    for key in ["a", "b", "c"] {
        document.as_object_mut().unwrap().extend(ten(key).as_object().unwrap().clone());
    }
    matches(document.clone(), [json!({ "a": { "x9": 9 }, "b": { "x0": 0 }, "c": { "x5": 5 } })], [json!({})]);
    document["d"] = json!({ "$or": [{ "y": [1] }, { "z": [1] }] });
    let mut found = Problems::default();
    assert_eq!(read("$", document.as_object().unwrap(), &mut found), None);
    let problems = found.into_problems();
    assert_eq!(problems[0].why, "the alternatives of $or can be put together in 2000 ways");
    for key in ["e", "f", "g", "h"] {
        document[key] = ten("x")["x"].clone();
    }
    for _ in 0..16 {
        document = json!({ "a": document.clone(), "b": document });
        if document.to_string().len() > 200_000 {
            break;
        }
    }
    assert_eq!(read("$", document.as_object().unwrap(), &mut Problems::default()), None);
}

#[test]
fn a_name_with_a_dot_in_it_is_written_with_a_backslash() {
    // EventBridge would match both events: https://github.com/aws/event-ruler#caveat-compiled-rules-and-json-keys-with-dots
    let (whole, inside) = (json!({ "a.b": 1 }), json!({ "a": { "b": 1 } }));
    matches(json!({ r"a\.b": [1] }), [whole.clone()], [inside.clone()]);
    matches(json!({ "a": { "b": [1] } }), [inside], [whole]);
    matches(json!({ r"a\.b": [{ "exists": false }] }), [json!({ "a": { "b": 1 } })], [json!({ "a.b": 1 })]);
    matches(json!({ r"a\b": [1] }), [json!({ r"a\b": 1 })], []);
}

#[test]
fn a_dot_of_which_nobody_can_tell_what_it_means_is_refused_with_both_ways_to_write_it() {
    for (key, nested, name) in [
        ("detail.type", r#"{"detail": {"type": …}}"#, r#""detail\\.type""#),
        (r"a\.b.c", r#"{"a\\": {"b": {"c": …}}}"#, r#""a\\.b\\.c""#),
        (".", r#"{"": {"": …}}"#, r#""\\.""#),
    ] {
        for document in [json!({ key: ["x"] }), json!({ "$or": [{ "y": { key: [1] } }, { "z": [1] }] })] {
            let mut found = Problems::default();
            assert_eq!(read("$", document.as_object().unwrap(), &mut found), None, "{document}");
            let problems = found.into_problems();
            let [problem] = problems.as_slice() else { panic!("{problems:?}") };
            assert!(problem.path.ends_with(&format!("[{}]", Value::from(key))), "{problem}");
            assert!(problem.remedy.contains(nested) && problem.remedy.ends_with(name), "{problem}");
        }
    }
}

#[test]
fn the_examples_of_the_operators_are_good_patterns_and_each_has_its_words() {
    let said = OPERATORS.iter().map(|known| {
        let pattern = pattern(&json!({ "a": { "b c": [{ (known.name): known.example() }] } }));
        pattern.to_string()
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"), @r#"
    a."b c" begins with "UnauthorizedAccess"
    a."b c" ends with ".cloud.tencent"
    a."b c" is "failure" in any case
    a."b c" looks like "*/IAMUser*"
    a."b c" is anything but "stopped" or "overloaded"
    a."b c" is more than 0 and at most 5
    a."b c" is an address in 10.0.0.0/24
    a."b c" is there
    "#);
    let all = pattern(&json!({
        "source": ["aws.guardduty", { "exists": false }],
        "detail": {
            "type": [{ "prefix": { "equals-ignore-case": "A" } }, { "suffix": { "equals-ignore-case": "B" } }],
            "severity": [{ "numeric": ["=", 5] }, 7],
            "state": [{ "anything-but": { "wildcard": r"a*\*" } }, null]
        },
        "$or": [{ "a": [1], "b": [2] }, { "c\u{202e}": ["x"] }]
    }));
    insta::assert_snapshot!(all, @r#"(detail.severity is 5 or is 7) and (detail.state is nothing that looks like "a*\\*" or is null) and (detail.type begins with "a" in any case or ends with "b" in any case) and (source is "aws.guardduty" or is absent) and (a is 1 and b is 2, or "c\u{202e}" is "x")"#);
}

#[test]
fn only_a_pattern_that_may_match_a_source_which_names_keys_may_name_them() {
    let may = |source: Value| pattern(&json!({ "source": source, "detail": { "source": ["x"] } })).may_name_keys();
    for source in [
        json!(["cam.cloud.tencent"]),
        json!(["aws.guardduty", "scim-key-lifecycle"]),
        json!([{ "suffix": ".cloud.tencent" }]),
        json!([{ "suffix": "tencent" }]),
        json!([{ "suffix": "organization.cloud.tencent" }]),
        json!([{ "suffix": { "equals-ignore-case": ".CLOUD.TENCENT" } }]),
        json!(["my.forwarder"]),
        json!([{ "prefix": "org" }]),
        json!([{ "prefix": "aws" }]),
        json!([{ "suffix": ".guardduty" }]),
        json!(["aws.guardduty", { "exists": false }]),
        json!([{ "exists": false }]),
        json!([7]),
        json!([{ "prefix": "organization.cloud" }]),
        json!([{ "prefix": "scim-" }]),
        json!([{ "wildcard": "*tencent*" }]),
        json!([{ "anything-but": "aws.guardduty" }]),
        json!([{ "equals-ignore-case": "CAM.cloud.tencent" }]),
        json!([{ "exists": true }]),
        json!([{ "prefix": "entra" }]),
        json!([{ "prefix": "ocsf" }]),
        json!(["entra.forwarder"]),
        json!(["entra", "my.forwarder"]),
    ] {
        assert!(may(source.clone()), "{source}");
    }
    for source in [
        json!(["aws.guardduty"]),
        json!([{ "prefix": "aws." }]),
        json!([{ "prefix": "aws.partner/okta.com" }]),
        json!([{ "equals-ignore-case": "AWS.signin" }]),
        json!([{ "prefix": { "equals-ignore-case": "AWS.p" } }]),
        json!(["entra"]),
        json!(["ocsf", "ocsf.an-edr", "aws.securityhub"]),
        json!([{ "equals-ignore-case": "Entra" }]),
        json!([{ "prefix": "ocsf." }]),
        json!([{ "prefix": { "equals-ignore-case": "OCSF." } }]),
    ] {
        assert!(!may(source.clone()), "{source}");
    }
    assert!(pattern(&json!({ "detail": { "source": ["aws.x"] } })).may_name_keys());
    let either = |a: &str, b: &str| pattern(&json!({ "$or": [{ "source": [a] }, { "source": [b] }] })).may_name_keys();
    assert!(either("aws.guardduty", "cam.cloud.tencent") && !either("aws.guardduty", "aws.signin"));
}
