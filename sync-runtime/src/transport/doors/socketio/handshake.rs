//! Whether a request asks for a WebSocket, and in the right way.
//!
//! Source: RFC 6455 §4.2.1. engineioxide looks at the key alone: a request that lost its `Upgrade` on the way would be answered with a
//! connection that nobody speaks on, and its client would wait instead of polling.

use axum::http::header::{CONNECTION, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Version, request};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Answers a request that is no handshake: 400, and what is wrong with it.
pub(super) fn refuse(mistake: &'static str) -> Response {
    let version = [(SEC_WEBSOCKET_VERSION, "13")];
    (StatusCode::BAD_REQUEST, version, format!("no WebSocket handshake: {mistake}\n")).into_response()
}

/// Returns what is wrong with the head of a request that names the transport `websocket`.
pub(super) fn mistake(head: &request::Parts) -> Option<&'static str> {
    let request::Parts { method, version, headers, .. } = head;
    if method != Method::GET || *version != Version::HTTP_11 {
        return Some("expected GET and HTTP/1.1");
    }
    if !has_token(headers, &UPGRADE, "websocket") {
        return Some("expected `Upgrade: websocket`; a proxy has to pass it on");
    }
    if !has_token(headers, &CONNECTION, "upgrade") {
        return Some("expected `Connection: Upgrade`; a proxy has to pass it on");
    }
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Some("expected `Sec-WebSocket-Version: 13`");
    }
    if !has_key(headers) {
        return Some("expected one `Sec-WebSocket-Key` of 16 bytes in base64");
    }
    None
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|named| named.trim().eq_ignore_ascii_case(token))
}

fn has_key(headers: &HeaderMap) -> bool {
    let mut keys = headers.get_all(SEC_WEBSOCKET_KEY).iter();
    let (Some(key), None) = (keys.next(), keys.next()) else { return false };
    STANDARD.decode(key).is_ok_and(|key| key.len() == 16)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    const GOOD: [(&str, &str); 4] = [
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    /// Checks a handshake of which one header is another, or is left out.
    fn check(name: &str, value: Option<&str>, expected: Option<&str>) {
        let mut request = Request::new(());
        let headers = GOOD.into_iter().filter(|(other, _)| *other != name).chain(value.map(|value| (name, value)));
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a name");
            request.headers_mut().append(name, value.parse().expect("a value"));
        }
        let found = mistake(&request.into_parts().0);
        assert_eq!(found.is_some(), expected.is_some(), "{name}: {value:?}");
        assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{name}: {value:?}: {found:?}");
    }

    #[test]
    fn a_handshake_needs_all_its_headers() {
        check("host", None, None);
        check("upgrade", None, Some("`Upgrade: websocket`"));
        check("upgrade", Some("h2c"), Some("`Upgrade: websocket`"));
        check("upgrade", Some("h2c, websocket"), None);
        check("connection", None, Some("`Connection: Upgrade`"));
        check("connection", Some("close"), Some("`Connection: Upgrade`"));
        check("sec-websocket-version", None, Some("`Sec-WebSocket-Version: 13`"));
        check("sec-websocket-version", Some("8"), Some("`Sec-WebSocket-Version: 13`"));
        check("sec-websocket-key", None, Some("`Sec-WebSocket-Key`"));
        check("sec-websocket-key", Some("short"), Some("`Sec-WebSocket-Key`"));
        check("sec-websocket-key", Some("dGhlIHNhbXBsZQ=="), Some("`Sec-WebSocket-Key`"));
    }
}
