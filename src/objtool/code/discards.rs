// SPDX-License-Identifier: GPL-2.0-only

//! Annotations in sections of their own, `.discard.*`: most of them before 7.3.

use object::elf;

use super::Code;
use super::InsnFlags;
use super::InsnId;
use super::SymFlags;
use crate::elf::Reloc;
use crate::elf::SectionId;
use crate::kernel::Behaviour;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

impl Code<'_> {
    /// The relocations of a `.rela.discard.*` section with the section's number.
    fn discards(&self, name: &str) -> (SectionId, Vec<Reloc>) {
        let section = self.section_names.get(name);
        let relocs = section.and_then(|id| self.elf.relocs_in(id));
        (section.unwrap_or_default(), relocs.map(|relocs| relocs.iter().collect()).unwrap_or_default())
    }

    /// Functions that are not validated. Upstream: `add_ignores()`.
    pub(super) fn read_ignores(&mut self) -> Result<(), Fatal> {
        let (section, relocs) = self.discards(".rela.discard.func_stack_frame_non_standard");
        for reloc in relocs {
            let sym = *self.symbols.get(reloc.symbol);
            let func = match sym.kind {
                elf::STT_FUNC => Some(reloc.symbol),
                elf::STT_SECTION => self.symbols.func_at(sym.section, reloc.addend.cast_unsigned()),
                kind => {
                    let message = Message::UnexpectedRelocSymbolType { section, kind };
                    if self.profile.has(Behaviour::IgnoredSymbolTypeFatal) {
                        return Err(Fatal::new(message));
                    }
                    self.findings.push(Finding::warn(message));
                    continue;
                }
            };
            let Some(func) = func else { continue };
            if !self.profile.has(Behaviour::IgnoreBySymbol) {
                let insns: Vec<InsnId> = self.insns_of_func(func).collect();
                for insn in insns {
                    self.flags[insn.index()] |= InsnFlags::IGNORE;
                }
                continue;
            }
            let cold = self.symbols.get(func).cfunc;
            for part in [func, cold] {
                if let Some(sym) = self.symbols.table.get_mut(part.index()) {
                    sym.flags |= SymFlags::IGNORE;
                }
            }
        }
        Ok(())
    }

    /// Functions that may run with user access open. Upstream: `add_uaccess_safe()`.
    pub(super) fn mark_uaccess_safe(&mut self) {
        if !self.opts.uaccess {
            return;
        }
        for name in self.profile.names.uaccess_safe.iter() {
            if let Some(func) = self.symbol_by_name(name.as_bytes()) {
                self.symbols.table[func.index()].flags |= SymFlags::UACCESS_SAFE;
            }
        }
    }

    /// The instruction that a relocation against a section symbol names.
    fn discarded_insn(&self, section: SectionId, reloc: &Reloc, what: &'static str) -> Result<InsnId, Fatal> {
        let sym = self.symbols.get(reloc.symbol);
        if !sym.is_section() {
            return Err(Fatal::new(Message::UnexpectedRelocSymbol { section }));
        }
        let insn = self.insns.at(sym.section, reloc.addend.cast_unsigned());
        insn.ok_or_else(|| Fatal::new(Message::BadDiscardEntry { what }))
    }

    /// Runs `apply` for every instruction that a section names.
    fn each_discard(
        &mut self,
        name: &str,
        what: &'static str,
        mut apply: impl FnMut(&mut Self, InsnId) -> Result<(), Fatal>,
    ) -> Result<(), Fatal> {
        let (section, relocs) = self.discards(name);
        for reloc in relocs {
            let insn = self.discarded_insn(section, &reloc, what)?;
            apply(self, insn)?;
        }
        Ok(())
    }

    /// Upstream: `add_ignore_alternatives()`.
    pub(super) fn read_ignored_alternatives(&mut self) -> Result<(), Fatal> {
        self.each_discard(".rela.discard.ignore_alts", ".discard.ignore_alts", |code, insn| {
            code.flags[insn.index()] |= InsnFlags::IGNORE_ALTS;
            Ok(())
        })
    }

    /// Upstream: `read_noendbr_hints()`.
    pub(super) fn read_noendbr(&mut self) -> Result<(), Fatal> {
        if !self.profile.has(Behaviour::ReadsNoendbr) {
            return Ok(());
        }
        let (_, relocs) = self.discards(".rela.discard.noendbr");
        for reloc in relocs {
            let (section, offset) = self.reloc_target(&reloc);
            let insn = self.insns.at(section, offset);
            let insn = insn.ok_or_else(|| Fatal::new(Message::BadDiscardEntry { what: ".discard.noendbr" }))?;
            self.flags[insn.index()] |= InsnFlags::NOENDBR;
        }
        Ok(())
    }

    /// Upstream: `read_intra_function_calls()`.
    pub(super) fn read_discarded_intra_function_calls(&mut self) -> Result<(), Fatal> {
        let name = ".rela.discard.intra_function_calls";
        self.each_discard(name, ".discard.intra_function_call", |code, insn| code.make_intra_function_call(insn))
    }

    /// Labels behind instructions that are dead ends, and behind some that are none. Upstream: `add_dead_ends()`.
    pub(super) fn read_dead_ends(&mut self) -> Result<(), Fatal> {
        if self.profile.has(Behaviour::ReadsUnreachable) {
            let missing = |section, offset| Message::NoUnreachableInsn { section, offset };
            self.read_ends(".rela.discard.unreachable", missing, |flags| flags.insert(InsnFlags::DEAD_END))?;
        }
        if self.profile.has(Behaviour::ReadsReachable) {
            let missing = |section, offset| Message::NoReachableInsn { section, offset };
            self.read_ends(".rela.discard.reachable", missing, |flags| flags.remove(InsnFlags::DEAD_END))?;
        }
        Ok(())
    }

    fn read_ends(
        &mut self,
        name: &str,
        missing: fn(SectionId, u64) -> Message,
        change: fn(&mut InsnFlags),
    ) -> Result<(), Fatal> {
        let knows_labels = self.profile.has(Behaviour::LabelsInAnnotations);
        let (section, relocs) = self.discards(name);
        for reloc in relocs {
            let sym = *self.symbols.get(reloc.symbol);
            let offset = if sym.is_section() {
                reloc.addend.cast_unsigned()
            } else if knows_labels && sym.flags.contains(SymFlags::LOCAL_LABEL) {
                sym.offset
            } else {
                return Err(Fatal::new(Message::UnexpectedRelocSymbol { section }));
            };
            let before = match self.insns.at(sym.section, offset) {
                // The original follows a null pointer for a label at the start of a section.
                Some(insn) if self.profile.has(Behaviour::FlatInsnList) => match self.insns.prev_in_file(insn) {
                    Some(before) => Some(before),
                    // The original writes into the head of its list.
                    None => continue,
                },
                Some(insn) => self.insns.prev(insn),
                None if offset == self.elf.section(sym.section).size => self.last_insn(sym.section, offset),
                None => None,
            };
            let before = before.ok_or_else(|| Fatal::new(missing(sym.section, offset)))?;
            change(&mut self.flags[before.index()]);
        }
        Ok(())
    }

    /// The last instruction of a section, if it starts in the last 10 bytes (`find_last_insn()`).
    fn last_insn(&self, section: SectionId, size: u64) -> Option<InsnId> {
        let last = InsnId(self.insns.text(section)?.end.checked_sub(1)?);
        (u64::from(self.insns.get(last).offset) >= size.saturating_sub(10)).then_some(last)
    }

    /// Upstream: `read_retpoline_hints()`, `read_instr_hints()`, `read_validate_unret_hints()`.
    pub(super) fn read_late_discards(&mut self) -> Result<(), Fatal> {
        let name = ".rela.discard.retpoline_safe";
        self.each_discard(name, ".discard.retpoline_safe", |code, insn| code.mark_retpoline_safe(insn))?;
        if self.section_names.get(".rela.discard.instr_end").is_some() {
            self.each_discard(".rela.discard.instr_end", ".discard.instr_end", |code, insn| {
                code.add_instr(insn, -1);
                Ok(())
            })?;
            self.each_discard(".rela.discard.instr_begin", ".discard.instr_begin", |code, insn| {
                code.add_instr(insn, 1);
                Ok(())
            })?;
        }
        if self.profile.has(Behaviour::UnretFromHints) {
            return Ok(());
        }
        // The original's message names the wrong section.
        self.each_discard(".rela.discard.validate_unret", ".discard.instr_end", |code, insn| {
            code.flags[insn.index()] |= InsnFlags::UNRET;
            Ok(())
        })
    }
}
