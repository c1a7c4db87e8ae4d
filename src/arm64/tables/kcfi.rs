// SPDX-License-Identifier: GPL-2.0-only

//! kCFI: before every function that may be called through a pointer stands a word with the hash of its type.
//!
//! Only for objects that were built for it: those in which most functions whose address data holds have the word. Compilers
//! mark it as data; a NOP in its place is none. Static calls' trampolines are only called directly: tables hold their
//! addresses to know them by.

use super::address_taken;
use super::address_taken::How;
use super::address_taken::Taken;
use super::static_calls;
use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;
use crate::arm64::words;

/// Looks at every function whose address data holds.
pub fn check(object: &Arm64Object<'_>, taken: &[Taken]) -> Vec<Arm64Finding> {
    let is_called = |taken: &&Taken| {
        let is_exempt = taken.has_prefix(object, &address_taken::EARLY);
        taken.how == How::Data && !is_exempt && !taken.has_prefix(object, &[static_calls::TRAMPOLINE])
    };
    let of_data = || taken.iter().filter(is_called);
    let n_hashes = of_data().filter(|taken| has_hash(object, taken.function)).count();
    if n_hashes.saturating_mul(2) <= of_data().count() {
        return Vec::new();
    }
    let lacking = of_data().filter(|taken| !has_hash(object, taken.function));
    let describe = |taken: &Taken| {
        let finding = Arm64Finding::at(taken.function, Kind::NoTypeHash);
        finding.with(object.describe_start(taken.function)).with(object.describe(taken.from))
    };
    lacking.map(describe).collect()
}

fn has_hash(object: &Arm64Object<'_>, function: Place) -> bool {
    let Some(hash) = function.plus(-4) else { return false };
    let is_hash = object.is_data(hash) || object.relocs.at(hash.section, hash.offset).is_some();
    is_hash && object.word(hash).is_some_and(|word| word != words::NOP)
}
