//! The house keeps its plan: dependencies inside the runtime point one way.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The runtime's modules from the lowest layer up. A module uses itself and modules of lower layers, never one of its own layer.
const LAYERS: &[&[&str]] = &[
    &["clock", "config", "contain", "error", "id", "schema"],
    &["wire"],
    &["route"],
    &["api", "i18n", "session"],
    &["rooms"],
    &["dispatch"],
    &["transport"],
    &["server"],
];

#[test]
fn modules_of_the_runtime_use_lower_layers_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sync-runtime/src");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for file in rust_files(&src) {
        let module = module_of(&src, &file);
        if module == "lib" {
            continue;
        }
        let layer = layer_of(&module).unwrap_or_else(|| panic!("`{module}` has no layer: add it to LAYERS"));
        seen.insert(module.clone());
        for used in used_modules(&fs::read_to_string(&file).expect("a readable file")) {
            let lower = layer_of(&used).is_some_and(|used| used < layer);
            if used != module && !lower {
                wrong.push(format!("{} uses crate::{used}", file.strip_prefix(&src).unwrap_or(&file).display()));
            }
        }
    }
    assert!(wrong.is_empty(), "upward or sideways:\n{}", wrong.join("\n"));
    let known: BTreeSet<_> = LAYERS.iter().flat_map(|layer| layer.iter().map(|name| (*name).to_owned())).collect();
    assert_eq!(seen, known, "LAYERS names modules that are gone");
}

#[test]
fn only_the_transport_names_socket_io() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sync-runtime/src");
    let naming: Vec<_> = rust_files(&src)
        .into_iter()
        .filter(|file| module_of(&src, file) != "transport")
        .filter(|file| {
            fs::read_to_string(file).is_ok_and(|text| text.contains("engineioxide") || text.contains("hyper"))
        })
        .collect();
    assert_eq!(naming, Vec::<PathBuf>::new());
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn module_of(src: &Path, file: &Path) -> String {
    let relative = file.strip_prefix(src).unwrap_or(file).with_extension("");
    relative.iter().next().map(|first| first.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Returns the modules behind `crate::` in code; documentation and tests may point anywhere.
fn used_modules(text: &str) -> BTreeSet<String> {
    let (shipped, _) = text.split_once("#[cfg(test)]").unwrap_or((text, ""));
    let code = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| rest.chars().take_while(|next| next.is_alphanumeric() || *next == '_').collect::<String>())
        .filter(|name| !name.is_empty() && name.starts_with(char::is_lowercase))
        .collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
                files.push(path);
            }
        }
    }
    files
}
