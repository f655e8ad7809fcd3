//! What is counted, and what is kept of it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use sync_schema::{Rate, RateLimit};

use crate::clock::{Instant, advance};
use crate::config::{Config, Environment};
use crate::error::SyncError;
use crate::limits::budgets::{Budgets, Key, SHARDS};
use crate::limits::limiter::LONG_MESSAGE;
use crate::limits::moment::Moment;
use crate::limits::{Limits, NoPlace, Payer, Place, Places};
use crate::metrics::ServerMetrics;

fn limits_of(config: &Config) -> Arc<Limits> {
    Limits::new(config, &ServerMetrics::new(false, &[]), None)
}

fn address(last: u8) -> Option<IpAddr> {
    Some(IpAddr::from([192, 0, 2, last]))
}

fn seconds(refused: &SyncError) -> u64 {
    assert_eq!((refused.code(), refused.http_status()), ("sync-rate-limited", 429));
    refused.params()["seconds"].as_u64().expect("a whole number")
}

/// How many of so many tries succeed.
fn passed<E>(tries: usize, mut attempt: impl FnMut() -> Result<(), E>) -> usize {
    (0..tries).filter(|_| attempt().is_ok()).count()
}

#[tokio::test(start_paused = true)]
async fn a_caller_has_a_burst_and_then_a_steady_rate_on_each_route() {
    let limits = limits_of(&Config::default());
    let route = limits.of_route("a/b/v1", None, false).expect("the default");
    let (ada, bob) = (limits.key("user", "ada"), limits.key("user", "bob"));
    let call = |caller| limits.call(&route, caller, None, Instant::now());
    assert_eq!(passed(500, || call(ada)), 100, "at once");
    assert_eq!(passed(10, || call(bob)), 10, "another caller");
    let other = limits.of_route("a/c/v1", None, false).expect("the default");
    assert_eq!(passed(10, || limits.call(&other, ada, None, Instant::now())), 10, "another route");
    advance(Duration::from_secs(1)).await;
    assert_eq!(passed(500, || call(ada)), 20, "a second later");
    advance(Duration::from_secs(60)).await;
    assert_eq!(passed(500, || call(ada)), 100, "no more than a burst is saved up");
}

#[tokio::test(start_paused = true)]
async fn a_volatile_route_has_another_rate_and_a_route_may_have_its_own() {
    let limits = limits_of(&Config::default());
    let caller = limits.key("user", "ada");
    let rates = [
        (None, true, 60),
        (Some(RateLimit::At(Rate::new(1, 3600, 3))), false, 3),
        (Some(RateLimit::At(Rate::new(1, 3600, 3))), true, 3),
    ];
    for (own, is_volatile, expected) in rates {
        let cb = format!("a/{own:?}/{is_volatile}");
        let route = limits.of_route(&cb, own, is_volatile).expect("a rate");
        assert_eq!(
            passed(200, || limits.call(&route, caller, None, Instant::now())),
            expected,
            "{own:?} {is_volatile}"
        );
    }
    assert!(limits.of_route("a/b/v1", Some(RateLimit::Off), false).is_none());
    let off = limits_of(&Config { limits: false, ..Config::default() });
    assert!(off.of_route("a/b/v1", None, false).is_none());
    assert_eq!(passed(20_000, || off.arrival(address(1))), 20_000);
}

#[tokio::test(start_paused = true)]
async fn it_is_said_in_whole_seconds_when_to_come_again_and_then_it_is_so() {
    for (rate, expected) in [
        (Rate::new(20, 1, 1), 1),
        (Rate::new(1, 1, 1), 1),
        (Rate::new(2, 60, 1), 30),
        (Rate::new(7, 60, 1), 9),
        (Rate::new(1, 3600, 1), 3600),
    ] {
        let limits = limits_of(&Config::default());
        let route = limits.of_route("a/b/v1", Some(RateLimit::At(rate)), false).expect("a rate");
        let caller = limits.key("user", "ada");
        let call = || limits.call(&route, caller, None, Instant::now());
        call().expect("the first");
        assert_eq!(seconds(&call().expect_err("the second")), expected, "{rate}");
        advance(Duration::from_secs(expected)).await;
        call().expect("the time that was said");
    }
}

