//! The steps from an app's folder to text: read, check, model, emit.

use std::path::Path;

use crate::check;
use crate::diagnostic::Diagnostic;
use crate::emit;
use crate::manifest::{self, Contract};
use crate::model::App;
use crate::problems;
use crate::released::Ledger;
use crate::scan::{self, Tree};

/// Everything that [`crate::build()`] writes and says about an app.
#[derive(Debug)]
pub struct Generated {
    /// The text of `src/sync.generated.rs`.
    pub module_tree: String,
    /// The text of `$OUT_DIR/sync_table.rs`.
    pub table: String,
    /// The text of `$OUT_DIR/sync-problems`, see [`sync_syntax::problems`].
    pub problems_file: String,
    /// The mistakes, sorted; what they name is mounted, and left out of the table.
    pub problems: Vec<Diagnostic>,
    /// The error codes that lack a sentence in some language, sorted by use.
    pub missing_messages: Vec<Diagnostic>,
}

/// Reads the app in `app_dir` and writes nothing.
#[must_use]
pub fn generate(app_dir: &Path) -> Generated {
    of_tree(app_dir, &scan::scan(app_dir), &Ledger::read(app_dir).unwrap_or_default())
}

/// As [`generate`], of files that were read.
pub(crate) fn of_tree(app_dir: &Path, tree: &Tree, released: &Ledger) -> Generated {
    let mut problems = check::check(tree);
    let contract = contract(app_dir).unwrap_or_else(|problem| {
        problems.push(problem);
        Contract::default()
    });
    let app = App::new(tree, &problems, &released.retiring(), released.contracts());
    let problems_file = problems::assign(tree, &problems);
    problems.extend(check::check_attributes(tree));
    problems.sort();
    Generated {
        module_tree: emit::rust::module_tree(&app.root),
        table: emit::rust::table(&app, &contract),
        problems_file,
        missing_messages: check::missing_messages(tree),
        problems,
    }
}

/// Reads what `Cargo.toml` says to generated tests; one that is not there says nothing.
fn contract(app_dir: &Path) -> Result<Contract, Diagnostic> {
    let manifest = std::fs::read_to_string(app_dir.join(manifest::FILE)).unwrap_or_default();
    let help = "a route is named `<page>/<name>/<version>`, a room by its pattern";
    manifest::contract(&manifest).map_err(|what| Diagnostic::new(manifest::FILE, what, help))
}
