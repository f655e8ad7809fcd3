//! `cargo sync replication`: what rows of a Postgres are read by. The server knows its tables, so it is built and asked.

use std::process::ExitCode;

use clap::ValueEnum;

use crate::cargo;
use crate::failure::Failure;
use crate::options::ReplicationVerb;
use crate::project::Project;

pub(super) fn run(verb: ReplicationVerb, project: &Project) -> Result<ExitCode, Failure> {
    let server = project.server()?;
    let word = verb.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let mut asked = cargo::command();
    asked.args(["run", "--quiet", "--package", &server.name, "--bin", &server.binary, "--", "replication", &word]);
    // Where the server finds its `sync.toml`.
    let status = asked.current_dir(&project.root).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
