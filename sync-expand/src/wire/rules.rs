//! `#[validate(…)]`: validator's derive does the work, this only keeps what it would misunderstand away from it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Meta, MetaNameValue, Token, Type, parse_quote};
use sync_syntax::text::text;

use super::attributes::metas;
use super::field_type::{Sort, sort};
use super::mistakes::WireMistakes;

/// A rule that validator runs.
#[derive(Debug)]
pub(super) struct Rule(Meta);

impl Rule {
    /// Returns it as it is written, but for spaces.
    fn text(&self) -> String {
        text(&self.0.to_token_stream())
    }

    /// Returns it as far as its tokens tell: a bound that is a constant is `?`.
    pub(super) fn without_constants(&self) -> String {
        let bounds = self.bounds();
        if bounds.is_empty() {
            return self.text();
        }
        let name = text(&self.0.path().to_token_stream());
        let bounds = bounds.iter().map(|(key, value)| match syn::parse2::<syn::LitStr>(value.clone()) {
            Ok(written) => format!("{key}={}", written.value()),
            Err(_) => format!("{key}=?"),
        });
        format!("{name}({})", bounds.collect::<Vec<_>>().join(","))
    }

    /// Writes an expression that is its text, with the values of constants in place of their names: a bound is a number to those who hold it
    /// against another.
    pub(super) fn expression(&self) -> TokenStream {
        let bounds = self.bounds();
        if bounds.is_empty() {
            let text = self.text();
            return quote!(#text);
        }
        let name = text(&self.0.path().to_token_stream());
        let keys: Vec<_> = bounds.iter().map(|(key, _)| format!("{key}={{}}")).collect();
        let (form, values) = (format!("{name}({})", keys.join(",")), bounds.iter().map(|(_, value)| value));
        quote!(&*::std::format!(#form, #(#values),*))
    }

    /// The arguments of a rule of which one is a constant, as expressions; none where all are written out.
    fn bounds(&self) -> Vec<(String, TokenStream)> {
        let Meta::List(list) = &self.0 else { return Vec::new() };
        if !list.path.is_ident("range") && !list.path.is_ident("length") {
            return Vec::new();
        }
        let Ok(arguments) = list.parse_args_with(Punctuated::<MetaNameValue, Token![,]>::parse_terminated) else {
            return Vec::new();
        };
        if arguments.iter().all(|argument| is_written_out(&argument.value)) {
            return Vec::new();
        }
        let value = |value: &Expr| match is_written_out(value) {
            // A text keeps its quotes.
            true => text(&value.to_token_stream()).to_token_stream(),
            false => value.to_token_stream(),
        };
        arguments.iter().map(|argument| (text(&argument.path.to_token_stream()), value(&argument.value))).collect()
    }
}

/// `5`, `-5` and `"text"`, but not `LIMIT` and `LIMIT as u64`.
fn is_written_out(value: &Expr) -> bool {
    match value {
        Expr::Lit(_) => true,
        Expr::Unary(negative) => is_written_out(&negative.expr),
        _ => false,
    }
}

/// Returns the rules of a field, and refuses what has no meaning here.
pub(super) fn on_field(attributes: &[Attribute], ty: &Type, mistakes: &mut WireMistakes) -> Vec<Rule> {
    let rules = metas(attributes, "validate", mistakes);
    for rule in &rules {
        check(rule, mistakes);
        suits(rule, ty, mistakes);
    }
    rules.into_iter().filter(|rule| !is_nested(rule)).map(Rule).collect()
}

/// Returns the rules of a struct about it as a whole.
pub(super) fn on_container(attributes: &[Attribute], mistakes: &mut WireMistakes) -> Vec<String> {
    let rules = metas(attributes, "validate", mistakes);
    rules.iter().for_each(|rule| check(rule, mistakes));
    rules.into_iter().filter(|rule| !is_nested(rule)).map(|rule| Rule(rule).text()).collect()
}

/// Refuses rules where validator knows none: in tuples and enums. Returns that there are none.
pub(super) fn none<T>(attributes: &[Attribute], mistakes: &mut WireMistakes) -> Vec<T> {
    if let Some(attribute) = attributes.iter().find(|attribute| attribute.path().is_ident("validate")) {
        let help = "make what it holds a `#[wire]` struct with named fields, and put the rules there";
        mistakes.add(attribute, "rules run on the named fields of a struct only", help);
    }
    Vec::new()
}

/// Refuses a rule about something that the field is not, as far as the tokens tell; what they do not tell, validator's traits do.
fn suits(rule: &Meta, ty: &Type, mistakes: &mut WireMistakes) {
    let Some(name) = rule.path().get_ident().map(ToString::to_string) else { return };
    let (subject, suits): (&str, &[Sort]) = match name.as_str() {
        "range" => ("numbers", &[Sort::Number]),
        "length" => ("texts, lists and maps", &[Sort::Text, Sort::List]),
        "contains" | "does_not_contain" => ("texts and maps", &[Sort::Text, Sort::List]),
        "email" | "url" | "ip" | "regex" | "credit_card" | "non_control_character" => ("texts", &[Sort::Text]),
        _ => return,
    };
    if sort(ty).is_some_and(|sort| !suits.contains(&sort)) {
        let help = "remove the rule, or use `custom(function = …)`";
        mistakes.add(rule, format!("`{name}` is a rule for {subject}"), help);
    }
}

fn check(rule: &Meta, mistakes: &mut WireMistakes) {
    const CONTEXT: &str = "check in the handler what needs more than the input";
    if rule.path().is_ident("context") || rule.path().is_ident("mutable") {
        mistakes.add(rule, "a rule sees the input and nothing else", CONTEXT);
    }
    let Meta::List(list) = rule else { return };
    // Arguments that are not a list of items are validator's to explain.
    let Ok(arguments) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else { return };
    for argument in arguments {
        if argument.path().is_ident("message") {
            let help = "write `code = \"…\"`; it becomes the `reason` of the error, and sentences stand in `locales/`";
            mistakes.add(&argument, "a rule has a code, not a sentence", help);
        } else if argument.path().is_ident("use_context") {
            mistakes.add(&argument, "a rule sees the input and nothing else", CONTEXT);
        }
    }
}

/// What a field holds is checked without being asked.
fn is_nested(rule: &Meta) -> bool {
    rule.path().is_ident("nested") || rule.path().is_ident("nest_all_fields")
}

/// Returns the attribute without `nested`; nothing if nothing else was in it.
pub(super) fn without_nested(attribute: &Attribute) -> Option<Attribute> {
    let rules = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
    let rules: Vec<_> = rules.into_iter().filter(|rule| !is_nested(rule)).collect();
    (!rules.is_empty()).then(|| parse_quote!(#[validate(#(#rules),*)]))
}
