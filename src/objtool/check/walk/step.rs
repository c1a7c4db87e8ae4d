// SPDX-License-Identifier: GPL-2.0-only

//! What one instruction does to a path.
//!
//! Upstream: `validate_insn()` and the functions it calls.

use arch::InsnKind;
use arch::OpDest;
use arch::OpSrc;

use super::Next;
use super::Path;
use super::PathState;
use super::Stage;
use super::Walker;
use super::observe::Event;
use super::observe::Observer;
use super::observe::Step;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::cfi;
use crate::objtool::cfi::CFA;
use crate::objtool::cfi::CfiId;
use crate::objtool::cfi::CfiReg;
use crate::objtool::cfi::CfiTable;
use crate::objtool::cfi::OpContext;
use crate::objtool::code::InsnFlags;
use crate::objtool::code::InsnId;
use crate::objtool::code::SecFlags;
use crate::objtool::code::SymFlags;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;
use crate::objtool::finding::message::Callee;

impl<O: Observer> Walker<'_, '_, O> {
    /// Deals with the path's instruction, from the stage it has reached.
    pub(super) fn step(&mut self, func: Option<SymbolId>, path: &mut Path, next: Option<InsnId>) -> Next {
        loop {
            match path.stage {
                Stage::Arrive => {
                    if let Some(end) = self.arrive(func, path) {
                        return end;
                    }
                    path.stage = Stage::Alternatives(0);
                }
                Stage::Alternatives(done) => {
                    if let Some(next) = self.next_alternative(path, done) {
                        return next;
                    }
                    return self.execute(func, path, next);
                }
                Stage::Jumped => return self.after_jump(path.insn),
            }
        }
    }

    /// Compares or records the state. `Some` if the path ends here.
    fn arrive(&mut self, func: Option<SymbolId>, path: &mut Path) -> Option<Next> {
        let code = self.code;
        let insn = path.insn;
        self.observe(Event::Arrive(insn, &path.state));
        if let (Some(func), Some(here)) = (func, code.func_of(insn))
            && code.symbols.get(here).pfunc != func
        {
            let is_silent = code.profile.has(Behaviour::FallThroughInC) && !code.is_compiled();
            if !is_silent {
                return Some(self.fall_through(func, here));
            }
        }
        if func.is_some() && code.has(insn, InsnFlags::IGNORE) {
            return Some(self.warn_on(path, Message::ValidatingIgnored));
        }
        let mark = 1 << u8::from(path.state.uaccess);
        let visited = self.marks.visited(insn);
        let is_hinted = code.has(insn, InsnFlags::HINT);
        if visited != 0 {
            if !is_hinted && !self.matches(insn, &path.state) {
                return Some(Next::End(true));
            }
            if visited & mark != 0 {
                self.observe(Event::Step(insn, Step::AlreadyVisited));
                return Some(Next::End(false));
            }
        } else {
            self.tally.n_visited += 1;
        }
        if path.state.noinstr {
            let change = code.rare(insn).map_or(0, |rare| rare.instr);
            path.state.instr = path.state.instr.wrapping_add(change);
        }
        if is_hinted {
            if let Some(end) = self.take_hint(func, path) {
                return Some(end);
            }
        } else {
            self.record(path);
        }
        self.marks.visit(insn, mark);
        self.propagate_to_group(insn)
    }

    fn fall_through(&mut self, from: SymbolId, to: SymbolId) -> Next {
        let is_prefix = self.code.symbols.get(from).flags.contains(SymFlags::PREFIX);
        if is_prefix || self.code.may_leave_ends() {
            return Next::EndBefore(false);
        }
        self.findings.push(Finding::warn(Message::FallsThrough { from, to }));
        self.observe(Event::FellThrough(from));
        Next::EndBefore(true)
    }

    fn warn(&mut self, insn: InsnId, message: Message) -> Next {
        self.findings.push(Finding::warn_insn(insn, message));
        self.observe(Event::Warned(insn));
        Next::End(true)
    }

