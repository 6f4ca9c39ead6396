//! Properties of matching, over random patterns and events with few keys and values, so that much of it meets.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::pattern;
use crate::policy::pattern::read::read;
use crate::policy::problems::Problems;

const KEYS: [&str; 3] = ["a", "b", "c"];
const TEXTS: [&str; 10] = ["", "x", "xy", "X", "y*", "é", "5", "null", "10.0.0.1", "x\"\\y"];

fn plain() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![
            json!(0),
            json!(5),
            json!(-1),
            json!(5.0),
            json!(2.5),
            json!(u64::MAX),
            json!(1e300)
        ]),
        prop::sample::select(TEXTS.to_vec()).prop_map(Value::from),
    ]
}

fn objects(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    vec((prop::sample::select(KEYS.to_vec()), inner), 0..4)
        .prop_map(|entries| Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
}

fn event() -> impl Strategy<Value = Value> {
    let value = plain()
        .prop_recursive(4, 24, 4, |inner| prop_oneof![objects(inner.clone()), vec(inner, 0..4).prop_map(Value::from)]);
    objects(value)
}

fn comparison() -> impl Strategy<Value = Value> {
    let text = || prop::sample::select(TEXTS.to_vec());
    let number = || prop::sample::select(vec![0, 5, -1]);
    prop_oneof![
        4 => plain(),
        1 => text().prop_map(|text| json!({ "prefix": text })),
        1 => text().prop_map(|text| json!({ "suffix": { "equals-ignore-case": text } })),
        1 => text().prop_map(|text| json!({ "equals-ignore-case": text })),
        1 => text().prop_map(|text| json!({ "anything-but": text })),
        1 => number().prop_map(|number| json!({ "anything-but": [number, 7] })),
        1 => prop::sample::select(vec!["*", "x*", "*y", "x*y", r"y\*"]).prop_map(|text| json!({ "wildcard": text })),
        1 => number().prop_map(|number| json!({ "numeric": ["<=", number] })),
        1 => Just(json!({ "cidr": "10.0.0.0/24" })),
        2 => any::<bool>().prop_map(|is| json!({ "exists": is })),
    ]
}

fn fields(node: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    vec((prop::sample::select(KEYS.to_vec()), node), 1..3)
        .prop_map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn document() -> impl Strategy<Value = Value> {
    let list = vec(comparison(), 1..3).prop_map(Value::from);
    let leaf = list.boxed();
    let node = leaf.clone().prop_recursive(2, 12, 3, |inner| fields(inner).prop_map(Value::from)).boxed();
    let either = fields(leaf).prop_map(Value::from);
    (fields(node), prop::option::weighted(0.3, vec(either, 2..4))).prop_map(|(mut fields, either)| {
        fields.extend(either.map(|either| ("$or".to_owned(), Value::from(either))));
        Value::Object(fields)
    })
}

/// A pattern that asks for plain values of this one as they stand in it: of each list, for those of one element.
fn exactly(value: &Value, choose: &mut impl FnMut(usize) -> usize) -> Option<Value> {
    match value {
        Value::Object(object) => {
            let fields = object.iter().filter_map(|(key, value)| Some((key.clone(), exactly(value, choose)?)));
            let fields: Map<String, Value> = fields.collect();
            (!fields.is_empty()).then_some(Value::Object(fields))
        }
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => exactly(&items[choose(items.len())], choose),
        plain => Some(json!([plain])),
    }
}

/// A plain value of an event, the keys that lead to it, and in which element it stands of which list: a list is told by
/// its place, and what is an element itself stands in none of them.
struct Flat<'v> {
    path: Vec<&'v str>,
    elements: Vec<(Vec<String>, usize)>,
    value: &'v Value,
}

/// All plain values, as EventBridge sees an event.
fn flatten<'v>(
    value: &'v Value,
    path: &[&'v str],
    place: &[String],
    elements: &[(Vec<String>, usize)],
    into: &mut Vec<Flat<'v>>,
) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            flatten(
                value,
                &[path, &[key.as_str()]].concat(),
                &[place, std::slice::from_ref(key)].concat(),
                elements,
                into,
            );
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| {
            let own = [(place.to_vec(), i)];
            let stands_inside = item.is_object() || item.is_array();
            let elements = [elements, if stands_inside { &own } else { &[] }].concat();
            flatten(item, path, &[place, &[i.to_string()]].concat(), &elements, into);
        }),
        value => into.push(Flat { path: path.to_vec(), elements: elements.to_vec(), value }),
    }
}

