// SPDX-License-Identifier: GPL-2.0-only

//! The gate: looks at what a kernel build made and says pass or fail before the merge.
//!
//! [`run::run`] is the table of contents: what is found in a folder becomes [`inputs::BuildFolder`], each object is read once and
//! gives findings of its own and [`facts::FileFacts`], the facts of all objects are judged together, and what was found is
//! measured against the [`baseline`]. Each check is a file in [`checks`]; its documentation is what reports and
//! `postlink explain` show.

pub mod args;
pub mod baseline;
pub mod check;
pub mod checks;
mod contents;
pub mod coverage;
mod error;
pub mod facts;
pub mod finding;
pub mod fresh;
pub mod image;
pub mod inputs;
pub mod kbuild_args;
pub mod kinds;
mod look;
pub mod object;
pub mod plain;
mod processed;
pub mod report;
pub mod run;
mod scan;
pub mod tables;
pub mod verdict;

pub use error::GateError;
pub use finding::GateFinding;
pub use finding::GateSeverity;
pub use run::GateOutcome;
pub use run::run;
