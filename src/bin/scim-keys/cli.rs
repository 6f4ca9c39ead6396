//! What can be said on the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use scim_key_lifecycle::cursor::Record;
use scim_key_lifecycle::policy::Span;
use scim_key_lifecycle::time::spoken;

/// Looks after the SCIM credentials of Tencent Cloud Identity Center.
#[derive(Parser)]
#[command(version, after_help = super::exit::HELP)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Run the function's handler on one event; against an embedded simulator unless told otherwise
    Invoke(Invoke),
    /// Print an event as it stands, or with today's times
    Event(Event),
    /// Play the whole loop for one event, with a register in a folder: what a host's cron calls
    Run(Run),
    /// Give back the receipt of a disable, so that its key is switched on again: over a register in a folder, or by the
    /// event that is printed
    Restore(Restore),
    /// Play a policy forward against a simulated zone, in enforce, and show what it would do on which day
    Rehearse(Rehearse),
    /// Say what is wrong with a policy, or what it may do and stop
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Show what a cursor says
    #[command(subcommand)]
    Cursor(CursorCommand),
    /// Go on from a register that is not believed, or full
    #[command(subcommand)]
    Register(RegisterCommand),
    /// Serve the simulator, for the function or another client on this machine
    Simulate(Simulate),
}

#[derive(Args)]
pub(super) struct Invoke {
    /// The event's file; `-` is standard input
    pub(super) event: PathBuf,
    /// The policy's file [default: the demonstration policy, against the simulator only]
    #[arg(long)]
    pub(super) policy: Option<PathBuf>,
    /// Send calls there, with the policy's own secrets and today's clock, instead of to the simulator
    #[arg(long, value_name = "URL", requires = "policy")]
    pub(super) endpoint: Option<String>,
    /// The simulator's zone [default: an expired key that is still on, and a good one of 97 days]
    #[arg(long, value_name = "FILE", conflicts_with = "endpoint")]
    pub(super) zone: Option<PathBuf>,
    /// Keep today's clock instead of the event's own time, against the simulator
    #[arg(long, conflicts_with = "endpoint")]
    pub(super) now: bool,
    /// Print exactly what the function would answer
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
pub(super) struct Event {
    /// The event's file; `-` is standard input
    pub(super) event: PathBuf,
    /// Move all its times by as much, so that the newest is now
    #[arg(long)]
    pub(super) fresh: bool,
}

#[derive(Args)]
pub(super) struct Run {
    /// The folder that holds the register, and the key that seals it; made at its first use
    #[arg(long, value_name = "DIR")]
    pub(super) register: PathBuf,
    /// The event's file; `-` is standard input [default: a schedule that is due now]
    #[arg(long, value_name = "FILE")]
    pub(super) event: Option<PathBuf>,
    #[command(flatten)]
    pub(super) place: Place,
}

#[derive(Args)]
pub(super) struct Restore {
    /// A file with the receipt, or with the answer of the disable, as `scim-keys run --json` and the state machine print
    /// it; `-` is standard input
    pub(super) receipt: PathBuf,
    /// The key, where the file has receipts of several
    #[arg(long, value_name = "ID")]
    pub(super) credential: Option<String>,
    /// The folder of the register on whose memory the restore is played [default: print the event to start the state
    /// machine with]
    #[arg(long, value_name = "DIR")]
    pub(super) register: Option<PathBuf>,
    #[command(flatten)]
    pub(super) place: Place,
}

/// What the loop is played with, besides its register.
#[derive(Args)]
pub(super) struct Place {
    /// The policy's file [default: the demonstration policy, against the simulator only]
    #[arg(long, value_name = "FILE", requires = "register")]
    pub(super) policy: Option<PathBuf>,
    /// Send calls there, with the policy's own secrets, instead of to a simulator
    #[arg(long, value_name = "URL", requires_all = ["policy", "register"])]
    pub(super) endpoint: Option<String>,
    /// The simulator's zone, made anew by every run [default: an expired key that is still on, and a good one of 97 days]
    #[arg(long, value_name = "FILE", requires = "register", conflicts_with = "endpoint")]
    pub(super) zone: Option<PathBuf>,
    /// A program that tells people: it gets each notice as one line of JSON, and accepts it with exit code 0
    /// [default: a notice counts as accepted when it is printed]
    #[arg(long, value_name = "COMMAND", requires = "register")]
    pub(super) notify: Option<PathBuf>,
    /// Give up what has not finished within so long, from 1s to 1d [default: 30m; for an event from a
    /// file, 1d]
    #[arg(long = "for", value_name = "TIME", requires = "register", value_parser = time)]
    pub(super) longest: Option<Duration>,
    /// Print JSON lines: each notice, and how each account's execution ended
    #[arg(long, requires = "register")]
    pub(super) json: bool,
}

/// How long a run may take.
fn time(text: &str) -> Result<Duration, String> {
    let time = Span::parse(text).map(Span::duration).filter(|time| *time <= Record::LONGEST);
    time.ok_or_else(|| format!("write {}, and at most {}", Span::SHAPE, spoken(Record::LONGEST)))
}

#[derive(Args)]
pub(super) struct Rehearse {
    /// The policy's file
    #[arg(long, value_name = "FILE")]
    pub(super) policy: PathBuf,
    /// The zone at the start [default: an expired key that is still on, and a good one of 97 days]
    #[arg(long, value_name = "FILE")]
    pub(super) zone: Option<PathBuf>,
    /// How many days to play
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub(super) days: u16,
    /// The first day, as in 2026-11-24 [default: today]
    #[arg(long, value_name = "DAY")]
    pub(super) from: Option<String>,
    /// Print the timeline as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Subcommand)]
pub(super) enum CursorCommand {
    /// Print a cursor's facts and its run, in plain words
    Show(Show),
}

#[derive(Args)]
pub(super) struct Show {
    /// A file with a cursor, or with answers that have one; `-` is standard input
    pub(super) file: PathBuf,
    /// Check the seal first, with the key in SCIM_KEYS_CURSOR_KEY or that of --register
    #[arg(long)]
    pub(super) verify: bool,
    /// The folder whose key is used, where SCIM_KEYS_CURSOR_KEY is not set
    #[arg(long, value_name = "DIR", requires = "verify")]
    pub(super) register: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(super) enum RegisterCommand {
    /// Create the next generation without what the newest one says, where that does not verify, or is full
    Reset(Reset),
}

#[derive(Args)]
pub(super) struct Reset {
    /// The folder that holds the register
    #[arg(long, value_name = "DIR")]
    pub(super) register: PathBuf,
    /// The account, as the policy names it
    #[arg(long, value_name = "NAME")]
    pub(super) account: String,
    /// Do it, instead of saying what would be done
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Subcommand)]
pub(super) enum PolicyCommand {
    /// Print every problem of a policy; or, if it has none, what it may do and stop
    Check {
        /// The policy's file
        file: PathBuf,
    },
}

#[derive(Args)]
pub(super) struct Simulate {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(super) port: u16,
    /// The zone [default: an expired key that is still on, and a good one of 97 days]
    #[arg(long, value_name = "FILE")]
    pub(super) zone: Option<PathBuf>,
}
