//! Why nothing of an event is answered, in words. Pure.

/// Why one thing that an event says is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// No rule is asked by this.
    Unasked(String),
    /// It matters to nobody, or a rule that it asks cannot tell for whom.
    Other(String),
}

/// The reasons of a whole event, each once: of what no rule is asked by first, since that may have to be mended.
pub(super) fn in_words(reasons: &[Reason]) -> String {
    let unasked = once(reasons.iter().filter_map(|reason| match reason {
        Reason::Unasked(what) => Some(what.as_str()),
        Reason::Other(_) => None,
    }));
    let others = once(reasons.iter().filter_map(|reason| match reason {
        Reason::Other(why) => Some(why.as_str()),
        Reason::Unasked(_) => None,
    }));
    let unasked = (!unasked.is_empty()).then(|| {
        format!(
            "{}: no rule of the policy matches it; if a key may be in somebody else's hands, send this tool's own \
             incident (see README, Events)",
            listed(&unasked, ", ")
        )
    });
    let others = (!others.is_empty()).then(|| listed(&others, "; "));
    unasked.into_iter().chain(others).collect::<Vec<_>>().join("; ")
}

fn once<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut once = Vec::new();
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once
}

/// The first few, and how many more there are.
pub(in crate::trigger) fn listed(texts: &[&str], between: &str) -> String {
    const SHOWN: usize = 3;
    let shown = texts.iter().take(SHOWN).copied().collect::<Vec<_>>().join(between);
    match texts.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}{between}and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_said_once_and_the_first_few_only() {
        let unasked = |what: &str| Reason::Unasked(what.to_owned());
        let other = |why: &str| Reason::Other(why.to_owned());
        assert_eq!(in_words(&[other("a"), other("b"), other("a")]), "a; b");
        assert_eq!(in_words(&["a", "b", "c", "d", "e"].map(other)), "a; b; c; and 2 more");
        let said = in_words(&[other("why"), unasked("x"), unasked("y"), unasked("x")]);
        assert!(said.starts_with("x, y: no rule of the policy matches it; if a key"), "{said}");
        assert!(said.ends_with("(see README, Events); why"), "{said}");
    }
}
