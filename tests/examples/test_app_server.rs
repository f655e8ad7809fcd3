//! The test app as a server of its own, for clients that are not written in Rust.

use std::process::ExitCode;

fn main() -> ExitCode {
    test_app::serve()
}
