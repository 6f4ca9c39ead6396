//! Words that a document uses and this version does not know, and the known ones that were probably meant.

use super::island::Field;
use super::problems::Problems;

/// Says that `what` has no such word as `key`, which stands at `path`; what follows the key is not shown.
pub(super) fn report(path: &str, key: &str, what: &str, known: &[Field], found: &mut Problems) {
    let remedy = match nearest(key, known) {
        Some(word) => format!("did you mean `{word}`?"),
        None => {
            let words: Vec<&str> = known.iter().map(|field| field.name).collect();
            format!("take it out; the words here are {}", words.join(", "))
        }
    };
    found.add_unseen(path, format!("this version knows no such word in {what}"), remedy);
}

/// The known word that is at most two slips away.
fn nearest(word: &str, known: &[Field]) -> Option<&'static str> {
    if word.len() > 64 {
        return None;
    }
    let near = known.iter().map(|field| (slips(word, field.name), field.name));
    near.filter(|(slips, _)| (1..=2).contains(slips)).min().map(|(_, name)| name)
}

/// How many letters must be put in, left out or changed to make one word of the other (Levenshtein's distance).
fn slips(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for letter in one.chars() {
        let mut diagonal = row[0];
        row[0] += 1;
        for (i, &against) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != against);
            diagonal = row[i + 1];
            row[i + 1] = changed.min(diagonal + 1).min(row[i] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_letters_put_in_left_out_or_changed() {
        assert_eq!(slips("rules", "rules"), 0);
        assert_eq!(slips("rule", "rules"), 1);
        assert_eq!(slips("", "rules"), 5);
        assert_eq!(slips("kitten", "sitting"), 3);
        assert_eq!(slips("oldr_then", "older_than"), 2);
    }

    #[test]
    fn only_a_near_word_is_proposed() {
        let known = [Field::required("expired_for", "1"), Field::required("expires_within", "1")];
        assert_eq!(nearest("expird_for", &known), Some("expired_for"));
        assert_eq!(nearest("expires_withn", &known), Some("expires_within"));
        assert_eq!(nearest("implicated", &known), None);
    }
}
