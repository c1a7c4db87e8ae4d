// SPDX-License-Identifier: GPL-2.0-only

//! The frame state: where the caller's frame is at an instruction, and what each instruction does to it.
//!
//! cfa = base + offset; a register saved at `cfa + n` has the place (`CFA`, n). States are interned: equal states have one
//! [`CfiId`], so comparing and storing them costs four bytes. Equality covers every field, as in the original, which
//! compares the whole structure.

mod update;

use std::hash::BuildHasher as _;
use std::hash::Hash;
use std::hash::Hasher;

use arch::ArchFacts;
use arch::OrcBase;
use rustc_hash::FxBuildHasher;
use rustc_hash::FxHashMap;

use crate::kernel::OrcFormat;

pub use update::OpContext;
pub use update::apply;

/// `CFI_UNDEFINED`: nothing is known.
pub const UNDEFINED: i8 = -1;
/// `CFI_CFA`: relative to the frame address.
pub const CFA: i8 = -2;
/// `CFI_SP_INDIRECT`: relative to what the stack pointer points at.
pub const SP_INDIRECT: i8 = -3;
/// `CFI_BP_INDIRECT`: relative to what the frame pointer points at.
pub const BP_INDIRECT: i8 = -4;

/// What ORC calls a base; `None` for one that it has no word for.
pub fn orc_base(base: i8, facts: &ArchFacts) -> Option<OrcBase> {
    Some(match base {
        UNDEFINED => OrcBase::Undefined,
        CFA => OrcBase::Cfa,
        SP_INDIRECT => OrcBase::Indirect(facts.sp),
        BP_INDIRECT => OrcBase::Indirect(facts.bp),
        reg => OrcBase::Reg(u8::try_from(reg).ok()?),
    })
}

/// The base that ORC's word for it means.
pub fn of_orc_base(base: OrcBase, facts: &ArchFacts) -> i8 {
    match base {
        OrcBase::Undefined => UNDEFINED,
        OrcBase::Cfa => CFA,
        OrcBase::Indirect(reg) if reg == facts.sp => SP_INDIRECT,
        OrcBase::Indirect(_) => BP_INDIRECT,
        OrcBase::Reg(reg) => reg.cast_signed(),
    }
}

/// Number of registers that have a place: 16 general ones and the return address.
pub const N_REGS: usize = 17;

/// Where something is, the original's `struct cfi_reg`: a base register or one of the special bases, and an offset in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CfiReg {
    /// Register number, or one of the special bases.
    pub base: i8,
    /// Offset from the base in bytes.
    pub offset: i32,
}

impl CfiReg {
    /// The place of something nobody knows.
    pub const UNKNOWN: Self = Self { base: UNDEFINED, offset: 0 };
}

/// Kinds of frames, `UNWIND_HINT_TYPE_*` of 6.12 and newer.
pub mod frame {
    use crate::kernel::OrcFormat;

    /// No frame is known.
    pub const UNDEFINED: u8 = 0;
    /// The outermost frame.
    pub const END_OF_STACK: u8 = 1;
    /// A frame made by a call.
    pub const CALL: u8 = 2;
    /// A full register frame.
    pub const REGS: u8 = 3;
    /// An interrupt frame without the general registers.
    pub const REGS_PARTIAL: u8 = 4;
    /// Hint only: as at a function's start.
    pub const FUNC: u8 = 5;
    /// Hint only: remember the state here.
    pub const SAVE: u8 = 6;
    /// Hint only: the remembered state holds here.
    pub const RESTORE: u8 = 7;
    /// Added to the numbers of older releases that mean nothing.
    pub const UNKNOWN: u8 = 0x80;

    /// Kinds of hints before 6.4.
    const OLD_FUNC: u8 = 3;
    const OLD_SAVE: u8 = 5;
    const OLD_RESTORE: u8 = 6;

    /// The kind that hints of a format call `number`.
    ///
    /// Older numbers have no names for an undefined frame and for the outermost one. Numbers without a meaning are kept apart.
    pub fn of_number(format: OrcFormat, number: u8) -> u8 {
        match (format, number) {
            (OrcFormat::EndBit, 0..=2) => number + CALL,
            (OrcFormat::EndBit, OLD_FUNC) => FUNC,
            (OrcFormat::EndBit, OLD_SAVE) => SAVE,
            (OrcFormat::EndBit, OLD_RESTORE) => RESTORE,
            (OrcFormat::EndBit, _) => number | UNKNOWN,
            (OrcFormat::SignalBit | OrcFormat::SignalBitRenumbered, _) => number,
        }
    }

