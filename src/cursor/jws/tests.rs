use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::*;
use crate::cursor::Kid;
use crate::cursor::keys::hmac;

const KEY: &str = "made-up-key-of-a-test-0123456789";
const OTHER_KEY: &str = "another-made-up-key-of-this-test";
const PAYLOAD: &[u8] = br#"{"version":1,"account":"acme"}"#;

fn keys(text: &str) -> Keys {
    Keys::parse(&text.into()).unwrap()
}

fn rotated(current: &str, previous: &str) -> Keys {
    keys(&format!(r#"{{"current":"{current}","previous":"{previous}"}}"#))
}

fn sealed() -> String {
    seal(Type::Cursor, PAYLOAD, &keys(KEY)).to_string()
}

fn opened(text: &str) -> Result<Vec<u8>, NotOpened> {
    open(text, Type::Cursor, &keys(KEY))
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn signed(signing_input: &str) -> String {
    let signature = hmac(KEY.as_bytes(), signing_input.as_bytes()).finalize().into_bytes();
    format!("{signing_input}.{}", encoded(signature))
}

/// What opening says of a text with this header, which is truly signed with our key. `KID` stands for its name.
fn with_header(header: &str) -> Result<Vec<u8>, NotOpened> {
    let header = header.replace("KID", &keys(KEY).current().kid().to_string());
    opened(&signed(&format!("{}.{}", encoded(header), encoded(PAYLOAD))))
}

fn malformed(part: Part) -> impl Fn(Result<Vec<u8>, NotOpened>) -> bool {
    move |result| matches!(result, Err(NotOpened::Malformed { part: found, .. }) if found == part)
}

/// RFC 7515, Appendix A.1: <https://www.rfc-editor.org/rfc/rfc7515#appendix-A.1>.
mod rfc_7515_a_1 {
    use super::*;

    const HEADER: &[u8] = b"{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}";
    const PAYLOAD: &[u8] = b"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
    const KEY: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const TEXT: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
        .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
        .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn its_parts_are_encoded_and_signed_as_the_rfc_has_them() {
        let signing_input = format!("{}.{}", encoded(HEADER), encoded(PAYLOAD));
        let key = decode(Part::Whole, KEY).unwrap();
        let signature = hmac(&key, signing_input.as_bytes()).finalize().into_bytes();
        assert_eq!(format!("{signing_input}.{}", encoded(signature)), TEXT);
    }

    #[test]
    fn its_signature_verifies_and_a_changed_one_does_not() {
        let (signing_input, signature) = TEXT.rsplit_once('.').unwrap();
        let mut signature = decode(Part::Signature, signature).unwrap();
        let mac = hmac(&decode(Part::Whole, KEY).unwrap(), signing_input.as_bytes());
        assert!(mac.clone().verify_slice(&signature).is_ok());
        signature[31] ^= 1;
        assert!(mac.verify_slice(&signature).is_err());
    }

    #[test]
    fn it_is_none_of_ours() {
        assert_eq!(opened(TEXT), Err(NotOpened::WrongType(None)));
    }
}

#[derive(Deserialize)]
struct Fixture<'a> {
    #[serde(borrow)]
    keys: &'a RawValue,
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct Case {
    key: String,
    typ: String,
    kid: String,
    payload: String,
    our_order: bool,
    jws: String,
}

/// The other half is `tests/sdk/cursor_pyjwt.py`, which makes the fixture.
#[test]
fn we_open_what_pyjwt_seals_and_seal_the_same_bytes() {
    let fixture: Fixture = serde_json::from_str(include_str!("../../../tests/fixtures/cursor/pyjwt.json")).unwrap();
    let both = keys(fixture.keys.get());
    let each: BTreeMap<String, String> = serde_json::from_str(fixture.keys.get()).unwrap();
    assert_eq!(fixture.cases.iter().filter(|case| case.our_order).count(), 6);
    for case in fixture.cases {
        let typ = if case.typ == "scim-keys-receipt" { Type::Receipt } else { Type::Cursor };
        assert_eq!(open(&case.jws, typ, &both).unwrap(), case.payload.as_bytes(), "{case:?}");
        let header = peek(&case.jws).unwrap().0;
        assert_eq!((header.kid.to_string(), header.typ.word()), (case.kid, &*case.typ));
        let key = serde_json::json!({ "current": each[&case.key] }).to_string();
        let same = seal(typ, case.payload.as_bytes(), &keys(&key)).as_str() == case.jws;
        assert_eq!(same, case.our_order, "{}", case.jws);
    }
}

#[test]
fn what_is_sealed_is_opened_and_always_sealed_alike() {
    assert_eq!(opened(&sealed()).unwrap(), PAYLOAD);
    assert_eq!(sealed(), sealed());
    let receipt = seal(Type::Receipt, b"", &keys(KEY));
    assert_eq!(open(receipt.as_str(), Type::Receipt, &keys(KEY)).unwrap(), b"");
}

#[test]
fn a_receipt_is_no_cursor_and_a_cursor_no_receipt() {
    let receipt = seal(Type::Receipt, PAYLOAD, &keys(KEY));
    assert_eq!(opened(receipt.as_str()), Err(NotOpened::WrongType(Some(Type::Receipt))));
    assert_eq!(open(&sealed(), Type::Receipt, &keys(KEY)), Err(NotOpened::WrongType(Some(Type::Cursor))));
}

#[test]
fn the_previous_key_opens_and_does_not_seal() {
    let after = rotated(OTHER_KEY, KEY);
    assert_eq!(open(&sealed(), Type::Cursor, &after).unwrap(), PAYLOAD);
    let resealed = seal(Type::Cursor, PAYLOAD, &after);
    assert_eq!(resealed, seal(Type::Cursor, PAYLOAD, &keys(OTHER_KEY)));
    assert!(matches!(opened(resealed.as_str()), Err(NotOpened::UnknownKey { .. })));
}

#[test]
fn a_key_that_is_not_in_use_is_named() {
    let kid = keys(OTHER_KEY).current().kid();
    let foreign = seal(Type::Cursor, PAYLOAD, &keys(OTHER_KEY));
    let error = opened(foreign.as_str()).unwrap_err();
    assert_eq!(error, NotOpened::UnknownKey { kid });
    assert!(error.to_string().contains(&kid.to_string()), "{error}");
}

#[test]
fn to_name_our_key_is_not_to_have_it() {
    let kid = keys(KEY).current().kid();
    let header = format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"scim-keys-cursor"}}"#);
    let signing_input = format!("{}.{}", encoded(header), encoded(PAYLOAD));
    let by_another = hmac(OTHER_KEY.as_bytes(), signing_input.as_bytes()).finalize().into_bytes();
    let forged = format!("{signing_input}.{}", encoded(by_another));
    assert_eq!(opened(&forged), Err(NotOpened::BadSignature { kid }));
}

#[test]
fn another_algorithm_is_never_negotiated() {
    for alg in [r#""none""#, r#""None""#, r#""HS512""#, r#""RS256""#, r#""hs256""#, "null", r#"["HS256"]"#] {
        let header = format!(r#"{{"alg":{alg},"kid":"KID","typ":"scim-keys-cursor"}}"#);
        assert_eq!(with_header(&header), Err(NotOpened::WrongAlgorithm), "{alg}");
    }
    assert_eq!(with_header(r#"{"kid":"KID","typ":"scim-keys-cursor"}"#), Err(NotOpened::WrongAlgorithm));
    let unsigned = format!("{}.{}.", encoded(r#"{"alg":"none"}"#), encoded(PAYLOAD));
    assert_eq!(opened(&unsigned), Err(NotOpened::WrongAlgorithm));
}

#[test]
fn a_text_without_a_signature_is_not_opened() {
    let text = sealed();
    let (signing_input, _) = text.rsplit_once('.').unwrap();
    let kid = keys(KEY).current().kid();
    assert_eq!(opened(&format!("{signing_input}.")), Err(NotOpened::BadSignature { kid }));
}

#[test]
fn a_missing_or_foreign_typ_is_refused() {
    assert_eq!(with_header(r#"{"alg":"HS256","kid":"KID"}"#), Err(NotOpened::WrongType(None)));
    for typ in ["JWT", "scim-keys-Cursor", ""] {
        let header = format!(r#"{{"alg":"HS256","kid":"KID","typ":"{typ}"}}"#);
        assert_eq!(with_header(&header), Err(NotOpened::WrongType(None)), "{typ}");
    }
}

#[test]
fn a_header_is_our_three_members_and_no_more() {
    let refused = malformed(Part::Header);
    assert!(with_header(r#"{ "typ": "scim-keys-cursor", "kid": "KID", "alg": "HS256" }"#).is_ok());
    for header in [
        r#"{"alg":"HS256","typ":"scim-keys-cursor"}"#,
        r#"{"alg":"HS256","kid":7,"typ":"scim-keys-cursor"}"#,
        r#"{"alg":"HS256","kid":"../KID","typ":"scim-keys-cursor"}"#,
        r#"{"alg":"HS256","kid":"KID","typ":"scim-keys-cursor","crit":["exp"]}"#,
        r#"{"alg":"HS256","kid":"KID","typ":"scim-keys-cursor","jku":"https://keys.example/"}"#,
        r#"{"alg":"HS256","kid":"KID","typ":"scim-keys-cursor","typ":"scim-keys-cursor"}"#,
        r#"{"alg":"none","alg":"HS256","kid":"KID","typ":"scim-keys-cursor"}"#,
        r#"{"alg":"HS256","kid":"KID","typ":"scim-keys-cursor"} {}"#,
        r#"["HS256","KID","scim-keys-cursor"]"#,
        "",
    ] {
        assert!(refused(with_header(header)), "{header}");
    }
}

#[test]
fn a_forged_payload_is_refused() {
    let text = sealed();
    let forged = text.replace(&encoded(PAYLOAD), &encoded(br#"{"version":1,"account":"evil"}"#));
    assert_ne!(forged, text);
    assert_eq!(opened(&forged), Err(NotOpened::BadSignature { kid: keys(KEY).current().kid() }));
}

#[test]
fn a_text_cut_at_any_length_is_refused() {
    let text = sealed();
    for length in 0..text.len() {
        assert!(opened(&text[..length]).is_err(), "{length}");
    }
}

#[test]
fn anything_but_three_parts_is_no_jws() {
    let refused = malformed(Part::Whole);
    for text in ["", "e30", "e30.e30", "e30 e30 e30"] {
        assert!(refused(opened(text)), "{text:?}");
    }
    assert!(malformed(Part::Payload)(opened(&format!("{}.e30", sealed()))));
}

/// Two spellings of one value would be two texts with one meaning.
#[test]
fn only_the_canonical_base64url_is_read() {
    let text = sealed();
    let parts: Vec<&str> = text.split('.').collect();
    // Of the 43 characters of 32 bytes, the last holds two bits that belong to none.
    let (signature, last) = parts[2].split_at(42);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let value = alphabet.find(last).unwrap();
    for other in [value + 1, value + 2, value + 3] {
        let respelled = format!("{}.{}.{signature}{}", parts[0], parts[1], &alphabet[other..=other]);
        assert!(malformed(Part::Signature)(opened(&respelled)), "{respelled}");
    }
    assert!(malformed(Part::Signature)(opened(&format!("{text}="))));
    assert!(malformed(Part::Payload)(opened(&signed(&format!("{}.+/+/", parts[0])))));
    assert_eq!(opened(&signed(&format!("{}.-_-_", parts[0]))).unwrap(), [0xfb, 0xff, 0xbf]);
}

#[test]
fn whitespace_is_not_skipped() {
    let text = sealed();
    let dots: Vec<usize> = text.match_indices('.').map(|(at, _)| at).collect();
    for blank in [" ", "\n", "\r\n", "\t", "\u{a0}", "\0"] {
        for at in [0, dots[0], dots[0] + 1, dots[1], dots[1] + 1, text.len()] {
            let (before, after) = text.split_at(at);
            assert!(opened(&format!("{before}{blank}{after}")).is_err(), "{blank:?} at {at}");
        }
    }
}

#[test]
fn what_is_too_long_is_not_looked_at() {
    let around = sealed().len() - encoded(PAYLOAD).len();
    // Of n bytes base64 makes 4n/3 characters, rounded up.
    let longest = (MAX_TEXT - around) * 3 / 4;
    let fits = seal(Type::Cursor, &vec![b'x'; longest], &keys(KEY));
    assert_eq!(opened(fits.as_str()).unwrap().len(), longest);
    let over = seal(Type::Cursor, &vec![b'x'; longest + 1], &keys(KEY));
    assert!(over.as_str().len() > MAX_TEXT);
    assert_eq!(opened(over.as_str()), Err(NotOpened::TooLong));
    assert_eq!(peek(&"x".repeat(MAX_TEXT + 1)), Err(NotOpened::TooLong));
}

#[test]
fn a_peek_shows_what_no_key_verified() {
    let forged = sealed().replace(&encoded(PAYLOAD), &encoded("anything"));
    let (header, payload) = peek(&forged).unwrap();
    assert_eq!(header, Header { kid: keys(KEY).current().kid(), typ: Type::Cursor });
    assert_eq!(payload, b"anything");
    assert_eq!(peek("e30.e30.e30"), Err(NotOpened::WrongAlgorithm));
}

#[test]
fn a_sealed_text_prints_whole_and_its_debug_prints_how_long_it_is() {
    let sealed = seal(Type::Cursor, PAYLOAD, &keys(KEY));
    assert_eq!(sealed.to_string(), sealed.as_str());
    assert_eq!(format!("{sealed:?}"), format!("Sealed({} bytes)", sealed.as_str().len()));
    assert_eq!(serde_json::to_string(&sealed).unwrap(), format!("\"{sealed}\""));
}

#[test]
fn every_refusal_shows_nothing_of_the_text() {
    let header = encoded(r#"{"alg":"HS256","kid":"hunter2","typ":"scim-keys-cursor"}"#);
    let typ = encoded(r#"{"alg":"HS256","kid":"hunter2","typ":"hunter2"}"#);
    for text in ["hunter2".to_owned(), "hunter2.hunter2.hunter2".to_owned(), format!("{header}.."), format!("{typ}..")]
    {
        let error = opened(&text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

proptest! {
    #[test]
    fn any_payload_comes_back_whole(payload in prop::collection::vec(any::<u8>(), 0..300)) {
        for typ in [Type::Cursor, Type::Receipt] {
            let sealed = seal(typ, &payload, &keys(KEY));
            prop_assert_eq!(open(sealed.as_str(), typ, &rotated(OTHER_KEY, KEY)), Ok(payload.clone()));
        }
    }

    #[test]
    fn any_change_of_a_single_byte_is_refused(
        payload in prop::collection::vec(any::<u8>(), 0..40),
        at in any::<prop::sample::Index>(),
        byte in 0..128_u8,
    ) {
        let mut text = seal(Type::Cursor, &payload, &keys(KEY)).to_string().into_bytes();
        let at = at.index(text.len());
        prop_assume!(text[at] != byte);
        text[at] = byte;
        prop_assert!(opened(&String::from_utf8(text).unwrap()).is_err());
    }

    #[test]
    fn a_text_of_anybodys_is_refused_and_breaks_nothing(text in "[A-Za-z0-9_.=-]{0,80}|.{0,80}") {
        prop_assert!(opened(&text).is_err());
    }

    #[test]
    fn a_name_reads_as_it_was_written(key in "[!-z]{32,80}") {
        let kid = keys(&key).current().kid();
        prop_assert_eq!(Kid::parse(&kid.to_string()), Some(kid));
    }
}
