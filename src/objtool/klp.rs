// SPDX-License-Identifier: GPL-2.0-only

//! `objtool klp`: what a livepatch is made of (from 7.2 on).
//!
//! `klp checksum` gives each function and object of an object file a checksum that does not depend on where things lie.
//! `klp diff` compares an object before and after a patch by these checksums, and makes one of the functions that have changed.
//! `klp post-link` turns what the linked module has kept for the kernel into the relocations and symbols that it wants.
//!
//! Upstream: `cmd_klp()`.

mod checksum;
mod content;
mod diff;
mod post_link;
pub mod report;
mod say;

use super::Outcome;
use super::Request;
use super::options::KlpCall;

/// Runs one sub-command. Of the request, the options are the call's own.
pub fn run(call: KlpCall, request: Request) -> Outcome {
    match call {
        KlpCall::Checksum(opts) => checksum::run(&Request { opts: *opts, ..request }),
        KlpCall::Diff(call) => diff::run(&call, &request.profile),
        KlpCall::PostLink(file) => post_link::run(&file, &request.profile),
    }
}
