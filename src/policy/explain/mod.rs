//! Says what a policy may do, and what it may stop, to the person who will write `enforce`.

use std::fmt::{self, Write};

use super::{Account, Mode, On, Policy, Protection, Rules, SecretSource, Site};
use crate::time::{Offsets, Timestamp, UtcOffset};

mod event;
mod memory;
mod rule;

impl Policy {
    /// The whole policy in plain words, several lines; `now` tells which protections have ended.
    pub fn explain(&self, now: Timestamp) -> String {
        let mut text = String::new();
        write(&mut text, self, now).expect("writing to a string cannot fail");
        text
    }
}

fn write(out: &mut String, policy: &Policy, now: Timestamp) -> fmt::Result {
    out.write_str(match policy.mode {
        Mode::Report => "Mode report: it writes nothing. The rules below tell what enforce would do.\n",
        Mode::Enforce => "Mode enforce: it switches keys off where a rule says so and no guard holds.\n",
    })?;
    out.write_str("\nAccounts\n")?;
    policy.accounts.iter().try_for_each(|account| write_account(out, account))?;
    write!(out, "\nTimes\n  {}\n", readings(&policy.rules.utc_offsets))?;
    write_freshness(out, &policy.rules)?;
    out.write_str("\nKeys that the policy vouches for\n")?;
    write_known(out, &policy.rules)?;
    out.write_str("\nRules\n")?;
    policy.rules.rules.iter().try_for_each(|each| rule::write(out, each, &policy.rules))?;
    memory::write(out, &policy.rules)?;
    out.write_str("\nProtected keys\n")?;
    write_protections(out, &policy.rules.protect, now)
}

fn write_account(out: &mut String, account: &Account) -> fmt::Result {
    let site = match account.site {
        Site::Intl => "international site",
        Site::Cn => "site for mainland China",
    };
    let zone = account.zone.as_ref().map_or("its zone is looked up".to_owned(), |zone| format!("zone {zone}"));
    let secret = match &account.secret {
        SecretSource::Env => "the process environment".to_owned(),
        SecretSource::Profile(name) => format!("section {name} of ~/.tencentcloud/credentials"),
        SecretSource::SecretsManager(arn) => format!("AWS Secrets Manager, {arn}"),
    };
    writeln!(out, "  {}: {site}; {zone}; the API secret comes from {secret}.", account.name)
}

fn readings(offsets: &Offsets) -> String {
    let offsets: Vec<String> = offsets.iter().map(UtcOffset::to_string).collect();
    match offsets.as_slice() {
        [only] => format!(
            "The cloud names no time zone. Its times are read at {only} alone: if its clock runs otherwise, rules act \
             too early or too late."
        ),
        several => format!(
            "The cloud names no time zone. Its times are read at {}: a rule acts only if it holds under each.",
            several.join(" and at ")
        ),
    }
}

/// How old an event may be, where a rule is asked on one.
fn write_freshness(out: &mut String, rules: &Rules) -> fmt::Result {
    if rules.rules.iter().all(|rule| rule.on == On::Schedule) {
        return Ok(());
    }
    let age = rules.max_event_age;
    writeln!(
        out,
        "  An event of others that is older than {age} when it comes in (max_event_age) is not acted on; this tool's own \
         incident has no greatest age."
    )
}

fn write_known(out: &mut String, rules: &Rules) -> fmt::Result {
    if rules.nobody_vouches() {
        out.write_str("  None. So under `successor` vouched no key counts as the one that stays on.\n")?;
    }
    rules.known.iter().try_for_each(|known| writeln!(out, "  {}: {}.", known.credential, known.note))?;
    if !rules.vouchers.is_empty() {
        let vouchers: Vec<&str> = rules.vouchers.iter().map(String::as_str).collect();
        writeln!(out, "  What the cloud's audit shows that one of these has created: {}.", vouchers.join(", "))?;
    }
    Ok(())
}

fn write_protections(out: &mut String, protections: &[Protection], now: Timestamp) -> fmt::Result {
    if protections.is_empty() {
        out.write_str("  None.\n")?;
    }
    protections.iter().try_for_each(|protection| {
        let Protection { credential, reason, until } = protection;
        if protection.holds_at(now) {
            writeln!(out, "  {credential}: left alone to the end of {until} UTC ({reason}).")
        } else {
            writeln!(out, "  {credential}: protected no longer, since that ended with {until} UTC ({reason}).")
        }
    })
}
