//! What is in the files that are watched: one that is saved as it was is no news.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The contents of files, as numbers.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<PathBuf, Option<u64>>);

impl Known {
    /// Notes what is in all of `files` now.
    pub(super) fn note<'f>(&mut self, files: impl IntoIterator<Item = &'f PathBuf>) {
        for file in files {
            self.0.insert(file.clone(), content(file));
        }
    }

    /// Returns those of `files` in which something else is than was noted, and notes that.
    pub(super) fn news(&mut self, files: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
        let is_news = |file: &&PathBuf| self.0.get(*file).is_none_or(|known| *known != content(file));
        let news: BTreeSet<_> = files.iter().filter(is_news).cloned().collect();
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
}