/// A pattern's fields with their lists, once for each choice among its alternatives.
fn variants(document: &Value, path: &[String]) -> Vec<Vec<(Vec<String>, Value)>> {
    let mut all = vec![Vec::new()];
    for (key, value) in document.as_object().unwrap() {
        let path = [path, std::slice::from_ref(key)].concat();
        let more: Vec<Vec<(Vec<String>, Value)>> = match value {
            Value::Array(items) if key == "$or" => {
                items.iter().flat_map(|item| variants(item, &path[..path.len() - 1])).collect()
            }
            Value::Array(_) => vec![vec![(path, value.clone())]],
            inside => variants(inside, &path),
        };
        all = all.iter().flat_map(|one| more.iter().map(move |other| [one.clone(), other.clone()].concat())).collect();
    }
    all
}

/// Can each of the fields be given a value, so that no two are of different elements of one list?
fn fits(fields: &[(Vec<String>, Value)], flat: &[Flat<'_>], taken: &mut Vec<usize>) -> bool {
    let Some(((path, list), rest)) = fields.split_first() else { return true };
    let of_path = |i: &usize| flat[*i].path == path.iter().map(String::as_str).collect::<Vec<_>>();
    let there: Vec<usize> = (0..flat.len()).filter(of_path).collect();
    let items = list.as_array().unwrap();
    if there.is_empty() && items.contains(&json!({ "exists": false })) {
        return fits(rest, flat, taken);
    }
    let present: Vec<Value> = items.iter().filter(|item| **item != json!({ "exists": false })).cloned().collect();
    if present.is_empty() {
        return false;
    }
    // One comparison on one value is what the tables of the other tests are about.
    let alone = pattern(&json!({ "v": present }));
    there.into_iter().any(|i| {
        let together = |j: &usize| {
            let other = &flat[*j].elements;
            flat[i].elements.iter().all(|(list, at)| other.iter().all(|(other, o)| list != other || at == o))
        };
        if !alone.matches(&json!({ "v": flat[i].value })) || !taken.iter().all(together) {
            return false;
        }
        taken.push(i);
        let fits = fits(rest, flat, taken);
        taken.pop();
        fits
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn what_an_event_says_matches_it(event in event(), choices in vec(any::<u32>(), 16)) {
        let mut next = choices.iter().cycle().copied();
        let mut choose = |of: usize| usize::try_from(next.next().unwrap()).unwrap() % of;
        if let Some(document) = exactly(&event, &mut choose) {
            prop_assert!(pattern(&document).matches(&event), "{document} {event}");
        }
    }

    #[test]
    fn matching_is_what_it_is_for_values_one_by_one(document in document(), event in event()) {
        let mut found = Problems::default();
        // The same field in an alternative and beside it is refused; nothing else of these is.
        if let Some(pattern) = read("$", document.as_object().unwrap(), &mut found) {
            let mut flat = Vec::new();
            flatten(&event, &[], &[], &[], &mut flat);
            let expected = variants(&document, &[]).iter().any(|fields| fits(fields, &flat, &mut Vec::new()));
            prop_assert_eq!(pattern.matches(&event), expected, "{} {}", document, event);
        } else {
            prop_assert!(document.get("$or").is_some());
        }
    }

    #[test]
    fn nothing_that_a_pattern_or_an_event_holds_makes_reading_or_matching_fail(
        document in any::<Arbitrary>(),
        event in any::<Arbitrary>(),
    ) {
        let mut found = Problems::default();
        if let Some(pattern) = document.0.as_object().and_then(|object| read("$", object, &mut found)) {
            pattern.matches(&event.0);
            prop_assert!(!pattern.to_string().is_empty());
            pattern.may_name_keys();
            pattern.is_anybodys();
        }
    }
}

/// Any JSON, in which the words of patterns are likely.
#[derive(Clone, Debug)]
struct Arbitrary(Value);

impl proptest::arbitrary::Arbitrary for Arbitrary {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        const WORDS: [&str; 12] = [
            "prefix",
            "suffix",
            "equals-ignore-case",
            "wildcard",
            "anything-but",
            "numeric",
            "cidr",
            "exists",
            "$or",
            "a",
            "source",
            "detail",
        ];
        let texts = prop_oneof![
            any::<String>(),
            prop::sample::select(vec![">", "<=", "=", "*", "**", "\\", "10.0.0.0/8", "::/129", "1.1.1.1/0"])
                .prop_map(str::to_owned),
        ];
        let plain = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            texts.prop_map(Value::from),
        ];
        let any = plain.prop_recursive(5, 40, 5, |inner| {
            let key = prop_oneof![any::<String>(), prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned)];
            prop_oneof![
                vec((key, inner.clone()), 0..4).prop_map(|entries| Value::Object(entries.into_iter().collect())),
                vec(inner, 0..5).prop_map(Value::from),
            ]
        });
        any.prop_map(Self).boxed()
    }
}
