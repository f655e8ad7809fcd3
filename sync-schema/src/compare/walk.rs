//! One walk through two shapes side by side: what who reads does not know of what who writes may say.

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;

use crate::shape::{Absence, Body, Field, MapKey, Shape, Tagging, Types, Variant, VariantBody};

use super::changes::{Breaks, Change, Kind, Spot};
use super::rules::rules;

/// Which way a value goes between the older contract and the newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// An old client has written it, and the newer server reads it.
    Input,
    /// The newer server has written it, and an old client reads it.
    Output,
    /// An older server has written it, and the newer one reads it.
    Stored,
    /// Likewise, and fields that it does not know are nothing to it.
    StoredOpen,
}

impl Flow {
    pub(super) fn breaks(self) -> Breaks {
        match self {
            Self::Input | Self::Output => Breaks::OldClients,
            Self::Stored | Self::StoredOpen => Breaks::StoredData,
        }
    }

    /// Which of two writes.
    fn writer_is_new(self) -> bool {
        self == Self::Output
    }

    /// Who reads looks past fields that it does not know.
    fn is_open(self) -> bool {
        matches!(self, Self::Output | Self::StoredOpen)
    }
}

/// What a value is in one place.
#[derive(Clone, Copy)]
enum Node<'t> {
    Shape(&'t Shape),
    /// A struct, under its key.
    Struct(&'t str, &'t [Field]),
    /// What a variant holds, of the enum under this key: the name of the variant, and its fields.
    Fields(&'t str, &'t str, &'t [Field]),
    Enum(&'t str, &'t Tagging, &'t [Variant]),
    /// A variant's values.
    Tuple(&'t [Shape]),
    /// A variant that holds nothing.
    Nothing,
}

/// An older value and the newer one beside it.
type Pair<'t> = (Node<'t>, Node<'t>);

/// A walk from one place where a type is used.
pub(super) struct Walk<'t> {
    old: &'t Types,
    new: &'t Types,
    flow: Flow,
    path: Vec<String>,
    /// The part of a type that the values belong to, in the newer contract.
    at: Option<Spot>,
    /// What has been compared from here, or is being compared.
    seen: HashSet<(usize, usize)>,
    /// How deep it is, and how many steps it has made, with those of the walks that try something.
    depth: usize,
    steps: Rc<Cell<usize>>,
    pub(super) found: Vec<Change>,
    /// Fields that are never sent any more, and that no other field may take the name of: the newer struct, and the field.
    pub(super) kept: Vec<(Spot, &'t Field)>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(old: &'t Types, new: &'t Types, flow: Flow, root: &str) -> Self {
        Self {
            old,
            new,
            flow,
            path: vec![root.to_owned()],
            at: None,
            seen: HashSet::new(),
            depth: 0,
            steps: Rc::default(),
            found: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Compares what is used in a place. The type of the first place is where the contract says it; further in, it is the field that has it.
    pub(super) fn shapes(&mut self, old: &'t Shape, new: &'t Shape) {
        if let (None, Shape::Named(key)) = (&self.at, new) {
            self.at = Some(Spot::whole(key));
        }
        self.nodes(resolved(self.old, old), resolved(self.new, new));
    }

    fn nodes(&mut self, old: Node<'t>, new: Node<'t>) {
        if is_unread(old) || is_unread(new) {
            return;
        }
        // What holds itself is what it is: two things with parts are compared once from here.
        if let (Some(was), Some(is)) = (identity(old), identity(new))
            && !self.seen.insert((was, is))
        {
            return;
        }
        // What holds itself in ever new ways is told to be what cannot be compared.
        self.steps.set(self.steps.get() + 1);
        if self.depth == DEEPEST || self.steps.get() > MOST_STEPS {
            self.steps.set(MOST_STEPS + 1);
            return;
        }
        self.depth += 1;
        self.parts(old, new);
        self.depth -= 1;
    }

    /// Returns whether it was given up.
    pub(super) fn is_endless(&self) -> bool {
        self.steps.get() > MOST_STEPS
    }

    fn parts(&mut self, old: Node<'t>, new: Node<'t>) {
        match (old, new) {
            (Node::Shape(Shape::Option(was)), Node::Shape(Shape::Option(is))) => self.shapes(was, is),
            (Node::Shape(Shape::Option(was)), _) if !is_any(new) => self.without_null(resolved(self.old, was), new),
            (_, Node::Shape(Shape::Option(is))) if !is_any(old) => self.with_null(old, resolved(self.new, is)),
            (Node::Enum(_, Tagging::Untagged, _), _) | (_, Node::Enum(_, Tagging::Untagged, _)) => self.forms(old, new),
            (Node::Struct(..) | Node::Fields(..), Node::Struct(..) | Node::Fields(..)) => self.objects(old, new),
            (Node::Enum(_, was_told, was_variants), Node::Enum(is, is_told, is_variants)) => {
                self.enums((was_told, was_variants), (is, is_told, is_variants));
            }
            (Node::Shape(Shape::Array(was)), Node::Shape(Shape::Array(is))) => self.inside("[]", was, is),
            (Node::Shape(Shape::Map(was_key, was)), Node::Shape(Shape::Map(is_key, is))) => {
                self.keys(was_key, is_key);
                self.inside("{}", was, is);
            }
            _ => match (items(old), items(new)) {
                (Some(was), Some(is)) if was.len() == is.len() => {
                    for (index, (was, is)) in was.iter().zip(is).enumerate() {
                        self.inside(&format!("[{index}]"), was, is);
                    }
                }
                _ => self.leaves(old, new),
            },
        }
    }

    fn inside(&mut self, step: &str, old: &'t Shape, new: &'t Shape) {
        self.path.push(step.to_owned());
        self.shapes(old, new);
        self.path.pop();
    }

    /// What could be `null`, and cannot be.
    fn without_null(&mut self, old: Node<'t>, new: Node<'t>) {
        if self.flow.writer_is_new() {
            self.tell(Kind::TypeNarrowed, false, "it is never `null` any more".to_owned(), "");
        } else {
            let sent = self.sent();
            self.tell(
                Kind::TypeNarrowed,
                true,
                format!("it may not be `null` any more, and {sent} may be"),
                "keep the `Option`",
            );
        }
        self.nodes(old, new);
    }

    /// What could not be `null`, and can be.
    fn with_null(&mut self, old: Node<'t>, new: Node<'t>) {
        if self.flow.writer_is_new() {
            self.tell(
                Kind::TypeWidened,
                true,
                "it may be `null` now: old clients read a value".to_owned(),
                "always send a value",
            );
        } else {
            self.tell(Kind::TypeWidened, false, "it may be `null` now".to_owned(), "");
        }
        self.nodes(old, new);
    }

    /// Enums whose variants are told apart by their form: each form that may be written has to be one that is read.
    fn forms(&mut self, old: Node<'t>, new: Node<'t>) {
        let before = self.at.clone();
        if let Node::Enum(key, ..) = new {
            self.at = Some(Spot::whole(key));
        }
        self.told_forms(old, new);
        self.at = before;
    }

    fn told_forms(&mut self, old: Node<'t>, new: Node<'t>) {
        let (olds, news) = (forms(self.old, old), forms(self.new, new));
        let (writers, readers) = if self.flow.writer_is_new() { (&news, &olds) } else { (&olds, &news) };
        let unread: Vec<usize> = (0..writers.len())
            .filter(|writer| {
                let pair = |reader: &Form<'t>| match self.flow.writer_is_new() {
                    true => (reader.1, writers[*writer].1),
                    false => (writers[*writer].1, reader.1),
                };
                !readers.iter().any(|reader| self.fits(pair(reader)))
            })
            .collect();
        for writer in &unread {
            let (name, _) = writers[*writer];
            // One that is still there under its name says more about itself.
            let namesakes = name.and_then(|name| {
                let of = |all: &[Form<'t>]| all.iter().find(|(other, _)| *other == Some(name)).map(|(_, node)| *node);
                Some((of(&olds)?, of(&news)?))
            });
            match (namesakes, name) {
                (Some((was, is)), Some(name)) => self.in_variant(name, |walk| walk.nodes(was, is)),
                _ => self.unread(name, old, new),
            }
        }
        if !self.flow.writer_is_new() {
            self.order_of_forms(&olds, &news);
        }
        if unread.is_empty() && olds.len() != news.len() {
            let (kind, what) = if news.len() > olds.len() {
                (Kind::TypeWidened, "it has more forms")
            } else {
                (Kind::TypeNarrowed, "it has fewer forms")
            };
            self.tell(kind, false, what.to_owned(), "");
        }
    }

    /// Forms are tried in their order: what was one of them may be taken for another that stands before it now.
    fn order_of_forms(&mut self, olds: &[Form<'t>], news: &[Form<'t>]) {
        for (index, (name, was)) in olds.iter().enumerate() {
            let Some(place) = news.iter().position(|(other, _)| name.is_some() && other == name) else { continue };
            let was_before = |name: Option<&str>| olds[..index].iter().any(|(other, _)| *other == name);
            let taker = news[..place].iter().find(|(other, is)| !was_before(*other) && self.fits((*was, *is)));
            if let (Some(name), Some((Some(taker), _))) = (name, taker) {
                let sent = self.sent();
                let what = format!("the form `{taker}` stands before `{name}` now, and takes its values in {sent}");
                self.in_variant(taker, |walk| walk.tell(Kind::VariantAdded, true, what, "put it behind"));
            }
        }
    }

    fn unread(&mut self, name: Option<&str>, old: Node<'t>, new: Node<'t>) {
        let Some(name) = name else { return self.mismatch(old, new) };
        match self.flow.writer_is_new() {
            true => {
                let what = format!("the form `{name}` is new: old clients do not know it");
                self.in_variant(name, |walk| walk.tell(Kind::VariantAdded, true, what, "leave the enum as it is here"));
            }
            false => {
                let sent = self.sent();
                self.tell(
                    Kind::VariantRemoved,
                    true,
                    format!("the form `{name}` is gone, and {sent} may have it"),
                    "keep it",
                );
            }
        }
    }

    /// Whether everything that may be written can be read.
    fn fits(&self, (old, new): Pair<'t>) -> bool {
        let seen = self.seen.clone();
        let (depth, steps) = (self.depth, self.steps.clone());
        let mut walk = Walk { seen, depth, steps, ..Walk::new(self.old, self.new, self.flow, "") };
        walk.nodes(old, new);
        !walk.found.iter().any(Change::is_breaking)
    }

    fn objects(&mut self, old: Node<'t>, new: Node<'t>) {
        let (was, is) = (Object::of(self.old, old), Object::of(self.new, new));
        if was.is_unread || is.is_unread {
            return;
        }
        let before = self.at.clone();
        self.at = is.whole.clone();
        self.told_rules(&was.rules, &is.rules);
        let mut taken = Vec::new();
        for field in &was.fields {
            match is.named(&field.field.name, self.flow) {
                Some(now) if taken.contains(&now.spot) => self.taken_twice(field, now),
                Some(now) => {
                    taken.push(now.spot.clone());
                    self.fields(field, now);
                }
                None => self.field_gone(field, &was, &is),
            }
        }
        let flow = self.flow;
        let is_new = |field: &&Place<'t>| !was.fields.iter().any(|other| is_same(other.field, field.field, flow));
        for field in is.fields.iter().filter(is_new) {
            self.field_added(field, &was);
        }
        self.others(&was, &is);
        self.at = before;
    }

    fn fields(&mut self, old: &Place<'t>, new: &Place<'t>) {
        let before = self.at.replace(new.spot.clone());
        self.path.push(format!(".{}", old.field.name));
        if self.flow == Flow::Input && old.field.name != new.field.name {
            let what = format!("it is `{}` now; a server of the older build refuses that", new.field.name);
            self.found(Kind::FieldAdded, &[Breaks::NewClients], what, "");
        }
        self.absence(old, new);
        self.aliases(&old.field.aliases, &new.field.name, &new.field.aliases);
        self.told_rules(&old.field.rules, &new.field.rules);
        // Only the type itself is open; what it holds is as strict as anything that travels.
        let flow = self.flow;
        if flow == Flow::StoredOpen {
            self.flow = Flow::Stored;
        }
        self.shapes(&old.field.shape, &new.field.shape);
        self.flow = flow;
        self.path.pop();
        self.at = before;
    }

    /// Two fields that have become one under two names, and come together.
    fn taken_twice(&mut self, old: &Place<'t>, new: &Place<'t>) {
        let before = self.at.replace(new.spot.clone());
        self.path.push(format!(".{}", old.field.name));
        let what = format!("`{}` and another field are one now, and {} may have both", old.field.name, self.sent());
        self.tell(Kind::FieldRemoved, true, what, "keep both fields");
        self.path.pop();
        self.at = before;
    }

    fn absence(&mut self, old: &Place<'t>, new: &Place<'t>) {
        let may_lack = (old.may_be_absent(self.flow), new.may_be_absent(self.flow));
        let is_option = |field: &Field| matches!(field.shape, Shape::Option(_));
        match (self.flow, may_lack) {
            // Of an option that is none any more, the type says it.
            (Flow::Output, (false, true)) => {
                self.tell(
                    Kind::FieldOptional,
                    true,
                    "it may be absent now: old clients read it".to_owned(),
                    "always send it",
                );
            }
            (Flow::Output, (true, false)) => {
                self.tell(Kind::FieldRequired, false, "it is always there now".to_owned(), "")
            }
            (Flow::Output, _) => {}
            (_, (true, false))
                if is_option(old.field)
                    && old.field.absence == Absence::Required
                    && loses_null(resolved(self.new, &new.field.shape)) => {}
            (_, (true, false)) => {
                let what = format!("it may not be absent any more, and {} may lack it", self.sent());
                self.tell(Kind::FieldRequired, true, what, "make it an `Option`, or give it `#[serde(default)]`");
            }
            (_, (false, true)) if is_option(new.field) => {}
            (_, (false, true)) => self.tell(Kind::FieldOptional, false, "it may be absent now".to_owned(), ""),
            _ => {}
        }
        let defaults = (old.field.default.as_str(), new.field.default.as_str());
        if self.flow == Flow::Input && !defaults.0.is_empty() && !defaults.1.is_empty() && defaults.0 != defaults.1 {
            let what = format!("what stands for it where it is absent was `{}` and is `{}`", defaults.0, defaults.1);
            self.tell(Kind::DefaultChanged, false, what, "");
        }
    }

    /// What was taken under further names is taken under them.
    fn aliases(&mut self, old: &[String], name: &str, new: &[String]) {
        if self.flow.writer_is_new() {
            return;
        }
        for alias in old.iter().filter(|alias| name != **alias && !new.contains(alias)) {
            let what = format!("it is not taken under the name `{alias}` any more");
            self.tell(Kind::AliasRemoved, true, what, &format!("keep `#[serde(alias = \"{alias}\")]`"));
        }
    }

    /// Only what a caller sends is held against rules.
    fn told_rules(&mut self, old: &[String], new: &[String]) {
        if self.flow != Flow::Input {
            return;
        }
        for change in rules(old, new) {
            match change.kind {
                Kind::RuleAdded | Kind::RuleTightened => {
                    let what = format!("{}: what old clients send may break it", change.what);
                    self.tell(change.kind, true, what, "check it in the handler of a new version");
                }
                kind => self.tell(kind, false, change.what, ""),
            }
        }
    }

    fn field_gone(&mut self, old: &Place<'t>, was: &Object<'t>, is: &Object<'t>) {
        self.path.push(format!(".{}", old.field.name));
        let name = &old.field.name;
        match (self.flow, is.rest) {
            (Flow::Output, _) if old.may_be_absent(self.flow) => {
                self.kept.extend(is.whole.clone().map(|whole| (whole, old.field)));
                self.tell(Kind::FieldRemoved, false, format!("`{name}` is never sent any more"), "");
            }
            (Flow::Output, _) => {
                self.tell(Kind::FieldRemoved, true, format!("`{name}` is gone: old clients read it"), "keep the field")
            }
            (Flow::StoredOpen, _) => self.tell(Kind::FieldRemoved, false, format!("`{name}` is gone"), ""),
            // What has no name of its own is an entry of the map.
            (_, Some((_, value))) => self.shapes(&old.field.shape, value),
            (Flow::Input | Flow::Stored, None) => {
                let what =
                    format!("`{name}` is gone, and {} has it: a field that is not known is refused", self.sent());
                let help = match renamed(old, was, is) {
                    Some(other) => {
                        format!("if it is `{other}` now, take it under both names: `#[serde(alias = \"{name}\")]`")
                    }
                    None => "keep the field".to_owned(),
                };
                self.tell(Kind::FieldRemoved, true, what, &help);
            }
        }
        self.path.pop();
    }

    fn field_added(&mut self, new: &Place<'t>, was: &Object<'t>) {
        let before = self.at.replace(new.spot.clone());
        self.path.push(format!(".{}", new.field.name));
        let name = &new.field.name;
        let may_be_absent = new.may_be_absent(self.flow);
        match self.flow {
            Flow::Output => {
                self.tell(Kind::FieldAdded, false, format!("`{name}` is new"), "");
                // To an old client it is one of the entries that have no names.
                if let Some((_, value)) = was.rest {
                    self.shapes(value, &new.field.shape);
                }
            }
            _ if !may_be_absent => {
                let what = format!("`{name}` is new and may not be absent, and {} lacks it", self.sent());
                self.tell(Kind::FieldAdded, true, what, "make it an `Option`, or give it `#[serde(default)]`");
            }
            Flow::Input => {
                let what = format!("`{name}` is new; a server of the older build refuses it");
                self.found(Kind::FieldAdded, &[Breaks::NewClients], what, "");
            }
            _ => self.tell(Kind::FieldAdded, false, format!("`{name}` is new"), ""),
        }
        self.path.pop();
        self.at = before;
    }

    /// What a struct has besides its own fields: entries of a map, and the fields of enums.
    fn others(&mut self, was: &Object<'t>, is: &Object<'t>) {
        match (was.rest, is.rest) {
            (Some((was_key, was)), Some((is_key, is))) => {
                self.keys(was_key, is_key);
                self.inside("{}", was, is);
            }
            (Some(_), None) if !self.flow.is_open() => {
                let what = format!("it has no other fields any more, and {} may", self.sent());
                self.tell(Kind::TypeNarrowed, true, what, "keep the flattened map");
            }
            (None, Some(_)) => self.tell(Kind::TypeWidened, false, "it may have other fields now".to_owned(), ""),
            _ => {}
        }
        if was.parts.len() == is.parts.len() {
            for ((was, may_lack), (is, may_lack_now)) in was.parts.iter().zip(&is.parts) {
                self.part(*may_lack, *may_lack_now);
                self.nodes(*was, *is);
            }
        } else {
            self.tell(
                Kind::TypeChanged,
                true,
                "it holds the fields of other enums".to_owned(),
                "leave it as it is here",
            );
        }
    }

    /// Whether the fields of an enum may be absent.
    fn part(&mut self, may_lack: bool, may_lack_now: bool) {
        let fields = "the fields of an enum in it";
        match (self.flow, may_lack, may_lack_now) {
            (Flow::Output, false, true) => {
                self.tell(
                    Kind::FieldOptional,
                    true,
                    format!("{fields} may be absent now: old clients read them"),
                    "always send them",
                );
            }
            (_, false, true) => self.tell(Kind::FieldOptional, false, format!("{fields} may be absent now"), ""),
            (Flow::Output, true, false) => {
                self.tell(Kind::FieldRequired, false, format!("{fields} are always there now"), "")
            }
            (_, true, false) => {
                let what = format!("{fields} may not be absent any more, and {} may lack them", self.sent());
                self.tell(Kind::FieldRequired, true, what, "keep the `Option`");
            }
            _ => {}
        }
    }

    fn enums(&mut self, (told, was): (&Tagging, &'t [Variant]), (key, tells, is): (&'t str, &Tagging, &'t [Variant])) {
        let before = self.at.replace(Spot::whole(key));
        if told != tells {
            let what = format!("its variants were told apart {} and are {}", by(told), by(tells));
            self.tell(Kind::TaggingChanged, true, what, "leave the attribute as it is here");
        } else {
            for variant in was {
                match is.iter().find(|now| is_same_variant(variant, now, self.flow)) {
                    Some(now) => {
                        let pair = (held(self.old, "", told, variant), held(self.new, key, tells, now));
                        self.in_variant(&now.name, |walk| {
                            walk.aliases(&variant.aliases, &now.name, &now.aliases);
                            walk.held(&variant.name, pair);
                        });
                    }
                    None => self.variant_gone(variant),
                }
            }
            let flow = self.flow;
            let is_new = |now: &&Variant| !was.iter().any(|variant| is_same_variant(variant, now, flow));
            for variant in is.iter().filter(is_new) {
                self.variant_added(variant);
            }
        }
        self.at = before;
    }

    fn held(&mut self, name: &str, (old, new): Pair<'t>) {
        match (old, new) {
            (Node::Nothing, Node::Nothing) => {}
            (Node::Nothing, _) => self.tell(
                Kind::TypeChanged,
                true,
                format!("`{name}` held nothing, and does now"),
                "add another variant",
            ),
            (_, Node::Nothing) => {
                self.tell(Kind::TypeChanged, true, format!("`{name}` holds nothing any more"), "add another variant")
            }
            pair => self.nodes(pair.0, pair.1),
        }
    }

    fn variant_gone(&mut self, variant: &Variant) {
        let name = &variant.name;
        if self.flow.writer_is_new() {
            return self.tell(Kind::VariantRemoved, false, format!("`{name}` is never sent any more"), "");
        }
        let what = format!("`{name}` is gone, and {} may have it", self.sent());
        self.tell(
            Kind::VariantRemoved,
            true,
            what,
            &format!("keep it; under another name, `#[serde(alias = \"{name}\")]`"),
        );
    }

    fn variant_added(&mut self, variant: &Variant) {
        let name = variant.name.clone();
        let flow = self.flow;
        self.in_variant(&name.clone(), |walk| match flow {
            Flow::Output => {
                let what = format!("`{name}` is new: old clients do not know it");
                walk.tell(Kind::VariantAdded, true, what, "leave the enum as it is here");
            }
            Flow::Input => {
                let what = format!("`{name}` is new; a server of the older build refuses it");
                walk.found(Kind::VariantAdded, &[Breaks::NewClients], what, "");
            }
            Flow::Stored | Flow::StoredOpen => walk.tell(Kind::VariantAdded, false, format!("`{name}` is new"), ""),
        });
    }

    fn in_variant(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        let before = self.at.clone();
        if let Some(spot) = &mut self.at {
            (spot.member, spot.field) = (Some(name.to_owned()), None);
        }
        self.path.push(format!(".{name}"));
        inside(self);
        self.path.pop();
        self.at = before;
    }

    fn keys(&mut self, old: &'t MapKey, new: &'t MapKey) {
        let as_shape = |key: &MapKey| match key {
            MapKey::String => Shape::String,
            MapKey::Integer { min, max } => Shape::Integer { min: *min, max: *max },
            MapKey::Named(name) => Shape::Named(name.clone()),
        };
        if old == new && !matches!(old, MapKey::Named(_)) {
            return;
        }
        if let (MapKey::Named(was), MapKey::Named(is)) = (old, new) {
            let node = |types: &'t Types, key: &'t str| named(types, key);
            if let (Some(was), Some(is)) = (node(self.old, was), node(self.new, is)) {
                self.path.push("{key}".to_owned());
                self.nodes(was, is);
                self.path.pop();
            }
            return;
        }
        // A key is written as a text, whatever it is.
        let (writer, reader) = if self.flow.writer_is_new() { (new, old) } else { (old, new) };
        let fits = match (writer, reader) {
            (_, MapKey::String) => true,
            (MapKey::Integer { min, max }, MapKey::Integer { min: low, max: high }) => low <= min && max <= high,
            _ => false,
        };
        self.differ(fits, &text(&as_shape(old)), &text(&as_shape(new)), "its keys");
    }

    /// What has no parts that could be compared.
    fn leaves(&mut self, old: Node<'t>, new: Node<'t>) {
        if let (Node::Shape(was), Node::Shape(is)) = (old, new)
            && is_within(was, is, false)
            && is_within(is, was, false)
        {
            return;
        }
        let (writer, reader) = if self.flow.writer_is_new() { (new, old) } else { (old, new) };
        let (of_writer, of_reader) =
            if self.flow.writer_is_new() { (self.new, self.old) } else { (self.old, self.new) };
        let fits = match (writer, reader) {
            (_, Node::Shape(Shape::Any)) => true,
            (Node::Shape(writer), Node::Shape(reader)) => {
                // A client has one kind of numbers; a server may read into a smaller one.
                is_within(writer, reader, !self.flow.writer_is_new())
            }
            (Node::Enum(_, Tagging::External, variants), Node::Shape(Shape::String)) => {
                variants.iter().all(|variant| matches!(variant.body, VariantBody::Unit))
            }
            _ => false,
        };
        // A tuple is a list, if each of its items is one of the list's.
        let fits = fits
            || match (items(writer), reader) {
                (Some(shapes), Node::Shape(Shape::Array(item))) => shapes.iter().all(|shape| {
                    let (writer, reader) = (resolved(of_writer, shape), resolved(of_reader, item));
                    self.fits(if self.flow.writer_is_new() { (reader, writer) } else { (writer, reader) })
                }),
                _ => false,
            };
        self.differ(fits, &node_text(old), &node_text(new), "it");
    }

    fn mismatch(&mut self, old: Node<'t>, new: Node<'t>) {
        self.differ(false, &node_text(old), &node_text(new), "it");
    }

    fn differ(&mut self, fits: bool, old: &str, new: &str, subject: &str) {
        let (be_was, be_is) = if subject == "it" { ("was", "is") } else { ("were", "are") };
        let what = format!("{subject} {be_was} `{old}` and {be_is} `{new}`");
        match (fits, self.flow) {
            (true, Flow::Output) => self.tell(Kind::TypeNarrowed, false, what, ""),
            (true, _) => self.tell(Kind::TypeWidened, false, what, ""),
            (false, Flow::Output) => {
                self.tell(Kind::TypeChanged, true, format!("{what}: old clients read what it was"), "keep the type")
            }
            (false, Flow::Input) => {
                self.tell(Kind::TypeChanged, true, format!("{what}: old clients send what it was"), "keep the type")
            }
            (false, _) => {
                self.tell(Kind::TypeChanged, true, format!("{what}: what is stored is what it was"), "keep the type")
            }
        }
    }

    fn sent(&self) -> &'static str {
        match self.flow {
            Flow::Input | Flow::Output => "what old clients send",
            Flow::Stored | Flow::StoredOpen => "what is stored",
        }
    }

    fn tell(&mut self, kind: Kind, is_breaking: bool, what: String, help: &str) {
        let breaks = [self.flow.breaks()];
        self.found(kind, if is_breaking { &breaks } else { &[] }, what, help);
    }

    fn found(&mut self, kind: Kind, breaks: &[Breaks], what: String, help: &str) {
        self.found.push(Change {
            kind,
            breaks: breaks.to_vec(),
            origins: Vec::new(),
            path: self.path.concat(),
            at: self.at.clone(),
            what,
            help: help.to_owned(),
        });
    }
}

/// A field, and where it is declared.
struct Place<'t> {
    field: &'t Field,
    spot: Spot,
    /// It is one of a flattened `Option`.
    is_maybe: bool,
}

impl Place<'_> {
    /// Whether it may be absent. What is stored has whatever may be absent only if it was stored since there is such a field.
    fn may_be_absent(&self, flow: Flow) -> bool {
        let may_be = match flow {
            Flow::Output => self.field.absence == Absence::Omittable,
            Flow::Input | Flow::Stored | Flow::StoredOpen => self.field.is_optional_in_input(),
        };
        self.is_maybe || may_be
    }
}

/// The fields of a JSON object, flattened ones among them.
#[derive(Default)]
struct Object<'t> {
    whole: Option<Spot>,
    /// It holds the fields of something of which nothing is known, or of itself.
    is_unread: bool,
    fields: Vec<Place<'t>>,
    /// Fields that have no name beforehand.
    rest: Option<(&'t MapKey, &'t Shape)>,
    /// Rules about the struct, and about those whose fields stand in it.
    rules: Vec<String>,
    /// Enums whose fields stand in it, and whether they may be absent.
    parts: Vec<(Node<'t>, bool)>,
}

impl<'t> Object<'t> {
    fn of(types: &'t Types, node: Node<'t>) -> Self {
        let (whole, fields) = match node {
            Node::Struct(key, fields) => (Spot::whole(key), fields),
            Node::Fields(key, variant, fields) => {
                (Spot { member: Some(variant.to_owned()), ..Spot::whole(key) }, fields)
            }
            _ => return Self::default(),
        };
        let mut object = Self { whole: Some(whole.clone()), ..Self::default() };
        if whole.member.is_none() {
            object.ruled_by(types, &whole.key);
        }
        object.take(types, &whole, fields, false, 0);
        object
    }

    fn ruled_by(&mut self, types: &Types, key: &str) {
        self.rules.extend(types.get(key).into_iter().flat_map(|definition| definition.rules.clone()));
    }

    fn take(&mut self, types: &'t Types, whole: &Spot, fields: &'t [Field], is_maybe: bool, depth: usize) {
        for field in fields {
            if field.flatten {
                self.flatten(types, resolved(types, &field.shape), is_maybe, depth + 1);
                continue;
            }
            let spot = match &whole.member {
                None => Spot { member: Some(field.name.clone()), ..whole.clone() },
                Some(_) => Spot { field: Some(field.name.clone()), ..whole.clone() },
            };
            self.fields.push(Place { field, spot, is_maybe });
        }
    }

    fn flatten(&mut self, types: &'t Types, inner: Node<'t>, is_maybe: bool, depth: usize) {
        if is_unread(inner) || depth > DEEPEST {
            self.is_unread = true;
            return;
        }
        match inner {
            Node::Struct(key, fields) => {
                self.ruled_by(types, key);
                self.take(types, &Spot::whole(key), fields, is_maybe, depth);
            }
            Node::Shape(Shape::Option(inner)) => self.flatten(types, resolved(types, inner), true, depth + 1),
            Node::Shape(Shape::Map(key, value)) => self.rest = Some((key, value)),
            Node::Shape(Shape::Any) => self.rest = Some((&MapKey::String, &Shape::Any)),
            other => self.parts.push((other, is_maybe)),
        }
    }

    /// The field that is read under a name that is written.
    fn named(&self, name: &str, flow: Flow) -> Option<&Place<'t>> {
        let is_it = |place: &&Place<'t>| {
            place.field.name == name || (!flow.writer_is_new() && place.field.aliases.iter().any(|alias| alias == name))
        };
        self.fields.iter().find(is_it)
    }
}

