//! What is to be reached, and whether it is.

use crate::table::{digits, median, middle_half};

/// One target: a figure, mostly a ratio, with what it must be and what it had better be.
#[derive(Debug, Clone)]
pub struct Target {
    /// What is measured.
    pub what: String,
    /// What the issue asks for.
    pub must: f64,
    /// What would be good.
    pub aim: f64,
    /// Whether the figure should be below: it is one of costs.
    pub is_cost: bool,
    /// The figure in each round.
    pub measured: Vec<f64>,
}

impl Target {
    /// The head of a table of targets, behind what names its rows.
    pub const HEAD: [&str; 5] = ["must", "aim", "measured", "middle half", "verdict"];

    /// Writes the row of a table: the median over the rounds, and what it is worth.
    #[must_use]
    pub fn row(&self) -> Vec<String> {
        let Self { what, must, aim, is_cost, measured } = self;
        let middle = median(measured);
        let meets = |limit: f64| if *is_cost { middle <= limit } else { middle >= limit };
        let sign = if *is_cost { "≤" } else { "≥" };
        let verdict = match (meets(*must), meets(*aim)) {
            (_, true) => "aim",
            (true, false) => "must",
            (false, false) => "**missed**",
        };
        let spread = if measured.len() > 1 { middle_half(measured) } else { String::new() };
        let figures = [format!("{sign} {must}"), format!("{sign} {aim}"), digits(middle), spread, verdict.to_owned()];
        [what.clone()].into_iter().chain(figures).collect()
    }
}
