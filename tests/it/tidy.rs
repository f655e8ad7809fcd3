//! The house keeps its plan: what may use what, and what may be named where.
//!
//! The plan is data, here and in the comments beside the dependencies in `Cargo.toml`; `tidy/rules.rs` holds it, `tidy/source.rs` reads
//! the sources, and `tidy/planted.rs` proves that each rule finds what is planted.

mod planted;
mod rules;
mod source;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use rules::{Layers, Room, Wrong};
use workspace::Workspace;

use crate::outside::ALL_FEATURES;

/// The runtime, from the lowest layer up.
const RUNTIME: Layers<'_> = Layers {
    below: &[],
    layers: &[
        &["clock"],
        &["config", "contain", "error", "id", "schema", "tables"],
        &["metrics"],
        &["limits", "storage", "wire"],
        &["route"],
        &["api", "i18n", "idempotency", "log", "session", "states"],
        &["replication", "rooms"],
        &["cluster"],
        &["dispatch"],
        &["transport"],
        &["server"],
        &["testing"],
    ],
    siblings: false,
    // The attributes `crate::wire` and `crate::session` have the names of modules.
    tests: &[("schema", "session"), ("schema", "wire")],
};

/// The verbs of the dispatcher stand beside each other, above the lanes that they ask; a lane knows no dispatcher.
const DISPATCH: Layers<'_> = Layers {
    below: &["dispatch"],
    layers: &[
        &[
            "asking",
            "authorize",
            "caller",
            "chunks",
            "clients",
            "commits",
            "contracts",
            "gate",
            "hooks",
            "news",
            "parts",
            "presence",
            "readers",
            "scopes",
            "states",
            "topics",
            "turn",
        ],
        &["access", "server_stage", "streams", "view", "watch"],
        &["attendance", "leaving"],
        &["lanes"],
        &[
            "answering",
            "dispatcher",
            "following",
            "handover",
            "identify",
            "life",
            "limit",
            "listening",
            "nodes",
            "pausing",
            "pipeline",
            "poking",
            "publish",
            "pulling",
            "pushing",
            "registering",
            "remote",
            "restore",
            "room_state",
        ],
        &["tests"],
    ],
    siblings: true,
    tests: &[],
};

/// No lane knows another one.
const LANES: Layers<'_> = Layers {
    below: &["dispatch", "lanes"],
    layers: &[&["lane"], &["event", "mutation", "request", "state"]],
    siblings: false,
    tests: &[],
};

/// The doors stand above the pipes, and what the server sees of both above them.
const TRANSPORT: Layers<'_> = Layers {
    below: &["transport"],
    layers: &[&["channel", "pipes"], &["doors"], &["open_doors"], &["handover", "inner_doors"]],
    siblings: false,
    tests: &[],
};

/// The generator: what reads, what judges, what writes text; and above all of it the disk that is written to.
const GENERATOR: Layers<'_> = Layers {
    below: &[],
    layers: &[
        &["diagnostic", "manifest"],
        &["lane"],
        &["scan"],
        &["model", "problems", "released"],
        &["check", "emit"],
        &["generate"],
        &["cargo", "listing", "output"],
        &["preview", "watch"],
        &["ledger"],
        &["build", "export"],
    ],
    siblings: false,
    tests: &[],
};

/// The command line: what it is about, what it makes, and the commands.
const COMMAND_LINE: Layers<'_> = Layers {
    below: &[],
    layers: &[
        &["failure", "lines"],
        &["cargo", "options", "project", "route", "terminal"],
        &["scaffold"],
        &["dev"],
        &["commands"],
    ],
    siblings: true,
    tests: &[],
};

/// Which packages of the workspace each of them is built with. What tests and measures may use everything.
const PACKAGES: &[(&str, &[&str])] = &[
    ("sync-schema", &[]),
    ("sync-typescript", &["sync-schema"]),
    ("sync-syntax", &["sync-schema"]),
    ("sync-expand", &["sync-schema", "sync-syntax"]),
    ("sync-codegen", &["sync-expand", "sync-schema", "sync-syntax", "sync-typescript"]),
    ("cargo-sync", &["sync-codegen", "sync-expand", "sync-schema", "sync-syntax"]),
    ("sync-macros", &["sync-expand"]),
    ("sync-runtime", &["sync-macros", "sync-schema", "sync-typescript"]),
    ("app", &["sync-codegen", "sync-runtime"]),
    ("app-server", &["app", "sync-codegen"]),
];

/// The packages that are held to the style of the house; an app is its user's.
const HOUSE: [&str; 8] = [
    "cargo-sync",
    "sync-schema",
    "sync-typescript",
    "sync-syntax",
    "sync-expand",
    "sync-codegen",
    "sync-macros",
    "sync-runtime",
];

