//! `scim-keys cursor show`: what a cursor says, for people. It shows; whether to believe it is what `--verify` asks.

mod words;

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use scim_key_lifecycle::cursor::jws::Header;
use scim_key_lifecycle::cursor::{Cursor, Record, Type, jws};
use scim_key_lifecycle::json;
use scim_key_lifecycle::memory::Dated;
use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::cli::Show;
use super::{invoke, print, register};

pub(super) fn show(asked: &Show) -> Result<ExitCode, Box<dyn Error>> {
    let sealed = sealed(invoke::text(&asked.file)?.trim())?;
    if sealed.iter().all(Option::is_none) {
        return Err(NO_CURSOR.into());
    }
    let which = |number: usize| match sealed.len() {
        1 => String::new(),
        all => format!("answer {number} of {all}: "),
    };
    let texts: Result<Vec<_>, _> = (1..)
        .zip(&sealed)
        .map(|(number, sealed)| match shown(asked, sealed.as_deref()) {
            Ok(text) => Ok(which(number) + &text),
            Err(why) => Err(format!("{}{why}", which(number))),
        })
        .collect();
    print::out(&texts?.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

const NO_CURSOR: &str = "there is no cursor in it: no key was configured, or no run took place, or `scim-keys run` printed it, \
                         whose cursors are the files of its register";

fn shown(asked: &Show, sealed: Option<&str>) -> Result<String, Box<dyn Error>> {
    let Some(sealed) = sealed else { return Ok("it has no cursor\n".to_owned()) };
    let (first_line, payload) = if asked.verify { verified(asked, sealed)? } else { unverified(sealed)? };
    Ok(format!("{first_line}\n\n{}", text(&Cursor::read(&payload)?)))
}

/// The sealed cursors in a text: one alone, or the field `cursor` of each answer, one after another as JSON lines or not.
fn sealed(text: &str) -> Result<Vec<Option<String>>, String> {
    if !text.starts_with('{') {
        return Ok(vec![Some(text.to_owned())]);
    }
    let mut found = Vec::new();
    let (mut answers, mut begin) = (Deserializer::from_str(text).into_iter::<IgnoredAny>(), 0);
    while let Some(whole) = answers.next() {
        // What is no JSON says so when it is read strictly.
        let end = if whole.is_ok() { answers.byte_offset() } else { text.len() };
        let answer = json::parse(&text.as_bytes()[begin..end]).map_err(|malformed| malformed.to_string())?;
        found.push(answer.get("cursor").and_then(|cursor| cursor.as_str()).map(str::to_owned));
        begin = end;
    }
    Ok(found)
}

fn verified(asked: &Show, sealed: &str) -> Result<(String, Vec<u8>), Box<dyn Error>> {
    let keys = register::existing_keys(asked.register.as_deref())?;
    let keys = keys.ok_or_else(|| match &asked.register {
        Some(folder) => {
            let file = folder.join("key");
            format!("there is no key to verify with, in SCIM_KEYS_CURSOR_KEY or at {}", file.display())
        }
        None => "there is no key to verify with: set SCIM_KEYS_CURSOR_KEY, or name --register DIR".to_owned(),
    })?;
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
