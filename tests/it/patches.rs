//! What a patch says, as another implementation of RFC 6902 understands it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt::Debug;
use std::sync::Arc;

use serde_json::Value;
use sync::chrono::{DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use sync::schema::InputSchema;
use sync::schema::{Change, Model, Patch, PatchWriter, Wire, decode, encode};
use sync::wire;
use sync_tests::values::Values;

#[wire(patch)]
pub struct Plain {
    pub flag: bool,
    pub small: i8,
    pub far: f64,
    pub text: String,
    pub letter: char,
    pub nothing: (),
    pub pair: (u16, String),
    pub array: [u16; 3],
    #[wire(number)]
    pub large: i64,
    pub any: Value,
}

/// Moments that are one may be written in two ways.
#[wire(patch)]
pub struct Dates {
    pub utc: DateTime<Utc>,
    pub offset: DateTime<FixedOffset>,
    pub local: DateTime<Local>,
    pub date: NaiveDate,
    pub both: NaiveDateTime,
    pub time: NaiveTime,
}

#[wire(patch)]
#[serde(rename_all = "camelCase")]
pub struct Parts {
    pub optional_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<Inner>,
    pub boxed: Box<Inner>,
    pub shared: Arc<Inner>,
    #[serde(rename = "a/b~c")]
    pub renamed: u32,
    #[serde(flatten)]
    pub flat: Inner,
}

#[wire(patch)]
pub struct Inner {
    pub id: u32,
    pub tags: Vec<String>,
}

#[wire(patch)]
pub struct Many {
    pub list: Vec<Inner>,
    pub queue: VecDeque<u32>,
    pub sorted: BTreeSet<u32>,
    pub by_name: BTreeMap<String, Inner>,
    pub by_number: BTreeMap<u32, Vec<u32>>,
    pub nested: Vec<Vec<u32>>,
}

/// Its fields are told in an order that is another one each time.
#[wire(patch)]
pub struct Unordered {
    pub by_name: HashMap<String, Inner>,
    pub by_number: HashMap<u32, Vec<u32>>,
}

#[wire(patch)]
pub struct New(pub Vec<u32>);

#[wire(patch)]
pub struct Unit;

#[wire(patch)]
pub enum External {
    One,
    Two(Inner),
    Three(u32, String),
    Four { inner: Inner, other: Option<u8> },
}

#[wire(patch)]
#[serde(tag = "kind")]
pub enum Internal {
    One,
    Two(Inner),
    Four { inner: Inner },
}

#[wire(patch)]
#[serde(tag = "kind", content = "value")]
pub enum Adjacent {
    One,
    Two(Inner),
    Three(u32, String),
    Four { inner: Inner },
}

#[wire(patch)]
#[serde(untagged)]
pub enum Untagged {
    Number(u32),
    Text(String),
    Object(Inner),
}

#[wire(patch)]
pub struct Generic<T> {
    pub held: T,
    pub all: Vec<T>,
}

fn json<T: Wire>(value: &T) -> Value {
    serde_json::from_slice(&encode(value).expect("JSON")).expect("JSON")
}

/// Makes up values.
fn made_up<T: Patch + Debug>(count: usize) -> Vec<T> {
    let mut model = Model::default();
    let shape = T::shape(&mut model);
    let schema = InputSchema::of::<T>();
    let mut maker = Values::new(model.types(), 7).obeying_rules();
    let made: Vec<_> = (0..count).map(|_| maker.value(&shape).to_string()).collect();
    let values: Vec<T> = made.iter().filter_map(|json| decode(&schema, json).ok()).collect();
    assert!(values.len() * 8 > made.len(), "{}: {} of {}", std::any::type_name::<T>(), values.len(), made.len());
    values
}

/// Checks each step from one made-up value to the next.
fn check<T: Patch + Debug>() {
    let values = made_up::<T>(150);
    let mut told = values[0].clone();
    for now in values.iter().chain(values.iter().rev()) {
        let (before, after) = (json(&told), json(now));
        let was_same = told.is_same(now);
        let mut out = PatchWriter::new(usize::MAX);
        T::diff(&mut told, now, &mut out);
        assert_eq!(json(&told), after, "the older value has become the newer one");
        assert!(told.is_same(now), "{told:?} {now:?}");
        let mut patched = before.clone();
        match out.finish().expect("JSON") {
            Change::Nothing => assert!(was_same),
            Change::Whole => patched = after.clone(),
            Change::Patch(patch) => {
                let parsed: json_patch::Patch = serde_json::from_str(&patch).expect("a patch");
                for operation in &parsed.0 {
                    use json_patch::PatchOperation::{Copy, Test};
                    let is_known = !matches!(operation, Copy(_) | Test(_)) && !operation.path().is_root();
                    assert!(is_known, "{patch}");
                }
                json_patch::patch(&mut patched, &parsed).unwrap_or_else(|error| panic!("{error}: {patch} on {before}"));
            }
        }
        assert_eq!(patched, after, "{before}");
        assert_eq!(was_same, before == after, "{before} {after}");
    }
}

#[test]
fn values_of_every_shape_become_each_other() {
    check::<Plain>();
    check::<Dates>();
    check::<Parts>();
    check::<Many>();
    check::<Unordered>();
    check::<New>();
    check::<External>();
    check::<Internal>();
    check::<Adjacent>();
    check::<Untagged>();
    check::<Generic<External>>();
    check::<Generic<Option<Many>>>();
    check::<Vec<Option<Internal>>>();
    check::<BTreeMap<String, Value>>();
    check::<Value>();
    check::<Option<Parts>>();
}

/// Collects the first steps from one made-up value to the next that are told by patches.
fn steps<T: Patch + Debug>(all: &mut Vec<String>, values: &[T]) {
    let mut told = values[0].clone();
    let mut count = 0;
    for now in &values[1..] {
        let (before, after) = (json(&told), json(now));
        let mut out = PatchWriter::new(usize::MAX);
        T::diff(&mut told, now, &mut out);
        if let (Change::Patch(patch), true) = (out.finish().expect("JSON"), count < 8) {
            count += 1;
            all.push(format!(r#"{{"before":{before},"patch":{patch},"after":{after}}}"#));
        }
    }
}

/// The TypeScript suite reads the same file.
#[test]
fn the_patches_that_both_languages_read_are_those_that_are_written() {
    let mut all = Vec::new();
    steps(&mut all, &made_up::<Plain>(150));
    steps(&mut all, &made_up::<Parts>(150));
    steps(&mut all, &made_up::<Many>(150));
    steps(&mut all, &made_up::<Generic<External>>(150));
    steps(&mut all, &made_up::<Generic<Internal>>(150));
    steps(&mut all, &made_up::<Generic<Adjacent>>(150));
    steps(&mut all, &made_up::<Generic<Option<Many>>>(150));
    steps(&mut all, &made_up::<BTreeMap<String, Value>>(150));
    let lists = [&[1, 2, 3, 4, 5][..], &[2, 3, 4, 5, 1], &[2, 5, 3, 4, 1], &[4, 1, 2, 5, 3], &[1, 4], &[4, 9, 1]];
    steps(&mut all, &lists.map(|list| (list.to_vec(), 0_u8)));
    expect_test::expect_file!["../patches.json"].assert_eq(&format!("[\n{}\n]\n", all.join(",\n")));
}

#[test]
fn a_moment_that_is_written_in_another_way_is_a_change() {
    let [mut told, now] = ["2026-11-29T20:00:00+00:00", "2026-11-29T21:00:00+01:00"]
        .map(|text| (DateTime::parse_from_rfc3339(text).expect("a moment"), 0_u8));
    assert_eq!(told.0, now.0);
    let mut out = PatchWriter::new(1000);
    Patch::diff(&mut told, &now, &mut out);
    let patch = r#"[{"op":"replace","path":"/0","value":"2026-11-29T21:00:00+01:00"}]"#;
    assert_eq!(out.finish().expect("JSON"), Change::Patch(patch.to_owned()));
}

#[test]
fn a_unit_has_nothing_to_tell() {
    let mut out = PatchWriter::new(100);
    Unit::diff(&mut Unit, &Unit, &mut out);
    assert_eq!(out.finish().expect("JSON"), Change::Nothing);
}

#[test]
fn what_is_moved_added_and_removed_is_told_as_that() {
    let told = |before: &[u32], after: &[u32]| {
        let (mut before, after) = (before.to_vec(), after.to_vec());
        let mut out = PatchWriter::new(1000);
        // One level down: the root has no place that could be told.
        let mut old = (before.clone(), 0_u8);
        <(Vec<u32>, u8)>::diff(&mut old, &(after, 0), &mut out);
        before.clear();
        match out.finish().expect("JSON") {
            Change::Patch(patch) => patch,
            other => format!("{other:?}"),
        }
    };
    let cases: [(&[u32], &[u32], &str); 7] = [
        (&[1, 2, 3, 4], &[2, 3, 4, 1], r#"[{"op":"move","from":"/0/0","path":"/0/3"}]"#),
        (&[1, 2, 3, 4], &[1, 4, 2, 3], r#"[{"op":"move","from":"/0/3","path":"/0/1"}]"#),
        (&[1, 2, 3], &[1, 3], r#"[{"op":"remove","path":"/0/1"}]"#),
        (&[1, 3], &[1, 2, 3], r#"[{"op":"add","path":"/0/1","value":2}]"#),
        (&[1, 2, 3], &[1, 5, 3], r#"[{"op":"replace","path":"/0/1","value":5}]"#),
        (&[1, 2, 3], &[1, 2, 3], "Nothing"),
        (&[], &[7], r#"[{"op":"add","path":"/0/0","value":7}]"#),
    ];
    for (before, after, expected) in cases {
        assert_eq!(told(before, after), expected, "{before:?} {after:?}");
    }
}
