//! x
use std::process::ExitCode;
use crate::failure::Failure;
use crate::options::Docs;
use crate::project::Project;
use crate::terminal::Terminal;
pub(super) fn run(_asked: &Docs, _project: &Project, _terminal: &mut Terminal) -> Result<ExitCode, Failure> { Err(Failure::new("x")) }
