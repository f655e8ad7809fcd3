//! The servers that are measured, as far as they are written in Rust.
//!
//! Each runs in a process of its own: this same program, started as `serve <kind> <members>`. It prints one line that says where it
//! listens, and ends when its standard input does.

mod ours;
mod raw;
mod socketio;

use std::io::{self, Read};
use std::process::ExitCode;
use std::time::Duration;

use crate::control::{Started, tell};

/// No server pings anybody while something is measured: idle ones shall be idle.
const PING_INTERVAL: Duration = Duration::from_secs(3600);

/// Starts the server that is named, for so many members.
pub(crate) fn serve(arguments: &[String]) -> ExitCode {
    let [kind, members] = arguments else { return refuse("`serve` takes a kind and a number of members") };
    let Ok(members) = members.parse() else { return refuse("the number of members is no number") };
    end_with_input();
    let served = match kind.as_str() {
        "ours" => ours::serve(members, &[]),
        "ours-ordinary" => ours::serve(members, &[("SYNC_DIRECT_DELIVERY", "off")]),
        "ours-uncounted" => ours::serve(members, &[("SYNC_METRICS", "off")]),
        "loop" => socketio::serve(socketio::Delivery::Loop),
        "broadcast" => socketio::serve(socketio::Delivery::Broadcast),
        "raw" => raw::serve(false),
        "raw-gather" => raw::serve(true),
        unknown => return refuse(&format!("there is no server `{unknown}`")),
    };
    served.map_or_else(|error| refuse(&error.to_string()), |()| ExitCode::SUCCESS)
}

fn announce(port: u16, tokens: Vec<String>) -> io::Result<()> {
    tell(&mut io::stdout().lock(), &Started { port, tokens })
}

fn end_with_input() {
    std::thread::spawn(|| {
        io::stdin().read_to_end(&mut Vec::new()).unwrap_or_default();
        std::process::exit(0);
    });
}

fn refuse(why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::FAILURE
}
