//! The server binary; everything that it does is in the library `app`.

use std::process::ExitCode;

fn main() -> ExitCode {
    app::serve()
}
