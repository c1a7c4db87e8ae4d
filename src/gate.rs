//! The gate: looks at what a kernel build made and says pass or fail before the merge.
//!
//! [`run::run`] is the table of contents: what is found in a folder becomes [`inputs::Inputs`], each object is read once and
//! gives findings of its own and [`facts::Facts`], the facts of all objects are judged together, and what was found is
//! measured against the [`baseline`]. Each check is a file in [`checks`]; its documentation is what reports and
//! `postlink explain` show.

pub mod args;
pub mod baseline;
pub mod checks;
mod contents;
pub mod coverage;
pub mod facts;
pub mod finding;
pub mod fresh;
pub mod inputs;
pub mod kbuild_args;
pub mod object;
pub mod report;
pub mod run;
pub mod tables;

pub use finding::Finding;
pub use finding::Severity;
pub use run::Outcome;
pub use run::run;

use std::fmt;

/// Why the gate cannot do its work: one line that names the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateError(pub String);

impl fmt::Display for GateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for GateError {}
