// SPDX-License-Identifier: GPL-2.0-only

//! Unwind hints: frame states that assembly code declares.
//!
//! Upstream: `read_unwind_hints()`. The state is carried over from record to record, and replaced by the instruction's own
//! where an earlier hint gave it one, so parts of it leak from hint to hint.

use arch::ArchFacts;
use arch::InsnKind;
use arch::OrcBase;
use object::elf;

use super::Code;
use super::InsnFlags;
use super::InsnId;
use super::SymFlags;
use crate::elf::Edit;
use crate::elf::SectionId;
use crate::kernel::Behaviour;
use crate::kernel::HintPlace;
use crate::kernel::OrcFormat;
use crate::objtool::cfi;
use crate::objtool::cfi::CfiState;
use crate::objtool::cfi::CfiTable;
use crate::objtool::cfi::frame;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// Bytes of a record: s32 place, s16 offset, u8 register, u8 kind, u8 signal, padding.
const RECORD: usize = 12;

/// Kind of a hint at a kernel entry, before 6.4: a call's frame that unret walks start from.
const OLD_ENTRY: u8 = 4;

/// One record.
struct Hint {
    offset: i16,
    reg: u8,
    kind: u8,
    signal: bool,
}

impl Code<'_> {
    /// Reads `.discard.unwind_hints`.
    pub(super) fn read_unwind_hints(&mut self) -> Result<(), Fatal> {
        let Some(section) = self.section_names.get(".discard.unwind_hints") else { return Ok(()) };
        if self.relocs.of(section).is_none() {
            return Err(Fatal::new(Message::HintsNoRelocs));
        }
        let data = self.elf.section(section).data;
        if !data.len().is_multiple_of(RECORD) {
            return Err(Fatal::new(Message::HintSize));
        }
        self.has_hints = true;
        let mut carried = *self.cfis.get(CfiTable::INIT);
        for (index, record) in data.chunks_exact(RECORD).enumerate() {
            let insn = self.hinted_insn(section, index as u32)?;
            let hint = Hint {
                offset: i16::from_le_bytes([record[4], record[5]]),
                reg: record[6],
                kind: frame::of_number(self.profile.orc, record[7]),
                signal: record[8] != 0,
            };
            if hint.kind == frame::UNKNOWN | OLD_ENTRY {
                // The original overwrites the kind in what it read.
                let offset = index as u64 * RECORD as u64 + 7;
                self.side_effects.push(Edit::PatchBytes { section, offset, bytes: &[0] });
            }
            self.apply_hint(insn, &hint, &mut carried)?;
        }
        Ok(())
    }

    fn hinted_insn(&self, section: SectionId, index: u32) -> Result<InsnId, Fatal> {
        let found = self.relocs.at(section, u64::from(index) * RECORD as u64);
        let reloc = found.ok_or_else(|| Fatal::new(Message::NoHintReloc { index }))?.reloc;
        let sym = self.symbols.get(reloc.symbol);
        let addend = reloc.addend.cast_unsigned();
        let offset = match self.profile.facts.hints {
            HintPlace::Symbol => sym.offset.wrapping_add(addend),
            HintPlace::Addend => addend,
            HintPlace::SectionOrLabel if sym.is_section() => addend,
            HintPlace::SectionOrLabel if sym.flags.contains(SymFlags::LOCAL_LABEL) => sym.offset,
            HintPlace::SectionOrLabel => {
                let section = self.relocs.of(section).map_or(section, |relocs| relocs.relocs.section);
                return Err(Fatal::new(Message::UnexpectedRelocSymbol { section }));
            }
        };
        self.insns.at(sym.section, offset).ok_or_else(|| Fatal::new(Message::NoHintInsn { index }))
    }

    fn apply_hint(&mut self, insn: InsnId, hint: &Hint, carried: &mut CfiState) -> Result<(), Fatal> {
        let is_old = self.profile.orc == OrcFormat::EndBit;
        let is_entry = is_old && hint.kind == frame::UNKNOWN | OLD_ENTRY;
        let kind = if is_entry { frame::CALL } else { hint.kind };
        if is_entry {
            self.flags[insn.index()].insert(InsnFlags::UNRET);
        }
        let flags = &mut self.flags[insn.index()];
        flags.insert(InsnFlags::HINT);
        match kind {
            frame::UNDEFINED => {
                self.rare_mut(insn).hint = Some(CfiTable::FORCE_UNDEFINED);
                return Ok(());
            }
            frame::SAVE => {
                flags.remove(InsnFlags::HINT);
                flags.insert(InsnFlags::SAVE);
                return Ok(());
            }
            frame::RESTORE => {
                flags.insert(InsnFlags::RESTORE);
                return Ok(());
            }
            frame::REGS_PARTIAL => self.check_entry(insn)?,
            frame::FUNC => {
                self.rare_mut(insn).hint = Some(CfiTable::FUNC);
                return Ok(());
            }
            _ => {}
        }
        if let Some(own) = self.rare(insn).and_then(|rare| rare.hint) {
            *carried = *self.cfis.get(own);
        }
        let base = hint_base(self.profile.orc, self.arch.facts(), hint.reg);
        carried.cfa.base = base.ok_or_else(|| Fatal::insn(insn, Message::HintBaseReg { reg: hint.reg }))?;
        carried.cfa.offset = hint.offset.into();
        carried.kind = kind;
        carried.signal = hint.signal;
        let id = self.cfis.intern(carried);
        self.rare_mut(insn).hint = Some(id);
        Ok(())
    }

    /// A global entry that the processor jumps to needs a landing pad.
    fn check_entry(&mut self, insn: InsnId) -> Result<(), Fatal> {
        let symbol = self.symbols.at(self.insns.section_of(insn), self.insns.get(insn).offset.into());
        let is_global = symbol.is_some_and(|id| self.symbols.get(id).binding == elf::STB_GLOBAL);
        if is_global && self.profile.has(Behaviour::UnretFromHints) {
            self.flags[insn.index()].insert(InsnFlags::UNRET);
        }
        let is_pad = self.insns.kind(insn) == InsnKind::Endbr || self.has(insn, InsnFlags::NOENDBR);
        if !self.opts.ibt || !is_global || is_pad {
            return Ok(());
        }
        if self.profile.has(Behaviour::HintWithoutEndbrFatal) {
            return Err(Fatal::insn(insn, Message::IretRegsWithoutEndbr));
        }
        self.findings.push(Finding::warn_insn(insn, Message::IretRegsWithoutEndbr));
        Ok(())
    }
}

/// The base that a hint's register number means (`arch_decode_hint_reg()`), `None` for one that hints may not name.
fn hint_base(format: OrcFormat, facts: &ArchFacts, reg: u8) -> Option<i8> {
    let base = format.numbering().base(reg.into())?;
    let may_be_named = match base {
        OrcBase::Cfa => false,
        OrcBase::Indirect(reg) => reg == facts.sp || format == OrcFormat::SignalBitRenumbered,
        OrcBase::Undefined | OrcBase::Reg(_) => true,
    };
    may_be_named.then(|| cfi::of_orc_base(base, facts))
}
