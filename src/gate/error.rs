// SPDX-License-Identifier: GPL-2.0-only

//! Why the gate cannot do its work.

use std::fmt;

/// One line that names the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateError(pub String);

impl fmt::Display for GateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for GateError {}
