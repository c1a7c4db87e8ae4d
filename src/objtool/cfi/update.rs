// SPDX-License-Identifier: GPL-2.0-only

//! What a stack operation does to the frame state.
//!
//! Upstream: `update_cfi_state()`. The order of the cases matters: the first that fits wins, and several patterns are
//! special cases of later ones. The DRAP cases follow gcc's stack realignment: the frame is found by a register that
//! points at the arguments, which is itself saved below the frame pointer.

use arch::ArchFacts;
use arch::OpDest;
use arch::OpSrc;
use arch::StackOp;

use super::BP_INDIRECT;
use super::CFA;
use super::CfiReg;
use super::CfiState;
use super::SP_INDIRECT;
use super::UNDEFINED;
use super::frame;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::objtool::finding::Message;

/// What an operation depends on besides the state.
#[derive(Debug, Clone, Copy)]
pub struct OpContext<'a> {
    /// Register conventions.
    pub facts: &'static ArchFacts,
    /// The instruction belongs to a function.
    pub is_in_func: bool,
    /// The instruction belongs to a symbol; the original crashes on some operations outside any.
    pub is_in_symbol: bool,
    /// The next instruction has an unwind hint, which repairs whatever happens here.
    pub next_is_hinted: bool,
    /// Frame pointers are validated (`--stackval`).
    pub stackval: bool,
    /// What the release knows of frames.
    pub profile: &'a Profile,
}

/// Applies `op` to `state`, or says why it cannot be followed.
pub fn apply(state: &mut CfiState, op: &StackOp, cx: &OpContext<'_>) -> Result<(), Message> {
    if state.force_undefined {
        return Ok(());
    }
    if state.cfa.base == UNDEFINED {
        // Stack operations make no sense without a frame.
        return if cx.is_in_func { Err(Message::UndefinedStackState) } else { Ok(()) };
    }
    if matches!(state.kind, frame::REGS | frame::REGS_PARTIAL) {
        apply_to_regs_frame(state, op, cx);
        return Ok(());
    }
    match op.dest {
        OpDest::Reg => apply_to_register(state, op, cx),
        OpDest::Push | OpDest::Pushf => {
            push(state, op, cx);
            Ok(())
        }
        OpDest::RegIndirect => {
            store(state, op, cx);
            Ok(())
        }
        OpDest::Mem if matches!(op.src, OpSrc::Pop | OpSrc::Popf) => {
            shrink(state, cx);
            Ok(())
        }
        OpDest::Mem => Err(Message::UnknownStackMemory),
        OpDest::Leave => leave(state, cx),
    }
}

/// In a register frame only the distance between stack pointer and frame is followed.
fn apply_to_regs_frame(state: &mut CfiState, op: &StackOp, cx: &OpContext<'_>) {
    let sp = cx.facts.sp;
    if !is_reg(state.cfa.base, sp) && state.cfa.base != SP_INDIRECT {
        return;
    }
    let offset = &mut state.cfa.offset;
    if matches!(op.dest, OpDest::Push | OpDest::Pushf) {
        *offset = offset.wrapping_add(8);
    }
    if matches!(op.src, OpSrc::Pop | OpSrc::Popf) {
        *offset = offset.wrapping_sub(8);
    }
    if op.dest == OpDest::Reg && op.src == OpSrc::Add && op.dest_reg == sp && op.src_reg == sp {
        *offset = offset.wrapping_sub(op.src_offset);
    }
}

fn apply_to_register(state: &mut CfiState, op: &StackOp, cx: &OpContext<'_>) -> Result<(), Message> {
    match op.src {
        OpSrc::Reg => move_register(state, op, cx),
        OpSrc::Add => return add(state, op, cx),
        OpSrc::And => return realign(state, op, cx),
        OpSrc::Pop | OpSrc::Popf => pop(state, op, cx),
        OpSrc::RegIndirect => load(state, op, cx),
        OpSrc::Const => return Err(Message::UnknownStackInsn),
    }
    Ok(())
}

