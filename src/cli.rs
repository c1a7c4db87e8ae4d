// SPDX-License-Identifier: GPL-2.0-only

//! What the three mains share: how a call of `objtool` goes, and `postlink`'s command line and small commands.

pub mod args;
pub mod compare;
pub mod explain;
pub mod help;
pub mod klp;
pub mod manual;
pub mod run;
pub mod series;