/// What may be named where: the name, the folder for which this holds, and the rooms in it. Crates have theirs in `Cargo.toml`.
const ROOMS: &[(&str, &str, &[&str])] = &[
    ("sync_macros", "sync-runtime/src", &[]),
    // Only with its feature `ts-rs`, for the TypeScript of one type.
    ("sync_typescript", "sync-runtime/src", &["sync-runtime/src/schema/ts.rs"]),
    // Time is asked for in one place, which a test owns.
    ("tokio::time", "sync-runtime/src", &["sync-runtime/src/clock.rs"]),
    ("std::time::Instant", "sync-runtime/src", &["sync-runtime/src/clock.rs"]),
    ("std::time::SystemTime", "sync-runtime/src", &["sync-runtime/src/clock.rs"]),
    ("std::thread::sleep", "sync-runtime/src", &[]),
    ("tokio::net", "sync-runtime/src", &["sync-runtime/src/transport", "sync-runtime/src/testing/line/wired.rs"]),
    ("std::net::TcpListener", "sync-runtime/src", &[]),
    ("std::net::TcpStream", "sync-runtime/src", &[]),
    // Model in, text out.
    ("std::fs", "sync-codegen/src/check", &[]),
    ("std::fs", "sync-codegen/src/emit", &[]),
    ("std::fs", "sync-codegen/src/model", &[]),
    // The one wait of the generator is for the clock of a file system, which tells nobody that it has ticked.
    ("std::thread::sleep", "sync-codegen/src", &["sync-codegen/src/watch.rs"]),
    // No test waits by sleeping: an answer, a frame, a count that is watched says that it is so. Handlers of the test app take their time,
    // and a Redis that stands still says nothing for a while.
    ("std::thread::sleep", "tests", &["tests/app/src/order"]),
    ("tokio::time::interval", "tests", &[]),
    ("tokio::time::sleep", "tests", &["tests/app/src/order", "tests/it/cluster.rs", "tests/it/killed_nodes.rs"]),
    // Nor by asking again and again; strain counts the turns that somebody else has.
    ("tokio::task::yield_now", "tests", &["tests/app/src", "tests/it/strain.rs"]),
];

/// What is wrong today and about to be put right: file, what is said of it, and why it is still there.
const KNOWN: &[(&str, &str, &str)] = &[];

static WORKSPACE: LazyLock<Workspace> = LazyLock::new(Workspace::read);

#[test]
fn the_house_keeps_its_plan() {
    let wrong = [layers(), packages(), rooms(), uses(), dependencies()].concat();
    let wrong: BTreeSet<Wrong> = rules::but_known(wrong, KNOWN).into_iter().collect();
    let lines: Vec<_> = wrong.iter().map(Wrong::to_string).collect();
    assert!(wrong.is_empty(), "\n{}", lines.join("\n"));
}

fn layers() -> Vec<Wrong> {
    let plans = [
        ("sync-runtime", RUNTIME),
        ("sync-runtime", DISPATCH),
        ("sync-runtime", LANES),
        ("sync-runtime", TRANSPORT),
        ("sync-codegen", GENERATOR),
        ("cargo-sync", COMMAND_LINE),
    ];
    let held = plans
        .map(|(package, plan)| rules::layers(WORKSPACE.library(package), &plan, &WORKSPACE.package(package).crates()));
    held.concat()
}

fn packages() -> Vec<Wrong> {
    let planned = PACKAGES.iter().map(|(package, _)| *package);
    let is_held =
        |package: &&String| planned.clone().any(|planned| planned == package.as_str()) || package.starts_with("sync-");
    let tries = ["sync-tests", "sync-benches"];
    let packages = WORKSPACE.packages.keys().filter(is_held).filter(|package| !tries.contains(&package.as_str()));
    let depends: BTreeMap<_, _> =
        packages.map(|package| (package.clone(), WORKSPACE.package(package).depends_on.clone())).collect();
    rules::packages(&depends, PACKAGES)
}

fn rooms() -> Vec<Wrong> {
    let mut rooms = WORKSPACE.rooms();
    assert!(rooms.len() > 10, "the comments in Cargo.toml say less than they did");
    rooms.extend(ROOMS.iter().map(|(name, of, only_in)| Room {
        name: (*name).to_owned(),
        of: (*of).to_owned(),
        only_in: only_in.iter().map(|room| (*room).to_owned()).collect(),
    }));
    let crates = WORKSPACE.packages.values().flat_map(workspace::Package::crates).collect();
    let targets: Vec<_> =
        WORKSPACE.packages.values().flat_map(|package| &package.built).map(|built| &built.target).collect();
    rooms.iter().flat_map(|room| rules::room(&targets, room, &crates)).collect()
}

fn uses() -> Vec<Wrong> {
    let groups = HOUSE.iter().flat_map(|package| &WORKSPACE.package(package).groups);
    groups.map(|group| Wrong::new(&group.file, group.line, "names several modules in one `use`".to_owned())).collect()
}

fn dependencies() -> Vec<Wrong> {
    // What asks for all that the others ask for names none of it.
    let packages = WORKSPACE.packages.iter().filter(|(name, _)| *name != ALL_FEATURES).map(|(_, package)| package);
    let unused = packages.clone().flat_map(|package| rules::unused(&package.dependencies, &package.built));
    let manifest = Path::new("Cargo.toml");
    let declared: BTreeSet<String> = WORKSPACE.declared();
    let asked_for: BTreeSet<String> = packages.flat_map(workspace::Package::names).collect();
    let idle =
        declared.difference(&asked_for).map(|name| Wrong::new(manifest, 0, format!("no package asks for `{name}`")));
    unused.chain(idle).collect()
}
