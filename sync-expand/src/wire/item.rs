//! A wire type as the macro sees it.

use proc_macro2::TokenStream;
use syn::{Ident, LitStr, Member, Meta, Type};

use super::rules::Rule;

/// A struct or an enum.
#[derive(Debug)]
pub(super) struct Item {
    /// The name in TypeScript, without generic arguments.
    pub(super) name: String,
    pub(super) docs: String,
    pub(super) body: Body,
    /// `#[serde(default)]` on the struct.
    pub(super) default: Option<Default>,
    pub(super) transparent: bool,
    /// Whether changes of it can be told: `#[wire(patch)]`.
    pub(super) has_patch: bool,
    /// Whether unknown fields are an error.
    pub(super) is_strict: bool,
    /// validator's rules about the whole, as they are written.
    pub(super) rules: Vec<String>,
    /// Whether validator has rules to run, about the whole or about fields.
    pub(super) has_rules: bool,
}

impl Item {
    /// Returns the fields of the struct, or of all variants.
    pub(super) fn fields(&self) -> impl Iterator<Item = &Field> {
        let (of_struct, of_variants) = match &self.body {
            Body::Struct(fields) => (fields.all(), [].as_slice()),
            Body::Enum(_, variants) => ([].as_slice(), variants.as_slice()),
        };
        of_struct.iter().chain(of_variants.iter().flat_map(|variant| variant.fields.all()))
    }
}

#[derive(Debug)]
pub(super) enum Body {
    Struct(Fields),
    Enum(Tagging, Vec<Variant>),
}

#[derive(Debug)]
pub(super) enum Fields {
    Unit,
    Tuple(Vec<Field>),
    Named(Vec<Field>),
}

impl Fields {
    pub(super) fn all(&self) -> &[Field] {
        match self {
            Self::Unit => &[],
            Self::Tuple(fields) | Self::Named(fields) => fields,
        }
    }
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) member: Member,
    pub(super) ty: Type,
    /// The name in JSON; the position in a tuple.
    pub(super) name: String,
    pub(super) aliases: Vec<String>,
    pub(super) docs: String,
    pub(super) default: Option<Default>,
    pub(super) skip_serializing_if: Option<LitStr>,
    pub(super) flatten: bool,
    pub(super) skip: bool,
    /// `#[wire(number)]`.
    pub(super) number: bool,
    /// `#[wire(ts)]`.
    pub(super) ts: Option<Meta>,
    /// validator's rules about the field.
    pub(super) rules: Vec<Rule>,
}

/// What a missing field becomes.
#[derive(Debug, Clone)]
pub(super) enum Default {
    /// `Default::default()`.
    Trait,
    /// What the function at this path returns.
    Function(LitStr),
}

impl Default {
    /// Returns what takes the place of `field` where it is missing, in the words of serde's attribute.
    pub(super) fn text(&self, field: &Field) -> String {
        let of_what = if field.default.is_some() { "" } else { " of the struct" };
        match self {
            Self::Trait => format!("default{of_what}"),
            Self::Function(path) => format!("default = {:?}{of_what}", path.value()),
        }
    }
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) aliases: Vec<String>,
    pub(super) docs: String,
    pub(super) fields: Fields,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tagging {
    External,
    Internal { tag: String },
    Adjacent { tag: String, content: String },
    Untagged,
}

/// Tokens for a list of string literals, as a slice.
pub(super) fn strings(texts: &[String]) -> TokenStream {
    quote::quote!(&[#(#texts),*])
}
