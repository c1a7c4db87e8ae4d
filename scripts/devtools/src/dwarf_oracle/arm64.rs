// SPDX-License-Identifier: GPL-2.0-only

//! arm64: [`stack`](postlink::arm64::stack) against the tables.
//!
//! The tables give one way to find the frame address, such as `x29 + 16`; ours give the distance of every register that
//! has one. They agree if the register that the tables name has that distance with us. The same goes for what is saved: a
//! register that is "the same" must hold the caller's value, one that is "at cfa - 8" must have been stored there. After the
//! stack pointer has passed that place the compilers go on speaking of it for an instruction or two, although the register
//! has its value back: what counts is that it was this place.

use arch::arm64::Class;
use arch::arm64::FP;
use arch::arm64::LR;
use arch::arm64::SP;
use arch::arm64::branch::BranchKind;
use arch::arm64::written;

use super::cfi_rows;
use super::cfi_rows::CfaRule;
use super::cfi_rows::Described;
use super::cfi_rows::DwarfRegs;
use super::cfi_rows::Row;
use super::cfi_rows::Rule;
use super::tally::Compared;
use super::tally::Tally;
use super::tally::Verdict;
use postlink::arm64::object::Arm64Object;
use postlink::arm64::object::Place;
use postlink::arm64::stack;
use postlink::arm64::stack::Function;
use postlink::arm64::stack::StackTable;
use postlink::arm64::stack::state::Content;
use postlink::arm64::stack::state::State;
use postlink::elf::ElfFile;
use postlink::elf::SectionId;
use postlink::kernel::Profile;
use postlink::kernel::noreturns::Noreturns;

/// `RA_SIGN_STATE` has number 34 (AADWARF64).
const REGS: DwarfRegs = DwarfRegs { fp: FP as u16, ra: LR as u16, ra_sign: Some(34) };

/// Compares all functions of an object.
pub fn compare(elf: &ElfFile<'_>) -> Tally {
    let object = Arm64Object::new(elf);
    let table = stack::analyse(&object, &Noreturns::new(&Profile::newest(), None));
    let (described, errors) = cfi_rows::read(elf, REGS);
    let functions = described.iter().map(|described| compare_function(&object, &table, described)).collect();
    Tally { functions, errors }
}

fn compare_function(object: &Arm64Object<'_>, table: &StackTable, described: &Described) -> Compared {
    let place = Place { section: described.section, offset: described.start };
    let mut out = Compared::new(object.describe(place), object.describe_offset(place));
    let rows = match &described.rows {
        Ok(rows) => rows,
        Err(error) => {
            out.verdict = Verdict::Unreadable(error.clone());
            return out;
        }
    };
    if !is_named(object, place, described.end) {
        out.verdict = Verdict::Unnamed;
        return out;
    }
    // Rows may claim to go on for ever.
    let size = object.elf.section(described.section).data.len() as u64;
    for row in rows {
        for offset in (row.start..row.end.min(size)).step_by(4) {
            let at = Place { section: described.section, offset };
            if object.is_data(at) || !object.is_text(at) {
                continue;
            }
            compare_insn(table.function(at.section, offset), row, offset, described.start, &mut out);
        }
    }
    if let Verdict::Disagrees(text) = &out.verdict
        && let Some(why) = impossible(object, described.section, rows)
    {
        out.verdict = Verdict::Misdescribed(format!("{text}; {why}"));
    }
    out
}

/// Whether a function symbol covers any of the described code. The link takes the symbol of a weak function that another
/// replaces, and leaves its code.
fn is_named(object: &Arm64Object<'_>, start: Place, end: u64) -> bool {
    let list = object.functions(start.section);
    let next = list.get(list.partition_point(|function| function.start < start.offset));
    object.function_over(start).is_some() || next.is_some_and(|function| function.start < end)
}

