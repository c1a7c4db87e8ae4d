// SPDX-License-Identifier: GPL-2.0-only

//! Standard output and standard error of `postlink`'s own commands.
//!
//! A reader who has gone away (`postlink explain | head`) has seen enough, which is no failure. A full disk is one.

use std::fmt::Display;
use std::io;
use std::io::ErrorKind;
use std::io::Write;
use std::process::ExitCode;

/// The exit status of a command that could not do its work.
const COULD_NOT: u8 = 2;

/// Prints what a command has to say; then its exit status is `status`, or 2 if the text could not be written.
pub fn print(command: &str, text: &[u8], status: u8) -> ExitCode {
    let mut out = io::stdout().lock();
    end(command, out.write_all(text).and_then(|()| out.flush()), status)
}

/// The exit status of a command whose text was `printed` to standard output, see [`print`].
pub fn end(command: &str, printed: io::Result<()>, status: u8) -> ExitCode {
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => refuse(command, &format!("standard output: {error}")),
        _ => ExitCode::from(status),
    }
}

/// Says why a command could not do its work; its exit status.
pub fn refuse(command: &str, why: &dyn Display) -> ExitCode {
    tell(command, why);
    ExitCode::from(COULD_NOT)
}

/// One line on standard error. Nobody can be told when that fails.
pub fn tell(command: &str, what: &dyn Display) {
    tell_bytes(format!("postlink {command}: {what}\n").as_bytes());
}

/// Text for standard error as it is.
pub fn tell_bytes(text: &[u8]) {
    let _ = io::stderr().write_all(text);
}
