//! The rooms of the library stand in one line, each uses only those above it, and the first ones are pure, as is all that
//! says so.
//!
//! It reads the source as text: `src/lib.rs` for the order, and each room's files, without comments and tests, for what
//! they use. That is coarse, and enough: a path to another room starts with `crate::`.

use std::fs;
use std::path::{Path, PathBuf};

/// The last of the rooms that are pure.
const LAST_PURE: &str = "cursor";

/// What no pure room may hold: waiting, the world outside, clocks, logs, and what differs from run to run.
const IMPURE: [&str; 15] = [
    "async",
    "await",
    "tokio",
    "tracing",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant",
    "Utc::now",
    "rand",
    "getrandom",
    "RandomState",
];

/// The rooms in the order in which `lib.rs` has them.
fn rooms(lib: &str) -> Vec<&str> {
    lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect()
}

/// The code of a file line by line: without comments, and without the tests at its end.
fn code(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let tests =
        lines.windows(2).position(|pair| pair[0].trim() == "#[cfg(test)]" && pair[1].starts_with("mod tests {"));
    lines[..tests.unwrap_or(lines.len())].to_vec()
}

/// Does `word` stand in `line` as a word of its own?
fn has_word(line: &str, word: &str) -> bool {
    let part_of_a_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(part_of_a_name) && !line[at + word.len()..].starts_with(part_of_a_name))
}

/// Where a file of `room` uses a room that does not stand above it.
fn trespasses(rooms: &[&str], room: &str, file: &str, text: &str) -> Vec<String> {
    let at = rooms.iter().position(|other| *other == room).unwrap();
    let mut found = Vec::new();
    for (number, line) in code(text).into_iter().enumerate() {
        let place = format!("{file}:{}", number + 1);
        if line.contains("crate::{") {
            found.push(format!("{place}: name each room in a `use` of its own, so that this test can read it"));
        }
        let below = rooms[at + 1..].iter().filter(|other| has_word(line, &format!("crate::{other}")));
        found.extend(below.map(|other| format!("{place}: {room} uses {other}, which does not stand above it")));
    }
    found
}

/// Does the file's own text at its head promise it?
fn says_that_it_is_pure(text: &str) -> bool {
    text.lines().take_while(|line| line.starts_with("//!")).any(|line| has_word(line, "Pure"))
}

/// Where a file of a pure room holds what a pure room may not.
fn impurities(file: &str, text: &str) -> Vec<String> {
    let lines = code(text).into_iter().enumerate();
    lines
        .flat_map(|(number, line)| {
            let held = IMPURE.iter().filter(move |word| has_word(line, word));
            held.map(move |word| format!("{file}:{}: a pure room holds `{word}`", number + 1))
        })
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of a room, tests left out, with its path in the repository.
fn files(room: &str) -> Vec<(String, String)> {
    let src = root().join("src");
    let mut unread = vec![src.join(format!("{room}.rs")), src.join(room)];
    unread.retain(|path| path.exists());
    assert!(!unread.is_empty(), "room {room} has no file");
    let mut files = Vec::new();
    while let Some(path) = unread.pop() {
        if path.is_dir() {
            unread.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if !path.strip_prefix(&src).unwrap().iter().any(|part| part == "tests" || part == "tests.rs") {
            files.push((path.strip_prefix(root()).unwrap().display().to_string(), read(&path)));
        }
    }
    files
}

#[test]
fn every_room_uses_only_rooms_above_it() {
    let lib = read(&root().join("src/lib.rs"));
    let rooms = rooms(&lib);
    assert!(rooms.len() > 15 && rooms.first() == Some(&"json"), "{rooms:?}");
    let mut found = Vec::new();
    for room in &rooms {
        for (file, text) in files(room) {
            found.extend(trespasses(&rooms, room, &file, &text));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_rooms_of_decisions_are_pure() {
    let lib = read(&root().join("src/lib.rs"));
    let rooms = rooms(&lib);
    let last = rooms.iter().position(|room| *room == LAST_PURE).unwrap();
    let decisions = rooms[..=last].iter().chain(["report"].iter()).flat_map(|room| files(room));
    let others = rooms[last + 1..].iter().flat_map(|room| files(room)).filter(|(_, text)| says_that_it_is_pure(text));
    let others: Vec<(String, String)> = others.collect();
    assert!(others.iter().any(|(file, _)| file == "src/tencent/retry.rs"), "{others:?}");
    let found: Vec<String> = decisions.chain(others).flat_map(|(file, text)| impurities(&file, &text)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn these_checks_can_fail() {
    let rooms = rooms("//! x\npub mod json;\npub mod time;\npub mod clock;\nmod inner;\n");
    assert_eq!(rooms, ["json", "time", "clock"]);
    let text = "use crate::json;\n// crate::clock\nfn f(c: &crate::clock::Clock) {}\nuse crate::{json, clock};\n\
        use crate::clocks;\n#[cfg(test)]\nmod tests {\n use crate::clock;\n}\n";
    let found = trespasses(&rooms, "time", "src/time.rs", text);
    assert_eq!(found[0], "src/time.rs:3: time uses clock, which does not stand above it");
    assert!(found[1].starts_with("src/time.rs:4: name each room") && found.len() == 2, "{found:?}");
    assert_eq!(trespasses(&rooms, "clock", "src/clock.rs", text).len(), 1, "the lowest may use all");
    let text = "#[cfg(test)]\nmod tests;\n\nuse crate::clock;\n";
    assert_eq!(trespasses(&rooms, "time", "src/time.rs", text).len(), 1, "tests in another file end nothing");
    assert!(says_that_it_is_pure("//! Who may.\n//! Pure: it asks nobody.\n") && !says_that_it_is_pure("// Pure.\n"));
    let text = "fn f() {}\nasync fn g() { h().await }\n/// tokio\nlet operand = std::env::var(\"X\");\n";
    let found = impurities("src/time.rs", text);
    let held = ["2: a pure room holds `async`", "2: a pure room holds `await`", "4: a pure room holds `std::env`"];
    assert_eq!(found, held.map(|rest| format!("src/time.rs:{rest}")));
}

#[test]
fn tls_is_ring_and_aws_lc_is_not_in_the_tree() {
    let lock = read(&root().join("Cargo.lock"));
    let names: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(names.contains(&"ring"));
    let aws_lc: Vec<&&str> = names.iter().filter(|name| name.starts_with("aws-lc")).collect();
    assert!(aws_lc.is_empty(), "{aws_lc:?}");
}
