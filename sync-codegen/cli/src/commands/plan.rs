//! `cargo sync plan`: what a build of this app would mean for those who are connected to a running server now.
//!
//! Which versions are called and listened to, and with which contracts pages were built, the server says in its metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use sync_codegen::ledger::Ledger;
use sync_schema::{Api, Breaks, Change, RouteTypes};

use super::release;
use crate::failure::Failure;
use crate::options::Plan;
use crate::project::Project;
use crate::terminal::{BOLD, DONE, FAINT, Terminal, WRONG};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn run(asked: &Plan, project: &Project, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let used = Used::read(&metrics(&asked.url)?);
    let released = release::read(project, terminal)?;
    let api = release::compiled(project, terminal)?;
    let plan = plan(&used, &released, &api);
    if asked.json {
        serde_json::to_writer_pretty(terminal.out(), &plan).map_err(|error| Failure::new(error.to_string()))?;
        writeln!(terminal.out())?;
    } else {
        for_people(&plan, terminal)?;
        if released.pages.is_empty() {
            terminal
                .note("nothing was released: only what is gone is told to break; `cargo sync release` holds the rest");
        }
    }
    let broken = plan.routes.iter().filter(|route| !route.breaks.is_empty()).count();
    terminal.note(match (broken, plan.others.len()) {
        (0, 0) => "nothing that is relied on breaks".to_owned(),
        (0, _) => "every version that is relied on holds, and something else breaks".to_owned(),
        (broken, _) => format!("{broken} of {} versions that are relied on break", plan.routes.len()),
    });
    Ok(if broken == 0 && plan.others.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Asks a server what is relied on.
fn metrics(url: &str) -> Result<String, Failure> {
    let url = format!("{}/metrics", url.trim_end_matches('/'));
    let agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build();
    let asked = ureq::Agent::from(agent).get(&url).call();
    let mut answer = asked.map_err(|error| {
        let help = "name a server that runs, by `http`: `cargo sync plan --url http://127.0.0.1:3000`";
        Failure::with_help(format!("`{url}` cannot be asked: {error}"), help)
    })?;
    match answer.status().as_u16() {
        200 => answer.body_mut().read_to_string().map_err(|error| Failure::new(format!("`{url}`: {error}"))),
        status => {
            let help =
                "metrics are told to programs of the server's own machine, unless `metrics = \"all\"`; ask from there";
            Err(Failure::with_help(format!("`{url}` answers with {status}"), help))
        }
    }
}

/// What is relied on, by the metrics of one server.
#[derive(Debug, Default, PartialEq)]
struct Used {
    /// The versions that somebody relies on, as a contract names them: `event chess/move v1`.
    routes: BTreeMap<String, Usage>,
    /// How many sockets are of each contract.
    contracts: BTreeMap<String, u64>,
}

/// How much one version is relied on.
#[derive(Debug, Default, PartialEq)]
struct Usage {
    /// How many sockets listen to it.
    listeners: u64,
    /// How often it was called since the server has started.
    calls: u64,
}

impl Used {
    fn read(text: &str) -> Self {
        let mut used = Self::default();
        for Sample { name, labels, value } in text.lines().filter_map(Sample::read) {
            let label = |name: &str| labels.get(name).copied();
            match (name, label("route"), label("lane"), label("contract")) {
                ("sync_listeners", Some(route), ..) => used.of("event", route, |usage| usage.listeners += value),
                ("sync_calls_total", Some(route), Some(lane), _) => used.of(lane, route, |usage| usage.calls += value),
                ("sync_contracts", .., Some(contract)) => {
                    *used.contracts.entry(contract.to_owned()).or_default() += value;
                }
                _ => {}
            }
        }
        used.routes.retain(|_, usage| *usage != Usage::default());
        used.contracts.retain(|_, count| *count > 0);
        used
    }

    /// Counts for a route that a metric calls `chess/move/v1`; calls of what is no route are of one `unknown`.
    fn of(&mut self, lane: &str, route: &str, count: impl FnOnce(&mut Usage)) {
        if let Some((path, version)) = route.rsplit_once('/') {
            count(self.routes.entry(format!("{lane} {path} {version}")).or_default());
        }
    }
}

/// One line of the text format of Prometheus. The values of our labels hold nothing that is escaped.
struct Sample<'a> {
    name: &'a str,
    labels: BTreeMap<&'a str, &'a str>,
    value: u64,
}

impl<'a> Sample<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (name, rest) = line.split_once('{')?;
        let (labels, value) = rest.split_once('}')?;
        let pairs = labels.split(',').filter_map(|pair| pair.split_once('='));
        let labels = pairs.map(|(label, value)| (label, value.trim_matches('"'))).collect();
        Some(Self { name, labels, value: value.trim().parse::<f64>().ok().map(|value| value as u64)? })
    }
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct PlanJson {
    routes: Vec<PlannedRoute>,
    /// What breaks besides: what no metric counts, such as the session, and what is stored.
    others: Vec<String>,
    contracts: Vec<PlannedContract>,
}

/// A version that is relied on.
#[derive(Debug, Serialize)]
struct PlannedRoute {
    route: String,
    /// How many sockets listen to it.
    listeners: u64,
    /// How often it was called since the server has started.
    calls: u64,
    /// What breaks who relies on it; nothing if it holds.
    breaks: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retires: Option<String>,
}

/// Pages of one build.
#[derive(Debug, Serialize)]
struct PlannedContract {
    contract: String,
    sockets: u64,
    /// `same`, `kept` or `unknown` to this build; `unsaid` where a page has not said.
    known: &'static str,
}

fn plan(used: &Used, released: &Ledger, api: &Api) -> PlanJson {
    let changes: Vec<Change> = released.changes(api).into_iter().filter(Change::is_breaking).collect();
    let mut routes: Vec<_> = used.routes.iter().map(|(id, usage)| planned(id, usage, &changes, api)).collect();
    routes.sort_by_key(|route| (route.breaks.is_empty(), std::cmp::Reverse(route.listeners + route.calls)));
    let counted: BTreeSet<String> =
        released.pages.iter().flat_map(|page| &page.api.routes).map(RouteTypes::id).collect();
    let others = changes.iter().filter(|change| {
        let is_shown = change.origins.iter().any(|origin| used.routes.contains_key(origin));
        // Who calls nothing of it loses nothing by it; what is stored is there all the same.
        let is_unused = change.origins.iter().all(|origin| counted.contains(origin))
            && !change.breaks.contains(&Breaks::StoredData);
        !is_shown && !is_unused
    });
    let others = others.map(|change| format!("{}: {}", change.subject(), told(change))).collect();
    let (own, kept) = (api.fingerprint(), released.contracts());
    let known = |contract: &str| match contract {
        "unsaid" => "unsaid",
        same if same == own => "same",
        contract if kept.iter().any(|kept| kept == contract) => "kept",
        _ => "unknown",
    };
    let contracts = used.contracts.iter().map(|(contract, sockets)| PlannedContract {
        contract: contract.clone(),
        sockets: *sockets,
        known: known(contract),
    });
    PlanJson { routes, others, contracts: contracts.collect() }
}

fn planned(id: &str, usage: &Usage, changes: &[Change], api: &Api) -> PlannedRoute {
    let route = api.routes.iter().find(|route| route.id() == id);
    let is_its = |change: &&Change| change.origins.iter().any(|origin| origin == id);
    let mut breaks: Vec<_> = changes.iter().filter(is_its).map(told).collect();
    if route.is_none() && breaks.is_empty() {
        breaks.push("it is gone".to_owned());
    }
    let retires = route.and_then(|route| route.retires).map(|day| day.to_string());
    PlannedRoute { route: id.to_owned(), listeners: usage.listeners, calls: usage.calls, breaks, retires }
}

fn told(change: &Change) -> String {
    if change.path.is_empty() { change.what.clone() } else { format!("{}: {}", change.path, change.what) }
}

fn for_people(plan: &PlanJson, terminal: &mut Terminal) -> Result<(), Failure> {
    for PlannedRoute { route, listeners, calls, breaks, retires } in &plan.routes {
        let (word, style) = if breaks.is_empty() { ("holds", DONE) } else { ("breaks", WRONG) };
        let mut line = format!(
            "{style}{word:>7}{style:#} {BOLD}{route}{BOLD:#} {FAINT}{listeners} listen, {calls} calls{FAINT:#}"
        );
        if let Some(day) = retires {
            let _ = write!(line, ", retires after {day}");
        }
        writeln!(terminal.out(), "{line}")?;
        for what in breaks {
            writeln!(terminal.out(), "        {what}")?;
        }
    }
    for what in &plan.others {
        writeln!(terminal.out(), "{WRONG} breaks{WRONG:#} {what}")?;
    }
    for PlannedContract { contract, sockets, known } in &plan.contracts {
        let of = match *known {
            "same" => "this build's own",
            "kept" => "released, and kept",
            "unsaid" => "not said by the page",
            _ => "not known to this build: these pages are told to load again",
        };
        writeln!(terminal.out(), "{FAINT}  pages{FAINT:#} {sockets} of contract {contract}: {of}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sync_codegen::ledger::Page;

    use super::*;

    #[test]
    fn metrics_say_who_relies_on_what() {
        let used = Used::read(
            "# HELP sync_listeners Sockets\n# TYPE sync_listeners gauge\nsync_listeners{route=\"chess/move/v1\"} 3\nsync_listeners{route=\"gone/v1\"} 0\n\
             sync_calls_total{lane=\"request\",route=\"chess/find/v2\",code=\"ok\"} 7\nsync_calls_total{lane=\"request\",route=\"chess/find/v2\",code=\"auth-required\"} 2\n\
             sync_calls_total{lane=\"unknown\",route=\"unknown\",code=\"sync-not-found\"} 9\nsync_contracts{contract=\"unsaid\"} 4\nsync_sockets 12\n",
        );
        let usage = |listeners, calls| Usage { listeners, calls };
        let routes = [("event chess/move v1", usage(3, 0)), ("request chess/find v2", usage(0, 9))];
        assert_eq!(used.routes, routes.map(|(id, usage)| (id.to_owned(), usage)).into());
        assert_eq!(used.contracts, BTreeMap::from([("unsaid".to_owned(), 4)]));
    }

    #[test]
    fn what_breaks_is_told_though_no_metric_counts_it() {
        let page = |text: &str| Page {
            file: "src/_ledger.txt".to_owned(),
            api: text.parse().expect("a contract"),
            text: text.to_owned(),
        };
        let released = Ledger { pages: vec![page("session: string\n")] };
        let api: Api = "session: boolean\n".parse().expect("a contract");
        let plan = plan(&Used::default(), &released, &api);
        assert_eq!(plan.routes.len(), 0);
        assert!(plan.others.iter().any(|other| other.starts_with("session: ")), "{:?}", plan.others);
    }
}
