// SPDX-License-Identifier: GPL-2.0-only

//! What the checks need to know of an instruction: its class, its length, its displacement and its effect on the stack.

/// Class of an instruction, the original's `enum insn_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum InsnKind {
    /// Conditional direct jump.
    JumpCond,
    /// Unconditional direct jump.
    JumpUncond,
    /// Indirect jump.
    JumpDyn,
    /// Conditional jump to a retpoline thunk; never decoded, the jump pass makes it.
    JumpDynCond,
    /// Direct call.
    Call,
    /// Indirect call.
    CallDyn,
    /// Return from a function.
    Return,
    /// Leaves or enters the kernel in a way that the series does not tell apart (before 7.3).
    ContextSwitch,
    /// Enters the kernel and comes back (7.3: `syscall`, `sysenter`).
    Syscall,
    /// Leaves the kernel (7.3: `sysret`, `iret`, far jumps).
    Sysret,
    /// Traps on purpose (`ud2`).
    Bug,
    /// Does nothing.
    Nop,
    /// Opens user access (`stac`).
    Stac,
    /// Closes user access (`clac`).
    Clac,
    /// Sets the direction flag.
    Std,
    /// Clears the direction flag.
    Cld,
    /// Breakpoint (`int3`).
    Trap,
    /// Landing pad for indirect branches.
    Endbr,
    /// Loads an address relative to the instruction (7.3).
    LeaRip,
    /// Anything else.
    Other,
}

/// Number of an instruction in the file. Numbers past those of real instructions stand for the NOPs that fill up short
/// replacements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InsnId(pub u32);

impl InsnId {
    /// Stands for "no instruction" where 4 bytes count.
    pub const NONE: Self = Self(u32::MAX);

    /// The number as a `usize`, for indexing per-instruction vectors.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// `None` for [`InsnId::NONE`].
    pub fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

/// One decoded instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Insn {
    /// Offset in its section, in bytes.
    pub offset: u32,
    /// Immediate as the original keeps it: for branches the displacement from the end of the instruction, sign-extended;
    /// from 7.3 on the memory displacement when there is no immediate; otherwise 0.
    pub imm: i32,
    /// Index of the first stack operation in [`Decoded::ops`].
    pub first_op: u32,
    /// Length in bytes.
    pub len: u8,
    /// Class.
    pub kind: InsnKind,
    /// Number of stack operations.
    pub n_ops: u8,
    /// Size in bytes of the field that `imm` comes from (7.3), else 0.
    pub imm_len: u8,
}

const _: () = assert!(size_of::<Insn>() <= 16);

impl Insn {
    /// Offset of the byte after the instruction.
    pub const fn end(&self) -> u32 {
        self.offset + self.len as u32
    }
}

/// Where a stack operation puts its value, the original's `struct op_dest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum OpDest {
    /// Register `reg`.
    Reg,
    /// Memory at `[reg + offset]`.
    RegIndirect,
    /// Memory elsewhere.
    Mem,
    /// Pushed on the stack.
    Push,
    /// Pushed on the stack: the flags register.
    Pushf,
    /// 5.10's own operation for `leave`.
    Leave,
}

/// Where a stack operation takes its value from, the original's `struct op_src`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum OpSrc {
    /// Register `reg`.
    Reg,
    /// Memory at `[reg + offset]`.
    RegIndirect,
    /// A constant.
    Const,
    /// Popped from the stack.
    Pop,
    /// Popped from the stack: the flags register.
    Popf,
    /// `reg + offset`.
    Add,
    /// `reg & constant`.
    And,
}

/// One effect of an instruction on the stack or on a register the unwinder cares about.
///
/// Registers are in the machine's own numbering ([`crate::ArchFacts`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StackOp {
    /// Kind of the destination.
    pub dest: OpDest,
    /// Register of the destination, 0 where it has none.
    pub dest_reg: u8,
    /// Kind of the source.
    pub src: OpSrc,
    /// Register of the source, 0 where it has none.
    pub src_reg: u8,
    /// Offset of the destination in bytes.
    pub dest_offset: i32,
    /// Offset of the source in bytes.
    pub src_offset: i32,
}

