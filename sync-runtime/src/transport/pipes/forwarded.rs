//! Where a request comes from that a proxy passes on.
//!
//! Each proxy appends the address that it was asked from, so the list is read from the right: the peer of our own pipe says who was
//! before it, and is believed if it is a proxy of ours; so is the one before it, and so on. The first one that is none of ours is the
//! client, and what stands before it was written by the client, which may write what it likes. Where a proxy of ours has said something
//! that cannot be read, nothing is believed but where the pipe comes from.
//!
//! Sources: RFC 7239 for `Forwarded`; `X-Forwarded-For` has no standard, and is a list of addresses, some with a port.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName, header};

use crate::config::{Config, ProxyNetworks};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// How many proxies there may be in a row.
const HOPS: usize = 32;

/// Returns where a request comes from whose pipe comes from `peer`.
///
/// With both headers there, they have to say the same: a proxy that knows one of them passes on the other as its client has written it.
#[must_use]
pub fn client(peer: IpAddr, headers: &HeaderMap, proxies: &ProxyNetworks) -> IpAddr {
    let peer = peer.to_canonical();
    if !proxies.contains(peer) {
        return peer;
    }
    let said = [(&X_FORWARDED_FOR, plain as ReadLine), (&header::FORWARDED, rfc7239)].map(|(name, read)| {
        let lines = headers.get_all(name).iter().map(|line| line.as_bytes());
        headers.contains_key(name).then(|| before(peer, lines.rev(), read, proxies))
    });
    let found = match said {
        [None, None] => Some(peer),
        [Some(client), None] | [None, Some(client)] => client,
        [Some(client), Some(other)] => client.filter(|_| client == other),
    };
    found.unwrap_or_else(|| {
        tracing::debug!(%peer, "a trusted proxy says nothing that can be believed of who is behind it");
        peer
    })
}

/// Returns where a request comes from whose pipe comes from `peer`, as a server of this configuration finds it; for whoever tries what
/// headers can do.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, config: &Config) -> IpAddr {
    client(peer, headers, &config.proxies())
}

/// Who asked a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hop {
    Address(IpAddr),
    /// The proxy does not tell, or not by its address.
    Hidden,
    /// It does not say what a hop could be.
    Unreadable,
}

/// Reads one line of a header: the hops, oldest first; `None` for a line that is not of its form.
type ReadLine = fn(&str) -> Option<Vec<Hop>>;

/// Follows the lines of a header from the last one on; `None` where one that counts cannot be read.
fn before<'l>(
    peer: IpAddr,
    lines: impl Iterator<Item = &'l [u8]>,
    read: ReadLine,
    proxies: &ProxyNetworks,
) -> Option<IpAddr> {
    let mut client = peer;
    let mut count = 0;
    for line in lines {
        for hop in read(&String::from_utf8_lossy(line))?.into_iter().rev() {
            count += 1;
            match hop {
                Hop::Unreadable => return None,
                _ if count > HOPS => return None,
                // The proxy that hides its client stands for it.
                Hop::Hidden => return Some(client),
                Hop::Address(address) if proxies.contains(address) => client = address,
                Hop::Address(address) => return Some(address),
            }
        }
    }
    Some(client)
}

/// Reads the end of a line of `X-Forwarded-For`, as much of it as may count. Each hop stands for itself: what a client has written does not
/// make those unreadable that were appended.
fn plain(line: &str) -> Option<Vec<Hop>> {
    let mut hops: Vec<_> =
        line.rsplit(',').take(HOPS + 1).map(|hop| plain_hop(hop.trim_matches([' ', '\t']))).collect();
    hops.reverse();
    Some(hops)
}

fn plain_hop(hop: &str) -> Hop {
    match hop.eq_ignore_ascii_case("unknown") {
        true => Hop::Hidden,
        false => address(hop).map_or(Hop::Unreadable, Hop::Address),
    }
}

