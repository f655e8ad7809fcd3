//! What is in the files that are watched: one that is saved as it was is no news.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::watch::{files_in, matters};

/// The contents of files, as numbers.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<PathBuf, u64>);

impl Known {
    /// Notes what is in all of `files` now.
    pub(super) fn note<'f>(&mut self, files: impl IntoIterator<Item = &'f PathBuf>) {
        for file in files {
            match content(file) {
                Some(content) => drop(self.0.insert(file.clone(), content)),
                None => drop(self.0.remove(file)),
            }
        }
    }

    /// Returns the files at `paths`, and in those of them that are folders, or were, in which something else is than was noted; and notes that.
    pub(super) fn news(&mut self, paths: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
        let of_folder = |path: &PathBuf| {
            let gone = self.0.keys().filter(|known| known.starts_with(path)).cloned().collect::<Vec<_>>();
            let there = if path.is_dir() { files_in(path) } else { Vec::new() };
            gone.into_iter().chain(there).chain([path.clone()])
        };
        let files: BTreeSet<_> = paths.iter().flat_map(of_folder).collect();
        let is_news = |file: &PathBuf| matters(file) && self.0.get(file).copied() != content(file);
        let news: BTreeSet<_> = files.into_iter().filter(is_news).collect();
        self.note(&news);
        news
    }
}

/// `None` for a file that is not there.
fn content(file: &Path) -> Option<u64> {
    let bytes = std::fs::read(file).ok()?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::Known;

    #[test]
    fn a_file_that_is_saved_as_it_was_is_no_news() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("a.rs");
        let files = BTreeSet::from([file.clone()]);
        let mut known = Known::default();
        let mut check = |is_news: bool| assert_eq!(!known.news(&files).is_empty(), is_news);
        check(false);
        fs::write(&file, "one")?;
        check(true);
        fs::write(&file, "one")?;
        check(false);
        fs::write(&file, "two")?;
        check(true);
        fs::remove_file(&file)?;
        check(true);
        check(false);
        Ok(())
    }

    #[test]
    fn a_folder_that_moves_is_news_of_all_that_is_in_it() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (from, to) = (folder.path().join("chess"), folder.path().join("game"));
        fs::create_dir_all(from.join("_sync"))?;
        fs::write(from.join("_sync/a_server_v1.rs"), "one")?;
        fs::write(from.join("notes.txt"), "no source")?;
        let mut known = Known::default();
        assert_eq!(known.news(&BTreeSet::from([from.clone()])), BTreeSet::from([from.join("_sync/a_server_v1.rs")]));
        fs::rename(&from, &to)?;
        let news = known.news(&BTreeSet::from([from.clone(), to.clone()]));
        assert_eq!(news, BTreeSet::from([from.join("_sync/a_server_v1.rs"), to.join("_sync/a_server_v1.rs")]));
        Ok(())
    }
}
