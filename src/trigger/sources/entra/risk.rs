//! Entra ID's states and kinds of risk: which are over, and which are authenticated.

use crate::trigger::sources::lenient::At;

/// The state of a risk (<https://learn.microsoft.com/en-us/graph/api/resources/riskdetection>, `riskState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// `atRisk`.
    AtRisk,
    /// `confirmedCompromised`: an administrator says so.
    Compromised,
    /// `remediated`, `dismissed`, `confirmedSafe`: whatever the level still says.
    Over,
    /// `none`.
    NoRisk,
    /// No state, or a word that is not documented.
    Untold,
}

impl State {
    pub(super) fn of(word: At<'_>) -> Self {
        let word = word.str().unwrap_or_default().to_ascii_lowercase();
        match word.as_str() {
            "atrisk" => Self::AtRisk,
            "confirmedcompromised" => Self::Compromised,
            "remediated" | "dismissed" | "confirmedsafe" => Self::Over,
            "none" => Self::NoRisk,
            _ => Self::Untold,
        }
    }
}

/// Does a `riskDetail` say that a risk was taken away? It is asked only where no state is told, and then clears nothing.
pub(super) fn is_settled(detail: At<'_>) -> bool {
    let detail = detail.str().unwrap_or_default().to_ascii_lowercase();
    let begins =
        ["userperformed", "userpassed", "userchangedpassword", "admindismissed", "admingenerated", "m365dadmin"];
    detail.ends_with("safe") || begins.iter().any(|with| detail.starts_with(with))
}

/// Does a `riskDetail` say that an administrator confirmed it, `adminConfirmedUserCompromised` and its like?
pub(super) fn is_somebodys_decision(detail: At<'_>) -> bool {
    let detail = detail.str().unwrap_or_default().to_ascii_lowercase();
    detail.starts_with("adminconfirmed") && detail.ends_with("compromised")
}

/// Kinds of detection that speak of what somebody did in a session, of a token, of a password that was found to be right in
/// a leak, or of what a person reported.
///
/// Microsoft says that it raises a risk only where the credentials were right
/// (<https://learn.microsoft.com/en-us/entra/id-protection/id-protection-faq>). Yet its sign-in logs show risky sign-ins
/// that failed, it calls an address malicious for the failures that come from there, its threat intelligence also means
/// an account that *was attacked* by a password spray, and the activities that its travel kinds compare may be sign-ins.
/// So what may be an attempt alone counts as an outsider's: `passwordSpray` (a password was guessed, and nobody need have
/// got in), `unfamiliarFeatures`, `unlikelyTravel`, `mcasImpossibleTravel`, `newCountry`, the kinds that judge an address,
/// `suspiciousBrowser`, `investigationsThreatIntelligence`, `generic`, and every kind that is not listed.
const AUTHENTICATED: [&str; 17] = [
    "adminconfirmedserviceprincipalcompromised",
    "adminconfirmedusercompromised",
    "anomalousserviceprincipalactivity",
    "anomaloustoken",
    "anomaloususeractivity",
    "attackerinthemiddle",
    "attemptedprtaccess",
    "leakedcredentials",
    "maliciousapplication",
    "mcasfinsuspiciousfileaccess",
    "mcassuspiciousinboxmanipulationrules",
    "suspiciousapitraffic",
    "suspiciousapplication",
    "suspiciousinboxforwarding",
    "suspicioussendingpatterns",
    "tokenissueranomaly",
    "userreportedsuspiciousactivity",
];

/// Did this detection take a login, an API secret or a person's decision?
pub(super) fn is_authenticated(detection: At<'_>) -> bool {
    let kind = detection.get("riskEventType").str().or_else(|| detection.get("riskType").str()).unwrap_or_default();
    AUTHENTICATED.contains(&kind.to_ascii_lowercase().as_str()) || is_somebodys_decision(detection.get("riskDetail"))
}
