//! x86-64: the states behind ORC against the tables, as a second opinion beside the original's.
//!
//! The walk is that of `objtool --orc`. It names one register to find the frame address by, as the tables do; besides it
//! knows how far the stack pointer is from the frame address. Once `rbp` is popped the compilers keep saying that it is in
//! memory, now below the stack pointer, where ORC says it is in the register: the value is one and the same.

use std::path::Path;

use super::cfi_rows;
use super::cfi_rows::CfaRule;
use super::cfi_rows::Described;
use super::cfi_rows::DwarfRegs;
use super::cfi_rows::Row;
use super::cfi_rows::Rule;
use super::tally::Compared;
use super::tally::Tally;
use super::tally::Verdict;
use crate::cfi;
use crate::cfi::CfiState;
use crate::cfi::frame;
use crate::check::Walk;
use crate::check::walk::Extent;
use crate::check::walk::observe::Unobserved;
use crate::check::walk::walk;
use crate::code;
use crate::code::Code;
use crate::code::InsnId;
use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::opts::Opts;
use crate::profile::Profile;

/// DWARF's numbers of `rbp` and of the return address.
const REGS: DwarfRegs = DwarfRegs { fp: 6, ra: 16, ra_sign: None };

/// Our numbers of the registers that DWARF numbers otherwise.
const OURS: [i8; 8] = [0, 2, 1, 3, 6, 7, 5, 4];

/// Our numbers of `rsp` and `rbp` and of the return address.
const SP: i8 = 4;
const BP: u8 = 5;
const RA: u8 = 16;

/// Compares all functions of an object.
pub fn compare(elf: &ElfFile<'_>, path: &Path) -> Tally {
    // Not `stackval`: it ends a path at a call without a frame pointer.
    let opts = Opts { orc: true, file: path.to_owned(), ..Opts::default() };
    let profile = Profile::v7_3();
    let (described, errors) = cfi_rows::read(elf, REGS);
    let mut tally = Tally { functions: Vec::new(), errors };
    let Some(arch) = arch::with_upstream(elf.machine) else { return tally };
    let (code, _, result) = code::build(&opts, &profile, arch, elf, None);
    if let Err(stopped) = result {
        tally.errors.push(format!("the code cannot be linked: {:?}", stopped.into_finding()));
        return tally;
    }
    let (walk, _) = walk(&code, Extent::Everything, &mut Unobserved);
    tally.functions = described.iter().map(|described| compare_function(&code, &walk, described)).collect();
    tally
}

fn compare_function(code: &Code<'_>, walk: &Walk, described: &Described) -> Compared {
    let section = String::from_utf8_lossy(code.elf.section(described.section).name).into_owned();
    let symbol = code.symbols.func_containing(described.section, described.start);
    let name = symbol.map_or(String::new(), |id| String::from_utf8_lossy(code.name(id)).into_owned());
    let mut out = Compared::new(name, format!("{section}+{:#x}", described.start));
    let rows = match &described.rows {
        Ok(rows) => rows,
        Err(error) => {
            out.verdict = Verdict::Unreadable(error.clone());
            return out;
        }
    };
    for row in rows {
        for (insn, offset) in insns(code, described.section, row.start, row.end) {
            compare_insn(code, walk, insn, offset.saturating_sub(described.start), row, &mut out);
        }
    }
    out
}

/// The instructions of a range with their offsets.
fn insns(code: &Code<'_>, section: SectionId, start: u64, end: u64) -> impl Iterator<Item = (InsnId, u64)> {
    let first = code.insns.at(section, start);
    let all = std::iter::successors(first, |insn| code.insns.next(*insn));
    all.map(|insn| (insn, u64::from(code.insns.get(insn).offset))).take_while(move |(_, offset)| *offset < end)
}

fn compare_insn(code: &Code<'_>, walk: &Walk, insn: InsnId, from_start: u64, row: &Row, out: &mut Compared) {
    let state = walk.cfi.get(insn.index()).and_then(|id| id.some()).map(|id| walk.cfis.get(id));
    match state.filter(|state| state.kind == frame::CALL) {
        Some(state) => out.record(from_start, difference(state, row)),
        None => out.skip(from_start, code.insns.get(insn).len.into()),
    }
}

/// What is different, if anything.
fn difference(state: &CfiState, row: &Row) -> Option<String> {
    let CfaRule::Reg { reg, offset } = row.cfa else { return Some("cfa: DWARF has an expression".to_owned()) };
    let reg = OURS.get(usize::from(reg)).copied().unwrap_or(reg as i8);
    let by_name = state.cfa.base == reg && i64::from(state.cfa.offset) == offset;
    let by_size = reg == SP && state.cfa.base == BP as i8 && i64::from(state.stack_size) == offset;
    if !by_name && !by_size {
        return Some(format!("cfa: ours {:?}, DWARF {reg}+{offset}", state.cfa));
    }
    let bp = state.reg(BP);
    let is_same = match row.fp {
        Rule::Same => bp.base == cfi::UNDEFINED,
        Rule::AtCfa(offset) if bp.base == cfi::UNDEFINED => offset < -i64::from(state.stack_size),
        Rule::AtCfa(offset) => bp.base == cfi::CFA && i64::from(bp.offset) == offset,
        Rule::Reg(_) | Rule::Undefined | Rule::Other => false,
    };
    if !is_same {
        return Some(format!("rbp: ours {bp:?}, DWARF {:?}", row.fp));
    }
    let ra = state.reg(RA);
    let is_same = matches!(row.ra, Rule::AtCfa(offset) if ra.base == cfi::CFA && i64::from(ra.offset) == offset);
    (!is_same).then(|| format!("return address: ours {ra:?}, DWARF {:?}", row.ra))
}
