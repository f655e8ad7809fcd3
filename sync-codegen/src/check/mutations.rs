//! What a mutation may have beside `main`: the attribute, which stands on that, does not see it.

use crate::diagnostic::Diagnostic;
use crate::scan::Tree;
use sync_syntax::handler_file::{Beside, Kind};

/// A `prepare` that cannot be called with the context and the arguments, and awaited for others.
pub(super) fn prepares(tree: &Tree) -> Vec<Diagnostic> {
    let of_mutations = tree.handlers().filter(|(_, (name, _))| name.kind() == Kind::Mutation);
    let wrong = of_mutations.filter_map(|(_, (_, file))| {
        let prepare = file.source.content.outline.as_ref()?.prepare.as_ref()?;
        let help = "write `pub async fn prepare(ctx: Ctx<'_>, args: Args) -> Result<Args, SyncError>`";
        Some(Diagnostic::new(&file.source.path, wrong_prepare(prepare)?, help).at_line(prepare.line))
    });
    wrong.collect()
}

/// Types may have other names; what is told is what no name can make right.
fn wrong_prepare(prepare: &Beside) -> Option<String> {
    let Beside { is_async, parameters, returns, .. } = prepare;
    let [_, args] = &parameters[..] else {
        let count = parameters.len();
        return Some(format!("`prepare` takes the context and the arguments, not {count} parameters"));
    };
    if args.starts_with('&') {
        return Some("`prepare` is given the arguments, and borrows nothing".to_owned());
    }
    if !is_async && returns != "impl" {
        return Some("`prepare` is awaited, and is not `async`".to_owned());
    }
    let is_plain = returns.is_empty() || returns == "()" || returns == args;
    is_plain.then(|| "`prepare` returns a `Result`: the arguments, or why they are refused".to_owned())
}