/// Reads a line of `Forwarded`: elements of pairs, of which `for` counts.
fn rfc7239(line: &str) -> Option<Vec<Hop>> {
    let mut rest = line;
    let mut hops = Vec::new();
    loop {
        let (hop, behind) = element(rest)?;
        hops.push(hop);
        match behind.strip_prefix(',') {
            Some(behind) => rest = behind,
            None => return behind.is_empty().then_some(hops),
        }
    }
}

/// Reads `for=…;proto=…` up to a comma or the end.
fn element(text: &str) -> Option<(Hop, &str)> {
    let (mut rest, mut names, mut hop) = (text, Vec::new(), None);
    loop {
        let (name, behind) = token(spaces(rest))?;
        let (value, behind) = value(behind.strip_prefix('=')?)?;
        let name = name.to_ascii_lowercase();
        if name == "for" {
            hop = Some(node(&value)?);
        }
        // Each may be there once.
        if names.contains(&name) {
            return None;
        }
        names.push(name);
        rest = spaces(behind);
        match rest.strip_prefix(';') {
            Some(behind) => rest = behind,
            // A proxy that says nothing of who asked it hides it.
            None => return Some((hop.unwrap_or(Hop::Hidden), rest)),
        }
    }
}

fn spaces(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let end = text.bytes().position(|byte| !is_token(byte)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(token, _)| !token.is_empty())
}

/// Reads a token or a quoted text.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        return token(text).map(|(token, rest)| (token.to_owned(), rest));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(letters.next()?.1),
            _ => value.push(letter),
        }
    }
    None
}