/// Whether a field of the older contract and one of the newer are one.
fn is_same(old: &Field, new: &Field, flow: Flow) -> bool {
    old.name == new.name || (!flow.writer_is_new() && new.aliases.contains(&old.name))
}

fn is_same_variant(old: &Variant, new: &Variant, flow: Flow) -> bool {
    old.name == new.name || (!flow.writer_is_new() && new.aliases.contains(&old.name))
}

/// A new field that could be the old one under another name: the only new one of its shape.
fn renamed<'t>(old: &Place<'t>, was: &Object<'t>, is: &Object<'t>) -> Option<String> {
    let mut new = is.fields.iter().filter(|field| {
        field.field.shape == old.field.shape && !was.fields.iter().any(|other| other.field.name == field.field.name)
    });
    let only = new.next()?;
    new.next().is_none().then(|| only.field.name.clone())
}

/// How deep names may be other names, and structs hold the fields of structs: more is a type that no value has.
const DEEPEST: usize = 64;
/// How many pairs of types one place may lead to.
const MOST_STEPS: usize = 50_000;

/// Looks through names, as far as they are other names; what is a name of itself is not known.
fn resolved<'t>(types: &'t Types, shape: &'t Shape) -> Node<'t> {
    let mut shape = shape;
    for _ in 0..DEEPEST {
        match shape {
            Shape::Named(key) => match types.get(key).map(|definition| &definition.body) {
                Some(Body::Alias(inner)) => shape = inner,
                _ => return named(types, key).unwrap_or(Node::Shape(shape)),
            },
            _ => return Node::Shape(shape),
        }
    }
    Node::Shape(shape)
}

