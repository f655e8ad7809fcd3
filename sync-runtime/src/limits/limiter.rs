//! All limits of one server.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use sync_schema::{Rate, RateLimit};

use crate::clock::{Instant, sleep};
use crate::config::Config;
use crate::error::SyncError;
use crate::limits::budget::{SocketBudget, rate, too_many};
use crate::limits::budgets::{Budgets, Key, SHARDS};
use crate::limits::moment::Moment;
use crate::limits::places::{Counting, NoPlace, Place, Places};
use crate::limits::sharing::{Hashing, TellSpent};
use crate::metrics::{ServerMetrics, Tally};

/// How often a part of the budgets is swept; a round takes as many of these as there are parts.
const SWEEP_EVERY: Duration = Duration::from_millis(500);
/// How many bytes of an answer count as one more message.
pub(super) const LONG_MESSAGE: usize = 16 << 10;
/// How many guests of one address may call a route as often as each of them may.
const GUESTS: NonZeroU32 = NonZeroU32::new(10).expect("a number");
/// In how many seconds it is worth to try again where there may be no more at once.
const NO_PLACE: Duration = Duration::from_secs(5);

/// Who may do how much.
pub struct Limits {
    counting: Counting,
    route: RateLimit,
    volatile_route: RateLimit,
    socket: Option<Rate>,
    users: Option<Arc<Budgets>>,
    addresses: Option<Arc<Budgets>>,
    sign_ins: Option<Arc<Budgets>>,
    sockets: Arc<Places>,
    /// Those of the routes, by their rates.
    routes: Mutex<HashMap<Rate, Arc<Budgets>>>,
    swept: AtomicUsize,
    hasher: Hashing,
    /// Tells other servers what was taken here.
    pub(super) tell: OnceLock<TellSpent>,
    epoch: Instant,
    refusals: Refusals,
}

/// What counts the refusals of each limit.
#[derive(Debug)]
struct Refusals {
    route: Tally,
    volatile: Tally,
    socket: Tally,
    user: Tally,
    address: Tally,
    sign_in: Tally,
    sockets: Tally,
}

impl Refusals {
    fn new(metrics: &ServerMetrics) -> Self {
        Self {
            route: metrics.limit("route"),
            volatile: metrics.limit("volatile"),
            socket: metrics.limit("socket"),
            user: metrics.limit("user"),
            address: metrics.limit("address"),
            sign_in: metrics.limit("sign-in"),
            sockets: metrics.limit("sockets"),
        }
    }
}

/// Whose budget a long answer is taken out of.
#[derive(Debug, Clone, Copy)]
pub enum Payer<'s> {
    /// A socket's and its user's, and not that of its address: after a restart, everybody there asks for it.
    Socket(&'s SocketBudget, Option<Key>),
    /// That of somebody who has signed in and asks over HTTP.
    User(Key),
    /// That of the address of anybody else there, by its key: whatever else they say that they are costs nothing to make up.
    Address(Option<Key>),
}

/// What callers may do on one route.
#[derive(Debug)]
pub struct RouteBudget {
    number: u64,
    budgets: Arc<Budgets>,
    /// Those of the addresses of guests, where the route says itself how often it may be called.
    of_guests: Option<Arc<Budgets>>,
    is_volatile: bool,
}

#[cfg(test)]
impl RouteBudget {
    pub(super) fn count(&self) -> usize {
        self.budgets.count()
    }
}

impl Limits {
    /// Takes the rates from the configuration; `metrics` count what is refused.
    #[must_use]
    pub fn new(config: &Config, metrics: &ServerMetrics, shared: Option<[u8; 16]>) -> Arc<Self> {
        Moment::begin_at_zero();
        let is_on = config.limits;
        let is_shared = shared.is_some();
        let budgets = |limit| rate(limit, is_on).map(|rate| Arc::new(Budgets::new(rate).shared(is_shared)));
        let hasher = shared.map_or_else(Hashing::own, Hashing::Shared);
        Arc::new(Self {
            counting: Counting::new(config),
            route: config.rate_limit,
            volatile_route: config.volatile_rate_limit,
            socket: rate(config.socket_rate_limit, is_on),
            users: budgets(config.user_rate_limit),
            addresses: budgets(config.address_rate_limit),
            sign_ins: budgets(config.sign_in_rate_limit),
            sockets: Places::new(config),
            routes: Mutex::default(),
            swept: AtomicUsize::new(0),
            hasher,
            tell: OnceLock::new(),
            epoch: Instant::now(),
            refusals: Refusals::new(metrics),
        })
    }

