//! Zones to start from.

use std::time::Duration;

use crate::time::Timestamp;

use super::model::{SimAccount, SimKey, SimStatus};

/// The `SecretId` of the zones here. It opens nothing anywhere else.
pub const SECRET_ID: &str = "AKIDSIMULATOR0000000000000000000NOTREAL";

/// The `SecretKey` of the zones here. It opens nothing anywhere else.
pub const SECRET_KEY: &str = "simulator-secret-key-not-real";

/// The zone of [`believable`].
pub const ZONE_ID: &str = "z-acme0demo001";

/// The key of [`believable`] that expired two weeks ago and is still switched on.
pub const EXPIRED: &str = "scimcred-acme0old0001";

/// The key of [`believable`] that works and is past ninety days old.
pub const AGEING: &str = "scimcred-acme0new0001";

const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3_600);

/// A year, the lifetime that the console gives a key by default.
const LIFETIME: Duration = Duration::from_secs(365 * 86_400);

/// `acme` as it might be found at `now`: an expired key that nobody switched off, and its successor, 97 days old.
pub fn believable(now: Timestamp) -> SimAccount {
    let mut account = SimAccount::new(SECRET_ID, SECRET_KEY, ZONE_ID);
    "acme".clone_into(&mut account.zone_name);
    account.opened = now.minus(DAY * 512);
    account.keys = vec![key(EXPIRED, now.minus(DAY * 379 + HOUR * 5)), key(AGEING, now.minus(DAY * 97 + HOUR * 3))];
    account
}

fn key(id: &str, created: Timestamp) -> SimKey {
    SimKey { id: id.to_owned(), status: SimStatus::Enabled, created, expires: created.plus(LIFETIME) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_have_the_documented_shapes() {
        let random = |rest: &str| {
            rest.len() == 12 && rest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
        };
        assert!(ZONE_ID.strip_prefix("z-").is_some_and(random));
        for id in [EXPIRED, AGEING] {
            assert!(id.strip_prefix("scimcred-").is_some_and(random), "{id}");
        }
    }

    #[test]
    fn one_key_has_been_expired_for_two_weeks_and_one_is_past_ninety_days() {
        let now = Timestamp::from_unix_seconds(1_735_689_600);
        let account = believable(now);
        let expired = account.key(EXPIRED).unwrap();
        assert!((14..15).contains(&(now.since(expired.expires).as_secs() / 86_400)));
        assert_eq!(expired.status, SimStatus::Enabled);
        let ageing = account.key(AGEING).unwrap();
        assert_eq!(now.since(ageing.created).as_secs() / 86_400, 97);
        assert_eq!(ageing.expires.since(now).as_secs() / 86_400, 267);
        assert_eq!(ageing.status, SimStatus::Enabled);
    }
}
