//! How many there may be at once of one address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::config::Config;
use crate::tables::shrink;

/// Whose addresses have limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counting {
    pub(super) is_on: bool,
    /// Whether this machine itself has no limits.
    spares_loopback: bool,
}

impl Counting {
    pub(super) fn new(config: &Config) -> Self {
        Self { is_on: config.limits, spares_loopback: config.is_development() }
    }

    /// Returns the address if it is counted.
    pub(super) fn of(self, address: Option<IpAddr>) -> Option<IpAddr> {
        let is_spared = |address: &IpAddr| self.spares_loopback && address.is_loopback();
        address.filter(|address| self.is_on && !is_spared(address))
    }
}

/// Counts what is there at once, by address.
#[derive(Debug)]
pub struct Places {
    counting: Counting,
    limit: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// One place; given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    address: Option<IpAddr>,
}

/// The address has all places that there are for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPlace;

impl Places {
    /// As many for one address as it may have connections.
    #[must_use]
    pub fn new(config: &Config) -> Arc<Self> {
        let (counting, limit) = (Counting::new(config), config.address_connections);
        Arc::new(Self { counting, limit, taken: Mutex::default() })
    }

    /// Takes a place; where the address is not counted there always is one.
    ///
    /// # Errors
    ///
    /// [`NoPlace`].
    pub fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Place, NoPlace> {
        let address = self.counting.of(address);
        if let Some(address) = address {
            let mut taken = self.taken.lock();
            let count = taken.entry(address).or_default();
            if *count >= self.limit {
                return Err(NoPlace);
            }
            *count += 1;
        }
        Ok(Place { places: self.clone(), address })
    }

    #[cfg(test)]
    pub(super) fn addresses(&self) -> usize {
        self.taken.lock().len()
    }
}

impl Place {
    /// Returns the address, if it is counted.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut taken = self.places.taken.lock();
        if let Entry::Occupied(mut count) = taken.entry(address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        shrink(&mut taken);
    }
}
