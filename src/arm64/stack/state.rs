// SPDX-License-Identifier: GPL-2.0-only

//! The state of the frame before an instruction, how an instruction changes it, and what two paths have in common.
//!
//! All places are relative to the frame address (CFA), the value of `sp` at the function's first instruction. Nothing is
//! said about which register the frame address is found by: whatever register has a known distance from it will do.

use arch::arm64::Effect;
use arch::arm64::FP;
use arch::arm64::LR;
use arch::arm64::SP;

/// The register that points at the shadow call stack.
const SHADOW: u8 = 18;

/// What is known of a register's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// What it held when the function was called.
    Caller,
    /// cfa + n.
    Cfa(i32),
    /// Nothing.
    Unknown,
}

/// What a copy in another register is a copy of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Copied {
    /// A place in the frame: cfa + n.
    Cfa(i32),
    /// The caller's frame pointer.
    Fp,
    /// The return address.
    Lr,
}

/// A register besides `x29` and `x30` that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Copy {
    reg: u8,
    what: Copied,
}

/// The state before one instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    /// sp = cfa + n, n being 0 or less; `None` once it has moved by an amount that is not known before run time.
    pub sp: Option<i32>,
    /// Content of `x29`.
    pub fp: Content,
    /// Content of `x30`: the return address, or nothing that is known.
    pub lr: Content,
    /// The caller's `x29` was stored at cfa + n. Once that is below the stack pointer nothing keeps it there.
    pub fp_slot: Option<i32>,
    /// The return address was stored at cfa + n, likewise.
    pub lr_slot: Option<i32>,
    /// The return address is signed, in the register and where it is stored.
    pub signed: bool,
    /// Whether the return address is on the shadow call stack, and signed there.
    shadow: Option<bool>,
    /// At most two copies, in ascending order of register.
    copies: [Option<Copy>; 2],
}

/// Why two paths cannot meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateConflict {
    /// They disagree about the frame address.
    Cfa,
    /// They disagree about where the caller's frame pointer is.
    Fp,
    /// They disagree about where the return address is.
    Lr,
    /// The return address is signed on one of them only.
    Signing,
}

impl State {
    /// The state at the first instruction of a function.
    pub const ENTRY: Self = Self {
        sp: Some(0),
        fp: Content::Caller,
        lr: Content::Caller,
        fp_slot: None,
        lr_slot: None,
        signed: false,
        shadow: None,
        copies: [None; 2],
    };

    /// The state without what only the analysis needs.
    pub fn essence(&self) -> Self {
        Self { shadow: None, copies: [None; 2], ..*self }
    }

    /// Whether a function may be left here, to its caller or to another function: nothing is on the stack, and the
    /// caller's registers are back. `signed` is for the instruction to deal with.
    pub fn is_popped(&self) -> bool {
        self.sp == Some(0) && self.fp == Content::Caller && self.lr == Content::Caller
    }

    /// Whether the frame address can be found.
    pub fn has_cfa(&self) -> bool {
        self.sp.is_some() || matches!(self.fp, Content::Cfa(_))
    }

    /// Whether the caller's frame pointer can be found.
    pub fn has_fp(&self) -> bool {
        self.fp == Content::Caller || self.is_kept(self.fp_slot) || self.has_copy(Copied::Fp)
    }

    /// Whether the return address can be found.
    pub fn has_lr(&self) -> bool {
        self.lr == Content::Caller || self.is_kept(self.lr_slot) || self.shadow.is_some() || self.has_copy(Copied::Lr)
    }

    /// Whether what is stored at a place is safe there.
    fn is_kept(&self, slot: Option<i32>) -> bool {
        slot.is_some_and(|slot| self.sp.is_none_or(|sp| slot >= sp))
    }

    /// Whether register `reg` holds the return address.
    pub fn returns_through(&self, reg: u8) -> bool {
        if reg == LR { self.lr == Content::Caller } else { self.copy(reg) == Some(Copied::Lr) }
    }

