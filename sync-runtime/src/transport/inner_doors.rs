//! The doors of a server that nobody reaches from outside of its process: requests are handed in by tests.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use axum::Router;
use axum::extract::ConnectInfo;
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use crate::dispatch::Dispatcher;
use crate::route::App;
use crate::transport::Response;
use crate::transport::doors::{Doorway, EngineSockets, Ready, router};
use crate::transport::open_doors::{Tidying, tidying};
use crate::transport::pipes::{OpenPipes, PipeInfo};

/// A request with all that it carries.
pub type Request = axum::http::Request<axum::body::Body>;

/// What the server serves, without a pipe that it comes on.
#[derive(Debug)]
pub struct InnerDoors {
    router: TowerToHyperService<Router>,
    ready: Ready,
    #[expect(dead_code, reason = "they are there to be dropped")]
    tidying: Tidying,
}

impl InnerDoors {
    /// Where whoever hands something in is taken to be.
    pub const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    /// Serves what is handed in, with the app's own `routes` beside ours.
    #[must_use]
    pub fn open<A: App>(dispatcher: &Arc<Dispatcher<A>>, routes: Router) -> Self {
        let ready: Ready = Arc::new(AtomicBool::new(true));
        let sockets = Arc::new(EngineSockets::new(dispatcher.config(), dispatcher.metrics()));
        let doorway = Doorway::new(dispatcher, &sockets, &ready);
        let router = router(dispatcher, (&doorway, &sockets), &Arc::<OpenPipes>::default(), &ready, routes);
        Self { router: TowerToHyperService::new(router), ready, tidying: tidying(dispatcher, &sockets) }
    }

    /// Answers a request, which passes all that one from outside passes but its pipe.
    pub async fn answer(&self, mut request: Request) -> Response {
        let info = PipeInfo { pipe: Weak::new(), address: Self::ADDRESS, is_proxied: false, is_spare: false };
        request.extensions_mut().insert(ConnectInfo(info));
        self.router.call(request).await.unwrap_or_else(|never| match never {})
    }

    /// Reads what an answer carries.
    pub async fn read(response: Response) -> Vec<u8> {
        response.into_body().collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default()
    }

    /// Says at `/readyz` that others are to be asked.
    pub fn turn_away(&self) {
        self.ready.store(false, Ordering::Release);
    }
}
