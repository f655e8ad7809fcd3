//! Who is measured.

use crate::matrix::Outputs;
use harness::protocol::Route;

/// A way to deliver events: a server, and what is asked of it.
#[derive(Debug)]
pub(crate) struct Entrant {
    /// As tables and charts call it.
    pub(crate) name: &'static str,
    pub(crate) server: Server,
    /// What is asked of it for each kind of output; without a filter there is one kind only.
    pub(crate) routes: &'static [(Outputs, Route)],
    /// What it does, for the documentation.
    pub(crate) does: &'static str,
}

/// A program that serves. Several entrants may share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Server {
    /// This program, started as `serve <kind>`.
    Rust(&'static str),
    /// An earlier build of this program, which `--before` names, started in the same way.
    Before(&'static str),
    /// A script of the folder `peers`, run by Node.
    Node(&'static str, &'static str),
    /// A script of the folder `peers`, run by Bun.
    Bun(&'static str),
    /// Two of another kind, that meet on a Redis.
    Two(&'static Server),
}

pub(crate) const OURS: &str = "ours";
pub(crate) const OURS_PLAIN: &str = "ours, no filter";
const OURS_BEFORE: &str = "ours, before";
const OURS_PLAIN_BEFORE: &str = "ours, no filter, before";
pub(crate) const OURS_GROUP: &str = "ours, by group";
pub(crate) const OURS_ORDINARY: &str = "ours, through the stack";
pub(crate) const OURS_UNCOUNTED: &str = "ours, nothing counted";
pub(crate) const OURS_TWO: &str = "ours, two servers";
pub(crate) const NODE_LOOP_TWO: &str = "Node loop, two servers";
pub(crate) const NODE_BROADCAST_TWO: &str = "Node broadcast, no filter, two servers";
pub(crate) const LOOP: &str = "socketioxide loop";
pub(crate) const BROADCAST: &str = "socketioxide broadcast, no filter";
pub(crate) const NODE_LOOP: &str = "Node loop";
pub(crate) const NODE_BROADCAST: &str = "Node broadcast, no filter";
pub(crate) const BUN: &str = "Bun publish, no filter";
pub(crate) const RAW: &str = "raw epoll";
pub(crate) const RAW_GATHER: &str = "raw epoll, gathering";

const FILTERED: &[(Outputs, Route)] = &[(Outputs::Equal, Route::Equal), (Outputs::Different, Route::Named)];
const PLAIN: &[(Outputs, Route)] = &[(Outputs::Equal, Route::Plain)];
const GROUPS: &[(Outputs, Route)] = &[(Outputs::Different, Route::Group)];

/// In the order of the tables.
pub(crate) const ENTRANTS: &[Entrant] = &[
    Entrant {
        name: RAW,
        server: Server::Rust("raw"),
        routes: FILTERED,
        does: "one thread, epoll, framing by hand, filter, one `send` for each delivery; a frame is encoded once for all who get the same",
    },
    Entrant {
        name: RAW_GATHER,
        server: Server::Rust("raw-gather"),
        routes: FILTERED,
        does: "the same; requests that were read together go out together, after one more look for others: the limit where several are in flight",
    },
    Entrant {
        name: OURS,
        server: Server::Rust("ours"),
        routes: FILTERED,
        does: "our server as an app runs it, with sessions, rooms and room order; `fn -> bool` as filter (equal), `fn -> Option<ClientOutput>` (different)",
    },
    Entrant {
        name: OURS_PLAIN,
        server: Server::Rust("ours"),
        routes: PLAIN,
        does: "the same server, a route without a client file",
    },
    Entrant {
        name: OURS_BEFORE,
        server: Server::Before("ours"),
        routes: FILTERED,
        does: "ours as it was before a change",
    },
    Entrant {
        name: OURS_PLAIN_BEFORE,
        server: Server::Before("ours"),
        routes: PLAIN,
        does: "the same, without a client file",
    },
    Entrant {
        name: OURS_GROUP,
        server: Server::Rust("ours"),
        routes: GROUPS,
        does: "the same server, a filter that runs once for each of four groups",
    },
    Entrant {
        name: OURS_ORDINARY,
        server: Server::Rust("ours-ordinary"),
        routes: FILTERED,
        does: "ours with `direct_delivery = off`: every frame takes the way through the protocol stack",
    },
    Entrant {
        name: OURS_UNCOUNTED,
        server: Server::Rust("ours-uncounted"),
        routes: FILTERED,
        does: "ours with `metrics = off`: what counting costs",
    },
    Entrant {
        name: LOOP,
        server: Server::Rust("loop"),
        routes: FILTERED,
        does: "`io.to(room).sockets()`, filter, `socket.emit` for each; TCP_NODELAY, room for 4,096 packets per socket",
    },
    Entrant {
        name: BROADCAST,
        server: Server::Rust("broadcast"),
        routes: PLAIN,
        does: "`io.to(room).emit`; otherwise the same",
    },
    Entrant {
        name: NODE_LOOP,
        server: Server::Node("socketio.mjs", "loop"),
        routes: FILTERED,
        does: "socket.io: `fetchSockets()`, awaited filter, `emit` for each, a pause of 1 ms every 100 members",
    },
    Entrant {
        name: NODE_BROADCAST,
        server: Server::Node("socketio.mjs", "broadcast"),
        routes: PLAIN,
        does: "socket.io: `io.to(room).emit`",
    },
    Entrant {
        name: BUN,
        server: Server::Bun("bun.mjs"),
        routes: PLAIN,
        does: "`Bun.serve`: `ws.subscribe`, `server.publish`, Engine.IO and Socket.IO by hand",
    },
    Entrant {
        name: OURS_TWO,
        server: Server::Two(&Server::Rust("ours")),
        routes: FILTERED,
        does: "ours with `SYNC_BUS`, twice, each with half of the members",
    },
    Entrant {
        name: NODE_LOOP_TWO,
        server: Server::Two(&Server::Node("socketio.mjs", "loop")),
        routes: FILTERED,
        does: "socket.io with its Redis streams adapter, twice: `fetchSockets()`, awaited filter, `emit` for each",
    },
    Entrant {
        name: NODE_BROADCAST_TWO,
        server: Server::Two(&Server::Node("socketio.mjs", "broadcast")),
        routes: PLAIN,
        does: "the same: `io.to(room).emit`",
    },
];

impl Server {
    /// Returns how many processes serve.
    pub(crate) fn count(self) -> usize {
        if matches!(self, Self::Two(_)) { 2 } else { 1 }
    }

    fn is_held_to_order(self) -> bool {
        match self {
            Self::Rust(kind) => ["ours", "ours-ordinary", "ours-uncounted", "raw", "raw-gather"].contains(&kind),
            Self::Two(kind) => kind.is_held_to_order(),
            Self::Before(_) | Self::Node(..) | Self::Bun(_) => false,
        }
    }
}

impl Entrant {
    /// Returns the route that stands for `outputs`; `None` if this entrant cannot do it.
    pub(crate) fn route(&self, outputs: Outputs) -> Option<Route> {
        self.routes.iter().find(|(own, _)| *own == outputs).map(|(_, route)| *route)
    }

    /// Returns whether losses, doubles and inversions fail the run: of peers they are a figure.
    pub(crate) fn is_held_to_order(&self) -> bool {
        self.server.is_held_to_order()
    }
}
