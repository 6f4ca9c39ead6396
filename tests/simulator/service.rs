//! The documented errors, over HTTP.

use std::time::Duration;

use scim_key_lifecycle::simulator::{Action, SameStatus, SimAccount, SimStatus};

use crate::caller::{KEY, OTHER_KEY, Signed, ZONE, account, exchange, list, listening, post, set_status, status};

#[tokio::test]
async fn who_asks_is_checked_before_anything_else() {
    let (simulator, _, to) = listening().await;
    let disable = || set_status(KEY, "Disabled");
    let mut other_body = disable();
    other_body.body = other_body.body.replace(KEY, OTHER_KEY);
    let body = disable().body;
    let wrong_key = Signed::by("AKIDEXAMPLE", "AnotherKey", "UpdateSCIMCredentialStatus", &body);
    let stranger = Signed::by("AKIDSTRANGER", "SecretKeyExample", "UpdateSCIMCredentialStatus", &body);
    let cases = [
        (wrong_key, "AuthFailure.SignatureFailure"),
        (other_body, "AuthFailure.SignatureFailure"),
        (disable().with("Content-Type", "text/plain"), "AuthFailure.SignatureFailure"),
        (stranger, "AuthFailure.SecretIdNotFound"),
        (disable().with("X-TC-Token", "TOKEN"), "AuthFailure.TokenFailure"),
        (disable().with("Authorization", "SKIP"), "AuthFailure.InvalidAuthorization"),
        (disable().without("Authorization"), "AuthFailure.InvalidAuthorization"),
        (disable().with("X-TC-Timestamp", "soon"), "InvalidParameter"),
        (disable().without("X-TC-Timestamp"), "MissingParameter"),
        (disable().without("X-TC-Action"), "MissingParameter"),
        (disable().without("X-TC-Version"), "MissingParameter"),
        (disable().with("X-TC-Version", "2018-12-25"), "NoSuchVersion"),
        (disable().with("X-TC-Action", "DeleteSCIMCredential"), "InvalidAction"),
    ];
    for (request, code) in cases {
        assert_eq!(request.code(&to).await, code);
    }
    assert_eq!([KEY, OTHER_KEY].map(|key| status(&simulator, key)), [SimStatus::Enabled; 2]);
    assert_eq!(disable().code(&to).await, "ok");
    assert_eq!(status(&simulator, KEY), SimStatus::Disabled);
}

#[tokio::test]
async fn a_body_must_be_json_and_may_name_its_charset() {
    let (_simulator, _, to) = listening().await;
    let of_kind = |kind| Signed::of_kind(kind, "AKIDEXAMPLE", "SecretKeyExample", "DescribeIdentityCenter", "{}");
    assert_eq!(of_kind("application/json; charset=utf-8").code(&to).await, "ok");
    assert_eq!(of_kind("application/x-www-form-urlencoded").code(&to).await, "InvalidRequest");
}

#[tokio::test]
async fn a_clock_more_than_five_minutes_off_is_refused_either_way() {
    let (_simulator, clock, to) = listening().await;
    clock.advance(Duration::from_secs(300));
    assert_eq!(list().code(&to).await, "ok");
    clock.advance(Duration::from_secs(1));
    assert_eq!(list().code(&to).await, "AuthFailure.SignatureExpire");
    clock.set(scim_key_lifecycle::time::Timestamp::from_unix_seconds(crate::caller::START - 301));
    assert_eq!(list().code(&to).await, "AuthFailure.SignatureExpire");
}

#[tokio::test]
async fn a_temporary_secret_needs_its_token() {
    let (simulator, _, to) = listening().await;
    simulator.with(|world| world.account_mut("AKIDEXAMPLE").unwrap().token = Some("TOKENEXAMPLE".to_owned()));
    assert_eq!(list().code(&to).await, "AuthFailure.TokenFailure");
    assert_eq!(list().with("X-TC-Token", "OTHER").code(&to).await, "AuthFailure.TokenFailure");
    assert_eq!(list().with("X-TC-Token", "TOKENEXAMPLE").code(&to).await, "ok");
}

