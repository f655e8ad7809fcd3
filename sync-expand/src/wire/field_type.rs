//! What can be said about a type by looking at its tokens.
//!
//! The types themselves decide what can travel; this only says it sooner and better where the type is written out.

use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Expr, ExprLit, ExprPath, GenericArgument, Generics, Ident, Lit, PathArguments, PathSegment, Type, TypeArray,
    TypePath, TypeReference, TypeSlice, TypeTraitObject, parse_quote,
};

use super::mistakes::WireMistakes;

/// Refuses what cannot travel; `number` says that the field has `#[wire(number)]`.
pub(super) fn check(ty: &Type, number: bool, mistakes: &mut WireMistakes) {
    Checker { number, mistakes }.visit_type(ty);
}

struct Checker<'a> {
    number: bool,
    mistakes: &'a mut WireMistakes,
}

const BYTES: &str = "bytes cannot travel over sync";
const BASE64: &str = "JSON would write each byte as a number: send a `String`, in base64 for example";

impl<'ast> Visit<'ast> for Checker<'_> {
    fn visit_type_path(&mut self, path: &'ast TypePath) {
        let name = single(path);
        match name.as_deref() {
            Some(name @ ("i64" | "u64" | "isize" | "usize")) if !self.number => {
                let what = format!("`{name}` can hold numbers that JavaScript rounds");
                let help = "put `#[wire(number)]` on the field if it stays within ±(2^53 − 1), or send a `String`";
                self.mistakes.add(path, what, help);
                return;
            }
            Some(name @ ("i128" | "u128")) => {
                let what = format!("`{name}` can hold numbers that JavaScript rounds");
                self.mistakes.add(path, what, "send a `String`, or a smaller integer");
                return;
            }
            Some("Rc") => {
                self.mistakes.add(path, "`Rc` cannot travel over sync", "use `Arc`, which other threads may hold");
                return;
            }
            Some("Vec" | "VecDeque" | "HashSet" | "BTreeSet") if first_argument(path).is_some_and(is_byte) => {
                self.mistakes.add(path, BYTES, BASE64);
                return;
            }
            _ => {}
        }
        visit::visit_type_path(self, path);
    }

    fn visit_type_array(&mut self, array: &'ast TypeArray) {
        if is_byte(&array.elem) {
            self.mistakes.add(array, BYTES, BASE64);
        } else if literal_length(array).is_some_and(|length| length > LONGEST_ARRAY) {
            let what = format!("an array that travels has at most {LONGEST_ARRAY} items");
            self.mistakes.add(array, what, "use a `Vec`, with `#[validate(length(equal = …))]` if its length is fixed");
        } else {
            visit::visit_type_array(self, array);
        }
    }

    fn visit_type_slice(&mut self, slice: &'ast TypeSlice) {
        if is_byte(&slice.elem) {
            self.mistakes.add(slice, BYTES, BASE64);
        } else {
            visit::visit_type_slice(self, slice);
        }
    }

    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        let help = match &*reference.elem {
            Type::Path(path) if single(path).as_deref() == Some("str") => "use `String`, or `Cow<'static, str>`",
            _ => "use the type without `&`, or `Arc` if it is shared",
        };
        self.mistakes.add(reference, "a wire type owns its data", help);
    }

    fn visit_type_trait_object(&mut self, object: &'ast TypeTraitObject) {
        self.mistakes.add(object, "a trait object has no JSON", "use an enum with a variant for each type");
    }

    // Lengths and defaults are no types.
    fn visit_expr(&mut self, _: &'ast Expr) {}
}

/// What serde reads and writes.
const LONGEST_ARRAY: usize = 32;

fn literal_length(array: &TypeArray) -> Option<usize> {
    match &array.len {
        Expr::Lit(ExprLit { lit: Lit::Int(length), .. }) => length.base10_parse().ok(),
        _ => None,
    }
}

/// Returns the last name of a path that is written as a plain type.
fn single(path: &TypePath) -> Option<String> {
    let last = path.path.segments.last()?;
    let is_primitive_path = path.path.segments.len() == 1 || has_arguments(last) || last.ident == "str";
    (path.qself.is_none() && is_primitive_path).then(|| last.ident.to_string())
}