fn move_register(state: &mut CfiState, op: &StackOp, cx: &OpContext<'_>) {
    let (sp, bp) = (cx.facts.sp, cx.facts.bp);
    let (src, dest) = (op.src_reg, op.dest_reg);
    let val = state.val(src);
    let knows_switch = cx.profile.has(Behaviour::StackSwitch);
    let is_swizzle = knows_switch && val.base == SP_INDIRECT && val.offset == state.cfa.offset;
    let ends_realigned = cx.profile.has(Behaviour::RealignedReturn) && state.cfa.base == state.drap_reg;
    let has_sp_frame = is_reg(state.cfa.base, sp);
    let saved_bp = CfiReg { base: CFA, offset: state.cfa.offset.wrapping_neg() };
    if src == sp && dest == bp && has_sp_frame && state.reg(bp) == saved_bp {
        // mov %rsp, %rbp
        state.cfa.base = bp.cast_signed();
        state.bp_scratch = false;
    } else if src == sp && dest == bp && state.drap {
        let offset = state.stack_size.wrapping_neg();
        state.set_reg(bp, CfiReg { base: bp.cast_signed(), offset });
        state.bp_scratch = false;
    } else if src == sp && has_sp_frame {
        // mov %rsp, %reg: the copy may come back later.
        let offset = state.stack_size.wrapping_neg();
        state.set_val(dest, CfiReg { base: CFA, offset });
    } else if src == bp && dest == sp && (is_reg(state.cfa.base, bp) || ends_realigned) {
        // mov %rbp, %rsp
        state.stack_size = state.reg(bp).offset.wrapping_neg();
    } else if is_reg(state.cfa.base, dest) {
        if has_sp_frame && val.base == CFA {
            state.cfa.offset = val.offset.wrapping_neg();
            state.stack_size = state.cfa.offset;
        } else if has_sp_frame && is_swizzle {
            // The stack was switched; the old stack pointer is at the top of the new stack.
            state.cfa.base = SP_INDIRECT;
        } else {
            state.cfa = CfiReg::UNKNOWN;
        }
    } else if dest == sp && is_swizzle {
        // The frame is found by another register, so the pop that ends the switch will look like any other.
        state.stack_size = state.stack_size.wrapping_add(8);
    } else if val.base == CFA && cx.profile.has(Behaviour::TracksCopiesOfCopies) {
        // A copy of a copy of the stack pointer.
        state.set_val(dest, val);
    }
}

fn add(state: &mut CfiState, op: &StackOp, cx: &OpContext<'_>) -> Result<(), Message> {
    let (sp, bp) = (cx.facts.sp, cx.facts.bp);
    let (src, dest) = (op.src_reg, op.dest_reg);
    if dest == sp && src == sp {
        state.stack_size = state.stack_size.wrapping_sub(op.src_offset);
        if is_reg(state.cfa.base, sp) {
            state.cfa.offset = state.cfa.offset.wrapping_sub(op.src_offset);
        }
        return Ok(());
    }
    // The original asks the symbol for another machine's frame convention here, without looking whether there is one.
    let is_foreign = cx.profile.has(Behaviour::ForeignFrames);
    let is_frame_start = is_foreign && dest == bp && src == sp;
    let is_frame_end = is_foreign && dest == sp && src == bp && is_reg(state.cfa.base, bp) && state.cfa.offset == 0;
    if (is_frame_start || is_frame_end) && !cx.is_in_symbol {
        return Err(Message::FrameOutsideSymbol);
    }
    if dest == sp && src == bp {
        if !is_frame_end {
            // lea disp(%rbp), %rsp
            state.stack_size = op.src_offset.wrapping_add(state.reg(bp).offset).wrapping_neg();
        }
        return Ok(());
    }
    if cx.profile.has(Behaviour::FrameByLea) && is_frame_by_lea(state, op, cx) {
        // lea disp(%rsp), %rbp
        let offset = state.cfa.offset.wrapping_sub(op.src_offset);
        state.cfa = CfiReg { base: bp.cast_signed(), offset };
        state.bp_scratch = false;
        return Ok(());
    }
    if src == sp && is_reg(state.cfa.base, sp) {
        // lea disp(%rsp), %reg: possibly the argument pointer of a realigned frame.
        state.drap_reg = dest.cast_signed();
        let offset = state.stack_size.wrapping_neg().wrapping_add(op.src_offset);
        state.set_val(dest, CfiReg { base: CFA, offset });
        return Ok(());
    }
    if state.drap && dest == sp && is_reg(state.drap_reg, src) {
        // lea disp(%drap), %rsp
        let offset = op.src_offset.wrapping_neg();
        state.cfa = CfiReg { base: sp.cast_signed(), offset };
        state.stack_size = offset;
        state.drap_reg = UNDEFINED;
        state.drap = false;
        return Ok(());
    }
    let is_made_up = cx.next_is_hinted && cx.profile.has(Behaviour::HintMakesUp);
    if is_reg(state.cfa.base, dest) && !is_made_up {
        return Err(Message::UnsupportedStackRegister);
    }
    Ok(())
}

