//! What the build script has found wrong, at the tokens that are.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::Error;

use sync_syntax::problems::{Told, for_item};

/// Returns what was found out about the item `name` of the file that the attribute stands in; `item` are its tokens. What is not about one of these
/// is told at the attribute.
pub(crate) fn scanned(name: &str, item: &TokenStream) -> Vec<Error> {
    let Some(file) = Span::call_site().local_file() else { return Vec::new() };
    let error = |Told { place, message }| {
        let token = place.and_then(|place| token_at(item.clone(), place));
        Error::new(token.unwrap_or_else(Span::call_site), message)
    };
    for_item(&file, name).into_iter().map(error).collect()
}

/// The token that begins there: line and column, counted from 1.
fn token_at(tokens: TokenStream, (line, column): (usize, usize)) -> Option<Span> {
    tokens.into_iter().find_map(|token| {
        let start = token.span().start();
        if (start.line, start.column + 1) == (line, column) {
            return Some(token.span());
        }
        match token {
            TokenTree::Group(group) => token_at(group.stream(), (line, column)),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::token_at;

    #[test]
    fn a_token_is_found_by_its_place() {
        let source = "pub struct T {\n    pub a: String,\n}";
        let found = |place| token_at(source.parse().expect("tokens"), place).and_then(|span| span.source_text());
        assert_eq!(found((2, 9)).as_deref(), Some("a"));
        assert_eq!(found((1, 12)).as_deref(), Some("T"));
        assert_eq!(found((2, 6)), None);
    }
}
