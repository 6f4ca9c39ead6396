//! A register that cannot be worked with: an incident is contained all the same, nothing else is written, and people hear
//! why.

use std::os::unix::fs::{chown, symlink};

use super::*;

const OLD: &str = "scimcred-acme0old0001";

/// Rules that would switch the old key off on a schedule, at once, and on incidents.
const RULES: &str = r#"[
    { "id": "aged", "on": "schedule", "when": { "older_than": "90d" }, "then": "disable", "waives": ["keep_one"] },
    { "id": "contain", "on": "incident", "when": { "implicated": true }, "then": "disable", "waives": ["keep_one"] }]"#;

/// A folder with a policy, an incident and a register that has been used.
struct Host {
    place: PathBuf,
    register: PathBuf,
}

impl Host {
    fn named(name: &str) -> Self {
        let place = folder(name);
        let warns = policy(&place, &["acme"]);
        let register = place.join("register");
        assert_says(&output(&["run", "--register", register.to_str().unwrap(), "--policy", &warns]), 0, &[]);
        fs::write(&warns, fs::read_to_string(&warns).unwrap().replace(WARNS, RULES)).unwrap();
        let incident = format!(
            r#"{{ "source": "scim-key-lifecycle", "kind": "incident", "id": "INC-1", "credentials": ["{OLD}"] }}"#
        );
        fs::write(place.join("incident.json"), incident).unwrap();
        Self { place, register }
    }

    fn path(&self, file: &str) -> String {
        self.place.join(file).to_str().unwrap().to_owned()
    }

    /// Plays the loop, with a program that tells people. Nobody waits for the late look.
    fn run(&self, rest: &[&str]) -> Output {
        let accepts = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/notify/accepts");
        let (register, policy, told) = (self.register.to_str().unwrap(), self.path("policy.json"), self.path("told"));
        let arguments =
            ["run", "--register", register, "--policy", &policy, "--notify", accepts, "--json", "--for", "1s"];
        command(&[("TOLD", &told)], &[&arguments[..], rest].concat()).output().unwrap()
    }

    /// What people were told since this was last asked.
    fn told(&self) -> String {
        let told = fs::read_to_string(self.place.join("told")).unwrap_or_default();
        let _ = fs::remove_file(self.place.join("told"));
        told
    }

