//! Which web pages may use this server.
//!
//! Browsers send cookies along with WebSocket handshakes from any page, and no CORS rule stops them: without this check every
//! website could act as its visitor. Source: PRODUCT §9, "Origin".

use std::net::IpAddr;

use http::header::{HOST, ORIGIN, REFERER};
use http::{HeaderMap, HeaderName};

use crate::config::{Config, WebOrigin};

/// Where a request comes from, in the words of its browser; sent over HTTPS and to this machine only.
pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origins that may use this server besides its own.
#[derive(Debug, Clone)]
pub struct Origins {
    configured: Vec<WebOrigin>,
    any_local_port: bool,
}

impl Origins {
    /// Takes the rule from the configuration, which was checked before.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let configured = config.origins.iter().filter_map(|origin| WebOrigin::parse(origin)).collect();
        Self { configured, any_local_port: config.is_development() }
    }

    /// Returns whether a request with these headers may come in. A request without `Origin` may.
    #[must_use]
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        if !headers.contains_key(ORIGIN) {
            return true;
        }
        let Some(origin) = only(headers, &ORIGIN).and_then(WebOrigin::parse) else { return false };
        is_own(&origin, headers)
            || self.configured.contains(&origin)
            || (self.any_local_port && is_local(origin.host()))
    }
}

/// Returns whether the cookie of a request may be used.
///
/// A page of ours says so by its `Origin`, which was checked before; a browser that sends none says in `Sec-Fetch-Site` where the
/// request comes from. Over plain HTTP under another name than `localhost` it says neither when a page reads something: the page's
/// address in `Referer` speaks for it then, which no foreign page can set to one of ours. Only reading comes without `Origin`, so
/// a `GET` must have no effect. Anything else is anonymous unless it brings a token.
#[must_use]
pub fn cookie_allowed(headers: &HeaderMap) -> bool {
    if headers.contains_key(ORIGIN) {
        true
    } else if headers.contains_key(SEC_FETCH_SITE) {
        only(headers, &SEC_FETCH_SITE).is_some_and(|site| site == "same-origin" || site == "none")
    } else {
        only(headers, &REFERER).and_then(WebOrigin::of_address).is_some_and(|page| is_own(&page, headers))
    }
}

fn is_own(origin: &WebOrigin, headers: &HeaderMap) -> bool {
    only(headers, &HOST).is_some_and(|host| origin.is_at(host))
}

/// Returns the value of a header that is there once, as browsers send it.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).into_iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| {
            address == IpAddr::from([127, 0, 0, 1]) || address == IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn headers(named: &[(HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in named {
            headers.append(name, value.parse().expect("a header value"));
        }
        headers
    }

    fn check(config: &Config, host: &str, origin: &str, allowed: bool) {
        let headers = headers(&[(HOST, host), (ORIGIN, origin)]);
        assert_eq!(Origins::new(config).allow(&headers), allowed, "{origin} at {host}");
    }

    #[test]
    fn own_configured_and_in_development_local_origins_are_allowed() {
        let mut config = Config { origins: vec!["https://shop.example".to_owned()], ..Config::default() };
        config.environment = Environment::Development;
        let same =
            [("http://app.example:8080", true), ("https://APP.example:8080", true), ("https://shop.example", true)];
        let foreign = [
            ("http://app.example", false),
            ("http://shop.example", false),
            ("https://shop.example.evil.example", false),
            ("http://localhost.evil.example", false),
            ("null", false),
            ("file://", false),
            ("", false),
        ];
        let local = ["http://localhost:5173", "https://127.0.0.1", "http://[::1]:9"];
        for (origin, allowed) in same.into_iter().chain(foreign) {
            check(&config, "app.example:8080", origin, allowed);
        }
        local.iter().for_each(|origin| check(&config, "app.example:8080", origin, true));
        config.environment = Environment::Production;
        local.iter().for_each(|origin| check(&config, "app.example:8080", origin, false));
    }

    #[test]
    fn a_default_port_is_the_same_written_out_and_left_out() {
        let config = Config { environment: Environment::Production, ..Config::default() };
        let own = [
            ("app.example", "https://app.example"),
            ("app.example", "http://app.example"),
            ("app.example:443", "https://app.example"),
            ("app.example:80", "http://app.example"),
            ("app.example", "https://app.example:443"),
            ("APP.EXAMPLE", "https://app.example"),
            ("xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("[::1]:80", "http://[::1]"),
            ("[0:0::1]:3000", "http://[::1]:3000"),
        ];
        let foreign = [
            ("app.example:80", "https://app.example"),
            ("app.example:443", "http://app.example"),
            ("app.example:80", "http://app.example:443"),
            ("app.example:8443", "https://app.example"),
            ("app.example", "https://app.example:8443"),
            ("app.example", "https://app.example@evil.example"),
            ("app.example", "https://evil.example#app.example"),
            ("app.example", "https://app.example."),
            ("", "https://app.example"),
        ];
        own.into_iter().for_each(|(host, origin)| check(&config, host, origin, true));
        foreign.into_iter().for_each(|(host, origin)| check(&config, host, origin, false));
    }

    #[test]
    fn a_cookie_counts_where_the_browser_says_that_a_page_of_ours_asks() {
        let cases: &[(&[(HeaderName, &str)], bool)] = &[
            (&[], false),
            (&[(ORIGIN, "http://phone:3000")], true),
            (&[(SEC_FETCH_SITE, "same-origin")], true),
            (&[(SEC_FETCH_SITE, "none")], true),
            (&[(SEC_FETCH_SITE, "same-site")], false),
            (&[(SEC_FETCH_SITE, "cross-site")], false),
            (&[(SEC_FETCH_SITE, "none"), (SEC_FETCH_SITE, "cross-site")], false),
            // Who says where it comes from is not asked which page it shows.
            (&[(SEC_FETCH_SITE, "cross-site"), (REFERER, "http://phone:3000/")], false),
            (&[(REFERER, "http://phone:3000/chat?room=1#top")], true),
            (&[(REFERER, "http://phone:3000")], true),
            (&[(REFERER, "HTTP://Phone:3000/")], true),
            (&[(REFERER, "https://phone:3000/")], true),
            (&[(REFERER, "http://phone/")], false),
            (&[(REFERER, "http://phone:3001/")], false),
            (&[(REFERER, "http://phone:3000@evil.example/")], false),
            (&[(REFERER, "http://evil.example/http://phone:3000/")], false),
            (&[(REFERER, "http://evil.example?http://phone:3000/")], false),
            (&[(REFERER, "http://phone:3000.evil.example/")], false),
            (&[(REFERER, "//phone:3000/")], false),
            (&[(REFERER, "about:blank")], false),
            (&[(REFERER, "")], false),
            (&[(REFERER, "http://phone:3000/"), (REFERER, "http://evil.example/")], false),
        ];
        for (said, allowed) in cases {
            let mut headers = headers(said);
            headers.insert(HOST, "phone:3000".parse().expect("a header value"));
            assert_eq!(cookie_allowed(&headers), *allowed, "{said:?}");
            headers.remove(HOST);
            let needs_host = headers.contains_key(REFERER);
            assert_eq!(cookie_allowed(&headers), *allowed && !needs_host, "without Host: {said:?}");
        }
    }
}
