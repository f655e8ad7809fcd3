//! From the user's tokens to the model, with every mistake on the way.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Data, DataEnum, DeriveInput, GenericParam, LitStr, Meta, Type, TypeParam};

use sync_syntax::handler_file::docs;

use super::attributes::{self, OnContainer, OnField};
use super::item::{Body, Default, Field, Fields, Item, Tagging, Variant};
use super::mistakes::WireMistakes;
use super::rename::Rename;
use super::rules::Rule;
use super::{Kind, field_type, rules};

/// Reads a struct or an enum; where there are mistakes, what is returned is not to be used.
pub(super) fn item(input: &DeriveInput, kind: Kind, has_patch: bool, mistakes: &mut WireMistakes) -> Item {
    let on_container = attributes::on_container(&input.attrs, mistakes);
    lifetimes(input, mistakes);
    let body = match &input.data {
        Data::Enum(data) => enumeration(input, data, &on_container, mistakes),
        Data::Struct(data) => structure(input, &data.fields, &on_container, mistakes),
        Data::Union(_) => Body::Struct(Fields::Unit),
    };
    let rules = match &body {
        Body::Struct(Fields::Named(_)) => rules::on_container(&input.attrs, mistakes),
        _ => rules::none(&input.attrs, mistakes),
    };
    let item = Item {
        name: on_container.rename.as_ref().map_or_else(|| input.ident.unraw().to_string(), LitStr::value),
        docs: docs(&input.attrs),
        default: on_container.default.as_ref().map(|(_, default)| default.clone()),
        transparent: on_container.transparent.is_some(),
        has_patch,
        is_strict: !matches!(kind, Kind::Session | Kind::Entity) && serde_can_refuse_unknown_fields(&body),
        has_rules: !rules.is_empty() || fields_have_rules(&body),
        rules,
        body,
    };
    type_name(&item, &on_container, mistakes);
    if has_patch && let Some(skipped) = skipped(input, &item) {
        let help =
            "remove `skip`, or keep it elsewhere: what an action has done to it could not be taken back, nor stored";
        mistakes.add(skipped, "a shared value has no fields that do not travel", help);
    }
    item
}

/// Returns the first field that does not travel.
fn skipped<'a>(input: &'a DeriveInput, item: &Item) -> Option<&'a syn::Field> {
    let fields: Vec<_> = match &input.data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).collect(),
        Data::Union(_) => Vec::new(),
    };
    let place = item.fields().position(|field| field.skip)?;
    fields.get(place).copied()
}

/// Where serde buffers, it would refuse too much: the fields beside a flattened enum, for example.
fn serde_can_refuse_unknown_fields(body: &Body) -> bool {
    let flattens = |fields: &Fields| fields.all().iter().any(|field| field.flatten);
    match body {
        Body::Struct(fields) => matches!(fields, Fields::Named(_)) && !flattens(fields),
        Body::Enum(Tagging::Internal { .. }, _) => false,
        Body::Enum(_, variants) => !variants.iter().any(|variant| flattens(&variant.fields)),
    }
}

fn fields_have_rules(body: &Body) -> bool {
    matches!(body, Body::Struct(Fields::Named(fields)) if fields.iter().any(|field| !field.rules.is_empty()))
}

fn lifetimes(input: &DeriveInput, mistakes: &mut WireMistakes) {
    for parameter in &input.generics.params {
        if let GenericParam::Lifetime(lifetime) = parameter {
            // The references in the fields would say the same again.
            let help = "use `String`, or `Cow<'static, str>`, in the fields";
            mistakes.add(lifetime, "a wire type owns its data and has no lifetimes", help);
            return;
        }
    }
}

/// A name is written as it is into TypeScript.
fn type_name(item: &Item, on_container: &OnContainer, mistakes: &mut WireMistakes) {
    let mut letters = item.name.chars();
    let is_start = |letter: char| letter.is_alphabetic() || matches!(letter, '_' | '$');
    let is_name = letters.next().is_some_and(is_start) && letters.all(|letter| is_start(letter) || letter.is_numeric());
    if let (false, Some(rename)) = (is_name, &on_container.rename) {
        mistakes.add(rename, format!("`{}` is no name for a type in TypeScript", item.name), "use letters and digits");
    }
}

