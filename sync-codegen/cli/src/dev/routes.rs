//! The files of routes while they come and go: what is empty is filled, what is misnamed is told, and what two files share moves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sync_codegen::{Placed, place};

use crate::failure::Failure;
use crate::project::Project;
use crate::route::{RouteWords, WordKind};
use crate::scaffold::pairing;
use crate::scaffold::place::{self as files, Change, Changes, RouteFiles};
use crate::terminal::Terminal;

/// What it knows of the files of an app.
pub(super) struct RouteKeeper<'p> {
    project: &'p Project,
    /// The last text of each file of a route: of one that goes, the disk knows nothing any more.
    texts: BTreeMap<PathBuf, String>,
}

impl<'p> RouteKeeper<'p> {
    /// Reads all files of routes.
    pub(super) fn new(project: &'p Project) -> Self {
        let listing = sync_codegen::list(&project.app_dir);
        let paths = listing.routes.iter().flat_map(|route| &route.files).map(|file| project.app_dir.join(&file.path));
        let texts = paths.filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?))).collect();
        Self { project, texts }
    }

    /// Looks at files that have changed, and changes what follows from that; returns the files that it has written.
    pub(super) fn changed(&mut self, changed: &BTreeSet<PathBuf>, terminal: &mut Terminal) -> BTreeSet<PathBuf> {
        let gone: Vec<_> = changed.iter().filter(|file| !file.exists() && self.texts.contains_key(*file)).collect();
        // Many that go at once, or that go while others come, are somebody's version control: it knows what it does.
        let is_by_hand = gone.len() == 1 && changed.len() == 1;
        let mut written = BTreeSet::new();
        for file in changed {
            let Some(placed) = self.shown(file).and_then(|path| place(&path)) else { continue };
            let done = if file.exists() {
                self.is_there(file, placed)
            } else {
                let text = self.texts.remove(file);
                text.filter(|_| is_by_hand).map_or(Ok(Changes::new()), |text| self.is_gone(&text, placed))
            };
            let carried_out = done.and_then(|changes| {
                if !changes.is_empty() {
                    files::carry_out(self.project, &changes, terminal)?;
                }
                Ok(changes)
            });
            match carried_out {
                Ok(changes) => written.extend(changes.into_iter().map(|(file, _)| self.project.app_dir.join(file))),
                Err(failure) => terminal.failure(&failure),
            }
            if let Ok(text) = fs::read_to_string(file) {
                self.texts.insert(file.clone(), text);
            }
        }
        for file in &written {
            self.texts.insert(file.clone(), fs::read_to_string(file).unwrap_or_default());
        }
        written
    }

    fn shown(&self, file: &Path) -> Option<String> {
        file.starts_with(&self.project.app_dir).then(|| self.project.shown(file))
    }

    fn is_there(&self, file: &Path, placed: Placed) -> Result<Changes, Failure> {
        let is_empty = fs::read_to_string(file).is_ok_and(|text| text.trim().is_empty());
        match placed {
            Placed::Room { folder } if is_empty => {
                let route = RouteWords { kind: WordKind::Room, page: page(&folder), name: String::new() };
                files::room(self.project, &route)
            }
            Placed::Handler { lane, form, folder, name, version } if is_empty => {
                let route = RouteWords { kind: WordKind::Route(lane), page: page(&folder), name };
                RouteFiles::new(self.project, lane, &route, version).add(&[form])
            }
            // What is misnamed is told with all other mistakes.
            Placed::Room { .. } | Placed::Handler { .. } | Placed::Misnamed(_) => Ok(Changes::new()),
        }
    }

    /// A server file was removed: the client file beside it gets back what is the route's.
    fn is_gone(&self, text: &str, placed: Placed) -> Result<Changes, Failure> {
        let Placed::Handler { lane, form, folder, name, version } = placed else { return Ok(Changes::new()) };
        let route = RouteWords { kind: WordKind::Route(lane), page: page(&folder), name };
        let files = RouteFiles::new(self.project, lane, &route, version);
        let there = files.there();
        let (Some("server"), [client]) = (form.side, there.as_slice()) else { return Ok(Changes::new()) };
        let path = files.path(client);
        let on_disk = self.project.app_dir.join(&path);
        let filter = fs::read_to_string(&on_disk).map_err(Failure::file("read", &on_disk))?;
        Ok(vec![(path, Change::Rewrite(pairing::server_goes(text, &filter)?))])
    }
}

/// The page of a folder below `src/`.
fn page(folder: &str) -> String {
    if folder.is_empty() { "root".to_owned() } else { folder.to_owned() }
}
