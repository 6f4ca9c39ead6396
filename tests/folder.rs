//! The register in a folder, and the program that tells people: what the loop runs on, on a machine of one's own.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::Duration;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::notice::{Addressed, Notice, Topic};
use scim_key_lifecycle::orchestrator::{Channel, Command, Folder, NotCreated, Register};
use scim_key_lifecycle::simulator::clock::VirtualClock;
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::zone::AccountName;

const PREFIX: &str = "9f86d081884c7d65";

/// An empty folder for a test, named after it.
fn empty(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("folder").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

async fn generations(folder: &Folder) -> BTreeSet<u64> {
    folder.list(PREFIX).await.unwrap().into_iter().map(|entry| entry.generation).collect()
}

#[tokio::test]
async fn what_is_created_is_listed_with_its_time_read_back_and_never_replaced() {
    let folder = Folder::new(empty("created"), "a".to_owned());
    let before = SystemClock.now();
    folder.create(PREFIX, 7, "eyJ.a.b").await.unwrap();
    let entries = folder.list(PREFIX).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.generation).collect::<Vec<_>>(), [7]);
    // A file system's clock may lag some milliseconds behind.
    let slack = Duration::from_secs(2);
    assert!(entries[0].created.plus(slack) >= before && entries[0].created <= SystemClock.now().plus(slack));
    assert_eq!(folder.create(PREFIX, 7, "another").await, Err(NotCreated::Taken));
    assert_eq!(folder.get(PREFIX, 7).await.unwrap(), "eyJ.a.b");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing temporary stays");
}

#[tokio::test]
async fn a_link_in_a_generations_place_is_no_generation_of_somebody_who_was_faster() {
    let folder = Folder::new(empty("link"), "a".to_owned());
    symlink("nowhere", folder.path().join(format!("{PREFIX}-1"))).unwrap();
    let Err(NotCreated::Failed(why)) = folder.create(PREFIX, 1, "x").await else { panic!("it is no generation") };
    assert!(why.ends_with(&format!("{PREFIX}-1 is a link: move it away, the folder is the register's own")), "{why}");
}

#[tokio::test]
async fn only_generations_of_this_account_are_listed() {
    let folder = Folder::new(empty("listed"), "a".to_owned());
    let others = [
        "key".to_owned(),
        ".temporary-b-0".to_owned(),
        PREFIX.to_owned(),
        format!("{PREFIX}-"),
        format!("{PREFIX}-007"),
        format!("{PREFIX}-+7"),
        format!("{PREFIX}-7.bak"),
        format!("{PREFIX}-99999999999999999999"),
        "0000000000000000-5".to_owned(),
    ];
    for name in &others {
        fs::write(folder.path().join(name), "x").unwrap();
    }
    folder.create(PREFIX, 1_795_500_000, "x").await.unwrap();
    assert_eq!(generations(&folder).await, BTreeSet::from([1_795_500_000]));
}

#[tokio::test]
async fn a_generation_that_was_deleted_is_gone_and_deleting_it_again_does_no_harm() {
    let folder = Folder::new(empty("deleted"), "a".to_owned());
    folder.create(PREFIX, 1, "x").await.unwrap();
    folder.create(PREFIX, 2, "y").await.unwrap();
    folder.delete(PREFIX, 1).await.unwrap();
    folder.delete(PREFIX, 1).await.unwrap();
    assert_eq!(generations(&folder).await, BTreeSet::from([2]));
    assert!(folder.get(PREFIX, 1).await.unwrap_err().ends_with("-1 is not there"));
}

#[tokio::test]
async fn what_is_no_text_is_read_as_something_that_no_seal_fits() {
    let folder = Folder::new(empty("bytes"), "a".to_owned());
    fs::write(folder.path().join(format!("{PREFIX}-1")), [b'e', 0xff, 0xfe]).unwrap();
    assert_eq!(folder.get(PREFIX, 1).await.unwrap(), "e\u{fffd}\u{fffd}");
}

/// As soon as somebody has created it: whoever reads it then must not see half of it.
#[test]
fn a_generation_is_whole_as_soon_as_it_has_its_name() {
    const LENGTH: usize = 1_000_000;
    let path = empty("whole");
    std::thread::scope(|scope| {
        for generation in 1..=20 {
            let name = path.join(format!("{PREFIX}-{generation}"));
            let reads = scope.spawn(move || {
                loop {
                    if let Ok(content) = fs::read(&name) {
                        return content.len();
                    }
                    std::thread::yield_now();
                }
            });
            let folder = Folder::new(path.clone(), "a".to_owned());
            folder.create_file(&format!("{PREFIX}-{generation}"), "x".repeat(LENGTH).as_bytes()).unwrap();
            assert_eq!(reads.join().unwrap(), LENGTH);
        }
    });
}

