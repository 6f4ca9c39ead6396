//! The operator's tool: try an event, play the loop, check a policy, serve the simulator.

mod beside;
mod cli;
mod cloud;
mod cursor;
mod event;
mod exit;
mod invoke;
mod local;
mod notify;
mod places;
mod policy;
mod print;
mod ran;
mod random;
mod register;
mod rehearse;
mod restore;
mod run;
mod simulate;
mod zone_file;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    leave_no_core();
    let cli = Cli::parse();
    let filter = std::env::var("SCIM_KEYS_LOG").ok();
    scim_key_lifecycle::logs::to_stderr_as_json(filter.as_deref());
    let done = match cli.command {
        Command::Invoke(asked) => invoke::invoke(&asked).await,
        Command::Event(asked) => event::event(&asked),
        Command::Run(asked) => run::run(&asked).await,
        Command::Restore(asked) => restore::restore(&asked).await,
        Command::Rehearse(asked) => rehearse::rehearse(&asked).await,
        Command::Cursor(cli::CursorCommand::Show(asked)) => cursor::show(&asked),
        Command::Register(cli::RegisterCommand::Reset(asked)) => register::reset(&asked).await,
        Command::Policy(cli::PolicyCommand::Check { file }) => policy::check(&file),
        Command::Simulate(asked) => simulate::simulate(&asked).await,
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            print::wrong(&error.to_string());
            ExitCode::from(exit::REFUSED)
        }
    }
}

/// A panic aborts the program, and its memory has secrets: none of it is to stay in a file.
fn leave_no_core() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Core);
    // To lower it is always allowed.
    let _lowered = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
}