#[tokio::test(start_paused = true)]
async fn a_socket_its_user_and_its_address_have_budgets_for_all_that_is_sent() {
    let rate = |burst| RateLimit::At(Rate::new(1, 3600, burst));
    let config = Config {
        socket_rate_limit: rate(3),
        user_rate_limit: rate(5),
        address_rate_limit: rate(7),
        ..Config::default()
    };
    let limits = limits_of(&config);
    let [ada, bob] = ["ada", "bob"].map(|name| Some(limits.key("user", name)));
    let send = |socket: &_, user| passed(9, || limits.message(socket, user, Instant::now()));
    let [first, second, third] = [1, 1, 1].map(|last| limits.of_socket(address(last)));
    assert_eq!(send(&first, ada), 3, "of one socket");
    assert_eq!(send(&second, ada), 2, "of one user");
    assert_eq!(send(&third, bob), 2, "of one address");
    assert_eq!(send(&limits.of_socket(address(2)), None), 3, "nobody at another address");
    assert_eq!(passed(9, || limits.arrival(address(1))), 0, "requests of the same address");
    assert_eq!(passed(9, || limits.request_of(ada, Instant::now())), 0, "calls of the same user");
}

#[tokio::test(start_paused = true)]
async fn who_goes_on_sending_after_as_many_refusals_floods() {
    let config = Config { socket_rate_limit: RateLimit::At(Rate::new(1, 1, 10)), ..Config::default() };
    let limits = limits_of(&config);
    let socket = limits.of_socket(None);
    let send = || limits.message(&socket, None, Instant::now());
    assert_eq!(passed(10, send), 10);
    for _ in 0..10 {
        assert!(matches!(send(), Err((_, false))), "it is told so");
    }
    assert!(matches!(send(), Err((_, true))), "it does not listen");
    // Who waits as long as was said is let in again, and has done nothing wrong.
    advance(Duration::from_secs(10)).await;
    assert_eq!(passed(10, send), 10);
    assert!(matches!(send(), Err((_, false))));
}

#[tokio::test(start_paused = true)]
async fn this_machine_has_no_limits_by_address_in_development() {
    let local = [IpAddr::from([127, 0, 0, 1]), "::1".parse().expect("an address")];
    let count = |environment, address| {
        let limits = limits_of(&Config { environment, ..Config::default() });
        (passed(6000, || limits.arrival(Some(address))), passed(200, || limits.sign_in(Some(address))))
    };
    for address in local {
        assert_eq!(count(Environment::Development, address), (6000, 200));
        assert_eq!(count(Environment::Production, address), (5000, 100));
    }
    let foreign = IpAddr::from([192, 0, 2, 1]);
    assert_eq!(count(Environment::Development, foreign), (5000, 100));
}

#[test]
fn places_are_given_back_and_nothing_is_kept_of_who_has_gone() {
    let config = Config { address_connections: 2, ..Config::default() };
    let places = Places::new(&config);
    let taken: Vec<Place> =
        (1..=200).flat_map(|last| [last, last]).map(|last| places.take(address(last)).expect("room")).collect();
    assert!(matches!(places.take(address(1)), Err(NoPlace)));
    assert_eq!(places.addresses(), 200);
    drop(taken);
    assert_eq!(places.addresses(), 0);
    places.take(address(1)).expect("room again");
    let many: Vec<_> = (0..9).map(|_| places.take(None).expect("nobody counts")).collect();
    assert_eq!((many.len(), places.addresses()), (9, 0));
}

