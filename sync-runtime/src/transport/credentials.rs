//! What a request brings to say who it is from.

use cookie::{Cookie, SameSite};
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, HOST, ORIGIN};
use http::{HeaderMap, HeaderName};

use crate::i18n::{Catalog, Locale, accepted};
use crate::transport::origin::cookie_allowed;

/// The name of the session cookie.
const SESSION_COOKIE: &str = "session";

/// The headers that say who a request is from, and those that decide whether its cookie counts.
pub(super) const IDENTIFYING: [HeaderName; 6] =
    [AUTHORIZATION, COOKIE, ACCEPT_LANGUAGE, ORIGIN, HOST, HeaderName::from_static("sec-fetch-site")];

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