    /// Sweeps, part by part, as long as these limits are there.
    pub fn keep(self: &Arc<Self>) {
        if self.counting.is_on {
            let limits = Arc::downgrade(self);
            tokio::spawn(async move {
                while limits.strong_count() > 0 {
                    sleep(SWEEP_EVERY).await;
                    limits.upgrade().iter().for_each(|limits| {
                        limits.sweep();
                        limits.tell_spent();
                    });
                }
            });
        }
    }

    /// Makes the budget of a route; `None` for one that has no limit.
    #[must_use]
    pub fn of_route(&self, cb: &str, own: Option<RateLimit>, is_volatile: bool) -> Option<RouteBudget> {
        let limit = own.unwrap_or(if is_volatile { self.volatile_route } else { self.route });
        let rate = rate(limit, self.counting.is_on)?;
        Moment::begin_at_zero();
        let at = |rate| {
            self.routes
                .lock()
                .entry(rate)
                .or_insert_with(|| Arc::new(Budgets::new(rate).shared(self.hasher.is_shared())))
                .clone()
        };
        let of_guests = own.map(|_| at(rate.times(GUESTS)));
        let number = self.hasher.number(cb);
        Some(RouteBudget { number, budgets: at(rate), of_guests, is_volatile })
    }

    /// Makes the budget of a socket at an address.
    #[must_use]
    pub fn of_socket(&self, address: Option<IpAddr>) -> SocketBudget {
        Moment::begin_at_zero();
        SocketBudget::new(self.socket, self.address_key(address))
    }

    /// Returns by what somebody is counted; `kind` tells two kinds of names apart.
    pub fn key(&self, kind: &'static str, name: impl Hash) -> Key {
        Key(self.hasher.number((kind, name)))
    }

    /// Takes a message of a socket, and of its user if there is one, out of their budgets and out of that of its address.
    ///
    /// # Errors
    ///
    /// `sync-rate-limited`, and whether the socket goes on though it was told so before, again and again.
    pub fn message(&self, socket: &SocketBudget, user: Option<Key>, now: Instant) -> Result<(), (SyncError, bool)> {
        Moment::begin(self.epoch, now);
        let refusals = &self.refusals;
        let taken = counted(socket.take(), &refusals.socket)
            .and_then(|()| self.take_of_user(user))
            .and_then(|()| counted(take(self.addresses.as_deref(), socket.address()), &refusals.address));
        taken.map_err(|error| (error, socket.is_flooded()))
    }

    /// Takes an answer of so many bytes, which was asked for by a short message, for as many messages as it would take to say it: whatever is
    /// asked for next waits for that, also where there are not as many left.
    pub fn answered(&self, payer: Payer<'_>, bytes: usize, now: Instant) {
        Moment::begin(self.epoch, now);
        let count = (bytes / LONG_MESSAGE) as u64;
        if count == 0 {
            return;
        }
        let owe = |budgets: Option<&Budgets>, key: Option<Key>| {
            if let (Some(budgets), Some(key)) = (budgets, key) {
                budgets.owe(key, count);
            }
        };
        match payer {
            Payer::Socket(socket, user) => {
                socket.owe(count);
                owe(self.users.as_deref(), user);
            }
            Payer::User(user) => owe(self.users.as_deref(), Some(user)),
            Payer::Address(address) => owe(self.addresses.as_deref(), address),
        }
    }

    /// Takes one more out of the budgets that pay for a caller over HTTP: something came of a request that was not counted with it.
    ///
    /// # Errors
    ///
    /// `sync-rate-limited`.
    pub fn one_more(&self, user: Option<Key>, address: Option<Key>, now: Instant) -> Result<(), SyncError> {
        Moment::begin(self.epoch, now);
        match user {
            Some(user) => self.take_of_user(Some(user)),
            None => counted(take(self.addresses.as_deref(), address), &self.refusals.address),
        }
    }

    /// Returns by what those of an address are counted, if they are.
    pub fn address_key(&self, address: Option<IpAddr>) -> Option<Key> {
        self.counting.of(address).map(|address| self.key("address", address))
    }

