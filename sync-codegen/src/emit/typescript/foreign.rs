//! Declarations that come along with foreign types.
//!
//! A foreign type brings its TypeScript with it, and that of all that it refers to, under names that are not chosen here. One of our own
//! types among them is declared once: where it is called something else here, the foreign name becomes an alias.

use std::collections::BTreeMap;

use sync_schema::{Api, Direction};

use super::names::{Names, is_taken};
use super::reach::Reach;
use super::render::Naming;
use crate::diagnostic::Diagnostic;

/// One declaration as it stands in the file.
#[derive(Debug)]
pub(super) struct Foreign {
    pub(super) name: String,
    /// Docs and declaration.
    pub(super) text: String,
}

/// Returns the declarations, sorted by key.
///
/// # Errors
///
/// Types that would have one name.
pub(super) fn declarations(api: &Api, names: &Names, reach: &Reach) -> Result<Vec<Foreign>, Vec<Diagnostic>> {
    let mut holders: BTreeMap<&str, &str> = names.declarations(reach).map(|(name, key, _)| (name, key)).collect();
    let mut found = Vec::new();
    let mut clashes = Vec::new();
    for (key, declaration) in api.declarations() {
        let name = declaration.name.as_str();
        let own = names.name(key, Direction::FromServer);
        if own.as_deref() == Some(name) {
            continue;
        }
        let help =
            "rename one of them: `#[ts(rename = \"…\")]` on a type of ts-rs, `#[serde(rename = \"…\")]` on a wire type";
        match holders.insert(name, key) {
            Some(other) => {
                let what = format!("it is called `{name}` in TypeScript, as `{other}` is");
                clashes.push(Diagnostic::new(key, what, help));
            }
            None if is_taken(name) => {
                let what = format!("it is called `{name}` in TypeScript, which means something else there");
                clashes.push(Diagnostic::new(key, what, help));
            }
            None => found.push(Foreign {
                name: name.to_owned(),
                text: match own {
                    Some(own) => format!("export type {name} = {own};"),
                    None => format!("{}\nexport {}", declaration.docs, declaration.text).trim().to_owned(),
                },
            }),
        }
    }
    if clashes.is_empty() { Ok(found) } else { Err(clashes) }
}
