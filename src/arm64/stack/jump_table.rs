//! Where an indirect jump leads: jump tables as gcc and clang make them.
//!
//!     cmp  w0, #9            the bound: `b.hi` leaves for the default
//!     b.hi default
//!     adrp x1, table
//!     add  x1, x1, :lo12:table
//!     ldrb w1, [x1, w0, uxtw]     bytes or halfwords count instructions from a label in the code,
//!     adr  x2, label              words are distances from the table itself, doublewords are addresses
//!     add  x1, x2, w1, sxtb #2
//!     br   x1
//!
//! Each register is followed backwards to the instruction that set it. What does not look like this, or has no bound, is
//! said to be unresolved; nothing is guessed.

use arch::arm64;
use arch::arm64::Class;
use arch::arm64::branch::BranchKind;
use arch::arm64::written::written;
use object::elf;

use crate::arm64::object::Object;
use crate::arm64::object::Place;

use super::regions::Region;
use super::regions::for_each_branch;

/// Where an indirect jump leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Indirect {
    /// To any of these places.
    Table(Vec<Place>),
    /// The register was not computed from a table: to a function, if anywhere.
    Function,
    /// Through a table that could not be read.
    Unresolved(&'static str),
}

/// How many instructions back a register is followed.
const REACH: usize = 256;
/// Entries of a table at most.
const MAX_ENTRIES: u64 = 4096;

/// Finds out where the jump at `place` through register `reg` leads.
pub fn resolve(object: &Object<'_>, region: &Region, place: Place, reg: u8) -> Indirect {
    let search = Search { object, region };
    let Some((at, word)) = search.definition(place, reg) else { return Indirect::Function };
    let found = if let Some(sum) = Sum::of(word) {
        search.relative(at, &sum)
    } else if let Some(load) = Load::of(word).filter(|load| load.size == 8) {
        // A function pointer out of an array is loaded like this, too; then the array is no table of this code.
        match search.absolute(at, &load) {
            Err(_) if !search.leads_here(at, &load) => return Indirect::Function,
            found => found,
        }
    } else {
        return Indirect::Function;
    };
    found.map_or_else(Indirect::Unresolved, Indirect::Table)
}

/// `add` of two registers: base and offset.
struct Sum {
    base: u8,
    offset: u8,
    shift: u32,
    /// Bits of the offset that count, and whether the highest is its sign.
    extend: Option<(u32, bool)>,
}

impl Sum {
    fn of(word: u32) -> Option<Self> {
        let (base, offset) = (reg(word, 5), reg(word, 16));
        match word >> 21 {
            0b100_0101_1000 => Some(Self { base, offset, shift: word >> 10 & 63, extend: None }),
            0b100_0101_1001 => {
                let bits = 8 << (word >> 13 & 3);
                Some(Self { base, offset, shift: word >> 10 & 7, extend: Some((bits, word >> 15 & 1 != 0)) })
            }
            _ => None,
        }
    }
}

/// A load of `[table + index]`, the index scaled by the size.
struct Load {
    table: u8,
    index: u8,
    /// Bytes.
    size: u64,
    is_signed: bool,
}

impl Load {
    fn of(word: u32) -> Option<Self> {
        if word & 0x3f20_0c00 != 0x3820_0800 || word >> 22 & 3 == 0 {
            return None;
        }
        let size = 1 << (word >> 30);
        let is_scaled = word >> 12 & 1 != 0 || size == 1;
        let is_signed = word >> 23 & 1 != 0;
        is_scaled.then_some(Self { table: reg(word, 5), index: reg(word, 16), size, is_signed })
    }
}

struct Search<'a> {
    object: &'a Object<'a>,
    region: &'a Region,
}

