//! What the command line asks for.

/// What is done, and how much of it.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) churn: bool,
    pub(crate) day: bool,
    /// Whether memory is looked at less often.
    pub(crate) quick: bool,
    /// How many come and go.
    pub(crate) cycles: u64,
    /// How long the day takes. A shorter one has fewer events and not more at once.
    pub(crate) seconds: u64,
}

/// How the program is used.
const USAGE: &str = "\
scripts/bench soak [churn] [day] [--quick] [--cycles N] [--seconds N]
  churn        only those who come and go
  day          only the day
  --quick      a minute and a half, for trying: 50000 come and go, and the day takes 30 seconds
  --cycles N   how many come and go (1000000)
  --seconds N  how long the day takes (600)";

impl Options {
    /// Reads the arguments.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { churn: false, day: false, quick: false, cycles: 1_000_000, seconds: 600 };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "churn" => options.churn = true,
                "day" => options.day = true,
                "--quick" => (options.quick, options.cycles, options.seconds) = (true, 50_000, 30),
                "--cycles" => options.cycles = number(arguments.next())?,
                "--seconds" => options.seconds = number(arguments.next())?,
                // cargo says it to every benchmark.
                "--bench" => {}
                _ => return Err(format!("`{argument}` is no option: expected one of these\n{USAGE}")),
            }
        }
        if !options.churn && !options.day {
            (options.churn, options.day) = (true, true);
        }
        Ok(options)
    }
}

fn number(text: Option<String>) -> Result<u64, String> {
    let text = text.unwrap_or_default();
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| format!("`{text}` is no number above 0\n{USAGE}"))
}
