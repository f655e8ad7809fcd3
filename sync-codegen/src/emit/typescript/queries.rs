//! Inputs that travel in the query of a URL: `?id=5&side=white`.
//!
//! There, a field has a name and a text. What a text stands for is known where the field is a *scalar*: a string or a date, a
//! number, a boolean, an enum of plain names, or an `Option` of one of these. A list or an object has no form that every client shares.

use sync_schema::{Api, Body, Field, RouteTypes, Shape, Tagging, Types, VariantBody};

use crate::diagnostic::Diagnostic;

/// Returns a mistake for each field that no query can hold, in the order of routes and fields; each names the handler's file.
pub(super) fn find(api: &Api) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for route in &api.routes {
        let queries = route.payloads.iter().filter(|payload| payload.is_query);
        for wire in queries.filter_map(|payload| payload.wire.as_ref()) {
            let whats = match fields(&wire.shape, &api.types) {
                Some(fields) => fields.iter().filter_map(|field| in_query(field, &api.types)).collect(),
                None => vec![format!("is {}, and a query has fields", kind(&wire.shape, &api.types))],
            };
            problems.extend(whats.iter().map(|what| mistake(route, what)));
        }
    }
    problems
}

fn mistake(route: &RouteTypes, what: &str) -> Diagnostic {
    let RouteTypes { page, name, version, sources, .. } = route;
    Diagnostic::new(
        sources.first().map_or("", String::as_str),
        format!("`{page}/{name}` {version} is asked by `GET`, and its input {what}"),
        "remove `method = GET`, or take strings, numbers, booleans, dates, enums of plain names, and `Option`s of these",
    )
}

/// The fields of an object; `None` for anything else.
fn fields<'a>(shape: &'a Shape, types: &'a Types) -> Option<&'a [Field]> {
    let Shape::Named(key) = shape else { return None };
    match &types.get(key)?.body {
        Body::Struct(fields) => Some(fields),
        Body::Alias(shape) => fields(shape, types),
        Body::Enum(..) => None,
    }
}

/// Says what is wrong with `field`, if anything is.
fn in_query(field: &Field, types: &Types) -> Option<String> {
    if field.flatten {
        return Some("flattens another type, of which a query knows nothing".to_owned());
    }
    let is_scalar = is_scalar(&field.shape, types);
    (!is_scalar).then(|| format!("has the field `{}`, which is {}", field.name, kind(&field.shape, types)))
}

fn is_scalar(shape: &Shape, types: &Types) -> bool {
    match shape {
        Shape::Bool | Shape::Integer { .. } | Shape::Number { .. } | Shape::String | Shape::Char | Shape::Text(_) => {
            true
        }
        Shape::Option(inner) => is_scalar(inner, types),
        Shape::Null | Shape::Any | Shape::Array(_) | Shape::Tuple(_) | Shape::Map(..) | Shape::Foreign { .. } => false,
        Shape::Named(key) => match types.get(key).map(|definition| &definition.body) {
            Some(Body::Alias(shape)) => is_scalar(shape, types),
            Some(Body::Enum(Tagging::External, variants)) => {
                variants.iter().all(|variant| matches!(variant.body, VariantBody::Unit))
            }
            Some(Body::Enum(..) | Body::Struct(_)) | None => false,
        },
    }
}

/// What a reader calls a value that is no scalar.
fn kind(shape: &Shape, types: &Types) -> &'static str {
    match shape {
        Shape::Array(_) | Shape::Tuple(_) => "a list",
        Shape::Map(..) => "a map",
        Shape::Option(inner) => kind(inner, types),
        Shape::Null => "always `null`",
        Shape::Any => "any JSON",
        Shape::Foreign { .. } => "a foreign type, whose JSON nobody here knows",
        Shape::Named(key) => match types.get(key).map(|definition| &definition.body) {
            Some(Body::Alias(shape)) => kind(shape, types),
            Some(Body::Enum(..)) => "an enum whose variants hold something",
            Some(Body::Struct(_)) | None => "an object",
        },
        Shape::Bool | Shape::Integer { .. } | Shape::Number { .. } | Shape::String | Shape::Char | Shape::Text(_) => {
            "a single value"
        }
    }
}