/// Whether `lea` makes the frame pointer point at the saved one.
fn is_frame_by_lea(state: &CfiState, op: &StackOp, cx: &OpContext<'_>) -> bool {
    let is_lea = op.src_reg == cx.facts.sp && op.dest_reg == cx.facts.bp && is_reg(state.cfa.base, cx.facts.sp);
    let offset = op.src_offset.wrapping_sub(state.cfa.offset);
    !state.drap && is_lea && state.reg(cx.facts.bp) == CfiReg { base: CFA, offset }
}

fn realign(state: &mut CfiState, op: &StackOp, cx: &OpContext<'_>) -> Result<(), Message> {
    let expected = if state.drap_reg != UNDEFINED { cx.facts.sp } else { cx.facts.bp };
    if op.dest_reg != cx.facts.sp || !is_reg(state.cfa.base, expected) {
        return Err(Message::UnsupportedRealignment);
    }
    if state.drap_reg != UNDEFINED {
        state.cfa = CfiReg { base: state.drap_reg, offset: 0 };
        state.stack_size = 0;
        state.drap = true;
    }
    Ok(())
}

fn pop(state: &mut CfiState, op: &StackOp, cx: &OpContext<'_>) {
    let sp = cx.facts.sp;
    let dest = op.dest_reg;
    if dest == sp && state.cfa.base == SP_INDIRECT && cx.profile.has(Behaviour::StackSwitch) {
        // pop %rsp: back from a stack switch.
        state.cfa.base = sp.cast_signed();
        return;
    }
    if !state.drap && is_reg(state.cfa.base, dest) {
        state.cfa.base = sp.cast_signed();
    }
    let is_drap_slot = state.drap_offset == state.stack_size.wrapping_neg();
    if state.drap && state.cfa.base == BP_INDIRECT && is_reg(state.drap_reg, dest) && is_drap_slot {
        reload_drap(state);
    } else if state.stack_size == state.reg(dest).offset.wrapping_neg() {
        restore(state, dest, cx);
    }
    shrink(state, cx);
}

fn load(state: &mut CfiState, op: &StackOp, cx: &OpContext<'_>) {
    let (sp, bp) = (cx.facts.sp, cx.facts.bp);
    let (src, dest) = (op.src_reg, op.dest_reg);
    let is_reloaded = cx.profile.has(Behaviour::FrameReloaded);
    if is_reloaded && !state.drap && is_reg(state.cfa.base, dest) && dest == bp {
        // mov disp(%rsp), %rbp
        state.cfa = CfiReg { base: sp.cast_signed(), offset: state.stack_size };
    }
    if state.drap && src == bp && op.src_offset == state.drap_offset {
        reload_drap(state);
    }
    let saved = state.reg(dest).offset;
    let is_drap_slot = state.drap && src == bp && op.src_offset == saved;
    let is_frame_slot = is_reg(state.cfa.base, src) && op.src_offset == saved.wrapping_add(state.cfa.offset);
    let by_sp = cx.profile.has(Behaviour::SavedBySp);
    let is_stack_slot = by_sp && src == sp && op.src_offset == saved.wrapping_add(state.stack_size);
    if is_drap_slot || is_frame_slot || is_stack_slot {
        restore(state, dest, cx);
    }
}

fn push(state: &mut CfiState, op: &StackOp, cx: &OpContext<'_>) {
    let (sp, bp) = (cx.facts.sp, cx.facts.bp);
    let src = op.src_reg;
    state.stack_size = state.stack_size.wrapping_add(8);
    if is_reg(state.cfa.base, sp) {
        state.cfa.offset = state.cfa.offset.wrapping_add(8);
    }
    if op.src != OpSrc::Reg {
        return;
    }
    let slot = state.stack_size.wrapping_neg();
    if !state.drap {
        save(state, src, CfiReg { base: CFA, offset: slot }, cx);
    } else if is_reg(state.cfa.base, src) && is_reg(state.drap_reg, src) {
        state.cfa = CfiReg { base: BP_INDIRECT, offset: slot };
        state.drap_offset = slot;
    } else if src == bp && state.cfa.base == state.drap_reg {
        state.stack_size = 0;
    } else {
        save(state, src, CfiReg { base: bp.cast_signed(), offset: slot }, cx);
    }
    // Assembly that uses the frame pointer as an ordinary register.
    if cx.stackval && cx.is_in_func && src == bp && !is_reg(state.cfa.base, bp) {
        state.bp_scratch = true;
    }
}

