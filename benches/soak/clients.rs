//! What clients of a number are: where they come from, and what chance has for them.

use std::net::Ipv4Addr;

/// How many addresses there are. Each has the ports of one, and may do a thousand things a second.
const ADDRESSES: u64 = 60;

/// Returns the address of the client of this number, from 127.0.0.2 on: 127.0.0.1 is the server's.
pub(crate) fn address(number: u64) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, (number % ADDRESSES) as u8 + 2)
}

/// Makes of a number one that looks like chance, the same each time (SplitMix64).
pub(crate) fn chance(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
