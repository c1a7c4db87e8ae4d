// SPDX-License-Identifier: GPL-2.0-only

//! The call frame information of a relocatable object, one row for each range of code with one rule set.
//!
//! In an object that is not linked yet every section starts at address 0, so addresses alone do not say which function a
//! description is for. Text sections are therefore laid out one after the other, relocations of `.eh_frame` and
//! `.debug_frame` are applied with those addresses on a copy, and what gimli reads is translated back.

use gimli::BaseAddresses;
use gimli::CieOrFde;
use gimli::DebugFrame;
use gimli::EhFrame;
use gimli::EndianSlice;
use gimli::LittleEndian;
use gimli::Register;
use gimli::RegisterRule;
use gimli::UnwindContext;
use gimli::UnwindSection;
use gimli::UnwindTableRow;
use gimli::Vendor;
use object::elf;

use postlink::elf::ElfFile;
use postlink::elf::Reloc;
use postlink::elf::SectionId;

/// DWARF's numbers for the registers of one machine.
#[derive(Debug, Clone, Copy)]
pub struct DwarfRegs {
    /// The frame pointer.
    pub fp: u16,
    /// The return address.
    pub ra: u16,
    /// The pseudo register that says whether the return address is signed, where there is one.
    pub ra_sign: Option<u16>,
}

/// How to find the frame address: the caller's stack pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CfaRule {
    /// cfa = register + offset.
    Reg {
        /// DWARF's number of the register.
        reg: u16,
        /// Bytes from the register.
        offset: i64,
    },
    /// An expression.
    Expression,
}

/// Where a register's value in the caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Still in the register itself.
    Same,
    /// In memory at cfa + offset.
    AtCfa(i64),
    /// In another register.
    Reg(u16),
    /// Lost; for the return address this marks the outermost frame.
    Undefined,
    /// Given by an expression or in another way.
    Other,
}

/// What holds at every instruction of a range of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// First byte, from the start of the section.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
    /// The frame address.
    pub cfa: CfaRule,
    /// The caller's frame pointer.
    pub fp: Rule,
    /// The return address.
    pub ra: Rule,
    /// The return address is signed.
    pub ra_signed: bool,
}

/// The description of one function, or of a part of one.
#[derive(Debug, Clone)]
pub struct Described {
    /// Its section.
    pub section: SectionId,
    /// First byte, from the start of the section.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
    /// Rows in ascending order, not overlapping; or why there are none.
    pub rows: Result<Vec<Row>, String>,
}

/// Reads all descriptions, in order of place. The errors are about descriptions that cannot be read at all.
pub fn read(elf: &ElfFile<'_>, regs: DwarfRegs) -> (Vec<Described>, Vec<String>) {
    let layout = Layout::of(elf);
    let mut reader = Reader { layout: &layout, regs, found: Vec::new(), errors: Vec::new() };
    let vendor = if elf.machine == elf::EM_AARCH64 { Vendor::AArch64 } else { Vendor::Default };
    for id in elf.section_ids() {
        let name = elf.section(id).name;
        if name != b".eh_frame" && name != b".debug_frame" {
            continue;
        }
        let data = match layout.relocated(elf, id) {
            Ok(data) => data,
            Err(error) => {
                reader.errors.push(error);
                continue;
            }
        };
        let slice = EndianSlice::new(&data, LittleEndian);
        let bases = BaseAddresses::default().set_eh_frame(layout.address(id));
        if name == b".eh_frame" {
            let mut section = EhFrame::from(slice);
            section.set_address_size(8);
            section.set_vendor(vendor);
            reader.read_section(&section, &bases);
        } else {
            let mut section = DebugFrame::from(slice);
            section.set_address_size(8);
            section.set_vendor(vendor);
            reader.read_section(&section, &bases);
        }
    }
    reader.found.sort_by_key(|described| (described.section, described.start, described.end));
    (reader.found, reader.errors)
}

type Slice<'a> = EndianSlice<'a, LittleEndian>;

struct Reader<'a> {
    layout: &'a Layout,
    regs: DwarfRegs,
    found: Vec<Described>,
    errors: Vec<String>,
}