    /// The number that messages and entries of a format give a kind.
    pub fn number(format: OrcFormat, kind: u8) -> u8 {
        match (format, kind) {
            (OrcFormat::EndBit, CALL..=REGS_PARTIAL) => kind - CALL,
            (OrcFormat::EndBit, _) => kind & !UNKNOWN,
            (OrcFormat::SignalBit | OrcFormat::SignalBitRenumbered, _) => kind,
        }
    }
}

/// The state at one instruction, the original's `struct cfi_state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CfiState {
    /// Offsets of the places where registers were saved.
    reg_offsets: [i32; N_REGS],
    /// Offsets of the values that registers hold, where those are known relative to the frame.
    val_offsets: [i32; N_REGS],
    /// Bases of the places where registers were saved.
    reg_bases: [i8; N_REGS],
    /// Bases of the values that registers hold.
    val_bases: [i8; N_REGS],
    /// The frame address.
    pub cfa: CfiReg,
    /// Bytes between the stack pointer and the frame address.
    pub stack_size: i32,
    /// Register that points at the arguments of a realigned frame, or [`UNDEFINED`].
    pub drap_reg: i8,
    /// Where that register was saved, relative to the frame pointer; -1 for nowhere.
    pub drap_offset: i32,
    /// Kind of frame, [`frame`].
    pub kind: u8,
    /// The frame pointer was pushed without becoming one.
    pub bp_scratch: bool,
    /// The stack was realigned.
    pub drap: bool,
    /// The instruction pointer is that of an interrupted instruction; before 6.3, the frame is the outermost one.
    pub signal: bool,
    /// `UNWIND_HINT_UNDEFINED`: nothing is to be followed.
    pub force_undefined: bool,
}

impl Hash for CfiState {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        // The fields that differ most are enough for a table; equality looks at all.
        hasher.write_u64((self.cfa.offset as u64) << 32 | u64::from(self.stack_size.cast_unsigned()));
        hasher.write_u64(u64::from(self.cfa.base.cast_unsigned()) << 8 | u64::from(self.kind));
        for reg in [3, 5, 12, 13, 14, 15] {
            hasher.write_u32(self.reg_offsets[reg].cast_unsigned());
        }
        for (offset, base) in self.val_offsets.iter().zip(&self.val_bases) {
            if *base != UNDEFINED {
                hasher.write_u32(offset.cast_unsigned());
            }
        }
    }
}

impl CfiState {
    /// Nothing is known (`init_cfi_state()`).
    pub const fn unknown() -> Self {
        Self {
            reg_offsets: [0; N_REGS],
            val_offsets: [0; N_REGS],
            reg_bases: [UNDEFINED; N_REGS],
            val_bases: [UNDEFINED; N_REGS],
            cfa: CfiReg::UNKNOWN,
            stack_size: 0,
            drap_reg: UNDEFINED,
            drap_offset: -1,
            kind: 0,
            bp_scratch: false,
            drap: false,
            signal: false,
            force_undefined: false,
        }
    }

    /// The state at the first instruction of an x86-64 function: cfa = sp + 8, return address at cfa - 8.
    pub const fn at_function(facts: &ArchFacts) -> Self {
        let mut state = Self::unknown();
        state.cfa = CfiReg { base: facts.sp as i8, offset: 8 };
        state.reg_bases[facts.ra as usize] = CFA;
        state.reg_offsets[facts.ra as usize] = -8;
        state.stack_size = 8;
        state.kind = frame::CALL;
        state
    }

    /// The state of code that asks not to be followed (`UNWIND_HINT_UNDEFINED`).
    pub const fn force_undefined() -> Self {
        let mut state = Self::unknown();
        state.force_undefined = true;
        state
    }

    /// Where register `reg` was saved.
    pub fn reg(&self, reg: u8) -> CfiReg {
        let at = usize::from(reg).min(N_REGS - 1);
        CfiReg { base: self.reg_bases[at], offset: self.reg_offsets[at] }
    }

    /// Sets where register `reg` was saved.
    pub fn set_reg(&mut self, reg: u8, place: CfiReg) {
        let at = usize::from(reg).min(N_REGS - 1);
        self.reg_bases[at] = place.base;
        self.reg_offsets[at] = place.offset;
    }

    /// What register `reg` holds, if that is known relative to the frame.
    pub fn val(&self, reg: u8) -> CfiReg {
        let at = usize::from(reg).min(N_REGS - 1);
        CfiReg { base: self.val_bases[at], offset: self.val_offsets[at] }
    }

