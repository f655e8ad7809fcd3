//! What the pages that are connected rely on: the events that they hear, and the contracts that they were built with.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::config::Environment;
use crate::dispatch::life::member;
use crate::dispatch::{Answer, Caller, Dispatcher};
use crate::metrics::Listening;
use crate::route::{App, RouteId};
use crate::wire::answer_listen;

impl<A: App> Dispatcher<A> {
    /// Notes of which routes a socket hears events, and says what is known of the contract that its page was built with. Routes that are not there
    /// are of a newer page.
    pub(super) fn listen(&self, caller: &Caller<A>, routes: &[Cow<'_, str>], contract: Option<&str>) -> Answer {
        let listening = self.check_message(caller).and_then(|_| member(caller)).map(|socket| {
            let found = self.events(routes.iter().map(|route| &**route));
            let retires = found.iter().filter_map(|route| Some((route.cb, route.retires?))).collect();
            socket.set_listens(found);
            // While one develops, a page and its server are hardly ever of one build.
            let is_judged = self.config().environment == Environment::Production;
            let contracts = &self.parts().contracts;
            let number = contracts.number(contract);
            socket.set_contract(number);
            answer_listen(contracts.known(number).filter(|_| is_judged), &retires)
        });
        self.answer(caller, listening)
    }

    /// Returns which events these are, `<page>/<name>/<version>` each; those that are not there are left out.
    pub(super) fn events<'r>(&self, routes: impl Iterator<Item = &'r str>) -> Vec<&'static RouteId> {
        let names = routes.filter_map(|route| route.rsplit_once('/'));
        let found = names.filter_map(|(path, version)| self.lanes().event(path, version));
        found.map(|found| found.route.id()).collect()
    }

    /// Counts what the pages that are connected rely on. It looks at each socket.
    #[must_use]
    pub fn listening(&self) -> Listening {
        let (mut routes, mut numbers) = (BTreeMap::new(), BTreeMap::<u8, usize>::new());
        for socket in self.hub().sockets() {
            *numbers.entry(socket.contract()).or_default() += 1;
            for route in socket.listens().iter().flat_map(|routes| routes.iter()) {
                *routes.entry(route.cb).or_default() += 1;
            }
        }
        let mut contracts = BTreeMap::new();
        for (number, count) in numbers {
            *contracts.entry(self.parts().contracts.label(number)).or_default() += count;
        }
        Listening { routes, contracts }
    }
}
