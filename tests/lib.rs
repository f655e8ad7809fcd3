//! What needs two crates, a disk or a socket; the tests are in `it/`.

pub mod app;
pub mod foreign;
pub mod lane;
pub mod socket;
pub mod types;
pub mod values;
