//! A channel that is a program of this machine: it gets each notice as one line of JSON on its standard input.
//!
//! The program is started directly, by no shell and without arguments, so nothing in a notice is ever taken for a
//! command. It has accepted the notice if it ends with exit code 0 within half a minute; what it prints goes to our
//! standard error. What it starts is in its process group, and is killed with it.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::Channel;
use crate::clock::Clock;
use crate::notice::Addressed;

/// How long the program may take for one notice. Then it is killed, and has not accepted it.
const WITHIN: Duration = Duration::from_secs(30);

/// How the names of variables begin that hold secrets of this program: none of them is that program's business.
const SECRETS: [&str; 2] = ["TENCENTCLOUD_", "SCIM_KEYS_CURSOR_KEY"];

/// How long to wait before asking again whether it has ended.
const ASK_AGAIN: Duration = Duration::from_millis(20);

/// A program that tells people.
#[derive(Clone, Debug)]
pub struct Command<C> {
    program: PathBuf,
    clock: C,
}

impl<C: Clock> Command<C> {
    /// The program at this path; a name alone is looked for in `PATH`.
    pub const fn new(program: PathBuf, clock: C) -> Self {
        Self { program, clock }
    }

    async fn tell(&self, notice: Addressed<'_>) -> Result<(), String> {
        let line = serde_json::to_string(&notice).map_err(|error| error.to_string())? + "\n";
        let mut command = std::process::Command::new(&self.program);
        // Our standard output may be read by a program.
        command.stdin(Stdio::piped()).stdout(Stdio::from(std::io::stderr())).process_group(0);
        let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let secrets = variables.filter(|name| SECRETS.iter().any(|secret| name.starts_with(secret)));
        secrets.for_each(|name| _ = command.env_remove(name));
        let mut child = command.spawn().map_err(|error| format!("cannot be started: {error}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A thread, since a program that does not read may keep us waiting. It need not read: its exit code counts.
            std::thread::spawn(move || stdin.write_all(line.as_bytes()));
        }
        let by = self.clock.now().plus(WITHIN);
        loop {
            match child.try_wait() {
                Ok(None) if self.clock.now() < by => self.clock.sleep(ASK_AGAIN).await,
                ended => return judge(ended, &mut child),
            }
        }
    }
}

fn judge(ended: std::io::Result<Option<ExitStatus>>, child: &mut Child) -> Result<(), String> {
    match ended {
        Ok(Some(status)) if status.success() => Ok(()),
        Ok(Some(status)) => Err(format!("has not accepted it: {status}")),
        Ok(None) => {
            kill(child);
            Err(format!("has not ended within {} s, and was killed", WITHIN.as_secs()))
        }
        Err(error) => Err(format!("cannot be waited for: {error}")),
    }
}

/// Kills it and what it has started. Until it is waited for, its number is nobody else's, and so is its group's.
fn kill(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // If all have ended since, there is nothing to kill. Waiting leaves no zombie.
    let _gone = group.map(|group| kill_process_group(group, Signal::KILL));
    let _waited = child.wait();
}

impl<C: Clock> Channel for Command<C> {
    async fn publish(&self, notice: Addressed<'_>) -> bool {
        let told = self.tell(notice).await;
        if let Err(why) = &told {
            let (program, account, notice) = (self.program.display(), notice.account.as_str(), &notice.notice.id);
            tracing::error!(%program, account, notice, why, "notice not accepted");
        }
        told.is_ok()
    }
}