    /// As [`Self::warn`] for the path's instruction. Before 6.4 some messages take the section from where the path began,
    /// which is another one behind a replacement.
    fn warn_on(&mut self, path: &Path, message: Message) -> Next {
        let is_mixed = matches!(
            message,
            Message::ValidatingIgnored
                | Message::RestoreWithoutSave
                | Message::RestoreTooSmart
                | Message::CallWithoutFrame
                | Message::UnsupportedInCallable
                | Message::RecursiveUaccess
                | Message::RedundantUaccess
                | Message::UaccessSafeDisables
                | Message::RecursiveStd
                | Message::RedundantCld
        );
        if !is_mixed || !self.code.profile.has(Behaviour::LocationWherePathBegan) {
            return self.warn(path.insn, message);
        }
        let section = self.code.insns.section_of(path.first);
        if section == SectionId::UNDEF {
            // The NOP of an empty replacement is nowhere.
            return self.give_up(path.insn, message);
        }
        let offset = self.code.insns.get(path.insn).offset.into();
        self.findings.push(Finding::warn_at(section, offset, message));
        self.observe(Event::Warned(path.insn));
        Next::End(true)
    }

    /// Ends all walks: the original follows a null pointer here, or writes where nothing is.
    pub(super) fn give_up(&mut self, insn: InsnId, message: Message) -> Next {
        // Said even about a symbol that was warned about already.
        let (section, offset) = (self.code.insns.section_of(insn), self.code.insns.get(insn).offset.into());
        self.tally.fatal.get_or_insert(Fatal::at(section, offset, message));
        Next::End(true)
    }

    /// Whether the state fits the one that an earlier visit left (`insn_cfi_match()`).
    fn matches(&mut self, insn: InsnId, state: &PathState) -> bool {
        let Some(known) = self.marks.cfi(insn).some() else {
            self.findings.push(Finding::warn(Message::CfiMissing));
            return false;
        };
        if known == state.id {
            return true;
        }
        let (a, b) = (*self.tally.cfis.get(known), &state.cfi);
        if a.cfa != b.cfa {
            let (base1, offset1, base2, offset2) = (a.cfa.base.into(), a.cfa.offset, b.cfa.base.into(), b.cfa.offset);
            self.warn(insn, Message::MismatchCfa { base1, offset1, base2, offset2 });
            return false;
        }
        if !a.has_regs_of(b) {
            self.warn_registers(insn, &a, b);
            return false;
        }
        if a.kind != b.kind {
            let [type1, type2] = [a.kind, b.kind].map(|kind| cfi::frame::number(self.code.profile.orc, kind));
            self.warn(insn, Message::MismatchType { type1, type2 });
            return false;
        }
        let is_other_drap = a.drap && (a.drap_reg != b.drap_reg || a.drap_offset != b.drap_offset);
        if a.drap != b.drap || is_other_drap {
            let message = Message::MismatchDrap {
                drap1: a.drap,
                reg1: a.drap_reg.into(),
                offset1: a.drap_offset,
                drap2: b.drap,
                reg2: b.drap_reg.into(),
                offset2: b.drap_offset,
            };
            self.warn(insn, message);
            return false;
        }
        true
    }

    fn warn_registers(&mut self, insn: InsnId, a: &cfi::CfiState, b: &cfi::CfiState) {
        let all = self.code.profile.has(Behaviour::MismatchListsAllRegs);
        let differing = (0..cfi::N_REGS as u8).filter(|reg| a.reg(*reg) != b.reg(*reg));
        for reg in differing.take(if all { cfi::N_REGS } else { 1 }) {
            let (one, two) = (a.reg(reg), b.reg(reg));
            let (base1, base2) = (one.base.into(), two.base.into());
            let message = Message::MismatchReg { reg, base1, offset1: one.offset, base2, offset2: two.offset };
            self.warn(insn, message);
        }
    }