fn structure(
    input: &DeriveInput,
    fields: &syn::Fields,
    on_container: &OnContainer,
    mistakes: &mut WireMistakes,
) -> Body {
    const ONLY_ENUMS: &str = "only an enum has variants to tell apart";
    let OnContainer { tag, content, untagged, .. } = on_container;
    if let Some(tag) = tag {
        mistakes.add(tag, ONLY_ENUMS, "make it an enum with one variant, or add a field");
    } else if let Some(content) = content {
        mistakes.add(content, ONLY_ENUMS, "remove `content`");
    } else if let Some(untagged) = untagged {
        mistakes.add(untagged, ONLY_ENUMS, "remove `untagged`");
    }
    let place = Place::Struct { has_default: on_container.default.is_some() };
    let fields = self::fields(input, fields, on_container.rename_all.unwrap_or(Rename::Camel), place, mistakes);
    if let Some(transparent) = &on_container.transparent
        && fields.all().len() != 1
    {
        let help = "remove `transparent`, or all fields but one";
        mistakes.add(transparent, "only a struct with exactly one field can be transparent", help);
    }
    Body::Struct(fields)
}

/// Whose fields they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Struct { has_default: bool },
    Variant,
}

fn fields(
    input: &DeriveInput,
    fields: &syn::Fields,
    names: Rename,
    place: Place,
    mistakes: &mut WireMistakes,
) -> Fields {
    let has_lifetimes = input.generics.lifetimes().next().is_some();
    let mut parsed = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let on_field = attributes::on_field(&field.attrs, mistakes);
        if let Some(ts) = &on_field.ts {
            foreign(ts, &on_field, &field.ty, input, mistakes);
        } else if !has_lifetimes && on_field.skip.is_none() {
            field_type::check(&field.ty, on_field.number.is_some(), mistakes);
        }
        combinations(&on_field, field.ident.is_some(), place, mistakes);
        let rules = match place {
            Place::Struct { .. } if field.ident.is_some() => rules::on_field(&field.attrs, &field.ty, mistakes),
            _ => rules::none(&field.attrs, mistakes),
        };
        parsed.push(Field { rules, ..self::field(field, index, names, on_field) });
    }
    match fields {
        syn::Fields::Unit => Fields::Unit,
        syn::Fields::Unnamed(_) => Fields::Tuple(parsed),
        syn::Fields::Named(_) => {
            different_names(fields.iter().zip(&parsed), mistakes);
            Fields::Named(parsed)
        }
    }
}

fn field(field: &syn::Field, index: usize, names: Rename, on_field: OnField) -> Field {
    let own_name = field.ident.as_ref().map(|ident| names.field(&ident.unraw().to_string()));
    let name = on_field.rename.as_ref().map(LitStr::value).or(own_name);
    Field {
        member: field.ident.clone().map_or_else(|| index.into(), syn::Member::Named),
        ty: field.ty.clone(),
        name: name.unwrap_or_else(|| index.to_string()),
        aliases: on_field.aliases.iter().map(LitStr::value).collect(),
        docs: docs(&field.attrs),
        default: on_field.default.map(|(_, default)| default),
        skip_serializing_if: on_field.skip_serializing_if.map(|(_, path)| path),
        flatten: on_field.flatten.is_some(),
        skip: on_field.skip.is_some(),
        number: on_field.number.is_some(),
        ts: on_field.ts,
        rules: Vec::new(),
    }
}