fn store(state: &mut CfiState, op: &StackOp, cx: &OpContext<'_>) {
    let (sp, bp) = (cx.facts.sp, cx.facts.bp);
    let (src, dest) = (op.src_reg, op.dest_reg);
    if state.drap {
        if is_reg(state.cfa.base, src) && is_reg(state.drap_reg, src) {
            state.cfa = CfiReg { base: BP_INDIRECT, offset: op.dest_offset };
            state.drap_offset = op.dest_offset;
        } else {
            save(state, src, CfiReg { base: bp.cast_signed(), offset: op.dest_offset }, cx);
        }
    } else if is_reg(state.cfa.base, dest) {
        let offset = op.dest_offset.wrapping_sub(state.cfa.offset);
        save(state, src, CfiReg { base: CFA, offset }, cx);
    } else if dest == sp && cx.profile.has(Behaviour::SavedBySp) {
        let offset = op.dest_offset.wrapping_sub(state.stack_size);
        save(state, src, CfiReg { base: CFA, offset }, cx);
    } else if src == sp && op.dest_offset == 0 && cx.profile.has(Behaviour::StackSwitch) {
        // mov %rsp, (%reg): prepares a switch to another stack.
        let offset = state.cfa.offset;
        state.set_val(dest, CfiReg { base: SP_INDIRECT, offset });
    }
}

/// `leave` as one operation, which 5.10 makes of it.
fn leave(state: &mut CfiState, cx: &OpContext<'_>) -> Result<(), Message> {
    let bp = cx.facts.bp;
    let is_frame = if state.drap { state.cfa.base == state.drap_reg } else { is_reg(state.cfa.base, bp) };
    if !is_frame {
        return Err(Message::LeaveModifiedFrame);
    }
    state.stack_size = state.reg(bp).offset.wrapping_neg().wrapping_sub(8);
    restore(state, bp, cx);
    if !state.drap {
        state.cfa = CfiReg { base: cx.facts.sp.cast_signed(), offset: state.cfa.offset.wrapping_sub(8) };
    }
    Ok(())
}

fn shrink(state: &mut CfiState, cx: &OpContext<'_>) {
    state.stack_size = state.stack_size.wrapping_sub(8);
    if is_reg(state.cfa.base, cx.facts.sp) {
        state.cfa.offset = state.cfa.offset.wrapping_sub(8);
    }
}

fn reload_drap(state: &mut CfiState) {
    state.cfa = CfiReg { base: state.drap_reg, offset: 0 };
    state.drap_offset = -1;
}

/// Remembers where a callee-saved register was saved; the first time counts.
fn save(state: &mut CfiState, reg: u8, place: CfiReg, cx: &OpContext<'_>) {
    let is_callee_saved = cx.facts.callee_saved.checked_shr(reg.into()).unwrap_or(0) & 1 != 0;
    if is_callee_saved && state.reg(reg).base == UNDEFINED {
        state.set_reg(reg, place);
    }
}

/// A register has its value from the function's start again.
fn restore(state: &mut CfiState, reg: u8, cx: &OpContext<'_>) {
    let initial = if reg == cx.facts.ra { CfiReg { base: CFA, offset: -8 } } else { CfiReg::UNKNOWN };
    state.set_reg(reg, initial);
}

