//! The web page: from disk in a debug build, embedded in a release build.

use rust_embed::{EmbeddedFile, RustEmbed};
use sync::axum::Router;
use sync::axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use sync::axum::http::{Method, StatusCode, Uri};
use sync::axum::response::{Html, IntoResponse, Response};

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Page;

/// How the names of files end that a page loads.
const LOADED: [&str; 9] = [".js", ".css", ".map", ".json", ".ico", ".png", ".svg", ".woff2", ".txt"];

const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>The page is not built</title>
<body style=\"font:1rem/1.6 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem\">
<h1>The server runs, the page is not built</h1>
<p>Run <code>make run</code> in the repository, or build the page alone: <code>npm ci &amp;&amp; npm run build</code>.</p>";

/// Serves the page under every path that nobody else answers.
pub fn routes() -> Router {
    Router::new().fallback(serve)
}

async fn serve(method: Method, uri: Uri) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Page::get(path) {
        return with_type(path, file);
    }
    // What the page loads is there or it is missing; anything else is a path of the page's own, dots and all.
    if path.starts_with("assets/") || LOADED.iter().any(|ending| path.ends_with(ending)) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match Page::get("index.html") {
        Some(file) => with_type("index.html", file),
        None => (StatusCode::OK, Html(NOT_BUILT)).into_response(),
    }
}

fn with_type(path: &str, file: EmbeddedFile) -> Response {
    // Vite puts a hash of the content into the names under assets/; the rest may change with the next build.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = file.metadata.mimetype().to_owned();
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, cache.to_owned())], file.data).into_response()
}
