//! What a request brings to say who it is from.

use cookie::{Cookie, SameSite};
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, HOST, ORIGIN, REFERER};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::WebOrigin;
use crate::i18n::{Catalog, Locale, accepted};
use crate::transport::origin::{SEC_FETCH_SITE, cookie_allowed};

/// The name of the session cookie.
const SESSION_COOKIE: &str = "session";

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

/// Returns the token of `Authorization: Bearer`, or else of the session cookie where it may be used.
pub(super) fn token(headers: &HeaderMap) -> Option<String> {
    bearer(headers).or_else(|| cookie_allowed(headers).then(|| cookie_token(headers)).flatten())
}

/// Returns the language that `Accept-Language` asks for.
pub(super) fn language(headers: &HeaderMap, catalog: &Catalog) -> Locale {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    catalog.negotiate(accepted(header).iter().map(String::as_str))
}

/// Writes the `Set-Cookie` value of a session; an empty token ends it. `secure` belongs to production, which has HTTPS.
#[must_use]
pub fn session_cookie(token: &str, max_age: std::time::Duration, secure: bool) -> String {
    let age = if token.is_empty() { 0 } else { i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX) };
    Cookie::build((SESSION_COOKIE, token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(cookie::time::Duration::seconds(age))
        .build()
        .to_string()
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn cookie_token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut named = cookies.flat_map(Cookie::split_parse).filter_map(Result::ok);
    let token = named.find(|cookie| cookie.name() == SESSION_COOKIE)?.value().to_owned();
    (!token.is_empty()).then_some(token)
}
