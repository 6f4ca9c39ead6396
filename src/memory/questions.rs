//! What is asked of the facts: of a key, or of SCIM synchronisation, which is "it" below.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Dated, Fact, Memory, Purpose, topic_of};
use crate::policy::{Rule, RuleId};
use crate::time::Timestamp;
use crate::trigger::{ExecutionName, Receipt, RunId, Text};
use crate::zone::{CredentialId, Status, Subject};

/// How long an intent stays open at most, counted from when it was formed. It is longer than an execution may write on
/// it ([`Intent::TO_WRITE`]) plus the longest invocation, with minutes to spare for clocks that disagree.
const OPEN_FOR: Duration = Duration::from_mins(10);

/// The least by which two instants differ.
const INSTANT: Duration = Duration::from_millis(1);

/// The right of one execution to write for the account: its open intents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease<'a> {
    /// Who holds it.
    pub holder: &'a ExecutionName,
    /// When it ends by itself.
    pub until: Timestamp,
}

impl Lease<'_> {
    /// When its newest intent was formed.
    pub fn since(&self) -> Timestamp {
        self.until.minus(OPEN_FOR)
    }
}

/// An intent that nobody has closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent<'a> {
    /// Which key, or SCIM synchronisation.
    pub subject: &'a Subject,
    /// What for.
    pub purpose: Purpose,
    /// Who.
    pub execution: &'a ExecutionName,
    /// When it was formed.
    pub formed: Timestamp,
}

/// A disable of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disable<'a> {
    /// When.
    pub at: Timestamp,
    /// By which run.
    pub run: &'a RunId,
    /// The rule that wanted it; `None` where a containment was upheld.
    pub rule: Option<&'a RuleId>,
}

/// A restore that was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettledRestore<'a> {
    /// When it was meant.
    pub at: Timestamp,
    /// Who meant it.
    pub execution: &'a ExecutionName,
    /// Is it known that a request was sent, or that none was needed?
    pub sent: bool,
}

/// Evidence that something was off which no look ever showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnseenOff {
    /// A run meant to switch it off then.
    Meant(Timestamp),
    /// A run did so, as the cloud says: it acknowledged that.
    Written(Timestamp),
}

impl<'a> Intent<'a> {
    /// How long after it was formed an intent may still be acted on.
    const TO_WRITE: Duration = Duration::from_mins(1);

    fn of(dated: &'a Dated) -> Option<Self> {
        let Fact::Intended { subject, purpose, execution, .. } = &dated.fact else { return None };
        Some(Self { subject, purpose: *purpose, execution, formed: dated.at })
    }

    /// When it is open no longer, closed or not.
    pub fn until(self) -> Timestamp {
        self.formed.plus(OPEN_FOR)
    }

    /// Until when it may be acted on.
    pub fn write_by(self) -> Timestamp {
        self.formed.plus(Self::TO_WRITE)
    }

    /// The fact that closes it. `sent`: may a request have had its effect, or was none needed?
    pub fn done(self, sent: bool) -> Fact {
        let (subject, execution) = (self.subject.clone(), self.execution.clone());
        Fact::Done { subject, execution, formed: self.formed, sent }
    }
}

impl Memory {
    /// When a scheduled run last found no memory, or that nobody had looked for too long.
    pub fn resumed_at(&self) -> Option<Timestamp> {
        self.newest(|dated| dated.fact == Fact::Resumed)
    }

    /// Since when people have had this warning, each time that it was given and still counts, the oldest first. A warning
    /// lapses when the rule changes, when the key was seen, made or meant to be Disabled since the look that it came from, and
    /// when the ladders have started again since that look.
    pub fn warned(&self, key: &CredentialId, rule: &Rule, step: u8) -> impl Iterator<Item = Timestamp> {
        let off = self.newest_disabled(key);
        let resumed = self.resumed_at();
        self.facts().filter_map(move |dated| match &dated.fact {
            Fact::Warned { credential, rule: _, fingerprint, step: of, looked }
                if credential == key && *fingerprint == rule.fingerprint && *of == step =>
            {
                let stands = off.is_none_or(|off| off < *looked) && resumed.is_none_or(|resumed| resumed <= *looked);
                stands.then_some(dated.at)
            }
            _ => None,
        })
    }