/// Takes one out of so many budgets, as different callers do.
fn of_many(budgets: &Budgets, callers: u64) -> usize {
    let limits = limits_of(&Config::default());
    passed(callers as usize, {
        let mut next = 0_u64;
        move || {
            next += 1;
            budgets.take(limits.key("user", next))
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_million_callers_are_counted_and_forgotten() {
    let epoch = Instant::now();
    Moment::begin_at_zero();
    let budgets = Budgets::new(Rate::new(20, 1, 100));
    assert_eq!(of_many(&budgets, 1_000_000), 1_000_000);
    assert_eq!(budgets.count(), 1_000_000);
    Moment::begin(epoch, Instant::now());
    (0..SHARDS).for_each(|shard| budgets.sweep(shard));
    assert_eq!(budgets.count(), 1_000_000, "they are in use");
    advance(Duration::from_secs(1)).await;
    Moment::begin(epoch, Instant::now());
    (0..SHARDS).for_each(|shard| budgets.sweep(shard));
    assert_eq!((budgets.count(), budgets.capacity()), (0, 0), "nothing is kept of them, nor the memory for them");
}

#[tokio::test(start_paused = true)]
async fn there_are_never_more_than_there_may_be_and_those_who_are_known_do_not_notice() {
    let epoch = Instant::now();
    Moment::begin_at_zero();
    let (most, rate) = (SHARDS * 8, Rate::new(1, 60, 100));
    let budgets = Budgets::with_most(rate, most);
    let known = Key(7);
    budgets.take(known).expect("room");
    let strangers = of_many(&budgets, 100_000);
    assert!(budgets.count() <= most, "{}", budgets.count());
    assert_eq!(strangers, most - 1 + SHARDS * 100, "all others share one budget in each part");
    assert_eq!(passed(200, || budgets.take(known)), 99);
    // When those who were there are quiet, there is room again.
    advance(Duration::from_secs(7200)).await;
    Moment::begin(epoch, Instant::now());
    assert_eq!(passed(200, || budgets.take(Key(8))), 100);
}

#[tokio::test(start_paused = true)]
async fn a_server_sweeps_by_itself_and_stops_with_its_limits() {
    let limits = limits_of(&Config::default());
    limits.keep();
    let route = limits.of_route("a/b/v1", None, false).expect("the default");
    let attempts = (0..5000_u64).map(|caller| limits.call(&route, limits.key("user", caller), None, Instant::now()));
    assert_eq!(attempts.filter(Result::is_ok).count(), 5000);
    assert_eq!(route.count(), 5000);
    // Each part has its turn.
    tokio::task::yield_now().await;
    crate::clock::sleep(Duration::from_secs(SHARDS as u64)).await;
    assert_eq!(route.count(), 0);
    let kept = std::sync::Arc::downgrade(&limits);
    drop((route, limits));
    assert_eq!(kept.strong_count(), 0);
}

#[test]
fn guests_of_one_address_call_a_route_with_a_rate_ten_times_as_often_as_one_of_them_may() {
    let limits = limits_of(&Config::default());
    let rate = Some(RateLimit::At(Rate::new(1, 3600, 5)));
    let (said, default) = (
        limits.of_route("a/b/v1", rate, false).expect("a rate"),
        limits.of_route("a/c/v1", None, false).expect("a rate"),
    );
    let [here, there] = ["here", "there"].map(|address| Some(limits.key("address", address)));
    let call = |route, page: usize, at| limits.call(route, limits.key("session", page), at, Instant::now()).is_ok();
    // A new page for each call.
    assert_eq!((0..200).filter(|page| call(&said, *page, here)).count(), 50);
    assert!(call(&said, 200, there) && call(&said, 201, None));
    assert_eq!((0..200).filter(|page| call(&default, *page, here)).count(), 200, "the limits of addresses hold those");
}

#[test]
fn a_long_answer_counts_as_the_messages_that_it_would_be() {
    let limits = limits_of(&Config { socket_rate_limit: RateLimit::At(Rate::new(1, 3600, 100)), ..Config::default() });
    let socket = limits.of_socket(None);
    let message = || limits.message(&socket, None, Instant::now());
    let socket = Payer::Socket(&socket, None);
    limits.answered(socket, 1000, Instant::now());
    assert_eq!(passed(10, message), 10);
    limits.answered(socket, 50 * LONG_MESSAGE, Instant::now());
    assert_eq!(passed(100, message), 40);
    limits.answered(socket, 1 << 30, Instant::now());
    assert_eq!(passed(10, message), 0);
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_takes_that_is_not_there_is_worked_off_before_anything_else() {
    let rate = RateLimit::At(Rate::new(10, 1, 20));
    let limits = limits_of(&Config {
        socket_rate_limit: rate,
        user_rate_limit: rate,
        address_rate_limit: rate,
        ..Config::default()
    });
    let socket = limits.of_socket(None);
    let [ada, bob] = ["ada", "bob"].map(|user| Some(limits.key("user", user)));
    let home = Some(limits.key("address", "home"));
    let asks: [(&str, Payer<'_>, &dyn Fn() -> bool); 3] = [
        ("socket", Payer::Socket(&socket, ada), &|| limits.message(&socket, None, Instant::now()).is_ok()),
        ("user", Payer::User(bob.expect("a key")), &|| limits.request_of(bob, Instant::now()).is_ok()),
        ("address", Payer::Address(home), &|| limits.one_more(None, home, Instant::now()).is_ok()),
    ];
    for (whose, payer, ask) in asks {
        assert!(ask(), "{whose}");
        // As many as three seconds bring beyond the burst: 19 are left of 20.
        limits.answered(payer, 49 * LONG_MESSAGE, Instant::now());
        advance(Duration::from_millis(2900)).await;
        assert!(!ask(), "{whose}");
        advance(Duration::from_millis(200)).await;
        assert!(ask(), "{whose}");
        assert!(!ask(), "{whose}");
        // However long it was, it is forgotten in the end.
        limits.answered(payer, usize::MAX, Instant::now());
        advance(Duration::from_secs(61)).await;
        assert!(ask(), "{whose}");
    }
    assert!(limits.request_of(ada, Instant::now()).is_ok(), "the user of a socket has paid as well, long ago");
    limits.answered(Payer::Socket(&socket, ada), 1 << 30, Instant::now());
    assert!(limits.request_of(ada, Instant::now()).is_err());
}

#[tokio::test(start_paused = true)]
async fn servers_that_tell_each_other_have_one_limit_together() {
    let shared = || {
        let limits = Limits::new(&Config::default(), &ServerMetrics::new(false, &[]), Some([7; 16]));
        let told = Arc::new(parking_lot::Mutex::new(Vec::new()));
        let tells = told.clone();
        limits.when_others_must_know(move |spent| tells.lock().extend(spent));
        (limits, told)
    };
    let ((one, told), (other, _)) = (shared(), shared());
    let route = |limits: &Limits, cb: &str| limits.of_route(cb, None, false).expect("the default");
    // Another build of the app has more routes.
    let [_, here] = ["a/a/v1", "a/b/v1"].map(|cb| route(&one, cb));
    let there = route(&other, "a/b/v1");
    let call = |limits: &Arc<Limits>, route: &_| limits.call(route, limits.key("user", "ada"), None, Instant::now());
    assert_eq!(passed(70, || call(&one, &here)), 70);
    one.tell_spent();
    other.hear(&told.lock());
    assert_eq!(passed(500, || call(&other, &there)), 30, "of the burst of one");
    advance(Duration::from_secs(1)).await;
    assert_eq!(passed(500, || call(&other, &there)), 20, "at the rate of one");
    told.lock().clear();
    one.tell_spent();
    assert!(told.lock().is_empty(), "nothing is told twice");
}
