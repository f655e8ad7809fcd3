//! What is found by walking tokens, since `syn` does not look into the bodies of macros.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{ItemUse, UseTree};

use super::error_code::{ErrorCode, is_kebab_case};

/// The finds of one file.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The codes of `sync::error!("…")`, tests left out.
    pub(crate) error_codes: Vec<ErrorCode>,
    /// What the file imports from `sync`, at any depth.
    pub(crate) imports: Imports,
    /// The names in `.param("…", …)`, which an error may be given anywhere.
    added: BTreeSet<String>,
    /// `super::server` stands somewhere.
    pub(crate) uses_server: bool,
}

/// Names imported from `sync`, by the name that the file gives them.
///
/// ```
/// use sync_syntax::Imports;
///
/// let imports = Imports::of("use sync::{SyncError, wire as travels};".parse()?);
/// assert_eq!(imports.resolve(&syn::parse_quote!(travels)).as_deref(), Some("wire"));
/// assert_eq!(imports.resolve(&syn::parse_quote!(sync::server)).as_deref(), Some("server"));
/// # Ok::<(), proc_macro2::LexError>(())
/// ```
#[derive(Debug, Default, Clone)]
pub struct Imports {
    names: BTreeMap<String, String>,
    everything: bool,
}

impl Imports {
    /// Reads the imports in the tokens of a file.
    #[must_use]
    pub fn of(tokens: TokenStream) -> Self {
        walk(tokens).imports
    }

    /// Returns what `path` is called inside `sync`, if it leads there: `server` for `sync::server` and for an imported `server`.
    #[must_use]
    pub fn resolve(&self, path: &syn::Path) -> Option<String> {
        let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>();
        match names.as_slice() {
            [first, name] if first == "sync" => Some(name.clone()),
            [name] if path.leading_colon.is_none() => self.name(name),
            _ => None,
        }
    }

    fn name(&self, local: &str) -> Option<String> {
        match self.names.get(local) {
            Some(name) => Some(name.clone()),
            None => self.everything.then(|| local.to_owned()),
        }
    }

    fn add(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Name(name) => drop(self.names.insert(name.ident.to_string(), name.ident.to_string())),
            UseTree::Rename(name) => drop(self.names.insert(name.rename.to_string(), name.ident.to_string())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(tree)),
            UseTree::Glob(_) => self.everything = true,
            UseTree::Path(_) => {}
        }
    }
}

/// Walks all tokens of a file; modules under `#[cfg(test)]` are left out.
pub(crate) fn walk(tokens: TokenStream) -> Found {
    let mut found = Found::default();
    let mut bare_errors = Vec::new();
    walk_group(tokens, &mut found, &mut bare_errors);
    // A bare `error!` is tracing's unless the file imports ours.
    let ours = bare_errors.into_iter().filter(|(name, _)| found.imports.name(name).as_deref() == Some("error"));
    found.error_codes.extend(ours.map(|(_, code)| code));
    found.error_codes.sort_by_key(|code| code.line);
    for code in &mut found.error_codes {
        code.parameters.extend(found.added.iter().cloned());
    }
    found
}

fn walk_group(tokens: TokenStream, found: &mut Found, bare_errors: &mut Vec<(String, ErrorCode)>) {
    let tokens = tokens.into_iter().collect::<Vec<_>>();
    let mut at = 0;
    while at < tokens.len() {
        let rest = &tokens[at..];
        if let [TokenTree::Punct(hash), TokenTree::Group(attribute), ..] = rest
            && hash.as_char() == '#'
            && is_cfg_test(&attribute.stream())
        {
            at += 2 + item_length(&rest[2..]);
            continue;
        }
        match &rest[0] {
            TokenTree::Ident(word) if word == "use" => add_import(rest, found),
            TokenTree::Ident(word) if word == "super" => found.uses_server |= is_super_server(rest),
            TokenTree::Ident(word) => {
                found.added.extend(added_parameter(&tokens[..=at], &rest[1..]));
                if let Some(code) = code_of_call(&rest[1..]) {
                    match path_before(&tokens[..at]).as_deref() {
                        None => bare_errors.push((word.to_string(), code)),
                        Some("sync") if word == "error" => found.error_codes.push(code),
                        Some(_) => {}
                    }
                }
            }
            TokenTree::Group(group) => walk_group(group.stream(), found, bare_errors),
            _ => {}
        }
        at += 1;
    }
}

/// `! ("literal" …)` behind a macro's name.
fn code_of_call(rest: &[TokenTree]) -> Option<ErrorCode> {
    let [TokenTree::Punct(bang), TokenTree::Group(arguments), ..] = rest else { return None };
    if bang.as_char() != '!' {
        return None;
    }
    let arguments = arguments.stream().into_iter().collect::<Vec<_>>();
    let TokenTree::Literal(literal) = arguments.first()? else { return None };
    let text = syn::parse_str::<syn::LitStr>(&literal.to_string()).ok()?.value();
    // Another form is refused by the macro itself, at the literal.
    let (line, parameters) = (literal.span().start().line, parameters(&arguments));
    is_kebab_case(&text).then_some(ErrorCode { code: text, line, parameters })
}