    /// Since when a key that is on at `now` is known to have been enabled again; `None` if nothing says that it was off.
    pub fn enabled_again(&self, of: &impl PartialEq<Subject>, now: Timestamp) -> Option<Timestamp> {
        let off = self.newest_disabled(of)?;
        Some(self.first_on_since(of, off).map_or(now, |dated| dated.at))
    }

    /// The first look that shows it on, then or later. At one instant Disabled comes before Enabled.
    pub(super) fn first_on_since(&self, of: &impl PartialEq<Subject>, instant: Timestamp) -> Option<&Dated> {
        self.facts().find(|dated| dated.fact.seen(of) == Some(Status::Enabled) && dated.at >= instant)
    }

    /// The last look at it, then or earlier.
    pub(super) fn last_look_by(&self, of: &impl PartialEq<Subject>, instant: Timestamp) -> Option<&Dated> {
        self.facts().rev().find(|dated| dated.fact.seen(of).is_some() && dated.at <= instant)
    }

    /// The newest evidence that it was off, or may have been switched off.
    pub fn newest_disabled(&self, of: &impl PartialEq<Subject>) -> Option<Timestamp> {
        self.disabled_evidence(of).map(|dated| dated.at)
    }

    /// What the newest evidence that it was off rests on, if no look is remembered that saw it off then.
    pub fn unseen_off(&self, of: &impl PartialEq<Subject>) -> Option<UnseenOff> {
        let newest = self.disabled_evidence(of)?;
        // What a run switches off it learns after the look that shows that.
        let was = self.last_look_by(of, newest.at).and_then(|look| look.fact.seen(of));
        match &newest.fact {
            Fact::Intended { .. } => Some(UnseenOff::Meant(newest.at)),
            Fact::Disabled { .. } if was != Some(Status::Disabled) => Some(UnseenOff::Written(newest.at)),
            _ => None,
        }
    }

    fn disabled_evidence(&self, of: &impl PartialEq<Subject>) -> Option<&Dated> {
        self.facts().rev().find(|dated| match &dated.fact {
            Fact::Seen { subject, status } => of == subject && *status == Status::Disabled,
            Fact::Disabled { subject, .. } => of == subject,
            Fact::Intended { subject, purpose, .. } => {
                of == subject && purpose.to() == Status::Disabled && !self.is_void(dated)
            }
            _ => false,
        })
    }

    /// The newest state in which a look saw it.
    pub fn last_seen(&self, of: &impl PartialEq<Subject>) -> Option<Status> {
        self.facts().rev().find_map(|dated| dated.fact.seen(of))
    }

    /// The keys that were seen before this one ever was, each as often as its state is remembered.
    pub fn seen_before(&self, key: &CredentialId) -> impl Iterator<Item = &CredentialId> {
        let looks = || {
            self.facts().filter_map(|dated| match &dated.fact {
                Fact::Seen { subject, .. } => Some((dated.at, subject.key()?)),
                _ => None,
            })
        };
        let first = looks().find(|(_, seen)| *seen == key).map(|(at, _)| at);
        looks().filter(move |(at, _)| first.is_none_or(|first| *at < first)).map(|(_, seen)| seen)
    }

    /// Since when one of these vouches for the key, and who was the first.
    pub fn vouched(&self, key: &CredentialId, vouchers: &BTreeSet<String>) -> Option<(Timestamp, &Text)> {
        self.facts().find_map(|dated| match &dated.fact {
            Fact::Vouched { credential, by } if credential == key && vouchers.contains(by.as_str()) => {
                Some((dated.at, by))
            }
            _ => None,
        })
    }

