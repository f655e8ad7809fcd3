//! One page of a ledger, and how an app is parted into pages.

use std::collections::{BTreeMap, BTreeSet};

use sync_schema::{Api, ReadError, Shape, WireType};

use super::{FILE, Ledger, Page};
use crate::listing::{ListedRoom, Listing};
use crate::model::page_name;
use crate::scan::page_of;

/// What begins the file; `#` begins a line that says nothing.
const HEAD: &str = "\
# What was released of this page, for as long as somebody may rely on it: a build that breaks it fails.
# `cargo sync release` writes this file. Do not edit it: commit it, and read what changes in it.
";

/// Returns what an app promises from now on, sorted by page; a page that promises nothing is left out.
///
/// `released` is what was promised before, which `api` keeps, or else `is_kept` is not so: who relied on it then relies on it no more.
///
/// # Errors
///
/// A page could not be read again as it would be written, and must not be.
pub fn pages(api: &Api, listing: &Listing, released: &Ledger, is_kept: bool) -> Result<Vec<Page>, ReadError> {
    let contracts = contracts(api, released, is_kept);
    let mut names: BTreeSet<&str> = api.routes.iter().map(|route| route.page.as_str()).collect();
    names.extend(listing.rooms.iter().chain(&listing.scopes).map(|rule| rule.page.as_str()));
    names.insert(ROOT);
    let mut codes: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (file, code) in &listing.codes {
        let page = page_name(page_of(file.rsplit_once('/').map_or("", |(folder, _)| folder)));
        codes.entry(names.get(page).copied().unwrap_or(ROOT)).or_default().insert(code.clone());
    }
    let page = |name: &&str| {
        let codes = codes.get(name).into_iter().flatten().cloned().collect();
        let (file, mut part) = (file_of(name), part(api, listing, name, codes));
        if *name == ROOT {
            part.released.clone_from(&contracts);
        }
        if let Some(before) = released.pages.iter().find(|page| page.file == file) {
            part = sync_schema::promised(&before.api, &part);
        }
        let text = part.promise().to_string();
        (!text.is_empty()).then(|| Page::of(&file, format!("{HEAD}{}", without_library(&text, &api.library))))
    };
    names.iter().filter_map(page).collect()
}

/// How many contracts are known again: pages that are older are told to load anew.
const CONTRACTS: usize = 100;

/// The contracts that hold from now on, the newest last.
fn contracts(api: &Api, released: &Ledger, is_kept: bool) -> Vec<String> {
    let mut contracts = if is_kept { released.contracts() } else { Vec::new() };
    let own = api.fingerprint();
    contracts.retain(|contract| *contract != own);
    contracts.push(own);
    contracts.split_off(contracts.len().saturating_sub(CONTRACTS))
}

const ROOT: &str = "root";

fn file_of(page: &str) -> String {
    if page == ROOT { format!("src/{FILE}") } else { format!("src/{page}/{FILE}") }
}

/// What `api` promises of one page, whose files answer with these codes.
fn part(api: &Api, listing: &Listing, page: &str, error_codes: Vec<String>) -> Api {
    let unsaid = || WireType { shape: Shape::Any };
    let is_root = page == ROOT;
    let of_page = |patterns: &[String], rules: &[ListedRoom]| {
        let is_its = |pattern: &&String| match rules.iter().find(|rule| rule.pattern == **pattern) {
            Some(rule) => rule.page == page,
            None => is_root,
        };
        patterns.iter().filter(is_its).cloned().collect::<Vec<_>>()
    };
    Api {
        manifest_dir: String::new(),
        library: String::new(),
        released: Vec::new(),
        routes: api.routes.iter().filter(|route| route.page == page).cloned().collect(),
        session: if is_root { api.session.clone() } else { unsaid() },
        public: if is_root { api.public.clone() } else { unsaid() },
        rooms: of_page(&api.rooms, &listing.rooms),
        scopes: of_page(&api.scopes, &listing.scopes),
        entities: api.entities.iter().filter(|entity| entity.page == page).cloned().collect(),
        presence: api.presence.clone().filter(|_| is_root),
        error_codes,
        types: api.types.clone(),
    }
}

/// The app's own library is `crate`, so that another name for it changes nothing.
fn without_library(text: &str, library: &str) -> String {
    if library.is_empty() {
        return text.to_owned();
    }
    let own = format!("{library}::");
    let mut short = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            short.push('`');
        }
        if index % 2 == 0 {
            short.push_str(part);
            continue;
        }
        let mut rest = part;
        while let Some(at) = rest.find(&own) {
            let (before, after) = rest.split_at(at);
            short.push_str(before);
            let is_inside = short.ends_with(|sign: char| sign.is_alphanumeric() || matches!(sign, '_' | ':'));
            short.push_str(if is_inside { &own } else { "crate::" });
            rest = &after[own.len()..];
        }
        short.push_str(rest);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_crate_and_what_is_called_like_it_is_not() {
        for (text, expected) in [
            ("session: `app::app::Session`", "session: `crate::app::Session`"),
            ("in a: `app::Page<app::app::Item>`", "in a: `crate::Page<crate::app::Item>`"),
            ("type `my_app::app::T`", "type `my_app::app::T`"),
            ("rule app::check", "rule app::check"),
        ] {
            assert_eq!(without_library(text, "app"), expected);
        }
    }
}
