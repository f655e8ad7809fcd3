//! Which codes there is a series for.

use std::sync::{Arc, OnceLock};

use ::metrics::Counter;
use sync_schema::FRAMEWORK_CODES;

/// What a call is counted under that was not refused.
pub(super) const OK: &str = "ok";
/// What stands for a code that is not among those that the app is known to have: it could be made of anything.
const OTHER: &str = "other";

/// The codes that are labels, sorted: ours, those of the app, and what stands for all others.
#[derive(Debug, Clone)]
pub(super) struct Codes(Arc<[&'static str]>);

impl Codes {
    pub(super) fn new(of_app: &[&'static str]) -> Self {
        let ours = FRAMEWORK_CODES.iter().map(|(code, _)| *code);
        let mut codes: Vec<_> = ours.chain(of_app.iter().copied()).chain([OK, OTHER]).collect();
        codes.sort_unstable();
        codes.dedup();
        Self(codes.into())
    }

    fn index(&self, code: &str) -> Option<usize> {
        self.0.binary_search(&code).ok()
    }
}

/// A counter for each code, made when it is first needed.
#[derive(Debug)]
pub(super) struct Outcomes {
    codes: Codes,
    counters: Box<[OnceLock<Counter>]>,
}

impl Outcomes {
    pub(super) fn new(codes: &Codes) -> Self {
        let counters = codes.0.iter().map(|_| OnceLock::new()).collect();
        Self { codes: codes.clone(), counters }
    }

    /// Returns others of the same codes.
    pub(super) fn others(&self) -> Self {
        Self::new(&self.codes)
    }

    pub(super) fn count(&self, code: &str, make: impl FnOnce(&'static str) -> Counter) {
        let index = self.codes.index(code).or_else(|| self.codes.index(OTHER));
        if let Some(index) = index {
            self.counters[index].get_or_init(|| make(self.codes.0[index])).increment(1);
        }
    }
}
