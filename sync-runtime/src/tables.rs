//! Tables that take no more memory than what is in them needs.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

/// Gives the memory of a table back that is far larger than what is left in it, as after many have come and gone at once. To be called
/// where something was removed: it takes as long as is saved, for the next time is as many removals away.
pub(crate) fn shrink<K: Eq + Hash, V, S: BuildHasher>(table: &mut HashMap<K, V, S>) {
    if table.len() < table.capacity() / 4 {
        table.shrink_to(2 * table.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_follows_what_is_in_it() {
        let mut table: HashMap<u32, u32> = (0..10_000).map(|number| (number, number)).collect();
        for number in 0..10_000 {
            table.remove(&number);
            shrink(&mut table);
            assert!(table.capacity() <= 8 * table.len() + 16, "{} of {}", table.len(), table.capacity());
        }
        assert_eq!(table.capacity(), 0);
    }
}
