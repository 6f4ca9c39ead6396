//! The vendor's own example, and vectors that the official Python SDK (tencentcloud-sdk-python-common 3.1.195) produced
//! offline with its own signing code.

use super::*;

/// The worked example in the vendor's description of signature v3, whose masked key is 32 literal asterisks
/// (<https://cloud.tencent.com/document/api/306/57449>).
#[test]
fn the_documented_example_signs_as_documented() {
    let headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("Host", "cvm.tencentcloudapi.com"),
        ("X-TC-Action", "DescribeInstances"),
    ];
    let request = Received {
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: br#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#.to_vec(),
    };
    let canonical = canonical_request(&request, &["content-type", "host", "x-tc-action"]).unwrap();
    let to_sign = string_to_sign(1_551_113_065, "2019-02-25", "cvm", &canonical);
    assert_eq!(
        to_sign,
        "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n\
         7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
    );
    let key = signing_key(&"*".repeat(32), "2019-02-25", "cvm");
    assert_eq!(hex(&key), "b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af");
    let signature = keyed(&key).chain_update(to_sign).finalize().into_bytes();
    assert_eq!(hex(&signature), "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f");
}

const ZONE: &[u8] = br#"{"ZoneId": "z-vft38p2hq8tq"}"#;
const DISABLE: &[u8] =
    br#"{"ZoneId": "z-vft38p2hq8tq", "CredentialId": "scimcred-un1tgbnt0s9j", "NewStatus": "Disabled"}"#;

fn authorization(scope: &str, headers: &str, signature: &str) -> String {
    format!("TC3-HMAC-SHA256 Credential={scope}, SignedHeaders={headers}, Signature={signature}")
}

/// A request of the SDK's: `(timestamp, date, host, body, signature)`, key `SecretKeyExample`.
const SDK_VECTORS: [(i64, &str, &str, &[u8], &str); 4] = [
    (
        1_735_689_600,
        "2025-01-01",
        "organization.tencentcloudapi.com",
        ZONE,
        "0dbf1f04ec49152aae948f1b62d8c2ebe4644d3179ae53bb2933432329076e3b",
    ),
    (
        1_735_689_600,
        "2025-01-01",
        "organization.intl.tencentcloudapi.com",
        ZONE,
        "a00eb80d37a6020069ff72a855cb5abba907ff9ffb16091412c68f75ebc9d133",
    ),
    (
        1_735_689_599,
        "2024-12-31",
        "organization.intl.tencentcloudapi.com",
        DISABLE,
        "c3214e7af30a5674ab82cf1b407838299be8d9d97b0e30af532d61a25b918a6f",
    ),
    (
        1_735_689_600,
        "2025-01-01",
        "organization.tencentcloudapi.com",
        b"{}",
        "040f83423d69d723317d32b9391c4a200e9a53e61d87515377f9c42f7af6613c",
    ),
];

fn sent(host: &str, body: &[u8]) -> Received {
    let headers = [("content-TYPE", " application/json "), ("Host", host)];
    Received { headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(), body: body.to_vec() }
}

#[test]
fn what_the_official_sdk_signed_is_accepted_and_nothing_near_it_is() {
    for (timestamp, date, host, body, signature) in SDK_VECTORS {
        let header =
            authorization(&format!("AKIDEXAMPLE/{date}/organization/tc3_request"), "content-type;host", signature);
        let read = Authorization::read(&header).unwrap();
        assert_eq!(read.secret_id, "AKIDEXAMPLE");
        let code = |request: &Received, timestamp, key| read.check(request, timestamp, key).err().map(|r| r.code);
        let failure = Some("AuthFailure.SignatureFailure".to_owned());
        let request = sent(host, body);
        assert_eq!(code(&request, timestamp, "SecretKeyExample"), None, "{signature}");
        assert_eq!(code(&request, timestamp, "SecretKeyExamplf"), failure, "another key");
        assert_eq!(code(&request, timestamp + 1, "SecretKeyExample"), failure, "another second");
        assert_eq!(code(&sent("localhost", body), timestamp, "SecretKeyExample"), failure, "another host");
        let longer = [body, b" "].concat();
        assert_eq!(code(&sent(host, &longer), timestamp, "SecretKeyExample"), failure, "another body");
    }
}

