//! The page's own server, Vite, and what it needs to be installed.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::Sender;
use std::time::SystemTime;

use super::process::Process;
use super::status::Status;
use super::{Event, tell};
use crate::failure::Failure;
use crate::lines::lines;
use crate::project::Project;
use crate::terminal::Terminal;

const NODE: &str = "install Node 20.19 or newer, or leave the page out: `cargo sync dev --no-web`";

/// The page's server; dropped, it ends.
pub(super) struct Web {
    #[expect(dead_code, reason = "it is there to be dropped")]
    process: Process,
}

impl Web {
    /// Installs what is missing, and starts the script `dev` of the page in `folder`.
    pub(super) fn start(
        folder: PathBuf,
        project: &Project,
        server: &str,
        status: &Status,
        terminal: &mut Terminal,
        events: &Sender<Event>,
    ) -> Result<Self, Failure> {
        install(&folder, &project.root, terminal)?;
        let mut npm = npm(&folder);
        npm.args(["run", "dev", "--", "--clearScreen", "false"]).stdout(Stdio::piped()).stdin(Stdio::null());
        npm.env("SYNC_DEV_SERVER", server).env("SYNC_DEV_STATUS", status.file());
        let mut process = Process::start(&mut npm).map_err(Failure::program("npm", NODE))?;
        if let Some(output) = process.child().stdout.take() {
            let events = events.clone();
            std::thread::spawn(move || listen_to(output, &events));
        }
        Ok(Self { process })
    }
}

/// Installs the packages of the page, and the client that it uses where that comes from a folder.
fn install(folder: &Path, root: &Path, terminal: &mut Terminal) -> Result<(), Failure> {
    if let Some(client) = client_folder(folder)
        && !is_built(&client)
    {
        let workspace = client.ancestors().find(|above| above.join("package-lock.json").is_file()).unwrap_or(&client);
        if !workspace.join("node_modules").is_dir() {
            run(npm(workspace).arg("ci"), "installing what the client is built with", terminal)?;
        }
        run(npm(&client).args(["run", "build"]), "building the client", terminal)?;
    }
    let has_vite = |above: &&Path| above.join("node_modules/vite/package.json").is_file();
    if folder.ancestors().any(|above| has_vite(&above)) {
        return Ok(());
    }
    let locked = folder.ancestors().take_while(|above| above.starts_with(root));
    let locked = locked.into_iter().find(|above| above.join("package-lock.json").is_file());
    match locked {
        Some(workspace) => run(npm(workspace).arg("ci"), "installing the packages of the page", terminal),
        None => run(npm(folder).arg("install"), "installing the packages of the page", terminal),
    }
}

/// The folder that `"syncwright": "file:…"` names.
fn client_folder(folder: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(folder.join("package.json")).ok()?;
    let package: serde_json::Value = serde_json::from_str(&text).ok()?;
    let wanted = package["dependencies"]["syncwright"].as_str()?;
    Some(folder.join(wanted.strip_prefix("file:")?))
}

/// Whether everything is there that the client's `package.json` says that it has, and nothing of its sources came later, as with a pull.
fn is_built(client: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(client.join("package.json")) else { return true };
    let package: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let exports = package["exports"].as_object().into_iter().flatten();
    let mut files = exports.filter_map(|(_, export)| export["default"].as_str());
    let source = newest(&client.join("src"));
    files.all(|file| changed(&client.join(file)).is_some_and(|built| source.is_none_or(|source| source <= built)))
}

/// When the file below `folder` was written that was written last.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let of_entry = |path: PathBuf| if path.is_dir() { newest(&path) } else { changed(&path) };
    entries.filter_map(|entry| of_entry(entry.path())).max()
}

fn changed(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).ok()?.modified().ok()
}

fn run(command: &mut Command, what: &str, terminal: &mut Terminal) -> Result<(), Failure> {
    let waiting = terminal.wait_for(what);
    let output = command.stdin(Stdio::null()).output().map_err(Failure::program("npm", NODE))?;
    waiting.finish_and_clear();
    if output.status.success() {
        terminal.done("done", what);
        return Ok(());
    }
    for stream in [&output.stdout, &output.stderr] {
        terminal.note(String::from_utf8_lossy(stream).trim_end());
    }
    Err(Failure::new(format!("{what} has failed: {}", output.status)))
}

fn npm(folder: &Path) -> Command {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(folder);
    npm
}

fn listen_to(output: impl Read, events: &Sender<Event>) {
    for line in lines(output) {
        let plain = anstream::adapter::strip_str(&line).to_string();
        let url = plain.split_whitespace().find(|word| word.starts_with("http://") || word.starts_with("https://"));
        match url {
            Some(url) if plain.contains("Local:") => tell(events, Event::Page(url.to_owned())),
            _ => {}
        }
    }
    tell(events, Event::PageEnded);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_client_is_built_again_where_its_sources_are_newer() {
        let folder = tempfile::tempdir().expect("a folder");
        let client = folder.path();
        let write = |file: &str, text: &str, age: u64| {
            let path = client.join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(&path, text).expect("a file");
            let file = std::fs::File::options().write(true).open(path).expect("a file");
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).expect("a time");
        };
        write("package.json", r#"{ "exports": { ".": { "default": "./dist/index.js" } } }"#, 0);
        assert!(!is_built(client), "there is nothing");
        write("src/index.ts", "", 60);
        write("src/store/tabs.ts", "", 90);
        write("dist/index.js", "", 30);
        assert!(is_built(client));
        write("src/store/tabs.ts", "", 10);
        assert!(!is_built(client));
        std::fs::remove_dir_all(client.join("src")).expect("the folder");
        assert!(is_built(client), "one that came without its sources");
    }
}
