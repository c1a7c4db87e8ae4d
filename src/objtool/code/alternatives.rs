// SPDX-License-Identifier: GPL-2.0-only

//! Ways that execution may take instead of an instruction, from the special sections.
//!
//! Upstream: `add_special_section_alts()`.

use arch::InsnKind;

use super::AltGroup;
use super::AltGroupId;
use super::Alternative;
use super::Code;
use super::InsnFlags;
use super::InsnId;
use super::groups::AltKind;
use super::special::SpecialAlt;
use super::special::SpecialKind;
use crate::elf::Edit;
use crate::elf::SectionId;
use crate::kernel::Behaviour;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;
use crate::objtool::finding::Severity;

impl Code<'_> {
    /// Reads the special sections and links their entries to the instructions.
    pub(super) fn add_alternatives(&mut self) -> Result<(), Fatal> {
        for alt in self.special_alts()? {
            self.add_alternative(&alt)?;
        }
        Ok(())
    }

    fn add_alternative(&mut self, alt: &SpecialAlt) -> Result<(), Fatal> {
        let orig = self.insns.at(alt.orig_section, alt.orig_offset);
        let orig = orig.ok_or_else(|| Fatal::at(alt.orig_section, alt.orig_offset, Message::NoOrigInsn))?;
        let mut new = None;
        if alt.kind != SpecialKind::Group || alt.new_len != 0 {
            let found = self.insns.at(alt.new_section, alt.new_offset);
            new = Some(found.ok_or_else(|| Fatal::at(alt.new_section, alt.new_offset, Message::NoNewInsn))?);
        }
        let kind = match alt.kind {
            SpecialKind::Group if alt.orig_len == 0 => {
                // Fatal by its words, and yet not the end.
                let severity = Severity::Error;
                let finding = Finding { severity, ..Finding::warn_insn(orig, Message::EmptyAlternative) };
                self.findings.push(finding);
                return Ok(());
            }
            SpecialKind::Group => {
                new = Some(self.add_group(alt, orig, new)?);
                AltKind::Instructions
            }
            SpecialKind::JumpLabel => {
                new = self.add_jump_label(alt, orig, new)?;
                AltKind::JumpLabel
            }
            SpecialKind::Exception => AltKind::Exception,
        };
        if alt.skip_alt {
            self.flags[orig.index()] |= InsnFlags::IGNORE_ALTS;
        }
        // A jump at the very end of a section can be switched off without anything to go on with.
        let insn = new.unwrap_or(InsnId::NONE);
        self.rare_mut(orig).alts.push(Alternative { insn, kind, skips_original: alt.skip_orig });
        Ok(())
    }

    /// Makes the groups of an alternative. Upstream: `handle_group_alt()`.
    fn add_group(&mut self, alt: &SpecialAlt, orig: InsnId, new: Option<InsnId>) -> Result<InsnId, Fatal> {
        let original = self.original_group(alt, orig)?;
        let group = AltGroupId(self.groups.len() as u32);
        let mut filler = None;
        if alt.new_len < alt.orig_len {
            filler = Some(self.add_filler(alt, orig, group));
        }
        let (first, last) = match (new, filler) {
            (Some(first), _) if alt.new_len != 0 => {
                let last = self.add_replacement(alt, orig, original, group, first)?;
                if let Some(filler) = filler.filter(|_| self.profile.has(Behaviour::FlatInsnList)) {
                    self.insns.splice(filler, last);
                }
                (first, Some(last))
            }
            (_, Some(filler)) => (filler, None),
            // An empty replacement of nothing was refused before.
            _ => return Err(Fatal::insn(orig, Message::NoLastNewInsn)),
        };
        self.groups.push(AltGroup {
            original: Some(original),
            first,
            last,
            filler,
            slots: self.groups[original.index()].slots.clone(),
            is_ignored: self.has(first, InsnFlags::IGNORE_ALTS),
            feature: alt.feature,
        });
        Ok(first)
    }

    fn original_group(&mut self, alt: &SpecialAlt, orig: InsnId) -> Result<AltGroupId, Fatal> {
        if let Some(group) = self.group_of(orig).filter(|_| self.profile.has(Behaviour::AltGroupShared)) {
            let known = &self.groups[group.index()];
            let end = known.last.map_or(0, |last| self.insns.get(last).end());
            let have = i64::from(end) - i64::from(self.insns.get(known.first).offset);
            if have != i64::from(alt.orig_len) {
                return Err(Fatal::insn(orig, Message::WeirdOverlap { have, want: alt.orig_len }));
            }
            return Ok(group);
        }
        let group = AltGroupId(self.groups.len() as u32);
        let end = alt.orig_offset.wrapping_add(alt.orig_len.into());
        let mut last = orig;
        let mut next = Some(orig);
        while let Some(insn) = next.filter(|insn| u64::from(self.insns.get(*insn).offset) < end) {
            self.rare_mut(insn).group = Some(group);
            last = insn;
            next = self.insns.next(insn);
        }
        let slots = self.n_slots;
        self.n_slots += alt.orig_len;
        self.groups.push(AltGroup {
            original: None,
            first: orig,
            last: Some(last),
            filler: None,
            slots: slots..slots + alt.orig_len,
            is_ignored: self.has(orig, InsnFlags::IGNORE_ALTS),
            feature: 0,
        });
        Ok(group)
    }

    fn add_filler(&mut self, alt: &SpecialAlt, orig: InsnId, group: AltGroupId) -> InsnId {
        let offset = alt.new_offset.wrapping_add(alt.new_len.into());
        let len = alt.orig_len - alt.new_len;
        let filler = self.insns.add_filler(alt.new_section, offset as u32, len as u8);
        let mut flags = InsnFlags::default();
        let mut owner = super::NO_SYMBOL;
        if self.profile.has(Behaviour::ReplacementOwned) {
            owner = self.owners[orig.index()];
            flags.set(InsnFlags::IGNORE, self.ignores_replacement_of(orig));
        }
        self.flags.push(flags);
        self.owners.push(owner);
        self.dests.push(u32::MAX);
        self.rare_mut(filler).group = Some(group);
        filler
    }

    fn add_replacement(
        &mut self,
        alt: &SpecialAlt,
        orig: InsnId,
        original: AltGroupId,
        group: AltGroupId,
        first: InsnId,
    ) -> Result<InsnId, Fatal> {
        let end = alt.new_offset.wrapping_add(alt.new_len.into());
        let mut last = None;
        let mut next = Some(first);
        while let Some(insn) = next.filter(|insn| u64::from(self.insns.get(*insn).offset) < end) {
            last = Some(insn);
            next = self.insns.next(insn);
            if self.profile.has(Behaviour::ReplacementOwned) {
                let ignored = self.ignores_replacement_of(orig);
                self.flags[insn.index()].set(InsnFlags::IGNORE, ignored);
                self.owners[insn.index()] = self.owners[orig.index()];
            }
            self.rare_mut(insn).group = Some(group);
            self.check_alt_reloc(alt, insn)?;
            // A jump to the end of the replacement goes on after the original code.
            let leaves = self.is_static_jump(insn) && self.insns.get(insn).imm != 0;
            if leaves && self.branch_offset(insn) == end {
                let after = self.groups[original.index()].last.and_then(|last| self.insns.next(last));
                let after = after.ok_or_else(|| Fatal::insn(insn, Message::NoAltJumpDest))?;
                self.set_jump_dest(insn, after);
            }
            let is_lost = leaves && self.jump_dest(insn).is_none();
            if is_lost && self.profile.has(Behaviour::JumpsBeforeAlternatives) {
                return Err(Fatal::insn(insn, Message::NoAltJumpDest));
            }
        }
        last.ok_or_else(|| Fatal::at(alt.new_section, alt.new_offset, Message::NoLastNewInsn))
    }

    /// Whether the instructions that replace `orig` are exempt from validation one by one.
    fn ignores_replacement_of(&self, orig: InsnId) -> bool {
        self.has(orig, InsnFlags::IGNORE_ALTS) && !self.profile.has(Behaviour::AltIgnorePerGroup)
    }

    /// Before 6.9, the kernel could move a relocated place only in a branch that begins the replacement.
    fn check_alt_reloc(&self, alt: &SpecialAlt, insn: InsnId) -> Result<(), Fatal> {
        let is_anywhere = self.profile.has(Behaviour::AltRelocsAnywhere);
        if is_anywhere || self.reloc_of(insn).is_none() {
            return Ok(());
        }
        let kind = self.insns.kind(insn);
        let is_jump = matches!(kind, InsnKind::JumpDyn | InsnKind::JumpDynCond) || self.is_static_jump(insn);
        let is_first = u64::from(self.insns.get(insn).offset) == alt.new_offset;
        match is_first && (kind == InsnKind::Call || is_jump) {
            true => Ok(()),
            false => Err(Fatal::insn(insn, Message::AltRelocation)),
        }
    }

    /// A static branch turns a NOP into a jump or a jump into a NOP. Upstream: `handle_jump_alt()`.
    fn add_jump_label(&mut self, alt: &SpecialAlt, orig: InsnId, new: Option<InsnId>) -> Result<Option<InsnId>, Fatal> {
        if !matches!(self.insns.kind(orig), InsnKind::JumpUncond | InsnKind::Nop) {
            return Err(Fatal::insn(orig, Message::BadJumpLabel));
        }
        let has_keys = self.profile.has(Behaviour::JumpLabelKeys);
        if has_keys && self.opts.hack_jump_label && alt.key_addend & 2 != 0 {
            self.clear_reloc(orig);
            self.patch_nop(orig)?;
            self.set_kind(orig, InsnKind::Nop);
        }
        let is_short = self.insns.get(orig).len == 2;
        let stats = &mut self.jump_labels;
        if self.insns.kind(orig) == InsnKind::Nop {
            *(if is_short { &mut stats.nop_short } else { &mut stats.nop_long }) += 1;
            return Ok(new);
        }
        *(if is_short { &mut stats.short } else { &mut stats.long }) += 1;
        match self.profile.has(Behaviour::FlatInsnList) {
            true => Ok(self.insns.next_in_file(orig)),
            false => Ok(self.insns.next(orig)),
        }
    }

    /// Turns the relocation of an instruction into one that does nothing.
    pub(super) fn clear_reloc(&mut self, insn: InsnId) {
        let Some(found) = self.reloc_of(insn) else { return };
        let section = self.insns.section_of(insn);
        let Some(relocs) = self.relocs.of(section) else { return };
        self.edits.push(Edit::SetRelocType {
            section: relocs.relocs.section,
            index: found.number,
            kind: self.arch.facts().reloc_none,
        });
    }

    /// Overwrites an instruction with a NOP of its length.
    pub(super) fn patch_nop(&mut self, insn: InsnId) -> Result<(), Fatal> {
        let len = self.insns.get(insn).len;
        let bytes = self.arch.nop(len.into());
        let bytes = bytes.ok_or_else(|| Fatal::new(Message::InvalidNopSize { len: len.into() }))?;
        self.patch(insn, bytes);
        Ok(())
    }

    /// Overwrites an instruction with a return of its length.
    pub(super) fn patch_ret(&mut self, insn: InsnId) -> Result<(), Fatal> {
        let len = self.insns.get(insn).len;
        let bytes = self.arch.ret(len.into());
        let bytes = bytes.ok_or_else(|| Fatal::new(Message::InvalidRetSize { len: len.into() }))?;
        self.patch(insn, bytes);
        self.patched_returns.insert(insn);
        Ok(())
    }

    fn patch(&mut self, insn: InsnId, bytes: &'static [u8]) {
        let section: SectionId = self.insns.section_of(insn);
        let offset = self.insns.get(insn).offset.into();
        self.edits.push(Edit::PatchBytes { section, offset, bytes });
    }

    /// Brings all alternatives into the order in which the walk follows them.
    ///
    /// From 6.2 on, targets of jump tables were each put before what was there; from 6.2 to 6.18 so was every alternative.
    #[expect(clippy::iter_over_hash_type, reason = "each instruction's alternatives are changed by themselves")]
    pub(super) fn order_alternatives(&mut self) {
        let reversed = self.profile.has(Behaviour::AltsReversed);
        let tables_reversed = self.profile.has(Behaviour::JumpTablesReversed);
        for rare in self.rare.values_mut() {
            if !tables_reversed {
                rare.alts.append(&mut rare.table_alts);
            }
            let mut alts = std::mem::take(&mut rare.table_alts);
            alts.reverse();
            if reversed {
                rare.alts.reverse();
            }
            alts.append(&mut rare.alts);
            rare.alts = alts;
        }
    }
}
