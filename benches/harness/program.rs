//! A program that is its own server, too.

use std::error::Error;
use std::process::{Child, ExitCode};
use std::str::FromStr;

use crate::allow_many_files;

/// Runs a program: as its server, with the arguments behind the first, where that is `serves`; otherwise `drive`, with all of them, which
/// returns whether nothing was wrong. As many files may be open as the system allows.
pub fn run(
    serves: &str,
    serve: impl FnOnce(&[String]) -> Result<(), Box<dyn Error>>,
    drive: impl FnOnce(Vec<String>) -> Result<bool, Box<dyn Error>>,
) -> ExitCode {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    if let Err(error) = allow_many_files() {
        eprintln!("warning: the number of open files stays as it is: {error}");
    }
    let done = match arguments.split_first() {
        Some((first, rest)) if first == serves => serve(rest).map(|()| true),
        _ => drive(arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the value of an option.
///
/// # Errors
///
/// If it is no number.
pub fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

/// A process of ours: it is killed, and waited for, when this is dropped. On Unix that is SIGKILL.
#[derive(Debug)]
pub struct OwnProcess(Child);

impl OwnProcess {
    /// Returns its number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl From<Child> for OwnProcess {
    fn from(child: Child) -> Self {
        Self(child)
    }
}

impl Drop for OwnProcess {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        self.0.kill().unwrap_or_default();
        drop(self.0.wait());
    }
}
