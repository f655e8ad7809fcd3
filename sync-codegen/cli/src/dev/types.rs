//! The front end's types while an app is being built: a preview first, then the truth; and the last truth where the build fails.

use std::fs;
use std::io;
use std::path::Path;

use sync_codegen::emit::typescript;
use sync_schema::Api;

use crate::preview;
use crate::project::Project;

/// What is put below the first line of a preview.
const MARK: &str =
    "// A preview, read from source while the app is being built. What source alone does not tell is as it was built last.";

/// What the types are.
#[derive(Debug, Default)]
pub(super) struct Types {
    /// What the app was compiled to last.
    compiled: Option<Api>,
    /// A preview is on the disk.
    is_preview: bool,
}

impl Types {
    /// Notes what the app was compiled to; the build has written it.
    pub(super) fn compiled(&mut self, api: Option<Api>) {
        self.compiled = api.or(self.compiled.take());
        self.is_preview = false;
    }

    /// Writes what source tells, if that is something else than what is there; returns whether it has.
    pub(super) fn preview(&mut self, project: &Project) -> io::Result<bool> {
        let Some(compiled) = &self.compiled else { return Ok(false) };
        let read = preview::api(&project.app_dir, &project.library, compiled).api;
        // What cannot be written, the build says.
        let Ok(text) = typescript(&read) else { return Ok(false) };
        let there = fs::read_to_string(&project.types).unwrap_or_default();
        if unmarked(&there) == text {
            return Ok(false);
        }
        write(&project.types, &marked(&text))?;
        self.is_preview = true;
        Ok(true)
    }

    /// Writes what the app was compiled to last, in place of a preview of what does not compile.
    pub(super) fn restore(&mut self, project: &Project) -> io::Result<()> {
        if !std::mem::take(&mut self.is_preview) {
            return Ok(());
        }
        let text = self.compiled.as_ref().and_then(|compiled| typescript(compiled).ok());
        text.map_or(Ok(()), |text| write(&project.types, &text))
    }
}

fn marked(text: &str) -> String {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    format!("{first}\n{MARK}\n{rest}")
}

fn unmarked(text: &str) -> String {
    text.replacen(&format!("{MARK}\n"), "", 1)
}

/// Whole or not at all: Vite may read it at any time.
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
