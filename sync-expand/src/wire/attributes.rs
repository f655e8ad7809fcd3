//! Which serde attributes are modelled, and what to do instead of the others.

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaNameValue, Token};

use super::item::Default;
use super::mistakes::WireMistakes;
use super::rename::Rename;

/// What `#[serde(…)]` says about a struct or an enum.
#[derive(Debug, std::default::Default)]
pub(super) struct OnContainer {
    pub(super) rename: Option<LitStr>,
    pub(super) rename_all: Option<Rename>,
    pub(super) rename_all_fields: Option<Rename>,
    pub(super) tag: Option<LitStr>,
    pub(super) content: Option<LitStr>,
    pub(super) untagged: Option<Meta>,
    pub(super) default: Option<(Meta, Default)>,
    pub(super) transparent: Option<Meta>,
}

/// What `#[serde(…)]` says about a variant.
#[derive(Debug, std::default::Default)]
pub(super) struct OnVariant {
    pub(super) rename: Option<LitStr>,
    pub(super) aliases: Vec<LitStr>,
    pub(super) rename_all: Option<Rename>,
}

/// What `#[serde(…)]` and `#[wire(…)]` say about a field.
#[derive(Debug, std::default::Default)]
pub(super) struct OnField {
    pub(super) rename: Option<LitStr>,
    pub(super) aliases: Vec<LitStr>,
    pub(super) default: Option<(Meta, Default)>,
    pub(super) skip_serializing_if: Option<(Meta, LitStr)>,
    pub(super) flatten: Option<Meta>,
    pub(super) skip: Option<Meta>,
    pub(super) number: Option<Meta>,
    pub(super) ts: Option<Meta>,
}

impl OnField {
    /// The attributes that a field without a name cannot have, for a message about the first.
    pub(super) fn for_names(&self) -> Option<&Meta> {
        let default = self.default.as_ref().map(|(meta, _)| meta);
        let skip_if = self.skip_serializing_if.as_ref().map(|(meta, _)| meta);
        [self.flatten.as_ref(), self.skip.as_ref(), default, skip_if].into_iter().flatten().next()
    }
}

/// Reads the attributes of a struct or an enum.
pub(super) fn on_container(attributes: &[Attribute], mistakes: &mut WireMistakes) -> OnContainer {
    let mut found = OnContainer::default();
    for meta in serde(attributes, mistakes) {
        match word(&meta).as_str() {
            "rename" => set(&mut found.rename, text(&meta, mistakes)),
            "rename_all" => set(&mut found.rename_all, rule(&meta, mistakes)),
            "rename_all_fields" => set(&mut found.rename_all_fields, rule(&meta, mistakes)),
            "tag" => set(&mut found.tag, text(&meta, mistakes)),
            "content" => set(&mut found.content, text(&meta, mistakes)),
            "untagged" => found.untagged = Some(meta),
            "default" => set(&mut found.default, default(&meta, mistakes)),
            "transparent" => found.transparent = Some(meta),
            // It is what we do anyway, and where serde would refuse too much, better.
            "deny_unknown_fields" => {}
            _ => refuse(&meta, ON_CONTAINER, mistakes),
        }
    }
    no_wire(attributes, mistakes);
    found
}

/// Reads the attributes of a variant.
pub(super) fn on_variant(attributes: &[Attribute], mistakes: &mut WireMistakes) -> OnVariant {
    let mut found = OnVariant::default();
    for meta in serde(attributes, mistakes) {
        match word(&meta).as_str() {
            "rename" => set(&mut found.rename, text(&meta, mistakes)),
            "alias" => found.aliases.extend(text(&meta, mistakes)),
            "rename_all" => set(&mut found.rename_all, rule(&meta, mistakes)),
            _ => refuse(&meta, ON_VARIANT, mistakes),
        }
    }
    no_wire(attributes, mistakes);
    no_cfg(attributes, "variant", mistakes);
    found
}

/// Reads the attributes of a field.
pub(super) fn on_field(attributes: &[Attribute], mistakes: &mut WireMistakes) -> OnField {
    let mut found = OnField::default();
    for meta in serde(attributes, mistakes) {
        match word(&meta).as_str() {
            "rename" => set(&mut found.rename, text(&meta, mistakes)),
            "alias" => found.aliases.extend(text(&meta, mistakes)),
            "default" => set(&mut found.default, default(&meta, mistakes)),
            "skip_serializing_if" => {
                let path = text(&meta, mistakes);
                set(&mut found.skip_serializing_if, path.map(|path| (meta, path)));
            }
            "flatten" => found.flatten = Some(meta),
            "skip" => found.skip = Some(meta),
            _ => refuse(&meta, ON_FIELD, mistakes),
        }
    }
    for meta in metas(attributes, "wire", mistakes) {
        match (&meta, word(&meta).as_str()) {
            (Meta::Path(_), "number") => found.number = Some(meta),
            (Meta::Path(_), "ts") => found.ts = Some(meta),
            _ => mistakes.add(
                &meta,
                "`#[wire(…)]` on a field says `number` or `ts`",
                "write `#[wire(number)]` for 64-bit integers, `#[wire(ts)]` for a type of others with TypeScript of ts-rs",
            ),
        }
    }
    no_cfg(attributes, "field", mistakes);
    found
}

type Table = &'static [(&'static str, &'static str)];

