//! The service: bytes in, an outcome out. Both front doors call [`receive`] and nothing else.
//!
//! A request meets, in this order: the deeds planned for before it; a fault without effect; the checks of who asks; the
//! limit; the permission; the parameters; its effect; the deeds planned for after it; a fault after the effect.

use std::time::Duration;

use crate::time::Timestamp;

use super::action::Action;
use super::faults::{Fault, Faults, When};
use super::log::Call;
use super::model::{SameStatus, SimAccount, SimStatus, World};
use super::random::request_id;
use super::rate::Rate;
use super::signature::{Authorization, Received, signed_at};
use super::wire::{Answer, Asked, Refusal};

/// The only version of the API.
const VERSION: &str = "2021-03-31";

/// What the caller gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An HTTP answer.
    Answered {
        /// 200, even for the service's own errors, unless a gateway answers.
        status: u16,
        /// JSON, or a gateway's HTML page.
        body: Vec<u8>,
        /// How long it takes to come.
        after: Duration,
    },
    /// The connection closes without an answer.
    Closed,
    /// There was no connection.
    Refused,
}

/// Everything that a simulator remembers.
#[derive(Default)]
pub(super) struct State {
    pub(super) world: World,
    pub(super) faults: Faults,
    pub(super) calls: Vec<Call>,
    rate: Rate,
}

/// Takes one request in at `now`, carries it out, and says what the caller gets.
pub(super) fn receive(state: &mut State, request: &Received, now: Timestamp) -> Outcome {
    let mut call = Call::arriving(now, request);
    let id = request_id(state.calls.len() as u64);
    let action = Action::from_name(&call.action);
    call.fault = action.and_then(|action| state.faults.next(action));
    act(state, action, When::Before);
    let outcome = match without_effect(call.fault.as_ref(), &id, &mut call.answer) {
        Some(outcome) => outcome,
        None => {
            let answer = carry_out(state, request, &mut call);
            with_effect(call.fault.as_ref(), &answer, &id, &mut call.answer)
        }
    };
    act(state, action, When::After);
    state.calls.push(call);
    outcome
}

/// Lets people do what was planned for this side of the call.
fn act(state: &mut State, action: Option<Action>, when: When) {
    for deed in action.map(|action| state.faults.deeds(action, when)).unwrap_or_default() {
        deed(&mut state.world);
        state.world.note();
    }
}

/// The outcome where the fault keeps the request from the service. `log` gets what the caller got.
fn without_effect(fault: Option<&Fault>, id: &str, log: &mut String) -> Option<Outcome> {
    let refuse = |code: &str, log: &mut String| {
        code.clone_into(log);
        answered(Answer::refused(Refusal::new(code, "A fault of the simulator.")).enveloped(id))
    };
    match fault? {
        Fault::Throttle => Some(refuse("RequestLimitExceeded", log)),
        Fault::Code(code) => Some(refuse(code, log)),
        Fault::Gateway(status) => {
            *log = format!("HTTP {status}");
            let body = format!("<html><head><title>{status}</title></head><body>gateway</body></html>\n");
            Some(Outcome::Answered { status: *status, body: body.into_bytes(), after: Duration::ZERO })
        }
        Fault::ResetBefore => {
            "no answer".clone_into(log);
            Some(Outcome::Closed)
        }
        Fault::RefusedConnection => {
            "no answer".clone_into(log);
            Some(Outcome::Refused)
        }
        Fault::ResetAfter
        | Fault::Slow(_)
        | Fault::Garbage
        | Fault::Instead(_)
        | Fault::StaleList(_)
        | Fault::NoEffect => None,
    }
}

/// The outcome once the service has answered. `log` gets what the caller got.
fn with_effect(fault: Option<&Fault>, answer: &Answer, id: &str, log: &mut String) -> Outcome {
    let body = answer.enveloped(id);
    answer.code().clone_into(log);
    match fault {
        Some(Fault::ResetAfter) => {
            "no answer".clone_into(log);
            Outcome::Closed
        }
        Some(Fault::Garbage) => {
            "garbage".clone_into(log);
            answered(body[..body.len() / 2].to_vec())
        }
        Some(Fault::Instead(other)) => {
            "garbage".clone_into(log);
            answered(other.clone().into_bytes())
        }
        Some(Fault::Slow(after)) => Outcome::Answered { status: 200, body, after: *after },
        _ => answered(body),
    }
}

fn answered(body: Vec<u8>) -> Outcome {
    Outcome::Answered { status: 200, body, after: Duration::ZERO }
}

/// Has the service answer, on the real world or, where the fault says so, on one that is thrown away.
fn carry_out(state: &mut State, request: &Received, call: &mut Call) -> Answer {
    let mut thrown_away = match (call.fault.as_ref(), Action::from_name(&call.action)) {
        (Some(Fault::NoEffect), _) => Some(state.world.clone()),
        (Some(Fault::StaleList(changes)), Some(Action::ListScimCredentials)) => Some(state.world.before_last(*changes)),
        _ => None,
    };
    let world = thrown_away.as_mut().unwrap_or(&mut state.world);
    let answer = answer(world, &mut state.rate, request, call.at).unwrap_or_else(Answer::refused);
    call.changed = state.world.note();
    answer
}

