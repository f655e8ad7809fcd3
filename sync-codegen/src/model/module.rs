//! The module tree: which file is mounted where.

use std::collections::BTreeMap;

use super::names::{module_name, page_name};
use super::successor::successor;
use crate::lane::{LANES, Named};
use crate::scan::{FileName, HandlerName, PageFile, PageFiles, Tree};

/// A module with a body: a page, a lane in it, or a version of a route.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Module {
    /// Its folder, below that of the module around it; `` where the two have the same.
    pub(crate) folder: String,
    /// The files that are its modules, by module name.
    pub(crate) files: BTreeMap<String, FileModule>,
    /// The modules with a body inside it, by module name.
    pub(crate) modules: BTreeMap<String, Module>,
    /// Whether it is a version of a route that the app itself can call, which has a type for that.
    pub(crate) is_published: bool,
    /// Whether it is a version of a route with several files.
    is_version: bool,
    /// What its files have from it: the entities of the page, and the transaction that changes them.
    pub(crate) has_entities: bool,
    pub(crate) has_tx: bool,
    /// Where it is a version of a route, the modules of the older ones beside it, which its files call by their versions.
    pub(crate) older: Vec<String>,
}

/// A module that is a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileModule {
    /// Below the folder of the module around it, with forward slashes.
    pub(crate) path: String,
    /// Mounted for tests only, and for nobody else.
    pub(crate) is_test: bool,
}

/// Where the files of routes and rooms are, and what they share: path of the file to path of the module, `examples::move_v1::server`.
pub(crate) type Mounts = BTreeMap<String, String>;

/// Mounts every Rust file of every page.
pub(crate) fn mount(tree: &Tree) -> (Module, Mounts) {
    let mut root = Module::default();
    let mut mounts = Mounts::new();
    for (folder, page) in &tree.pages {
        if page.files.is_empty() && page.parts().next().is_none() {
            continue;
        }
        let (module, path) = root.page(folder);
        module.add_page(page, &path, &mut mounts);
    }
    (root, mounts)
}

impl Module {
    /// Returns the module of a page and its path, `test::nestedTest`.
    fn page(&mut self, folder: &str) -> (&mut Self, String) {
        if folder.is_empty() {
            // The root page lies in `src/` itself, which is where the module tree is.
            let name = self.place(page_name(folder), "");
            return (self.modules.entry(name.clone()).or_default(), name);
        }
        let mut module = self;
        let mut path = Vec::new();
        for segment in folder.split('/') {
            let name = module.place(segment, segment);
            module = module.modules.entry(name.clone()).or_default();
            path.push(name);
        }
        (module, path.join("::"))
    }

    /// Returns the module of `folder`, called `name` outside; where another folder has its name, a makeshift one.
    fn place(&mut self, name: &str, folder: &str) -> String {
        if let Some((name, _)) = self.modules.iter().find(|(_, module)| module.folder == folder) {
            return name.clone();
        }
        let wanted = module_name(name);
        let name = if self.is_free(&wanted) { wanted } else { self.makeshift_name() };
        self.modules.insert(name.clone(), Self { folder: folder.to_owned(), ..Self::default() });
        name
    }

    fn add_page(&mut self, page: &PageFiles, path: &str, mounts: &mut Mounts) {
        for part in page.parts() {
            let name = self.add_file(part.stem(), part.file_name().to_owned(), false);
            mounts.insert(part.path.clone(), format!("{path}::{name}"));
        }
        for lane in LANES.iter().filter(|lane| lane.has_own_module && page.of_lane(lane).next().is_some()) {
            let name = self.place(lane.folder, lane.folder);
            let path = format!("{path}::{name}");
            if let Some(module) = self.modules.get_mut(&name) {
                let is_of_data = matches!(lane.table.named, Named::Mutation | Named::Replica);
                module.has_entities = is_of_data && page.entity.is_some();
                module.has_tx = lane.table.named == Named::Mutation && page.scope.is_some();
                module.add_files(page, page.of_lane(lane), &path, mounts);
            }
        }
        let in_page = page.files.iter().filter(|file| !file.lane.has_own_module);
        self.add_files(page, in_page, path, mounts);
    }

