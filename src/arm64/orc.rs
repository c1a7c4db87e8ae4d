// SPDX-License-Identifier: GPL-2.0-only

//! ORC entries for arm64: layout, generation, dump.
//!
//! No kernel has them. The layout is that of the published patch series "arm64: livepatch: Use ORC for dynamic frame
//! pointer validation" (Madhavan T. Venkataraman, RFC v3 of 2023-02-02, message 20230202074036.507249-1-madvenka@linux.
//! microsoft.com; patch 12 has `orc_types.h` and `orc.c`), in which the unwinder follows frame pointers and asks ORC
//! whether each is to be trusted. Six bytes, little endian, as on x86-64 before 6.3:
//!
//! ```text
//!     s16 sp_offset   cfa = sp_reg + sp_offset
//!     s16 fp_offset   x29 = fp_reg + fp_offset, where the frame record (caller's x29, return address) lies
//!     u16             bits 0–3 sp_reg, 4–7 fp_reg, 8–10 type, 11 end
//! ```
//!
//! Registers are 0 undefined, 1 the CFA, 2 `sp`, 3 `x29`; the type is 0, a call. `fp_reg` is always the CFA. Where `x29` does
//! not point at a frame record both offsets are 0: not to be trusted. `.orc_unwind_ip` has a `R_AARCH64_PREL32` for each
//! entry. Code in `.head.text` runs before there is a stack worth unwinding and has no entries.
//!
//! The series' own tool always says `sp`. The layout has a number for `x29`, and after `sp` moved by an amount that is only
//! known at run time it alone leads to the CFA, so that is what entries say there.

use std::io::Write;

use arch::OrcBase;
use arch::arm64::FP;
use arch::arm64::SP;
use arch::arm64::orc::NUMBERING;
use object::elf;

use super::object::Arm64Object;
use super::stack::Function;
use super::stack::StackTable;
use super::stack::state::Content;
use super::stack::state::State;
use crate::elf::Edit;
use crate::elf::ElfFile;
use crate::elf::NewReloc;
use crate::elf::NewSection;
use crate::elf::RelocTarget;
use crate::elf::SectionId;
use crate::objtool::orc::ENTRY_SIZE;
use crate::objtool::orc::OrcEntry;
use crate::objtool::orc::dump;
use crate::objtool::orc::dump::DumpError;

/// The sections that hold the entries.
pub const SECTIONS: [&str; 2] = [".orc_unwind", ".orc_unwind_ip"];

/// The entry for a state: `None` where no path leads to, or where nobody knows.
pub fn entry(state: Option<&State>) -> OrcEntry {
    state.and_then(trusted).unwrap_or_else(|| pack(0, 0, SP))
}

/// The entry for a state in which `x29` points at the frame record, if it does and the offsets have room.
fn trusted(state: &State) -> Option<OrcEntry> {
    let Content::Cfa(record) = state.fp else { return None };
    let is_record = state.fp_slot == Some(record) && state.lr_slot == record.checked_add(8);
    let (reg, distance) = state.sp.map_or((FP, record), |sp| (SP, sp));
    let (sp_offset, fp_offset) = (i16::try_from(distance.checked_neg()?).ok()?, i16::try_from(record).ok()?);
    is_record.then(|| pack(sp_offset, fp_offset, reg))
}

fn pack(sp_offset: i16, fp_offset: i16, sp_reg: u8) -> OrcEntry {
    let number = |base| NUMBERING.number(base).unwrap_or_default();
    let ([a, b], [c, d]) = (sp_offset.to_le_bytes(), fp_offset.to_le_bytes());
    let [e, f] = (number(OrcBase::Reg(sp_reg)) | number(OrcBase::Cfa) << 4).to_le_bytes();
    OrcEntry([a, b, c, d, e, f])
}

