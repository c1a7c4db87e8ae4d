// SPDX-License-Identifier: GPL-2.0-only

//! What the checksum of a variable is made of: its length, its bytes, and what its relocations refer to.
//!
//! Upstream: `checksum_update_object()`.

use super::super::content;
use super::super::say::Refusal;
use super::sum::At;
use super::sum::Part;
use super::sum::Sum;
use crate::elf::SymbolId;
use crate::objtool::code::Code;

/// Adds object `id` to `sum`.
pub(super) fn add(code: &Code<'_>, id: SymbolId, sum: &mut Sum<'_>) -> Result<(), Refusal> {
    let (elf, sym) = (code.elf, code.symbols.get(id));
    let mut object = Object { code, id, sum };
    object.add(0, ("len", Part::Length), &(sym.len as u32).to_le_bytes())?;
    if content::bytes(elf, sym.section).is_some() {
        object.add(0, ("data", Part::Data), content::range(elf, sym.section, sym.offset, sym.len)?)?;
    }
    let Some(relocs) = code.relocs.of(sym.section) else { return Ok(()) };
    let Some(first) = relocs.in_range(sym.offset, sym.len) else { return Ok(()) };
    let end = sym.offset.wrapping_add(sym.len);
    for number in first.number as usize..relocs.len() {
        let Some(reloc) = relocs.relocs.get(number).filter(|reloc| reloc.offset < end) else { break };
        let place = reloc.offset.wrapping_sub(sym.offset);
        let target = code.symbols.get(reloc.symbol);
        let offset = reloc.addend.cast_unsigned();
        if content::is_string(elf.section(target.section)) {
            let text = content::string(elf, target.section, target.offset.wrapping_add(offset))?;
            object.add(place, ("reloc string", Part::Text), text)?;
            continue;
        }
        let (mut target_id, mut offset) = (reloc.symbol, offset);
        if target.is_section() {
            let Some(found) = code.symbols.containing(target.section, offset) else { continue };
            offset = offset.wrapping_sub(code.symbols.get(found).offset);
            target_id = found;
        }
        object.add(place, ("reloc name", Part::Name), content::demangled(code, target_id))?;
        object.add(place, ("reloc addend", Part::Distance), &offset.to_le_bytes())?;
    }
    Ok(())
}

struct Object<'a, 'd, 's> {
    code: &'a Code<'d>,
    id: SymbolId,
    sum: &'a mut Sum<'s>,
}

impl Object<'_, '_, '_> {
    /// Upstream: `__checksum_update_object()`.
    fn add(&mut self, offset: u64, (what, part): (&str, Part), bytes: &[u8]) -> Result<(), Refusal> {
        self.sum.add(&offset.to_le_bytes())?;
        self.sum.add(bytes)?;
        self.sum.keep(At::Offset(offset), part, bytes);
        let name = self.code.name(self.id);
        self.sum.show(|out| {
            out.extend_from_slice(name);
            out.extend(format!("+0x{offset:x}: {what}").into_bytes());
        });
        Ok(())
    }
}
