//! What a server counts of itself, for Prometheus.
//!
//! Each server has a recorder of its own: a process may run several. A *series* is a name with labels (`series.rs` lists the names and what
//! they mean); how many there are is bounded by the routes and codes of the app. No label is the name of a room, of a user or of anything
//! else that a caller chooses.
//!
//! Here is only counted. What there is to count is said by those who know: the pipeline, the visits of rooms, the door that is asked
//! for `/metrics`.

mod codes;
mod route_metrics;
mod series;
mod server_metrics;

pub use route_metrics::{RouteMetrics, Visited};
pub use series::{SERIES, Series, SeriesKind};
pub use server_metrics::{Listening, Now, ServerMetrics, Tally};
