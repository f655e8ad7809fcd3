//! Rooms that several servers have in common, put together.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Instant, sleep};
use crate::cluster::{BusError, RedisBus, SharedOrder};
use crate::config::{Config, Secret};
use crate::rooms::{RecentEvents, RoomServices};
use crate::route::App;
use crate::storage::DataError;
use crate::wire::PositionKey;

/// How long a server waits for a bus that is about to start, too, and how often it looks.
const STARTS: Duration = Duration::from_secs(10);
const AGAIN: Duration = Duration::from_millis(100);

impl<A: App> RoomServices<A> {
    /// Rooms whose order is made on the bus that the configuration names. Of their events, this process keeps what has happened since somebody
    /// was there; the bus keeps as much for all servers.
    ///
    /// # Errors
    ///
    /// When the bus cannot be reached within ten seconds, or its address is none.
    pub async fn on_bus(config: &Config) -> Result<Self, DataError> {
        let url = config.bus.as_ref().map(Secret::as_str).unwrap_or_default();
        let bus = RedisBus::new(url, &config.redis_prefix)?;
        let key = position_key(&bus).await.map_err(|error| DataError::Bus { source: error.into() })?;
        let order = SharedOrder::new(Arc::new(bus), config);
        Ok(Self {
            positions: Arc::new(PositionKey::new(key)),
            sequencer: Box::new(order.clone()),
            others: Box::new(order),
            histories: Box::new(RecentEvents::new(config)),
        })
    }
}

async fn position_key(bus: &RedisBus) -> Result<[u8; 16], BusError> {
    let mut own = [0; 16];
    getrandom::fill(&mut own).expect("the operating system has randomness");
    let until = Instant::now() + STARTS;
    loop {
        match bus.position_key(own).await {
            Err(_) if Instant::now() < until => sleep(AGAIN).await,
            known => return known,
        }
    }
}
