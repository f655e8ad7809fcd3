//! How often a route may be called.

use std::time::Duration;

use sync_schema::{Rate, RateLimit};

use crate::clock::is_stopped;
use crate::config::Config;
use crate::route::App;
use crate::testing::call::{Call, Reply};
use crate::testing::contract::subject::{Subject, no_input};
use crate::testing::contract::{Kit, RouteUnderTest};
use crate::testing::tab::Tab;

/// More calls than this are not made to reach a limit: nobody will.
const CALLS: u32 = 2000;
/// What is counted besides the calls of one route is as good as not counted.
const PLENTY: Rate = Rate::new(1_000_000, 1, 1_000_000);

const LIMITED: &str = "sync-rate-limited";

/// The call after the last that the limit allows is refused, with the seconds until the next, which is taken when they have passed.
pub fn is_limited<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    let options = subject.route.options();
    let config = Config::default();
    let usual = if options.volatile { config.volatile_rate_limit } else { config.rate_limit };
    let limit = options.rate_limit.unwrap_or(usual);
    kit.run(async {
        let builder = (kit.start)().config(|config| {
            for rate in [&mut config.socket_rate_limit, &mut config.user_rate_limit, &mut config.address_rate_limit] {
                *rate = RateLimit::At(PLENTY);
            }
        });
        let app = builder.start().await;
        let time_passes = !is_stopped();
        let tab = subject.somebody(&app).await;
        // Refused for what it is, and counted before that: no handler runs.
        let call = subject.call(&subject.any_room(), no_input());
        match limit {
            RateLimit::Off => is_never_limited(&subject, &tab, &call, config_burst(&config) + 1).await,
            RateLimit::At(rate) if rate.burst().get() > CALLS => {}
            RateLimit::At(rate) => {
                let refused = first_refusal(&subject, &tab, &call, rate, time_passes).await;
                let seconds = pause(&subject, &call, rate, &refused);
                if !time_passes {
                    is_limited_over_http(&subject, &tab, &call, rate, seconds).await;
                }
                app.advance(Duration::from_secs(seconds)).await;
                let reply = tab.send(&call).await;
                if reply.code() == LIMITED {
                    subject.fail(&format!("is limited when the {seconds} seconds have passed"), &call, reply.json());
                }
            }
        }
    });
}

/// A route that says that it has no limit.
async fn is_never_limited<A: App>(subject: &Subject<'_, A>, tab: &Tab<A>, call: &Call, calls: u32) {
    for _ in 0..calls {
        let reply = tab.send(call).await;
        if reply.code() == LIMITED {
            subject.fail("says `rate_limit = \"off\"`, and is limited", call, reply.json());
        }
    }
}

/// Calls until the limit is reached, which is neither before the burst nor, where no time passes, behind it.
async fn first_refusal<A: App>(
    subject: &Subject<'_, A>,
    tab: &Tab<A>,
    call: &Call,
    rate: Rate,
    time_passes: bool,
) -> Reply {
    // Where time goes on, some come back while these are made.
    let more = if time_passes { rate.burst().get() } else { 0 };
    for number in 1..=rate.burst().get() + more + 1 {
        let reply = tab.send(call).await;
        if reply.code() != LIMITED {
            continue;
        }
        if number <= rate.burst().get() {
            subject.fail(&format!("is limited at call {number}, and should be at {rate}"), call, reply.json());
        }
        return reply;
    }
    panic!("`{}` can be called more often than {rate}", subject.name())
}

/// Returns in how many seconds it is said to be worth calling again.
fn pause<A: App>(subject: &Subject<'_, A>, call: &Call, rate: Rate, refused: &Reply) -> u64 {
    let seconds = refused.param("seconds").as_u64().unwrap_or_default();
    let longest = rate.pause().as_secs() + 1;
    if !(1..=longest).contains(&seconds) {
        subject.fail(&format!("should be worth calling again after 1 to {longest} seconds"), call, refused.json());
    }
    seconds
}

/// Both doors count the same calls, however they are asked. Those of a guest over HTTP are counted by their address instead of by the page.
async fn is_limited_over_http<A: App>(subject: &Subject<'_, A>, tab: &Tab<A>, call: &Call, rate: Rate, seconds: u64) {
    let mut over_http = tab.send_by_http(call).await;
    if tab.token().is_none() {
        for _ in 0..rate.burst().get() {
            over_http = tab.send_by_http(call).await;
        }
    }
    let says = over_http.headers.get("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
    let is_right = if tab.token().is_some() { says == Some(seconds) } else { says.is_some_and(|seconds| seconds > 0) };
    if over_http.status != 429 || !is_right {
        subject.fail("should be 429 with `Retry-After` over HTTP", call, over_http.reply.json());
    }
    if let Some(by_get) = subject.by_get(tab, call).await
        && by_get.code() != LIMITED
    {
        subject.fail("can be asked by `GET` as often as one likes", call, by_get.json());
    }
}

fn config_burst(config: &Config) -> u32 {
    match config.rate_limit {
        RateLimit::At(rate) => rate.burst().get(),
        RateLimit::Off => 100,
    }
}