/// From the same set: the SDK hashed the text `UNSIGNED-PAYLOAD` in place of the body. No document offers that.
#[test]
fn a_body_that_was_left_out_of_the_signature_is_refused() {
    let signature = "08474896d2228279e45ea06f9a354e067c313457ee023a54755f26eee1370c45";
    let header = authorization("AKIDEXAMPLE/2025-01-01/organization/tc3_request", "content-type;host", signature);
    let mut request = sent("organization.tencentcloudapi.com", ZONE);
    request.headers.push(("X-TC-Content-SHA256".to_owned(), "UNSIGNED-PAYLOAD".to_owned()));
    let checked = Authorization::read(&header).unwrap().check(&request, 1_735_689_600, "SecretKeyExample");
    assert_eq!(checked.unwrap_err().code, "AuthFailure.SignatureFailure");
}

#[test]
fn a_scope_of_another_service_is_refused() {
    let header = authorization("AKIDEXAMPLE/2025-01-01/cvm/tc3_request", "content-type;host", &"0".repeat(64));
    let checked = Authorization::read(&header).unwrap().check(&sent("x", ZONE), 1_735_689_600, "SecretKeyExample");
    assert!(checked.unwrap_err().message.contains("scope"));
}

#[test]
fn a_header_that_was_signed_must_have_been_sent() {
    let scope = "AKIDEXAMPLE/2025-01-01/organization/tc3_request";
    let header = authorization(scope, "content-type;host;x-tc-action", &"0".repeat(64));
    let checked = Authorization::read(&header).unwrap().check(&sent("x", ZONE), 1_735_689_600, "SecretKeyExample");
    assert!(checked.unwrap_err().message.contains("not sent"));
}

#[test]
fn only_a_complete_authorization_in_the_documented_form_is_read() {
    let (scope, zeros) = ("AKID/2025-01-01/organization/tc3_request", "0".repeat(64));
    assert!(Authorization::read(&authorization(scope, "content-type;host;x-tc-action", &zeros)).is_some());
    let malformed = [
        String::new(),
        "SKIP".to_owned(),
        authorization(scope, "content-type;host", &zeros).replace("TC3-HMAC-SHA256", "AWS4-HMAC-SHA256"),
        authorization("AKID/2025-01-01/organization", "content-type;host", &zeros),
        authorization("AKID/2025-01-01/organization/aws4_request", "content-type;host", &zeros),
        authorization("/2025-01-01/organization/tc3_request", "content-type;host", &zeros),
        authorization(scope, "host", &zeros),
        authorization(scope, "content-type", &zeros),
        authorization(scope, "host;content-type", &zeros),
        authorization(scope, "content-type;host;host", &zeros),
        authorization(scope, "content-type;host", &zeros[1..]),
        authorization(scope, "content-type;host", &zeros.replace('0', "A")),
        authorization(scope, "content-type;host", &zeros) + ", Extra=1",
    ];
    for header in malformed {
        assert_eq!(Authorization::read(&header), None, "{header}");
    }
}

#[test]
fn five_minutes_either_way_are_allowed_and_not_a_second_more() {
    let now = Timestamp::from_unix_seconds(1_735_689_600);
    for seconds in [1_735_689_300_i64, 1_735_689_600, 1_735_689_900] {
        assert_eq!(signed_at(&seconds.to_string(), now), Ok(seconds));
    }
    for text in ["1735689299", "1735689901", "-9223372036854775808"] {
        assert_eq!(signed_at(text, now).unwrap_err().code, "AuthFailure.SignatureExpire", "{text}");
    }
    assert_eq!(signed_at("soon", now).unwrap_err().code, "InvalidParameter");
}
