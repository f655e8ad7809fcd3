//! The program `cargo-sync`; everything that it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_sync::run(std::env::args_os(), &mut cargo_sync::Terminal::standard())
}
