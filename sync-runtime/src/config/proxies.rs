//! The networks of proxies that are believed.

use std::net::IpAddr;

use ipnet::IpNet;

/// The networks whose servers say truly where a request comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ProxyNetworks(Vec<IpNet>);

impl ProxyNetworks {
    /// Reads networks such as `10.0.0.0/8`; an address alone is a network of one.
    ///
    /// Returns the first text that is neither.
    pub(crate) fn read<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, &'t str> {
        let read = texts.into_iter().map(|text| network(text).ok_or(text));
        read.collect::<Result<_, _>>().map(Self)
    }

    /// Returns whether an address is one of these.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Reads one network. Bits behind its prefix would say that somebody meant another one: `10.0.0.1/8` is none.
fn network(text: &str) -> Option<IpNet> {
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address.to_canonical()),
        Err(_) => text.parse().ok()?,
    };
    (network.trunc() == network).then_some(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(networks: &str, address: &str, expected: bool) {
        let read = ProxyNetworks::read(networks.split_whitespace()).expect(networks);
        assert_eq!(read.contains(address.parse().expect(address)), expected, "{address} in {networks}");
    }

    #[test]
    fn an_address_is_in_a_network_or_not() {
        check("10.0.0.0/8 192.168.1.7", "10.255.0.1", true);
        check("10.0.0.0/8 192.168.1.7", "192.168.1.7", true);
        check("10.0.0.0/8 192.168.1.7", "192.168.1.8", false);
        check("10.0.0.0/8", "::ffff:10.1.2.3", true);
        check("::ffff:10.1.2.3", "10.1.2.3", true);
        check("2001:db8::/32", "2001:db8:1::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
        check("0.0.0.0/0", "::1", false);
        check("", "127.0.0.1", false);
    }

    #[test]
    fn what_is_no_network_is_named() {
        for wrong in ["10.0.0.1/8", "10.0.0.0/33", "proxy.example", "10.0.0", "", "fe80::1%eth0"] {
            assert_eq!(ProxyNetworks::read(["127.0.0.1", wrong]), Err(wrong));
        }
    }
}
