// SPDX-License-Identifier: GPL-2.0-only

//! x86-64: the states behind ORC against the tables, as a second opinion beside the original's.
//!
//! The walk is that of `objtool --orc`. It names one register to find the frame address by, as the tables do; besides it
//! knows how far the stack pointer is from the frame address. The caller's `rbp` is often in two places, and each side names
//! one of them. Once it is popped the compilers keep saying that it is in memory, now below the stack pointer, where ORC says
//! it is in the register. Clang says that it is in the register until the prologue ends, where ORC names the slot that it has
//! been pushed to: right as long as nothing has changed the register since. And inline assembly that pushes something is
//! not described at all. What instructions do is asked of another decoder for both.

use std::path::Path;

use super::cfi_rows;
use super::cfi_rows::CfaRule;
use super::cfi_rows::Described;
use super::cfi_rows::DwarfRegs;
use super::cfi_rows::Row;
use super::cfi_rows::Rule;
use super::second_opinion::SecondOpinion;
use super::tally::Compared;
use super::tally::Tally;
use super::tally::Verdict;
use postlink::elf::ElfFile;
use postlink::elf::SectionId;
use postlink::kernel::Profile;
use postlink::objtool::cfi;
use postlink::objtool::cfi::CfiState;
use postlink::objtool::cfi::frame;
use postlink::objtool::check::Walk;
use postlink::objtool::check::walk::Extent;
use postlink::objtool::check::walk::observe::Unobserved;
use postlink::objtool::check::walk::walk;
use postlink::objtool::code;
use postlink::objtool::code::Code;
use postlink::objtool::code::InsnId;
use postlink::objtool::opts::Opts;

/// DWARF's numbers of `rbp` and of the return address.
const REGS: DwarfRegs = DwarfRegs { fp: 6, ra: 16, ra_sign: None };

/// DWARF's number of `rsp`.
const DWARF_SP: u16 = 7;

/// Our numbers of the registers that DWARF numbers otherwise.
const OURS: [i8; 8] = [0, 2, 1, 3, 6, 7, 5, 4];

/// Our numbers of `rsp` and `rbp` and of the return address.
const SP: i8 = 4;
const BP: u8 = 5;
const RA: u8 = 16;

/// What the straight way to an instruction has done, by another decoder than the walk's.
struct Straight {
    iced: SecondOpinion,
    /// `rbp` still holds what it held where the walk last said that it is the caller's.
    keeps_bp: bool,
    /// Bytes pushed since the row began.
    pushed: i64,
    /// The first place whose row forgets a push, and what it forgets.
    forgotten: Option<String>,
}

/// Compares all functions of an object.
pub fn compare(elf: &ElfFile<'_>, path: &Path) -> Tally {
    // Not `stackval`: it ends a path at a call without a frame pointer.
    let opts = Opts { orc: true, file: path.to_owned(), ..Opts::default() };
    let profile = Profile::newest();
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
    let iced = SecondOpinion::default();
    let mut straight = Straight { iced, keeps_bp: false, pushed: 0, forgotten: None };
    for row in rows {
        straight.pushed = 0;
        for (insn, offset) in insns(code, described.section, row.start, row.end) {
            compare_insn(code, walk, insn, offset.saturating_sub(described.start), row, &mut straight, &mut out);
            straight.pass(code, described.section, offset);
        }
    }
    if let Some(text) = straight.forgotten {
        out.decide(Verdict::Misdescribed(text));
    }
    out
}

impl Straight {
    /// Takes the instruction at `offset` into account.
    fn pass(&mut self, code: &Code<'_>, section: SectionId, offset: u64) {
        let bytes = usize::try_from(offset).ok().and_then(|at| code.elf.section(section).data.get(at..));
        let effect = bytes.and_then(|bytes| self.iced.effect(bytes));
        self.keeps_bp &= effect.is_some_and(|effect| effect.goes_on && !effect.writes_bp);
        self.pushed = self.pushed.saturating_add(effect.map_or(0, |effect| effect.pushed.into()));
    }
}

/// The instructions of a range with their offsets.
fn insns(code: &Code<'_>, section: SectionId, start: u64, end: u64) -> impl Iterator<Item = (InsnId, u64)> {
    let first = code.insns.at(section, start);
    let all = std::iter::successors(first, |insn| code.insns.next(*insn));
    all.map(|insn| (insn, u64::from(code.insns.get(insn).offset))).take_while(move |(_, offset)| *offset < end)
}

fn compare_insn(
    code: &Code<'_>,
    walk: &Walk,
    insn: InsnId,
    from_start: u64,
    row: &Row,
    straight: &mut Straight,
    out: &mut Compared,
) {
    let state = walk.cfi.get(insn.index()).and_then(|id| id.some()).map(|id| walk.cfis.get(id));
    let Some(state) = state.filter(|state| state.kind == frame::CALL) else {
        return out.skip(from_start, code.insns.get(insn).len.into());
    };
    straight.keeps_bp |= state.reg(BP).base == cfi::UNDEFINED;
    let difference = difference(state, row, straight.keeps_bp);
    if difference.is_some() && straight.pushed != 0 && difference_after(state, row, straight).is_none() {
        let what = format!("+{from_start:#x}: the tables do not know of {} pushed bytes", straight.pushed);
        straight.forgotten.get_or_insert(what);
        return out.record(from_start, None);
    }
    out.record(from_start, difference);
}

/// What is different if the row means the stack as it was where the row began.
fn difference_after(state: &CfiState, row: &Row, straight: &Straight) -> Option<String> {
    let cfa = match row.cfa {
        CfaRule::Reg { reg, offset } if reg == DWARF_SP => {
            CfaRule::Reg { reg, offset: offset.saturating_add(straight.pushed) }
        }
        other => other,
    };
    difference(state, &Row { cfa, ..*row }, straight.keeps_bp)
}

/// What is different, if anything. `keeps_bp`: no instruction has changed `rbp` since it was the caller's.
fn difference(state: &CfiState, row: &Row, keeps_bp: bool) -> Option<String> {
    let CfaRule::Reg { reg, offset } = row.cfa else { return Some("cfa: DWARF has an expression".to_owned()) };
    let reg = OURS.get(usize::from(reg)).copied().unwrap_or(reg as i8);
    let by_name = state.cfa.base == reg && i64::from(state.cfa.offset) == offset;
    let by_size = reg == SP && state.cfa.base == BP as i8 && i64::from(state.stack_size) == offset;
    if !by_name && !by_size {
        return Some(format!("cfa: ours {:?}, DWARF {reg}+{offset}", state.cfa));
    }
    let bp = state.reg(BP);
    let is_same = match row.fp {
        Rule::Same => bp.base == cfi::UNDEFINED || keeps_bp,
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