/// Refuses what has no meaning for a type of which nothing is known but its TypeScript.
fn foreign(ts: &Meta, on_field: &OnField, ty: &Type, input: &DeriveInput, mistakes: &mut WireMistakes) {
    if on_field.flatten.is_some() {
        let help = "remove `flatten`; or make a `#[wire]` type of it and convert in the handler";
        mistakes.add(ts, "which fields a type of ts-rs has is not known, so they cannot stand in another object", help);
    }
    if let Some(number) = &on_field.number {
        let help = "remove `number`: in a type of ts-rs, integers of 64 bits are numbers already";
        mistakes.add(number, "a field is `number` or `ts`, not both", help);
    }
    let is_used = |parameter: &TypeParam| field_type::usage(ty, &parameter.ident, false).is_some();
    if input.generics.type_params().any(is_used) {
        let help = "remove `ts`, and put `#[wire]` on the types that take its place";
        mistakes.add(ts, "a generic parameter stands for a wire type", help);
    }
}

/// Refuses attributes that have no meaning together.
fn combinations(on_field: &OnField, is_named: bool, place: Place, mistakes: &mut WireMistakes) {
    let has_default = place == Place::Struct { has_default: true };
    if !is_named {
        let named = on_field.rename.as_ref().or(on_field.aliases.first());
        let tokens = on_field.for_names().map(Meta::to_token_stream).or(named.map(LitStr::to_token_stream));
        if let Some(tokens) = tokens {
            let what = "the items of a tuple have places, not names, and are all there";
            mistakes.add(tokens, what, "use a struct with named fields");
        }
        return;
    }
    if let (Some((meta, _)), None, false) = (&on_field.skip_serializing_if, &on_field.default, has_default) {
        let help = "add `default`, so that a value which was left out can be read again; in TypeScript it is `field?:`";
        mistakes.add(meta, "`skip_serializing_if` needs `default`", help);
    }
    let Some(flatten) = &on_field.flatten else { return };
    let default = on_field.default.as_ref().map(|(meta, _)| meta);
    let skip_if = on_field.skip_serializing_if.as_ref().map(|(meta, _)| meta);
    if let Some(other) = default.or(skip_if) {
        let help = "remove it here, and put `default` on the fields inside";
        mistakes.add(other, "a flattened field has no place of its own that could be left out", help);
    } else if on_field.rename.is_some() || !on_field.aliases.is_empty() || on_field.number.is_some() {
        let help = "remove `flatten`, or what names the field";
        mistakes.add(flatten, "a flattened field has no name of its own", help);
    }
}

/// Refuses two fields with one name in JSON.
fn different_names<'a>(fields: impl Iterator<Item = (&'a syn::Field, &'a Field)>, mistakes: &mut WireMistakes) {
    let mut known = BTreeMap::new();
    for (source, field) in fields.filter(|(_, field)| !field.flatten && !field.skip) {
        for name in std::iter::once(&field.name).chain(&field.aliases) {
            if let Some(other) = known.insert(name.clone(), &source.ident) {
                let other = other.as_ref().map(ToString::to_string).unwrap_or_default();
                let what = format!("two fields are called `{name}` in JSON");
                mistakes.add(&source.ident, what, format!("rename this one or `{other}`: `#[serde(rename = \"…\")]`"));
            }
        }
    }
}

fn enumeration(input: &DeriveInput, data: &DataEnum, on_container: &OnContainer, mistakes: &mut WireMistakes) -> Body {
    let tagging = tagging(on_container, mistakes);
    if let Some((meta, _)) = &on_container.default {
        let help = "put `default` on the field that holds the enum, with a `Default` for the enum";
        mistakes.add(meta, "an enum has no fields that could be missing", help);
    }
    if let Some(meta) = &on_container.transparent {
        mistakes.add(meta, "an enum cannot be transparent", "use `untagged`");
    }
    let variants = data.variants.iter().map(|variant| self::variant(input, variant, on_container, mistakes)).collect();
    let body = Body::Enum(tagging, variants);
    if let Body::Enum(tagging, variants) = &body {
        for (source, variant) in data.variants.iter().zip(variants) {
            fits(tagging, source, variant, mistakes);
        }
        different_variants(data, variants, mistakes);
    }
    body
}