    /// Applies one effect. `constant` looks up what a register was set to just before.
    pub fn apply(&mut self, effect: Effect, constant: impl FnOnce(u8) -> Option<i32>) {
        match effect {
            Effect::Add { dest, base, offset } => self.write(dest, self.add(base, offset)),
            Effect::AddReg { dest, base, index, shift, is_sub } => {
                let amount = constant(index).and_then(|value| value.checked_shl(shift.into()));
                let amount = amount.and_then(|value| if is_sub { value.checked_neg() } else { Some(value) });
                let sum = amount.and_then(|amount| self.add(base, amount).filter(|sum| matches!(sum, Copied::Cfa(_))));
                self.write(dest, sum);
            }
            Effect::Save { reg, base, offset } => self.save(reg, base, offset),
            Effect::Load { reg, base, offset } => self.load(reg, base, offset),
            Effect::Align { dest, .. }
            | Effect::Const { dest, .. }
            | Effect::Insert { dest, .. }
            | Effect::Clobber { dest } => self.write(dest, None),
            Effect::Sign { .. } if self.lr == Content::Caller => self.signed = true,
            Effect::Auth { .. } if self.lr == Content::Caller => self.signed = false,
            // What is left of a signed address cannot be authenticated; the stored one can.
            Effect::Strip if self.signed => self.lr = Content::Unknown,
            Effect::Sign { .. } | Effect::Auth { .. } | Effect::Strip => {}
        }
    }

    /// Forgets the copies in all registers of a mask that are written without an effect of their own.
    pub fn forget(&mut self, written: u32) {
        if self.copies[0].is_some() {
            self.keep_copies(|copy| written.checked_shr(copy.reg.into()).is_none_or(|bits| bits & 1 == 0));
        }
    }

    /// A call: the callee writes `x0` to `x18` and `x30`.
    pub fn call(&mut self) {
        self.forget_lr();
        self.forget(0x0007_ffff);
    }

    /// `x30` gets another return address.
    pub fn forget_lr(&mut self) {
        self.lr = Content::Unknown;
    }

    /// What holds on both paths, or why nothing useful does.
    pub fn meet(&self, other: &Self) -> Result<Self, StateConflict> {
        let mut met = Self {
            sp: same(self.sp, other.sp),
            fp: if self.fp == other.fp { self.fp } else { Content::Unknown },
            lr: if self.lr == other.lr { self.lr } else { Content::Unknown },
            fp_slot: same(self.fp_slot, other.fp_slot),
            lr_slot: same(self.lr_slot, other.lr_slot),
            signed: self.signed,
            shadow: if self.shadow == other.shadow { self.shadow } else { None },
            copies: self.copies,
        };
        met.keep_copies(|copy| other.copies.contains(&Some(*copy)));
        let is_lost = |has: fn(&Self) -> bool| has(self) && has(other) && !has(&met);
        if self.sp != other.sp && self.sp.is_some() && other.sp.is_some() || is_lost(Self::has_cfa) {
            return Err(StateConflict::Cfa);
        }
        if is_lost(Self::has_fp) {
            return Err(StateConflict::Fp);
        }
        if is_lost(Self::has_lr) {
            return Err(StateConflict::Lr);
        }
        if self.signed != other.signed && self.has_lr() && other.has_lr() {
            return Err(StateConflict::Signing);
        }
        Ok(met)
    }

    /// What `base + offset` is.
    fn add(&self, base: u8, offset: i32) -> Option<Copied> {
        let start = match base {
            SP => self.sp,
            FP => match self.fp {
                Content::Cfa(start) => Some(start),
                Content::Caller if offset == 0 => return Some(Copied::Fp),
                _ => None,
            },
            LR if self.lr == Content::Caller && offset == 0 => return Some(Copied::Lr),
            _ => match self.copy(base) {
                Some(Copied::Cfa(start)) => Some(start),
                copied if offset == 0 => return copied,
                _ => None,
            },
        };
        start.and_then(|start| start.checked_add(offset)).map(Copied::Cfa)
    }

