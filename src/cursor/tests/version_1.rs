//! Version 1, as `tests/fixtures/cursor` has it: all that is written today. What the fixture leaves out may be renamed, and
//! no test would see it; so here stands that it leaves nothing out.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::*;
use crate::ending::Ending;
use crate::trigger::Text;

const REQUEST: &str = "60ebab32-73ff-4d3d-abdf-af9b1e866add";
const RECEIPT: &str = include_str!("../../../tests/fixtures/cursor/receipt.json");

/// The kinds of facts and how many fields each has; one that is not named here does not compile.
macro_rules! kinds {
    ($($kind:ident { $($field:ident)* })*) => {
        const KINDS: &[(&str, usize)] = &[$((stringify!($kind), <[&str]>::len(&[$(stringify!($field)),*]))),*];

        fn kind(fact: &Fact) -> &'static str {
            match fact { $(Fact::$kind { $($field: _),* } => stringify!($kind)),* }
        }
    };
}

kinds! {
    Seen { subject status }
    Warned { credential rule fingerprint step looked }
    Intended { subject purpose incidents disable execution }
    Done { subject execution formed sent }
    Disabled { subject run rule }
    Implicated { subject incident dated }
    Answered { incident dated }
    Vouched { credential by }
    AllClear { incident dated }
    Resumed {}
    Told { subject about }
    Heard { subject status }
}

/// Each of these words; one that is not named here does not compile.
macro_rules! each {
    ($type:ident: $($word:ident)*) => {{
        let all = [$($type::$word),*];
        all.iter().for_each(|word| match word { $($type::$word => ()),* });
        all
    }};
}

fn text(of: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(of).unwrap() + "\n"
}

/// `UPDATE_GOLDEN=1` writes both anew, as long as nothing is released; `SOURCE.md` has the rule.
#[test]
fn version_1_is_read_and_written_as_its_fixture_has_it() {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cursor");
        std::fs::write(folder.join("version-1.json"), text(&sample())).unwrap();
        std::fs::write(folder.join("receipt.json"), text(&receipt())).unwrap();
        return;
    }
    assert_eq!(Cursor::read(version_1()).as_ref(), Ok(&sample()));
    assert_eq!(text(&sample()).as_bytes(), version_1());
    assert_eq!(serde_json::from_str::<Receipt>(RECEIPT).unwrap(), receipt());
    assert_eq!(text(&receipt()), RECEIPT);
}

#[test]
fn each_kind_of_fact_stands_in_the_fixture_whole_and_without_what_may_be_left_out() {
    let json = serde_json::from_slice::<Value>(version_1()).unwrap();
    let mut of_kind: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (dated, fact) in sample().facts.facts().zip(json["facts"].as_array().unwrap()) {
        of_kind.entry(kind(&dated.fact)).or_default().push(fact);
    }
    for (kind, fields) in KINDS {
        let facts = of_kind.get(kind).unwrap_or_else(|| panic!("{kind} is missing"));
        let whole = facts.iter().max_by_key(|fact| fact.as_object().unwrap().len()).unwrap();
        let names: BTreeSet<String> = whole.as_object().unwrap().keys().cloned().collect();
        assert_eq!(names.len(), fields + ["at", "fact"].len(), "{kind} is nowhere whole: {names:?}");
        assert_each_is_left_out::<crate::memory::Dated>(facts, &names);
    }
}

#[test]
fn nothing_of_the_record_and_of_the_receipt_is_missing_in_their_fixtures() {
    let json = serde_json::from_slice::<Value>(version_1()).unwrap();
    let run = &json["run"];
    let all = |of: &str| run[of].as_array().unwrap().iter().collect::<Vec<_>>();
    let says: Vec<_> = all("notices").into_iter().filter_map(|owed| owed.get("says")).collect();
    assert_whole::<Cursor>(&[&json]);
    assert_whole::<Record>(&[run]);
    assert_whole::<Written>(&all("written"));
    assert_each_is_left_out::<RecordedOutcome>(&all("outcomes"), &assert_whole::<RecordedOutcome>(&all("outcomes")));
    assert_each_is_left_out::<Outstanding>(&all("notices"), &assert_whole::<Outstanding>(&all("notices")));
    assert_each_is_left_out::<ToldState>(&says, &assert_whole::<ToldState>(&says));
    assert_whole::<Receipt>(&[&serde_json::from_str(RECEIPT).unwrap()]);
}

