// SPDX-License-Identifier: GPL-2.0-only

//! How a run ends that does no work.

use crate::kernel::releases::RELEASES;
use std::io::Write;
use std::process::ExitCode;

/// The end of a run that does no work: a usage error, a refused combination, or a list of options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// For standard output.
    pub stdout: Vec<u8>,
    /// For standard error.
    pub stderr: Vec<u8>,
    /// The process's exit status.
    pub code: u8,
}

impl Exit {
    /// The original's exit status for a command line it cannot parse.
    pub(super) const USAGE: u8 = 129;

    /// A wrong use of what only we have.
    pub fn usage_error(error: &dyn std::fmt::Display) -> Self {
        Self::failure(Self::USAGE, format!("error: objtool: {error}\n"))
    }

    /// A kernel that nothing is known about.
    pub fn refused(line: &str) -> Self {
        Self::failure(2, format!("postlink: {line}\n"))
    }

    /// A series whose command line is known and whose `objtool` is not rebuilt.
    pub fn series_unsupported(name: &str) -> Self {
        let known: Vec<_> = RELEASES.iter().filter(|release| release.has_objtool).map(|release| release.name).collect();
        let known = known.join(", ");
        Self::failure(2, format!("error: objtool: the kernel series {name} is not supported; {known} are\n"))
    }

    /// Prints what there is to say and gives the status. Nobody is left to tell when printing fails.
    pub fn end(&self) -> ExitCode {
        let _ = std::io::stderr().write_all(&self.stderr);
        let _ = std::io::stdout().write_all(&self.stdout);
        ExitCode::from(self.code)
    }

    pub(super) fn failure(code: u8, stderr: impl Into<Vec<u8>>) -> Self {
        Self { stdout: Vec::new(), stderr: stderr.into(), code }
    }
}
