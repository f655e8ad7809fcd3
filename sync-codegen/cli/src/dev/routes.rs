//! The files of routes while they come and go: what is new and empty is filled, and what two files share moves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sync_codegen::{Placed, place};

use crate::failure::Failure;
use crate::project::Project;
use crate::route::{RouteWords, WordKind};
use crate::scaffold::pairing;
use crate::scaffold::place::{self as files, Change, Changes, RouteFiles};
use crate::terminal::Terminal;

/// How long a file has to be gone before it counts as removed: editors and version control take some away and bring them back.
const GONE: Duration = Duration::from_millis(1500);

/// What it knows of the files of an app.
pub(super) struct RouteKeeper<'p> {
    project: &'p Project,
    /// The last text of each file of a route: of one that goes, the disk knows nothing any more.
    texts: BTreeMap<PathBuf, String>,
    /// A file that is not there, its text, and since when.
    gone: Option<(PathBuf, String, Instant)>,
    given_back: Option<GivenBack>,
}

/// A client file that got back what its server file took away with it.
struct GivenBack {
    server: PathBuf,
    client: PathBuf,
    before: String,
    after: String,
}

impl<'p> RouteKeeper<'p> {
    /// Reads all files of routes.
    pub(super) fn new(project: &'p Project) -> Self {
        let listing = sync_codegen::list(&project.app_dir);
        let paths = listing.modules.keys().map(|path| project.app_dir.join(path));
        let texts = paths.filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?))).collect();
        Self { project, texts, gone: None, given_back: None }
    }

    /// Returns how long nothing has to happen until a file counts as removed; `None` if all are there.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.gone.as_ref().map(|(_, _, since)| GONE.saturating_sub(since.elapsed()))
    }

    /// Looks at files that have changed, and changes what follows from that; returns the files that it has written.
    pub(super) fn changed(&mut self, changed: &BTreeSet<PathBuf>, terminal: &mut Terminal) -> BTreeSet<PathBuf> {
        // Many that go at once, or that go while others come, are somebody's version control: it knows what it does.
        let is_by_hand = changed.len() == 1;
        self.gone = None;
        let mut written = BTreeSet::new();
        for file in changed {
            let text = fs::read_to_string(file);
            let before = match &text {
                Ok(text) => self.texts.insert(file.clone(), text.clone()),
                Err(_) => self.texts.remove(file),
            };
            let changes = match (text, before) {
                (Ok(text), before) if text.trim().is_empty() => self.filled(file, before.as_deref()),
                (Ok(_), _) => self.taken_back(file),
                (Err(_), Some(before)) if is_by_hand => {
                    self.gone = Some((file.clone(), before, Instant::now()));
                    Ok(Changes::new())
                }
                (Err(_), _) => Ok(Changes::new()),
            };
            written.extend(self.carry_out(changes, terminal));
        }
        written
    }

    /// Takes what was gone for long enough for removed; returns the files that it has written.
    pub(super) fn settle(&mut self, terminal: &mut Terminal) -> BTreeSet<PathBuf> {
        match self.gone.take() {
            Some((file, text, _)) if !file.exists() => {
                let changes = self.given_back(&file, &text);
                self.carry_out(changes, terminal)
            }
            _ => BTreeSet::new(),
        }
    }

    fn carry_out(&mut self, changes: Result<Changes, Failure>, terminal: &mut Terminal) -> BTreeSet<PathBuf> {
        let carried_out = changes.and_then(|changes| {
            if !changes.is_empty() {
                files::carry_out(self.project, &changes, terminal)?;
            }
            Ok(changes.into_iter().map(|(file, _)| self.project.app_dir.join(file)).collect::<BTreeSet<_>>())
        });
        let written = carried_out.unwrap_or_else(|failure| {
            terminal.failure(&failure);
            BTreeSet::new()
        });
        for file in &written {
            self.texts.insert(file.clone(), fs::read_to_string(file).unwrap_or_default());
        }
        written
    }

    fn placed(&self, file: &Path) -> Option<Placed> {
        let is_ours = file.starts_with(&self.project.app_dir);
        is_ours.then(|| place(&self.project.shown(file))).flatten()
    }

    /// What an empty file gets that had no text before: one that was emptied is as its user wants it.
    fn filled(&self, file: &Path, before: Option<&str>) -> Result<Changes, Failure> {
        if before.is_some_and(|before| !before.trim().is_empty()) {
            return Ok(Changes::new());
        }
        match self.placed(file) {
            Some(Placed::Room { folder }) => {
                let route = RouteWords { kind: WordKind::Room, page: page(&folder), name: String::new() };
                files::room(self.project, &route)
            }
            Some(Placed::Handler { lane, form, folder, name, version }) => {
                let route = RouteWords { kind: WordKind::Route(lane), page: page(&folder), name };
                RouteFiles::new(self.project, lane, &route, version).add(&[form])
            }
            // What is misnamed is told with all other mistakes.
            Some(Placed::Misnamed(_)) | None => Ok(Changes::new()),
        }
    }

    /// A server file was removed: the client file beside it gets back what is the route's.
    fn given_back(&mut self, file: &Path, text: &str) -> Result<Changes, Failure> {
        let Some(Placed::Handler { lane, form, folder, name, version }) = self.placed(file) else {
            return Ok(Changes::new());
        };
        let route = RouteWords { kind: WordKind::Route(lane), page: page(&folder), name };
        let files = RouteFiles::new(self.project, lane, &route, version);
        let there = files.there();
        let (Some("server"), [client]) = (form.side, there.as_slice()) else { return Ok(Changes::new()) };
        let path = files.path(client);
        let client = self.project.app_dir.join(&path);
        let before = fs::read_to_string(&client).map_err(Failure::file("read", &client))?;
        let after = pairing::server_goes(text, &before)?;
        self.given_back = Some(GivenBack { server: file.to_owned(), client, before, after: after.clone() });
        Ok(vec![(path, Change::Rewrite(after))])
    }

    /// A server file that was removed is there again, with its text: the client file is as it was, if nobody has changed it.
    fn taken_back(&mut self, file: &Path) -> Result<Changes, Failure> {
        let Some(GivenBack { client, before, after, .. }) = self.given_back.take_if(|given| given.server == file)
        else {
            return Ok(Changes::new());
        };
        if fs::read_to_string(&client).is_ok_and(|text| text == after) {
            return Ok(vec![(self.project.shown(&client), Change::Rewrite(before))]);
        }
        Ok(Changes::new())
    }
}

