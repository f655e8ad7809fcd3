//! The test app as a server of its own, for clients that are not written in Rust, and for tests that kill it. Who has a folder for its data
//! finds the sessions there that were left in it.

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::var_os("SYNC_DATA") {
        Some(_) => sync::__private::serve(test_app::server_with_files(), &test_app::routes::TABLE),
        None => test_app::serve(),
    }
}
