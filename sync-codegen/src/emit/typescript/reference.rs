//! The app as its users read about it: routes, the types that they take and give, rules and docs, as data.

use serde::Serialize;
use sync_schema::{Absence, Api, Body, Definition, Direction, Field, Payload, RouteTypes, Shape, Variant};
use sync_typescript::render::Renderer;

use super::names::Names;
use super::reach::Reach;
use crate::diagnostic::Diagnostic;

/// What there is to know about an app; serialized, it is what `cargo sync docs --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// By lane, page, name and version.
    pub routes: Vec<RouteReference>,
    /// The types with a name of their own, by name.
    pub types: Vec<TypeReference>,
    /// Every code that the app can answer with, sorted.
    pub error_codes: Vec<String>,
}

/// One version of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteReference {
    /// `event` or `request`.
    pub lane: &'static str,
    /// The page: `test/nestedTest`.
    pub page: String,
    /// The name inside the page.
    pub name: String,
    /// `v1`.
    pub version: String,
    /// The rooms that it can be sent to, as the pattern of their rule; `None` for any.
    pub room: Option<String>,
    /// The doc comment of its handler.
    pub docs: String,
    /// Its files, relative to the app.
    pub sources: Vec<String>,
    /// What crosses the network; what this route does not have is left out.
    pub payloads: Vec<PayloadReference>,
}

/// One of the things that travel for a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PayloadReference {
    /// What it is called in TypeScript: `clientInput`.
    pub name: String,
    /// Whether a caller sends it.
    pub is_input: bool,
    /// Its type.
    pub typescript: String,
    /// The doc comment of its type.
    pub docs: String,
    /// What its type consists of, where that has no name of its own.
    pub members: Vec<MemberReference>,
}

/// A type with a name of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeReference {
    /// Its name in TypeScript.
    pub name: String,
    /// What it is there.
    pub typescript: String,
    /// Its doc comment.
    pub docs: String,
    /// What it consists of.
    pub members: Vec<MemberReference>,
    /// The rules about the whole, as they are written.
    pub rules: Vec<String>,
}

/// A field of a struct, or a variant of an enum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberReference {
    /// The name in JSON.
    pub name: String,
    /// The type of a field; `None` for a variant.
    pub typescript: Option<String>,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// Its doc comment.
    pub docs: String,
    /// What takes the place of one that is left out, as it is written: `default`; empty if nothing does.
    pub default: String,
    /// The rules about it, as they are written: `range(min=1,max=100)`.
    pub rules: Vec<String>,
}

/// Describes `api`.
///
/// # Errors
///
/// Those of [`typescript`](super::typescript): a type that has no name cannot be described.
pub fn reference(api: &Api) -> Result<Reference, Vec<Diagnostic>> {
    let reach = Reach::of(api);
    let names = Names::of(api, &reach)?;
    let pages = Pages { api, renderer: Renderer::new(&api.types, &names), names: &names };
    let mut routes: Vec<_> = api.routes.iter().collect();
    routes.sort_by_key(|route| (route.lane, &route.page, &route.name, super::version_number(&route.version)));
    let mut types: Vec<_> =
        names.declarations(&reach).filter_map(|(name, key, way)| pages.named(name, key, way)).collect();
    types.sort_by(|a, b| a.name.cmp(&b.name));
    let error_codes = api.error_codes.clone();
    Ok(Reference { routes: routes.into_iter().map(|route| pages.route(route)).collect(), types, error_codes })
}

struct Pages<'a> {
    api: &'a Api,
    renderer: Renderer<'a, Names>,
    names: &'a Names,
}

impl Pages<'_> {
    fn route(&self, route: &RouteTypes) -> RouteReference {
        RouteReference {
            lane: route.lane.word(),
            page: route.page.clone(),
            name: route.name.clone(),
            version: route.version.clone(),
            room: route.room.clone(),
            docs: route.docs.clone(),
            sources: route.sources.clone(),
            payloads: route.payloads.iter().filter_map(|payload| self.payload(payload)).collect(),
        }
    }

    fn payload(&self, payload: &Payload) -> Option<PayloadReference> {
        let Payload { name, direction, wire, .. } = payload;
        let shape = &wire.as_ref()?.shape;
        let unnamed = match shape {
            Shape::Named(key) if self.names.is_inlined(key) => self.api.types.get(key),
            _ => None,
        };
        Some(PayloadReference {
            name: name.to_string(),
            is_input: *direction == Direction::ToServer,
            typescript: self.renderer.shape(shape, *direction).flat(),
            docs: unnamed.map(|definition| definition.docs.clone()).unwrap_or_default(),
            members: unnamed.map(|definition| self.members(definition, *direction)).unwrap_or_default(),
        })
    }

    fn named(&self, name: &str, key: &str, direction: Direction) -> Option<TypeReference> {
        let definition = self.api.types.get(key)?;
        Some(TypeReference {
            name: name.to_owned(),
            typescript: self.renderer.definition(definition, direction).flat(),
            docs: definition.docs.clone(),
            members: self.members(definition, direction),
            rules: definition.rules.clone(),
        })
    }

    fn members(&self, definition: &Definition, direction: Direction) -> Vec<MemberReference> {
        match &definition.body {
            Body::Struct(fields) => fields.iter().map(|field| self.field(field, direction)).collect(),
            Body::Enum(_, variants) => variants.iter().map(variant).collect(),
            Body::Alias(_) => Vec::new(),
        }
    }

    fn field(&self, field: &Field, direction: Direction) -> MemberReference {
        MemberReference {
            name: if field.flatten { String::new() } else { field.name.clone() },
            typescript: Some(self.renderer.shape(&field.shape, direction).flat()),
            is_optional: match direction {
                Direction::ToServer => field.is_optional_in_input(),
                Direction::FromServer => field.absence == Absence::Omittable,
            },
            docs: field.docs.clone(),
            default: field.default.clone(),
            rules: field.rules.clone(),
        }
    }
}

fn variant(variant: &Variant) -> MemberReference {
    MemberReference {
        name: variant.name.clone(),
        typescript: None,
        is_optional: false,
        docs: variant.docs.clone(),
        default: String::new(),
        rules: Vec::new(),
    }
}
