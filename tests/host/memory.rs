//! What a process that dies leaves of its memory, which has secrets.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// The simulator is one that waits, so that the kernel can be asked about it.
#[test]
fn a_program_that_dies_leaves_no_file_of_its_memory() {
    let allowed = format!("ulimit -c 1 && exec '{}' simulate", env!("CARGO_BIN_EXE_scim-keys"));
    let mut child = Command::new("sh").args(["-c", &allowed]).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let of_cores = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    assert_eq!(of_cores.split_whitespace().next(), Some("0"), "it said {said}");
}
