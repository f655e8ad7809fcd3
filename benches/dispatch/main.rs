//! What the pipeline costs without a network: a call, a filter, a frame.
//!
//! Everything runs on one thread against an outbox that drops what it is handed, so that all CPU time of the thread is the
//! pipeline's. Beside us stands what one would write by hand for one event, without rooms that change, containment of panics,
//! sessions or languages: the ratio says what those cost.
//!
//! ```text
//! cargo bench --package sync-benches --bench dispatch
//! cargo bench --package sync-benches --bench dispatch -- frames    # or calls, or filters, or limits
//! ```

mod by_hand;
mod calls;
mod filters;
mod frames;
mod limits;
mod payload;
mod stage;

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let questions: [(&str, fn()); 4] = [
        ("calls", calls::measure),
        ("limits", limits::measure),
        ("filters", filters::measure),
        ("frames", frames::measure),
    ];
    for (name, measure) in questions {
        if wanted.as_deref().is_none_or(|wanted| wanted == name) {
            measure();
        }
    }
}