const OWN_FORM: &str =
    "use a type whose own JSON is the right one: a `#[wire]` newtype, a `String`, a date of `sync::chrono`";
const CONVERT: &str = "give the type the fields that travel, and convert in the handler";
const BOUNDS: &str = "remove it: `#[wire]` writes the bounds";
const ONE_SIDE: &str = "use `skip` to leave it out on both sides, or two types, one for input and one for output";
const WHOLE_VARIANT: &str = "remove the variant, or use two types, one for input and one for output";
const OWNED: &str = "a wire type owns its data: use `String`, or `Cow<'static, str>`";

const ON_CONTAINER: Table = &[
    ("crate", "remove it: `#[wire]` brings its own serde"),
    ("bound", BOUNDS),
    ("remote", "put `#[wire]` on a type of your own with the same fields, and convert in the handler"),
    ("from", CONVERT),
    ("try_from", CONVERT),
    ("into", CONVERT),
    ("expecting", "remove it: a refused input is told as `path` and `reason`"),
    ("variant_identifier", "remove it, and use a `#[wire]` enum of unit variants"),
    ("field_identifier", "remove it, and use a `#[wire]` enum of unit variants"),
];

const ON_VARIANT: Table = &[
    ("skip", WHOLE_VARIANT),
    ("skip_serializing", WHOLE_VARIANT),
    ("skip_deserializing", WHOLE_VARIANT),
    ("other", "name every variant; where clients may send names that are not known, use a `String`"),
    ("untagged", "put `untagged` on the whole enum, or make it two enums"),
    ("with", OWN_FORM),
    ("serialize_with", OWN_FORM),
    ("deserialize_with", OWN_FORM),
    ("bound", BOUNDS),
    ("borrow", OWNED),
];

const ON_FIELD: Table = &[
    ("with", OWN_FORM),
    ("serialize_with", OWN_FORM),
    ("deserialize_with", OWN_FORM),
    ("skip_serializing", ONE_SIDE),
    ("skip_deserializing", ONE_SIDE),
    ("bound", BOUNDS),
    ("borrow", OWNED),
    ("getter", "remove it: it belongs to `remote`"),
];

fn refuse(meta: &Meta, table: Table, mistakes: &mut WireMistakes) {
    let name = word(meta);
    match table.iter().find(|(refused, _)| *refused == name) {
        Some((_, help)) => mistakes.add(meta, format!("`#[serde({name})]` is not modelled"), help),
        None => {
            let help = "remove it; the attributes that `#[wire]` models stand in the documentation of `sync::wire`";
            mistakes.add(meta, format!("unknown serde attribute `{name}`"), help);
        }
    }
}

/// Returns the items of all `#[serde(…)]`.
fn serde(attributes: &[Attribute], mistakes: &mut WireMistakes) -> Vec<Meta> {
    metas(attributes, "serde", mistakes)
}

/// Returns the items of all attributes called `name`.
pub(super) fn metas(attributes: &[Attribute], name: &str, mistakes: &mut WireMistakes) -> Vec<Meta> {
    let mut found = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        match attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) {
            Ok(metas) => found.extend(metas),
            Err(error) => mistakes.add_error(error),
        }
    }
    found
}

fn no_wire(attributes: &[Attribute], mistakes: &mut WireMistakes) {
    let is_wire = |attribute: &&Attribute| attribute.path().is_ident("wire");
    if let Some(attribute) = attributes.iter().find(is_wire) {
        mistakes.add(
            attribute,
            "`#[wire(…)]` inside a wire type belongs on a field",
            "write `#[wire(number)]` on the field",
        );
    }
}

fn no_cfg(attributes: &[Attribute], place: &str, mistakes: &mut WireMistakes) {
    let is_cfg = |attribute: &&Attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr");
    if let Some(attribute) = attributes.iter().find(is_cfg) {
        let what = format!("a {place} of a wire type is there in every build or in none");
        mistakes.add(attribute, what, "put the condition on the whole type");
    }
}

fn word(meta: &Meta) -> String {
    meta.path().get_ident().map(ToString::to_string).unwrap_or_default()
}

fn set<T>(place: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *place = value;
    }
}

/// Reads `name = "text"`.
fn text(meta: &Meta, mistakes: &mut WireMistakes) -> Option<LitStr> {
    if let Meta::NameValue(MetaNameValue { value: Expr::Lit(ExprLit { lit: Lit::Str(text), .. }), .. }) = meta {
        return Some(text.clone());
    }
    let name = word(meta);
    match meta {
        Meta::List(_) => mistakes.add(
            meta,
            format!("`{name}` differs between reading and writing"),
            format!("write `{name} = \"…\"` for both, or use two types, one for input and one for output"),
        ),
        _ => mistakes.add(meta, format!("`{name}` needs a text"), format!("write `{name} = \"…\"`")),
    }
    None
}

fn rule(meta: &Meta, mistakes: &mut WireMistakes) -> Option<Rename> {
    text(meta, mistakes).and_then(|rule| Rename::parse(&rule, mistakes))
}

fn default(meta: &Meta, mistakes: &mut WireMistakes) -> Option<(Meta, Default)> {
    let default = match meta {
        Meta::Path(_) => Default::Trait,
        _ => Default::Function(text(meta, mistakes)?),
    };
    Some((meta.clone(), default))
}
