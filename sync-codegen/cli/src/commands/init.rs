//! x
use std::process::ExitCode;
use crate::failure::Failure;
use crate::options::Init;
use crate::project::Project;
use crate::terminal::Terminal;
pub(super) fn run(_asked: &Init, _project: &std::path::Path, _terminal: &mut Terminal) -> Result<ExitCode, Failure> { Err(Failure::new("x")) }
