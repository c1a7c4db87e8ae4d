// SPDX-License-Identifier: GPL-2.0-only

//! The text of one instruction, with names for the addresses it mentions.
//!
//! Upstream: `disas_insn_common()` and `disas_print_address()`.

use std::io::Write;

use arch::InsnKind;
use arch::Mention;

use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::AltGroup;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::wording::write_place;

/// Where an instruction is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// Where it is in the file.
    AsIs,
    /// A replacement as if it stood in the original code: addresses inside it become addresses there.
    Applied,
}

/// The instruction in AT&T syntax (`objtool_disas_insn()`).
pub fn insn_text(code: &Code<'_>, insn: InsnId) -> Vec<u8> {
    text_in(code, insn, View::AsIs)
}

pub(super) fn text_in(code: &Code<'_>, insn: InsnId, view: View) -> Vec<u8> {
    let decoded = code.insns.get(insn);
    if decoded.kind == InsnKind::Nop {
        return format!("nop{}", decoded.len).into_bytes();
    }
    let data = code.elf.section(code.insns.section_of(insn)).data;
    let patched = code.patched_returns.contains(&insn).then(|| code.arch.ret(decoded.len.into())).flatten();
    let bytes = patched.or_else(|| data.get(decoded.offset as usize..)).unwrap_or_default();
    let shown = code.arch.disassemble(bytes, decoded.offset.into());
    let mut text = shown.text.into_bytes();
    match shown.mention {
        Mention::Nothing => {}
        Mention::Operand(address) => Namer { code, insn, view }.write(&mut text, address),
        Mention::Aside(address) => {
            text.extend_from_slice(b"        # ");
            Namer { code, insn, view }.write(&mut text, address);
        }
    }
    text
}

/// Appends `name`, and the distance from it unless that is 0.
pub(super) fn write_name(out: &mut Vec<u8>, name: &[u8], distance: u64) {
    out.extend_from_slice(name);
    if distance != 0 {
        // Writing to memory does not fail.
        let _ = write!(out, "+0x{distance:x}");
    }
}

struct Namer<'a, 'd> {
    code: &'a Code<'d>,
    insn: InsnId,
    view: View,
}

impl Namer<'_, '_> {
    /// Appends the address and its name.
    fn write(&self, out: &mut Vec<u8>, address: u64) {
        // Addresses inside a replacement are shown as those where they will be.
        let (address, name) = self.name_of(address);
        let prefix = if address == 0 { "" } else { "0x" };
        let _ = write!(out, "{prefix}{address:x} <");
        out.extend_from_slice(&name);
        out.push(b'>');
    }

    /// A jump's destination comes first, then what is called, then what a relocation says.
    fn name_of(&self, address: u64) -> (u64, Vec<u8>) {
        let (code, insn) = (self.code, self.insn);
        if let Some(dest) = code.jump_dest(insn)
            && let Some(symbol) = code.symbol_of(dest)
            && u64::from(code.insns.get(dest).offset) == address
        {
            let as_is = || (address, self.name_at(code.insns.section_of(dest), Some(symbol), address));
            return self.applied(address).unwrap_or_else(as_is);
        }
        // The field of a relocated address is empty, so such an address is that of the next instruction.
        let is_relocated = address == u64::from(code.insns.get(insn).end());
        if let Some(symbol) = code.call_dest(insn) {
            let offset = code.symbols.get(symbol).offset;
            if offset == address || (offset == 0 && is_relocated) {
                return (address, code.name(symbol).to_vec());
            }
        }
        if is_relocated { (address, self.relocated_name()) } else { self.unrelocated_name(address) }
    }

    fn relocated_name(&self) -> Vec<u8> {
        let code = self.code;
        // What nothing relocates really means the next instruction.
        let Some(found) = code.reloc_of(self.insn) else { return b"_THIS_IP_".to_vec() };
        let distance = code.adjusted_addend(self.insn, &found).cast_unsigned();
        let symbol = found.reloc.symbol;
        let sym = code.symbols.get(symbol);
        let mut name = Vec::new();
        if sym.is_section() {
            write_place(&mut name, code, sym.section, sym.offset.wrapping_add(distance));
        } else {
            write_name(&mut name, code.name(symbol), distance);
        }
        name
    }

    fn unrelocated_name(&self, address: u64) -> (u64, Vec<u8>) {
        let code = self.code;
        let own = code.symbol_of(self.insn).filter(|symbol| {
            let sym = code.symbols.get(*symbol);
            (sym.offset..sym.end()).contains(&address)
        });
        let as_is = || (address, self.name_at(code.insns.section_of(self.insn), own, address));
        self.applied(address).unwrap_or_else(as_is)
    }

    fn name_at(&self, section: SectionId, symbol: Option<SymbolId>, address: u64) -> Vec<u8> {
        let mut name = Vec::new();
        match symbol {
            Some(symbol) => {
                let offset = self.code.symbols.get(symbol).offset;
                write_name(&mut name, self.code.name(symbol), address.wrapping_sub(offset));
            }
            None => write_place(&mut name, self.code, section, address),
        }
        name
    }

    /// For an address inside the replacement that is shown as applied: the address in the original code where it will be
    /// (`disas_print_addr_alt()`).
    fn applied(&self, address: u64) -> Option<(u64, Vec<u8>)> {
        if self.view == View::AsIs {
            return None;
        }
        let code = self.code;
        let group: &AltGroup = code.groups.get(code.group_of(self.insn)?.index())?;
        let original = code.groups.get(group.original?.index())?.first;
        let offset_of = |insn: InsnId| u64::from(code.insns.get(insn).offset);
        let first = offset_of(group.first);
        if !(first..=offset_of(group.last?)).contains(&address) {
            return None;
        }
        let target = offset_of(original).wrapping_add(address - first);
        Some((target, self.name_at(code.insns.section_of(original), code.symbol_of(original), target)))
    }
}
