//! How often a route may be called.

use std::time::Duration;

use sync_schema::{Rate, RateLimit};

use crate::clock::is_stopped;
use crate::config::Config;
use crate::route::App;
use crate::testing::contract::subject::{Subject, no_input};
use crate::testing::contract::{Kit, RouteUnderTest};

/// More calls than this are not made to reach a limit: nobody will.
const CALLS: u32 = 2000;
/// What is counted besides the calls of one route is as good as not counted.
const PLENTY: Rate = Rate::new(1_000_000, 1, 1_000_000);

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
        let RateLimit::At(rate) = limit else {
            for _ in 0..config_burst(&config) + 1 {
                let reply = tab.send(&call).await;
                if reply.code() == "sync-rate-limited" {
                    subject.fail("says `rate_limit = \"off\"`, and is limited", &call, reply.json());
                }
            }
            return;
        };
        if rate.burst().get() > CALLS {
            return;
        }
        // Where time goes on, some come back while these are made.
        let more = if time_passes { rate.burst().get() } else { 0 };
        let mut refused = None;
        for number in 1..=rate.burst().get() + more + 1 {
            let reply = tab.send(&call).await;
            if reply.code() == "sync-rate-limited" {
                if number <= rate.burst().get() {
                    subject.fail(&format!("is limited at call {number}, and should be at {rate}"), &call, reply.json());
                }
                refused = Some(reply);
                break;
            }
        }
        let Some(refused) = refused else {
            panic!("`{}` can be called more often than {rate}", subject.name());
        };
        let seconds = refused.param("seconds").as_u64().unwrap_or_default();
        let longest = rate.pause().as_secs() + 1;
        if !(1..=longest).contains(&seconds) {
            subject.fail(&format!("should be worth calling again after 1 to {longest} seconds"), &call, refused.json());
        }
        let over_http = tab.send_by_http(&call).await;
        let says = over_http.headers.get("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
        if !time_passes && (over_http.status != 429 || says != Some(seconds)) {
            subject.fail("should be 429 with `Retry-After` over HTTP", &call, over_http.reply.json());
        }
        if !time_passes
            && let Some(by_get) = subject.by_get(&tab, &call).await
            && by_get.code() != "sync-rate-limited"
        {
            subject.fail("can be asked by `GET` as often as one likes", &call, by_get.json());
        }
        app.advance(Duration::from_secs(seconds)).await;
        let reply = tab.send(&call).await;
        if reply.code() == "sync-rate-limited" {
            subject.fail(&format!("is limited when the {seconds} seconds have passed"), &call, reply.json());
        }
    });
}

fn config_burst(config: &Config) -> u32 {
    match config.rate_limit {
        RateLimit::At(rate) => rate.burst().get(),
        RateLimit::Off => 100,
    }
}
