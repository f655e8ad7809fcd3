//! What a target may name, judged: each rule takes the plan as data and returns what is wrong, as lines to read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::source::{By, Module, Name, Target};

/// The layers of one folder of modules. A module uses itself and modules of lower layers; its front page, the file of the folder itself,
/// uses all of them.
#[derive(Debug)]
pub struct Layers<'a> {
    /// The folder, as the path of its module; the root of a crate is the empty path.
    pub below: &'a [&'a str],
    /// From the lowest up.
    pub layers: &'a [&'a [&'a str]],
    /// Whether modules of one layer use each other, too: the layers are rooms then, and what stands in them is not put in order.
    pub siblings: bool,
    /// What tests of one module may use although it lies above, or beside.
    pub tests: &'a [(&'a str, &'a str)],
}

/// Something that may be named in some files only.
#[derive(Debug)]
pub struct Room {
    /// A crate, or a path in one, or in this crate as `crate::…`.
    pub name: String,
    /// The folder for which this holds.
    pub of: String,
    /// The files and folders in which it is named.
    pub only_in: Vec<String>,
}

/// The dependencies of one package, by who has them.
#[derive(Debug, Default)]
pub struct Dependencies {
    pub package: String,
    /// What library and programs are built with.
    pub normal: BTreeSet<String>,
    /// What tests, examples and benchmarks are built with besides.
    pub dev: BTreeSet<String>,
    pub build: BTreeSet<String>,
}

/// A target, with what it is.
#[derive(Debug)]
pub struct Built {
    pub kind: Kind,
    pub target: Target,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A library or a program.
    Shipped,
    /// A test, an example, a benchmark.
    Tried,
    /// A build script.
    Build,
}

/// One thing that is wrong; `says` does not change when lines move.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wrong {
    pub file: String,
    pub says: String,
    pub line: usize,
}

impl Wrong {
    pub fn new(file: &Path, line: usize, says: String) -> Self {
        Self { file: file.to_string_lossy().replace('\\', "/"), says, line }
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.says)
    }
}

/// Holds the layers of a folder: nothing is used upwards or sideways, each module has a layer, and each layer's module is there.
pub fn layers(target: &Target, plan: &Layers<'_>, crates: &BTreeSet<String>) -> Vec<Wrong> {
    let below: Name = plan.below.iter().map(|name| (*name).to_owned()).collect();
    let layer_of = |part: &str| plan.layers.iter().position(|layer| layer.contains(&part));
    let folder = if below.is_empty() { "crate".to_owned() } else { format!("crate::{}", below.join("::")) };
    let front_page = target.modules.iter().find(|module| module.path == below).map(|module| &module.file);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for module in target.modules.iter().filter(|module| front_page != Some(&module.file)) {
        let Some(part) = module.path.strip_prefix(below.as_slice()).and_then(<[_]>::first) else { continue };
        let Some(own) = layer_of(part) else {
            wrong.push(Wrong::new(&module.file, 1, format!("`{part}` has no layer in {folder}")));
            continue;
        };
        seen.insert(part.as_str());
        for (used, line, is_test) in used_parts(target, module, &below, crates) {
            let is_lower = layer_of(&used).is_some_and(|used| used < own || used == own && plan.siblings);
            let is_allowed = is_test && plan.tests.contains(&(part, &used));
            if used != *part && !is_lower && !is_allowed {
                wrong.push(Wrong::new(&module.file, line, format!("{part} uses {folder}::{used}")));
            }
        }
    }
    let gone = plan.layers.iter().flat_map(|layer| layer.iter()).filter(|part| !seen.contains(*part));
    wrong.extend(gone.map(|part| Wrong::new(Path::new(&folder), 0, format!("`{part}` has a layer and is gone"))));
    wrong
}

/// Returns the children of a folder that a module uses, and what it uses of the folder's front page itself.
fn used_parts(
    target: &Target,
    module: &Module,
    below: &[String],
    crates: &BTreeSet<String>,
) -> BTreeSet<(String, usize, bool)> {
    let mut used = BTreeMap::new();
    for named in module.named.iter().filter(|named| named.by != By::Example) {
        let Some(meaning) = target.meaning(module, &named.name, crates) else { continue };
        // Where it is written, and where it comes from: a re-export must not hide a way up.
        for name in [target.origin(&meaning, crates), meaning] {
            let inside = name.strip_prefix(&["crate".to_owned()]).and_then(|name| name.strip_prefix(below));
            let Some(part) = inside.and_then(<[_]>::first).filter(|part| *part != "*") else { continue };
            let is_module = target.has_module(&[below, std::slice::from_ref(part)].concat());
            // What a front page re-exports is known by where it comes from.
            if is_module || target.origin(&name, crates) == name {
                let is_test = used.entry(part.clone()).or_insert((named.line, true));
                is_test.1 &= named.is_test;
            }
        }
    }
    used.into_iter().map(|(part, (line, is_test))| (part, line, is_test)).collect()
}

