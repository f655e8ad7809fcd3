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
    /// Files that are not there.
    gone: BTreeMap<PathBuf, Gone>,
    given_back: Option<GivenBack>,
}

/// A file that is not there, of which nobody else has the text.
struct Gone {
    text: String,
    since: Instant,
    /// The client file, if it could not be given back what this had: it is tried again when that is saved.
    awaits: Option<PathBuf>,
}

/// A client file that got back what its server file took away with it.
struct GivenBack {
    server: PathBuf,
    server_text: String,
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
        Self { project, texts, gone: BTreeMap::new(), given_back: None }
    }

    /// Returns how long nothing has to happen until a file counts as removed; `None` if all are there.
    pub(super) fn patience(&self) -> Option<Duration> {
        let waiting = self.gone.values().filter(|gone| gone.awaits.is_none());
        waiting.map(|gone| GONE.saturating_sub(gone.since.elapsed())).min()
    }

    /// Looks at files that have changed, and changes what follows from that; returns the files that it has written.
    pub(super) fn changed(&mut self, changed: &BTreeSet<PathBuf>, terminal: &mut Terminal) -> BTreeSet<PathBuf> {
        // Many that go at once, or that go while others come, are somebody's version control: it knows what it does.
        let is_by_hand = changed.len() == 1;
        if !is_by_hand {
            self.gone.clear();
        }
        self.gone.retain(|file, _| !file.exists());
        let mut written = BTreeSet::new();
        for file in changed {
            let text = fs::read_to_string(file);
            let before = match &text {
                Ok(text) => self.texts.insert(file.clone(), text.clone()),
                Err(_) => self.texts.remove(file),
            };
            let changes = match (text, before) {
                (Ok(text), before) if text.trim().is_empty() => self.filled(file, before.as_deref()),
                (Ok(text), _) => self.taken_back(file, &text),
                // What is no text any more is there all the same.
                (Err(_), Some(text)) if is_by_hand && !file.exists() => {
                    self.gone.insert(file.clone(), Gone { text, since: Instant::now(), awaits: None });
                    Ok(Changes::new())
                }
                (Err(_), _) => Ok(Changes::new()),
            };
            written.extend(self.carry_out(changes, terminal));
            written.extend(self.give_back(|gone| gone.awaits.as_ref() == Some(file), terminal));
        }
        written
    }

    /// Takes what was gone for long enough for removed; returns the files that it has written.
    pub(super) fn settle(&mut self, terminal: &mut Terminal) -> BTreeSet<PathBuf> {
        self.give_back(|gone| gone.awaits.is_none() && gone.since.elapsed() >= GONE, terminal)
    }

    /// Gives client files back what the files among the gone ones had that are `meant`; what cannot be given back is kept.
    fn give_back(&mut self, meant: impl Fn(&Gone) -> bool, terminal: &mut Terminal) -> BTreeSet<PathBuf> {
        let mut written = BTreeSet::new();
        for (file, Gone { text, since, .. }) in self.gone.extract_if(.., |_, gone| meant(gone)).collect::<Vec<_>>() {
            if file.exists() {
                continue;
            }
            match self.given_back(&file, &text) {
                Ok(changes) => written.extend(self.carry_out(Ok(changes), terminal)),
                Err((client, failure)) => {
                    terminal.failure(&failure);
                    terminal
                        .note(format!("what {} had is kept until the client file is saved", self.project.shown(&file)));
                    self.gone.insert(file, Gone { text, since, awaits: Some(client) });
                }
            }
        }
        written
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
    ///
    /// # Errors
    ///
    /// Which client file it is, and why that cannot be done.
    fn given_back(&mut self, file: &Path, text: &str) -> Result<Changes, (PathBuf, Failure)> {
        let Some(Placed::Handler { lane, form, folder, name, version }) = self.placed(file) else {
            return Ok(Changes::new());
        };
        let route = RouteWords { kind: WordKind::Route(lane), page: page(&folder), name };
        let files = RouteFiles::new(self.project, lane, &route, version);
        let there = files.there();
        let (Some("server"), [client]) = (form.side, there.as_slice()) else { return Ok(Changes::new()) };
        let path = files.path(client);
        let client = self.project.app_dir.join(&path);
        let read = fs::read_to_string(&client).map_err(Failure::file("read", &client));
        let changed = read.and_then(|before| Ok((pairing::server_goes(text, &before)?, before)));
        let (after, before) = changed.map_err(|failure| (client.clone(), failure))?;
        let (server, server_text) = (file.to_owned(), text.to_owned());
        self.given_back = Some(GivenBack { server, server_text, client, before, after: after.clone() });
        Ok(vec![(path, Change::Rewrite(after))])
    }

    /// A server file that was removed is there again, with its `text`: the client file is as it was, if nobody has changed it. Another
    /// server file has another input.
    fn taken_back(&mut self, file: &Path, text: &str) -> Result<Changes, Failure> {
        let Some(given) = self.given_back.take_if(|given| given.server == file) else { return Ok(Changes::new()) };
        let GivenBack { server_text, client, before, after, .. } = given;
        if text == server_text && fs::read_to_string(&client).is_ok_and(|text| text == after) {
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
            fs::write(folder.path().join("src/app.rs"), "// the app").expect("a file");
            let project = Project::at(folder.path());
            Self { folder, project }
        }

        /// A client file, and the server file that came beside it.
        fn with_a_pair(&self) -> RouteKeeper<'_> {
            let mut keeper = RouteKeeper::new(&self.project);
            self.save(&mut keeper, &[(CLIENT, Some(""))]);
            self.save(&mut keeper, &[(SERVER, Some(""))]);
            keeper
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
            let long_ago = std::time::Instant::now().checked_sub(super::GONE).expect("a time");
            keeper.gone.values_mut().for_each(|gone| gone.since = long_ago);
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
        let mut keeper = stage.with_a_pair();
        let (server, client) = (stage.read(SERVER), stage.read(CLIENT));
        stage.save(&mut keeper, &[(SERVER, None)]);
        assert_eq!(stage.read(CLIENT), client, "it may come back at once");
        stage.settle(&mut keeper);
        assert!(stage.read(CLIENT).contains("pub struct ClientInput"), "{}", stage.read(CLIENT));
        stage.save(&mut keeper, &[(SERVER, Some(&server))]);
        assert_eq!(stage.read(CLIENT), client);
    }

    #[test]
    fn what_is_saved_meanwhile_does_not_keep_it_from_being_given_back() {
        let stage = Stage::new();
        let mut keeper = stage.with_a_pair();
        stage.save(&mut keeper, &[(SERVER, None)]);
        stage.save(&mut keeper, &[("src/app.rs", Some("// saved by the editor"))]);
        stage.settle(&mut keeper);
        assert!(stage.read(CLIENT).contains("pub struct ClientInput"), "{}", stage.read(CLIENT));
    }

    #[test]
    fn what_cannot_be_given_back_is_kept_until_it_can() {
        let stage = Stage::new();
        let mut keeper = stage.with_a_pair();
        let client = stage.read(CLIENT);
        let broken = client.replace("pub ", "pub pub ");
        stage.save(&mut keeper, &[(CLIENT, Some(&broken))]);
        stage.save(&mut keeper, &[(SERVER, None)]);
        stage.settle(&mut keeper);
        assert_eq!(stage.read(CLIENT), broken);
        assert_eq!(keeper.patience(), None, "there is nothing to wait for but the client file");
        stage.save(&mut keeper, &[("src/app.rs", Some("// another file"))]);
        stage.save(&mut keeper, &[(CLIENT, Some(&client))]);
        assert!(stage.read(CLIENT).contains("pub struct ClientInput"), "{}", stage.read(CLIENT));
    }

    #[test]
    fn another_server_file_in_its_place_leaves_the_client_file_alone() {
        let stage = Stage::new();
        let mut keeper = stage.with_a_pair();
        let server = stage.read(SERVER);
        stage.save(&mut keeper, &[(SERVER, None)]);
        stage.settle(&mut keeper);
        let client = stage.read(CLIENT);
        stage.save(&mut keeper, &[(SERVER, Some(&format!("// Another one.\n{server}")))]);
        assert_eq!(stage.read(CLIENT), client);
    }

    #[test]
    fn what_version_control_takes_away_changes_nothing_else() {
        let stage = Stage::new();
        let mut keeper = stage.with_a_pair();
        fs::write(stage.path("src/app.rs"), "// other").expect("a file");
        let client = stage.read(CLIENT);
        stage.save(&mut keeper, &[(SERVER, None), ("src/app.rs", Some("// another"))]);
        stage.settle(&mut keeper);
        assert_eq!(stage.read(CLIENT), client);
    }
}