fn named<'t>(types: &'t Types, key: &'t str) -> Option<Node<'t>> {
    Some(match &types.get(key)?.body {
        Body::Alias(shape) => resolved(types, shape),
        Body::Struct(fields) => Node::Struct(key, fields),
        Body::Enum(tagging, variants) => Node::Enum(key, tagging, variants),
    })
}

/// What a variant holds, as JSON has it.
fn held<'t>(types: &'t Types, key: &'t str, tagging: &Tagging, variant: &'t Variant) -> Node<'t> {
    match &variant.body {
        // With the tag beside the fields, nothing is no fields.
        VariantBody::Unit if matches!(tagging, Tagging::Internal { .. }) => Node::Fields(key, &variant.name, &[]),
        VariantBody::Unit => Node::Nothing,
        VariantBody::Newtype(shape) => resolved(types, shape),
        VariantBody::Tuple(items) => Node::Tuple(items),
        VariantBody::Struct(fields) => Node::Fields(key, &variant.name, fields),
    }
}

/// One of the forms that a value may have, with its name in an enum.
type Form<'t> = (Option<&'t str>, Node<'t>);

/// The forms that a value may have: those of an enum without tags, or its one.
fn forms<'t>(types: &'t Types, node: Node<'t>) -> Vec<Form<'t>> {
    match node {
        Node::Enum(key, Tagging::Untagged, variants) => {
            let form = |variant: &'t Variant| match held(types, key, &Tagging::Untagged, variant) {
                Node::Nothing => (Some(variant.name.as_str()), Node::Shape(&Shape::Null)),
                node => (Some(variant.name.as_str()), node),
            };
            // One that holds the enum itself, and nothing else, is no form of its own.
            let is_other = |(_, node): &Form<'t>| !matches!(node, Node::Enum(inner, ..) if *inner == key);
            variants.iter().map(form).filter(is_other).collect()
        }
        node => vec![(None, node)],
    }
}