/// The names in `, max = 4, by = name`.
fn parameters(arguments: &[TokenTree]) -> Vec<String> {
    let names = arguments.windows(3).filter_map(|tokens| match tokens {
        [TokenTree::Punct(comma), TokenTree::Ident(name), TokenTree::Punct(equals)]
            if comma.as_char() == ',' && equals.as_char() == '=' =>
        {
            Some(name.to_string().trim_start_matches("r#").to_owned())
        }
        _ => None,
    });
    names.collect()
}

/// The name in `.param("max", 4)`.
fn added_parameter(before: &[TokenTree], rest: &[TokenTree]) -> Option<String> {
    let ([.., TokenTree::Punct(dot), TokenTree::Ident(method)], [TokenTree::Group(arguments), ..]) = (before, rest)
    else {
        return None;
    };
    if dot.as_char() != '.' || method != "param" {
        return None;
    }
    let TokenTree::Literal(name) = arguments.stream().into_iter().next()? else { return None };
    syn::parse_str::<syn::LitStr>(&name.to_string()).ok().map(|name| name.value())
}

/// The word in front of `::` in front of a macro's name.
fn path_before(before: &[TokenTree]) -> Option<String> {
    let [.., TokenTree::Ident(word), TokenTree::Punct(first), TokenTree::Punct(second)] = before else { return None };
    (first.as_char() == ':' && second.as_char() == ':').then(|| word.to_string())
}

fn is_super_server(rest: &[TokenTree]) -> bool {
    matches!(rest, [_, TokenTree::Punct(first), TokenTree::Punct(second), TokenTree::Ident(word), ..]
        if first.as_char() == ':' && second.as_char() == ':' && word == "server")
}

fn is_cfg_test(attribute: &TokenStream) -> bool {
    let mut tokens = attribute.clone().into_iter();
    matches!((tokens.next(), tokens.next()), (Some(TokenTree::Ident(cfg)), Some(TokenTree::Group(condition)))
        if cfg == "cfg" && condition.stream().to_string() == "test")
}

/// How many tokens an item has: up to its braces or its semicolon.
fn item_length(tokens: &[TokenTree]) -> usize {
    let end = tokens.iter().position(|token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    });
    end.map_or(tokens.len(), |end| end + 1)
}

fn add_import(rest: &[TokenTree], found: &mut Found) {
    let length = rest.iter().position(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'));
    let Some(length) = length else { return };
    let Ok(item) = syn::parse2::<ItemUse>(rest[..=length].iter().cloned().collect()) else { return };
    if let UseTree::Path(path) = &item.tree
        && path.ident == "sync"
    {
        found.imports.add(&path.tree);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    fn check(source: &str, expected: Expect) {
        let found = super::walk(source.parse().expect("tokens"));
        let codes = found.error_codes.iter().map(|code| format!("{}:{}", code.line, code.code)).collect::<Vec<_>>();
        expected.assert_eq(&codes.join(" "));
    }

    #[test]
    fn codes_are_found_inside_the_bodies_of_macros() {
        check(
            "fn f() {\n ensure!(x, sync::error!(\"a-b\", max = 1));\n ::sync::error! { \"c\" }\n}",
            expect!["2:a-b 3:c"],
        );
    }

    #[test]
    fn what_a_sentence_may_ask_for_stands_behind_its_code_or_is_added() {
        let found = |source: &str| {
            let codes = super::walk(source.parse().expect("tokens")).error_codes;
            codes
                .iter()
                .map(|code| format!("{}({})", code.code, code.parameters.join(",")))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(found("fn f() { sync::error!(\"a\", max = g(1, x == y), r#type = [b, c]) }"), "a(max,type)");
        assert_eq!(
            found("fn f() { sync::error!(\"a\", max = 1).param(\"by\", name); e.param(other, 1) }"),
            "a(max,by)"
        );
    }

    #[test]
    fn a_bare_error_counts_only_where_it_is_imported_from_sync() {
        check("use tracing::error; fn f() { error!(\"no\") }", expect![""]);
        check("use sync::{SyncError, error}; fn f() { error!(\"yes\") }", expect!["1:yes"]);
        check("use sync::error as refuse; fn f() { refuse!(\"yes\"); error!(\"no\") }", expect!["1:yes"]);
        check("fn f() { use sync::*; error!(\"yes\") }", expect!["1:yes"]);
        check("use sync::error; fn f() { tracing::error!(\"no\") }", expect![""]);
    }

    #[test]
    fn tests_and_other_forms_do_not_count() {
        check(
            "#[cfg(test)] mod tests { fn f() { sync::error!(\"no\") } } fn g() { sync::error!(\"yes\") }",
            expect!["1:yes"],
        );
        check("fn f() { sync::error!(code); sync::error!(\"Not Kebab\"); format!(\"a\") }", expect![""]);
    }
}
