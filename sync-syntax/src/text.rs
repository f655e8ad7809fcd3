//! Tokens as text that does not depend on the compiler that prints them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Returns the tokens without the spaces that do not matter: how many a printer puts between them differs from compiler to compiler.
///
/// ```
/// use sync_syntax::text::text;
///
/// assert_eq!(text(&"range ( min = 1 , max = 100 )".parse()?), "range(min=1,max=100)");
/// assert_eq!(text(&"dyn  Error".parse()?), "dyn Error");
/// # Ok::<(), proc_macro2::LexError>(())
/// ```
#[must_use]
pub fn text(tokens: &TokenStream) -> String {
    let is_word = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '"' | '\'');
    let mut text = String::new();
    for token in tokens.clone() {
        let token = match token {
            TokenTree::Group(group) => {
                let inside = self::text(&group.stream());
                match group.delimiter() {
                    Delimiter::Parenthesis => format!("({inside})"),
                    Delimiter::Bracket => format!("[{inside}]"),
                    Delimiter::Brace => format!("{{{inside}}}"),
                    Delimiter::None => inside,
                }
            }
            token => token.to_string(),
        };
        if text.ends_with(is_word) && token.starts_with(is_word) {
            text.push(' ');
        }
        text.push_str(&token);
    }
    text
}