fn has_arguments(segment: &PathSegment) -> bool {
    !matches!(segment.arguments, PathArguments::None)
}

fn first_argument(path: &TypePath) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

fn is_byte(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("u8"))
}

/// Returns whether `ty` is written as a type of the standard library that travels and has nothing inside that could have rules.
pub(super) fn is_plain(ty: &Type) -> bool {
    const PLAIN: [&str; 11] = ["bool", "char", "String", "i8", "i16", "i32", "u8", "u16", "u32", "f32", "f64"];
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last().filter(|_| path.qself.is_none() && path.path.segments.len() == 1) else {
        return false;
    };
    match first_argument(path) {
        None => PLAIN.iter().any(|plain| last.ident == plain),
        Some(inner) => last.ident == "Option" && is_plain(inner),
    }
}

/// Replaces what was refused and cannot be sent to another thread by something that can: a trait that stands in asks for no more.
pub(super) fn make_sendable(ty: &mut Type) {
    Sendable.visit_type_mut(ty);
}

struct Sendable;

impl VisitMut for Sendable {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        match ty {
            Type::TraitObject(object) => {
                object.bounds.push(parse_quote!(::core::marker::Send));
                object.bounds.push(parse_quote!(::core::marker::Sync));
            }
            Type::Path(path) if single(path).as_deref() == Some("Rc") => {
                if let Some(inner) = first_argument(path) {
                    *ty = parse_quote!(::std::sync::Arc<#inner>);
                }
            }
            _ => {}
        }
    }
}

/// What a rule can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Number,
    Truth,
    Text,
    List,
}

/// Returns what `ty`, or what is in the `Option`, is; `None` where its tokens do not tell.
pub(super) fn sort(ty: &Type) -> Option<Sort> {
    let Type::Path(path) = ty else { return None };
    match (single(path)?.as_str(), first_argument(path)) {
        ("Option", Some(inner)) => sort(inner),
        ("String", None) => Some(Sort::Text),
        ("bool", None) => Some(Sort::Truth),
        ("Vec" | "VecDeque" | "HashSet" | "BTreeSet" | "HashMap" | "BTreeMap", Some(_)) => Some(Sort::List),
        ("i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" | "f32" | "f64", None) => {
            Some(Sort::Number)
        }
        _ => None,
    }
}

/// How a generic parameter is used in the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// As the type of a field.
    Alone,
    /// Inside another type, which may be a list.
    Inside,
    /// As the type of a flattened field.
    Flattened,
}

/// Returns how `parameter` is used in `ty`, if it is.
pub(super) fn usage(ty: &Type, parameter: &Ident, flatten: bool) -> Option<Use> {
    if matches!(ty, Type::Path(path) if path.path.is_ident(parameter)) {
        return Some(if flatten { Use::Flattened } else { Use::Alone });
    }
    let mut finder = Finder { parameter, found: false };
    finder.visit_type(ty);
    finder.found.then_some(Use::Inside)
}

struct Finder<'a> {
    parameter: &'a Ident,
    found: bool,
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_ident(&mut self, ident: &'ast Ident) {
        self.found |= ident == self.parameter;
    }
}

/// Returns the arrays in `ty` whose length is one of the constants in `generics`.
pub(super) fn generic_arrays(ty: &Type, generics: &Generics) -> Vec<TypeArray> {
    let mut arrays = Arrays { generics, found: Vec::new() };
    arrays.visit_type(ty);
    arrays.found
}

struct Arrays<'a> {
    generics: &'a Generics,
    found: Vec<TypeArray>,
}

impl<'ast> Visit<'ast> for Arrays<'_> {
    fn visit_type_array(&mut self, array: &'ast TypeArray) {
        let is_parameter =
            |path: &ExprPath| self.generics.const_params().any(|constant| path.path.is_ident(&constant.ident));
        if matches!(&array.len, Expr::Path(path) if is_parameter(path)) {
            self.found.push(array.clone());
        }
        visit::visit_type_array(self, array);
    }
}
