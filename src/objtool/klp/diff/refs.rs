// SPDX-License-Identifier: GPL-2.0-only

//! Relocations of the patched object in the form that the livepatch needs.
//!
//! A reference to a section becomes one to the symbol that lies there, so that it can be one to the same symbol of the running
//! kernel. Only strings, and data without names, are referred to by their section. A relocation that was changed once stays
//! so: what looks at it later sees the new form.
//!
//! Upstream: `convert_reloc_sym()`.

use arch::Decoded;
use arch::TextSection;
use object::elf;
use rustc_hash::FxHashMap;

use super::super::say::Refusal;
use super::classes;
use super::side::Side;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::NumberedReloc;

/// Changed relocations, and what is needed to change more.
#[derive(Debug, Default)]
pub(super) struct References {
    /// Symbol and addend by section that the relocation applies to, and by number.
    changed: FxHashMap<(SectionId, u32), (SymbolId, i64)>,
    /// Starts and lengths of the instructions of sections.
    insns: FxHashMap<SectionId, Vec<(u32, u8)>>,
}

/// What became of a relocation.
pub(super) enum Converted {
    /// It has this form now.
    Yes(NumberedReloc),
    /// It means nothing.
    Skip,
    /// There is no symbol for it.
    Failed,
}

impl References {
    /// Relocation `number` of those that apply to `section`, as it is now.
    pub fn get(&self, side: &Side<'_>, section: SectionId, number: u32) -> Option<NumberedReloc> {
        let mut reloc = side.code.relocs.of(section)?.relocs.get(number as usize)?;
        if let Some((symbol, addend)) = self.changed.get(&(section, number)) {
            (reloc.symbol, reloc.addend) = (*symbol, *addend);
        }
        Some(NumberedReloc { number, reloc })
    }

    /// Numbers of the relocations of a symbol (`sym_for_each_reloc()`): from the first of them on as they stand in the file, up to
    /// one behind the symbol.
    pub fn numbers_of(side: &Side<'_>, id: SymbolId) -> Vec<u32> {
        let sym = side.sym(id);
        let Some(relocs) = side.code.relocs.of(sym.section) else { return Vec::new() };
        let Some(first) = relocs.in_range(sym.offset, sym.len) else { return Vec::new() };
        let end = sym.offset.wrapping_add(sym.len);
        let is_inside = |number: &u32| relocs.relocs.offset_at(*number as usize).is_some_and(|offset| offset < end);
        (first.number..relocs.len() as u32).take_while(is_inside).collect()
    }

    /// Brings a relocation of `section` into the form that is needed.
    pub fn convert(
        &mut self,
        side: &mut Side<'_>,
        section: SectionId,
        found: NumberedReloc,
    ) -> Result<Converted, Refusal> {
        let target = side.sym(found.reloc.symbol).section;
        if found.reloc.kind == side.code.arch.facts().reloc_none {
            return Ok(Converted::Skip);
        }
        if classes::is_referred_as_whole(side.code.elf.section(target)) {
            return Ok(Converted::Yes(self.refer_to_section(side, section, found)));
        }
        self.refer_to_symbol(side, section, found)
    }

    /// Upstream: `convert_reloc_sym_to_secsym()`.
    fn refer_to_section(&mut self, side: &mut Side<'_>, section: SectionId, found: NumberedReloc) -> NumberedReloc {
        let sym = *side.sym(found.reloc.symbol);
        if sym.is_section() {
            return found;
        }
        let symbol = side.section_symbol(sym.section);
        self.change(section, found, symbol, found.reloc.addend.wrapping_add_unsigned(sym.offset))
    }

    /// Upstream: `convert_reloc_secsym_to_sym()`.
    fn refer_to_symbol(
        &mut self,
        side: &Side<'_>,
        section: SectionId,
        found: NumberedReloc,
    ) -> Result<Converted, Refusal> {
        let sym = *side.sym(found.reloc.symbol);
        if !sym.is_section() {
            return Ok(Converted::Yes(found));
        }
        let (elf, symbols) = (side.code.elf, &side.code.symbols);
        let target = elf.section(sym.section);
        let alone = symbols.at(sym.section, 0).filter(|id| symbols.get(*id).len == target.size);
        let there = match alone {
            Some(id) => Some(id),
            None => {
                let offset = self.place(side, section, &found)?.cast_unsigned();
                // The end of a symbol counts as well: bounds are compared with it.
                let before = || offset.checked_sub(1).and_then(|before| symbols.containing(sym.section, before));
                symbols.containing(sym.section, offset).or_else(before)
            }
        };
        Ok(match there {
            Some(id) => {
                let addend = found.reloc.addend.wrapping_sub_unsigned(symbols.get(id).offset);
                Converted::Yes(self.change(section, found, id, addend))
            }
            // Replacements that are all empty.
            None if target.size == 0 => Converted::Skip,
            None if classes::is_rodata(target) => Converted::Yes(found),
            None => Converted::Failed,
        })
    }

    fn change(&mut self, section: SectionId, found: NumberedReloc, symbol: SymbolId, addend: i64) -> NumberedReloc {
        self.changed.insert((section, found.number), (symbol, addend));
        let mut new = found;
        (new.reloc.symbol, new.reloc.addend) = (symbol, addend);
        new
    }

    /// The place that a relocation refers to, as an offset from its symbol (`arch_adjusted_addend()`).
    fn place(&mut self, side: &Side<'_>, section: SectionId, found: &NumberedReloc) -> Result<i64, Refusal> {
        let reloc = &found.reloc;
        if reloc.kind == elf::R_X86_64_PLT32 {
            return Ok(reloc.addend.wrapping_add(4));
        }
        let is_text = side.code.elf.section(section).is_exec();
        if reloc.kind != elf::R_X86_64_PC32 || !is_text {
            return Ok(reloc.addend);
        }
        let end = self.insn_end(side, section, reloc.offset)?;
        Ok(reloc.addend.wrapping_add_unsigned(end).wrapping_sub_unsigned(reloc.offset))
    }

    /// Where the instruction ends that covers `offset`. Instructions are counted from the start of the section.
    fn insn_end(&mut self, side: &Side<'_>, section: SectionId, offset: u64) -> Result<u64, Refusal> {
        let insns = self.insns.entry(section).or_insert_with(|| insns_of(side, section));
        let next = insns.partition_point(|(start, _)| u64::from(*start) <= offset);
        let covering = next.checked_sub(1).and_then(|nth| insns.get(nth));
        let end = covering.map(|(start, len)| u64::from(*start) + u64::from(*len)).filter(|end| offset < *end);
        end.ok_or_else(|| Refusal::broken(side.code.elf, section, offset, "can't decode instruction"))
    }
}

fn insns_of(side: &Side<'_>, section: SectionId) -> Vec<(u32, u8)> {
    let data = side.code.elf.section(section).data;
    let text = TextSection { data, is_in_func: &|_| true, is_init: false, flags: side.code.profile.decode };
    let mut decoded = Decoded::default();
    // Up to a byte that is no instruction, what was decoded still counts.
    let _ = side.code.arch.decode(&text, 0, u32::try_from(data.len()).unwrap_or(0), &mut decoded);
    decoded.insns.iter().map(|insn| (insn.offset, insn.len)).collect()
}