fn tagging(on_container: &OnContainer, mistakes: &mut WireMistakes) -> Tagging {
    match on_container {
        OnContainer { untagged: Some(_), tag: None, content: None, .. } => Tagging::Untagged,
        OnContainer { untagged: Some(untagged), .. } => {
            mistakes.add(untagged, "an enum is either tagged or untagged", "remove `untagged`, or `tag` and `content`");
            Tagging::Untagged
        }
        OnContainer { tag: Some(tag), content: Some(content), .. } if tag.value() == content.value() => {
            mistakes.add(content, "tag and content are two fields", "give one of them another name");
            Tagging::External
        }
        OnContainer { tag: Some(tag), content: Some(content), .. } => {
            Tagging::Adjacent { tag: tag.value(), content: content.value() }
        }
        OnContainer { tag: Some(tag), .. } => Tagging::Internal { tag: tag.value() },
        OnContainer { content: Some(content), .. } => {
            mistakes.add(content, "`content` needs `tag`", "add `tag = \"…\"`, the field that names the variant");
            Tagging::External
        }
        _ => Tagging::External,
    }
}

fn variant(
    input: &DeriveInput,
    variant: &syn::Variant,
    on_container: &OnContainer,
    mistakes: &mut WireMistakes,
) -> Variant {
    let on_variant = attributes::on_variant(&variant.attrs, mistakes);
    // serde's `rename_all` on an enum is about its variants alone; who writes it decides about the fields, too.
    let as_in_rust = on_container.rename_all.map(|_| Rename::Snake);
    let names = on_variant.rename_all.or(on_container.rename_all_fields).or(as_in_rust).unwrap_or(Rename::Camel);
    let rule = on_container.rename_all.unwrap_or(Rename::Camel);
    let own_name = || rule.variant(&variant.ident.unraw().to_string());
    rules::none::<Rule>(&variant.attrs, mistakes);
    Variant {
        ident: variant.ident.clone(),
        name: on_variant.rename.as_ref().map_or_else(own_name, LitStr::value),
        aliases: on_variant.aliases.iter().map(LitStr::value).collect(),
        docs: docs(&variant.attrs),
        fields: fields(input, &variant.fields, names, Place::Variant, mistakes),
    }
}

/// Refuses what has no place beside a tag.
fn fits(tagging: &Tagging, source: &syn::Variant, variant: &Variant, mistakes: &mut WireMistakes) {
    let Tagging::Internal { tag } = tagging else { return };
    match &variant.fields {
        Fields::Tuple(items) if items.len() != 1 => {
            let help = "name the fields, or add `content = \"…\"` to the enum";
            mistakes.add(source, "a tuple has no place beside the tag", help);
        }
        Fields::Tuple(items) if items[0].ts.is_some() => {
            let help = "name the field, or add `content = \"…\"` to the enum";
            mistakes.add(
                source,
                "which fields a type of ts-rs has is not known, so it has no place beside the tag",
                help,
            );
        }
        Fields::Named(fields) => {
            for (field, source) in fields.iter().zip(&source.fields) {
                if !field.skip && !field.flatten && (field.name == *tag || field.aliases.contains(tag)) {
                    let what = format!("the field `{tag}` already says which variant it is");
                    mistakes.add(&source.ident, what, "rename the field, or choose another `tag`");
                }
            }
        }
        _ => {}
    }
}

fn different_variants(data: &DataEnum, variants: &[Variant], mistakes: &mut WireMistakes) {
    let mut known = BTreeMap::new();
    for (source, variant) in data.variants.iter().zip(variants) {
        for name in std::iter::once(&variant.name).chain(&variant.aliases) {
            if let Some(other) = known.insert(name.clone(), &source.ident) {
                let what = format!("two variants are called `{name}` in JSON");
                let help = format!("rename this one or `{other}`: `#[serde(rename = \"…\")]`");
                mistakes.add(&source.ident, what, help);
            }
        }
    }
}

/// The default that a missing field takes, from the field or from its struct.
pub(super) fn default_of<'a>(field: &'a Field, item: &'a Item) -> Option<&'a Default> {
    let of_struct = matches!(item.body, Body::Struct(_)).then_some(item.default.as_ref());
    field.default.as_ref().or(of_struct.flatten())
}