/// Holds that `room.name` is named in its rooms only, and in each of them. A public re-export of a crate's root gives a name away, and is none of its uses.
pub fn room(targets: &[&Target], room: &Room, crates: &BTreeSet<String>) -> Vec<Wrong> {
    let wanted: Name = room.name.split("::").map(str::to_owned).collect();
    let mut wrong = Vec::new();
    let mut entered = BTreeSet::new();
    for (target, module) in targets.iter().flat_map(|target| target.modules.iter().map(move |module| (target, module)))
    {
        if !is_in(&module.file, &room.of) {
            continue;
        }
        let is_front_page = target.modules.first().is_some_and(|root| root.file == module.file);
        let is_named = module.named.iter().find(|named| {
            let is_given_away = is_front_page && named.by == By::PublicUse;
            named.by != By::Example && !is_given_away && leads_to(target, module, &named.name, &wanted, room, crates)
        });
        let Some(named) = is_named else { continue };
        match room.only_in.iter().find(|room| is_in(&module.file, room)) {
            Some(room) => drop(entered.insert(room.clone())),
            None => {
                let rooms = if room.only_in.is_empty() { "nowhere".to_owned() } else { room.only_in.join(", ") };
                let says = format!("names {}, which may be named in {rooms}", room.name);
                wrong.push(Wrong::new(&module.file, named.line, says));
            }
        }
    }
    let empty = room.only_in.iter().filter(|room| !entered.contains(*room));
    wrong.extend(
        empty.map(|empty| Wrong::new(Path::new(empty), 0, format!("is a room of {} and does not name it", room.name))),
    );
    wrong
}

/// Returns whether a name is the wanted one, also by way of a re-export; what a room of it re-exports, it gives.
fn leads_to(
    target: &Target,
    module: &Module,
    name: &[String],
    wanted: &[String],
    room: &Room,
    crates: &BTreeSet<String>,
) -> bool {
    let Some(mut name) = target.meaning(module, name, crates) else { return false };
    for _ in 0..16 {
        if brings(&name, wanted) {
            return true;
        }
        match target.one_step(&name, crates) {
            Some((further, by)) if !room.only_in.iter().any(|room| is_in(&by.file, room)) => name = further,
            _ => return false,
        }
    }
    false
}

/// Returns whether a file is this one, or in this folder, or its front page.
fn is_in(file: &Path, room: &str) -> bool {
    file.starts_with(room) || file.with_extension("") == Path::new(room)
}

/// Returns whether a name is the wanted one, or in it, or a glob that brings it in.
fn brings(name: &[String], wanted: &[String]) -> bool {
    match name.split_last() {
        Some((last, before)) if last == "*" => before.starts_with(wanted) || wanted.starts_with(before),
        _ => name.starts_with(wanted),
    }
}

/// Holds that each dependency is named where it is declared for: a library's in what is shipped, a test's in tests and examples.
pub fn unused(dependencies: &Dependencies, built: &[Built]) -> Vec<Wrong> {
    let crates =
        [&dependencies.normal, &dependencies.dev, &dependencies.build].into_iter().flatten().cloned().collect();
    let (mut normal, mut dev, mut build) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for Built { kind, target } in built {
        for module in &target.modules {
            for named in &module.named {
                // What is imported is named by the import; a first segment that means a crate is that crate.
                let Some(meaning) = target.meaning(module, &named.name, &crates) else { continue };
                let is_tried = *kind == Kind::Tried || named.is_test || named.by == By::Example;
                let names = match kind {
                    Kind::Build => &mut build,
                    _ if is_tried => &mut dev,
                    _ => &mut normal,
                };
                names.insert(meaning[0].clone());
            }
        }
    }
    let package = Path::new(&dependencies.package);
    let kinds = [
        (&dependencies.normal, &normal, "dependency"),
        (&dependencies.dev, &dev, "dev-dependency"),
        (&dependencies.build, &build, "build-dependency"),
    ];
    let unused = kinds.into_iter().flat_map(|(declared, named, kind)| {
        let unused = declared.iter().filter(|name| !named.contains(*name));
        unused.map(move |name| Wrong::new(package, 0, format!("the {kind} `{name}` is not named")))
    });
    unused.collect()
}

/// Holds that packages of this workspace depend on each other as the plan says, and on nothing else of it.
pub fn packages(depends: &BTreeMap<String, BTreeSet<String>>, plan: &[(&str, &[&str])]) -> Vec<Wrong> {
    let planned: BTreeMap<_, BTreeSet<_>> =
        plan.iter().map(|(package, on)| (*package, on.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    for (package, on) in depends {
        let allowed = planned.get(package.as_str()).cloned().unwrap_or_default();
        let on: BTreeSet<&str> = on.iter().map(String::as_str).collect();
        let more = on.difference(&allowed).map(|on| format!("depends on {on}"));
        let fewer = allowed.difference(&on).map(|on| format!("is planned to depend on {on} and does not"));
        wrong.extend(more.chain(fewer).map(|says| Wrong::new(Path::new(package), 0, says)));
    }
    let gone = planned.keys().filter(|package| !depends.contains_key(**package));
    wrong.extend(gone.map(|package| Wrong::new(Path::new(package), 0, "is in the plan and gone".to_owned())));
    wrong
}

/// Takes out what is known to be wrong, by file or folder; what is known and not wrong any more is wrong.
pub fn but_known(wrong: Vec<Wrong>, known: &[(&str, &str, &str)]) -> Vec<Wrong> {
    let is_known = |wrong: &Wrong, (room, says, _): &(&str, &str, &str)| {
        is_in(Path::new(&wrong.file), room) && wrong.says == *says
    };
    let over = known.iter().filter(|known| !wrong.iter().any(|wrong| is_known(wrong, known)));
    let over = over.map(|(file, says, _)| {
        Wrong::new(Path::new(file), 0, format!("is not wrong any more: take out of KNOWN: {says}"))
    });
    let left = wrong.iter().filter(|wrong| !known.iter().any(|known| is_known(wrong, known))).cloned();
    left.chain(over).collect()
}