/// Reads a node of RFC 7239 §6: an address, `unknown`, or a name that somebody has made up; each may have a port.
fn node(text: &str) -> Option<Hop> {
    let is_made_up = |name: &str| {
        let letters = name.strip_prefix('_').unwrap_or_default();
        !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let (name, port) = match text.strip_prefix('[') {
        Some(_) => text.split_at_checked(text.find(']')? + 1)?,
        None => text.split_at_checked(text.find(':').unwrap_or(text.len()))?,
    };
    match port.strip_prefix(':') {
        None if !port.is_empty() => return None,
        Some(port) if !is_port(port) && !is_made_up(port) => return None,
        _ => {}
    }
    if name.eq_ignore_ascii_case("unknown") || is_made_up(name) {
        return Some(Hop::Hidden);
    }
    let address = match name.strip_prefix('[') {
        Some(inner) => IpAddr::V6(inner.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?),
        None => IpAddr::V4(name.parse::<Ipv4Addr>().ok()?),
    };
    Some(Hop::Address(address.to_canonical()))
}

/// Reads an address as proxies write it: of IPv6 with brackets or without, and with a port or without where that is clear.
fn address(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    let (address, port) = match text.strip_prefix('[') {
        Some(inner) => {
            let (address, port) = inner.split_once(']')?;
            (IpAddr::V6(address.parse().ok()?), port)
        }
        None => {
            let (address, port) = text.split_at_checked(text.find(':')?)?;
            (IpAddr::V4(address.parse().ok()?), port)
        }
    };
    let is_whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    is_whole.then(|| address.to_canonical())
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.1";

    /// Asks through proxies of `10.0.0.0/8` and `2001:db8::/32`.
    fn asked(peer: &str, lines: &[(&str, &str)]) -> String {
        let proxies = ProxyNetworks::read(["10.0.0.0/8", "2001:db8::/32"]).expect("networks");
        let mut headers = HeaderMap::new();
        for (name, line) in lines {
            let name: HeaderName = name.parse().expect("a name");
            headers.append(name, axum::http::HeaderValue::from_bytes(line.as_bytes()).expect("a value"));
        }
        client(peer.parse().expect("an address"), &headers, &proxies).to_string()
    }

    fn check(name: &str, lines: &[&str], expected: &str) {
        let named: Vec<_> = lines.iter().map(|line| (name, *line)).collect();
        assert_eq!(asked(PROXY, &named), expected, "{name}: {lines:?}");
    }

    #[test]
    fn nobody_but_a_proxy_of_ours_is_believed() {
        for name in ["x-forwarded-for", "forwarded"] {
            let line = if name == "forwarded" { "for=1.2.3.4" } else { "1.2.3.4" };
            assert_eq!(asked("192.0.2.1", &[(name, line)]), "192.0.2.1");
            assert_eq!(asked("::ffff:192.0.2.1", &[(name, line)]), "192.0.2.1");
            assert_eq!(asked("::ffff:10.0.0.1", &[(name, line)]), "1.2.3.4");
            assert_eq!(asked("2001:db8::1", &[(name, line)]), "1.2.3.4");
        }
        assert_eq!(asked(PROXY, &[]), PROXY);
    }

    #[test]
    fn a_plain_list_is_read_from_the_right_to_the_first_who_is_not_ours() {
        let check = |lines: &[&str], expected: &str| check("x-forwarded-for", lines, expected);
        check(&["1.2.3.4"], "1.2.3.4");
        check(&["6.6.6.6, 1.2.3.4"], "1.2.3.4");
        check(&["6.6.6.6, 1.2.3.4, 10.0.0.7"], "1.2.3.4");
        check(&["6.6.6.6", "1.2.3.4", "10.0.0.7, 10.0.0.8"], "1.2.3.4");
        check(&["10.0.0.9,\t10.0.0.7"], "10.0.0.9");
        check(&["1.2.3.4:5678"], "1.2.3.4");
        check(&["2001:470::1"], "2001:470::1");
        check(&["[2001:470::1]"], "2001:470::1");
        check(&["[2001:470::1]:80"], "2001:470::1");
        check(&["::ffff:1.2.3.4"], "1.2.3.4");
        check(&["::ffff:10.0.0.9, 2001:db8::7"], "10.0.0.9");
        // What the client has written is nobody's business.
        check(&["' OR 1=1 --, 1.2.3.4"], "1.2.3.4");
        check(&["é", "1.2.3.4"], "1.2.3.4");
        check(&[", , 1.2.3.4, 10.0.0.7"], "1.2.3.4");
        let mut headers = HeaderMap::new();
        let line = axum::http::HeaderValue::from_bytes(b"\xff\xfe, 1.2.3.4").expect("a value");
        headers.insert(X_FORWARDED_FOR, line);
        let proxies = ProxyNetworks::read([PROXY]).expect("a network");
        let found = client(PROXY.parse().expect("an address"), &headers, &proxies);
        assert_eq!(found.to_string(), "1.2.3.4", "bytes that are no text");
        check(&["unknown"], PROXY);
        check(&["1.2.3.4, unknown, 10.0.0.7"], "10.0.0.7");
    }

    #[test]
    fn a_plain_list_that_cannot_be_read_is_not_believed() {
        for line in [
            "",
            "1.2.3.4,",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.04",
            "0x1.2.3.4",
            "1.2.3.4:",
            "1.2.3.4:99999",
            "1.2.3.4:+1",
            "1.2.3.4 6.6.6.6",
            "[1.2.3.4]",
            "[2001:470::1",
            "2001:470::1]",
            "[2001:470::1]80",
            "[2001:470::1]:x",
            "fe80::1%eth0",
            "\"1.2.3.4\"",
            "for=1.2.3.4",
            "_hidden",
            "localhost",
            "1.2.3.4, é",
        ] {
            check("x-forwarded-for", &[line], PROXY);
            check("x-forwarded-for", &["1.2.3.4", line], PROXY);
        }
        check("x-forwarded-for", &["1.2.3.4, nonsense, 10.0.0.7"], PROXY);
    }

    #[test]
    fn forwarded_is_read_as_its_standard_says() {
        let check = |lines: &[&str], expected: &str| check("forwarded", lines, expected);
        check(&["for=1.2.3.4"], "1.2.3.4");
        check(&["For=1.2.3.4;Proto=https;By=203.0.113.43"], "1.2.3.4");
        check(&["proto=https; for=1.2.3.4 ;host=a.example"], "1.2.3.4");
        check(&["for=\"1.2.3.4:5678\""], "1.2.3.4");
        check(&["for=\"[2001:470::1]\""], "2001:470::1");
        check(&["for=\"[2001:470::1]:4711\""], "2001:470::1");
        check(&["for=\"[::ffff:1.2.3.4]:_port\""], "1.2.3.4");
        check(&["for=\"1.2\\.3.4\""], "1.2.3.4");
        check(&["for=6.6.6.6, for=1.2.3.4, for=10.0.0.7"], "1.2.3.4");
        check(&["for=6.6.6.6", "for=1.2.3.4 , for=10.0.0.7"], "1.2.3.4");
        check(&["for=6.6.6.6;host=\", for=6.6.6.6\", for=1.2.3.4"], "1.2.3.4");
        // On another line, what the client has written is nobody's business.
        check(&["for=\"", "for=1.2.3.4"], "1.2.3.4");
        check(&["for=unknown"], PROXY);
        check(&["for=1.2.3.4, for=_hidden, for=10.0.0.7"], "10.0.0.7");
        check(&["for=\"_hidden:80\""], PROXY);
        check(&["for=1.2.3.4, proto=https"], PROXY);
        check(&["for=10.0.0.9"], "10.0.0.9");
    }

    #[test]
    fn forwarded_that_cannot_be_read_is_not_believed() {
        for line in [
            "",
            "1.2.3.4",
            "for",
            "for=",
            "for=\"\"",
            "for=1.2.3.4,",
            "for=1.2.3.4;",
            "for=1.2.3.4;;proto=http",
            "for=1.2.3.4:80",
            "for=[2001:470::1]",
            "for=2001:470::1",
            "for=\"2001:470::1\"",
            "for=\"1.2.3.4",
            "for=\"1.2.3.4\"x",
            "for=\"1.2.3.4:99999\"",
            "for=\"1.2.3.4:\"",
            "for=\"[2001:470::1]80\"",
            "for=\"[1.2.3.4]\"",
            "for=1.2.3.4;for=6.6.6.6",
            "for =1.2.3.4",
            "for= 1.2.3.4",
            "for=_",
            "for=_a/b",
            "for=localhost",
            "for=1.2.3.4;by=\"x",
            "for=1.2.3.4 for=6.6.6.6",
            "for=\"\\",
            // The quote that a client has opened takes what the proxy appends.
            "for=\", for=1.2.3.4",
            "for=6.6.6.6;host=\", for=1.2.3.4;host=\"a.example\"",
        ] {
            check("forwarded", &[line], PROXY);
        }
    }

    #[test]
    fn two_headers_have_to_agree() {
        let both = |plain, forwarded| asked(PROXY, &[("x-forwarded-for", plain), ("forwarded", forwarded)]);
        assert_eq!(both("1.2.3.4", "for=1.2.3.4"), "1.2.3.4");
        assert_eq!(both("1.2.3.4, 10.0.0.7", "for=6.6.6.6, for=1.2.3.4"), "1.2.3.4");
        assert_eq!(both("1.2.3.4", "for=6.6.6.6"), PROXY);
        assert_eq!(both("6.6.6.6", "nonsense"), PROXY);
        assert_eq!(both("nonsense", "nonsense"), PROXY);
    }

    #[test]
    fn a_row_of_proxies_has_an_end() {
        let row = |hops: usize| {
            ["1.2.3.4"].into_iter().chain(std::iter::repeat_n("10.0.0.7", hops)).collect::<Vec<_>>().join(",")
        };
        check("x-forwarded-for", &[&row(HOPS - 1)], "1.2.3.4");
        check("x-forwarded-for", &[&row(HOPS)], PROXY);
        let lines = vec!["10.0.0.7"; HOPS + 1];
        check("x-forwarded-for", &lines, PROXY);
    }
}
