//! Prints values of the wire types as TypeScript: `wire_values (template | every-type) <module of the types> [mismatch]`.

#![allow(clippy::print_stdout, reason = "printing is what it does")]

use std::process::ExitCode;

use sync::__private::describe_with;
use sync::schema::Model;
use sync_tests::{types, values};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut model = Model::default();
    let (api, module, mismatch) = match arguments.as_slice() {
        ["template", module] => (describe_with(&app::routes::TABLE, &mut model), module, false),
        ["template", module, "mismatch"] => (describe_with(&app::routes::TABLE, &mut model), module, true),
        ["every-type", module] => (types::api_with(&mut model), module, false),
        _ => return ExitCode::FAILURE,
    };
    println!("{}", values::typescript(&api, &model, module, 200, mismatch));
    ExitCode::SUCCESS
}