    /// Sets what register `reg` holds.
    pub fn set_val(&mut self, reg: u8, place: CfiReg) {
        let at = usize::from(reg).min(N_REGS - 1);
        self.val_bases[at] = place.base;
        self.val_offsets[at] = place.offset;
    }

    /// Whether all registers were saved where they are in `other`.
    pub fn has_regs_of(&self, other: &Self) -> bool {
        self.reg_bases == other.reg_bases && self.reg_offsets == other.reg_offsets
    }
}

/// Number of an interned state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CfiId(pub u32);

impl CfiId {
    /// No state: the instruction was not reached.
    pub const NONE: Self = Self(u32::MAX);

    /// `None` for [`CfiId::NONE`].
    pub fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

fn hash_of(state: &CfiState) -> u64 {
    FxBuildHasher.hash_one(state)
}

/// All states of a file.
#[derive(Debug, Clone)]
pub struct CfiTable {
    states: Vec<CfiState>,
    /// The latest state with a hash: the states themselves are large, so they are not here as well.
    latest: FxHashMap<u64, CfiId>,
    /// By place in `states`, the state before with the same hash.
    before: Vec<CfiId>,
    /// Number of states that a table this one continues has as well.
    n_common: u32,
    /// By how much the numbers of later states are larger than their places in `states`.
    gap: u32,
    /// States found instead of made, for `--stats`.
    pub n_found: u64,
}

impl CfiTable {
    /// Number of the state of unknown code.
    pub const INIT: CfiId = CfiId(0);
    /// Number of the state at the start of a function.
    pub const FUNC: CfiId = CfiId(1);
    /// Number of the state of `UNWIND_HINT_UNDEFINED`; it is never found by its contents.
    pub const FORCE_UNDEFINED: CfiId = CfiId(2);

    /// A table with the three states that every file has. Unknown code has the kind of frame that number 0 means.
    pub fn new(facts: &ArchFacts, format: OrcFormat) -> Self {
        let unknown = CfiState { kind: frame::of_number(format, 0), ..CfiState::unknown() };
        let states = vec![unknown, CfiState::at_function(facts), CfiState::force_undefined()];
        let (latest, before) = (FxHashMap::default(), vec![CfiId::NONE; states.len()]);
        let mut table = Self { states, latest, before, n_common: 0, gap: 0, n_found: 0 };
        for id in [Self::INIT, Self::FUNC] {
            let hash = hash_of(table.get(id));
            let before = table.latest.insert(hash, id).unwrap_or(CfiId::NONE);
            table.before[id.0 as usize] = before;
        }
        table
    }

    /// A table that has this one's states and gives later ones numbers from `first` on, which is past the last here.
    pub fn continued(&self, first: u32) -> Self {
        let n_common = self.states.len() as u32;
        Self { n_common, gap: first.saturating_sub(n_common), n_found: 0, ..self.clone() }
    }

    /// Takes over the states of a table that continues this one; returns the numbers that they have here, in order.
    pub fn absorb(&mut self, continued: &Self) -> Vec<CfiId> {
        self.n_found += continued.n_found;
        let own = continued.states.get(continued.n_common as usize..).unwrap_or_default();
        own.iter().map(|state| self.intern(state)).collect()
    }

    /// The state with number `id`.
    pub fn get(&self, id: CfiId) -> &CfiState {
        &self.states[self.place_of(id)]
    }

    fn place_of(&self, id: CfiId) -> usize {
        let is_common = id.0 < self.n_common;
        (if is_common { id.0 } else { id.0 - self.gap }) as usize
    }

    /// Number of states.
    #[expect(clippy::len_without_is_empty, reason = "there are always three")]
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Number of states that the table this one continues does not have.
    pub fn n_own(&self) -> usize {
        self.states.len() - self.n_common as usize
    }

    /// The number of `state`, a new one if there is none yet (`cfi_hash_find_or_add()`).
    pub fn intern(&mut self, state: &CfiState) -> CfiId {
        let hash = hash_of(state);
        let latest = self.latest.get(&hash).copied().unwrap_or(CfiId::NONE);
        let mut same_hash = std::iter::successors(latest.some(), |id| self.before[self.place_of(*id)].some());
        if let Some(id) = same_hash.find(|id| self.get(*id) == state) {
            self.n_found += 1;
            return id;
        }
        let id = CfiId(self.states.len() as u32 + self.gap);
        self.states.push(*state);
        self.before.push(latest);
        self.latest.insert(hash, id);
        id
    }

    /// Number of states made beyond the three that every file has.
    pub fn n_made(&self) -> usize {
        self.states.len() - 3
    }
}
