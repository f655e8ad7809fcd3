//! Fields that no query of a URL can hold, as far as the words of a file tell.
//!
//! What a type really is in JSON is known to the compiled app, and the front end's types are not written where a query could not
//! hold it. A list is a list at first sight, and can be told while it is being written.

use syn::{Fields, GenericArgument, Item, ItemStruct, PathArguments, Type};

/// Words of the standard library that are no single value, and what they are.
const COLLECTIONS: [(&str, &str); 8] = [
    ("Vec", "a list"),
    ("VecDeque", "a list"),
    ("LinkedList", "a list"),
    ("HashSet", "a list"),
    ("BTreeSet", "a list"),
    ("BinaryHeap", "a list"),
    ("HashMap", "a map"),
    ("BTreeMap", "a map"),
];

/// Returns the fields of the struct `name` in the file `source` that are no scalars, each with what it is: `("tags", "a list")`.
///
/// There are none where the file has no such struct, or several.
///
/// ```
/// use sync_syntax::query::not_scalar;
///
/// let file = "struct Input { id: String, tags: Option<Vec<String>> }";
/// assert_eq!(not_scalar(file, "Input"), [("tags".to_owned(), "a list")]);
/// assert_eq!(not_scalar(file, "Output"), []);
/// ```
#[must_use]
pub fn not_scalar(source: &str, name: &str) -> Vec<(String, &'static str)> {
    let Ok(file) = syn::parse_file(source) else { return Vec::new() };
    let mut found = Vec::new();
    structs(&file.items, name, &mut found);
    let [ItemStruct { fields: Fields::Named(fields), .. }] = found.as_slice() else { return Vec::new() };
    let named = fields.named.iter().filter_map(|field| Some((field.ident.as_ref()?.to_string(), kind(&field.ty)?)));
    named.collect()
}

fn structs<'f>(items: &'f [Item], name: &str, found: &mut Vec<&'f ItemStruct>) {
    for item in items {
        match item {
            Item::Struct(item) if item.ident == name => found.push(item),
            Item::Mod(module) => {
                structs(module.content.as_ref().map_or(&[], |(_, items)| items.as_slice()), name, found);
            }
            _ => {}
        }
    }
}

/// What a type is that is no single value.
fn kind(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Array(_) | Type::Slice(_) => Some("a list"),
        Type::Tuple(tuple) => Some(if tuple.elems.is_empty() { "always `null`" } else { "a list" }),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            if last.ident != "Option" {
                return COLLECTIONS.iter().find(|(word, _)| last.ident == word).map(|(_, kind)| *kind);
            }
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(inner) => kind(inner),
                _ => None,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::not_scalar;

    #[test]
    fn lists_and_maps_are_told_and_what_may_be_a_scalar_is_not() {
        let source = "mod inner { struct Input {
            text: String, number: Option<i32>, other: crate::Other, when: DateTime<Utc>,
            list: std::vec::Vec<i32>, pair: (i32, i32), three: [u8; 3], map: Option<HashMap<String, i32>>,
        } }";
        let told = [("list", "a list"), ("pair", "a list"), ("three", "a list"), ("map", "a map")];
        assert_eq!(not_scalar(source, "Input"), told.map(|(field, kind)| (field.to_owned(), kind)));
    }

    #[test]
    fn what_the_file_leaves_open_is_left_to_the_compiled_app() {
        for source in ["", "fn (", "struct Input;", "enum Input { A(Vec<i32>) }", "use other::Input;"] {
            assert_eq!(not_scalar(source, "Input"), [], "{source}");
        }
        let twice = "struct Input { a: Vec<i32> } mod inner { struct Input { b: Vec<i32> } }";
        assert_eq!(not_scalar(twice, "Input"), []);
    }
}
