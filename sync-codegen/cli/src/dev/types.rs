//! The front end's types while an app is being built: a preview first, then the truth; and the last truth where the build fails.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sync_codegen::API_FILE;
use sync_codegen::emit::typescript;
use sync_schema::Api;

use crate::project::Project;
use sync_codegen::preview;

/// What is put below the first line of a preview.
const MARK: &str = "// A preview, read from source while the app is being built. What source alone does not tell is as it was built last.";

/// What the types are.
#[derive(Debug, Default)]
pub(super) struct Types {
    /// What the app was compiled to last.
    compiled: Option<Api>,
}

impl Types {
    /// What the app was compiled to before, if its build folder still knows.
    pub(super) fn of_last_build(project: &Project) -> Self {
        Self { compiled: last_api(project) }
    }

    /// Notes what the app was compiled to. The build has written it, unless it found nothing to do while a preview was being written.
    pub(super) fn compiled(&mut self, project: &Project, api: Api) {
        self.compiled = Some(api);
        // What cannot be written, the build has said.
        let _ = self.restore(project);
    }

    /// Writes what source tells, if that is something else than what is there; returns whether it has.
    pub(super) fn preview(&self, project: &Project) -> io::Result<bool> {
        let Some(compiled) = &self.compiled else { return Ok(false) };
        let read = preview::api(&project.app_dir, &project.library, compiled).api;
        // What has no TypeScript, the build says.
        let Ok(text) = typescript(&read) else { return Ok(false) };
        if unmarked(&there(project)) == text {
            return Ok(false);
        }
        write(&project.types, &marked(&text)).map(|()| true)
    }

    /// Writes what the app was compiled to last, in place of a preview.
    pub(super) fn restore(&self, project: &Project) -> io::Result<()> {
        let Some(Ok(text)) = self.compiled.as_ref().map(typescript) else { return Ok(()) };
        if there(project).contains(MARK) { write(&project.types, &text) } else { Ok(()) }
    }
}

/// The newest of what the builds of this app have left behind.
fn last_api(project: &Project) -> Option<Api> {
    let server = project.server.as_ref()?;
    let builds = fs::read_dir(project.target.join("debug/build")).ok()?.flatten();
    let is_ours = |name: &str| name.rsplit_once('-').is_some_and(|(package, _)| package == server.name);
    let files = builds.filter(|entry| is_ours(&entry.file_name().to_string_lossy()));
    let mut files: Vec<PathBuf> = files.map(|entry| entry.path().join("out").join(API_FILE)).collect();
    files.sort_by_key(|file| file.metadata().and_then(|metadata| metadata.modified()).ok());
    let apis = files.iter().rev().filter_map(|file| serde_json::from_str::<Api>(&fs::read_to_string(file).ok()?).ok());
    let mut of_app = apis.filter(|api| Path::new(&api.manifest_dir) == project.app_dir);
    of_app.next()
}

/// The text that is there, with the line ends that are ours.
fn there(project: &Project) -> String {
    fs::read_to_string(&project.types).unwrap_or_default().replace("\r\n", "\n")
}

fn marked(text: &str) -> String {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    format!("{first}\n{MARK}\n{rest}")
}

fn unmarked(text: &str) -> String {
    text.replacen(&format!("{MARK}\n"), "", 1)
}

/// Whole or not at all, since Vite may read it at any time; and as young as it is, so that the next build looks at it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.preview"));
    fs::write(&draft, text)?;
    fs::rename(&draft, path)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_mark_is_below_the_first_line_and_can_be_taken_away() {
        let text = "// Generated.\n\nexport interface A {}\n";
        let marked = super::marked(text);
        assert!(marked.starts_with("// Generated.\n// A preview"), "{marked}");
        assert_eq!(super::unmarked(&marked), text);
        assert_eq!(super::unmarked(text), text);
    }
}