fn items<'t>(node: Node<'t>) -> Option<&'t [Shape]> {
    match node {
        Node::Tuple(items) => Some(items),
        Node::Shape(Shape::Tuple(items)) => Some(items),
        _ => None,
    }
}

/// Whether nothing is known of it: a name without a definition, too.
fn is_unread(node: Node<'_>) -> bool {
    matches!(node, Node::Shape(shape) if shape.is_unread() || matches!(shape, Shape::Named(_)))
}

/// Whether the type says itself that what was `null` cannot be.
fn loses_null(new: Node<'_>) -> bool {
    !matches!(new, Node::Shape(Shape::Option(_) | Shape::Any))
}

/// Which part of a contract it is; none for what has no parts that could hold it.
fn identity(node: Node<'_>) -> Option<usize> {
    match node {
        Node::Struct(_, fields) | Node::Fields(_, _, fields) => {
            (!fields.is_empty()).then_some(fields.as_ptr() as usize)
        }
        Node::Enum(_, _, variants) => Some(variants.as_ptr() as usize),
        Node::Tuple(items) => (!items.is_empty()).then_some(items.as_ptr() as usize),
        Node::Shape(shape @ (Shape::Option(_) | Shape::Array(_) | Shape::Tuple(_) | Shape::Map(..))) => {
            Some(std::ptr::from_ref(shape) as usize)
        }
        Node::Shape(_) | Node::Nothing => None,
    }
}