impl Search<'_> {
    /// The instruction that set `reg` before `place`, going back in order of place.
    fn definition(&self, place: Place, reg: u8) -> Option<(Place, u32)> {
        let mut at = place;
        for _ in 0..REACH {
            at = self.before(at)?;
            let word = self.object.word(at)?;
            if written(word) >> reg & 1 != 0 {
                return Some((at, word));
            }
        }
        None
    }

    fn before(&self, place: Place) -> Option<Place> {
        place.plus(-4).filter(|at| at.offset >= self.region.start)
    }

    /// A table of distances.
    fn relative(&self, at: Place, sum: &Sum) -> Result<Vec<Place>, &'static str> {
        let found = self.definition(at, sum.offset).and_then(|(at, word)| Some((at, Load::of(word)?)));
        let Some((load_at, load)) = found else { return Err("its target is computed in an unknown way") };
        let table = self.address(load_at, load.table).ok_or("its table cannot be found")?;
        let base = self.address(at, sum.base).ok_or("the start of its distances cannot be found")?;
        let count = self.bound_or_copy(load_at, load.index).ok_or("its table has no bound")?;
        let (bits, is_signed) = match sum.extend {
            Some((bits, is_signed)) => (bits.min(load.size as u32 * 8), is_signed),
            None => (load.size as u32 * 8, load.is_signed),
        };
        (0..count)
            .map(|nth| {
                let entry = table.plus((nth * load.size) as i64)?;
                if let Some(reloc) = self.object.field(entry, elf::R_AARCH64_PREL32).filter(|_| load.size == 4) {
                    let target = self.object.target(&reloc)?;
                    return target.plus(-(entry.offset.wrapping_sub(table.offset) as i64)).filter(|_| table == base);
                }
                let value = extend(self.entry(entry, load.size)?, bits, is_signed);
                base.plus(value.checked_shl(sum.shift)?)
            })
            .collect::<Option<Vec<_>>>()
            .ok_or("an entry of its table cannot be read")
    }

    /// A table of addresses.
    fn absolute(&self, at: Place, load: &Load) -> Result<Vec<Place>, &'static str> {
        let table = self.address(at, load.table).ok_or("its table cannot be found")?;
        let count = self.bound_or_copy(at, load.index).or_else(|| self.n_pointers(at, load.table));
        let count = count.ok_or("its table has no bound")?;
        let entry = |nth: u64| {
            let reloc = self.object.field(table.plus((nth * 8) as i64)?, elf::R_AARCH64_ABS64)?;
            self.object.target(&reloc).filter(|target| self.is_inside(*target))
        };
        (0..count).map(entry).collect::<Option<Vec<_>>>().ok_or("an entry of its table does not lead into the function")
    }

    /// Whether the first entry of a table of addresses leads into the middle of this function.
    fn leads_here(&self, at: Place, load: &Load) -> bool {
        let table = self.address(at, load.table);
        let reloc = table.and_then(|table| self.object.field(table, elf::R_AARCH64_ABS64));
        let target = reloc.and_then(|reloc| self.object.target(&reloc));
        target.is_some_and(|target| self.is_inside(target) && target.offset != self.region.start)
    }

    fn is_inside(&self, place: Place) -> bool {
        place.section == self.region.section && (self.region.start..self.region.end).contains(&place.offset)
    }

    /// The address that `reg` holds before `place`: `adr`, or `adrp` and `add`.
    fn address(&self, place: Place, reg: u8) -> Option<Place> {
        let (at, word) = self.definition(place, reg)?;
        if let Class::Adr { is_page: false, .. } = arm64::class(word) {
            return match self.object.relocs.at(at.section, at.offset) {
                Some(found) => self.object.target(&found.reloc),
                None => at.plus(arm64::branch::adr_disp(word)),
            };
        }
        if is_copy(word) {
            return self.address(at, super::jump_table::reg(word, 16));
        }
        let reloc = self.object.field(at, elf::R_AARCH64_ADD_ABS_LO12_NC)?;
        let (page_at, page) = self.definition(at, super::jump_table::reg(word, 5))?;
        let page_reloc = self.object.field(page_at, elf::R_AARCH64_ADR_PREL_PG_HI21)?;
        let is_page = matches!(arm64::class(page), Class::Adr { is_page: true, .. });
        let is_pair = is_page && (page_reloc.symbol, page_reloc.addend) == (reloc.symbol, reloc.addend);
        is_pair.then(|| self.object.target(&reloc))?
    }

    /// Pointers in the object that a table register names, if it is one on its own.
    fn n_pointers(&self, place: Place, reg: u8) -> Option<u64> {
        let (at, _) = self.definition(place, reg)?;
        let reloc = self.object.field(at, elf::R_AARCH64_ADD_ABS_LO12_NC)?;
        let target = self.object.target(&reloc)?;
        let is_it = |symbol: &&crate::elf::Symbol| {
            symbol.kind() == elf::STT_OBJECT && symbol.section == target.section && symbol.value == target.offset
        };
        let named = self.object.elf.symbol(reloc.symbol).filter(is_it);
        let symbol = named.or_else(|| self.object.elf.symbols.iter().find(is_it))?;
        Some(symbol.size / 8).filter(|count| (1..=MAX_ENTRIES).contains(count))
    }

    /// As [`Search::bound`]; if there is none, that of the register that the index was copied from and still equals.
    fn bound_or_copy(&self, place: Place, reg: u8) -> Option<u64> {
        self.bound(place, reg).or_else(|| {
            let (copied_at, word) = self.definition(place, reg)?;
            let (from, None) = source(word)? else { return None };
            let from = from?;
            let written_at = self.definition(place, from).map(|(at, _)| at);
            written_at.is_none_or(|at| at < copied_at).then(|| self.bound(place, from))?
        })
    }

    /// How many values the index in `reg` can have before `place`.
    fn bound(&self, place: Place, reg: u8) -> Option<u64> {
        let (mut at, mut index) = (place, reg);
        // The most that the width of the value allows.
        let mut limit: Option<u64> = None;
        // The condition under which control came here, once a conditional branch was passed.
        let mut condition: Option<(u32, bool)> = None;
        for _ in 0..REACH {
            let Some(before) = self.before(at) else { break };
            let word = self.object.word(before)?;
            let class = arm64::class(word);
            if class.ends_flow() {
                // Nothing falls through: go on at the one branch that leads here.
                let branch = self.only_branch_to(before, at)?;
                condition = Some((self.object.word(branch)?, true));
                at = branch;
                continue;
            }
            at = before;
            if condition.is_none() && bound_of(0, word, false).is_some() {
                condition = Some((word, false));
            }
            if let (Some(value), Some((branch, is_taken))) = (compared(word, index), condition)
                && let Some(count) = bound_of(value, branch, is_taken)
            {
                return Some(count).filter(|count| *count <= MAX_ENTRIES);
            }
            if sets_flags(word) {
                condition = None;
            }
            if written(word) >> index & 1 != 0 {
                match source(word) {
                    Some((from, width)) => {
                        limit = width.map(|bits| 1 << bits).or(limit);
                        let Some(from) = from else { break };
                        index = from;
                    }
                    None => break,
                }
            }
        }
        limit.filter(|count| *count <= MAX_ENTRIES)
    }

    /// The one conditional branch of this function that leads to a place behind `from` and up to `to`.
    fn only_branch_to(&self, from: Place, to: Place) -> Option<Place> {
        let (mut found, mut count) = (None, 0);
        for_each_branch(self.object, self.region, |place, target| {
            if target.section == to.section && from.offset < target.offset && target.offset <= to.offset {
                found = Some(place);
                count += 1;
            }
        });
        let word = self.object.word(found.filter(|_| count == 1)?)?;
        found.filter(|_| matches!(arm64::class(word), Class::Branch(branch) if branch.kind == BranchKind::Cond))
    }

    fn entry(&self, place: Place, size: u64) -> Option<u64> {
        let start = usize::try_from(place.offset).ok()?;
        let bytes = self.object.elf.sections.get(place.section.index())?.data.get(start..)?.get(..size as usize)?;
        Some(bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }
}