    /// Takes the state from the instruction's hint, or from the one that the hint restores.
    fn take_hint(&mut self, func: Option<SymbolId>, path: &mut Path) -> Option<Next> {
        let insn = path.insn;
        if self.code.has(insn, InsnFlags::RESTORE) {
            if func.is_none() && self.code.insns.prev(insn).is_some() {
                return Some(self.give_up(insn, Message::RestoreWithoutSave));
            }
            let Some(saved) = self.find_saved(func, insn) else {
                return Some(self.warn_on(path, Message::RestoreWithoutSave));
            };
            if !self.marks.has_visited(saved) {
                // The straight way will come by later, with the saving instruction before it.
                if path.prev.is_none() && self.code.profile.has(Behaviour::RestoreDeferred) {
                    self.observe(Event::Step(insn, Step::DeferRestore));
                    return Some(Next::End(false));
                }
                return Some(self.warn_on(path, Message::RestoreTooSmart));
            }
            self.marks.set_cfi(insn, self.marks.cfi(saved));
            self.tally.n_reused += 1;
        }
        let id = self.marks.cfi(insn);
        if let Some(id) = id.some() {
            path.state.cfi = *self.tally.cfis.get(id);
            path.state.id = id;
        }
        None
    }

    /// The last instruction before `insn` in the function whose state is saved.
    fn find_saved(&self, func: Option<SymbolId>, insn: InsnId) -> Option<InsnId> {
        let start = self.code.symbols.get(func?).offset;
        let before = std::iter::successors(self.code.insns.prev(insn), |prev| self.code.insns.prev(*prev));
        let mut before = before.take_while(|prev| u64::from(self.code.insns.get(*prev).offset) >= start);
        before.find(|prev| self.code.has(*prev, InsnFlags::SAVE))
    }

    /// Gives the instruction the path's state.
    fn record(&mut self, path: &mut Path) {
        let state = &mut path.state;
        let before = path.prev.map_or(CfiId::NONE, |prev| self.marks.cfi(prev));
        let is_same = before != CfiId::NONE && (before == state.id || *self.tally.cfis.get(before) == state.cfi);
        if is_same {
            self.tally.n_reused += 1;
            state.id = before;
        } else if state.id != CfiId::NONE && state.id != CfiTable::FORCE_UNDEFINED {
            self.tally.cfis.n_found += 1;
        } else {
            state.id = self.tally.cfis.intern(&state.cfi);
        }
        self.marks.set_cfi(path.insn, state.id);
    }

    /// Lays the state over the bytes that all alternatives share (`propagate_alt_cfi()`).
    fn propagate_to_group(&mut self, insn: InsnId) -> Option<Next> {
        let code = self.code;
        let group = &code.groups[code.group_of(insn)?.index()];
        let id = self.marks.cfi(insn);
        if id == CfiId::NONE {
            self.findings.push(Finding::warn(Message::CfiMissing));
            return Some(Next::End(true));
        }
        let offset = code.insns.get(insn).offset.wrapping_sub(code.insns.get(group.first).offset);
        let slot = group.slots.start.checked_add(offset).filter(|slot| *slot < group.slots.end);
        let Some((slot, known)) = slot.and_then(|slot| Some((slot, self.marks.slot(slot)?))) else {
            return Some(self.give_up(insn, Message::ReplacementTooLong));
        };
        if known == CfiId::NONE {
            self.marks.set_slot(slot, id);
            return None;
        }
        if known == id || self.tally.cfis.get(known) == self.tally.cfis.get(id) {
            return None;
        }
        let at_original = code.profile.has(Behaviour::AltConflictAtOriginal);
        let original = group.original.map_or(group.first, |original| code.groups[original.index()].first);
        let original = if at_original { original } else { insn };
        let section = code.insns.section_of(insn);
        let offset = code.insns.get(insn).offset.into();
        Some(self.warn(original, Message::AltLayoutConflict { section, offset }))
    }

    /// The next alternative to follow, if one is left, or the end of the path if the original is not to be followed.
    fn next_alternative(&mut self, path: &mut Path, done: u32) -> Option<Next> {
        let code = self.code;
        if !code.has(path.insn, InsnFlags::HAS_RARE) {
            return None;
        }
        let alts = code.alts_of(path.insn);
        self.observe_alt_end(path.insn, done);
        let per_group = code.profile.has(Behaviour::AltIgnorePerGroup);
        if per_group || !code.has(path.insn, InsnFlags::IGNORE_ALTS) {
            if let Some(alt) = alts.get(done as usize) {
                self.observe(Event::AltBegin(path.insn, alt));
                path.stage = Stage::Alternatives(done + 1);
                let Some(insn) = alt.insn.some() else {
                    return Some(self.give_up(path.insn, Message::NoAltJumpDest));
                };
                return Some(Next::Follow(insn));
            }
            if alts.iter().any(|alt| alt.skips_original) {
                return Some(Next::End(false));
            }
        }
        if !alts.is_empty() {
            self.observe(Event::AltDefault(path.insn));
        }
        if !per_group || !code.skips_group(path.insn) {
            return None;
        }
        if code.is_ignored_group(path.insn) {
            self.observe(Event::Step(path.insn, Step::GroupIgnored));
        }
        Some(Next::End(false))
    }