#[test]
fn of_many_who_create_the_same_generation_at_once_one_does_and_its_content_is_whole() {
    let path = empty("race");
    let won: Vec<(u64, usize)> = std::thread::scope(|scope| {
        let racers = (0..4).map(|racer: usize| {
            let path = path.clone();
            scope.spawn(move || {
                let folder = Folder::new(path, format!("racer{racer}"));
                let content = racer.to_string().repeat(10_000);
                let created =
                    |generation: &u64| folder.create_file(&format!("{PREFIX}-{generation}"), content.as_bytes());
                let won = (1..=50).filter(|generation| match created(generation) {
                    Ok(()) => true,
                    Err(NotCreated::Taken) => false,
                    Err(NotCreated::Failed(why)) => panic!("{why}"),
                });
                won.map(|generation| (generation, racer)).collect::<Vec<_>>()
            })
        });
        racers.collect::<Vec<_>>().into_iter().flat_map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(won.len(), 50, "each generation was created once");
    for (generation, racer) in won {
        let content = fs::read_to_string(path.join(format!("{PREFIX}-{generation}"))).unwrap();
        assert_eq!(content, racer.to_string().repeat(10_000));
    }
}

#[tokio::test]
async fn what_a_crash_left_is_ignored_and_swept_once_it_is_old() {
    let folder = Folder::new(empty("left-over"), "a".to_owned());
    let left = folder.path().join(".temporary-crashed-0");
    fs::write(&left, "half a cur").unwrap();
    folder.create(PREFIX, 1, "x").await.unwrap();
    let now = SystemClock.now();
    folder.sweep_left_over(now);
    assert!(left.exists(), "somebody may be writing it");
    folder.sweep_left_over(now.plus(Duration::from_hours(2)));
    assert!(!left.exists());
    assert_eq!(generations(&folder).await, BTreeSet::from([1]));
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_an_error_and_not_an_empty_register() {
    let folder = Folder::new(empty("nowhere").join("missing"), "a".to_owned());
    assert!(folder.list(PREFIX).await.unwrap_err().ends_with("missing is not there"));
    assert!(folder.holds_any().is_err());
    assert!(
        matches!(folder.create(PREFIX, 1, "x").await, Err(NotCreated::Failed(why)) if why.contains("cannot write"))
    );
}

#[tokio::test]
async fn what_cannot_be_a_cursor_is_not_read() {
    let folder = Folder::new(empty("no-cursor"), "a".to_owned());
    fs::write(folder.path().join(format!("{PREFIX}-1")), "a".repeat(65_537)).unwrap();
    assert!(folder.get(PREFIX, 1).await.unwrap_err().contains("has more than 65536 bytes"));
    fs::create_dir(folder.path().join(format!("{PREFIX}-2"))).unwrap();
    assert!(folder.get(PREFIX, 2).await.unwrap_err().contains("is not a file"));
}

#[tokio::test]
async fn a_folder_tells_whether_it_holds_a_generation_of_anybody() {
    let folder = Folder::new(empty("any"), "a".to_owned());
    fs::write(folder.path().join("key"), "x").unwrap();
    fs::write(folder.path().join(".temporary-b-0"), "").unwrap();
    assert_eq!(folder.holds_any(), Ok(false), "another process may be making the key");
    folder.create("0000000000000000", 5, "x").await.unwrap();
    assert_eq!(folder.holds_any(), Ok(true));
}

fn notice(text: &str) -> Notice {
    let credentials = Vec::new();
    Notice { id: "run/acme/blind".to_owned(), topic: Topic::Blind, credentials, rule: None, text: text.to_owned() }
}

fn program(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/notify").join(name)
}

async fn publish<C: Clock>(program: &Command<C>, text: &str) -> bool {
    let account = AccountName::parse("acme").unwrap();
    program.publish(Addressed { account: &account, notice: &notice(text) }).await
}

/// Does this program accept a notice?
async fn accepts(program: PathBuf, text: &str) -> bool {
    publish(&Command::new(program, SystemClock), text).await
}

#[tokio::test]
async fn a_notice_is_accepted_by_exit_code_0_alone() {
    assert!(accepts(program("accepts"), "short").await);
    assert!(!accepts(program("refuses"), "short").await);
    assert!(!accepts(program("is-not-there"), "short").await);
}

#[tokio::test]
async fn a_program_need_not_read_a_notice_that_no_pipe_would_hold() {
    assert!(accepts(program("does-not-read"), &"long ".repeat(100_000)).await);
    assert!(accepts(program("accepts"), &"long ".repeat(100_000)).await);
}

#[tokio::test]
async fn a_program_that_does_not_end_is_killed_after_half_a_minute() {
    let clock = VirtualClock::at(Timestamp::from_unix_seconds(0));
    assert!(!publish(&Command::new(program("never-ends"), &clock), "x").await);
    assert_eq!(clock.now(), Timestamp::from_unix_seconds(30));
}

/// A clock on which no time passes before this file is there.
struct Once {
    there: PathBuf,
    clock: VirtualClock,
}

impl Clock for &Once {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn sleep(&self, time: Duration) {
        while !self.there.exists() {
            SystemClock.sleep(Duration::from_millis(5)).await;
        }
        self.clock.advance(time);
    }
}

/// Does this process run? One that is dead may still have a number, until somebody asks how it ended.
fn runs(process: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

#[tokio::test]
async fn what_a_program_has_started_is_killed_with_it() {
    let file = empty("child").join("process");
    let clock = Once { there: file.clone(), clock: VirtualClock::at(Timestamp::from_unix_seconds(0)) };
    let waits = Command::new(program("waits-for-its-child"), &clock);
    assert!(!publish(&waits, file.to_str().unwrap()).await);
    let child = fs::read_to_string(&file).unwrap();
    // A signal takes a moment.
    for _ in 0..1000 {
        if runs(child.trim()) {
            SystemClock.sleep(Duration::from_millis(5)).await;
        }
    }
    let is_left = runs(child.trim());
    if is_left {
        // Whoever reads what this test prints would wait for it.
        std::process::Command::new("kill").args(["-9", child.trim()]).status().unwrap();
    }
    assert!(!is_left, "{child} is left");
}
