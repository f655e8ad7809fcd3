//! `cargo sync check`: everything that is wrong with an app and that the compiler does not say, and whether what is generated is current.
//!
//! Files are looked at first, which takes no time; then the app is compiled, to compare its types with the TypeScript on the disk.

use std::process::ExitCode;

use serde::Serialize;
use sync_codegen::{Diagnostic, STALE};

use crate::cargo::{self, Build};
use crate::failure::Failure;
use crate::options::Check;
use crate::project::Project;
use crate::terminal::Terminal;

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Json<'a> {
    problems: Vec<ProblemJson<'a>>,
}

#[derive(Debug, Serialize)]
struct ProblemJson<'a> {
    file: &'a str,
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    what: &'a str,
    help: &'a str,
}

impl<'a> ProblemJson<'a> {
    fn of(problem: &'a Diagnostic) -> Self {
        let Diagnostic { file, line, column, what, help } = problem;
        Self { file, line: *line, column: *column, what, help }
    }
}

pub(super) fn run(asked: &Check, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let mut problems = sync_codegen::check(&project.app_dir);
    problems.extend(sync_codegen::stale_module_tree(&project.app_dir));
    // With a mistake in the files, the compiler would say the same again.
    if problems.is_empty() && !asked.no_build {
        problems.extend(of_types(project, terminal)?);
    }
    if asked.json {
        let json = Json { problems: problems.iter().map(ProblemJson::of).collect() };
        let json = serde_json::to_string_pretty(&json).map_err(|error| Failure::new(error.to_string()))?;
        writeln!(terminal.out(), "{json}")?;
    } else {
        problems.iter().for_each(|problem| terminal.diagnostic(problem));
    }
    match problems.len() {
        0 => {
            terminal.done("checked", format!("`{}`: nothing is wrong", project.package));
            return Ok(ExitCode::SUCCESS);
        }
        1 => terminal.note("1 problem"),
        count => terminal.note(format!("{count} problems")),
    }
    Ok(ExitCode::FAILURE)
}

/// Compiles the app, and returns what is wrong with its types; what does not compile is told as the compiler tells it.
fn of_types(project: &Project, terminal: &mut Terminal) -> Result<Vec<Diagnostic>, Failure> {
    let waiting = terminal.wait_for(format!("building `{}`", project.package));
    let built = cargo::build(project, Build { check_types: true, colors: terminal.has_colors(), ..Build::default() })?;
    waiting.finish_and_clear();
    if built.is_done {
        return Ok(Vec::new());
    }
    let stale = built.rest.iter().any(|line| line.contains(STALE));
    if stale {
        let help = "run `cargo build`, or `cargo sync dev`, and commit the file";
        return Ok(vec![Diagnostic::new(project.shown(&project.types), "the generated types are stale", help)]);
    }
    terminal.errors(&built);
    let help = "mend what the compiler says above; the types can be compared then";
    Ok(vec![Diagnostic::new(project.shown(&project.app_dir.join("Cargo.toml")), "the app does not compile", help)])
}
