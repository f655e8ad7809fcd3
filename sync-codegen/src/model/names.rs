//! From the names of files and folders to the names of modules and statics.

/// Words that Rust keeps for itself, in the 2024 edition.
const KEYWORDS: [&str; 52] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Returns the module of a folder or of a file: `my-page` is `my_page`, `type` is `type_`, `2024` is `_2024`.
pub(crate) fn module_name(segment: &str) -> String {
    let name = segment.replace(|character: char| !character.is_ascii_alphanumeric(), "_");
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else if KEYWORDS.contains(&name.as_str()) {
        format!("{name}_")
    } else {
        name
    }
}

/// Returns what two routes have in common that cannot stand side by side: neither case nor `-` against `_` tells them apart.
pub(crate) fn folded(name: &str) -> String {
    name.replace('-', "_").to_ascii_lowercase()
}

/// Returns what two modules, or two folders of pages, have in common that cannot stand side by side.
pub(crate) fn folded_module(segment: &str) -> String {
    module_name(&folded(segment))
}

/// Returns the page of the folder `folder` below `src/`: the root page is called `root`.
pub(crate) fn page_name(folder: &str) -> &str {
    if folder.is_empty() { "root" } else { folder }
}

/// Returns the name of a route's static: `examples`, `updateCounter` and 1 are `EXAMPLES_UPDATE_COUNTER_V1`.
pub(crate) fn static_name(page: &str, name: &str, version: u32) -> String {
    let mut text = String::new();
    for character in format!("{page}_{name}").chars() {
        let starts_word = character.is_ascii_uppercase()
            && text.ends_with(|last: char| last.is_ascii_lowercase() || last.is_ascii_digit());
        if starts_word {
            text.push('_');
        }
        text.push(if character.is_ascii_alphanumeric() { character } else { '_' });
    }
    let name = format!("{}_V{version}", text.to_ascii_uppercase());
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::{folded, folded_module, module_name, static_name};

    #[test]
    fn a_module_has_the_name_of_its_folder_as_far_as_rust_allows() {
        for (segment, module) in
            [("chess", "chess"), ("my-page", "my_page"), ("type", "type_"), ("2024", "_2024"), ("_x", "_x")]
        {
            assert_eq!(module_name(segment), module);
        }
        assert_eq!(folded("My-Page"), folded("my_page"));
        assert_eq!(folded_module("Type"), folded_module("type_"));
    }

    #[test]
    fn a_static_is_named_after_its_route() {
        assert_eq!(static_name("examples", "updateCounter", 1), "EXAMPLES_UPDATE_COUNTER_V1");
        assert_eq!(static_name("test/nestedTest", "room", 12), "TEST_NESTED_TEST_ROOM_V12");
        assert_eq!(static_name("2024", "my-move", 1), "_2024_MY_MOVE_V1");
    }
}
