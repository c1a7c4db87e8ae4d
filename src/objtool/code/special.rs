// SPDX-License-Identifier: GPL-2.0-only

//! The tables that the kernel patches itself with: alternatives, static branches, exception fixups.
//!
//! Upstream: `special_get_alts()`.

use super::Code;
use crate::elf::SectionId;
use crate::kernel::Behaviour;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Message;

/// One entry of a special section.
#[derive(Debug, Clone, Copy)]
pub(super) struct SpecialAlt {
    /// What kind of entry.
    pub kind: SpecialKind,
    /// Section of the original code.
    pub orig_section: SectionId,
    /// Offset of the original code.
    pub orig_offset: u64,
    /// Length of the original code in bytes; 0 except for alternatives.
    pub orig_len: u32,
    /// Section of the replacement, target or fixup.
    pub new_section: SectionId,
    /// Offset of the replacement, target or fixup.
    pub new_offset: u64,
    /// Length of the replacement in bytes.
    pub new_len: u32,
    /// CPU feature and flags.
    pub feature: u32,
    /// Addend of the key's relocation.
    pub key_addend: i64,
    /// The original code is not followed.
    pub skip_orig: bool,
    /// The replacement is not followed.
    pub skip_alt: bool,
}

/// Kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpecialKind {
    /// `.altinstructions`.
    Group,
    /// `__jump_table`.
    JumpLabel,
    /// `__ex_table`.
    Exception,
}

/// Layout of a special section. Offsets are in bytes from the start of an entry.
struct Layout {
    section: &'static str,
    kind: SpecialKind,
    size: u32,
    orig: u64,
    new: u64,
    orig_len: u64,
    new_len: u64,
    feature: u64,
    key: Option<u64>,
}

/// The sections in the order in which they are read, as 6.3 and newer lay them out.
const LAYOUTS: [Layout; 3] = [
    Layout {
        section: ".altinstructions",
        kind: SpecialKind::Group,
        size: 14,
        orig: 0,
        new: 4,
        orig_len: 12,
        new_len: 13,
        feature: 8,
        key: None,
    },
    Layout {
        section: "__jump_table",
        kind: SpecialKind::JumpLabel,
        size: 16,
        orig: 0,
        new: 4,
        orig_len: 0,
        new_len: 0,
        feature: 0,
        key: Some(8),
    },
    Layout {
        section: "__ex_table",
        kind: SpecialKind::Exception,
        size: 12,
        orig: 0,
        new: 4,
        orig_len: 0,
        new_len: 0,
        feature: 0,
        key: None,
    },
];

/// Records of alternatives before 6.3: the feature has 16 bits.
const SHORT_ALT: Layout = Layout {
    section: ".altinstructions",
    kind: SpecialKind::Group,
    size: 12,
    orig: 0,
    new: 4,
    orig_len: 10,
    new_len: 11,
    feature: 8,
    key: None,
};

/// Added to fixup offsets that mark a special handler.
const EXTABLE_EX: u64 = 0x7fff_fff0;
/// `X86_FEATURE_POPCNT`.
const FEATURE_POPCNT: u32 = 4 * 32 + 23;
/// `X86_FEATURE_SMAP`.
const FEATURE_SMAP: u32 = 9 * 32 + 20;

