//! What cargo is asked, and what it says while it builds.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;
use sync_codegen::{API_FILE, ledger};
use sync_schema::Api;

use crate::failure::Failure;
use crate::lines::lines;
use crate::project::Project;

/// Returns the cargo that has run us, or the one that is there.
pub(crate) fn command() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// What to build, and how.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Build {
    /// Fail where the types are stale, and write none.
    pub(crate) check_types: bool,
    /// Do not hold the app against what it has released.
    pub(crate) no_ledger: bool,
    /// Ask the compiler for colours.
    pub(crate) colors: bool,
}

/// What came of a build.
#[derive(Debug, Default)]
pub(crate) struct Built {
    /// Whether everything was built.
    pub(crate) is_done: bool,
    /// What the compiler said, in the order in which it did.
    pub(crate) messages: Vec<CompilerMessage>,
    /// What cargo said besides, that is neither progress nor a summary of the above: what a build script fails with.
    pub(crate) rest: Vec<String>,
    /// The server's program.
    pub(crate) program: Option<PathBuf>,
    /// The folder in which the server's build script writes.
    pub(crate) out_dir: Option<PathBuf>,
}

/// One error or warning.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub(crate) struct CompilerMessage {
    pub(crate) level: String,
    pub(crate) message: String,
    /// As rustc prints it, several lines.
    #[serde(default)]
    pub(crate) rendered: Option<String>,
    #[serde(default)]
    pub(crate) spans: Vec<Span>,
}

/// Where it is.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) file_name: String,
    pub(crate) line_start: usize,
    pub(crate) column_start: usize,
    pub(crate) is_primary: bool,
}

impl CompilerMessage {
    pub(crate) fn is_error(&self) -> bool {
        self.level.starts_with("error")
    }

    /// Whether it only counts what was said before.
    fn is_summary(&self) -> bool {
        self.spans.is_empty() && (self.message.starts_with("aborting due to") || self.message.ends_with("emitted"))
    }

    /// The place that is wrong.
    pub(crate) fn place(&self) -> Option<&Span> {
        self.spans.iter().find(|span| span.is_primary)
    }
}

#[derive(Debug, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Line {
    CompilerMessage {
        message: CompilerMessage,
    },
    CompilerArtifact {
        target: Target,
        executable: Option<PathBuf>,
    },
    BuildScriptExecuted {
        package_id: String,
        out_dir: PathBuf,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
}

/// Builds the server of the app, and the app with it.
pub(crate) fn build(project: &Project, how: Build) -> Result<Built, Failure> {
    let mut child = building(project, how)?.spawn().map_err(Failure::program("cargo", "install Rust"))?;
    let streams = child.stdout.take().zip(child.stderr.take());
    let (stdout, stderr) = streams.ok_or_else(|| Failure::new("cargo has no output"))?;
    let mut built = read(project, stdout, stderr)?;
    built.is_done = child.wait().is_ok_and(|status| status.success());
    Ok(built)
}

/// Reads what a build says, to its end; whether it has succeeded is said by how its process ends.
pub(crate) fn read(project: &Project, stdout: impl Read, stderr: impl Read + Send + 'static) -> Result<Built, Failure> {
    let rest = std::thread::spawn(move || said_besides(stderr));
    let mut built = Built::default();
    let server = project.server()?;
    for line in lines(stdout) {
        match serde_json::from_str(&line) {
            // The app is built for the server and for its build script; what is wrong with it is said for both.
            Ok(Line::CompilerMessage { message }) if !message.is_summary() && !built.messages.contains(&message) => {
                built.messages.push(message);
            }
            Ok(Line::CompilerArtifact { target, executable: Some(program) }) if target.name == server.binary => {
                built.program = Some(program);
            }
            Ok(Line::BuildScriptExecuted { package_id, out_dir }) if is_of(&package_id, &server.name) => {
                built.out_dir = Some(out_dir);
            }
            _ => {}
        }
    }
    built.rest = rest.join().unwrap_or_default();
    Ok(built)
}

/// Returns the command that builds the server.
pub(crate) fn building(project: &Project, how: Build) -> Result<Command, Failure> {
    let server = project.server()?;
    let format = if how.colors { "json-diagnostic-rendered-ansi" } else { "json" };
    let mut cargo = command();
    cargo.args(["build", "--package", &server.name, "--message-format", format]).current_dir(&project.root);
    cargo.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).env_remove("SYNC_CHECK");
    if how.check_types {
        cargo.env("SYNC_CHECK_TYPES", "1");
    } else {
        cargo.env_remove("SYNC_CHECK_TYPES");
    }
    if how.no_ledger {
        cargo.env(ledger::OFF, "1");
    } else {
        cargo.env_remove(ledger::OFF);
    }
    Ok(cargo)
}

/// Reads the app that a build has left behind.
pub(crate) fn api(built: &Built) -> Result<Api, Failure> {
    let Some(out_dir) = &built.out_dir else {
        let help = "call `sync_codegen::export(app::export_types)` in the build.rs of the server's package";
        return Err(Failure::with_help("the server has no build script", help));
    };
    let path = out_dir.join(API_FILE);
    let text = std::fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
    serde_json::from_str(&text).map_err(|error| Failure::new(format!("cannot read `{}`: {error}", path.display())))
}

/// `path+file:///app/server#app-server@0.1.0`, or `path+file:///app-server#0.1.0` where the folder has the package's name.
fn is_of(package_id: &str, package: &str) -> bool {
    let (url, rest) = package_id.rsplit_once('#').unwrap_or((package_id, ""));
    match rest.split_once('@') {
        Some((name, _)) => name == package,
        None => url.rsplit('/').next() == Some(package),
    }
}

/// Collects what is neither progress nor a summary; that it waits for somebody else is said at once.
fn said_besides(stderr: impl Read) -> Vec<String> {
    let lines = lines(stderr).inspect(|line| {
        if line.trim_start().starts_with("Blocking ") {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    });
    let is_noise = |line: &String| {
        let first = line.split_whitespace().next().unwrap_or_default();
        let is_progress = line.starts_with(' ') && first.starts_with(|letter: char| letter.is_ascii_uppercase());
        let is_summary = line.contains("could not compile") || line.starts_with("warning: build failed");
        line.trim().is_empty() || is_progress || is_summary
    };
    lines.filter(|line| !is_noise(line)).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_package_is_known_by_its_id() {
        let check = |id: &str, is_it: bool| assert_eq!(super::is_of(id, "app-server"), is_it, "{id}");
        check("path+file:///home/ada/app/server#app-server@0.1.0", true);
        check("path+file:///home/ada/app-server#0.1.0", true);
        check("path+file:///home/ada/app#0.1.0", false);
        check("path+file:///home/ada/app-server#app@0.1.0", false);
    }

    #[test]
    fn of_what_cargo_says_that_remains_which_nobody_else_says() {
        let said = "   Compiling app v0.1.0\nerror: app-server@0.1.0: types are stale\nerror: could not compile `app`\n\n    Finished `dev`\n";
        assert_eq!(super::said_besides(said.as_bytes()), ["error: app-server@0.1.0: types are stale"]);
    }
}