impl Reader<'_> {
    fn read_section<'s, S: UnwindSection<Slice<'s>>>(&mut self, section: &S, bases: &BaseAddresses) {
        let mut context = UnwindContext::new();
        let mut entries = section.entries(bases);
        loop {
            let partial = match entries.next() {
                Ok(Some(CieOrFde::Fde(partial))) => partial,
                Ok(Some(CieOrFde::Cie(_))) => continue,
                Ok(None) => return,
                Err(error) => {
                    self.errors.push(format!("call frame information: {error}"));
                    return;
                }
            };
            let fde = match partial.parse(S::cie_from_offset) {
                Ok(fde) => fde,
                Err(error) => {
                    self.errors.push(format!("call frame information: {error}"));
                    continue;
                }
            };
            // Descriptions of discarded code refer to nothing.
            let Some((id, start)) = self.layout.place(fde.initial_address()) else { continue };
            let mut described =
                Described { section: id, start, end: start.saturating_add(fde.len()), rows: Ok(Vec::new()) };
            described.rows = self.rows(&fde, section, bases, &mut context, fde.initial_address() - start);
            self.found.push(described);
        }
    }

    /// The rows of one description in a section that the layout has put at address `base`.
    fn rows<'s, S: UnwindSection<Slice<'s>>>(
        &self,
        fde: &gimli::FrameDescriptionEntry<Slice<'s>>,
        section: &S,
        bases: &BaseAddresses,
        context: &mut UnwindContext<usize>,
        base: u64,
    ) -> Result<Vec<Row>, String> {
        let mut rows = Vec::new();
        let mut table = fde.rows(section, bases, context).map_err(|error| error.to_string())?;
        while let Some(row) = table.next_row().map_err(|error| error.to_string())? {
            if row.start_address() < row.end_address() {
                rows.push(self.row(row, base));
            }
        }
        Ok(rows)
    }

    fn row(&self, row: &UnwindTableRow<usize>, base: u64) -> Row {
        let cfa = match row.cfa() {
            gimli::CfaRule::RegisterAndOffset { register, offset } => CfaRule::Reg { reg: register.0, offset: *offset },
            gimli::CfaRule::Expression(_) => CfaRule::Expression,
        };
        let signed = self.regs.ra_sign.and_then(|reg| row.register(Register(reg)));
        Row {
            start: row.start_address().wrapping_sub(base),
            end: row.end_address().wrapping_sub(base),
            cfa,
            fp: rule(row.register(Register(self.regs.fp))),
            ra: rule(row.register(Register(self.regs.ra))),
            ra_signed: matches!(signed, Some(RegisterRule::Constant(1))),
        }
    }
}

fn rule(rule: Option<RegisterRule<usize>>) -> Rule {
    match rule {
        None | Some(RegisterRule::SameValue) => Rule::Same,
        Some(RegisterRule::Offset(offset)) => Rule::AtCfa(offset),
        Some(RegisterRule::Register(reg)) => Rule::Reg(reg.0),
        Some(RegisterRule::Undefined) => Rule::Undefined,
        Some(_) => Rule::Other,
    }
}

/// Addresses for sections: code from [`Layout::TEXT`] on, everything else at 0 as in the file.
struct Layout {
    /// Address of each section, by section.
    addresses: Vec<u64>,
    /// (address, section) of code, ascending.
    text: Vec<(u64, SectionId)>,
}

impl Layout {
    /// Beyond this, so that nothing refers to code by accident; all code ends within reach of 32-bit distances from 0.
    const TEXT: u64 = 1 << 28;

    fn of(elf: &ElfFile<'_>) -> Self {
        let mut this = Self { addresses: vec![0; elf.sections.len()], text: Vec::new() };
        let mut next = Self::TEXT;
        for id in elf.section_ids().filter(|id| elf.section(*id).is_exec()) {
            // Sections with contents lie in the file, so the sum stays far from the end of the address space.
            this.addresses[id.index()] = next;
            this.text.push((next, id));
            next += (elf.section(id).data.len() as u64 | 0xfff) + 1;
        }
        this
    }

    fn address(&self, id: SectionId) -> u64 {
        self.addresses.get(id.index()).copied().unwrap_or_default()
    }

    /// Section and offset of an address of code.
    fn place(&self, address: u64) -> Option<(SectionId, u64)> {
        let after = self.text.partition_point(|(start, _)| *start <= address);
        let (start, id) = self.text.get(after.checked_sub(1)?)?;
        Some((*id, address - start))
    }

    /// The contents of section `id` with its relocations applied.
    fn relocated(&self, elf: &ElfFile<'_>, id: SectionId) -> Result<Vec<u8>, String> {
        let mut data = elf.section(id).data.to_vec();
        let tables = elf.section_ids().filter_map(|table| elf.relocs_in(table)).filter(|table| table.target == id);
        for reloc in tables.flat_map(|table| table.iter()) {
            let name = String::from_utf8_lossy(elf.section(id).name).into_owned();
            self.apply(elf, id, &reloc, &mut data).ok_or_else(|| {
                format!("{name}: relocation of type {} at {:#x} cannot be applied", reloc.kind, reloc.offset)
            })?;
        }
        Ok(data)
    }

    fn apply(&self, elf: &ElfFile<'_>, id: SectionId, reloc: &Reloc, data: &mut [u8]) -> Option<()> {
        let symbol = elf.symbol(reloc.symbol)?;
        let target = self.address(symbol.section).wrapping_add(symbol.value).wrapping_add_signed(reloc.addend);
        let place = self.address(id).wrapping_add(reloc.offset);
        let (value, len) = match (elf.machine, reloc.kind) {
            (elf::EM_AARCH64, elf::R_AARCH64_ABS64) | (elf::EM_X86_64, elf::R_X86_64_64) => (target, 8),
            (elf::EM_AARCH64, elf::R_AARCH64_PREL64) | (elf::EM_X86_64, elf::R_X86_64_PC64) => {
                (target.wrapping_sub(place), 8)
            }
            (elf::EM_AARCH64, elf::R_AARCH64_PREL32) | (elf::EM_X86_64, elf::R_X86_64_PC32) => {
                (target.wrapping_sub(place), 4)
            }
            (elf::EM_AARCH64, elf::R_AARCH64_ABS32) | (elf::EM_X86_64, elf::R_X86_64_32) => (target, 4),
            (_, 0) => return Some(()),
            _ => return None,
        };
        let at = usize::try_from(reloc.offset).ok()?;
        data.get_mut(at..at.checked_add(len)?)?.copy_from_slice(value.to_le_bytes().get(..len)?);
        Some(())
    }
}
