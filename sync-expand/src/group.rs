//! `by` of `#[sync::client]`: a filter that runs once for all members of whom `by` makes the same value, their *group*.
//!
//! `main` takes the group in place of the member, so the compiler proves that it reads nothing else of it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::{Visit, visit_type, visit_type_reference};
use syn::{Expr, ItemFn, Lifetime, Type, TypeReference};
use sync_syntax::arguments::Projection;

use crate::handler::{CONTEXTS, HandlerMistakes, Parameter, is_named, last_word, text};

/// Checks the first parameter of a filter with `by`, and returns the type behind its `&`.
pub(crate) fn check<'f>(
    function: &ItemFn,
    parameter: &Parameter<'f>,
    by: &Projection,
    mistakes: &mut HandlerMistakes,
) -> &'f Type {
    if let Some(keyword) = &function.sig.asyncness {
        let what = "a filter with `by` runs once for many members, so it is a plain `fn`";
        mistakes.add(keyword.span(), what, "remove `async`, or remove `by` if it has to wait");
    }
    let name = parameter.name.map_or_else(|| "group".to_owned(), ToString::to_string);
    let ty = match parameter.ty {
        Type::Reference(reference) => &*reference.elem,
        ty => ty,
    };
    let is_borrowed = matches!(parameter.ty, Type::Reference(reference) if reference.mutability.is_none());
    if last_word(ty).is_some_and(|last| CONTEXTS.iter().any(|context| last == context)) {
        let what = "a filter with `by` sees what `by` makes of the member, and not the member";
        mistakes.add_at(parameter.ty, what, "take what `by` returns, borrowed, or remove `by`");
    } else if ["ClientInput", "ServerOutput"].iter().any(|name| is_named(parameter, name)) {
        let what = "the first parameter is what `by` makes of the member, borrowed";
        mistakes.add_at(parameter.ty, what, "put `group: &Group` before it, with the type that `by` returns");
    } else if !is_borrowed {
        let what = format!("`{name}` is shared with all members of the group, so it is borrowed");
        mistakes.add_at(parameter.ty, what, format!("write `{name}: &{}`", borrowed_form(ty)));
    } else if borrows(ty) {
        let what = format!("`{name}` is kept longer than one member, so it owns what it holds");
        mistakes.add_at(parameter.ty, what, "take an owned type, such as `&str` for a `String` that `by` returns");
    } else if let Expr::Path(path) = &*by.0
        && let (Some(word), Some(last)) = (path.path.segments.last(), last_word(ty))
        && word.ident == *last
    {
        let what = format!("`by` is a function from the member to its `{last}`, and not the type");
        mistakes.add_at(path, what, "write `by = |member| member.session().role`, or the name of such a function");
    }
    ty
}

/// The type that stands behind a `&` for an owned text.
fn borrowed_form(ty: &Type) -> String {
    if last_word(ty).is_some_and(|last| last == "String") { "str".to_owned() } else { text(ty) }
}

/// Whether a type holds a borrow that ends, as far as its words tell.
fn borrows(ty: &Type) -> bool {
    struct Borrows(bool);

    impl<'ast> Visit<'ast> for Borrows {
        fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
            self.0 |= reference.lifetime.is_none();
            visit_type_reference(self, reference);
        }

        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            self.0 |= lifetime.ident != "static";
        }
    }

    let mut borrows = Borrows(false);
    visit_type(&mut borrows, ty);
    borrows.0
}

/// Writes the type of the group: what the filter borrows, and the owned form of a text or a list.
pub(crate) fn owned(ty: &Type) -> TokenStream {
    match ty {
        Type::Path(path) if path.path.is_ident("str") => quote_spanned!(ty.span()=> ::std::string::String),
        Type::Slice(slice) => {
            let item = &slice.elem;
            quote_spanned!(ty.span()=> ::std::vec::Vec<#item>)
        }
        _ => quote!(#ty),
    }
}

/// Calls `by` with `__member`, at the tokens of `by`.
pub(crate) fn of_member(by: &Projection) -> TokenStream {
    let projection = &by.0;
    let span = projection.span().resolved_at(Span::call_site());
    let member = Ident::new("__member", span);
    quote_spanned!(span=> ::sync::__private::group_of::<_, Self::Group, _>(#projection, #member))
}
