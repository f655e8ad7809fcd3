//! From a type as it is written to its JSON; what the runtime says of the standard library's types, said once more.

use std::cell::Cell;

use syn::{Expr, ExprLit, GenericArgument, Lit, PathArguments, Type, TypePath};
use sync_schema::{MapKey, Shape};

use super::scope::Found;

/// 2^53 − 1: what `#[wire(number)]` lets through.
const MAX_INTEGER: i64 = (1 << 53) - 1;
/// What the largest `f32` is written as.
const LARGEST_F32: f64 = 3.402_823_5e38;

/// Returns the JSON of a type; `None` if its tokens do not tell. `named` says what a path leads to.
pub(super) fn shape(ty: &Type, is_number: bool, named: &dyn Fn(&syn::Path) -> Option<Found>) -> Option<Shape> {
    Reader { is_number, named, depth: Cell::new(0) }.shape(ty)
}

/// How deep types may be in each other: an alias of itself would go on for ever.
const DEEPEST: usize = 32;
/// The longest array that travels.
const LONGEST_ARRAY: usize = 32;

struct Reader<'a> {
    is_number: bool,
    named: &'a dyn Fn(&syn::Path) -> Option<Found>,
    depth: Cell<usize>,
}

impl Reader<'_> {
    fn shape(&self, ty: &Type) -> Option<Shape> {
        let depth = self.depth.get();
        if depth >= DEEPEST {
            return None;
        }
        self.depth.set(depth + 1);
        let shape = self.inside(ty);
        self.depth.set(depth);
        shape
    }

    fn inside(&self, ty: &Type) -> Option<Shape> {
        match ty {
            Type::Paren(inner) => self.shape(&inner.elem),
            Type::Group(inner) => self.shape(&inner.elem),
            Type::Tuple(tuple) if tuple.elems.is_empty() => Some(Shape::Null),
            Type::Tuple(tuple) => {
                tuple.elems.iter().map(|item| self.shape(item)).collect::<Option<_>>().map(Shape::Tuple)
            }
            Type::Array(array) => {
                let item = self.shape(&array.elem)?;
                Some(Shape::Tuple(vec![item; length(&array.len)?]))
            }
            Type::Path(path) if path.qself.is_none() => self.path(path),
            _ => None,
        }
    }

    fn path(&self, path: &TypePath) -> Option<Shape> {
        let last = path.path.segments.last()?;
        let arguments = types(&last.arguments);
        match (self.named)(&path.path)? {
            Found::Wire(key) => arguments.is_empty().then_some(Shape::Named(key)),
            Found::Alias(ty) => self.shape(&ty),
            Found::Outside(full) => self.outside(&full, &arguments),
        }
    }

    /// Of a type of other crates: what its full path says, or its name alone where that is in scope everywhere.
    fn outside(&self, full: &str, arguments: &[&Type]) -> Option<Shape> {
        let name = full.rsplit("::").next().unwrap_or(full);
        match (name, arguments) {
            ("bool", []) => Some(Shape::Bool),
            ("char", []) => Some(Shape::Char),
            ("String", []) => Some(Shape::String),
            ("Value", []) if full.contains("serde_json") => Some(Shape::Any),
            ("Map", _) if full.contains("serde_json") => Some(Shape::Map(MapKey::String, Box::new(Shape::Any))),
            ("Empty", []) if full == "sync::Empty" => Some(empty()),
            ("f32", []) => Some(Shape::Number { max: LARGEST_F32 }),
            ("f64", []) => Some(Shape::Number { max: f64::MAX }),
            ("Uuid", []) => Some(Shape::Text("uuid".into())),
            ("DateTime", [_]) if full.contains("chrono") => Some(Shape::Text("date-time".into())),
            ("NaiveDate", []) if full.contains("chrono") => Some(Shape::Text("date".into())),
            ("NaiveTime", []) if full.contains("chrono") => Some(Shape::Text("local-time".into())),
            ("NaiveDateTime", []) if full.contains("chrono") => Some(Shape::Text("local-date-time".into())),
            ("NonZeroU8" | "NonZeroU16" | "NonZeroU32", []) => {
                let (_, max) = range(&name.to_ascii_lowercase()["nonzero".len()..], false)?;
                Some(Shape::Integer { min: 1, max })
            }
            (name, []) => range(name, self.is_number).map(|(min, max)| Shape::Integer { min, max }),
            ("Option", [inner]) => Some(match self.shape(inner)? {
                // JSON has one `null`.
                shape @ Shape::Option(_) => shape,
                shape => Shape::Option(Box::new(shape)),
            }),
            ("Box" | "Arc" | "Cow", [.., inner]) if is_str(inner) => Some(Shape::String),
            ("Box", [Type::Slice(slice)]) => Some(Shape::Array(Box::new(self.shape(&slice.elem)?))),
            ("Box" | "Arc", [inner]) => self.shape(inner),
            ("Vec" | "VecDeque" | "BTreeSet", [item]) | ("HashSet", [item, ..]) => {
                Some(Shape::Array(Box::new(self.shape(item)?)))
            }
            ("BTreeMap", [key, value]) | ("HashMap", [key, value, ..]) => {
                Some(Shape::Map(self.key(key)?, Box::new(self.shape(value)?)))
            }
            _ => None,
        }
    }

    fn key(&self, ty: &Type) -> Option<MapKey> {
        Some(match self.shape(ty)? {
            Shape::String => MapKey::String,
            Shape::Integer { min, max } => MapKey::Integer { min, max },
            Shape::Named(key) => MapKey::Named(key),
            _ => return None,
        })
    }
}

/// The framework's `{}`.
pub(super) fn empty() -> Shape {
    Shape::Named("sync::schema::standard::Empty".to_owned())
}

fn range(name: &str, is_number: bool) -> Option<(i64, i64)> {
    Some(match name {
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "u8" => (u8::MIN.into(), u8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "u16" => (u16::MIN.into(), u16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "u32" => (u32::MIN.into(), u32::MAX.into()),
        "i64" | "isize" if is_number => (-MAX_INTEGER, MAX_INTEGER),
        "u64" | "usize" if is_number => (0, MAX_INTEGER),
        _ => return None,
    })
}

fn is_str(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("str"))
}

fn types(arguments: &PathArguments) -> Vec<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return Vec::new() };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

fn length(length: &Expr) -> Option<usize> {
    match length {
        Expr::Lit(ExprLit { lit: Lit::Int(length), .. }) => {
            length.base10_parse().ok().filter(|length| *length <= LONGEST_ARRAY)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, shape};

    #[test]
    fn what_a_compiler_would_refuse_is_not_read_for_ever() {
        let alias = |_: &syn::Path| Some(Found::Alias(Box::new(syn::parse_quote!(Itself))));
        assert_eq!(shape(&syn::parse_quote!(Itself), false, &alias), None);
        let outside = |path: &syn::Path| path.get_ident().map(|name| Found::Outside(name.to_string()));
        assert_eq!(shape(&syn::parse_quote!([bool; 4_000_000_000]), false, &outside), None);
    }
}