fn reg(word: u32, from: u32) -> u8 {
    (word >> from & 31) as u8
}

fn extend(value: u64, bits: u32, is_signed: bool) -> i64 {
    let unused = 64 - bits.clamp(1, 64);
    let raised = value << unused;
    if is_signed { raised.cast_signed() >> unused } else { (raised >> unused).cast_signed() }
}

/// `mov xd, xm`.
fn is_copy(word: u32) -> bool {
    word & 0xffe0_ffe0 == 0xaa00_03e0
}

/// What an unsigned register is compared with: `cmp reg, #value`.
fn compared(word: u32, index: u8) -> Option<u64> {
    let is_compare = word & 0x7f80_001f == 0x7100_001f && reg(word, 5) == index;
    is_compare.then(|| u64::from(word >> 10 & 0xfff) << (12 * (word >> 22 & 1)))
}

/// Whether the condition flags are written: what is before has nothing to do with a branch that is behind.
fn sets_flags(word: u32) -> bool {
    // adds, subs, ands with immediates, registers or extended registers; ccmp.
    let is_arithmetic = word & 0x3f00_0000 == 0x3100_0000 || word & 0x3f00_0000 == 0x2b00_0000;
    is_arithmetic
        || word & 0x7f80_0000 == 0x7200_0000
        || word & 0x7f00_0000 == 0x6a00_0000
        || word & 0x3fe0_0000 == 0x3a40_0000
}

/// How many values are left after a comparison with `value` when a branch on it was taken or not.
fn bound_of(value: u64, branch: u32, is_taken: bool) -> Option<u64> {
    const HS: u32 = 2;
    const LO: u32 = 3;
    const HI: u32 = 8;
    const LS: u32 = 9;
    if branch >> 24 != 0x54 {
        return None;
    }
    match (branch & 15, is_taken) {
        (HI, false) | (LS, true) => Some(value + 1),
        (HS, false) | (LO, true) => Some(value),
        _ => None,
    }
}

/// Where an instruction that sets an index takes it from, and to how many bits it cuts it: copies, masks and bit fields
/// go on with another register, loads of small values do not.
fn source(word: u32) -> Option<(Option<u8>, Option<u32>)> {
    let from = Some(reg(word, 5));
    if word & 0x7fe0_ffe0 == 0x2a00_03e0 {
        return Some((Some(reg(word, 16)), None));
    }
    // ubfm: the bits from immr to imms, where that is a field.
    if word & 0x7f80_0000 == 0x5300_0000 {
        let (low, high) = (word >> 16 & 63, word >> 10 & 63);
        let width = high.checked_sub(low)? + 1;
        // A field that does not start at the bottom is another number.
        return Some((from.filter(|_| low == 0), Some(width).filter(|width| *width < 32)));
    }
    // and with low ones: a run of them over 32 or 64 bits, not rotated.
    if word & 0x7fbf_8000 == 0x1200_0000 || word & 0xffff_0000 == 0x9240_0000 {
        return Some((from, Some((word >> 10 & 63) + 1).filter(|width| *width < 32)));
    }
    // ldrb, ldrh.
    match word & 0xfb00_0000 {
        0x3900_0000 | 0x3800_0000 if word >> 22 & 3 == 1 => Some((None, Some(8))),
        0x7900_0000 | 0x7800_0000 if word >> 22 & 3 == 1 => Some((None, Some(16))),
        _ => None,
    }
}
