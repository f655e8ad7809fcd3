//! The test app as a server of its own, for clients that are not written in Rust, and for tests that kill it. With `TEST_SESSIONS` its sessions are
//! in its folder, and outlive it; who has no Rust to leave any there names users, as in `TEST_SESSIONS=ada,bob`, and reads a line `token ada …`
//! for each, before or after the one that says where the server listens.

use std::process::ExitCode;

use sync::axum::Router;
use sync::{Handle, Server};
use test_app::{App, Session};

fn main() -> ExitCode {
    match std::env::var("TEST_SESSIONS") {
        Ok(users) => sync::__private::serve(signing_in(test_app::server_with_files(), users), &test_app::routes::TABLE),
        Err(_) => test_app::serve(),
    }
}

/// Signs in those who are named, as soon as the server has its sessions.
fn signing_in(server: Server<App>, users: String) -> Server<App> {
    server.routes(|handle| {
        tokio::spawn(sign_in(handle, users));
        Router::new()
    })
}

#[expect(clippy::print_stdout, reason = "whoever has started it reads them")]
async fn sign_in(handle: Handle<App>, users: String) {
    for user_id in users.split(',').filter(|user| !user.is_empty()) {
        let session = Session { user_id: user_id.to_owned(), outcome: "deliver".to_owned(), locale: None, tie: None };
        let token = handle.sessions().create(session).await.expect("a store of sessions");
        println!("token {user_id} {}", token.as_str());
    }
}