#[tokio::test]
async fn parameters_and_states_are_refused_as_documented() {
    let (simulator, _, to) = listening().await;
    let in_zone = |action: &str, more: &str| Signed::new(action, &format!(r#"{{"ZoneId":"{ZONE}"{more}}}"#));
    let sync = |status: &str| {
        let more = format!(r#","SCIMSynchronizationStatus":"{status}""#);
        in_zone("UpdateSCIMSynchronizationStatus", &more)
    };
    let cases = [
        (Signed::new("ListSCIMCredentials", "{}"), "MissingParameter"),
        (in_zone("ListSCIMCredentials", r#","Limit":20"#), "UnknownParameter"),
        (in_zone("ListSCIMCredentials", r#","CredentialId":7"#), "InvalidParameter"),
        (Signed::new("ListSCIMCredentials", r#"{"ZoneId":"z-000000000000"}"#), "FailedOperation.ZoneIdNotExist"),
        (set_status("scimcred-000000000000", "Disabled"), "InvalidParameter.ScimCredentialNotFound"),
        (set_status(KEY, "Off"), "InvalidParameter.UserScimCredentialStatusError"),
        (sync("Off"), "InvalidParameter.ScimSyncStatusError"),
        (sync("Disabled"), "ok"),
    ];
    for (request, code) in cases {
        assert_eq!(request.code(&to).await, code, "{}", request.body);
    }
    let told = in_zone("GetSCIMSynchronizationStatus", "").answer(&to).await;
    assert_eq!(told["SCIMSynchronizationStatus"], "Disabled");
    simulator.with(|world| world.account_mut("AKIDEXAMPLE").unwrap().service = SimStatus::Disabled);
    let closed = Signed::new("DescribeIdentityCenter", "{}").code(&to).await;
    assert_eq!(closed, "FailedOperation.IdentityCenterNotOpen");
}

#[tokio::test]
async fn a_list_can_be_asked_for_one_key_and_an_unknown_one_is_no_error() {
    let (_simulator, _, to) = listening().await;
    let only =
        |id: &str| Signed::new("ListSCIMCredentials", &format!(r#"{{"ZoneId":"{ZONE}","CredentialId":"{id}"}}"#));
    let one = only(OTHER_KEY).answer(&to).await;
    assert_eq!((&one["TotalCounts"], &one["SCIMCredentials"][0]["CredentialId"]), (&1.into(), &OTHER_KEY.into()));
    let none = only("scimcred-000000000000").answer(&to).await;
    assert_eq!((&none["TotalCounts"], &none["SCIMCredentials"]), (&0.into(), &serde_json::json!([])));
}

#[tokio::test]
async fn a_missing_permission_is_an_unauthorized_operation() {
    let (simulator, _, to) = listening().await;
    simulator.with(|world| {
        world.account_mut("AKIDEXAMPLE").unwrap().denied.insert(Action::UpdateScimCredentialStatus);
    });
    assert_eq!(list().code(&to).await, "ok");
    assert_eq!(set_status(KEY, "Disabled").code(&to).await, "UnauthorizedOperation");
    assert_eq!(status(&simulator, KEY), SimStatus::Enabled);
}

#[tokio::test]
async fn disabling_what_is_disabled_is_answered_as_the_model_is_set() {
    let (simulator, _, to) = listening().await;
    let disable = set_status(KEY, "Disabled");
    assert_eq!([disable.code(&to).await, disable.code(&to).await], ["ok", "ok"]);
    simulator.with(|world| world.account_mut("AKIDEXAMPLE").unwrap().same_status = SameStatus::Refused);
    assert_eq!(disable.code(&to).await, "InvalidParameter.UserScimCredentialStatusError");
    let log: Vec<(bool, String)> = simulator.calls().into_iter().map(|call| (call.changed, call.answer)).collect();
    let refused = "InvalidParameter.UserScimCredentialStatusError".to_owned();
    assert_eq!(log, [(true, "ok".to_owned()), (false, "ok".to_owned()), (false, refused)]);
}

#[tokio::test]
async fn accounts_are_told_apart_by_their_secret_id() {
    let (simulator, _, to) = listening().await;
    let other = SimAccount { secret_id: "AKIDOTHER".to_owned(), secret_key: "OtherKey".to_owned(), ..account() };
    simulator.add_account(other);
    let body = set_status(KEY, "Disabled").body;
    let request = Signed::by("AKIDOTHER", "OtherKey", "UpdateSCIMCredentialStatus", &body);
    assert_eq!(request.code(&to).await, "ok");
    assert_eq!(status(&simulator, KEY), SimStatus::Enabled);
    let there = simulator.with(|world| world.account("AKIDOTHER").unwrap().key(KEY).unwrap().status);
    assert_eq!(there, SimStatus::Disabled);
    let call = simulator.calls().pop().unwrap();
    assert_eq!((call.secret_id.as_str(), call.credential.as_deref()), ("AKIDOTHER", Some(KEY)));
    assert_eq!((call.new_status.as_deref(), call.is_write(), call.changed), (Some("Disabled"), true, true));
}

#[tokio::test]
async fn the_twenty_first_request_of_a_second_is_throttled_until_the_second_has_passed() {
    let (_simulator, clock, to) = listening().await;
    for _ in 0..20 {
        assert_eq!(list().code(&to).await, "ok");
    }
    assert_eq!(list().code(&to).await, "RequestLimitExceeded");
    assert_eq!(set_status(KEY, "Disabled").code(&to).await, "ok", "another action has its own limit");
    clock.advance(Duration::from_secs(1));
    assert_eq!(list().code(&to).await, "ok");
}

#[tokio::test]
async fn anything_but_a_small_post_to_the_root_meets_the_gateway() {
    let (simulator, _, to) = listening().await;
    let request = post(&list().headers, &list().body);
    for other in ["GET / ", "POST /scim/v2 ", "POST /?a=b "] {
        let reply = exchange(to.addr(), &request.replacen("POST / ", other, 1)).await.unwrap();
        assert_eq!(reply.status, 404, "{other}");
        assert!(reply.body.starts_with(b"<html>"));
    }
    let long = post(&list().headers, &" ".repeat(1024 * 1024 + 1));
    assert_eq!(exchange(to.addr(), &long).await.unwrap().status, 413);
    assert_eq!(simulator.calls(), [], "none of these reached the service");
}

#[tokio::test]
async fn dropping_the_server_cuts_its_connections_and_frees_its_port() {
    let (simulator, _, to) = listening().await;
    let addr = to.addr();
    assert_eq!(to.url(), format!("http://{addr}"));
    let open = tokio::net::TcpStream::connect(addr).await.unwrap();
    assert_eq!(list().code(&to).await, "ok", "so the earlier connection has been taken in too");
    drop(to);
    open.readable().await.unwrap();
    assert_eq!(open.try_read(&mut [0]).unwrap(), 0);
    let again = scim_key_lifecycle::simulator::http::serve(simulator, addr).await.unwrap();
    assert_eq!(list().code(&again).await, "ok");
}
