//! Where in an app's source a type is declared, and a field of it.

use std::collections::BTreeMap;
use std::path::Path;

use sync_schema::Spot;

use sync_syntax::declared::declared;

/// A file, relative to the app, and line and column in it, both counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: String,
    /// The name of the type in Rust.
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Returns where `spot` is, or where the type is that it is a part of; `None` where no file of the app declares that.
///
/// `library` is the app's own; `modules` are the paths of modules below that of all routes, by file.
pub(super) fn place(app_dir: &Path, library: &str, modules: &BTreeMap<String, String>, spot: &Spot) -> Option<Place> {
    let path = spot.key.split('<').next().unwrap_or_default();
    let (first, path) = path.split_once("::")?;
    if first != library {
        return None;
    }
    let mut segments: Vec<&str> = path.split("::").collect();
    let name = segments.pop()?;
    // Modules may be written inside of a file.
    for inner in 0..=segments.len() {
        let (outside, inside) = segments.split_at(segments.len() - inner);
        for file in files(modules, outside) {
            let Ok(text) = std::fs::read_to_string(app_dir.join(&file)) else { continue };
            let (member, field) = (spot.member.as_deref(), spot.field.as_deref());
            if let Some((line, column)) = declared(&text, inside, name, member, field) {
                return Some(Place { file, name: name.to_owned(), line, column });
            }
        }
    }
    None
}

/// The files that a module may be in.
fn files(modules: &BTreeMap<String, String>, module: &[&str]) -> Vec<String> {
    // The first segment is the name under which the app mounts its routes.
    let below = module.get(1..).unwrap_or_default().join("::");
    let mounted = modules.iter().filter(|(_, path)| !below.is_empty() && **path == below).map(|(file, _)| file.clone());
    let folder = module.join("/");
    let plain = match module.is_empty() {
        true => vec!["src/lib.rs".to_owned()],
        false => vec![format!("src/{folder}.rs"), format!("src/{folder}/mod.rs")],
    };
    mounted.chain(plain).collect()
}