    /// What the instruction itself does.
    fn execute(&mut self, func: Option<SymbolId>, path: &mut Path, next: Option<InsnId>) -> Next {
        let insn = path.insn;
        if self.code.insns.get(insn).n_ops != 0 {
            let before = O::IS_ON.then_some(path.state);
            let result = self.apply_ops(insn, next, &mut path.state);
            let end = result.err().map(|message| match message {
                Message::FrameOutsideSymbol => self.give_up(insn, message),
                message => self.warn(insn, message),
            });
            if let Some(before) = before {
                self.observe(Event::State(insn, &before, &path.state));
            }
            if let Some(end) = end {
                return end;
            }
        }
        let state = &mut path.state;
        let kind = self.code.insns.kind(insn);
        if O::IS_ON
            && let Some(step) = step_of(kind)
        {
            self.observe(Event::Step(insn, step));
        }
        let problem = match kind {
            InsnKind::Return => {
                let problem = self.check_return(func, state);
                self.check_speculation(insn, next, Message::MissingInt3AfterRet);
                return self.end_of_path(insn, problem);
            }
            InsnKind::Call | InsnKind::CallDyn => match self.check_call_frame(func, insn, state) {
                None if self.code.has(insn, InsnFlags::NORETURN_CALL) => return Next::End(false),
                problem => problem,
            },
            InsnKind::JumpCond | InsnKind::JumpUncond => return self.jump(path),
            InsnKind::JumpDyn | InsnKind::JumpDynCond => {
                if kind == InsnKind::JumpDyn {
                    self.check_speculation(insn, next, Message::MissingInt3AfterJump);
                }
                let problem = match self.code.is_sibling_call(insn) {
                    true => self.check_sibling_call(insn, state),
                    false => None,
                };
                if kind == InsnKind::JumpDyn {
                    return self.end_of_path(insn, problem);
                }
                problem
            }
            InsnKind::ContextSwitch | InsnKind::Syscall | InsnKind::Sysret => {
                match self.context_switch(kind, func, next) {
                    Ok(true) => None,
                    Ok(false) => return Next::End(false),
                    Err(message) => Some(message),
                }
            }
            InsnKind::Stac | InsnKind::Clac if !self.follows_uaccess() => None,
            InsnKind::Stac => open_uaccess(state),
            InsnKind::Clac => close_uaccess(state, func.is_some(), self.is_uaccess_safe(func)),
            InsnKind::Std if state.df => Some(Message::RecursiveStd),
            InsnKind::Std => {
                state.df = true;
                None
            }
            InsnKind::Cld if !state.df && func.is_some() => Some(Message::RedundantCld),
            InsnKind::Cld => {
                state.df = false;
                None
            }
            _ => None,
        };
        if let Some(message) = problem {
            return self.warn_on(path, message);
        }
        self.go_on(insn)
    }

    /// What 5.10 to 5.17 say along the way about returns and indirect jumps without an `int3` behind them.
    fn check_speculation(&mut self, insn: InsnId, next: Option<InsnId>, message: Message) {
        let code = self.code;
        let is_checked = code.opts.sls && code.profile.has(Behaviour::SlsInWalk);
        if !is_checked || code.has(insn, InsnFlags::RETPOLINE_SAFE) {
            return;
        }
        if next.is_some_and(|next| code.insns.kind(next) != InsnKind::Trap) {
            self.findings.push(Finding::warn_insn(insn, message));
        }
    }

    fn go_on(&mut self, insn: InsnId) -> Next {
        if self.code.has(insn, InsnFlags::DEAD_END) {
            self.observe(Event::Step(insn, Step::DeadEnd));
            return Next::End(false);
        }
        Next::Advance
    }