    /// Mounts files in this module, whose path is `path`.
    fn add_files<'f>(
        &mut self,
        page: &PageFiles,
        files: impl Iterator<Item = &'f PageFile>,
        path: &str,
        mounts: &mut Mounts,
    ) {
        let mut rest = Vec::new();
        for file in files {
            let stem = file.source.stem();
            match &file.name {
                FileName::Handler(handler) => {
                    let module = self.add_handler(page, handler, file);
                    mounts.insert(file.source.path.clone(), format!("{path}::{module}"));
                }
                FileName::Shared => {
                    let module = self.add_file(stem, path_of(file), false);
                    mounts.insert(file.source.path.clone(), format!("{path}::{module}"));
                }
                FileName::Test => drop(self.add_file(stem, path_of(file), true)),
                FileName::Misnamed(misnamed) => rest.push((misnamed.meant.as_ref(), file)),
            }
        }
        self.name_older_versions();
        // Last, so that they take no right file's place.
        for (meant, file) in rest {
            match meant {
                Some(handler) => drop(self.add_handler(page, handler, file)),
                None => drop(self.add_file(MISNAMED, path_of(file), false)),
            }
        }
    }

    /// Has each version of a route know the older ones: `move_v1` is `v1` in `move_v2`.
    fn name_older_versions(&mut self) {
        let parted = |name: &str| {
            let (name, version) = name.rsplit_once("_v")?;
            Some((name.to_owned(), version.parse::<u32>().ok()?))
        };
        let routes = self.modules.iter().filter(|(_, module)| module.is_version);
        let versions: Vec<_> = routes.filter_map(|(name, _)| Some((name.clone(), parted(name)?))).collect();
        for (module, (name, version)) in &versions {
            let is_older = |(_, (other, number)): &&(String, (String, u32))| other == name && number < version;
            let older = versions.iter().filter(is_older).map(|(module, _)| module.clone()).collect();
            if let Some(module) = self.modules.get_mut(module) {
                module.older = older;
            }
        }
    }

    /// Returns the path of the module below this one: `move_v1::server`, or `find_v1` where a route has one file.
    fn add_handler(&mut self, page: &PageFiles, handler: &HandlerName, file: &PageFile) -> String {
        let version = module_name(&format!("{}_v{}", handler.name, handler.version));
        let Some(side) = handler.form.side else {
            let name = if self.is_free(&version) { &version } else { MISNAMED };
            return self.add_file(name, path_of(file), false);
        };
        let is_taken = match self.modules.get(&version) {
            Some(module) => module.folder != file.lane.folder || module.files.contains_key(side),
            None => !self.is_free(&version),
        };
        if is_taken {
            return self.add_file(MISNAMED, path_of(file), false);
        }
        let module = self.modules.entry(version.clone()).or_default();
        module.folder = file.lane.folder.to_owned();
        // A version without handlers is another one's event.
        let is_own = successor(page, handler, file).is_none();
        module.is_version = true;
        module.is_published |= is_own && file.lane.table.named == Named::Event;
        module.files.insert(side.to_owned(), FileModule { path: file.source.file_name().to_owned(), is_test: false });
        format!("{version}::{side}")
    }

    fn add_file(&mut self, name: &str, path: String, is_test: bool) -> String {
        let wanted = module_name(name);
        let name = if name != MISNAMED && self.is_free(&wanted) { wanted } else { self.makeshift_name() };
        self.files.insert(name.clone(), FileModule { path, is_test });
        name
    }

    /// Returns whether there is a module of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.is_free(name)
    }

    fn is_free(&self, name: &str) -> bool {
        !self.files.contains_key(name) && !self.modules.contains_key(name)
    }

    fn makeshift_name(&self) -> String {
        let mut number = 0;
        while !self.is_free(&format!("{MISNAMED}{number}")) {
            number += 1;
        }
        format!("{MISNAMED}{number}")
    }
}

/// Begins the names of modules whose file or folder has a name that cannot be used.
const MISNAMED: &str = "__misnamed_";

/// The path of a file as seen from the module that it is mounted in: that of its lane or of its page.
fn path_of(file: &PageFile) -> String {
    let name = file.source.file_name();
    if file.lane.has_own_module { name.to_owned() } else { format!("{}/{name}", file.lane.folder) }
}
