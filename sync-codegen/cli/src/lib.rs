//! The command line of Syncwright, `cargo sync`, over the generator's library.
//!
//! `options` reads what was asked for, `commands` has a file for each thing that can be, and they write to a [`Terminal`]. An app is a
//! `project`: its folders, as cargo knows them. What an app is, the generator says; what it compiles to, cargo does. Nothing here
//! knows a rule about handlers: a mistake is the generator's [`sync_codegen::Diagnostic`], printed.

mod cargo;
mod commands;
mod dev;
mod failure;
mod lines;
mod options;
mod project;
mod route;
mod scaffold;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

pub use terminal::Terminal;

use options::Options;

/// Runs the command that `arguments` ask for, the name of the program first, and returns what the process ends with.
///
/// 0: done, and nothing is wrong; 1: it could not be done, or something is wrong with the app; 2: the arguments are.
pub fn run(arguments: impl IntoIterator<Item = OsString>, terminal: &mut Terminal) -> ExitCode {
    let options = match Options::try_parse_from(options::of_cargo(arguments)) {
        Ok(options) => options,
        Err(error) => return terminal.usage(&error),
    };
    match commands::run(&options, terminal) {
        Ok(code) => code,
        Err(failure) => {
            terminal.failure(&failure);
            if failure.is_usage { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}
