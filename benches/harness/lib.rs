//! Measures side by side, and prints tables.
//!
//! An *entrant* is one way to do a piece of work; a *contest* runs all entrants of one question in turn, for many rounds, so that
//! whatever else the machine does hits all of them alike. Times are CPU time, never wall time, unless a name says so. A *ratio* is
//! taken within a round, against the first entrant, and then the median over the rounds. Nothing here asserts.
//!
//! A [`Socket`] is a client that costs next to nothing, for the questions that need many.

mod contest;
mod cpu;
mod files;
pub mod frames;
mod poll;
mod process;
mod socket;
mod table;

pub use contest::{Contest, Sample};
pub use cpu::{children_cpu, thread_cpu};
pub use files::allow_many_files;
pub use poll::Poll;
pub use process::{ProcessCpu, resident_bytes};
pub use socket::{Join, Joined, Login, Socket, WEBSOCKET_KEY, unexpected};
pub use table::{digits, median, print, print_table, quantile, table};