fn is_any(node: Node<'_>) -> bool {
    matches!(node, Node::Shape(Shape::Any))
}

/// Up to which whole number an `f32` has all of them; and more than it has of any.
const EXACT_IN_SINGLE: (i64, f64) = (1 << 24, 1e39);

/// Whether each value of one shape is a value of another, where neither has parts. In Rust, whoever reads a number as an `f32` takes another one than it is
/// sent, if that has too many digits.
fn is_within(writer: &Shape, reader: &Shape, in_rust: bool) -> bool {
    match (writer, reader) {
        (Shape::Integer { min, max }, Shape::Integer { min: low, max: high }) => low <= min && max <= high,
        #[expect(clippy::cast_precision_loss, reason = "no whole number here is beyond 2^53")]
        (Shape::Integer { min, max }, Shape::Number { max: limit }) => {
            let largest = min.abs().max(max.abs());
            let (exact, beyond) = EXACT_IN_SINGLE;
            largest as f64 <= *limit && (!in_rust || *limit > beyond || largest <= exact)
        }
        (Shape::Number { max }, Shape::Number { max: limit }) => max <= limit,
        (Shape::Char | Shape::Text(_), Shape::String) => true,
        (Shape::Foreign { typescript, .. }, Shape::Foreign { typescript: other, .. }) => typescript == other,
        (writer, reader) => writer == reader,
    }
}

