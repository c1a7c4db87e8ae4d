// SPDX-License-Identifier: GPL-2.0-only

//! `.discard.annotate_insn` of 7.3: one table for everything that source code says about an instruction.
//!
//! Upstream: `read_annotate()` and its three passes. The kind of the n-th relocation is taken from the n-th record.

use arch::InsnKind;

use super::Code;
use super::InsnFlags;
use super::InsnId;
use super::SymFlags;
use crate::elf::SectionId;
use crate::kernel::Behaviour;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// Kinds of annotations, `ANNOTYPE_*`.
mod kind {
    pub const NOENDBR: i32 = 1;
    pub const RETPOLINE_SAFE: i32 = 2;
    pub const INSTR_BEGIN: i32 = 3;
    pub const INSTR_END: i32 = 4;
    pub const UNRET_BEGIN: i32 = 5;
    pub const IGNORE_ALTS: i32 = 6;
    pub const INTRA_FUNCTION_CALL: i32 = 7;
    pub const REACHABLE: i32 = 8;
    pub const NOCFI: i32 = 9;
}

impl Code<'_> {
    /// What must be known before alternatives are read.
    pub(super) fn read_early_annotations(&mut self) -> Result<(), Fatal> {
        if !self.profile.has(Behaviour::AnnotateInsn) {
            self.read_ignored_alternatives()?;
            return self.read_noendbr();
        }
        self.each_annotation(|code, insn, kind| {
            match kind {
                kind::IGNORE_ALTS => code.flags[insn.index()] |= InsnFlags::IGNORE_ALTS,
                kind::NOENDBR => code.flags[insn.index()] |= InsnFlags::NOENDBR,
                _ => {}
            }
            Ok(())
        })
    }

    /// Calls that only push an address: jumps that keep their effect on the stack.
    pub(super) fn read_intra_function_calls(&mut self) -> Result<(), Fatal> {
        if !self.profile.has(Behaviour::AnnotateInsn) {
            return self.read_discarded_intra_function_calls();
        }
        self.each_annotation(|code, insn, kind| match kind {
            kind::INTRA_FUNCTION_CALL => code.make_intra_function_call(insn),
            _ => Ok(()),
        })
    }

    /// What overrides the conclusions of the other passes.
    pub(super) fn read_late_annotations(&mut self) -> Result<(), Fatal> {
        if !self.profile.has(Behaviour::AnnotateInsn) {
            return self.read_late_discards();
        }
        self.each_annotation(|code, insn, kind| code.apply_late(insn, kind))
    }

    fn apply_late(&mut self, insn: InsnId, kind: i32) -> Result<(), Fatal> {
        match kind {
            kind::NOENDBR | kind::IGNORE_ALTS | kind::INTRA_FUNCTION_CALL => {}
            kind::RETPOLINE_SAFE => self.mark_retpoline_safe(insn)?,
            kind::INSTR_BEGIN => self.add_instr(insn, 1),
            kind::INSTR_END => self.add_instr(insn, -1),
            kind::UNRET_BEGIN => self.flags[insn.index()] |= InsnFlags::UNRET,
            kind::REACHABLE => self.flags[insn.index()].remove(InsnFlags::DEAD_END),
            kind::NOCFI if self.profile.has(Behaviour::AnnotateNoCfi) => {
                let symbol = self.symbol_of(insn).ok_or_else(|| Fatal::insn(insn, Message::DodgyNoCfi))?;
                self.symbols.table[symbol.index()].flags |= SymFlags::NOCFI;
            }
            kind => return Err(Fatal::insn(insn, Message::UnknownAnnotation { kind })),
        }
        Ok(())
    }

    pub(super) fn add_instr(&mut self, insn: InsnId, change: i8) {
        let instr = &mut self.rare_mut(insn).instr;
        *instr = instr.wrapping_add(change);
    }

    pub(super) fn mark_retpoline_safe(&mut self, insn: InsnId) -> Result<(), Fatal> {
        let kind = self.insns.kind(insn);
        if !matches!(kind, InsnKind::JumpDyn | InsnKind::CallDyn | InsnKind::Return | InsnKind::Nop) {
            return Err(Fatal::insn(insn, Message::RetpolineSafeMisplaced));
        }
        self.flags[insn.index()] |= InsnFlags::RETPOLINE_SAFE;
        Ok(())
    }

    pub(super) fn make_intra_function_call(&mut self, insn: InsnId) -> Result<(), Fatal> {
        if self.insns.kind(insn) != InsnKind::Call {
            return Err(Fatal::insn(insn, Message::IntraCallNotDirect));
        }
        self.set_kind(insn, InsnKind::JumpUncond);
        let section = self.insns.section_of(insn);
        let offset = self.branch_offset(insn);
        let dest = self.insns.at(section, offset);
        let dest = dest.ok_or_else(|| Fatal::insn(insn, Message::NoIntraCallDest { section, offset }))?;
        self.set_jump_dest(insn, dest);
        Ok(())
    }

    fn each_annotation(
        &mut self,
        mut apply: impl FnMut(&mut Self, InsnId, i32) -> Result<(), Fatal>,
    ) -> Result<(), Fatal> {
        let Some(section) = self.section_names.get(".discard.annotate_insn") else { return Ok(()) };
        let Some(relocs) = self.relocs.of(section).map(|found| found.relocs) else { return Ok(()) };
        let sec = self.elf.section(section);
        self.check_annotation_size(section, sec.entsize);
        let n_records = sec.data.len() / 8;
        // Where the original does not look, it reads past the end of the section.
        let needs_relocs = self.profile.has(Behaviour::AnnotationsNeedRelocs);
        if n_records < relocs.len() || n_records != relocs.len() && needs_relocs {
            return Err(Fatal::new(Message::AnnotateMissingRelocs));
        }
        for (index, (reloc, record)) in relocs.iter().zip(sec.data.chunks_exact(8)).enumerate() {
            let kind = i32::from_le_bytes([record[4], record[5], record[6], record[7]]);
            let (target, offset) = self.reloc_target(&reloc);
            let insn = self.insns.at(target, offset);
            let bad = Message::BadAnnotateEntry { index: index as u32, kind };
            let insn = insn.ok_or_else(|| Fatal::new(bad))?;
            apply(self, insn, kind)?;
        }
        Ok(())
    }

    /// Some linkers lose the record size; said once, on request.
    fn check_annotation_size(&mut self, section: SectionId, entsize: u64) {
        let finding = Finding::warn(Message::DodgyLinker { section });
        if entsize != 8 && self.opts.verbose && !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}