    /// Takes a call that came over HTTP out of the budget of its user; its address was asked when the request came.
    ///
    /// # Errors
    ///
    /// `sync-rate-limited`.
    pub fn request_of(&self, user: Option<Key>, now: Instant) -> Result<(), SyncError> {
        Moment::begin(self.epoch, now);
        self.take_of_user(user)
    }

    /// Takes a call of a route out of the budget that its caller has there. A guest's is a page that costs nothing to open anew: what all
    /// guests at the address of `guest` call has a budget, too.
    ///
    /// # Errors
    ///
    /// `sync-rate-limited`.
    pub fn call(&self, route: &RouteBudget, caller: Key, guest: Option<Key>, now: Instant) -> Result<(), SyncError> {
        Moment::begin(self.epoch, now);
        let refusals = if route.is_volatile { &self.refusals.volatile } else { &self.refusals.route };
        let taken = route.budgets.take(caller.of(route.number));
        let guest = guest.map(|guest| guest.of(route.number));
        counted(taken.and_then(|()| take(route.of_guests.as_deref(), guest)), refusals)
    }

    /// Takes a request of an address, or somebody there who wants a socket, out of its budget.
    ///
    /// # Errors
    ///
    /// `sync-rate-limited`.
    pub fn arrival(&self, address: Option<IpAddr>) -> Result<(), SyncError> {
        counted(self.take_of_address(self.addresses.as_deref(), address), &self.refusals.address)
    }

    /// Takes somebody who signs in out of the budget of the address.
    ///
    /// # Errors
    ///
    /// `sync-rate-limited`.
    pub fn sign_in(&self, address: Option<IpAddr>) -> Result<(), SyncError> {
        counted(self.take_of_address(self.sign_ins.as_deref(), address), &self.refusals.sign_in)
    }

    /// Takes the place of a socket at its address.
    ///
    /// # Errors
    ///
    /// `sync-rate-limited` when there are as many as may be.
    pub fn socket_place(&self, address: Option<IpAddr>) -> Result<Place, SyncError> {
        counted(self.sockets.take(address).map_err(|NoPlace| too_many(NO_PLACE)), &self.refusals.sockets)
    }

    fn take_of_user(&self, user: Option<Key>) -> Result<(), SyncError> {
        counted(take(self.users.as_deref(), user), &self.refusals.user)
    }

    fn take_of_address(&self, budgets: Option<&Budgets>, address: Option<IpAddr>) -> Result<(), SyncError> {
        Moment::begin(self.epoch, Instant::now());
        take(budgets, self.address_key(address))
    }

    /// Returns all budgets that are counted by keys, by their kinds.
    pub(super) fn kinds(&self) -> Vec<(String, Arc<Budgets>)> {
        let kinds = [("users", &self.users), ("addresses", &self.addresses), ("sign-ins", &self.sign_ins)];
        let kinds = kinds.into_iter().filter_map(|(kind, of)| Some((kind.to_owned(), of.clone()?)));
        let of_routes = self.routes.lock();
        kinds.chain(of_routes.iter().map(|(rate, of)| (format!("routes at {rate}"), of.clone()))).collect()
    }

    /// Has what is counted now be of this moment.
    pub(super) fn begin_now(&self) {
        Moment::begin(self.epoch, Instant::now());
    }

    /// Sweeps the next part of all budgets.
    fn sweep(&self) {
        let shard = self.swept.fetch_add(1, Ordering::Relaxed);
        let of_routes: Vec<_> = self.routes.lock().values().cloned().collect();
        Moment::begin(self.epoch, Instant::now());
        let all = [&self.users, &self.addresses, &self.sign_ins];
        all.into_iter().flatten().chain(&of_routes).for_each(|budgets| budgets.sweep(shard % SHARDS));
    }
}

fn take(budgets: Option<&Budgets>, key: Option<Key>) -> Result<(), SyncError> {
    match (budgets, key) {
        (Some(budgets), Some(key)) => budgets.take(key),
        _ => Ok(()),
    }
}

/// Counts a refusal.
fn counted<T>(taken: Result<T, SyncError>, refusals: &Tally) -> Result<T, SyncError> {
    taken.inspect_err(|_| refusals.count())
}