impl Code<'_> {
    /// All entries in order.
    pub(super) fn special_alts(&self) -> Result<Vec<SpecialAlt>, Fatal> {
        let mut alts = Vec::new();
        let mut same_site = 0..0;
        for layout in &LAYOUTS {
            let is_short = layout.kind == SpecialKind::Group && !self.profile.has(Behaviour::LongAltEntries);
            let layout = if is_short { &SHORT_ALT } else { layout };
            let Some(section) = self.section_names.get(layout.section) else { continue };
            let size = self.elf.section(section).data.len() as u64;
            if !size.is_multiple_of(layout.size.into()) {
                return Err(Fatal::new(Message::SpecialSize { section, size: layout.size }));
            }
            for index in 0..size / u64::from(layout.size) {
                let alt = self.special_alt(layout, section, index * u64::from(layout.size))?;
                alts.push(alt);
                if self.profile.has(Behaviour::NestedAlternatives) {
                    widen(&mut alts, &mut same_site);
                }
            }
        }
        Ok(alts)
    }

    fn special_alt(&self, layout: &Layout, section: SectionId, start: u64) -> Result<SpecialAlt, Fatal> {
        let data = self.elf.section(section).data;
        let byte = |at: u64| data.get((start + at) as usize).copied().unwrap_or(0);
        let is_group = layout.kind == SpecialKind::Group;
        let mut alt = SpecialAlt {
            kind: layout.kind,
            orig_section: SectionId::UNDEF,
            orig_offset: 0,
            orig_len: if is_group { byte(layout.orig_len).into() } else { 0 },
            new_section: SectionId::UNDEF,
            new_offset: 0,
            new_len: if is_group { byte(layout.new_len).into() } else { 0 },
            feature: 0,
            key_addend: 0,
            skip_orig: false,
            skip_alt: false,
        };
        let target = |at: u64| self.relocs.at(section, start + at).map(|found| self.reloc_target(&found.reloc));
        let at = |at: u64, message| Fatal::at(section, start + at, message);
        (alt.orig_section, alt.orig_offset) =
            target(layout.orig).ok_or_else(|| at(layout.orig, Message::NoOrigReloc))?;
        if is_group {
            let bytes = [0, 1, 2, 3].map(|n| byte(layout.feature + n));
            self.choose_feature(&mut alt, u32::from_le_bytes(bytes));
        }
        if !is_group || alt.new_len != 0 {
            (alt.new_section, alt.new_offset) =
                target(layout.new).ok_or_else(|| at(layout.new, Message::NoNewReloc))?;
            if alt.new_offset >= EXTABLE_EX {
                alt.new_offset -= EXTABLE_EX;
            }
        }
        if let Some(key) = layout.key.filter(|_| self.profile.has(Behaviour::JumpLabelKeys)) {
            let found = self.relocs.at(section, start + key).ok_or_else(|| at(key, Message::NoKeyReloc))?;
            alt.key_addend = found.reloc.addend;
        }
        Ok(alt)
    }

    fn choose_feature(&self, alt: &mut SpecialAlt, feature: u32) {
        alt.feature = feature;
        if !self.profile.has(Behaviour::AltSkipsFeatures) {
            return;
        }
        // The flags are in the high half, which these series do not look at.
        match feature & 0xffff {
            // Following both ways would find paths with STAC but without CLAC.
            FEATURE_SMAP if self.opts.uaccess => alt.skip_orig = true,
            FEATURE_SMAP => alt.skip_alt = true,
            FEATURE_POPCNT => alt.skip_orig = true,
            _ => {}
        }
    }

    /// Section and offset that a relocation names.
    pub fn reloc_target(&self, reloc: &crate::elf::Reloc) -> (SectionId, u64) {
        let sym = self.symbols.get(reloc.symbol);
        (sym.section, sym.offset.wrapping_add(reloc.addend.cast_unsigned()))
    }
}

/// Gives all consecutive entries for one site the length of the longest. The last entry has just been pushed; `same_site`
/// are the ones before it with one site. Upstream: `arch_handle_alternative()`.
fn widen(alts: &mut [SpecialAlt], same_site: &mut std::ops::Range<usize>) {
    let last = alts.len() - 1;
    let (before, new) = alts.split_at_mut(last);
    let new = &mut new[0];
    let is_same = before.get(same_site.start).is_some_and(|first| {
        same_site.start < same_site.end
            && first.orig_section == new.orig_section
            && first.orig_offset == new.orig_offset
    });
    if !is_same {
        *same_site = last..last + 1;
        return;
    }
    let longest = before[same_site.start].orig_len.max(new.orig_len);
    if longest != before[same_site.start].orig_len {
        for alt in &mut before[same_site.clone()] {
            alt.orig_len = longest;
        }
    }
    new.orig_len = longest;
    same_site.end = last + 1;
}
