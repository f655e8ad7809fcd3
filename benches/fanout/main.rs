//! What it costs to deliver one event of a room to all its members, beside the peers and beside the limit.
//!
//! This program is driver, load generator and servers in one: the driver starts itself as `serve …` and as `generate`, so that the
//! CPU time of each is its own. An *entrant* is a server and what is asked of it; a *cell* is one situation in which all entrants
//! are compared; the *limit* is a server by hand that does nothing but the work and the system calls.
//!
//! ```text
//! scripts/bench fanout                                # everything
//! scripts/bench fanout --quick                        # the cells of the target table
//! scripts/bench fanout --cell 1000/64/equal/8         # one cell
//! scripts/bench fanout --bus                          # two servers beside one
//! ```

mod bus;
mod control;
mod entrants;
mod figures;
mod generator;
mod matrix;
mod options;
mod pair;
mod report;
mod rounds;
mod servers;
mod stock;

use std::error::Error;
use std::process::ExitCode;

use harness::allow_many_files;

use crate::figures::Figures;
use crate::options::Options;

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    if let Err(error) = allow_many_files() {
        eprintln!("warning: the number of open files stays as it is: {error}");
    }
    match arguments.first().map(String::as_str) {
        Some("serve") => servers::serve(&arguments[1..]),
        Some("generate") => generator::run(),
        _ => match drive(arguments) {
            Ok(code) => code,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
        },
    }
}

/// Measures what the arguments ask for, and reports.
fn drive(arguments: Vec<String>) -> Result<ExitCode, Box<dyn Error>> {
    let options = Options::read(arguments)?;
    if let Some(before) = &options.before {
        pair::BEFORE.get_or_init(|| before.clone());
    }
    let figures = if options.again { report::read()? } else { measure(&options)? };
    report::write(&figures, &options)?;
    Ok(if report::is_faultless(&figures) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn measure(options: &Options) -> Result<Figures, Box<dyn Error>> {
    let groups = options.choose(if options.bus {
        matrix::bus()
    } else if options.quick {
        matrix::quick()
    } else {
        matrix::full()
    });
    let mut figures = Figures { machine: report::machine(), ..Figures::default() };
    for (number, group) in groups.iter().enumerate() {
        eprintln!("group {} of {}: {:?}", number + 1, groups.len(), group.setting);
        rounds::run(group, options, &mut figures);
        report::keep(&figures)?;
    }
    if options.wants_everything() {
        eprintln!("stock clients");
        match stock::check() {
            Ok(stock) => figures.stock = stock,
            Err(error) => figures.absent.push(("stock clients".to_owned(), error.to_string())),
        }
        report::keep(&figures)?;
    }
    Ok(figures)
}