    /// The offset from the frame address of `[base + offset]`.
    fn slot(&self, base: u8, offset: i32) -> Option<i32> {
        match self.add(base, offset) {
            Some(Copied::Cfa(slot)) => Some(slot),
            _ => None,
        }
    }

    fn write(&mut self, dest: u8, what: Option<Copied>) {
        match (dest, what) {
            (SP, Some(Copied::Cfa(sp))) => {
                // What was below the stack pointer belonged to whoever interrupted, and does not come back.
                if let Some(old) = self.sp.filter(|old| sp < *old) {
                    self.fp_slot = self.fp_slot.filter(|slot| *slot >= old);
                    self.lr_slot = self.lr_slot.filter(|slot| *slot >= old);
                }
                self.sp = Some(sp);
            }
            (SP, _) => self.sp = None,
            (FP, Some(Copied::Cfa(place))) => self.fp = Content::Cfa(place),
            (FP, Some(Copied::Fp)) => self.fp = Content::Caller,
            (FP, _) => self.fp = Content::Unknown,
            (LR, Some(Copied::Lr)) => self.lr = Content::Caller,
            (LR, _) => self.lr = Content::Unknown,
            (reg, what) => {
                self.keep_copies(|copy| copy.reg != reg);
                // Addresses of variables are many, and only whole registers come back.
                if let Some(what) = what.filter(|what| !matches!(what, Copied::Cfa(_)) || (19..FP).contains(&reg)) {
                    self.add_copy(Copy { reg, what });
                }
            }
        }
    }

    fn save(&mut self, reg: u8, base: u8, offset: i32) {
        if base == SHADOW && reg == LR && self.lr == Content::Caller {
            self.shadow = Some(self.signed);
        }
        let Some(slot) = self.slot(base, offset) else { return };
        // A second copy does not replace the first, and another value there ends it.
        if self.fp_slot == Some(slot) && !(reg == FP && self.fp == Content::Caller) {
            self.fp_slot = None;
        }
        if self.lr_slot == Some(slot) && !(reg == LR && self.lr == Content::Caller) {
            self.lr_slot = None;
        }
        if reg == FP && self.fp == Content::Caller && self.fp_slot.is_none() {
            self.fp_slot = Some(slot);
        }
        if reg == LR && self.lr == Content::Caller && self.lr_slot.is_none() {
            self.lr_slot = Some(slot);
        }
    }

    fn load(&mut self, reg: u8, base: u8, offset: i32) {
        let slot = self.slot(base, offset);
        match reg {
            FP => {
                let is_back = slot.is_some() && slot == self.fp_slot;
                self.fp = if is_back { Content::Caller } else { Content::Unknown };
            }
            LR if base == SHADOW && self.shadow.is_some() => {
                self.lr = Content::Caller;
                self.signed = self.shadow == Some(true);
            }
            LR => {
                let is_back = slot.is_some() && slot == self.lr_slot;
                self.lr = if is_back { Content::Caller } else { Content::Unknown };
            }
            SP => self.sp = None,
            _ => self.keep_copies(|copy| copy.reg != reg),
        }
    }

    fn copy(&self, reg: u8) -> Option<Copied> {
        self.copies.iter().flatten().find(|copy| copy.reg == reg).map(|copy| copy.what)
    }

    fn has_copy(&self, what: Copied) -> bool {
        self.copies.iter().flatten().any(|copy| copy.what == what)
    }

    fn keep_copies(&mut self, keep: impl Fn(&Copy) -> bool) {
        let [first, second] = self.copies.map(|copy| copy.filter(&keep));
        self.copies = if first.is_none() { [second, None] } else { [first, second] };
    }

    /// Remembers a copy, unless there are two already.
    fn add_copy(&mut self, copy: Copy) {
        self.copies = match self.copies {
            [None, _] => [Some(copy), None],
            [Some(first), _] if copy.reg < first.reg => [Some(copy), Some(first)],
            [first, None] => [first, Some(copy)],
            full => full,
        };
    }
}

fn same(a: Option<i32>, b: Option<i32>) -> Option<i32> {
    a.filter(|_| a == b)
}
