//! One client on its way through a server.

use std::io;

use harness::{Join, Login, Socket, unexpected};

use crate::churn::plan::{Ending, Plan};
use crate::server::Server;

/// A client that is there.
pub(super) struct Visitor {
    pub(super) plan: Plan,
    socket: Socket,
}

impl Visitor {
    pub(super) fn open(server: &Server, number: u64) -> io::Result<Self> {
        let plan = Plan::of(number);
        let socket = Socket::open(plan.from, server.port)?;
        Ok(Self { plan, socket })
    }

    /// Logs in, if it gets so far.
    pub(super) fn log_in(&mut self, server: &Server) -> io::Result<()> {
        if self.plan.ending == Ending::BeforeConnect {
            return self.socket.opened();
        }
        let token = self.plan.is_user.then(|| server.token(self.plan.number));
        self.socket.log_in(Login { token, tab: self.plan.tab.as_deref() })
    }

    pub(super) fn join(&mut self) -> io::Result<()> {
        self.socket.logged_in()?;
        self.socket.join(Join { room: &self.plan.room, presence: self.plan.asks_who, ..Join::default() })
    }

    pub(super) fn joined(&mut self) -> io::Result<()> {
        self.socket.joined(overhear).map(drop)
    }

    /// Calls a route, if it is one that does.
    pub(super) fn call(&mut self) -> io::Result<()> {
        if !self.plan.calls {
            return Ok(());
        }
        let room = &self.plan.room;
        let data = r#"{"amount":1,"pad":"the quick brown fox jumps over the lazy dog"}"#;
        self.socket
            .say(&format!(r#"423["sync",{{"name":"bench/plain","version":"v1","data":{data},"receiver":"{room}"}}]"#))
    }

    pub(super) fn answered(&mut self) -> io::Result<()> {
        if self.plan.calls { self.socket.answered(3, overhear).map(drop) } else { Ok(()) }
    }

    /// Leaves the room, if it is one that does.
    pub(super) fn leave(&mut self) -> io::Result<()> {
        if self.plan.ending == Ending::Leave { self.socket.leave(&self.plan.room) } else { Ok(()) }
    }

    /// Says that it goes, if it is one that does.
    pub(super) fn say_goodbye(&mut self) -> io::Result<()> {
        match self.plan.ending {
            Ending::Leave => {
                self.socket.left(overhear)?;
                self.socket.say_close()
            }
            Ending::Close => self.socket.say_close(),
            Ending::Disconnect => {
                self.socket.say("41")?;
                self.socket.say_close()
            }
            Ending::BeforeUpgrade | Ending::BeforeConnect | Ending::Reset | Ending::Vanish => Ok(()),
        }
    }

    /// Goes; who has said so waits until the server has closed the connection.
    pub(super) fn go(self) -> io::Result<()> {
        match self.plan.ending {
            Ending::Leave | Ending::Close | Ending::Disconnect => self.socket.closed(),
            Ending::Reset => self.socket.reset(),
            Ending::BeforeUpgrade | Ending::BeforeConnect if self.plan.number.is_multiple_of(2) => self.socket.reset(),
            Ending::BeforeUpgrade | Ending::BeforeConnect | Ending::Vanish => Ok(()),
        }
    }
}

/// Lets pass what a member of a room may hear.
fn overhear(text: &[u8]) -> io::Result<()> {
    const HEARD: [&[u8]; 2] = [br#"42["sync",{"cb":"bench/plain/v1","#, br#"42["presence","#];
    if HEARD.iter().any(|beginning| text.starts_with(beginning)) {
        return Ok(());
    }
    Err(unexpected("an event or a notice of who is there", text))
}
