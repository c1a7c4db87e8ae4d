// SPDX-License-Identifier: GPL-2.0-only

//! What the checksum of a function is made of: its instructions, without what depends on where things lie.
//!
//! Upstream: `checksum_update_insn()`.

use arch::InsnId;

use super::super::content;
use super::super::say::Refusal;
use super::sum::At;
use super::sum::Part;
use super::sum::Sum;
use crate::elf::SymbolId;
use crate::objtool::code::AltKind;
use crate::objtool::code::Alternative;
use crate::objtool::code::Code;
use crate::objtool::code::NO_SYMBOL;
use crate::objtool::code::NumberedReloc;
use crate::objtool::wording;

/// Adds the instructions of function `id` and of its cold part to `sum`.
pub(super) fn add_func(code: &Code<'_>, id: SymbolId, sum: &mut Sum<'_>) -> Result<(), Refusal> {
    let mut func = Func { code, id, sum };
    for insn in code.insns_of_func(id) {
        func.add_insn(insn)?;
        // Alternatives of alternatives are not looked at: some exception tables lead in circles.
        for alt in code.alts_of(insn) {
            func.add_alternative(insn, alt)?;
        }
    }
    Ok(())
}

struct Func<'a, 'd, 's> {
    code: &'a Code<'d>,
    id: SymbolId,
    sum: &'a mut Sum<'s>,
}

impl Func<'_, '_, '_> {
    /// Upstream: `__checksum_update_insn()`.
    fn add(&mut self, insn: InsnId, part: Part, bytes: &[u8]) -> Result<(), Refusal> {
        self.sum.add(bytes)?;
        self.sum.keep(At::Insn(insn), part, bytes);
        let (code, name) = (self.code, self.code.name(self.id));
        self.sum.show(|out| {
            out.extend_from_slice(name);
            out.extend_from_slice(b"(): ");
            wording::write_place(out, code, code.insns.section_of(insn), code.insns.get(insn).offset.into());
        });
        Ok(())
    }

    fn add_insn(&mut self, insn: InsnId) -> Result<(), Refusal> {
        let code = self.code;
        // The filler of a replacement is in no file.
        if code.insns.is_filler(insn) {
            return Ok(());
        }
        let raw = code.insns.get(insn);
        let section = code.insns.section_of(insn);
        let reloc = code.reloc_of(insn);
        let is_branch = code.call_dest(insn).is_some() || code.jump_dest(insn).is_some();
        if reloc.is_none() && is_branch {
            let len = raw.len.saturating_sub(raw.imm_len);
            self.add(insn, Part::Instruction, content::range(code.elf, section, raw.offset.into(), len.into())?)?;
            return self.add_destination(insn);
        }
        self.add(insn, Part::Instruction, content::range(code.elf, section, raw.offset.into(), raw.len.into())?)?;
        reloc.map_or(Ok(()), |reloc| self.add_reference(insn, &reloc))
    }

    /// Where a branch without relocation leads: the distance in the instruction depends on the code around it.
    fn add_destination(&mut self, insn: InsnId) -> Result<(), Refusal> {
        let code = self.code;
        if let Some(callee) = code.call_dest(insn) {
            return self.add(insn, Part::Name, content::demangled(code, callee));
        }
        let Some(dest) = code.jump_dest(insn) else { return Ok(()) };
        // The symbol at the place itself: for replacements, `symbol_of()` is that of the original code.
        let owner = code.owners.get(dest.index()).copied().unwrap_or(NO_SYMBOL);
        if owner == NO_SYMBOL {
            return Ok(());
        }
        self.add(insn, Part::Name, content::demangled(code, owner))?;
        let distance = u64::from(code.insns.get(dest).offset).wrapping_sub(code.symbols.get(owner).offset);
        self.add(insn, Part::Distance, &distance.to_le_bytes())
    }

    fn add_reference(&mut self, insn: InsnId, found: &NumberedReloc) -> Result<(), Refusal> {
        let code = self.code;
        let mut id = found.reloc.symbol;
        let sym = code.symbols.get(id);
        let mut offset = code.adjusted_addend(insn, found).cast_unsigned();
        let place = sym.offset.wrapping_add(offset);
        if content::is_string(code.elf.section(sym.section)) {
            return self.add(insn, Part::Text, content::string(code.elf, sym.section, place)?);
        }
        if self.is_anonymous_constant(id) {
            let size = code.elf.section(sym.section).entsize;
            return self.add(insn, Part::Constant, content::range(code.elf, sym.section, place, size)?);
        }
        if sym.is_section() {
            let Some(found) = code.symbols.containing(sym.section, offset) else { return Ok(()) };
            offset = offset.wrapping_sub(code.symbols.get(found).offset);
            id = found;
        }
        self.add(insn, Part::Name, content::demangled(code, id))?;
        self.add(insn, Part::Distance, &offset.to_le_bytes())
    }

    /// Whether the symbol stands for constants that the compiler has put aside (`is_anonymous_const_data()`).
    fn is_anonymous_constant(&self, id: SymbolId) -> bool {
        let sym = self.code.symbols.get(id);
        self.code.elf.section(sym.section).name.starts_with(b".rodata.cst")
            && (sym.is_section() || self.code.name(id).starts_with(b".LC"))
    }

    fn add_alternative(&mut self, insn: InsnId, alt: &Alternative) -> Result<(), Refusal> {
        let code = self.code;
        if alt.insn == InsnId::NONE {
            let raw = code.insns.get(insn);
            let what = "the static branch leads nowhere";
            return Err(Refusal::broken(code.elf, code.insns.section_of(insn), raw.offset.into(), what));
        }
        self.add(insn, Part::Alternative, &number_of(alt.kind).to_le_bytes())?;
        let group = code.group_of(alt.insn).and_then(|group| code.groups.get(group.index()));
        let Some(group) = group.filter(|group| group.original.is_some()) else { return self.add_insn(alt.insn) };
        self.add(insn, Part::Feature, &group.feature.to_le_bytes())?;
        let mut next = Some(alt.insn);
        while let Some(replacement) = next {
            self.add_insn(replacement)?;
            let is_last = group.last.is_none() || group.last == Some(replacement);
            next = if is_last { None } else { code.insns.next(replacement) };
        }
        Ok(())
    }
}

/// The original's `enum alternative_type`. It gives entries of jump tables no number of their own.
fn number_of(kind: AltKind) -> u32 {
    match kind {
        AltKind::Instructions | AltKind::Switch => 0,
        AltKind::JumpLabel => 1,
        AltKind::Exception => 2,
    }
}
