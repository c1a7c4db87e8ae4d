// SPDX-License-Identifier: GPL-2.0-only

//! Which functions a paravirtual call may reach: the initial contents of the `pv_ops` tables and the stores into them.
//!
//! Upstream: `init_pv_ops()`, `add_pv_ops()`, `objtool_pv_add()`, and the `c7` case of the decoder. Only noinstr rules
//! ask.

use rustc_hash::FxHashSet;

use super::Code;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Message;

/// Targets by index into the tables.
#[derive(Debug, Default)]
pub struct PvOps {
    /// Functions of each entry, latest first.
    pub targets: Vec<Vec<SymbolId>>,
    /// Whether the tables have entries at all (7.3); before, their mere presence counts.
    pub exists: bool,
    /// Index of the first entry of each known table.
    offsets: Vec<(&'static str, usize)>,
    added: FxHashSet<SymbolId>,
}

/// Tables that are entered one after the other (7.3).
const TABLES: [&str; 2] = ["pv_ops", "pv_ops_lock"];
/// Tables whose entries all count as entries of the first (before 7.3).
const OVERLAID: [&str; 4] = ["pv_ops", "xen_cpu_ops", "xen_irq_ops", "xen_mmu_ops"];
/// Bytes of a table entry.
const ENTRY: u64 = 8;

impl Code<'_> {
    /// Reads the initial contents of the tables.
    pub(super) fn init_pv_ops(&mut self) -> Result<(), Fatal> {
        if !self.opts.noinstr {
            return Ok(());
        }
        let concatenated = self.profile.has(Behaviour::PvOpsLock);
        let names = if concatenated { &TABLES[..] } else { &OVERLAID[..] };
        let found: Vec<_> =
            names.iter().filter_map(|&name| Some((name, self.symbol_by_name(name.as_bytes())?))).collect();
        if !concatenated && found.first().is_none_or(|(name, _)| *name != "pv_ops") {
            return Ok(());
        }
        let mut pv = PvOps::default();
        let mut total = 0;
        for (index, &(name, symbol)) in found.iter().enumerate() {
            pv.offsets.push((name, if concatenated { total } else { 0 }));
            if concatenated || index == 0 {
                let sym = self.symbols.get(symbol);
                // A table cannot have more entries than its section has bytes.
                let size = sym.len.min(self.elf.section(sym.section).size);
                total += (size / ENTRY) as usize;
            }
        }
        pv.exists = !concatenated || total != 0;
        pv.targets.resize_with(total, Vec::new);
        let is_empty = !pv.exists;
        self.pv_ops = Some(pv);
        if is_empty {
            return Ok(());
        }
        for (index, (name, symbol)) in found.into_iter().enumerate() {
            self.read_table(index, name, symbol)?;
        }
        Ok(())
    }

    fn read_table(&mut self, index: usize, name: &'static str, symbol: SymbolId) -> Result<(), Fatal> {
        let sym = *self.symbols.get(symbol);
        let base = self.pv_ops.as_ref().and_then(|pv| pv.offsets.get(index)).map_or(0, |(_, base)| *base);
        let mut offset = sym.offset;
        while let Some(found) = self.relocs.in_range(sym.section, offset, sym.end().saturating_sub(offset)) {
            let entry = (found.reloc.offset - sym.offset) / ENTRY;
            match self.pv_target(found.reloc.symbol, found.reloc.addend.cast_unsigned()) {
                Some(func) => self.add_pv_target(base + entry as usize, func)?,
                None if self.profile.has(Behaviour::PvOpsEntriesChecked) => {
                    let section = self.symbols.get(found.reloc.symbol).section;
                    let message = Message::NoPvFunc { name, index: entry.cast_signed() };
                    return Err(Fatal::at(section, found.reloc.addend.cast_unsigned(), message));
                }
                None => return Err(Fatal::new(Message::NoPvOpsFunc)),
            }
            offset = found.reloc.offset + 1;
            if offset > sym.end() {
                break;
            }
        }
        Ok(())
    }

    fn pv_target(&self, symbol: SymbolId, addend: u64) -> Option<SymbolId> {
        let sym = self.symbols.get(symbol);
        if sym.is_section() { self.symbols.at(sym.section, addend) } else { Some(symbol) }
    }

    fn add_pv_target(&mut self, index: usize, func: SymbolId) -> Result<(), Fatal> {
        let name = self.name(func);
        let Some(pv) = &mut self.pv_ops else { return Ok(()) };
        // Both are patched into native code.
        if matches!(name, b"_paravirt_nop" | b"_paravirt_ident_64") || !pv.added.insert(func) {
            return Ok(());
        }
        // The original writes past the end of its table.
        let targets =
            pv.targets.get_mut(index).ok_or_else(|| Fatal::new(Message::PvOpsIndex { index: index as i64 }))?;
        targets.insert(0, func);
        Ok(())
    }

    /// A store of an address into a table, in init code. The immediate's relocation is the value's place plus 8 bytes on.
    pub(super) fn add_pv_ops_store(&mut self, section: SectionId, offset: u64) -> Result<(), Fatal> {
        if !self.opts.noinstr || !self.profile.has(Behaviour::PvOps) {
            return Ok(());
        }
        let Some(place) = self.relocs.at(section, offset + 3) else { return Ok(()) };
        let table = self.name(place.reloc.symbol);
        let base = match self.profile.has(Behaviour::PvOpsLock) {
            false if table == b"pv_ops" => Some(0),
            false => None,
            true => {
                let offsets = self.pv_ops.as_ref().map_or(&[][..], |pv| &pv.offsets);
                offsets.iter().find(|(name, _)| name.as_bytes() == table).map(|(_, base)| *base)
            }
        };
        let Some(base) = base else { return Ok(()) };
        let entry = place.reloc.addend.wrapping_add(8).cast_unsigned() / ENTRY;
        let value = self.relocs.at(section, offset + 7).map(|found| found.reloc);
        let func = value.and_then(|reloc| self.pv_target(reloc.symbol, reloc.addend.cast_unsigned()));
        let func = func.ok_or_else(|| Fatal::new(Message::NoPvOpsFunc))?;
        if self.pv_ops.as_ref().is_some_and(|pv| pv.exists) {
            return self.add_pv_target(base.saturating_add(entry as usize), func);
        }
        // An error that the original does not look at.
        let Fatal(finding) = Fatal::new(Message::ParavirtConfusion);
        self.findings.push(finding);
        Ok(())
    }
}