    /// May what this receipt names, and is in this state, be given back, as far as memory tells? If not, says why.
    pub fn may_restore(&self, receipt: &Receipt, status: Option<Status>, now: Timestamp) -> Result<(), &'static str> {
        let of = &receipt.subject;
        match self.last_disable(of) {
            _ if receipt.expires <= now => Err("the receipt has expired"),
            None => Err("no disable of it is remembered"),
            Some(Disable { at, run, .. }) if *run != receipt.run || at != receipt.disabled => {
                Err("it has been disabled again since")
            }
            Some(Disable { at, .. }) => self.may_take_back(of, at, status),
        }
    }

    /// Is there a receipt that is good for it where it is in this state, whether somebody still has it or not?
    pub fn has_way_back(&self, of: &Subject, status: Status) -> bool {
        self.last_disable(of).is_some_and(|disable| self.may_take_back(of, disable.at, Some(status)).is_ok())
    }

    /// May this disable, its newest, be taken back, where it is in this state? What somebody has enabled already can only be
    /// freed of the incidents that still want it off.
    fn may_take_back(&self, of: &Subject, disabled: Timestamp, status: Option<Status>) -> Result<(), &'static str> {
        let is_to_be_freed = || status == Some(Status::Enabled) && self.implicated_by(of).next().is_some();
        if self.restores(of, disabled).next().is_some() {
            return Err("the receipt was used already");
        }
        // Who has switched it off again after that, if it is off, was another.
        if self.seen_on_after(of, disabled) && !is_to_be_freed() {
            return Err("it has been seen on since");
        }
        Ok(())
    }

    /// The restores of this disable that were ever settled. One counts from its intent: whether it was then carried out or
    /// not.
    pub fn restores<'a>(
        &'a self,
        of: &'a impl PartialEq<Subject>,
        disabled: Timestamp,
    ) -> impl Iterator<Item = SettledRestore<'a>> {
        self.facts().filter_map(move |dated| match &dated.fact {
            Fact::Intended { disable: Some(disable), execution, .. }
                if *disable == disabled && self.stands(dated, of, Purpose::Restore) =>
            {
                Some(SettledRestore { at: dated.at, execution, sent: !self.is_open(dated) })
            }
            _ => None,
        })
    }

    /// All that runs of ours have ever switched off.
    pub fn switched_off(&self) -> BTreeSet<&Subject> {
        let disabled = self.facts().filter_map(|dated| match &dated.fact {
            Fact::Disabled { subject, .. } => Some(subject),
            _ => None,
        });
        disabled.collect()
    }

    /// The newest disable of ours.
    pub fn last_disable(&self, of: &impl PartialEq<Subject>) -> Option<Disable<'_>> {
        self.facts().rev().find_map(|dated| match &dated.fact {
            Fact::Disabled { subject, run, rule } if of == subject => {
                Some(Disable { at: dated.at, run, rule: rule.as_ref() })
            }
            _ => None,
        })
    }

    /// Has it been seen on since a run of ours last disabled it? Then whoever switched it off after that was another.
    pub fn was_enabled_since_disabled(&self, of: &impl PartialEq<Subject>) -> bool {
        self.last_disable(of).is_some_and(|disable| self.seen_on_after(of, disable.at))
    }

    fn seen_on_after(&self, of: &impl PartialEq<Subject>, instant: Timestamp) -> bool {
        self.facts().any(|dated| dated.fact.seen(of) == Some(Status::Enabled) && dated.at > instant)
    }

    /// When people were last told this of it, if they have been told no other news of it since.
    pub fn told(&self, of: &impl PartialEq<Subject>, about: &str) -> Option<Timestamp> {
        let mut newest_first = self.facts().rev().filter_map(|dated| match &dated.fact {
            Fact::Told { subject, about } if of == subject => Some((dated.at, about)),
            _ => None,
        });
        let (at, told) = newest_first.find(|(_, told)| topic_of(told) == topic_of(about))?;
        (told == about).then_some(at)
    }

    /// The newest thing that a run of ours did about it, or may have done, or found done. What may still be under way at `now`
    /// is not among it: whoever does it will say so.
    pub fn last_deed(&self, of: &impl PartialEq<Subject>, now: Timestamp) -> Option<&Dated> {
        self.deeds(of, now).max_by_key(|(over, _)| *over).map(|(_, deed)| deed)
    }

    /// What runs of ours did about it and is over, and when each was.
    fn deeds(&self, of: &impl PartialEq<Subject>, now: Timestamp) -> impl Iterator<Item = (Timestamp, &Dated)> {
        let deeds = self.facts().filter(move |dated| match &dated.fact {
            Fact::Disabled { subject, .. } | Fact::Implicated { subject, .. } => of == subject,
            Fact::Intended { subject, .. } => of == subject && !self.is_void(dated),
            _ => false,
        });
        deeds.filter_map(move |deed| Some((self.over(deed, now)?, deed)))
    }

    /// When a deed was over; `None` if it may still be under way. What is meant may be done until its end is told, or its
    /// lease is over.
    fn over(&self, deed: &Dated, now: Timestamp) -> Option<Timestamp> {
        let Some(intent) = Intent::of(deed) else { return Some(deed.at) };
        let told = self.facts().filter(|end| end.fact.closes(deed)).map(|end| end.at.max(deed.at)).max();
        told.or_else(|| Some(intent.until()).filter(|until| *until <= now))
    }

    /// As of when people must have heard of it to know of all deeds: of what was meant, later than when it was over. A
    /// containment waits for no lease, and tells people of that very instant without knowing what another meant.
    fn deeds_known_from(&self, of: &impl PartialEq<Subject>, now: Timestamp) -> Option<Timestamp> {
        let known = self.deeds(of, now).map(|(over, deed)| match Intent::of(deed) {
            Some(_) => over.plus(INSTANT),
            None => over,
        });
        known.max()
    }

    /// What people have not heard of it: the newest deed of ours about it, and the state of which they have heard since, if
    /// of any. `None`, if they have heard since in which state it is; where that was not looked at, any will do.
    pub fn unheard(
        &self,
        of: &impl PartialEq<Subject>,
        status: Option<Status>,
        now: Timestamp,
    ) -> Option<(&Dated, Option<Status>)> {
        let (deed, from) = (self.last_deed(of, now)?, self.deeds_known_from(of, now)?);
        let heard = self.heard(of).filter(|(at, _)| *at >= from).map(|(_, status)| status);
        let know = heard.is_some_and(|heard| status.is_none_or(|status| status == heard));
        (!know).then_some((deed, heard))
    }

    /// As of when what is said of it at `now` tells: of all that is known of it.
    pub fn known_as_of(&self, of: &Subject, now: Timestamp) -> Option<Timestamp> {
        let newest = self.newest(|dated| dated.fact.subject().as_ref() == Some(of));
        newest.max(self.deeds_known_from(of, now))
    }

    /// In which state people last heard it to be, as of when.
    pub fn heard(&self, of: &impl PartialEq<Subject>) -> Option<(Timestamp, Status)> {
        self.facts().rev().find_map(|dated| match &dated.fact {
            Fact::Heard { subject, status } if of == subject => Some((dated.at, *status)),
            _ => None,
        })
    }

    /// The lease, if an execution holds it at `now`.
    pub fn lease(&self, now: Timestamp) -> Option<Lease<'_>> {
        let newest = self.open_intents().filter(|intent| intent.until() > now).max_by_key(|intent| intent.formed)?;
        Some(Lease { holder: newest.execution, until: newest.until() })
    }

    /// The intents that nobody has closed, however old, the oldest first.
    pub fn open_intents(&self) -> impl Iterator<Item = Intent<'_>> {
        self.facts().filter(|dated| self.is_open(dated)).filter_map(Intent::of)
    }

    /// The same memory without what this execution still means to do: what it decided from, when it meant it.
    #[must_use]
    pub fn before_intents_of(&self, execution: &ExecutionName) -> Self {
        self.clone()
            .only(|dated| !self.is_open(dated) || Intent::of(dated).is_none_or(|own| own.execution != execution))
    }

    fn is_open(&self, dated: &Dated) -> bool {
        !self.facts().any(|other| other.fact.closes(dated))
    }

    fn newest(&self, is: impl Fn(&Dated) -> bool) -> Option<Timestamp> {
        self.facts().rev().find(|dated| is(dated)).map(|dated| dated.at)
    }

    /// Is it an intent about this key for this purpose, and one that counts?
    pub(super) fn stands(&self, dated: &Dated, of: &impl PartialEq<Subject>, purpose: Purpose) -> bool {
        let fits =
            matches!(&dated.fact, Fact::Intended { subject, purpose: meant, .. } if of == subject && *meant == purpose);
        fits && !self.is_void(dated)
    }

    /// Was it closed as one that counts for nothing?
    pub(super) fn is_void(&self, intent: &Dated) -> bool {
        self.facts().any(|other| matches!(other.fact, Fact::Done { sent: false, .. }) && other.fact.closes(intent))
    }
}
