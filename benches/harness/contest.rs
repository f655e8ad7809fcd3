//! Entrants in turn, for many rounds.

use std::time::Duration;

use crate::table::{median, print_table, quartiles};

/// What one entrant did in one round.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The CPU time of the whole work.
    pub cpu: Duration,
    /// How many pieces of work that was: calls, members, frames.
    pub pieces: usize,
}

/// Several ways to do the same piece of work. The first one is what the others are compared with.
pub struct Contest<'a> {
    piece: &'static str,
    entrants: Vec<Entrant<'a>>,
}

struct Entrant<'a> {
    name: String,
    work: Box<dyn FnMut() -> Sample + 'a>,
    nanoseconds: Vec<f64>,
}

impl<'a> Contest<'a> {
    /// Creates a contest; `piece` names in the table what is counted, for example `member`.
    #[must_use]
    pub fn new(piece: &'static str) -> Self {
        Self { piece, entrants: Vec::new() }
    }

    /// Adds an entrant. `work` does some milliseconds of work and measures itself, so that preparations do not count.
    pub fn enter(&mut self, name: impl Into<String>, work: impl FnMut() -> Sample + 'a) {
        self.entrants.push(Entrant { name: name.into(), work: Box::new(work), nanoseconds: Vec::new() });
    }

    /// Runs every entrant once in each round, after a round that does not count, and prints the table.
    pub fn run(mut self, rounds: usize) {
        for round in 0..=rounds {
            for entrant in &mut self.entrants {
                let Sample { cpu, pieces } = (entrant.work)();
                if round > 0 {
                    entrant.nanoseconds.push(cpu.as_secs_f64() * 1e9 / pieces as f64);
                }
            }
        }
        let head = ["", &format!("ns per {}", self.piece), "middle half", "ratio"];
        print_table(&head, &self.entrants.iter().map(|entrant| self.row(entrant)).collect::<Vec<_>>());
    }

    fn row(&self, entrant: &Entrant<'_>) -> Vec<String> {
        let first = &self.entrants[0].nanoseconds;
        let ratios = entrant.nanoseconds.iter().zip(first).map(|(own, first)| own / first).collect::<Vec<_>>();
        let (low, high) = quartiles(&entrant.nanoseconds);
        vec![
            entrant.name.clone(),
            digits(median(&entrant.nanoseconds)),
            format!("{} to {}", digits(low), digits(high)),
            format!("{:.2}", median(&ratios)),
        ]
    }
}

/// Three digits are all that a measurement is good for.
fn digits(nanoseconds: f64) -> String {
    if nanoseconds < 100.0 { format!("{nanoseconds:.1}") } else { format!("{nanoseconds:.0}") }
}
