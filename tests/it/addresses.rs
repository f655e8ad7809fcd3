//! What the server says at addresses of its own that are not there, and what it says about every answer.

use reqwest::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap};
use serde_json::Value;
use sync::axum::Router;
use sync::axum::response::Html;
use sync::axum::routing::{any, get};
use sync_tests::app::TestServer;

/// Servers whose page answers everything that nobody else does, in both ways in which an app can say so.
async fn servers() -> [TestServer; 2] {
    let page = async || Html("<!doctype html>");
    let own = async || "the app's own";
    let add_own = move |router: Router| router.route("/api/own", get(own)).route("/auth/own", get(own));
    let fallback = test_app::server().routes(move |_| add_own(Router::new().fallback(page)));
    let wildcard = test_app::server().routes(move |_| add_own(Router::new().route("/{*path}", any(page))));
    [TestServer::start_server(fallback, |_| {}).await, TestServer::start_server(wildcard, |_| {}).await]
}

async fn get_from(server: &TestServer, path: &str) -> (u16, HeaderMap, String) {
    let answer = reqwest::get(format!("http://{}{path}", server.address())).await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.text().await.expect("a text"))
}

#[tokio::test]
async fn what_is_not_there_under_a_reserved_name_is_missing_and_not_the_page() {
    for server in servers().await {
        for path in [
            "/metrics/",
            "/metrics/x",
            "/api",
            "/api/x/y/v1",
            "/auth",
            "/auth/",
            "/auth/x",
            "/healthz/x",
            "/readyz/",
            "/_inspect",
            "/_inspect/rooms",
            "/sync",
            "/sync/x",
            "//metrics",
        ] {
            let (status, headers, body) = get_from(&server, path).await;
            assert!(matches!(status, 404 | 405), "{path}: {status}");
            assert_eq!(headers[CONTENT_TYPE], "application/json", "{path}");
            let answer: Value = serde_json::from_str(&body).expect("an envelope");
            assert_eq!(answer["httpStatus"], status, "{path}");
        }
    }
}

#[tokio::test]
async fn everything_else_is_the_page_and_routes_of_the_app_stay_its_own() {
    for server in servers().await {
        for path in ["/metricsx", "/apis", "/authors/auth", "/a/metrics", "/syncs", "/_inspector", "/healthzz"] {
            let (status, headers, _) = get_from(&server, path).await;
            assert_eq!((status, headers[CONTENT_TYPE].as_bytes()), (200, &b"text/html; charset=utf-8"[..]), "{path}");
        }
        for path in ["/api/own", "/auth/own"] {
            let (status, _, body) = get_from(&server, path).await;
            assert_eq!((status, body.as_str()), (200, "the app's own"), "{path}");
        }
        assert_eq!(get_from(&server, "/healthz").await.2, "ok");
    }
}

#[tokio::test]
async fn what_an_app_nests_under_a_reserved_name_answers_there_in_all_its_forms() {
    let own = || get(async || "the app's own");
    let page = || any(async || Html("<!doctype html>"));
    let nested = move || Router::new().route("/own", own()).fallback(async || "the app's own fallback");
    let app = test_app::server().routes(move |_| {
        Router::new()
            .nest_service("/auth", own())
            .nest("/api", nested())
            .nest_service("/_inspect", nested())
            // The ways in which a page can take any first part, as a language does.
            .nest_service("/{language}/service", page())
            .route("/{language}/route", page())
            .fallback_service(page())
    });
    let server = TestServer::start_server(app, |_| {}).await;
    for (path, expected) in [
        ("/auth", "the app's own"),
        ("/auth/", "the app's own"),
        ("/auth/callback", "the app's own"),
        ("/auth/auth/x", "the app's own"),
        ("/api/own", "the app's own"),
        ("/_inspect/own", "the app's own"),
        ("/_inspect/x/y", "the app's own fallback"),
        ("/de/service/x", "<!doctype html>"),
        ("/de/route", "<!doctype html>"),
        ("/de", "<!doctype html>"),
    ] {
        let (status, _, body) = get_from(&server, path).await;
        assert_eq!((status, body.as_str()), (200, expected), "{path}");
    }
    // Beside what an app has there, these belong to its routes, which it has no fallback for.
    for path in ["/api", "/api/x", "/sync/x", "/metrics/service/x", "/metrics/route"] {
        assert!(matches!(get_from(&server, path).await.0, 404 | 405), "{path}");
    }
}

#[tokio::test]
async fn pages_are_shown_in_no_foreign_frame_and_nothing_under_auth_is_kept() {
    let [server, _] = servers().await;
    let (_, page, _) = get_from(&server, "/chat").await;
    assert_eq!(page[CONTENT_SECURITY_POLICY], "frame-ancestors 'self'");
    assert!(!page.contains_key(CACHE_CONTROL), "how long a page is kept is the app's to say");
    for path in ["/auth", "/auth/own", "/auth/x"] {
        let (_, headers, _) = get_from(&server, path).await;
        assert_eq!(headers[CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
    }
}

#[tokio::test]
async fn an_app_may_say_itself_who_shows_its_pages() {
    let policy = "default-src 'self'; frame-ancestors https://shop.example";
    let page = move || async move { ([(sync::axum::http::header::CONTENT_SECURITY_POLICY, policy)], Html("")) };
    let server = test_app::server().routes(move |_| Router::new().route("/shown", get(page)));
    let server = TestServer::start_server(server, |_| {}).await;
    let (_, headers, _) = get_from(&server, "/shown").await;
    assert_eq!(headers.get_all(CONTENT_SECURITY_POLICY).iter().collect::<Vec<_>>(), [policy]);
}
