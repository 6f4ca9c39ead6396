//! `scim-keys restore`: from what the disable printed, back to a key that is on.

use std::io::{BufRead, BufReader};

use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::Receipt;
use serde_json::json;

use super::*;

const OLD: &str = "scimcred-acme0old0001";
const NEW: &str = "scimcred-acme0new0001";

/// A rule on incidents: what they name goes off.
const CONTAIN: &str = r#"{ "id": "contain", "on": "incident", "when": { "implicated": true }, "then": "disable" }"#;

/// And so does all that could provision.
const STOP: &str = r#"{ "id": "stop", "on": "incident", "when": { "implicated": true }, "then": "disable_sync",
    "waives": ["keep_one"] }"#;

/// A simulated zone in a process of its own, and the folder of those who look after it.
struct Stage {
    place: PathBuf,
    simulator: Child,
    variables: Vec<(String, String)>,
}

impl Stage {
    fn named(name: &str) -> Self {
        Self::with_rules(name, CONTAIN)
    }

    fn with_rules(name: &str, rules: &str) -> Self {
        let place = folder(name);
        let known = format!(r#"[{{ "credential": "{NEW}", "note": "Okta" }}]"#);
        let account = r#"{ "name": "acme", "site": "intl", "zone": "auto", "secret": "env" }"#;
        let policy = format!(
            r#"{{ "version": 1, "mode": "enforce", "accounts": [{account}], "known": {known}, "rules": [{rules}] }}"#
        );
        fs::write(place.join("policy.json"), policy).unwrap();
        fs::write(place.join("incident.json"), incident("INC-1")).unwrap();
        let mut simulator = command(&[], &["simulate"]).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(simulator.stdout.take().unwrap());
        let exports = said.lines().map(Result::unwrap).map_while(|line| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        let variables = exports.collect();
        Self { place, simulator, variables }
    }

    fn path(&self, file: &str) -> String {
        self.place.join(file).to_str().unwrap().to_owned()
    }

    fn variable(&self, name: &str) -> &str {
        &self.variables.iter().find(|(of, _)| of == name).unwrap().1
    }

    /// Plays the loop, and says what came of it as JSON.
    fn play(&self, command: &[&str]) -> Output {
        self.play_for_people(&[command, &["--json"]].concat())
    }

    /// Plays the loop. Nobody waits for the late look: it is given up as soon as nothing else is left.
    fn play_for_people(&self, command: &[&str]) -> Output {
        let (register, policy) = (self.path("register"), self.path("policy.json"));
        let place = ["--register", &register, "--policy", &policy, "--for", "10s"];
        let endpoint = ["--endpoint", self.variable("SCIM_KEYS_ENDPOINT")];
        let variables: Vec<(&str, &str)> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        super::command(&variables, &[command, &place[..], &endpoint[..]].concat()).output().unwrap()
    }

    /// Disables the old key for an incident; gives what was printed.
    fn contained(&self) -> String {
        let contained = stdout(&self.play(&["run", "--event", &self.path("incident.json")]));
        assert_eq!(outcome(&contained, OLD), "disabled");
        fs::write(self.place.join("contained.json"), &contained).unwrap();
        contained
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.simulator.kill();
        let _ = self.simulator.wait();
    }
}

/// How the execution in these lines ended, and what it reports of a key.
fn ran(lines: &str) -> Value {
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|line| !line["status"].is_null())
        .unwrap()
}

/// One of our own that names the old key.
fn incident(id: &str) -> String {
    json!({ "source": "scim-key-lifecycle", "kind": "incident", "id": id, "credentials": [OLD] }).to_string()
}

fn reported(lines: &str, key: &str) -> Value {
    let ran = ran(lines);
    let keys = ran["report"]["credentials"].as_array().unwrap_or_else(|| panic!("{ran}"));
    keys.iter().find(|reported| reported["credential"] == key).unwrap().clone()
}

fn outcome(lines: &str, key: &str) -> String {
    reported(lines, key)["outcome"]["state"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_receipt_leads_back_once_over_the_same_register() {
    let stage = Stage::named("restore");
    stage.contained();
    let file = stage.path("contained.json");
    let restored = stdout(&stage.play(&["restore", &file]));
    assert_eq!(outcome(&restored, OLD), "enabled");
    let again = stage.play(&["restore", &file]);
    assert_says(&again, 5, &["the receipt was used already"]);
    assert_eq!(reported(&stdout(&again), OLD)["status"], "Enabled");
}

#[test]
fn a_restore_makes_no_register_and_asks_for_the_one_that_remembers_the_disable() {
    let place = folder("restore-elsewhere");
    let policy = policy(&place, &["acme"]);
    let (file, elsewhere) = (place.join("receipt"), place.join("elsewhere"));
    fs::write(&file, receipt(OLD, "2026-11-24T06:00:00Z")).unwrap();
    let restore = || {
        let paths = [&file, &elsewhere].map(|path| path.to_str().unwrap());
        output(&["restore", paths[0], "--register", paths[1], "--policy", &policy])
    };
    let says = "name the register in which the disable is remembered";
    assert_says(&restore(), 1, &[says]);
    assert!(!elsewhere.exists());
    fs::create_dir(&elsewhere).unwrap();
    assert_says(&restore(), 1, &["holds no register", says]);
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

#[test]
fn an_incident_that_finds_a_contained_key_off_leaves_the_receipt_that_ends_both() {
    let stage = Stage::named("restore-both");
    let first = stage.contained();
    fs::write(stage.path("second-incident.json"), incident("INC-2")).unwrap();
    let second = ["run", "--event", &stage.path("second-incident.json")];
    let found_off = stdout(&stage.play(&second));
    assert_eq!(reported(&found_off, OLD)["verdict"], "keep");
    fs::write(stage.path("both.json"), format!("{first}{found_off}")).unwrap();

    let held = stage.play(&["restore", &stage.path("contained.json")]);
    assert_says(&held, 4, &["another incident implicates it as well: INC-2"]);
    let event = output(&["restore", &stage.path("both.json")]);
    assert_says(&event, 0, &[", ends INC-1 and INC-2, and is good until"]);
    assert_eq!(outcome(&stdout(&stage.play(&["restore", &stage.path("both.json")])), OLD), "enabled");
}

#[test]
fn people_are_told_of_the_way_back_of_what_was_found_off() {
    let stage = Stage::named("restore-told");
    stage.contained();
    fs::write(stage.path("second-incident.json"), incident("INC-2")).unwrap();
    let printed = stdout(&stage.play_for_people(&["run", "--event", &stage.path("second-incident.json")]));
    for said in ["its receipt is the way back", &format!("way back  for {OLD}")] {
        assert!(printed.contains(said), "{printed}");
    }
}

#[test]
fn an_event_that_is_sent_twice_says_what_the_first_delivery_did() {
    let stage = Stage::named("twice");
    assert_eq!(ran(&stage.contained())["report"]["delivered_before"], Value::Null);
    let again = ran(&stdout(&stage.play(&["run", "--event", &stage.path("incident.json")])));
    let did: Vec<_> = again["report"]["delivered_before"].as_array().unwrap().iter().collect();
    assert_eq!((&did[0]["did"], &did[0]["incident"]), (&json!("answered"), &json!("INC-1")));
    assert_eq!(
        (&did[1]["did"], &did[1]["credential"], &did[1]["rule"]),
        (&json!("disabled"), &json!(OLD), &json!("contain"))
    );
}

#[test]
fn synchronisation_has_its_own_receipt_which_goes_before_that_of_a_key() {
    let stage = Stage::with_rules("restore-synchronisation", &format!("{CONTAIN},{STOP}"));
    let contained = stage.contained();
    let synchronization = |lines: &str| ran(lines)["report"]["synchronization"].clone();
    assert_eq!(synchronization(&contained)["outcome"]["state"], "disabled");
    let file = stage.path("contained.json");
    let says = format!("it has receipts for scim_synchronization and {OLD}: name one with --credential");
    assert_says(&stage.play(&["restore", &file]), 1, &[&says]);
    let too_early = stage.play(&["restore", &file, "--credential", OLD]);
    assert_says(&too_early, 4, &["the incident INC-1 holds SCIM synchronisation off"]);
    let restored = stdout(&stage.play(&["restore", &file, "--credential", "scim_synchronization"]));
    assert_eq!(synchronization(&restored)["outcome"]["state"], "enabled");
    assert_eq!(outcome(&stdout(&stage.play(&["restore", &file, "--credential", OLD])), OLD), "enabled");
}

#[test]
fn without_a_register_the_event_is_printed_that_starts_the_restore() {
    let stage = Stage::named("restore-event");
    let contained = stage.contained();
    let printed = output(&["restore", &stage.path("contained.json")]);
    assert_says(&printed, 0, &[&format!("this wants {OLD} of acme back")]);
    let event: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let token = &ran(&contained)["receipts"][0]["token"];
    let wanted = json!({ "source": "scim-key-lifecycle", "kind": "restore", "receipt": token, "account": "acme" });
    assert_eq!(event, wanted);

    fs::write(stage.place.join("restore.json"), &printed.stdout).unwrap();
    assert_eq!(outcome(&stdout(&stage.play(&["run", "--event", &stage.path("restore.json")])), OLD), "enabled");
}

/// Sealed with a key that nobody has.
fn sealed(typ: Type, payload: &str) -> String {
    let keys = Keys::parse(&"a-cursor-key-of-more-than-32-characters".into()).unwrap();
    jws::seal(typ, payload.as_bytes(), &keys).to_string()
}

/// A receipt that nobody ever gave.
pub(super) fn receipt(credential: &str, disabled: &str) -> String {
    let expires = Timestamp::parse_rfc3339(disabled).unwrap().plus(Receipt::LASTS);
    let run = "226ef34f68b58284";
    let receipt =
        json!({ "account": "acme", "credential": credential, "run": run, "disabled": disabled, "expires": expires });
    sealed(Type::Receipt, &receipt.to_string())
}

#[test]
fn of_several_receipts_one_must_be_meant() {
    let place = folder("restore-several");
    let answer = |of: &[(&str, &str)]| {
        let receipts: Vec<Value> =
            of.iter().map(|(key, at)| json!({ "credential": key, "token": receipt(key, at) })).collect();
        json!({ "accounts": [{ "status": "complete", "receipts": receipts }] }).to_string()
    };
    let (early, late) = ("2026-11-24T06:00:00Z", "2026-11-25T06:00:00Z");
    let restore = |content: &str, rest: &[&str]| {
        let file = place.join("file");
        fs::write(&file, content).unwrap();
        output(&[&["restore", file.to_str().unwrap()], rest].concat())
    };
    let both = answer(&[(OLD, late), (NEW, late)]) + "\n" + &answer(&[(OLD, early)]);
    let which = format!("it has receipts for {NEW} and {OLD}: name one with --credential");
    assert_says(&restore(&both, &[]), 1, &[&which]);
    let named = restore(&both, &["--credential", OLD]);
    assert_says(&named, 0, &[&receipt(OLD, late)]);
    let unknown = "scimcred-notthere0000";
    let says = format!("it has no receipt for {unknown}, but for {NEW} and {OLD}");
    assert_says(&restore(&both, &["--credential", unknown]), 1, &[&says]);
    assert_says(&restore(&receipt(OLD, early), &[]), 0, &[&receipt(OLD, early)]);
}

#[test]
fn one_entry_of_an_answers_receipts_is_taken_as_it_stands() {
    let place = folder("restore-entry");
    let file = place.join("entry.json");
    let token = receipt(OLD, "2026-11-24T06:00:00Z");
    let entry = json!({ "credential": OLD, "token": token });
    for content in [entry.clone(), json!([entry]), json!({ "receipts": [entry] })] {
        fs::write(&file, content.to_string()).unwrap();
        assert_says(&output(&["restore", file.to_str().unwrap()]), 0, &[&token]);
    }
    fs::write(&file, json!({ "task": { "token": token } }).to_string()).unwrap();
    let other = output(&["restore", file.to_str().unwrap()]);
    assert_says(&other, 1, &["there is no receipt in it"]);
}

#[test]
fn a_file_without_a_receipt_is_refused_in_words() {
    let place = folder("restore-none");
    for (content, says) in [
        (
            "{\"status\":\"complete\",\"receipts\":[]}".to_owned(),
            "there is no receipt in it: only an answer of a loop that",
        ),
        ("{\"status\":".to_owned(), "this is no answer"),
        (String::new(), "this is no receipt"),
        (sealed(Type::Cursor, "{}"), "this is no receipt: it is a"),
        (sealed(Type::Receipt, "{\"account\":\"acme\"}"), "this is no receipt: its fields are not those of one"),
    ] {
        let file = place.join("file");
        fs::write(&file, content).unwrap();
        assert_says(&output(&["restore", file.to_str().unwrap()]), 1, &[says]);
    }
    let nowhere = ["restore", "file", "--policy", "policy.json"];
    assert_says(&output(&nowhere), 2, &["--register <DIR>"]);
}
