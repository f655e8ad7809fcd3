//! Prints values of the wire types as TypeScript: `wire_values (template | every-type) <module of the types> [mismatch]`.

#![allow(clippy::print_stdout, reason = "printing is what it does")]

use std::process::ExitCode;

use sync_tests::{types, values};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (api, module, mismatch) = match arguments.as_slice() {
        ["template", module] => (app::export_types(), module, false),
        ["template", module, "mismatch"] => (app::export_types(), module, true),
        ["every-type", module] => (types::api(), module, false),
        _ => return ExitCode::FAILURE,
    };
    println!("{}", values::typescript(&api, module, 200, mismatch));
    ExitCode::SUCCESS
}
