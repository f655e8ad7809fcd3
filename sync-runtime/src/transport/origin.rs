//! Which web pages may use this server.
//!
//! Browsers send cookies along with WebSocket handshakes from any page, and no CORS rule stops them: without this check every
//! website could act as its visitor. Source: PRODUCT §9, "Origin".

use std::net::IpAddr;

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Uri};

use crate::config::Config;

/// The origins that may use this server besides its own.
#[derive(Debug, Clone)]
pub struct Origins {
    configured: Vec<String>,
    any_local_port: bool,
}

impl Origins {
    /// Takes the rule from the configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { configured: config.origins.clone(), any_local_port: config.is_development() }
    }

    /// Returns whether a request with these headers may come in. A request without `Origin` may.
    #[must_use]
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else { return true };
        // More than one is never sent by a browser.
        if headers.get_all(ORIGIN).iter().count() > 1 {
            return false;
        }
        origin.to_str().is_ok_and(|origin| self.allows(&origin.to_ascii_lowercase(), headers))
    }

    fn allows(&self, origin: &str, headers: &HeaderMap) -> bool {
        let Ok(uri) = origin.parse::<Uri>() else { return false };
        let (Some("http" | "https"), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
        let own = headers.get(HOST).and_then(|host| host.to_str().ok());
        own.is_some_and(|host| host.eq_ignore_ascii_case(authority.as_str()))
            || self.configured.iter().any(|allowed| allowed == origin)
            || (self.any_local_port && is_local(authority.host()))
    }
}

/// Returns whether the cookie of a request may be used.
///
/// A page of ours says so by its `Origin`, which was checked before; a browser that sends none says in `Sec-Fetch-Site` where the
/// request comes from. Anything else is anonymous unless it brings a token.
#[must_use]
pub fn cookie_allowed(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN)
        || headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin" || site == "none")
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

    fn check(config: &Config, origin: &str, allowed: bool) {
        let headers: HeaderMap = [(HOST, "app.example:8080"), (ORIGIN, origin)]
            .into_iter()
            .map(|(name, value)| (name, value.parse().expect("a header value")))
            .collect();
        assert_eq!(Origins::new(config).allow(&headers), allowed, "{origin}");
    }

    #[test]
    fn own_configured_and_in_development_local_origins_are_allowed() {
        let mut config = Config { origins: vec!["https://shop.example".to_owned()], ..Config::default() };
        config.environment = crate::config::Environment::Development;
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
            check(&config, origin, allowed);
        }
        local.iter().for_each(|origin| check(&config, origin, true));
        config.environment = crate::config::Environment::Production;
        local.iter().for_each(|origin| check(&config, origin, false));
    }
}
