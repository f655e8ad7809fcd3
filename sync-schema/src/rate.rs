//! How often something may happen.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

/// The largest number in a rate: everything beyond is no limit.
const MOST: u32 = 1_000_000;

/// So many in a second, a minute or an hour, and so many at once: a caller who has been quiet may do `burst` things at once, and gets the
/// next one back after an even part of the period.
///
/// Written `20/s, burst 100`; without a burst, as many at once as in a period.
///
/// ```
/// use sync_schema::Rate;
///
/// let rate: Rate = "20/s, burst 100".parse()?;
/// assert_eq!(rate, Rate::new(20, 1, 100));
/// assert_eq!(rate.to_string(), "20/s, burst 100");
/// assert_eq!("60/m".parse(), Ok(Rate::new(60, 60, 60)));
/// # Ok::<(), sync_schema::RateError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    count: NonZeroU32,
    seconds: u32,
    burst: NonZeroU32,
}

/// A rate, or none: `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RateLimit {
    /// As often as anybody likes.
    Off,
    /// So often.
    At(Rate),
}

/// What is wrong with a text that should be a rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateError(String);

impl Rate {
    /// `count` within `seconds`, which are those of a second, a minute or an hour, and `burst` at once.
    ///
    /// # Panics
    ///
    /// When a number is 0 or above a million, or when it is another period.
    #[must_use]
    pub const fn new(count: u32, seconds: u32, burst: u32) -> Self {
        assert!(count <= MOST && burst <= MOST, "a rate has numbers up to a million");
        assert!(matches!(seconds, 1 | 60 | 3600), "a rate is of a second, a minute or an hour");
        match (NonZeroU32::new(count), NonZeroU32::new(burst)) {
            (Some(count), Some(burst)) => Self { count, seconds, burst },
            _ => panic!("a rate has numbers from 1"),
        }
    }

    /// Returns how many there may be within the [period](Rate::seconds).
    #[must_use]
    pub const fn count(self) -> NonZeroU32 {
        self.count
    }

    /// Returns how many seconds the period has.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.seconds
    }

    /// Returns how many there may be at once.
    #[must_use]
    pub const fn burst(self) -> NonZeroU32 {
        self.burst
    }

    /// Returns the rate of so many together, up to the largest that there is.
    #[must_use]
    pub fn times(self, callers: NonZeroU32) -> Self {
        let most = |number: NonZeroU32| number.saturating_mul(callers).min(NonZeroU32::new(MOST).unwrap_or(number));
        Self { count: most(self.count), burst: most(self.burst), ..self }
    }

    /// Returns after what time one more may be.
    #[must_use]
    pub fn pause(self) -> Duration {
        Duration::from_secs(u64::from(self.seconds)) / self.count.get()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.seconds {
            1 => 's',
            60 => 'm',
            _ => 'h',
        };
        write!(f, "{}/{unit}, burst {}", self.count, self.burst)
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let (steady, burst) = match text.split_once(',') {
            Some((steady, burst)) => (steady, Some(burst)),
            None if text.contains("burst") => return Err(RateError("a comma belongs before `burst`".to_owned())),
            None => (text, None),
        };
        let (count, unit) =
            steady.split_once('/').ok_or_else(|| RateError(format!("`{}` is no rate", steady.trim())))?;
        let count = number(count)?;
        let seconds = match unit.trim() {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            other => return Err(RateError(format!("`{other}` is none of `s`, `m` and `h`"))),
        };
        let burst = match burst.map(str::trim) {
            None => count,
            Some(burst) => match burst.strip_prefix("burst").filter(|rest| rest.starts_with(char::is_whitespace)) {
                Some(burst) => number(burst)?,
                None => return Err(RateError(format!("`{burst}` is no burst"))),
            },
        };
        Ok(Self::new(count, seconds, burst))
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::At(rate) => rate.fmt(f),
        }
    }
}

impl FromStr for RateLimit {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        if text.trim() == "off" { Ok(Self::Off) } else { text.parse().map(Self::At) }
    }
}

fn number(text: &str) -> Result<u32, RateError> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let read = is_number.then(|| text.parse().ok()).flatten().filter(|number| (1..=MOST).contains(number));
    read.ok_or_else(|| RateError(format!("`{text}` is no whole number from 1 to a million")))
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RateError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let read: Result<RateLimit, _> = text.parse();
        assert_eq!(read.map_or_else(|error| error.to_string(), |rate| rate.to_string()), expected, "{text}");
    }

    #[test]
    fn a_rate_is_read_as_it_is_written() {
        check("20/s, burst 100", "20/s, burst 100");
        check(" 20 / s ,burst  100 ", "20/s, burst 100");
        check("60/s", "60/s, burst 60");
        check("1/h, burst 1000000", "1/h, burst 1000000");
        check("5/m", "5/m, burst 5");
        check("off", "off");
    }

    #[test]
    fn what_is_no_rate_is_told_what_is_wrong_with_it() {
        check("", "`` is no rate");
        check("20", "`20` is no rate");
        check("Off", "`Off` is no rate");
        check("20/s burst 100", "a comma belongs before `burst`");
        check("20/sec", "`sec` is none of `s`, `m` and `h`");
        check("20/", "`` is none of `s`, `m` and `h`");
        check("0/s", "`0` is no whole number from 1 to a million");
        check("1000001/s", "`1000001` is no whole number from 1 to a million");
        check("99999999999/s", "`99999999999` is no whole number from 1 to a million");
        check("+1/s", "`+1` is no whole number from 1 to a million");
        check("1.5/s", "`1.5` is no whole number from 1 to a million");
        check("20/s, burst 0", "`0` is no whole number from 1 to a million");
        check("20/s, burst", "`burst` is no burst");
        check("20/s, bursts 1", "`bursts 1` is no burst");
        check("20/s, 100", "`100` is no burst");
        check("20/s, burst 1, burst 2", "`1, burst 2` is no whole number from 1 to a million");
    }

    #[test]
    fn one_more_may_be_after_an_even_part_of_the_period() {
        assert_eq!(Rate::new(20, 1, 100).pause(), Duration::from_millis(50));
        assert_eq!(Rate::new(6, 60, 1).pause(), Duration::from_secs(10));
    }
}
