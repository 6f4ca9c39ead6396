//! Requests that the official SDK signed, sent byte for byte.
//!
//! Source: tencentcloud-sdk-python-common 3.1.195, its own signing code run offline with the key `SecretKeyExample`.

use scim_key_lifecycle::clock::Clock;
use scim_key_lifecycle::simulator::SimStatus;
use scim_key_lifecycle::time::Timestamp;

use crate::caller::{KEY, OTHER_KEY, code, exchange, listening, status};

const LIST: &str = "POST / HTTP/1.1\r\n\
    Content-Type: application/json\r\n\
    Host: organization.intl.tencentcloudapi.com\r\n\
    X-TC-Action: ListSCIMCredentials\r\n\
    X-TC-Timestamp: 1735689600\r\n\
    X-TC-Version: 2021-03-31\r\n\
    X-TC-Language: en-US\r\n\
    Authorization: TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2025-01-01/organization/tc3_request, \
    SignedHeaders=content-type;host, \
    Signature=a00eb80d37a6020069ff72a855cb5abba907ff9ffb16091412c68f75ebc9d133\r\n\
    Connection: close\r\n\
    Content-Length: 28\r\n\r\n\
    {\"ZoneId\": \"z-vft38p2hq8tq\"}";

const DISABLE: &str = "POST / HTTP/1.1\r\n\
    Content-Type: application/json\r\n\
    Host: organization.intl.tencentcloudapi.com\r\n\
    X-TC-Action: UpdateSCIMCredentialStatus\r\n\
    X-TC-Timestamp: 1735689599\r\n\
    X-TC-Version: 2021-03-31\r\n\
    X-TC-Language: en-US\r\n\
    Authorization: TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2024-12-31/organization/tc3_request, \
    SignedHeaders=content-type;host, \
    Signature=c3214e7af30a5674ab82cf1b407838299be8d9d97b0e30af532d61a25b918a6f\r\n\
    Connection: close\r\n\
    Content-Length: 94\r\n\r\n\
    {\"ZoneId\": \"z-vft38p2hq8tq\", \"CredentialId\": \"scimcred-un1tgbnt0s9j\", \"NewStatus\": \"Disabled\"}";

const DESCRIBE: &str = "POST / HTTP/1.1\r\n\
    Content-Type: application/json\r\n\
    Host: organization.tencentcloudapi.com\r\n\
    X-TC-Action: DescribeIdentityCenter\r\n\
    X-TC-Timestamp: 1735689600\r\n\
    X-TC-Version: 2021-03-31\r\n\
    X-TC-Language: en-US\r\n\
    Authorization: TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2025-01-01/organization/tc3_request, \
    SignedHeaders=content-type;host, \
    Signature=040f83423d69d723317d32b9391c4a200e9a53e61d87515377f9c42f7af6613c\r\n\
    Connection: close\r\n\
    Content-Length: 2\r\n\r\n\
    {}";

#[tokio::test]
async fn what_the_official_sdk_signed_lists_and_disables_a_key() {
    let (simulator, _, listening) = listening().await;
    let mut answers = Vec::new();
    for request in [DESCRIBE, LIST, DISABLE, LIST] {
        let reply = exchange(listening.addr(), request).await.unwrap();
        assert_eq!(reply.status, 200);
        let mut answer: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        answers.push(answer["Response"].take());
    }
    let [zone, before, disabled, after] = answers.try_into().unwrap();
    assert_eq!(zone["ZoneId"], "z-vft38p2hq8tq");
    assert_eq!((&before["TotalCounts"], &before["SCIMCredentials"][0]["Status"]), (&2.into(), &"Enabled".into()));
    assert_eq!(code(&disabled), "ok");
    let listed: Vec<&str> =
        after["SCIMCredentials"].as_array().unwrap().iter().filter_map(|key| key["Status"].as_str()).collect();
    assert_eq!(listed, ["Disabled", "Enabled"]);
    assert_eq!([KEY, OTHER_KEY].map(|key| status(&simulator, key)), [SimStatus::Disabled, SimStatus::Enabled]);
}

#[tokio::test]
async fn answers_are_dated_by_the_simulators_clock() {
    let (_simulator, clock, listening) = listening().await;
    let reply = exchange(listening.addr(), LIST).await.unwrap();
    assert!(reply.head.to_lowercase().contains("\r\ndate: wed, 01 jan 2025 00:00:00 gmt"), "{}", reply.head);
    clock.set(Timestamp::parse_rfc3339("2025-01-01T00:04:09Z").unwrap());
    assert_eq!(clock.now().unix_seconds(), 1_735_689_849);
    let reply = exchange(listening.addr(), LIST).await.unwrap();
    assert!(reply.head.to_lowercase().contains("\r\ndate: wed, 01 jan 2025 00:04:09 gmt"), "{}", reply.head);
}
