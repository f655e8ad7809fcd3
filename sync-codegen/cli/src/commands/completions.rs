//! `cargo sync completions`: what a shell completes.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::failure::Failure;
use crate::options::Options;
use crate::terminal::Terminal;

pub(super) fn run(shell: Shell, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Options::command(), "cargo-sync", &mut text);
    terminal.out().write_all(&text)?;
    Ok(ExitCode::SUCCESS)
}
