//! How often something may happen, and how much of it there may be at once: of a route, a socket, a user, an address.
//!
//! A *budget* is what one of them may still do; it fills again with time, at a [`Rate`](sync_schema::Rate). A caller is known here by a
//! number alone, its *key*. What is counted by keys is bounded and swept: a budget that is full again is forgotten, since a new one is
//! full, too. This folder knows no sockets, no sessions and no addresses' networks: whoever asks says who it is about.

mod budget;
mod budgets;
mod limiter;
mod moment;
mod places;
mod sharing;

pub use budget::SocketBudget;
pub use budgets::Key;
pub use limiter::{Limits, Payer, RouteBudget};
pub use places::{NoPlace, Place, Places};
pub use sharing::Spent;

#[cfg(test)]
mod tests;