    fn end_of_path(&mut self, insn: InsnId, problem: Option<Message>) -> Next {
        match problem {
            Some(message) => self.warn(insn, message),
            None => Next::End(false),
        }
    }

    fn jump(&mut self, path: &mut Path) -> Next {
        let insn = path.insn;
        if self.code.is_sibling_call(insn) {
            self.observe(Event::Step(insn, Step::SiblingCall));
            if let Some(message) = self.check_sibling_call(insn, &path.state) {
                return self.warn(insn, message);
            }
        } else if let Some(dest) = self.code.jump_dest(insn) {
            let is_certain = self.code.insns.kind(insn) == InsnKind::JumpUncond;
            self.observe(Event::Step(insn, if is_certain { Step::UnconditionalJump } else { Step::JumpTaken }));
            path.stage = Stage::Jumped;
            return Next::Follow(dest);
        }
        self.after_jump(insn)
    }

    fn after_jump(&mut self, insn: InsnId) -> Next {
        match self.code.insns.kind(insn) {
            InsnKind::JumpUncond => Next::End(false),
            _ => {
                self.observe(Event::Step(insn, Step::JumpNotTaken));
                self.go_on(insn)
            }
        }
    }

    /// Whether execution goes on after an instruction that enters or leaves the kernel.
    fn context_switch(&self, kind: InsnKind, func: Option<SymbolId>, next: Option<InsnId>) -> Result<bool, Message> {
        let is_hinted = next.is_some_and(|next| self.code.has(next, InsnFlags::HINT));
        if func.is_some() && !is_hinted {
            return Err(Message::UnsupportedInCallable);
        }
        Ok(match kind {
            InsnKind::Syscall => true,
            InsnKind::Sysret => false,
            _ => func.is_some() && !self.code.profile.has(Behaviour::ContextSwitchEnds),
        })
    }

    /// Applies the stack operations (`handle_insn_ops()`).
    fn apply_ops(&self, insn: InsnId, next: Option<InsnId>, state: &mut PathState) -> Result<(), Message> {
        let code = self.code;
        let cx = OpContext {
            facts: code.arch.facts(),
            is_in_func: code.func_of(insn).is_some(),
            is_in_symbol: code.symbol_of(insn).is_some(),
            next_is_hinted: next.is_some_and(|next| code.has(next, InsnFlags::HINT)),
            stackval: code.opts.stackval,
            profile: code.profile,
        };
        let in_group = !code.profile.has(Behaviour::FlagsInAlternatives) || code.group_of(insn).is_some();
        let follows_flags = in_group && self.follows_uaccess();
        state.id = CfiId::NONE;
        for op in code.insns.ops_of(insn) {
            cfi::apply(&mut state.cfi, op, &cx)?;
            if !follows_flags {
                continue;
            }
            if op.dest == OpDest::Pushf {
                push_flags(state)?;
            }
            if op.src == OpSrc::Popf {
                pop_flags(state);
            }
        }
        Ok(())
    }

    /// Whether user access is followed at all.
    fn follows_uaccess(&self) -> bool {
        self.code.opts.uaccess || !self.code.profile.has(Behaviour::UaccessOnRequest)
    }

    fn is_uaccess_safe(&self, func: Option<SymbolId>) -> bool {
        func.is_some_and(|func| self.code.symbols.get(func).flags.contains(SymFlags::UACCESS_SAFE))
    }

    fn check_call_frame(&mut self, func: Option<SymbolId>, insn: InsnId, state: &PathState) -> Option<Message> {
        let problem = self.check_call(insn, state);
        if problem.is_some() {
            return problem;
        }
        let needs_frame = self.code.opts.stackval && func.is_some() && !self.is_special_call(insn);
        (needs_frame && !self.has_frame(state)).then_some(Message::CallWithoutFrame)
    }

    fn is_special_call(&self, insn: InsnId) -> bool {
        let special = match self.code.profile.has(Behaviour::EmbeddedNeedsNoFrame) {
            true => SymFlags::FENTRY | SymFlags::EMBEDDED_INSN,
            false => SymFlags::FENTRY,
        };
        self.code.insns.kind(insn) == InsnKind::Call
            && self.code.call_dest(insn).is_some_and(|dest| self.code.symbols.get(dest).flags.intersects(special))
    }

