//! `cargo sync remove`: a route goes, or one file of it.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::options::Remove;
use crate::project::Project;
use crate::route::{RouteWords, WordKind};
use crate::scaffold::place::{self as files, Change, RouteFiles};
use crate::terminal::Terminal;

pub(super) fn run(asked: &Remove, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let route = RouteWords::read(&asked.route.words)?;
    let changes = match route.kind {
        WordKind::Room => vec![(files::room_path(&route), Change::Remove)],
        WordKind::Route(lane) => {
            let version = asked.route.version.unwrap_or(1);
            let files = RouteFiles::new(project, lane, &route, version);
            let named = asked.route.forms(lane)?;
            let there = files.there();
            let unwanted = if named.is_empty() { there.clone() } else { named };
            if let Some(missing) = unwanted.iter().find(|form| !there.contains(form)) {
                return Err(Failure::with_help(format!("{} is not there", files.path(missing)), LIST));
            }
            if unwanted.is_empty() {
                let what = format!("there is no route `{}/{}` v{version}", route.page, route.name);
                return Err(Failure::with_help(what, LIST));
            }
            files.remove(&unwanted)?
        }
    };
    files::carry_out(project, &changes, terminal)?;
    Ok(ExitCode::SUCCESS)
}

const LIST: &str = "`cargo sync list` prints the routes that there are";
