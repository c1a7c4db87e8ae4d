// SPDX-License-Identifier: GPL-2.0-only

//! Where an indirect jump leads: jump tables as gcc and clang make them.
//!
//! ```text
//!     cmp  w0, #9            the bound: `b.hi` leaves for the default
//!     b.hi default
//!     adrp x1, table
//!     add  x1, x1, :lo12:table
//!     ldrb w1, [x1, w0, uxtw]     bytes or halfwords count instructions from a label in the code,
//!     adr  x2, label              words are distances from the table itself, doublewords are addresses
//!     add  x1, x2, w1, sxtb #2
//!     br   x1
//! ```
//!
//! Each register is followed backwards to the instruction that set it. What does not look like this, or has no bound, is
//! said to be unresolved; nothing is guessed.

mod backwards;
mod bound;
mod stack_slots;

use arch::arm64;
use arch::arm64::Class;
use arch::arm64::written;
use object::elf;

use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;

use super::regions::Region;
use backwards::Backwards;

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
pub fn resolve(object: &Arm64Object<'_>, region: &Region, place: Place, reg: u8) -> Indirect {
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
    object: &'a Arm64Object<'a>,
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
        let certain = self.address(load_at, load.table);
        let table = certain.or_else(|| self.nearest(load_at, load.table)).ok_or("its table cannot be found")?;
        let base = self.address(at, sum.base).ok_or("the start of its distances cannot be found")?;
        let count = bound::bound(self, load_at, load.index).ok_or("its table has no bound")?;
        let (bits, is_signed) = match sum.extend {
            Some((bits, is_signed)) => (bits.min(load.size as u32 * 8), is_signed),
            None => (load.size as u32 * 8, load.is_signed),
        };
        let targets = (0..count)
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
            .ok_or("an entry of its table cannot be read")?;
        // A table that only seems to be the right one is, if all it has are landing pads for jumps.
        let is_pad = |target: &Place| {
            let pad = self.object.word(*target).and_then(arm64::hint::bti);
            pad.is_some_and(arm64::hint::Bti::takes_jumps) && self.is_inside(*target)
        };
        let is_sure = certain.is_some() || !targets.is_empty() && targets.iter().all(is_pad);
        is_sure.then_some(targets).ok_or("its table cannot be found")
    }

    /// A table of addresses.
    fn absolute(&self, at: Place, load: &Load) -> Result<Vec<Place>, &'static str> {
        let table = self.address(at, load.table).ok_or("its table cannot be found")?;
        let count = bound::bound(self, at, load.index).or_else(|| self.n_pointers(table));
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

    /// The address that `reg` holds before `place`, whichever way control came: `adr`, or `adrp` and `add`, perhaps kept in
    /// another register or on the stack since, or counted from another address.
    fn address(&self, place: Place, reg: u8) -> Option<Place> {
        const MAX_COPIES: usize = 64;
        let back = Backwards::of(self);
        let mut found = None;
        // Registers, where they are asked about, and what is added to them since. Copies may go around in a circle.
        let mut work = vec![(place, reg, 0_i64)];
        let mut asked = 0;
        while let Some((place, reg, distance)) = work.get(asked).copied() {
            asked += 1;
            for (at, word) in back.definitions(place, reg)? {
                let mut ask = |query| {
                    if !work.contains(&query) {
                        work.push(query);
                    }
                };
                if is_copy(word) {
                    ask((at, super::jump_table::reg(word, 16), distance));
                } else if let Some(slot) = stack_slots::loaded(word, reg) {
                    for (at, word) in back.stores(at, slot)? {
                        ask((at, stack_slots::stored(word, slot)?, distance));
                    }
                } else if let Some(address) = self.made_by(at, word) {
                    let address = address.plus(distance)?;
                    if *found.get_or_insert(address) != address {
                        return None;
                    }
                } else {
                    let (from, more) = sum_with_constant(word)?;
                    ask((at, from, distance.checked_add(more)?));
                }
            }
            if work.len() > MAX_COPIES {
                return None;
            }
        }
        found
    }

    /// The address that the last instruction before `place`, in order of place, puts into `reg`.
    fn nearest(&self, place: Place, reg: u8) -> Option<Place> {
        let (mut at, mut reg) = (place, reg);
        for _ in 0..4 {
            let (set_at, word) = self.definition(at, reg)?;
            if !is_copy(word) {
                return self.made_by(set_at, word);
            }
            (at, reg) = (set_at, super::jump_table::reg(word, 16));
        }
        None
    }

    /// The address that one instruction makes.
    fn made_by(&self, at: Place, word: u32) -> Option<Place> {
        if let Class::Adr { is_page: false, .. } = arm64::class(word) {
            return match self.object.relocs.at(at.section, at.offset) {
                Some(found) => self.object.target(&found.reloc),
                None => at.plus(arm64::branch::adr_disp(word)),
            };
        }
        // The relocation of the lower bits names the whole address; the page may be that of a neighbour.
        let reloc = self.object.field(at, elf::R_AARCH64_ADD_ABS_LO12_NC)?;
        self.object.target(&reloc)
    }

    /// Pointers in the object at `table`, if a symbol says how large it is.
    fn n_pointers(&self, table: Place) -> Option<u64> {
        let is_it = |symbol: &&crate::elf::Symbol| {
            symbol.kind() == elf::STT_OBJECT && symbol.section == table.section && symbol.value == table.offset
        };
        let symbol = self.object.elf.symbols.iter().find(is_it)?;
        Some(symbol.size / 8).filter(|count| (1..=MAX_ENTRIES).contains(count))
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

/// `add xd, xn, #constant`, or `sub`: the register and what is added to it.
fn sum_with_constant(word: u32) -> Option<(u8, i64)> {
    let constant = i64::from(word >> 10 & 0xfff) << (12 * (word >> 22 & 1));
    match word >> 23 {
        0b1_0010_0010 => Some((reg(word, 5), constant)),
        0b1_1010_0010 => Some((reg(word, 5), -constant)),
        _ => None,
    }
}
