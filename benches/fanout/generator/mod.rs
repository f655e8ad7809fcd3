//! The load generator: one process for each entrant, on a core of its own, with all members of its servers in one thread.
//!
//! It speaks WebSocket, Engine.IO and Socket.IO by hand, reads no more of a frame than its length and its number, and answers pings.
//! A request is *in flight* until its last member has it. One process for each entrant keeps the number of open files below what many
//! systems allow one process.

mod expected;
mod fleet;
mod room;
mod run;
mod seen;

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use harness::ProcessCpu;

use crate::control::{Answer, Crowd, Order, hear, tell};
use crate::generator::fleet::Fleet;

/// Does what standard input says until it ends.
pub(crate) fn run() -> ExitCode {
    let (mut orders, mut answers) = (io::stdin().lock(), io::stdout().lock());
    match obey(&mut orders, &mut answers) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If nobody listens any more there is nobody to tell.
            tell(&mut answers, &Answer::Failed(error.to_string())).unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

fn obey(orders: &mut impl BufRead, answers: &mut impl Write) -> io::Result<()> {
    let mut fleet = None;
    while let Some(order) = hear(orders)? {
        let answer = match (order, &mut fleet) {
            (Order::Connect(crowd), fleet) => connect(&crowd, fleet)?,
            (Order::Load(load), Some(fleet)) => Answer::Done(fleet.run(&load)?),
            (Order::Load(_), None) => Answer::Failed("nobody is connected".to_owned()),
        };
        tell(answers, &answer)?;
    }
    Ok(())
}

fn connect(crowd: &Crowd, fleet: &mut Option<Fleet>) -> io::Result<Answer> {
    let read = || crowd.pids.iter().map(|pid| ProcessCpu::read(*pid)).collect::<io::Result<Vec<_>>>();
    let before = read()?;
    *fleet = Some(Fleet::connect(crowd)?);
    let cpu = read()?.iter().zip(&before).map(|(now, before)| now.since(before)).sum();
    Ok(Answer::Connected { cpu })
}
