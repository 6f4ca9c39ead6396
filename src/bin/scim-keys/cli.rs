//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

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
    /// Say what is wrong with a policy, or what it may do and stop
    #[command(subcommand)]
    Policy(PolicyCommand),
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
