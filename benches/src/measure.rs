//! Clocks, and the one line that a program prints.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;

/// Prints what a program measured.
pub fn print(measured: &Value) {
    println!("{measured}");
}

/// The present instant.
#[expect(clippy::disallowed_methods, reason = "a bench measures the machine's own time")]
pub fn now() -> Instant {
    Instant::now()
}

/// The CPU time that this process has used.
pub fn process_cpu() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(used.tv_sec.unsigned_abs(), u32::try_from(used.tv_nsec).unwrap_or_default())
}

/// The CPU time that the threads of another process, which live, have used.
///
/// # Errors
/// If the process is gone.
pub fn cpu_of(pid: u32) -> std::io::Result<Duration> {
    let mut used = Duration::ZERO;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let schedule = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        let nanoseconds = schedule.split_whitespace().next().and_then(|used| used.parse().ok());
        used +=
            nanoseconds.map(Duration::from_nanos).ok_or_else(|| std::io::Error::other("the kernel counts no time"))?;
    }
    Ok(used)
}

/// Calls `deed` so many times in each of seven rounds, and returns the nanoseconds of one call in each round.
pub fn rounds<T>(calls: u32, mut deed: impl FnMut() -> T) -> Vec<f64> {
    let mut round = || {
        let began = now();
        for _ in 0..calls {
            black_box(deed());
        }
        began.elapsed().as_nanos() as f64 / f64::from(calls)
    };
    round();
    (0..7).map(|_| round()).collect()
}

/// What the kernel says of a process under this name in its `status`, in KiB: `VmHWM` is its peak memory.
///
/// # Errors
/// If the process is gone, or the kernel says nothing of the kind.
pub fn memory_kib(pid: u32, name: &str) -> std::io::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let size = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    size.ok_or_else(|| std::io::Error::other(format!("no {name} of process {pid}")))
}
