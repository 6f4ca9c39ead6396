//! A cursor and a receipt: as anybody may send them, and with what our own key sealed in them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use scim_key_lifecycle::cursor::{Cursor, Keys, MAX_CURSOR, Type, jws};
use scim_key_lifecycle::memory::Memory;
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::Receipt;
use scim_key_lifecycle::zone::{AccountName, CredentialId, Status, Subject};

use super::text::assert_plain;

/// Made up: it seals nothing but what is tried here.
static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let text = r#"{"current":"fuzzfuzzfuzzfuzzfuzzfuzzfuzzfuzz","previous":"zzufzzufzzufzzufzzufzzufzzufzzuf"}"#;
    Keys::parse(&text.into()).expect("good keys")
});

/// The account to which it should belong.
static ACCOUNT: LazyLock<AccountName> = LazyLock::new(|| AccountName::parse("acme").expect("a good name"));

/// Takes the bytes for a sealed text, and for the payload of one.
pub fn check(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert_opened_or_told(text);
    }
    assert_sealed(Type::Cursor, bytes);
    assert_sealed(Type::Receipt, bytes);
    assert_remembered(bytes);
    if let Ok(receipt) = serde_json::from_slice::<Receipt>(bytes) {
        assert_receipt(&receipt);
    }
}

/// What opens was sealed with our key; of anything else it is said in plain words why it does not open.
fn assert_opened_or_told(text: &str) {
    for typ in [Type::Cursor, Type::Receipt] {
        match jws::open(text, typ, &KEYS) {
            Ok(payload) => {
                let again = jws::seal(typ, &payload, &KEYS);
                assert_eq!(jws::open(again.as_str(), typ, &KEYS).as_deref(), Ok(payload.as_slice()));
            }
            Err(why) => assert_plain(&why.to_string()),
        }
    }
    if let Err(why) = Cursor::open(text, &ACCOUNT, Some(&KEYS)) {
        assert_plain(&why.to_string());
    }
    assert_eq!(jws::open(text, Type::Cursor, &KEYS).is_ok(), is_opened_by_peeking(text, Type::Cursor));
    assert_eq!(jws::open(text, Type::Receipt, &KEYS).is_ok(), is_opened_by_peeking(text, Type::Receipt));
}

/// Is it, letter for letter, what one of our keys makes of the payload that anybody can read in it?
fn is_opened_by_peeking(text: &str, typ: Type) -> bool {
    static PREVIOUS: LazyLock<Keys> =
        LazyLock::new(|| Keys::parse(&"zzufzzufzzufzzufzzufzzufzzufzzuf".into()).expect("a good key"));
    let Ok((_, payload)) = jws::peek(text) else { return false };
    [&*KEYS, &PREVIOUS].iter().any(|keys| jws::seal(typ, &payload, keys).as_str() == text)
}

/// What was sealed opens to the same, for what it is and nothing else, and with no letter changed.
fn assert_sealed(typ: Type, payload: &[u8]) {
    let sealed = jws::seal(typ, payload, &KEYS);
    let text = sealed.as_str();
    if text.len() > jws::MAX_TEXT {
        return assert_eq!(jws::open(text, typ, &KEYS), Err(jws::NotOpened::TooLong));
    }
    assert_eq!(jws::open(text, typ, &KEYS).as_deref(), Ok(payload));
    let other = if typ == Type::Cursor { Type::Receipt } else { Type::Cursor };
    assert!(jws::open(text, other, &KEYS).is_err());
    let at =
        payload.iter().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte))) % text.len();
    let mut changed = text.to_owned().into_bytes();
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("it was ASCII, and is");
    assert!(jws::open(&changed, typ, &KEYS).is_err(), "letter {at} of {text}");
}

/// A payload that is a cursor comes back as it went, and everything may be asked of what it remembers.
fn assert_remembered(payload: &[u8]) {
    let cursor = match Cursor::read(payload) {
        Ok(cursor) => cursor,
        Err(why) => return assert_plain(&why.to_string()),
    };
    match cursor.seal(&KEYS) {
        Ok(sealed) => {
            assert!(sealed.as_str().len() <= MAX_CURSOR);
            assert_eq!(Cursor::open(sealed.as_str(), &cursor.account, Some(&KEYS)).as_ref(), Ok(&cursor));
            assert!(cursor.account == *ACCOUNT || Cursor::open(sealed.as_str(), &ACCOUNT, Some(&KEYS)).is_err());
        }
        Err(too_large) => assert!(too_large.bytes > MAX_CURSOR),
    }
    assert_answers(&cursor.facts);
    assert!(cursor.without_facts().facts.facts().next().is_none());
}

/// Nothing that is asked fails, and what may be forgotten adds nothing.
fn assert_answers(memory: &Memory) {
    let subjects: Vec<Subject> = memory.facts().filter_map(|dated| dated.fact.subject()).collect();
    let keys: BTreeSet<&CredentialId> = subjects.iter().filter_map(Subject::key).collect();
    let times = memory.facts().map(|dated| dated.at).chain([Timestamp::from_unix_seconds(1_795_500_000)]);
    for now in times.take(10) {
        for key in &keys {
            memory.enabled_again(*key, now);
            memory.last_deed(*key, now);
        }
        assert!(memory.lease(now).is_none_or(|lease| lease.until > now));
        let pruned = memory.clone().pruned(now, &keys);
        assert!(!pruned.adds_to(memory));
        assert_eq!(pruned.clone().merge(memory.clone()), *memory);
    }
    for key in keys {
        assert!(
            memory.implicated_by(key).all(|incident| memory.has_implicated(incident, key) && memory.knows(incident))
        );
        memory.ground_held(key);
        memory.heard(key);
        memory.last_seen(key);
        memory.vouched(key, &BTreeSet::new());
    }
    for intent in memory.open_intents() {
        assert!(intent.write_by() <= intent.until());
    }
}

/// A receipt comes back as it went, and gives nothing back without a memory of its disable.
fn assert_receipt(receipt: &Receipt) {
    let payload = serde_json::to_vec(receipt).expect("a receipt is JSON");
    assert_eq!(serde_json::from_slice::<Receipt>(&payload).ok().as_ref(), Some(receipt));
    for status in [None, Some(Status::Disabled), Some(Status::Enabled)] {
        assert!(Memory::default().may_restore(receipt, status, Timestamp::from_unix_seconds(0)).is_err());
    }
}
