//! `scim-keys register reset`: goes on from a register that is not believed, or full, as nothing else does.

use std::error::Error;
use std::process::ExitCode;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::cursor::{Cursor, Keys, MAX_CURSOR, VERSION, may_be_full};
use scim_key_lifecycle::handler;
use scim_key_lifecycle::memory::{Fact, Memory};
use scim_key_lifecycle::orchestrator::{Folder, NotCreated, Register as _};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::Register;
use scim_key_lifecycle::zone::AccountName;

use super::super::cli::Reset;
use super::super::{exit, print};
use super::{existing_keys, folder, key};

/// Says what it would do; with `--yes`, does it.
pub(in super::super) async fn reset(asked: &Reset) -> Result<ExitCode, Box<dyn Error>> {
    let account = AccountName::parse(&asked.account)
        .map_err(|wrong| format!("--account {:?}: an account's name is {wrong}", asked.account))?;
    let dir = &asked.register;
    let folder = folder(dir)?;
    let keys = existing_keys(Some(dir))?;
    let prefix = handler::concerned(account.clone()).register;
    let newest = folder.newest(&prefix).await?;
    let newest = newest.ok_or_else(|| format!("{} holds nothing of the account {account}", dir.display()))?;
    let why = unusable(&folder, &prefix, newest, &account, keys.as_ref()).await?;
    let next = newest.checked_add(1).ok_or_else(|| {
        format!(
            "{}/{prefix}-{newest} is of the highest generation that there can be, and no run gets so far: move it away, and the newest \
             true one counts again",
            dir.display()
        )
    })?;
    let what = said(&account, newest, &why);
    if !asked.yes {
        print::out(&format!("{what}\nNothing was done. With --yes, generation {next} is created.\n"))?;
        return Ok(ExitCode::from(exit::REFUSED));
    }
    let keys = match keys {
        Some(keys) => keys,
        None => key::make(&folder)?,
    };
    let cursor = begun_again(account, next, SystemClock.now()).seal(&keys)?;
    folder.create(&prefix, next, cursor.as_str()).await.map_err(|error| match error {
        NotCreated::Taken => format!("generation {next} was created meanwhile: look at it first"),
        NotCreated::Failed(why) => why,
    })?;
    print::out(&format!("{what}\nGeneration {next} is created.\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Why nobody can go on from the newest generation. One that is believed must not be forgotten, unless it is full.
async fn unusable(
    folder: &Folder,
    prefix: &str,
    generation: u64,
    account: &AccountName,
    keys: Option<&Keys>,
) -> Result<String, String> {
    let cursor = match folder.get(prefix, generation).await {
        Ok(cursor) => cursor,
        Err(why) if folder.holds_no_cursor(prefix, generation) => return Ok(why),
        Err(why) => {
            return Err(format!(
                "{why}. Nothing is reset: what cannot be read may be good once it can; if it is lost for good, put an empty \
                 file in its place, and reset then"
            ));
        }
    };
    let bytes = cursor.len();
    match Cursor::of_register(&Register::Newest { generation, cursor }, account, keys) {
        Ok(_) if may_be_full(bytes) => {
            Ok(format!("it is believed, and takes {bytes} of {MAX_CURSOR} bytes; reset it if runs say that it is full"))
        }
        Ok(_) => Err(format!(
            "generation {generation} of the account {account} is believed, and has room: there is nothing to reset"
        )),
        Err(why) => Ok(why.to_string()),
    }
}

/// A memory without permissions: warnings count only from now on.
fn begun_again(account: AccountName, generation: u64, now: Timestamp) -> Cursor {
    let mut facts = Memory::default();
    facts.learn(now, Fact::Resumed);
    Cursor { version: VERSION, account, generation, as_of: None, facts, run: None }
}

fn said(account: &AccountName, newest: u64, why: &str) -> String {
    format!(
        "Account {account}, generation {newest}: {why}.\n\
         A reset goes on without what it says. People are warned anew before anything is disabled. Forgotten as well:\n\
         \x20 which keys a person enabled again, so that hygiene may disable them;\n\
         \x20 which keys an incident implicates, so that nothing switches them off again;\n\
         \x20 which incidents were contained, so that one that is sent again is contained again;\n\
         \x20 which keys a voucher of the policy created, so that they supersede nothing;\n\
         \x20 which disables a receipt may take back.\n\
         See that no run is under way. If the right key can be had, put it back instead; if somebody put that \
         generation there, move it away instead: nothing is forgotten then.\n"
    )
}