    /// An incident is contained, people hear of it, and the end is `failed` for this reason.
    fn contains_for_all_that(&self, why: &str) {
        let contained = self.run(&["--event", &self.path("incident.json")]);
        assert_says(&contained, 5, &[r#""status":"failed""#, why]);
        let line: Value = serde_json::from_str(&stdout(&contained)).unwrap();
        let keys = line["report"]["credentials"].as_array().unwrap();
        let old = keys.iter().find(|key| key["credential"] == OLD).unwrap();
        assert_eq!(old["outcome"]["state"], "disabled", "{old}");
        assert_eq!(line["receipts"], Value::Null, "the key that sealed it is gone");
        let no_way_back = line["no_way_back"].as_str().unwrap();
        assert!(no_way_back.contains(why) && no_way_back.contains("the way back is the console"), "{no_way_back}");
        assert!(self.told().contains(r#""topic":"disable""#));
    }

    /// The same, and a schedule writes nothing, and people hear why.
    fn only_contains(&self, why: &str) {
        self.contains_for_all_that(why);
        let scheduled = self.run(&[]);
        assert_says(&scheduled, 5, &[r#""status":"failed""#, why]);
        assert!(!stdout(&scheduled).contains(r#""state":"disabled""#), "{}", stdout(&scheduled));
    }
}

#[test]
fn a_key_that_cannot_be_used_stops_no_containment() {
    let host = Host::named("unusable-key");
    let (key, before) = (host.register.join("key"), generations(&host.register));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    host.only_contains("others may read or change it (mode 644)");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "").unwrap();
    host.only_contains("the key has fewer than 32 characters");
    fs::remove_file(&key).unwrap();
    host.only_contains("key is missing");
    assert!(!key.exists(), "a new key would hide that the old one is lost");
    assert_eq!(generations(&host.register), before);
}

/// The receipt that a run printed, and what it says of the way back.
fn way_back(ran: &Output) -> (bool, String) {
    let line: Value = serde_json::from_str(&stdout(ran)).unwrap();
    (line["receipts"].is_array(), line["no_way_back"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn what_the_register_did_not_take_has_no_receipt_and_the_run_says_why() {
    let host = Host::named("unusable-unsettled");
    let (prefix, newest) = generations(&host.register).into_keys().next_back().unwrap();
    // Nothing can be created under the next name, and nothing is read there.
    symlink("/nowhere", host.register.join(format!("{prefix}-{}", newest + 1))).unwrap();
    let contained = host.run(&["--event", &host.path("incident.json")]);
    assert_says(&contained, 5, &["settles were lost"]);
    let (has_receipt, says) = way_back(&contained);
    assert!(!has_receipt && says.contains("has no receipt") && says.contains("10 settles were lost"), "{says}");
}

#[test]
fn what_a_register_that_cannot_be_read_may_not_know_has_no_receipt_before_the_event_is_sent_again() {
    let host = Host::named("unusable-unread");
    let (prefix, newest) = generations(&host.register).into_keys().next_back().unwrap();
    let next = host.register.join(format!("{prefix}-{}", newest + 1));
    fs::create_dir(&next).unwrap();
    let (has_receipt, says) = way_back(&host.run(&["--event", &host.path("incident.json")]));
    assert!(!has_receipt && says.contains("is not a file"), "{says}");

    fs::remove_dir(&next).unwrap();
    let good = host.run(&["--event", &host.path("incident.json")]);
    assert_eq!(way_back(&good), (true, String::new()));
}

/// Nothing is lost: the newest true one is there.
#[test]
fn a_generation_that_somebody_put_there_is_to_be_moved_away() {
    let host = Host::named("unusable-copied");
    let (prefix, newest) = generations(&host.register).into_keys().next_back().unwrap();
    let [true_one, next, highest] =
        [newest, newest + 7, u64::MAX].map(|number| host.register.join(format!("{prefix}-{number}")));
    for (copy, says) in
        [(&next, "move it away instead: nothing is forgotten"), (&highest, "no run gets so far: move it away")]
    {
        fs::copy(&true_one, copy).unwrap();
        assert_says(&host.run(&[]), 5, &["if somebody copied it there, move that copy away"]);
        let reset = output(&["register", "reset", "--register", host.register.to_str().unwrap(), "--account", "acme"]);
        assert_says(&reset, 1, &[says]);
        fs::remove_file(copy).unwrap();
    }
    assert_says(&host.run(&["--event", &host.path("incident.json")]), 5, &["could not finish"]);
}

#[test]
fn a_folder_that_cannot_be_used_stops_no_containment() {
    let mut host = Host::named("unusable-folder");
    host.register = host.place.join("policy.json");
    host.only_contains("cannot be read");
    // Nobody can make a file there, as on a disk that is full.
    host.register = PathBuf::from("/proc");
    host.only_contains("the register's key cannot be made");
}

#[test]
fn a_folder_in_which_others_may_create_files_is_not_believed() {
    let host = Host::named("unusable-shared");
    for mode in [0o777, 0o720, 0o1702] {
        fs::set_permissions(&host.register, fs::Permissions::from_mode(mode)).unwrap();
        host.only_contains(&format!("others may create files in it (mode {:03o})", mode & 0o777));
    }
    let reset = ["register", "reset", "--register", host.register.to_str().unwrap(), "--account", "acme"];
    assert_says(&output(&reset), 1, &["others may create files in it (mode 702)", "chmod go-w"]);
    fs::set_permissions(&host.register, fs::Permissions::from_mode(0o755)).unwrap();
    assert_says(&output(&reset), 1, &["is believed, and has room"]);
}

#[test]
fn what_belongs_to_another_user_is_not_believed() {
    let host = Host::named("unusable-foreign");
    let (key, before) = (host.register.join("key"), generations(&host.register));
    // Only root can give a file away.
    if chown(&key, Some(12_345), None).is_err() {
        return;
    }
    host.only_contains(
        "key is not used: it belongs to user 12345, and this is user 0; run as that one (`sudo -u '#12345' ",
    );
    chown(&key, Some(0), None).unwrap();
    chown(&host.register, Some(12_345), None).unwrap();
    host.only_contains("register is not used: it belongs to user 12345");
    assert_eq!(generations(&host.register), before);
}

#[test]
fn a_folder_that_is_named_wrongly_stops_no_containment_and_is_a_mistake_on_a_schedule() {
    let mut host = Host::named("unusable-name");
    host.register = host.place.join("missing/register");
    host.contains_for_all_that("make the folder, or name another");
    let scheduled = host.run(&[]);
    assert_says(&scheduled, 1, &["missing/register cannot be made", "make the folder, or name another"]);
    assert!(scheduled.stdout.is_empty());
}

#[test]
fn a_key_of_the_environment_that_is_none_stops_no_containment_and_is_a_mistake_on_a_schedule() {
    let host = Host::named("unusable-given");
    let (register, policy) = (host.register.to_str().unwrap(), host.path("policy.json"));
    let arguments = ["run", "--register", register, "--policy", &policy, "--for", "1s"];
    let run = |rest: &[&str]| {
        command(&[("SCIM_KEYS_CURSOR_KEY", "hunter2")], &[&arguments[..], rest].concat()).output().unwrap()
    };
    let says = "SCIM_KEYS_CURSOR_KEY: the key has fewer than 32 characters";
    assert_says(&run(&["--event", &host.path("incident.json")]), 5, &[says, "outcome  disabled"]);
    assert_says(&run(&[]), 1, &[says]);
}

#[test]
fn a_receipt_is_not_played_without_a_register() {
    let host = Host::named("unusable-restore");
    fs::remove_file(host.register.join("key")).unwrap();
    fs::write(host.place.join("restore.json"), restore::receipt(OLD, "2026-11-24T06:00:00Z")).unwrap();
    let arguments = ["restore", &host.path("restore.json"), "--register", host.register.to_str().unwrap()];
    assert_says(&output(&arguments), 1, &["key is missing"]);
}

/// The disk is full, as far as the program can tell. It gives up only after ten settles, which takes some twenty seconds.
fn takes_nothing(name: &str, rules: &str) {
    let host = Host::named(name);
    fs::write(host.path("policy.json"), fs::read_to_string(host.path("policy.json")).unwrap().replace(RULES, rules))
        .unwrap();
    let mut full = Command::new("sh");
    full.args(["-c", r#"trap '' XFSZ; ulimit -f 0; exec "$@""#, "sh", env!("CARGO_BIN_EXE_scim-keys")]);
    full.args(["run", "--register", host.register.to_str().unwrap(), "--policy", &host.path("policy.json"), "--json"]);
    let ran = full.env("SCIM_KEYS_LOG", "off").stdin(Stdio::null()).output().unwrap();
    let why = "10 settles were lost; the last one: cannot write ";
    assert_says(&ran, 5, &[why]);
    let text = stdout(&ran);
    let mut notices = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["notice"].clone());
    let told = notices.find(|notice| notice["topic"] == "not_through").unwrap();
    assert!(told["text"].as_str().unwrap().starts_with(&format!("account acme: {why}")), "{told}");
    assert!(!text.contains(r#""state":"disabled""#), "nothing is written that nobody would remember");
}

#[test]
fn a_register_that_takes_nothing_any_more_is_told_of() {
    takes_nothing("takes-nothing", RULES);
}

/// Nobody would remember the warning, so it is given to nobody; that it is due must not keep the rest from being told.
#[test]
fn a_register_that_takes_nothing_any_more_is_told_of_though_a_warning_is_due() {
    let ladder = RULES.replacen(r#""then": "disable""#, r#""then": "disable", "warn_before": ["1d"]"#, 1);
    takes_nothing("takes-no-warning", &ladder);
}
