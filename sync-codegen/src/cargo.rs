//! What a build script says to cargo.

use std::path::Path;

/// Run again when `path`, or anything in it, changes.
pub(crate) fn rerun_if_changed(path: &Path) {
    say("rerun-if-changed", &path.display().to_string());
}

/// Run again when the variable `name` changes.
pub(crate) fn rerun_if_env_changed(name: &str) {
    say("rerun-if-env-changed", name);
}

/// Shows a warning; the build goes on.
pub(crate) fn warn(message: &str) {
    say("warning", message);
}

/// Shows an error; the build stops when the script ends.
pub(crate) fn error(message: &str) {
    say("error", message);
}

/// Returns whether this build may write nothing into the source tree, and fails where something is stale: `SYNC_CHECK=1`.
pub(crate) fn is_check() -> bool {
    is_on("SYNC_CHECK")
}

/// Returns whether the same holds for the types alone: `SYNC_CHECK_TYPES=1`, which no other script looks at, so that cargo compiles no app
/// because of it.
pub(crate) fn is_check_of_types() -> bool {
    is_on("SYNC_CHECK_TYPES") || is_check()
}

/// Returns whether a variable says yes; the script runs again when it changes.
pub(crate) fn is_on(variable: &str) -> bool {
    rerun_if_env_changed(variable);
    std::env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "0")
}

#[expect(clippy::print_stdout, reason = "standard output is how a build script talks to cargo")]
fn say(key: &str, value: &str) {
    // One line is one instruction.
    println!("cargo::{key}={}", value.replace('\n', " "));
}