/// All fields that its reader knows stand somewhere among these; they are.
fn assert_whole<T: DeserializeOwned>(texts: &[&Value]) -> BTreeSet<String> {
    // Who refuses a field names all that it knows.
    let why = serde_json::from_str::<T>(r#"{"?":0}"#).err().unwrap().to_string();
    let known: BTreeSet<String> = why.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    let said: BTreeSet<String> = texts.iter().flat_map(|text| text.as_object().unwrap().keys().cloned()).collect();
    assert_eq!(said, known);
    known
}

/// Each of these fields without which it reads is left out somewhere among these.
fn assert_each_is_left_out<T: DeserializeOwned>(texts: &[&Value], fields: &BTreeSet<String>) {
    for field in fields {
        let mut without = (*texts.iter().find(|text| text.get(field).is_some()).unwrap()).clone();
        without.as_object_mut().unwrap().remove(field);
        let may_be = serde_json::from_value::<T>(without).is_ok();
        assert!(!may_be || texts.iter().any(|text| text.get(field).is_none()), "{field} is never left out");
    }
}

fn sample() -> Cursor {
    let mut facts = Memory::default();
    of_hygiene().into_iter().chain(of_an_incident()).for_each(|(time, fact)| facts.learn(at(time), fact));
    let as_of = Some(at("2026-11-24T06:00:00Z"));
    Cursor { version: 1, account: account("acme"), generation: 7, as_of, facts, run: Some(record()) }
}

fn of_hygiene() -> Vec<(&'static str, Fact)> {
    let subject = || Subject::from(key(OLD));
    let seen = |status| Fact::Seen { subject: subject(), status };
    let disabled = |rule| Fact::Disabled { subject: subject(), run: run(), rule };
    let (formed, by) = (at("2026-11-22T06:00:00Z"), || execution("acme-5f2b/0"));
    let (incidents, disable) = (BTreeSet::new(), None);
    vec![
        ("2026-11-20T06:00:00Z", seen(Status::Enabled)),
        ("2026-11-20T06:00:00Z", Fact::Resumed),
        ("2026-11-20T06:00:02.250Z", warned(OLD, 1, "2026-11-20T06:00:00Z")),
        (
            "2026-11-22T06:00:00Z",
            Fact::Intended { subject: subject(), purpose: Purpose::Hygiene, incidents, disable, execution: by() },
        ),
        ("2026-11-22T06:00:03Z", Fact::Done { subject: subject(), execution: by(), formed, sent: true }),
        ("2026-11-22T06:00:03Z", disabled(Some(rule("superseded")))),
        ("2026-11-22T06:00:04Z", Fact::Heard { subject: subject(), status: Status::Disabled }),
        ("2026-11-24T05:00:00Z", seen(Status::Disabled)),
        ("2026-11-24T05:00:00Z", disabled(None)),
    ]
}

fn of_an_incident() -> Vec<(&'static str, Fact)> {
    let (one, other) = (|| incident("INC-4711"), || incident("INC-4712"));
    let dated = Some(at("2026-11-23T05:59:00Z"));
    let implicated = |subject, incident, dated| Fact::Implicated { subject, incident, dated };
    let intended = |purpose, incidents: &[IncidentId], disable, by| Fact::Intended {
        subject: key(YOUNG).into(),
        purpose,
        incidents: incidents.iter().cloned().collect(),
        disable,
        execution: execution(by),
    };
    let disable = Some(at("2026-11-23T06:00:03Z"));
    vec![
        ("2026-11-23T05:00:00Z", Fact::Vouched { credential: key(YOUNG), by: Text::of("100000000001").unwrap() }),
        ("2026-11-23T06:00:00Z", implicated(key(YOUNG).into(), one(), dated)),
        ("2026-11-23T06:00:00Z", implicated(Subject::Synchronization, other(), None)),
        ("2026-11-23T06:00:00Z", Fact::Answered { incident: one(), dated }),
        ("2026-11-23T06:00:00Z", Fact::Answered { incident: other(), dated: None }),
        ("2026-11-23T06:00:00Z", Fact::Told { subject: key(YOUNG).into(), about: "unvouched_key".to_owned() }),
        ("2026-11-23T07:00:00Z", intended(Purpose::Contested, &[one()], None, "acme-77aa/1")),
        ("2026-11-23T08:00:00Z", intended(Purpose::Restore, &[one(), other()], disable, "acme-90cd/0")),
        ("2026-11-23T09:00:00Z", Fact::AllClear { incident: one(), dated: Some(at("2026-11-23T08:59:00Z")) }),
        ("2026-11-23T09:00:00Z", Fact::AllClear { incident: other(), dated: None }),
    ]
}

fn record() -> Record {
    Record {
        run: run(),
        accepted: at("2026-11-24T06:00:00Z"),
        until: at("2026-11-25T06:00:00Z"),
        hops: 2,
        outcomes: outcomes(),
        written: vec![Written {
            credential: key(OLD),
            because: Because::Rule(rule("superseded")),
            must_stay: Successor::Vouched,
            undoable: true,
        }],
        look_at: Some(at("2026-11-24T06:01:03Z")),
        notices: notices(),
        no_subject: true,
        told_blind: true,
        gone: BTreeSet::from([key("scimcred-cccccccccccc")]),
        ended: Some(Ending::Held { why: "no good key is left".to_owned() }),
    }
}

/// One for each state, the first with all that may be said of one.
fn outcomes() -> Vec<RecordedOutcome> {
    let because =
        [Because::Rule(rule("superseded")), Because::Contested(incident("INC-4711")), Because::Restore(run())];
    let states =
        each!(OutcomeState: Disabled Enabled Freed Gone Changed Undone NoGoodKey Unsettled Deferred Failed Held);
    let outcomes = states.into_iter().zip(because.into_iter().cycle()).enumerate();
    let outcome = |(number, (state, because))| RecordedOutcome {
        subject: if number == 0 { Subject::Synchronization } else { key(OLD).into() },
        because,
        state,
        why: (number == 0).then(|| "it is seen to be off".to_owned()),
        request_ids: (number == 0).then(|| REQUEST.to_owned()).into_iter().collect(),
        since: (number == 0).then(|| at("2026-11-24T06:00:00Z")),
    };
    outcomes.map(outcome).collect()
}

/// One for each topic, the first two with all that may be said of one.
fn notices() -> Vec<Outstanding> {
    let topics = each!(Topic: Warning WouldDisable WouldRestore Disable Restore Found Held Unsure UnvouchedKey Contested
        NoGoodKey Blind NotThrough NoSubject NotBelieved AllClear);
    let notice = |(number, topic): (usize, Topic)| {
        let said = |as_of| ToldState { subject: key(YOUNG).into(), status: Status::Enabled, as_of };
        let notice = Notice {
            id: format!("9f86d081884c7d65/scimcred-bbbbbbbbbbbb/{}", topic.word()),
            topic,
            credentials: vec![key(YOUNG)],
            rule: (number == 0).then(|| rule("superseded")),
            text: format!("news of {}", topic.word()),
        };
        let says = (number < 2).then(|| said((number == 0).then(|| at("2026-11-24T06:00:00Z"))));
        Outstanding { notice, then: (number == 0).then(|| warned(YOUNG, 0, "2026-11-24T06:00:00Z")), says }
    };
    topics.into_iter().enumerate().map(notice).collect()
}

fn receipt() -> Receipt {
    Receipt {
        account: account("acme"),
        subject: key(OLD).into(),
        run: run(),
        disabled: at("2026-11-24T05:00:00Z"),
        incidents: BTreeSet::from([incident("INC-4711"), incident("INC-4712")]),
        expires: at("2026-12-24T06:00:00Z"),
    }
}
