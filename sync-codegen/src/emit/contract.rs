//! The tests that hold of every route, as data and calls: what they do is the runtime's business, which has it with its feature `testing`
//! alone.

use std::collections::BTreeMap;

use super::writer::Writer;
use crate::lane::{Api, Lane};
use crate::manifest::Contract;
use crate::model::{App, LaneRoutes, Receivers, Route, module_name};

const CONTRACT: &str = "::sync::testing::contract";

/// A module of tests.
#[derive(Default)]
struct Tests<'a> {
    modules: BTreeMap<String, Tests<'a>>,
    /// The route, or the index and the file of the rule, whose tests these are.
    of: Option<Of<'a>>,
}

enum Of<'a> {
    Route(&'a Api, &'a Route, Option<usize>),
    Room(usize, String),
    Language(&'a str),
}

/// Writes the module `contract`, with a module for each route, room rule and language.
pub(super) fn contract(out: &mut Writer, app: &App, told: &Contract) {
    let mut tests = Tests::default();
    let called = app.lanes.iter().filter_map(|LaneRoutes { lane, routes }| Some((lane, lane.api.as_ref()?, routes)));
    for (lane, api, routes) in called {
        for route in routes.iter().filter(|route| !api.tests.is_empty() || route.is_older()) {
            if let Some(module) = module_of(lane, route) {
                tests.at(module).of = Some(Of::Route(api, route, own_rule(app, module, lane)));
            }
        }
    }
    for (index, room) in app.rooms.iter().enumerate() {
        tests.at(&room.module).of = Some(Of::Room(index, room.file.clone()));
    }
    for locale in &app.locales {
        let module = format!("languages::{}", module_name(&locale.language));
        tests.at(&module).of = Some(Of::Language(&locale.language));
    }
    // A page of this name is there already.
    let mut name = "contract".to_owned();
    while app.root.has(&name) {
        name.push('_');
    }
    out.open("::sync::__if_testing! {");
    out.line("/// What holds of every route, whatever it does: `sync::testing::contract`.");
    out.line("#[cfg(test)]");
    out.open(format!("mod {name} {{"));
    out.open(format!("const KIT: {CONTRACT}::Kit<crate::SyncApp> = {CONTRACT}::Kit {{"));
    out.line("start: crate::test,");
    out.line(format!("public: &{:?},", told.public));
    out.line(format!("may_panic: &{:?},", told.may_panic));
    out.line(format!("real_time: {},", told.real_time));
    out.open("codes: &[");
    for (code, parameters) in &app.error_parameters {
        out.line(format!("({code:?}, &{:?}),", Vec::from_iter(parameters)));
    }
    out.close("],");
    out.close("};");
    list(out, "(&KIT)", ["lists_what_there_is"].into_iter());
    tests.write(out, 0);
    out.close("}");
    out.close("}");
}

impl<'a> Tests<'a> {
    fn at(&mut self, module: &str) -> &mut Self {
        module.split("::").fold(self, |tests, name| tests.modules.entry(name.to_owned()).or_default())
    }

    fn write(&self, out: &mut Writer, depth: usize) {
        let kit = format!("&{}KIT", "super::".repeat(depth));
        match &self.of {
            None => {}
            Some(Of::Route(api, route, rule)) => {
                let name = format!("{}/{}/v{}", route.page, route.name, route.version);
                out.open(format!("const ROUTE: {CONTRACT}::RouteUnderTest = {CONTRACT}::RouteUnderTest {{"));
                out.line(format!("lane: ::sync::schema::Lane::{:?},", api.name));
                out.line(format!("name: {name:?},"));
                out.line(format!("rule: {rule:?},"));
                out.close("};");
                let own = route.is_older().then_some("goes_through");
                let tests = api.tests.iter().copied().filter(|test| has(route, test)).chain(own);
                list(out, &format!("({kit}, &ROUTE)"), tests);
            }
            Some(Of::Room(rule, file)) => {
                out.open(format!("const ROOM: {CONTRACT}::RoomUnderTest = {CONTRACT}::RoomUnderTest {{"));
                out.line(format!("rule: {rule},"));
                out.line(format!("source: {file:?},"));
                out.close("};");
                list(out, &format!("({kit}, &ROOM)"), ["keeps_to_its_pattern", "lets_in_whom_it_says"].into_iter());
            }
            Some(Of::Language(language)) => {
                list(out, &format!("({kit}, {language:?})"), ["every_code_has_a_sentence"].into_iter());
            }
        }
        for (name, inner) in &self.modules {
            out.open(format!("mod {name} {{"));
            inner.write(out, depth + 1);
            out.close("}");
        }
    }
}

/// Writes tests that are told the same.
fn list(out: &mut Writer, told: &str, tests: impl Iterator<Item = &'static str>) {
    out.open("::sync::__contract_tests! {");
    out.line(told);
    tests.for_each(|test| out.line(test));
    out.close("}");
}

/// Whether a test of its lane is one of this route: some ask for rooms that not all have.
fn has(route: &Route, test: &str) -> bool {
    match test {
        "needs_membership" => !matches!(route.receivers, Receivers::Everyone),
        "keeps_to_its_rooms" => matches!(route.receivers, Receivers::RoomsOf(_)),
        _ => true,
    }
}

/// The module of a route: `examples::move_v1` of `examples::move_v1::server::__Server`.
fn module_of<'r>(lane: &Lane, route: &'r Route) -> Option<&'r str> {
    let handler = &route.handlers.first()?.handler;
    handler.rsplitn(if lane.has_own_module { 2 } else { 3 }, "::").last()
}

/// The rule of the page that a route is in, as an index.
fn own_rule(app: &App, module: &str, lane: &Lane) -> Option<usize> {
    let page = module.rsplitn(if lane.has_own_module { 3 } else { 2 }, "::").last()?;
    app.rooms.iter().position(|room| room.module.rsplit_once("::").is_some_and(|(of, _)| of == page))
}