    /// Upstream: `validate_call()`.
    fn check_call(&mut self, insn: InsnId, state: &PathState) -> Option<Message> {
        let dest = self.code.call_dest(insn);
        let is_looked_up = state.noinstr && state.instr <= 0 && self.code.pv_ops.as_ref().is_some_and(|pv| pv.exists);
        let callee = dest.map_or_else(|| self.dynamic_callee(insn, is_looked_up), Callee::Symbol);
        if state.noinstr && state.instr <= 0 && !self.may_call_from_noinstr(insn, dest) {
            return Some(Message::LeavesNoinstr { callee });
        }
        if state.uaccess && !self.is_uaccess_safe(dest) {
            return Some(Message::CallWithUaccess { callee });
        }
        state.df.then_some(Message::CallWithDf { callee })
    }

    /// How messages call the target of an indirect call (`call_dest_name()`). From 5.16 to 6.2 an entry of `pv_ops` has a
    /// name if some pass has looked at the call's relocation before.
    fn dynamic_callee(&self, insn: InsnId, is_looked_up: bool) -> Callee {
        let code = self.code;
        let is_known = is_looked_up || code.has(insn, InsnFlags::RELOC_KNOWN);
        if !is_known || !code.profile.has(Behaviour::NamesPvCalls) {
            return Callee::Dynamic;
        }
        match code.reloc_of(insn).filter(|found| code.name(found.reloc.symbol) == b"pv_ops") {
            Some(found) => Callee::PvOps((found.reloc.addend.cast_unsigned() / 8) as i32),
            None => Callee::Dynamic,
        }
    }

    /// Upstream: `noinstr_call_dest()`.
    fn may_call_from_noinstr(&mut self, insn: InsnId, dest: Option<SymbolId>) -> bool {
        let Some(dest) = dest else { return self.is_clean_pv_call(insn) };
        let sym = self.code.symbols.get(dest);
        let is_noinstr = self.code.sec_flags[sym.section.index()].contains(SecFlags::NOINSTR);
        // Which function a static call reaches is not known; sanitizer reports are the last words anyway.
        is_noinstr
            || sym.flags.contains(SymFlags::STATIC_CALL_TRAMP) && self.code.profile.has(Behaviour::NoinstrStaticCalls)
            || self.code.name(dest).starts_with(b"__ubsan_handle_")
    }

    /// Whether all targets of a paravirtual call are noinstr (`pv_call_dest()`).
    fn is_clean_pv_call(&mut self, insn: InsnId) -> bool {
        let code = self.code;
        let Some(pv) = code.pv_ops.as_ref().filter(|pv| pv.exists) else { return false };
        let Some(found) = code.reloc_of(insn).filter(|found| code.name(found.reloc.symbol) == b"pv_ops") else {
            return false;
        };
        let addend = match code.profile.has(Behaviour::AdjustByLength) {
            true => code.adjusted_addend(insn, &found),
            false => i64::from((found.reloc.addend as i32).wrapping_add(4)),
        };
        let index = addend.cast_unsigned() / 8;
        let at = usize::try_from(index).ok().filter(|at| *at < self.clean_pv_ops.len());
        let Some(at) = at else {
            // The original looks past the end of its table.
            self.give_up(insn, Message::PvOpsIndex { index: index.cast_signed() });
            return true;
        };
        if self.clean_pv_ops[at] {
            return true;
        }
        self.clean_pv_ops[at] = true;
        for &symbol in &pv.targets[at] {
            let section = code.symbols.get(symbol).section;
            if !code.sec_flags[section.index()].contains(SecFlags::NOINSTR) {
                let index = index.cast_signed();
                self.findings.push(Finding::warn(Message::PvOpsInstrumented { index, symbol }));
                self.clean_pv_ops[at] = false;
            }
        }
        self.clean_pv_ops[at]
    }

    fn check_sibling_call(&mut self, insn: InsnId, state: &PathState) -> Option<Message> {
        if self.code.func_of(insn).is_some() && self.has_modified_frame(state) {
            return Some(Message::SiblingCallModifiedFrame);
        }
        self.check_call(insn, state)
    }

