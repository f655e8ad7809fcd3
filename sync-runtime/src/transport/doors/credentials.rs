//! What a request brings to say who it is from.

use std::net::IpAddr;
use std::time::Duration;

use cookie::{Cookie, SameSite};
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, HOST, ORIGIN, REFERER};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::{Config, WebOrigin};
use crate::dispatch::{Dispatcher, Presented, PresentedToken};
use crate::error::SyncError;
use crate::i18n::{Catalog, Locale, accepted};
use crate::rooms::Identity;
use crate::route::App;
use crate::transport::doors::origin::{SEC_FETCH_SITE, cookie_allowed};
use crate::transport::doors::renewal::cookie_was_used;

/// What browsers ask of a cookie of this prefix: it is `Secure` and belongs to one host alone, whose neighbours cannot set it.
const HOST_PREFIX: &str = "__Host-";

/// The headers that say who a request is from, and those that decide whether its cookie counts.
pub(super) const IDENTIFYING: [HeaderName; 7] =
    [AUTHORIZATION, COOKIE, ACCEPT_LANGUAGE, ORIGIN, HOST, SEC_FETCH_SITE, REFERER];

/// Copies an identifying header; of the page's address, which is as long as the page likes, the origin alone.
pub(super) fn copied(name: &HeaderName, value: &HeaderValue) -> Option<HeaderValue> {
    if name == REFERER {
        let page = WebOrigin::of_address(value.to_str().ok()?)?;
        return HeaderValue::from_str(&page.to_string()).ok();
    }
    HeaderValue::from_bytes(value.as_bytes()).ok()
}

/// The token of a request, and how it was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Credential {
    /// In `Authorization`, or in the `auth` of a handshake.
    Token(String),
    /// In the session cookie.
    Cookie(String),
    /// In a cookie of the name that every app had once, which counts outside production. It is ours if we know it, and that of
    /// another app on this host if not.
    OldCookie(String),
}

impl Credential {
    /// Returns what it is to the pipeline.
    pub(super) fn presented(self) -> PresentedToken {
        match self {
            Self::Token(token) | Self::Cookie(token) => PresentedToken::Ours(token),
            Self::OldCookie(token) => PresentedToken::Perhaps(token),
        }
    }

    /// Returns the token of a cookie.
    pub(super) fn cookie(&self) -> Option<&str> {
        match self {
            Self::Token(_) => None,
            Self::Cookie(token) | Self::OldCookie(token) => Some(token),
        }
    }

    fn token(&self) -> &str {
        match self {
            Self::Token(token) | Self::Cookie(token) | Self::OldCookie(token) => token,
        }
    }
}

/// Returns the token of `Authorization: Bearer`, or else of the session cookie where it may be used.
pub(super) fn credential(headers: &HeaderMap, config: &Config) -> Option<Credential> {
    bearer(headers).map(Credential::Token).or_else(|| cookie(headers, config))
}

/// Returns the token of the session cookie where it may be used, whatever else the request brings.
fn cookie(headers: &HeaderMap, config: &Config) -> Option<Credential> {
    if !cookie_allowed(headers) {
        return None;
    }
    let named = |is_name: &dyn Fn(&str) -> bool| {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(Cookie::split_parse).filter_map(Result::ok);
        pairs
            .find(|cookie| is_name(cookie.name()) && !cookie.value().is_empty())
            .map(|cookie| cookie.value().to_owned())
    };
    let ours = named(&|name| is_session_cookie(name, config)).map(Credential::Cookie);
    // Without a prefix, a neighbour of the host can have set it.
    let old = |name: &str| name == Config::DEFAULT_COOKIE_NAME && !is_secure(config);
    ours.or_else(|| named(&old).map(Credential::OldCookie))
}

/// Returns the token that the cookie of a request names, where it may be used.
#[must_use]
pub fn cookie_token(headers: &HeaderMap, config: &Config) -> Option<String> {
    cookie(headers, config).map(|credential| credential.token().to_owned())
}

/// Returns the token of a request.
#[must_use]
pub fn token(headers: &HeaderMap, config: &Config) -> Option<String> {
    credential(headers, config).map(|credential| credential.token().to_owned())
}

/// Says who a request is from, by the headers that say so.
///
/// # Errors
///
/// `session-unavailable` when the session store does not answer.
pub(super) async fn identify<A: App>(
    dispatcher: &Dispatcher<A>,
    headers: &HeaderMap,
    address: Option<IpAddr>,
) -> Result<Identity<A>, SyncError> {
    let credential = credential(headers, dispatcher.config());
    let cookie = credential.as_ref().and_then(Credential::cookie).map(str::to_owned);
    let token = credential.map(Credential::presented);
    let language = language(headers, dispatcher.catalog());
    let identity = dispatcher.identify(Presented { token, language, address, tab: None }).await?;
    if let Some(cookie) = cookie.filter(|_| identity.session.has_token()) {
        cookie_was_used(cookie, identity.session.clone());
    }
    Ok(identity)
}

