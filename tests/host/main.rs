//! `scim-keys run`, `restore` and `register reset` on a machine of one's own: the register in a folder, its key, and the
//! exit codes.

mod memory;
mod printing;
mod restore;
mod side_by_side;
mod unusable;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use scim_key_lifecycle::cursor::{Cursor, Keys, Type, jws};
use scim_key_lifecycle::memory::{Fact, Memory};
use scim_key_lifecycle::trigger::IncidentId;
use serde_json::{Value, json};

/// Rules that only warn: no write is waited for.
const WARNS: &str = r#"[{ "id": "aged", "on": "schedule", "when": { "older_than": "90d" }, "then": "warn" }]"#;

/// A folder for a test, named after it, and nothing in it.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("host").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Writes a policy of these accounts into `folder`.
fn policy(folder: &Path, accounts: &[&str]) -> String {
    let account = |name: &&str| format!(r#"{{"name":"{name}","site":"intl","zone":"auto","secret":"profile:{name}"}}"#);
    let accounts = accounts.iter().map(account).collect::<Vec<_>>().join(",");
    let text = format!(r#"{{"version":1,"mode":"enforce","accounts":[{accounts}],"rules":{WARNS}}}"#);
    let path = folder.join("policy.json");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A command of the tool, in an environment with these variables only.
fn command(variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scim-keys"));
    command.args(arguments).env_clear().envs(variables.iter().copied());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).stdin(Stdio::null());
    command
}

fn output(arguments: &[&str]) -> Output {
    command(&[], arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// It ends with this code and says all of this.
fn assert_says(output: &Output, code: i32, says: &[&str]) {
    let text = format!("{}{}", stdout(output), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{text}");
    for part in says {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

/// The generations in a register, by prefix and number.
fn generations(register: &Path) -> BTreeMap<(String, u64), String> {
    let names = fs::read_dir(register).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let numbered = names.filter_map(|name| {
        let (prefix, number) = name.rsplit_once('-')?;
        Some(((prefix.to_owned(), number.parse().ok()?), fs::read_to_string(register.join(&name)).unwrap()))
    });
    numbered.collect()
}

fn keys(register: &Path) -> Keys {
    Keys::parse(&fs::read_to_string(register.join("key")).unwrap().into()).unwrap()
}

fn open(sealed: &str, keys: &Keys) -> Cursor {
    Cursor::read(&jws::open(sealed, Type::Cursor, keys).unwrap()).unwrap()
}

fn newest(register: &Path) -> Cursor {
    open(generations(register).last_key_value().unwrap().1, &keys(register))
}

fn warned(memory: &Memory) -> usize {
    memory.facts().filter(|dated| matches!(dated.fact, Fact::Told { .. })).count()
}

#[test]
fn the_second_run_remembers_what_people_were_told_by_the_first() {
    let place = folder("remembers");
    let (policy, register) = (policy(&place, &["acme"]), place.join("register"));
    let arguments = ["run", "--register", register.to_str().unwrap(), "--policy", &policy];
    let first = output(&arguments);
    assert_says(
        &first,
        0,
        &["notice of acme: warning: scimcred-acme0old0001: older_than 90d holds", "no register yet"],
    );
    assert_says(&first, 0, &["has not finished within 30m is given up"]);
    assert_eq!(warned(&newest(&register).facts), 3);
    let second = output(&arguments);
    assert_says(&second, 0, &["memory    register: generation "]);
    assert!(!stdout(&second).contains("notice of "), "people were told already:\n{}", stdout(&second));
}

#[test]
fn the_key_is_made_once_for_its_owner_alone() {
    let place = folder("key");
    let (policy, register) = (policy(&place, &["acme"]), place.join("register"));
    let arguments = ["run", "--register", register.to_str().unwrap(), "--policy", &policy];
    assert_says(&output(&arguments), 0, &[]);
    let key = fs::read_to_string(register.join("key")).unwrap();
    assert!(key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit()));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&register), mode(&register.join("key"))), (0o700, 0o600));
    assert_says(&output(&arguments), 0, &[]);
    assert_eq!(fs::read_to_string(register.join("key")).unwrap(), key);

    fs::set_permissions(register.join("key"), fs::Permissions::from_mode(0o644)).unwrap();
    let open_to_all = output(&arguments);
    assert_says(&open_to_all, 5, &["key is not used: others may read or change it (mode 644)", "chmod 600"]);
    fs::remove_file(register.join("key")).unwrap();
    let before = generations(&register);
    assert_says(&output(&arguments), 5, &["key is missing", "scim-keys register reset"]);
    assert_eq!(generations(&register), before);
    assert!(!register.join("key").exists(), "a new key would hide that the old one is lost");
}

#[test]
fn with_a_key_in_the_environment_none_is_made() {
    let place = folder("given-key");
    let (policy, register) = (policy(&place, &["acme"]), place.join("register"));
    let given = ("SCIM_KEYS_CURSOR_KEY", "made-up-key-of-a-test-0123456789");
    let run = command(&[given], &["run", "--register", register.to_str().unwrap(), "--policy", &policy]).output();
    assert_says(&run.unwrap(), 0, &[]);
    assert!(!register.join("key").exists());
    let keys = Keys::parse(&given.1.into()).unwrap();
    assert!(generations(&register).values().all(|sealed| jws::open(sealed, Type::Cursor, &keys).is_ok()));
}

#[test]
fn a_key_in_the_environment_that_hides_the_folders_own_is_named_in_the_remedy() {
    let place = folder("hidden-key");
    let (policy, register) = (policy(&place, &["acme"]), place.join("register"));
    let arguments = ["run", "--register", register.to_str().unwrap(), "--policy", &policy];
    assert_says(&output(&arguments), 0, &[]);
    let given = ("SCIM_KEYS_CURSOR_KEY", "made-up-key-of-a-test-0123456789");
    let hidden = command(&[given], &arguments).output().unwrap();
    let remedy = "if it is the one in the register's folder, unset SCIM_KEYS_CURSOR_KEY, which goes before it";
    assert_says(&hidden, 5, &["is not believed", remedy]);
    assert_says(&output(&arguments), 0, &[]);
}

#[test]
fn two_processes_at_once_lose_no_generation() {
    let place = folder("at-once");
    let (policy, register) = (policy(&place, &["acme"]), place.join("register"));
    let arguments = ["run", "--register", register.to_str().unwrap(), "--policy", &policy];
    assert_says(&output(&arguments), 0, &[]);
    let began = generations(&register).len();
    let start = |_| command(&[], &arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let children: Vec<Child> = (0..6).map(start).collect();
    for child in children {
        assert_says(&child.wait_with_output().unwrap(), 0, &[]);
    }
    let (keys, generations) = (keys(&register), generations(&register));
    let cursors: Vec<Cursor> = generations.values().map(|sealed| open(sealed, &keys)).collect();
    // Fewer than six more: who lost a settle may find that a later look than its own is settled already.
    assert!(cursors.len() > began);
    for ((pair, cursor), number) in cursors.windows(2).zip(&cursors[1..]).zip(generations.keys().skip(1)) {
        assert_eq!((cursor.generation, number.1), (pair[0].generation + 1, cursor.generation), "no gap, no other name");
        assert!(!pair[0].facts.adds_to(&pair[1].facts), "what was settled stays");
        assert!(pair[0].as_of <= pair[1].as_of);
    }
}

#[test]
fn one_failing_account_stops_no_other_and_the_worst_ending_is_the_exit_code() {
    let place = folder("accounts");
    let (policy, register) = (policy(&place, &["acme", "globex"]), place.join("register"));
    // The endpoint is never reached: neither account has a secret.
    let endpoint = ["--endpoint", "http://127.0.0.1:1"];
    let run = ["run", "--json", "--register", register.to_str().unwrap(), "--policy", &policy];
    let failed = output(&[&run[..], &endpoint].concat());
    assert_says(&failed, 5, &[]);
    let lines: Vec<Value> = stdout(&failed).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ended: Vec<_> = lines.iter().filter(|line| line["status"].is_string()).collect();
    assert_eq!(ended.len(), 2);
    let accounts: BTreeSet<_> = ended.iter().map(|line| line["account"].as_str().unwrap()).collect();
    assert_eq!(accounts, BTreeSet::from(["acme", "globex"]));
    for line in ended {
        assert_eq!(line["status"], "failed");
        assert!(line["why"].as_str().unwrap().contains("no secret from `profile:"), "{line}");
    }
    assert_eq!(lines.iter().filter(|line| line["notice"]["topic"] == "blind").count(), 2);
}

#[test]
fn a_cloud_that_cannot_be_reached_is_given_up_in_time_and_people_are_told() {
    let place = folder("unreachable");
    let (policy, register) = (place.join("policy.json"), place.join("register"));
    let account = r#"{"name":"acme","site":"intl","zone":"auto","secret":"env"}"#;
    fs::write(&policy, format!(r#"{{"version":1,"mode":"enforce","accounts":[{account}],"rules":{WARNS}}}"#)).unwrap();
    let secret = [("TENCENTCLOUD_SECRET_ID", "AKIDmadeup"), ("TENCENTCLOUD_SECRET_KEY", "made-up-secret-of-a-test")];
    let (policy, dir) = (policy.to_str().unwrap(), register.to_str().unwrap());
    let run = |rest: &[&str]| {
        let arguments = ["run", "--register", dir, "--policy", policy, "--endpoint", "http://127.0.0.1:1"];
        command(&secret, &[&arguments[..], rest].concat()).output().unwrap()
    };
    let given_up = run(&["--for", "1s"]);
    let told = "notice of acme: not_through: the run could not finish within 1s (after ";
    let why = " it would have to wait beyond that): DescribeIdentityCenter was not sent";
    assert_says(&given_up, 5, &[told, why, "the next scheduled run begins anew"]);
    for bad in ["0s", "30", "1441m", "25h", "soon"] {
        assert_says(&run(&["--for", bad]), 2, &["--for", bad, "as in 90d, and at most 1d"]);
    }
}

#[test]
fn a_program_gets_each_notice_and_what_it_does_not_accept_fails_the_run() {
    let place = folder("notify");
    let (policy, told) = (policy(&place, &["acme"]), place.join("told"));
    let run = |register: &str, program: &str| {
        let register = place.join(register);
        let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/notify").join(program);
        let (register, program) = (register.to_str().unwrap(), program.to_str().unwrap());
        let arguments = ["run", "--register", register, "--policy", &policy, "--notify", program];
        command(&[("TOLD", told.to_str().unwrap())], &arguments).output().unwrap()
    };
    let accepted = run("accepts", "accepts");
    assert_says(&accepted, 0, &[]);
    assert!(!stdout(&accepted).contains("notice of "));
    let lines = fs::read_to_string(&told).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said: Vec<_> = lines.iter().map(|notice| (&notice["account"], &notice["topic"])).collect();
    let of_acme = ["warning", "warning", "unvouched_key"].map(|topic| (json!("acme"), json!(topic)));
    assert_eq!(said, of_acme.each_ref().map(|(account, topic)| (account, topic)));
    assert_eq!(warned(&newest(&place.join("accepts")).facts), 3);
    assert_says(&run("refuses", "refuses"), 5, &["nobody could be told"]);
    assert_eq!(warned(&newest(&place.join("refuses")).facts), 0);
}

#[test]
fn a_program_that_cannot_be_started_is_refused_at_once_but_stops_no_containment() {
    let place = folder("notify-missing");
    let (policy, register, plain) = (policy(&place, &["acme"]), place.join("register"), place.join("plain"));
    fs::write(&plain, "").unwrap();
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o644)).unwrap();
    let register = register.to_str().unwrap();
    let run = |program: &str, rest: &[&str]| {
        let arguments = ["run", "--register", register, "--policy", &policy, "--for", "1s", "--notify", program];
        command(&[], &[&arguments[..], rest].concat()).current_dir(&place).output().unwrap()
    };
    let missing = place.join("missing");
    let said = [
        (missing.to_str().unwrap(), "No such file"),
        ("./missing", "give the path of a program, and nothing else"),
        (place.to_str().unwrap(), "it is no file"),
        ("./plain", "it is not executable for this user: chmod +x"),
        ("plain", "PATH has no program of this name: give its path"),
        ("true --really", "it is started without arguments"),
    ];
    for (program, why) in said {
        assert_says(&run(program, &[]), 1, &[&format!("--notify {program}: "), why]);
    }
    assert!(!Path::new(register).exists(), "nothing was done");
    assert_says(&run("true", &[]), 0, &[]);
    let incident = place.join("incident.json");
    let rule =
        r#"[{"id":"contain","on":"incident","when":{"implicated":true},"then":"disable","waives":["keep_one"]}]"#;
    fs::write(&policy, fs::read_to_string(&policy).unwrap().replace(WARNS, rule)).unwrap();
    let event =
        r#"{"source":"scim-key-lifecycle","kind":"incident","id":"INC-1","credentials":["scimcred-acme0old0001"]}"#;
    fs::write(&incident, event).unwrap();
    let contained = run("./plain", &["--event", incident.to_str().unwrap(), "--json"]);
    assert_says(&contained, 5, &[r#""state":"disabled""#, "--notify ./plain: it is not executable"]);
}

#[test]
fn an_event_that_is_refused_or_not_ours_starts_nothing() {
    let place = folder("events");
    let register = place.join("register");
    let run = |event: &str| {
        let file = place.join("event.json");
        fs::write(&file, event).unwrap();
        output(&["run", "--register", register.to_str().unwrap(), "--event", file.to_str().unwrap()])
    };
    assert_says(&run("{"), 1, &["event.json", "not JSON", "send one JSON object"]);
    // What comes as a file comes once, and so it has longer than a schedule.
    assert_says(&run(include_str!("../../events/someone-elses.json")), 6, &["has not finished within 1d is given up"]);
    assert_says(&run(r#"{"source":"scim-key-lifecycle","kind":"shedule"}"#), 1, &["$.event.kind", "remedy: "]);
    assert_says(&run(include_str!("../../events/someone-elses.json")), 6, &["ignored: "]);
    let file = place.join("event.json");
    let ignored =
        output(&["run", "--json", "--register", register.to_str().unwrap(), "--event", file.to_str().unwrap()]);
    let line: Value = serde_json::from_str(&stdout(&ignored)).unwrap();
    assert_eq!(line["status"], "ignored");
    assert!(generations(&register).is_empty());
}

/// A run may find no room in it: then its remedy must be there.
#[test]
fn a_register_that_may_be_full_can_be_reset_though_it_is_believed() {
    let place = folder("may-be-full");
    let (policy, register) = (policy(&place, &["acme"]), place.join("register"));
    let dir = register.to_str().unwrap();
    assert_says(&output(&["run", "--register", dir, "--policy", &policy]), 0, &[]);
    let (row, generation) = generations(&register).into_keys().next_back().unwrap();
    let mut cursor = newest(&register);
    cursor.generation += 1;
    for number in 0..300 {
        let incident = IncidentId::parse(&format!("INC-{number}")).unwrap();
        cursor.facts.learn(cursor.as_of.unwrap(), Fact::Answered { incident, dated: None });
    }
    let sealed = cursor.seal(&keys(&register)).unwrap();
    fs::write(register.join(format!("{row}-{}", generation + 1)), sealed.as_str()).unwrap();
    let reset = ["register", "reset", "--register", dir, "--account", "acme"];
    assert_says(&output(&reset), 1, &["it is believed, and takes", "of 49152 bytes", "--yes"]);
    assert_says(&output(&[&reset[..], &["--yes"]].concat()), 0, &["is created"]);
    assert!(!newest(&register).facts.facts().any(|dated| matches!(dated.fact, Fact::Answered { .. })));
}

#[test]
fn only_a_reset_goes_on_from_a_register_that_is_not_believed_and_it_permits_nothing() {
    let place = folder("reset");
    let (policy, register) = (policy(&place, &["acme"]), place.join("register"));
    let dir = register.to_str().unwrap();
    let run = ["run", "--register", dir, "--policy", &policy];
    let reset = ["register", "reset", "--register", dir, "--account", "acme"];
    assert_says(&output(&run), 0, &[]);
    assert_says(&output(&reset), 1, &["is believed, and has room: there is nothing to reset"]);
    assert_says(&output(&[&reset[..5], &["globex"]].concat()), 1, &["holds nothing of the account globex"]);

    let last = generations(&register).into_keys().next_back().unwrap();
    let file = register.join(format!("{}-{}", last.0, last.1));
    let forged = fs::read_to_string(&file).unwrap().replace('.', ".e");
    fs::write(&file, forged).unwrap();
    let before = generations(&register);
    assert_says(&output(&run), 5, &["is not believed"]);
    assert_eq!(generations(&register), before, "nothing is settled on top of what is not believed");
    assert_says(&output(&reset), 1, &["is not believed", "Nothing was done", "--yes"]);
    assert_eq!(generations(&register), before);
    assert_says(&output(&[&reset[..], &["--yes"]].concat()), 0, &[&format!("Generation {} is created", last.1 + 1)]);
    let begun = newest(&register);
    let facts: Vec<&Fact> = begun.facts.facts().map(|dated| &dated.fact).collect();
    assert_eq!((facts, begun.run, begun.as_of), (vec![&Fact::Resumed], None, None));
    assert_says(&output(&run), 0, &[&format!("generation {} of the register is believed", last.1 + 1)]);
}

#[test]
fn a_reset_throws_away_nothing_that_only_cannot_be_read() {
    let place = folder("reset-unreadable");
    let (policy, register) = (policy(&place, &["acme"]), place.join("register"));
    let dir = register.to_str().unwrap();
    let run = ["run", "--register", dir, "--policy", &policy];
    let reset = ["register", "reset", "--register", dir, "--account", "acme", "--yes"];
    assert_says(&output(&run), 0, &[]);
    let before = generations(&register);
    let last = before.keys().next_back().unwrap();
    let (file, kept) = (register.join(format!("{}-{}", last.0, last.1)), place.join("kept"));
    fs::rename(&file, &kept).unwrap();
    // It is a file, and reading it from its beginning is an I/O error for everybody.
    symlink("/proc/self/mem", &file).unwrap();
    assert_says(&output(&reset), 1, &["cannot be read: ", "Nothing is reset", "put an empty file in its place"]);
    fs::remove_file(&file).unwrap();
    fs::rename(&kept, &file).unwrap();
    assert_eq!(generations(&register), before);

    fs::rename(&file, &kept).unwrap();
    fs::write(&file, "").unwrap();
    assert_says(&output(&reset), 0, &["is not believed"]);
    // What is no file is no cursor, however long somebody waits.
    let next = register.join(format!("{}-{}", last.0, last.1 + 2));
    fs::create_dir(&next).unwrap();
    assert_says(&output(&reset), 0, &["is not a file"]);
}
