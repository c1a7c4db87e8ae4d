// SPDX-License-Identifier: GPL-2.0-only

//! Landing pads: where branch target identification is on, an indirect call may only land on `bti c` or `paciasp`.
//!
//! Only for objects that were built for it: those whose property note says so, or, since links of objects drop the note, of
//! whose callable functions nearly all begin with a pad and most with a `bti`. Assembly always has pads, so what gcc makes
//! without them is mixed. Position-independent early code is built without and runs before it is on.

use object::elf;

use super::address_taken;
use super::address_taken::How;
use super::address_taken::Taken;
use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::words;

/// Looks at every function that may be called through a pointer.
pub fn check(object: &Arm64Object<'_>, taken: &[Taken]) -> Vec<Arm64Finding> {
    let starts = |is: fn(u32) -> bool| {
        let starts = taken.iter().filter(|taken| object.word(taken.function).is_some_and(is));
        starts.count()
    };
    let n_lacking = taken.len().saturating_sub(starts(words::is_landing_pad));
    let looks_built_for_it = || {
        let n_bti = starts(words::is_bti);
        n_bti.saturating_mul(2) > taken.len() && n_lacking.saturating_mul(8) <= taken.len()
    };
    if n_lacking == 0 || !has_property(object) && !looks_built_for_it() {
        return Vec::new();
    }
    let lacks = |taken: &&Taken| {
        let is_pad = object.word(taken.function).is_some_and(words::is_landing_pad);
        !is_pad && !taken.has_prefix(object, &address_taken::EARLY)
    };
    taken.iter().filter(lacks).map(|taken| describe(object, taken)).collect()
}

fn describe(object: &Arm64Object<'_>, taken: &Taken) -> Arm64Finding {
    let finding = Arm64Finding::at(taken.function, Kind::NoLandingPad);
    finding.with(object.describe_start(taken.function)).with(match taken.how {
        How::Export => "is exported".to_owned(),
        How::Data | How::Code => format!("has its address taken at {}", object.describe(taken.from)),
    })
}

/// Whether `.note.gnu.property` says that every part of the object was built with landing pads.
fn has_property(object: &Arm64Object<'_>) -> bool {
    /// u32 name length 4, u32 length, u32 type 5, "GNU", then properties.
    const HEADER: usize = 16;
    let mut notes = object.sections_named(".note.gnu.property").map(|id| object.elf.section(id).data);
    notes.any(|note| {
        let words: Vec<u32> = note.get(HEADER..).unwrap_or_default().chunks_exact(4).filter_map(word).collect();
        let wanted = elf::GNU_PROPERTY_AARCH64_FEATURE_1_AND;
        let feature = words.windows(3).find(|words| words.first() == Some(&wanted)).and_then(|words| words.last());
        feature.is_some_and(|bits| bits & elf::GNU_PROPERTY_AARCH64_FEATURE_1_BTI != 0)
    })
}

fn word(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}
