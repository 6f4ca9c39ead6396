//! What is printed decides nothing, and what counts as told because it was printed really was.

use std::collections::BTreeSet;
use std::fs::File;

use super::*;

const ACCEPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/notify/accepts");

/// A file that takes nothing, as on a disk that is full.
fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

#[test]
fn every_account_has_its_run_though_nothing_can_be_printed() {
    let place = folder("full");
    let (policy, register) = (policy(&place, &["acme", "globex", "initech"]), place.join("register"));
    let told = place.join("told");
    for json in [&["--json"][..], &[]] {
        let register = register.with_extension(json.len().to_string());
        let run = ["run", "--register", register.to_str().unwrap(), "--policy", &policy, "--notify", ACCEPTS];
        let mut run = command(&[("TOLD", told.to_str().unwrap())], &[&run[..], json].concat());
        let ended = run.stdout(full()).output().unwrap();
        assert_says(&ended, 1, &["what was done is done, but not all of it could be printed", "No space left"]);
        assert_eq!(fs::read_to_string(&told).unwrap().lines().count(), 9, "three of each account");
        fs::remove_file(&told).unwrap();
        let served: BTreeSet<String> = generations(&register).into_keys().map(|(prefix, _)| prefix).collect();
        assert_eq!(served.len(), 3);
    }
}

#[test]
fn what_could_not_be_printed_counts_as_told_to_nobody() {
    let place = folder("printed-to-nobody");
    let policy = policy(&place, &["acme"]);
    let run = |name: &str| {
        let register = place.join(name);
        let mut run = command(&[], &["run", "--register", register.to_str().unwrap(), "--policy", &policy]);
        (register, run.stdout(Stdio::null()).status().unwrap().code().unwrap())
    };
    let (register, code) = run("null");
    assert_eq!((code, warned(&newest(&register).facts)), (5, 0));

    let register = place.join("full");
    let mut run = command(&[], &["run", "--register", register.to_str().unwrap(), "--policy", &policy]);
    assert_says(&run.stdout(full()).output().unwrap(), 5, &["not all of it could be printed"]);
    assert_eq!(warned(&newest(&register).facts), 0);

    let register = place.join("closed");
    let run = format!(
        "exec '{}' run --register '{}' --policy '{policy}' >&-",
        env!("CARGO_BIN_EXE_scim-keys"),
        register.display()
    );
    let closed = Command::new("sh").args(["-c", &run]).env_remove("SCIM_KEYS_CURSOR_KEY").status().unwrap();
    assert_eq!((closed.code(), warned(&newest(&register).facts)), (Some(5), 0));
}

#[test]
fn a_closed_standard_error_ends_nothing() {
    let ended = command(&[], &["policy", "check", "nowhere.json"]).stderr(full()).output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
}

#[test]
fn who_is_told_by_a_program_is_handed_no_secret() {
    let place = folder("no-secret");
    let (policy, register) = (policy(&place, &["acme"]), place.join("register"));
    let program = ACCEPTS.replace("accepts", "knows-no-secret");
    let secrets = [
        ("TENCENTCLOUD_SECRET_ID", "AKIDmadeup"),
        ("TENCENTCLOUD_SECRETKEY", "made-up"),
        ("SCIM_KEYS_CURSOR_KEY", "made-up-key-of-a-test-0123456789"),
        ("TOLD", "here"),
    ];
    let run = ["run", "--register", register.to_str().unwrap(), "--policy", &policy, "--notify", &program];
    assert_says(&command(&secrets, &run).output().unwrap(), 0, &["complete"]);
}
