//! Measures side by side, and prints tables.
//!
//! An *entrant* is one way to do a piece of work; a *contest* runs all entrants of one question in turn, for many rounds, so that
//! whatever else the machine does hits all of them alike. Times are CPU time, never wall time, unless a name says so. A *ratio* is
//! taken within a round, against the first entrant, and then the median over the rounds. Nothing here asserts.
//!
//! A [`Socket`] is a client that costs next to nothing, for the questions that need many; an [`Arrival`] finds its way into a room by itself.

mod arrival;
mod contest;
mod cores;
mod cpu;
mod files;
pub mod frames;
mod poll;
mod process;
mod program;
pub mod protocol;
mod socket;
mod table;
mod target;

pub use arrival::{Arrival, Heard};
pub use contest::{Contest, Sample};
pub use cores::pin;
pub use cpu::{children_cpu, thread_cpu};
pub use files::allow_many_files;
pub use poll::Poll;
pub use process::{ProcessCpu, forget_peak, open_files, peak_bytes, resident_anonymous_bytes, resident_bytes};
pub use program::{OwnProcess, number, run};
pub use socket::{Join, Joined, Login, Socket, WEBSOCKET_KEY, unexpected};
pub use table::{digits, median, middle_half, print, print_table, quantile, table};
pub use target::Target;