/// What the rows say that cannot be so, whatever the function does. Compilers do not see into inline assembly, and forget
/// a row now and then.
fn impossible(object: &Arm64Object<'_>, section: SectionId, rows: &[Row]) -> Option<String> {
    let size = object.elf.section(section).data.len() as u64;
    let word_before = |offset: u64| object.word(Place { section, offset: offset.checked_sub(4)? });
    for pair in rows.windows(2) {
        let [old, new] = pair else { continue };
        let is_sp = |row: &Row| matches!(row.cfa, CfaRule::Reg { reg, .. } if reg == u16::from(SP));
        let falls = word_before(new.start).is_some_and(|word| {
            let class = arch::arm64::class(word);
            !class.ends_flow() && matches!(class, Class::Other) && written(word) >> SP == 0
        });
        if old.end == new.start && is_sp(old) && is_sp(new) && old.cfa != new.cfa && falls {
            return Some(format!("but the tables move sp at {:#x}, where no instruction does", new.start));
        }
    }
    for row in rows {
        for offset in (row.start..row.end.min(size)).step_by(4) {
            let place = Place { section, offset };
            let loads_fp = word_before(offset).filter(|_| offset > row.start).is_some_and(is_load_of_fp);
            if loads_fp && matches!(row.cfa, CfaRule::Reg { reg, .. } if reg == u16::from(FP)) {
                return Some(format!("but the tables find the frame by x29 after the load of x29 before {offset:#x}"));
            }
            let class = object.word(place).map(arch::arm64::class);
            if matches!(class, Some(Class::Return { .. })) && row.cfa != (CfaRule::Reg { reg: SP.into(), offset: 0 }) {
                return Some(format!("but the tables leave a frame behind at the return at {offset:#x}"));
            }
            let after_call = word_before(offset)
                .filter(|_| offset > row.start)
                .and_then(arch::arm64::branch)
                .is_some_and(|branch| branch.kind == BranchKind::Call);
            if after_call && row.ra == Rule::Same {
                return Some(format!("but the tables say x30 is unchanged after the call before {offset:#x}"));
            }
        }
    }
    None
}

/// Whether `x29` comes from memory: a frame pointer does not, only what the caller had in it.
fn is_load_of_fp(word: u32) -> bool {
    let is_memory = word & 0x0a00_0000 == 0x0800_0000;
    is_memory && written(word) >> FP & 1 != 0
}

fn compare_insn(function: Option<&Function>, row: &Row, offset: u64, start: u64, out: &mut Compared) {
    let from_start = offset.saturating_sub(start);
    let Some(function) = function else {
        return out.decide(Verdict::Unresolved(format!("no function symbol covers +{from_start:#x}")));
    };
    if let Some((place, why)) = function.unresolved {
        return out.decide(Verdict::Unresolved(format!("indirect jump at offset {:#x}: {why}", place.offset)));
    }
    match function.state(offset) {
        Some(state) => out.record(from_start, difference(state, row)),
        None => out.skip(from_start, 4),
    }
}

/// What is different, if anything.
fn difference(state: &State, row: &Row) -> Option<String> {
    let cfa = match row.cfa {
        CfaRule::Reg { reg, offset } => is_at(state, reg, offset.checked_neg()?).then_some(()),
        CfaRule::Expression => None,
    };
    if cfa.is_none() {
        return Some(format!("cfa: ours {}, DWARF {:?}", describe_cfa(state), row.cfa));
    }
    if !is_saved(state.fp, state.fp_slot, row.fp) {
        return Some(format!("x29: ours {:?}, stored at {:?}, DWARF {:?}", state.fp, state.fp_slot, row.fp));
    }
    if !is_saved(state.lr, state.lr_slot, row.ra) {
        return Some(format!("x30: ours {:?}, stored at {:?}, DWARF {:?}", state.lr, state.lr_slot, row.ra));
    }
    (state.signed != row.ra_signed).then(|| format!("signed: ours {}, DWARF {}", state.signed, row.ra_signed))
}

/// Whether a register is `distance` away from the frame address.
fn is_at(state: &State, reg: u16, distance: i64) -> bool {
    let ours = match reg {
        reg if reg == u16::from(SP) => state.sp,
        reg if reg == u16::from(FP) => match state.fp {
            Content::Cfa(distance) => Some(distance),
            Content::Caller | Content::Unknown => None,
        },
        _ => None,
    };
    ours.is_some_and(|ours| i64::from(ours) == distance)
}

fn is_saved(content: Content, slot: Option<i32>, rule: Rule) -> bool {
    match rule {
        Rule::Same => content == Content::Caller,
        Rule::AtCfa(offset) => slot.is_some_and(|slot| i64::from(slot) == offset),
        Rule::Reg(_) | Rule::Undefined | Rule::Other => false,
    }
}

fn describe_cfa(state: &State) -> String {
    let sp = state.sp.map(|sp| format!("sp+{}", -i64::from(sp)));
    let fp = match state.fp {
        Content::Cfa(fp) => Some(format!("x29+{}", -i64::from(fp))),
        Content::Caller | Content::Unknown => None,
    };
    match (sp, fp) {
        (Some(sp), Some(fp)) => format!("{sp} or {fp}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "unknown".to_owned(),
    }
}