/// Returns the language that `Accept-Language` asks for.
pub(super) fn language(headers: &HeaderMap, catalog: &Catalog) -> Locale {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    catalog.negotiate(accepted(header).iter().map(String::as_str))
}

/// Writes the `Set-Cookie` value of a session; an empty token ends it. In production, which has HTTPS, it is `Secure`.
#[must_use]
pub fn session_cookie(token: &str, max_age: Duration, config: &Config) -> String {
    // Rounded up: a cookie of no whole second would be none.
    let age =
        if token.is_empty() { 0 } else { max_age.as_secs().saturating_add(u64::from(max_age.subsec_nanos() > 0)) };
    let is_secure = is_secure(config);
    let prefix = if is_secure { HOST_PREFIX } else { "" };
    Cookie::build((format!("{prefix}{}", config.session_cookie_name()), token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_secure)
        .max_age(cookie::time::Duration::seconds(i64::try_from(age).unwrap_or(i64::MAX)))
        .build()
        .to_string()
}

/// Returns the token in a `Set-Cookie` value, if it is that of the session cookie; an empty one ends it.
pub(super) fn token_set<'v>(set_cookie: &'v HeaderValue, config: &Config) -> Option<&'v str> {
    let (name, rest) = set_cookie.to_str().ok()?.split_once('=')?;
    is_session_cookie(name, config).then(|| rest.split(';').next().unwrap_or_default())
}

fn is_session_cookie(name: &str, config: &Config) -> bool {
    let plain = if is_secure(config) { name.strip_prefix(HOST_PREFIX) } else { Some(name) };
    plain == Some(config.session_cookie_name())
}

fn is_secure(config: &Config) -> bool {
    !config.is_development()
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn config(environment: Environment, name: Option<&str>) -> Config {
        Config { environment, cookie_name: name.map(str::to_owned), ..Config::default() }
    }

    #[test]
    fn the_configured_cookie_comes_first_and_outside_production_the_old_one_after_it() {
        use Environment::{Development, Production};
        let ours = |token: &str| Some(Credential::Cookie(token.to_owned()));
        let old = |token: &str| Some(Credential::OldCookie(token.to_owned()));
        let cases = [
            (Development, None, "session=a", ours("a")),
            (Development, Some("chess"), "chess=a", ours("a")),
            (Development, Some("chess"), "session=b; chess=a", ours("a")),
            (Development, Some("chess"), "session=b; other=c", old("b")),
            (Development, Some("chess"), "chess=; session=b", old("b")),
            (Development, Some("chess"), "__Host-chess=a; checkers=b; Chess=c", None),
            (Production, Some("chess"), "session=b; __Host-chess=a", ours("a")),
            // A neighbour of the host can set one without the prefix.
            (Production, Some("chess"), "chess=a", None),
            (Production, None, "session=b; __Host-session=a", ours("a")),
            // Nor is the old name read, which has none.
            (Production, Some("chess"), "session=b", None),
            (Production, None, "session=b", None),
        ];
        for (environment, name, cookies, expected) in cases {
            let said = [(COOKIE, cookies), (SEC_FETCH_SITE, "same-origin")];
            let headers: HeaderMap =
                said.into_iter().map(|(name, value)| (name, value.parse().expect("a header value"))).collect();
            assert_eq!(
                credential(&headers, &config(environment, name)),
                expected,
                "{environment:?} {name:?} {cookies}"
            );
        }
    }

    #[test]
    fn a_cookie_is_written_under_the_name_under_which_it_is_read() {
        for (environment, name, written) in [
            (Environment::Development, None, "session=t; HttpOnly; SameSite=Lax; Path=/; Max-Age=4"),
            (Environment::Development, Some("chess"), "chess=t; HttpOnly; SameSite=Lax; Path=/; Max-Age=4"),
            (
                Environment::Production,
                Some("chess"),
                "__Host-chess=t; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=4",
            ),
        ] {
            let config = config(environment, name);
            let cookie = session_cookie("t", Duration::from_millis(3001), &config);
            assert_eq!(cookie, written);
            assert_eq!(token_set(&cookie.parse().expect("a header value"), &config), Some("t"));
            let ended = session_cookie("", Duration::from_secs(3), &config);
            assert!(ended.ends_with("; Max-Age=0"), "{ended}");
            assert_eq!(token_set(&ended.parse().expect("a header value"), &config), Some(""));
        }
    }
}
