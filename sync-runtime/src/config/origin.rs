//! Web origins in one form.

use std::fmt;
use std::net::Ipv6Addr;

/// A scheme, a host and a port: what a browser calls the origin of a page.
///
/// Equal origins are equal values: names are in lower case, an IPv6 address is in its shortest form, and the default port of the
/// scheme is a port like any other. Written out, the default port is left out, as browsers do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebOrigin {
    scheme: Scheme,
    site: Site,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Site {
    host: String,
    port: u16,
}

impl WebOrigin {
    /// Reads an origin; a single slash may end it, since people copy it from where they see addresses.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = Scheme::split(text)?;
        let site = Site::parse(rest.strip_suffix('/').unwrap_or(rest), scheme)?;
        Some(Self { scheme, site })
    }

    /// Reads the origin of the page that has this address.
    pub(crate) fn of_address(address: &str) -> Option<Self> {
        let (scheme, rest) = Scheme::split(address)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        Some(Self { scheme, site: Site::parse(&rest[..end], scheme)? })
    }

    /// Returns whether a server that was asked for under this `Host` has this origin.
    ///
    /// Whether it was asked over TLS is not known behind a proxy: a `Host` without a port stands for the default port of either
    /// scheme.
    pub(crate) fn is_at(&self, host: &str) -> bool {
        Site::parse(host, self.scheme).is_some_and(|site| site == self.site)
    }

    /// Returns the host, an IPv6 address in brackets.
    pub(crate) fn host(&self) -> &str {
        &self.site.host
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, site: Site { host, port } } = self;
        write!(f, "{}://{host}", scheme.name())?;
        if *port == scheme.port() { Ok(()) } else { write!(f, ":{port}") }
    }
}

impl Scheme {
    fn split(text: &str) -> Option<(Self, &str)> {
        let (name, rest) = text.split_once("://")?;
        [Self::Http, Self::Https].into_iter().find(|scheme| name.eq_ignore_ascii_case(scheme.name())).zip(Some(rest))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Site {
    fn parse(text: &str, scheme: Scheme) -> Option<Self> {
        // The last colon, but none of those inside of an IPv6 address.
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (text, ""),
        };
        Some(Self { host: read_host(host)?, port: if port.is_empty() { scheme.port() } else { read_port(port)? } })
    }
}

fn read_host(text: &str) -> Option<String> {
    if let Some(address) = text.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    is_name.then(|| text.to_ascii_lowercase())
}

fn read_port(text: &str) -> Option<u16> {
    // `parse` alone would take a plus sign.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_form() {
        let forms = [
            ("https://shop.example", Some("https://shop.example")),
            ("https://shop.example/", Some("https://shop.example")),
            ("HTTPS://Shop.Example:443", Some("https://shop.example")),
            ("http://b.example:80", Some("http://b.example")),
            ("http://b.example:443", Some("http://b.example:443")),
            ("https://xn--bcher-kva.example:8443", Some("https://xn--bcher-kva.example:8443")),
            ("http://[0:0:0:0:0:0:0:1]:80", Some("http://[::1]")),
            ("https://bücher.example", None),
            ("https://shop.example/path", None),
            ("https://shop.example//", None),
            ("https://shop.example?x", None),
            ("https://shop.example#x", None),
            ("https://shop.example:+1", None),
            ("https://shop.example:65536", None),
            ("https://user@shop.example", None),
            ("https://shop example", None),
            ("https://[::1", None),
            ("https://::1", None),
            ("https://", None),
            ("ftp://shop.example", None),
            ("shop.example", None),
            ("null", None),
            ("*", None),
            ("", None),
        ];
        for (text, expected) in forms {
            let read = WebOrigin::parse(text).map(|origin| origin.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
