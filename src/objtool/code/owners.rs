// SPDX-License-Identifier: GPL-2.0-only

//! Symbol classes, and which symbol each instruction belongs to.

use arch::InsnKind;
use arch::NoteKind;
use object::elf;

use super::Code;
use super::InsnFlags;
use super::InsnId;
use super::SymFlags;
use super::Text;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// How many times over the symbols of a section may cover it, on average. Real code has aliases and a label here and
/// there; a file made to keep us busy has a hundred thousand symbols over one section.
const OVERLAP_LIMIT: u64 = 256;

fn overlap_text(section: SectionId) -> String {
    format!("section {}: its symbols cover it more than {OVERLAP_LIMIT} times", section.0)
}

impl Code<'_> {
    /// Marks symbols that mean something by their names. Upstream: `classify_symbols()`.
    pub(super) fn classify_symbols(&mut self) {
        for index in 0..self.symbols.table.len() {
            let id = SymbolId(index as u32);
            let sym = self.symbols.get(id);
            let name = self.name(id);
            let mut flags = SymFlags::default();
            let is_label = sym.kind == elf::STT_NOTYPE && name.starts_with(b".L");
            flags.set(SymFlags::LOCAL_LABEL, is_label);
            flags.set(SymFlags::PREFIX, self.is_prefix(id, name));
            if sym.binding == elf::STB_GLOBAL {
                flags |= self.global_class(name);
            }
            self.symbols.table[index].flags |= flags;
        }
    }

    fn is_prefix(&self, id: SymbolId, name: &[u8]) -> bool {
        const PREFIXES: [&[u8]; 4] = [b"__pfx_", b"__cfi_", b"__pi___pfx_", b"__pi___cfi_"];
        if !name.starts_with(b"__") {
            return false;
        }
        let known = if self.profile.has(Behaviour::PiPrefixes) { &PREFIXES[..] } else { &PREFIXES[..2] };
        let is_excused = match name.starts_with(b"__pfx_") {
            true => self.profile.has(Behaviour::PaddingFallsThrough),
            false => self.profile.has(Behaviour::TypeHashFallsThrough),
        };
        let is_func = self.elf.symbols[id.index()].is_func();
        is_excused && is_func && known.iter().any(|prefix| name.starts_with(prefix))
    }

    fn global_class(&self, name: &[u8]) -> SymFlags {
        if !name.starts_with(b"__") && !name.starts_with(b"s") && !name.starts_with(b"r") {
            return SymFlags::default();
        }
        let knows_pi = self.profile.has(Behaviour::PiThunks);
        let plain = if knows_pi { name.strip_prefix(b"__pi_").unwrap_or(name) } else { name };
        let mut flags = SymFlags::default();
        flags.set(SymFlags::STATIC_CALL_TRAMP, name.starts_with(b"__SCT__"));
        flags.set(SymFlags::RETPOLINE_THUNK, plain.starts_with(b"__x86_indirect_"));
        flags.set(SymFlags::RETURN_THUNK, plain == b"__x86_return_thunk");
        let is_embedded = matches!(name, b"retbleed_return_thunk" | b"srso_safe_ret");
        let is_embedded = is_embedded && !self.profile.has(Behaviour::ThunkIsEmbedded);
        let is_alias = name == b"srso_alias_safe_ret" && self.profile.has(Behaviour::SrsoAliasEmbedded);
        flags.set(SymFlags::EMBEDDED_INSN, is_embedded || is_alias);
        flags.set(SymFlags::FENTRY, name == b"__fentry__");
        let is_tsan = name.starts_with(b"__tsan_func_") || name == b"__tsan_atomic_signal_fence";
        let is_profiling = name.starts_with(b"__sanitizer_cov_");
        flags.set(SymFlags::PROFILING, is_profiling || (is_tsan && self.profile.has(Behaviour::TsanIsProfiling)));
        flags
    }

    /// Reports what the decoder remarked and gives instructions their symbols, section by section up to `failed`.
    /// Upstream: the second half of `decode_instructions()`.
    pub(super) fn assign_owners(&mut self, failed: Option<SectionId>) -> Result<(), Fatal> {
        let pads = self.mark_dead_ends();
        let notes = std::mem::take(&mut self.insns.notes);
        let mut notes = notes.into_iter().peekable();
        for section in super::sections::executable(&self.sec_flags.clone()) {
            while let Some((_, note)) = notes.next_if(|(of, _)| *of == section) {
                let offset = u64::from(note.offset);
                let message = match note.kind {
                    NoteKind::Enqcmd => Message::Enqcmd { section, offset },
                    NoteKind::InvalidLea => Message::InvalidLea { section, offset },
                    NoteKind::Notrack => Message::Notrack { section, offset },
                    NoteKind::PvOpsStore => {
                        self.add_pv_ops_store(section, offset)?;
                        continue;
                    }
                };
                self.findings.push(Finding::warn(message));
            }
            if failed == Some(section) {
                return Ok(());
            }
            self.assign_section(section, &pads)?;
        }
        Ok(())
    }

    /// Marks traps as ends of paths, and returns all landing pads in order.
    fn mark_dead_ends(&mut self) -> Vec<InsnId> {
        let kinds = self.elf.map(&self.insns.pieces(|_| true), |piece| {
            let (mut traps, mut pads) = (Vec::new(), Vec::new());
            for insn in piece.iter().flat_map(Text::ids) {
                match self.insns.kind(insn) {
                    InsnKind::Bug => traps.push(insn),
                    InsnKind::Endbr => pads.push(insn),
                    _ => {}
                }
            }
            (traps, pads)
        });
        let mut all_pads = Vec::new();
        for (traps, pads) in kinds {
            for insn in traps {
                self.flags[insn.index()] |= InsnFlags::DEAD_END;
            }
            all_pads.extend(pads);
        }
        all_pads
    }

    fn assign_section(&mut self, section: SectionId, pads: &[InsnId]) -> Result<(), Fatal> {
        let size = self.elf.section(section).size;
        let mut budget = OVERLAP_LIMIT.saturating_mul(size.saturating_add(1));
        for index in 0..self.symbols.in_section(section).len() {
            let id = self.symbols.in_section(section)[index];
            let sym = *self.symbols.get(id);
            let is_func = sym.is_func();
            let labels_own = self.profile.has(Behaviour::LabelsOwnCode);
            if !(is_func || labels_own && sym.kind == elf::STT_NOTYPE) {
                continue;
            }
            if sym.offset == size && labels_own {
                if is_func {
                    return Err(Fatal::new(Message::FuncAtEndOfSection { symbol: id }));
                }
                // Likely a label for the end.
                continue;
            }
            if labels_own && sym.flags.contains(SymFlags::EMBEDDED_INSN) || sym.alias != id {
                continue;
            }
            let first = self.insns.at(section, sym.offset);
            let first = first.ok_or_else(|| Fatal::new(Message::NoStartingInsn { symbol: id }))?;
            let covered = sym.end().min(size).saturating_sub(sym.offset);
            let rest = budget.checked_sub(covered);
            budget = rest.ok_or_else(|| Fatal::new(Message::Raw { text: overlap_text(section) }))?;
            let end = self.insns.end_before(section, sym.end()).max(first);
            self.owners[first.index()..end.index()].fill(id);
            if is_func {
                self.list_pads(first, end, pads);
            }
        }
        Ok(())
    }

    /// Notes the landing pads of a function with the instructions from `first` up to `end`.
    fn list_pads(&mut self, first: InsnId, end: InsnId, pads: &[InsnId]) {
        let from = pads.partition_point(|pad| *pad < first);
        for &pad in pads.iter().skip(from).take_while(|pad| **pad < end) {
            if self.has(pad, InsnFlags::LISTED) {
                continue;
            }
            if pad == first {
                self.flags[pad.index()] |= InsnFlags::LISTED;
                self.endbrs.at_start.push(pad);
            } else {
                self.endbrs.n_inside += 1;
            }
        }
    }
}