const _: () = assert!(size_of::<StackOp>() <= 12);

bitflags::bitflags! {
    /// How a kernel series' decoder differs from the others'. The profile chooses them.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct DecodeFlags: u32 {
        /// `pause` and `xchg %r8,%rax` count as NOP (before 7.3).
        const PAUSE_IS_NOP = 1 << 0;
        /// `0f 0d` (prefetchw) and every `0f 1f` count as NOP (before 7.3).
        const PREFETCH_IS_NOP = 1 << 1;
        /// Every 64-bit register-to-register `mov` is a stack operation (6.12 and newer).
        const MOV_REG_REG = 1 << 2;
        /// System calls and returns to user mode are told apart (7.3).
        const SYSCALL_SPLIT = 1 << 3;
        /// `lea` relative to the instruction has a class of its own, displacements are kept as immediates, and they are
        /// skipped in stack operations (7.3).
        const LEA_RIP = 1 << 4;
        /// `d6` is `udb` (7.3).
        const UDB = 1 << 5;
        /// Opcodes that are invalid in 64-bit mode decode as a bare opcode; XOP is known (7.3's decoder).
        const INVALID64_AS_BARE = 1 << 6;
        /// REX2, extended EVEX and the other encodings of 6.12's decoder.
        const APX = 1 << 7;
        /// `endbr64` has a class of its own, `notrack` and `enqcmd` are remarked upon (6.1 and newer).
        const ENDBR = 1 << 8;
        /// `loop`, `loope` and `loopne` are conditional jumps (6.1 and newer).
        const LOOP_IS_JUMP = 1 << 9;
        /// `eretu`/`erets` leave the kernel (6.12 and newer).
        const FRED = 1 << 10;
        /// Stack operations are matched by 5.10's narrow byte patterns, and there are no remarks.
        const NARROW_PATTERNS = 1 << 11;
        /// A `mov` to or from memory whose SIB byte has no base register is no access to the frame (6.12 and newer). Before,
        /// the bits that then mean "no base" were taken for `rbp`.
        const SIB_NO_BASE = 1 << 12;
        /// AMX and FP16 opcodes are known (6.1's decoder). [`Self::APX`] implies it.
        const FP16 = 1 << 13;
        /// `ea` is a trap of one byte, whatever stands in front of it (6.18).
        const EA_IS_BUG = 1 << 14;
    }
}

/// A text section as the decoder sees it.
#[derive(Clone, Copy)]
pub struct TextSection<'a> {
    /// Contents of the whole section.
    pub data: &'a [u8],
    /// Whether a symbol of type `STT_FUNC` covers the offset (`find_func_containing()`).
    pub is_in_func: &'a (dyn Fn(u32) -> bool + Sync),
    /// Whether the name starts with `.init.text`, where stores into `pv_ops` tables are looked for.
    pub is_init: bool,
    /// Which series' decoder to be.
    pub flags: DecodeFlags,
}

/// Something about one instruction that the original says or does while it decodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// Offset of the instruction.
    pub offset: u32,
    /// What it is.
    pub kind: NoteKind,
}

/// The kinds of [`Note`], in the original's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// `ENQCMD instruction at %s:%lx`.
    Enqcmd,
    /// `invalid LEA encoding at %s:0x%lx`.
    InvalidLea,
    /// `notrack prefix found at %s:0x%lx`.
    Notrack,
    /// A store of a 32-bit immediate to a RIP-relative place in init text (`c7`): a candidate for a `pv_ops` assignment,
    /// which the caller resolves through the relocations of the instruction.
    PvOpsStore,
}

/// The instructions of (a part of) one section.
#[derive(Debug, Default)]
pub struct Decoded {
    /// Instructions in ascending order of offset.
    pub insns: Vec<Insn>,
    /// Stack operations, referred to by [`Insn::first_op`].
    pub ops: Vec<StackOp>,
    /// Remarks in ascending order of offset.
    pub notes: Vec<Note>,
}

/// `can't decode instruction at SEC:0xOFF`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeError {
    /// Offset of the bytes that are no instruction.
    pub offset: u32,
}