fn by(tagging: &Tagging) -> String {
    match tagging {
        Tagging::External => "by name".to_owned(),
        Tagging::Internal { tag } => format!("by the field `{tag}`"),
        Tagging::Adjacent { tag, content } => format!("by the field `{tag}`, with what they hold in `{content}`"),
        Tagging::Untagged => "by form".to_owned(),
    }
}

fn node_text(node: Node<'_>) -> String {
    match node {
        Node::Shape(shape) => text(shape),
        Node::Struct(key, _) | Node::Enum(key, ..) => last(key).to_owned(),
        Node::Fields(_, variant, _) => variant.to_owned(),
        Node::Tuple(items) => text(&Shape::Tuple(items.to_vec())),
        Node::Nothing => "nothing".to_owned(),
    }
}

/// A shape as the contract writes it, with the last words of paths alone.
fn text(shape: &Shape) -> String {
    let full = crate::canonical::expression(shape);
    let parts = full.split('`').enumerate().map(|(index, part)| if index % 2 == 1 { last(part) } else { part });
    parts.collect()
}

/// `Page<app::Player>`, of `app::shop::Page<app::Player>`.
fn last(path: &str) -> &str {
    let name = path.find('<').unwrap_or(path.len());
    path[..name].rfind("::").map_or(path, |at| &path[at + 2..])
}
