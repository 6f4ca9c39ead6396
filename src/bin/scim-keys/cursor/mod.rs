//! `scim-keys cursor show`: what a cursor says, for people. It shows; whether to believe it is what `--verify` asks.

mod words;

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use scim_key_lifecycle::cursor::jws::Header;
use scim_key_lifecycle::cursor::{Cursor, Record, Type, jws};
use scim_key_lifecycle::json;
use scim_key_lifecycle::memory::Dated;

use super::cli::Show;
use super::{invoke, print, register};

pub(super) fn show(asked: &Show) -> Result<ExitCode, Box<dyn Error>> {
    let sealed = sealed(&invoke::read(&asked.file)?)?;
    let (first_line, payload) = if asked.verify { verified(asked, &sealed)? } else { unverified(&sealed)? };
    let cursor = Cursor::read(&payload)?;
    print::out(&format!("{first_line}\n\n{}", text(&cursor)))?;
    Ok(ExitCode::SUCCESS)
}

/// The sealed cursor in a file: alone, or the field `cursor` of an answer.
fn sealed(content: &[u8]) -> Result<String, Box<dyn Error>> {
    let text = std::str::from_utf8(content)?.trim();
    if !text.starts_with('{') {
        return Ok(text.to_owned());
    }
    let answer = json::parse(text.as_bytes()).map_err(|malformed| malformed.to_string())?;
    let cursor = answer.get("cursor").and_then(|cursor| cursor.as_str());
    Ok(cursor.ok_or("this answer has no cursor: no key was configured, or no run took place")?.to_owned())
}

fn verified(asked: &Show, sealed: &str) -> Result<(String, Vec<u8>), Box<dyn Error>> {
    let keys = register::existing_keys(asked.register.as_deref())?;
    let keys = keys.ok_or("there is no key to verify with: set SCIM_KEYS_CURSOR_KEY, or name --register DIR")?;
    let payload = jws::open(sealed, Type::Cursor, &keys).map_err(|why| format!("the cursor is not good: {why}"))?;
    let (header, _) = jws::peek(sealed)?;
    Ok((format!("verified: key {} sealed it", header.kid), payload))
}

fn unverified(sealed: &str) -> Result<(String, Vec<u8>), Box<dyn Error>> {
    let (Header { kid, .. }, payload) = peek(sealed, Type::Cursor, "cursor")?;
    Ok((format!("NOT VERIFIED: it names key {kid}, and anybody may have written it (--verify checks)"), payload))
}

/// What a sealed text of this type says; whether to believe it is not asked.
pub(super) fn peek(sealed: &str, wanted: Type, what: &str) -> Result<(Header, Vec<u8>), String> {
    match jws::peek(sealed) {
        Ok((header, _)) if header.typ != wanted => Err(format!("this is no {what}: it is a {}", header.typ)),
        other => other.map_err(|why| format!("this is no {what}: {why}; give an answer of the function that has one")),
    }
}

fn text(cursor: &Cursor) -> String {
    let looked = cursor.as_of.map_or_else(|| "never yet".to_owned(), |at| at.to_string());
    let (account, generation) = (&cursor.account, cursor.generation);
    let mut text = format!("account {account}, generation {generation}; a scheduled run last looked: {looked}\n");
    // The sort is stable: each subject's facts stay in the order of their times.
    let mut facts: Vec<&Dated> = cursor.facts.facts().collect();
    facts.sort_by_key(|dated| dated.fact.subject());
    let mut under = None;
    for dated in facts {
        let about = dated.fact.subject().map_or_else(|| "the account".to_owned(), |subject| subject.to_string());
        if under.as_ref() != Some(&about) {
            line(&mut text, "");
            line(&mut text, &format!("  {about}"));
            under = Some(about);
        }
        line(&mut text, &format!("    {}  {}", dated.at, words::fact(&dated.fact)));
    }
    if let Some(run) = &cursor.run {
        record(&mut text, run);
    }
    text
}

fn record(text: &mut String, run: &Record) {
    let ended =
        run.ended.as_ref().map_or_else(|| "is under way".to_owned(), |ending| format!("ended {}", ending.word()));
    let (accepted, hops) = (run.accepted, run.hops);
    line(text, "");
    line(text, &format!("  the run {}, accepted {accepted}, hops {hops}: {ended}", run.run));
    for outcome in &run.outcomes {
        line(text, &format!("    {}", print::earlier(outcome)));
    }
    if let Some(at) = run.look_at {
        line(text, &format!("    it looks once more at {at}"));
    }
    for outstanding in &run.notices {
        line(text, &format!("    people are still to be told: {}", outstanding.notice.text));
    }
}

fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail. What a cursor says may be a stranger's: no control character reaches a terminal.
    let clean: String = json::visible(line).collect();
    let _ = writeln!(text, "{clean}");
}