    /// Upstream: `validate_return()`.
    fn check_return(&self, func: Option<SymbolId>, state: &PathState) -> Option<Message> {
        let is_safe = self.is_uaccess_safe(func);
        if state.noinstr && state.instr > 0 {
            return Some(Message::ReturnInstrumented);
        }
        if state.uaccess && !is_safe {
            return Some(Message::ReturnWithUaccess);
        }
        if !state.uaccess && is_safe {
            return Some(Message::ReturnWithoutUaccess);
        }
        if state.df {
            return Some(Message::ReturnWithDf);
        }
        if func.is_some() && self.has_modified_frame(state) {
            return Some(Message::ReturnModifiedFrame);
        }
        state.cfi.bp_scratch.then_some(Message::BpScratch)
    }

    /// Whether the frame is not as at the function's start (`has_modified_stack_frame()`).
    fn has_modified_frame(&self, state: &PathState) -> bool {
        if state.id == CfiTable::FUNC {
            return false;
        }
        let initial = self.tally.cfis.get(CfiTable::FUNC);
        let cfi = &state.cfi;
        cfi.cfa != initial.cfa || cfi.drap || cfi.stack_size != initial.cfa.offset || !cfi.has_regs_of(initial)
    }

    /// Whether frame pointer and return address are where a frame has them (`has_valid_stack_frame()`).
    fn has_frame(&self, state: &PathState) -> bool {
        let facts = self.code.arch.facts();
        let (cfi, bp) = (&state.cfi, facts.bp.cast_signed());
        let slot = |offset: i32| CfiReg { base: CFA, offset };
        let base = cfi.cfa.offset.wrapping_neg();
        let is_frame = cfi.cfa.base == bp
            && match self.code.profile.has(Behaviour::FrameByAddress) {
                true => cfi.reg(facts.bp) == slot(base) && cfi.reg(facts.ra) == slot(base.wrapping_add(8)),
                false => cfi.reg(facts.bp) == slot(-16),
            };
        is_frame || (cfi.drap && cfi.reg(facts.bp).base == bp)
    }
}

/// What an instruction is by its class alone; jumps with a known destination need a closer look.
fn step_of(kind: InsnKind) -> Option<Step> {
    Some(match kind {
        InsnKind::Return => Step::Return,
        InsnKind::Call => Step::Call,
        InsnKind::CallDyn => Step::IndirectCall,
        InsnKind::JumpDyn | InsnKind::JumpDynCond => Step::IndirectJump,
        InsnKind::Syscall => Step::Syscall,
        InsnKind::Sysret => Step::Sysret,
        InsnKind::Stac => Step::Stac,
        InsnKind::Clac => Step::Clac,
        InsnKind::Std => Step::Std,
        InsnKind::Cld => Step::Cld,
        _ => return None,
    })
}

fn open_uaccess(state: &mut PathState) -> Option<Message> {
    if state.uaccess {
        return Some(Message::RecursiveUaccess);
    }
    state.uaccess = true;
    None
}

fn close_uaccess(state: &mut PathState, is_in_func: bool, is_safe: bool) -> Option<Message> {
    if !state.uaccess && is_in_func {
        return Some(Message::RedundantUaccess);
    }
    if is_safe && state.uaccess_stack == 0 {
        return Some(Message::UaccessSafeDisables);
    }
    state.uaccess = false;
    None
}

/// Remembers whether user access is open: a stack of bits below a leading 1.
fn push_flags(state: &mut PathState) -> Result<(), Message> {
    if state.uaccess_stack == 0 {
        state.uaccess_stack = 1;
    } else if state.uaccess_stack >> 31 != 0 {
        return Err(Message::PushfExhausted);
    }
    state.uaccess_stack = state.uaccess_stack << 1 | u32::from(state.uaccess);
    Ok(())
}

fn pop_flags(state: &mut PathState) {
    if state.uaccess_stack == 0 {
        return;
    }
    state.uaccess = state.uaccess_stack & 1 != 0;
    state.uaccess_stack >>= 1;
    if state.uaccess_stack == 1 {
        state.uaccess_stack = 0;
    }
}