/// Makes both sections, or nothing if there is no code.
pub fn sections(object: &Arm64Object<'_>, table: &StackTable) -> Vec<Edit> {
    let mut entries: Vec<(SectionId, u64, OrcEntry)> = Vec::new();
    for functions in table.functions.chunk_by(|a, b| a.section == b.section) {
        let Some(section) = functions.first().map(|first| first.section) else { continue };
        if object.elf.section(section).name != b".head.text" {
            add_section(object.elf.section(section).data.len() as u64, section, functions, &mut entries);
        }
    }
    if entries.is_empty() {
        return Vec::new();
    }
    let relocs = entries.iter().enumerate().map(|(index, (section, offset, _))| NewReloc {
        offset: index as u64 * 4,
        target: RelocTarget::Section(*section),
        kind: elf::R_AARCH64_PREL32,
        addend: offset.cast_signed(),
    });
    let relocs: Vec<NewReloc> = relocs.collect();
    let section = |name: &str, entsize: usize, data: Vec<u8>, relocs| NewSection {
        name: name.as_bytes().to_vec(),
        kind: elf::SHT_PROGBITS,
        flags: elf::SHF_ALLOC.into(),
        align: 1,
        entsize: entsize as u64,
        data,
        relocs,
    };
    let unwind = section(SECTIONS[0], ENTRY_SIZE, entries.iter().flat_map(|(_, _, entry)| entry.0).collect(), None);
    let places = section(SECTIONS[1], 4, vec![0; entries.len() * 4], Some(relocs));
    vec![Edit::AddSection(Box::new(unwind)), Edit::AddSection(Box::new(places))]
}

/// The entries of one section: where they change, and one of zeros at the end.
fn add_section(size: u64, section: SectionId, functions: &[Function], out: &mut Vec<(SectionId, u64, OrcEntry)>) {
    let mut last = OrcEntry::default();
    let mut add = |offset: u64, entry: OrcEntry| {
        if entry != last {
            out.push((section, offset, entry));
            last = entry;
        }
    };
    let mut covered = 0;
    for function in functions {
        if covered < function.start {
            add(covered, entry(None));
        }
        for row in &function.rows {
            // What was found before a walk gave up may not be all there is to know.
            let state = row.state.as_ref().filter(|_| function.unresolved.is_none());
            add(row.offset, entry(state));
        }
        covered = function.end;
    }
    if covered < size {
        add(covered, entry(None));
    }
    out.push((section, size, OrcEntry::default()));
}

/// `--dump=orc`: appends a line for each entry of a file to `out`.
pub fn dump(out: &mut Vec<u8>, elf: &ElfFile<'_>) -> Result<(), DumpError> {
    dump::lines(out, elf, write_entry)
}

/// One entry in words, with a line end.
fn write_entry(out: &mut Vec<u8>, entry: OrcEntry) {
    let bits = entry.bits();
    out.extend_from_slice(b" cfa:");
    dump::write_reg(out, &NUMBERING, bits & 15, entry.sp_offset());
    out.extend_from_slice(b" x29:");
    dump::write_reg(out, &NUMBERING, bits >> 4 & 15, entry.bp_offset());
    let kind = if bits >> 8 & 7 == 0 { "call" } else { "?" };
    let _ = writeln!(out, " type:{kind} end:{}", bits >> 11 & 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(entry: OrcEntry) -> String {
        let mut out = Vec::new();
        write_entry(&mut out, entry);
        String::from_utf8_lossy(&out).trim().to_owned()
    }

    /// A frame record of which `x29` knows the place, `record` below the CFA.
    fn framed(sp: Option<i32>, record: i32) -> State {
        let mut state = State::ENTRY;
        (state.sp, state.fp, state.lr) = (sp, Content::Cfa(record), Content::Unknown);
        (state.fp_slot, state.lr_slot) = (Some(record), Some(record + 8));
        state
    }

    #[test]
    fn a_frame_record_makes_an_entry() {
        let state = framed(Some(-48), -32);
        assert_eq!(entry(Some(&state)).0, [48, 0, 0xe0, 0xff, 0x12, 0]);
        assert_eq!(words(entry(Some(&state))), "cfa:sp+48 x29:cfa-32 type:call end:0");
        assert_eq!(words(entry(Some(&framed(None, -32)))), "cfa:x29+32 x29:cfa-32 type:call end:0");
        let mut elsewhere = state;
        elsewhere.fp_slot = Some(-16);
        assert_eq!(words(entry(Some(&elsewhere))), "cfa:sp+0 x29:cfa+0 type:call end:0");
    }

    #[test]
    fn what_is_not_known_is_not_trusted() {
        assert_eq!(words(entry(Some(&State::ENTRY))), "cfa:sp+0 x29:cfa+0 type:call end:0");
        assert_eq!(entry(None), entry(Some(&State::ENTRY)));
        assert_eq!(entry(Some(&framed(Some(-70000), -16))), entry(None));
        assert_eq!(words(OrcEntry::default()), "cfa:(und) x29:(und) type:call end:0");
    }
}
