//! What a command prints, and to whom: results to standard output, all else beside it.
//!
//! Colours are written always and taken away by the stream where nobody wants them: there is no terminal, `NO_COLOR`, `CLICOLOR`,
//! `TERM=dumb`, `--color never`.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sync_codegen::Diagnostic;

use crate::cargo::Built;
use crate::failure::Failure;

/// What is wrong.
pub(crate) const WRONG: Style = AnsiColor::Red.on_default().bold();
/// What was done.
pub(crate) const DONE: Style = AnsiColor::Green.on_default().bold();
/// Where it is.
pub(crate) const PLACE: Style = AnsiColor::Cyan.on_default();
/// What matters less.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// What matters more.
pub(crate) const BOLD: Style = Style::new().bold();

/// The streams of a command.
pub struct Terminal {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    color: Option<ColorChoice>,
    progress: bool,
}

impl Terminal {
    /// The streams of this process.
    #[must_use]
    pub fn standard() -> Self {
        let (out, err) = (AutoStream::auto(io::stdout()), AutoStream::auto(io::stderr()));
        Self { out: Box::new(out), err: Box::new(err), color: None, progress: true }
    }

    /// Writes results to `out` and all else to `err`, without colours.
    #[must_use]
    pub fn to(out: impl Write + Send + 'static, err: impl Write + Send + 'static) -> Self {
        let plain = |stream: Box<dyn Write + Send>| Box::new(anstream::StripStream::new(stream));
        Self { out: plain(Box::new(out)), err: plain(Box::new(err)), color: None, progress: false }
    }

    /// Takes colours away, or keeps them, whatever the terminal is.
    pub(crate) fn choose(&mut self, color: ColorChoice) {
        if self.progress {
            self.out = Box::new(AutoStream::new(io::stdout(), color));
            self.err = Box::new(AutoStream::new(io::stderr(), color));
            self.color = Some(color);
        }
    }

    /// Whether programs that are run beside us are to write colours.
    pub(crate) fn has_colors(&self) -> bool {
        let choice = self.color.unwrap_or_else(|| AutoStream::choice(&io::stderr()));
        self.progress && choice != ColorChoice::Never
    }

    /// Where results go.
    pub(crate) fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// Says that something was done: `created src/chess/_room.rs`.
    pub(crate) fn done(&mut self, verb: &str, what: impl std::fmt::Display) {
        // Who has closed our output does not want it.
        let _ = writeln!(self.err, "{DONE}{verb:>9}{DONE:#} {what}");
    }

    /// Says something that nobody has to act on.
    pub(crate) fn note(&mut self, text: impl std::fmt::Display) {
        let _ = writeln!(self.err, "{text}");
    }

    /// Says of the app what is wrong with it.
    pub(crate) fn diagnostic(&mut self, problem: &Diagnostic) {
        self.note(shown(problem));
    }

    /// Says what the compiler found wrong, and what cargo said besides.
    pub(crate) fn errors(&mut self, built: &Built) {
        for message in built.messages.iter().filter(|message| message.is_error()) {
            self.note(message.rendered.as_deref().unwrap_or(&message.message).trim_end());
        }
        built.rest.iter().for_each(|line| self.note(line));
    }

    /// Says why a command could not be carried out.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        if !failure.what.is_empty() {
            let _ = writeln!(self.err, "{WRONG}error{WRONG:#}: {failure}");
        }
    }

    /// Says what is wrong with the arguments, or what they could be; returns what the process ends with.
    pub(crate) fn usage(&mut self, error: &clap::Error) -> ExitCode {
        let text = error.render().ansi().to_string();
        let stream = if error.use_stderr() { &mut self.err } else { &mut self.out };
        let _ = write!(stream, "{text}");
        u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
    }

    /// Shows that something takes its time, until what is returned is dropped; nothing where there is no terminal.
    pub(crate) fn wait_for(&self, what: impl Into<String>) -> ProgressBar {
        let target = if self.progress { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target).with_message(what.into());
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }
}

/// A mistake as a terminal shows it: three lines, as the compiler prints its own.
pub(crate) fn shown(problem: &Diagnostic) -> String {
    let (place, what, help) = (problem.place(), below(&problem.what), below(&problem.help));
    format!(
        "{WRONG}error{WRONG:#}{BOLD}: {what}{BOLD:#}\n  {PLACE}-->{PLACE:#} {place}\n  {PLACE}={PLACE:#} help: {help}"
    )
}

/// Further lines stand below the first one, behind the arrow.
fn below(text: &str) -> String {
    text.replace('\n', "\n       ")
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Terminal").field("color", &self.color).finish_non_exhaustive()
    }
}