/// The service as documented.
fn answer(world: &mut World, rate: &mut Rate, request: &Received, now: Timestamp) -> Result<Answer, Refusal> {
    let name = common_parameter(request, "X-TC-Action")?;
    let version = common_parameter(request, "X-TC-Version")?;
    let account = authenticate(world, request, now)?;
    let action = Action::from_name(name)
        .ok_or_else(|| Refusal::new("InvalidAction", format!("The action `{name}` does not exist.")))?;
    if version != VERSION {
        return Err(Refusal::new("NoSuchVersion", format!("The version `{version}` does not exist.")));
    }
    if !rate.admit(&account.secret_id, action, now) {
        return Err(Refusal::new("RequestLimitExceeded", "More than 20 requests in one second."));
    }
    if account.denied.contains(&action) {
        return Err(Refusal::new("UnauthorizedOperation", format!("No permission for organization:{name}.")));
    }
    perform(account, Asked::read(action, &request.body)?)
}

fn common_parameter<'a>(request: &'a Received, name: &str) -> Result<&'a str, Refusal> {
    let missing = || Refusal::new("MissingParameter", format!("The request lacks the header `{name}`."));
    request.header(name).filter(|value| !value.is_empty()).ok_or_else(missing)
}

/// Whose request is it, and did they really send this one?
fn authenticate<'a>(world: &'a mut World, request: &Received, now: Timestamp) -> Result<&'a mut SimAccount, Refusal> {
    let refuse = |code: &str, message: &str| Refusal::new(code, message);
    let timestamp = signed_at(common_parameter(request, "X-TC-Timestamp")?, now)?;
    let authorization = request
        .header("authorization")
        .and_then(Authorization::read)
        .ok_or_else(|| refuse("AuthFailure.InvalidAuthorization", "The `Authorization` header is malformed."))?;
    let account = world
        .account_mut(authorization.secret_id)
        .ok_or_else(|| refuse("AuthFailure.SecretIdNotFound", "The SecretId does not exist."))?;
    if request.header("x-tc-token") != account.token.as_deref() {
        return Err(refuse("AuthFailure.TokenFailure", "The token does not belong to the SecretId."));
    }
    authorization.check(request, timestamp, &account.secret_key)?;
    if request.header("content-type").is_none_or(|kind| kind.split(';').next() != Some("application/json")) {
        return Err(refuse("InvalidRequest", "The body must be `application/json`."));
    }
    Ok(account)
}

/// Carries out a request that may be carried out.
fn perform(account: &mut SimAccount, asked: Asked) -> Result<Answer, Refusal> {
    if account.service == SimStatus::Disabled {
        return Err(Refusal::new("FailedOperation.IdentityCenterNotOpen", "Identity Center is not open."));
    }
    match asked {
        Asked::Zone => Ok(Answer::zone(account)),
        Asked::Keys { zone, only } => {
            in_zone(account, &zone)?;
            Ok(Answer::keys(account, only.as_deref()))
        }
        Asked::SetStatus { zone, credential, status } => {
            in_zone(account, &zone)?;
            set_status(account, &credential, &status)
        }
        Asked::Sync { zone } => {
            in_zone(account, &zone)?;
            Ok(Answer::sync(account))
        }
        Asked::SetSync { zone, status } => {
            in_zone(account, &zone)?;
            account.sync = SimStatus::from_word(&status).ok_or_else(|| {
                Refusal::new("InvalidParameter.ScimSyncStatusError", "The status is neither Enabled nor Disabled.")
            })?;
            Ok(Answer::Done {})
        }
    }
}

fn in_zone(account: &SimAccount, zone: &str) -> Result<(), Refusal> {
    let known = account.zone_id == zone;
    known.then_some(()).ok_or_else(|| Refusal::new("FailedOperation.ZoneIdNotExist", "The zone does not exist."))
}

fn set_status(account: &mut SimAccount, id: &str, word: &str) -> Result<Answer, Refusal> {
    let wrong = |why: &str| Refusal::new("InvalidParameter.UserScimCredentialStatusError", why);
    let status = SimStatus::from_word(word).ok_or_else(|| wrong("The status is neither Enabled nor Disabled."))?;
    let missing = || Refusal::new("InvalidParameter.ScimCredentialNotFound", "The SCIM key does not exist.");
    let key = account.keys.iter_mut().find(|key| key.id == id).ok_or_else(missing)?;
    if key.status == status && account.same_status == SameStatus::Refused {
        return Err(wrong("The SCIM key already has that status."));
    }
    key.status = status;
    Ok(Answer::Done {})
}