/// Whether `base` is the register `reg`.
fn is_reg(base: i8, reg: u8) -> bool {
    base == reg.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::super::CfiTable;
    use super::*;
    use crate::kernel::OrcFormat;
    use arch::OpDest as D;
    use arch::OpSrc as S;

    const SP: u8 = 4;
    const BP: u8 = 5;
    const BX: u8 = 3;
    const R10: u8 = 10;
    const CX: u8 = 1;

    fn context() -> OpContext<'static> {
        let facts = arch::with_upstream(object::elf::EM_X86_64).expect("x86-64").facts();
        OpContext {
            facts,
            is_in_func: true,
            is_in_symbol: true,
            next_is_hinted: false,
            stackval: true,
            profile: Box::leak(Box::new(Profile::newest())),
        }
    }

    fn op(dest: D, dest_reg: u8, dest_offset: i32, src: S, src_reg: u8, src_offset: i32) -> StackOp {
        StackOp { dest, dest_reg, src, src_reg, dest_offset, src_offset }
    }

    fn run(ops: &[StackOp]) -> Result<CfiState, Message> {
        let cx = context();
        let mut state = CfiState::at_function(cx.facts);
        ops.iter().try_for_each(|op| apply(&mut state, op, &cx))?;
        Ok(state)
    }

    fn push(reg: u8) -> StackOp {
        op(D::Push, 0, 0, S::Reg, reg, 0)
    }

    fn pop(reg: u8) -> StackOp {
        op(D::Reg, reg, 0, S::Pop, 0, 0)
    }

    fn mov(src: u8, dest: u8) -> StackOp {
        op(D::Reg, dest, 0, S::Reg, src, 0)
    }

    fn add(src: u8, dest: u8, offset: i32) -> StackOp {
        op(D::Reg, dest, 0, S::Add, src, offset)
    }

    #[test]
    fn a_frame_is_set_up_and_taken_down() {
        let inside = run(&[push(BP), mov(SP, BP), push(BX), add(SP, SP, -32)]).expect("valid");
        assert_eq!(inside.cfa, CfiReg { base: BP as i8, offset: 16 });
        assert_eq!(inside.stack_size, 56);
        assert_eq!(inside.reg(BP), CfiReg { base: CFA, offset: -16 });
        assert_eq!(inside.reg(BX), CfiReg { base: CFA, offset: -24 });
        let leave = [mov(BP, SP), pop(BP)];
        let whole = [&[push(BP), mov(SP, BP), add(SP, SP, -32)], &leave[..]].concat();
        let cx = context();
        assert_eq!(run(&whole).expect("valid"), CfiState { ..CfiState::at_function(cx.facts) });
    }

    #[test]
    fn a_realigned_stack_is_found_by_its_argument_pointer() {
        let prologue = [
            add(SP, R10, 8),
            op(D::Reg, SP, 0, S::And, SP, 0),
            op(D::Push, 0, 0, S::RegIndirect, R10, -8),
            push(BP),
            mov(SP, BP),
            push(R10),
        ];
        let inside = run(&prologue).expect("valid");
        assert!(inside.drap);
        assert_eq!(inside.cfa, CfiReg { base: BP_INDIRECT, offset: -8 });
        assert_eq!(inside.drap_offset, -8);
        let epilogue = [pop(R10), pop(BP), add(R10, SP, -8)];
        let done = run(&[&prologue[..], &epilogue].concat()).expect("valid");
        assert_eq!(done.cfa, CfiReg { base: SP as i8, offset: 8 });
        assert!(!done.drap);
    }

    #[test]
    fn a_copy_of_the_stack_pointer_brings_it_back() {
        let state = run(&[mov(SP, CX), add(SP, SP, -64), mov(CX, BX), mov(BX, SP)]).expect("valid");
        assert_eq!((state.cfa, state.stack_size), (CfiReg { base: SP as i8, offset: 8 }, 8));
    }

    #[test]
    fn a_stack_switch_keeps_the_frame_reachable() {
        let store = op(D::RegIndirect, CX, 0, S::Reg, SP, 0);
        let away = run(&[store, mov(CX, SP)]).expect("valid");
        assert_eq!(away.cfa, CfiReg { base: SP_INDIRECT, offset: 8 });
        let back = run(&[store, mov(CX, SP), pop(SP)]).expect("valid");
        assert_eq!(back.cfa, CfiReg { base: SP as i8, offset: 8 });
    }

    #[test]
    fn what_cannot_be_followed_is_said() {
        let cases: [(StackOp, Message); 3] = [
            (op(D::Reg, SP, 0, S::And, SP, 0), Message::UnsupportedRealignment),
            (op(D::Mem, 0, 0, S::Const, 0, 0), Message::UnknownStackMemory),
            (add(CX, SP, 8), Message::UnsupportedStackRegister),
        ];
        for (op, message) in cases {
            assert_eq!(run(&[op]), Err(message));
        }
    }

    #[test]
    fn only_the_first_save_of_a_callee_saved_register_counts() {
        let state = run(&[push(BX), push(BX), push(CX)]).expect("valid");
        assert_eq!(state.reg(BX), CfiReg { base: CFA, offset: -16 });
        assert_eq!(state.reg(CX), CfiReg::UNKNOWN);
    }

    #[test]
    fn equal_states_have_one_number() {
        let cx = context();
        let mut table = CfiTable::new(cx.facts, OrcFormat::SignalBit);
        assert_eq!(table.intern(&CfiState::at_function(cx.facts)), CfiTable::FUNC);
        let pushed = run(&[push(BX)]).expect("valid");
        let id = table.intern(&pushed);
        assert_eq!(table.intern(&pushed), id);
        assert_eq!((table.n_made(), table.n_found), (1, 2));
        // A state that was declared unknown is never found by its contents.
        assert_ne!(table.intern(&CfiState::force_undefined()), CfiTable::FORCE_UNDEFINED);
    }
}