/// The page of a folder below `src/`.
fn page(folder: &str) -> String {
    if folder.is_empty() { "root".to_owned() } else { folder.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::PathBuf;

    use super::RouteKeeper;
    use crate::project::Project;
    use crate::terminal::Terminal;

    const SERVER: &str = "src/chess/_sync/move_server_v1.rs";
    const CLIENT: &str = "src/chess/_sync/move_client_v1.rs";

    /// An app whose files come and go; each step says which file, and its text if it is there.
    struct Stage {
        folder: tempfile::TempDir,
        project: Project,
    }

    impl Stage {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            fs::create_dir_all(folder.path().join("src/chess/_sync")).expect("a folder");
            let project = Project::at(folder.path());
            Self { folder, project }
        }

        fn path(&self, file: &str) -> PathBuf {
            self.folder.path().join(file)
        }

        fn read(&self, file: &str) -> String {
            fs::read_to_string(self.path(file)).unwrap_or_default()
        }

        fn save(&self, keeper: &mut RouteKeeper<'_>, files: &[(&str, Option<&str>)]) {
            for (file, text) in files {
                match text {
                    Some(text) => fs::write(self.path(file), text).expect("a file"),
                    None => fs::remove_file(self.path(file)).expect("a file"),
                }
            }
            let changed: BTreeSet<_> = files.iter().map(|(file, _)| self.path(file)).collect();
            keeper.changed(&changed, &mut Terminal::to(std::io::sink(), std::io::sink()));
        }

        fn settle(&self, keeper: &mut RouteKeeper<'_>) {
            keeper.settle(&mut Terminal::to(std::io::sink(), std::io::sink()));
        }
    }

    #[test]
    fn new_files_are_filled_as_a_pair_in_whatever_order_they_come() {
        let stage = Stage::new();
        let mut keeper = RouteKeeper::new(&stage.project);
        stage.save(&mut keeper, &[(SERVER, Some("")), (CLIENT, Some(""))]);
        assert!(stage.read(SERVER).contains("pub struct ClientInput"), "{}", stage.read(SERVER));
        assert!(
            stage.read(CLIENT).contains("use super::server::{ClientInput, ServerOutput};"),
            "{}",
            stage.read(CLIENT)
        );
    }

    #[test]
    fn a_file_that_was_emptied_stays_empty() {
        let stage = Stage::new();
        let mut keeper = RouteKeeper::new(&stage.project);
        stage.save(&mut keeper, &[(SERVER, Some("// mine"))]);
        stage.save(&mut keeper, &[(SERVER, Some(""))]);
        assert_eq!(stage.read(SERVER), "");
    }

    #[test]
    fn a_server_file_that_goes_gives_back_and_one_that_returns_takes_again() {
        let stage = Stage::new();
        let mut keeper = RouteKeeper::new(&stage.project);
        stage.save(&mut keeper, &[(CLIENT, Some(""))]);
        stage.save(&mut keeper, &[(SERVER, Some(""))]);
        let (server, client) = (stage.read(SERVER), stage.read(CLIENT));
        stage.save(&mut keeper, &[(SERVER, None)]);
        assert_eq!(stage.read(CLIENT), client, "it may come back at once");
        stage.settle(&mut keeper);
        assert!(stage.read(CLIENT).contains("pub struct ClientInput"), "{}", stage.read(CLIENT));
        stage.save(&mut keeper, &[(SERVER, Some(&server))]);
        assert_eq!(stage.read(CLIENT), client);
    }

    #[test]
    fn what_version_control_takes_away_changes_nothing_else() {
        let stage = Stage::new();
        let mut keeper = RouteKeeper::new(&stage.project);
        stage.save(&mut keeper, &[(CLIENT, Some(""))]);
        stage.save(&mut keeper, &[(SERVER, Some(""))]);
        fs::write(stage.path("src/app.rs"), "// other").expect("a file");
        let client = stage.read(CLIENT);
        stage.save(&mut keeper, &[(SERVER, None), ("src/app.rs", Some("// another"))]);
        stage.settle(&mut keeper);
        assert_eq!(stage.read(CLIENT), client);
    }
}
