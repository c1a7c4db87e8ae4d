// SPDX-License-Identifier: GPL-2.0-only

//! What direct calls call, and what becomes of special callees.
//!
//! Upstream: `add_call_destinations()`, `add_call_dest()`, `annotate_call_site()`.

use arch::InsnKind;

use super::Code;
use super::InsnFlags;
use super::InsnId;
use super::NO_SYMBOL;
use super::SecFlags;
use super::SymFlags;
use super::Text;
use super::jumps::call_offset;
use super::relocs::RelocCursor;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// What a call or tail call is to the section creators.
enum Site {
    StaticCall,
    Retpoline,
    /// Instrumentation where there must be none.
    Profiling,
    Mcount,
    Call {
        is_listed: bool,
    },
}

/// A direct call, and what it comes to if it is an ordinary one.
struct Decided {
    insn: InsnId,
    /// [`NO_SYMBOL`] for a call that has to wait for its turn.
    callee: SymbolId,
    is_listed: bool,
    is_noreturn: bool,
}

impl Code<'_> {
    /// Gives every direct call a callee.
    ///
    /// An ordinary call says nothing about others, so its callee is found on all threads. What is left is done in order.
    pub(super) fn link_calls(&mut self) -> Result<(), Fatal> {
        let pieces = self.insns.pieces(|_| true);
        let decided = self.elf.map(&pieces, |piece| self.decide_calls(piece));
        let (mut section, mut cursor) = (SectionId::UNDEF, RelocCursor::default());
        for call in decided.into_iter().flatten() {
            let insn = call.insn;
            if call.callee != NO_SYMBOL {
                self.set_call_dest(insn, call.callee);
                self.drop_stack_ops(insn);
                self.add_ordinary_call(insn, call.is_listed, call.is_noreturn);
                continue;
            }
            let own = self.insns.section_of(insn);
            if own != section {
                (section, cursor) = (own, RelocCursor::default());
            }
            self.link_call(section, insn, &mut cursor)?;
        }
        Ok(())
    }

    /// The direct calls of a piece, with the callees of ordinary ones.
    fn decide_calls(&self, piece: &[Text]) -> Vec<Decided> {
        let mut decided = Vec::new();
        for text in piece {
            let flags = self.sec_flags.get(text.section.index()).copied().unwrap_or_default();
            let mut cursor = RelocCursor::default();
            for insn in text.ids().filter(|insn| self.insns.kind(*insn) == InsnKind::Call) {
                let mut call = Decided { insn, callee: NO_SYMBOL, is_listed: false, is_noreturn: false };
                if let Some(callee) = self.ordinary_callee(text.section, insn, &mut cursor)
                    && let Some(Site::Call { is_listed }) = self.site_of(insn, callee, flags)
                {
                    let is_noreturn = self.makes_dead_end(callee);
                    call = Decided { insn, callee, is_listed, is_noreturn };
                }
                decided.push(call);
            }
        }
        decided
    }

    /// What a call calls if that is evidently something to call.
    fn ordinary_callee(&self, section: SectionId, insn: InsnId, cursor: &mut RelocCursor) -> Option<SymbolId> {
        let Some(found) = self.reloc_in_order(section, insn, cursor) else {
            let callee = self.callee_at(section, self.branch_offset(insn))?;
            return self.symbols.get(callee).is_func().then_some(callee);
        };
        let sym = self.symbols.get(found.reloc.symbol);
        let is_plain = !sym.is_section() && !sym.flags.contains(SymFlags::RETPOLINE_THUNK);
        is_plain.then_some(found.reloc.symbol)
    }

    fn link_call(&mut self, section: SectionId, insn: InsnId, cursor: &mut RelocCursor) -> Result<(), Fatal> {
        let Some(found) = self.reloc_in_order(section, insn, cursor) else {
            return self.link_call_without_reloc(section, insn);
        };
        let sym = *self.symbols.get(found.reloc.symbol);
        if sym.is_section() {
            let offset = match self.profile.has(Behaviour::AdjustByLength) {
                true => self.adjusted_addend(insn, &found).cast_unsigned(),
                false => call_offset(found.reloc.addend),
            };
            let dest = self.callee_at(sym.section, offset);
            let missing = Message::NoCallDestSymbol { section: sym.section, offset };
            let dest = dest.ok_or_else(|| Fatal::insn(insn, missing))?;
            return self.add_call_dest(insn, Some(dest), false);
        }
        if sym.flags.contains(SymFlags::RETPOLINE_THUNK) {
            return self.add_retpoline(insn);
        }
        self.add_call_dest(insn, Some(found.reloc.symbol), false)
    }

    fn link_call_without_reloc(&mut self, section: SectionId, insn: InsnId) -> Result<(), Fatal> {
        let dest = self.callee_at(section, self.branch_offset(insn));
        self.add_call_dest(insn, dest, false)?;
        let func = self.func_of(insn);
        let is_ignored = match self.profile.has(Behaviour::IgnoreBySymbol) {
            true => func.is_some_and(|func| self.symbols.get(func).flags.contains(SymFlags::IGNORE)),
            false => self.has(insn, InsnFlags::IGNORE),
        };
        if is_ignored {
            return Ok(());
        }
        // A callee that turned the call into something else is none any more.
        let dest = self.call_dest(insn).ok_or_else(|| Fatal::insn(insn, Message::UnannotatedIntraFunctionCall))?;
        if func.is_some() && !self.symbols.get(dest).is_func() {
            return Err(Fatal::insn(insn, Message::CallToNonFunction));
        }
        Ok(())
    }

    /// Upstream: `find_call_destination()`.
    fn callee_at(&self, section: SectionId, offset: u64) -> Option<SymbolId> {
        self.symbols.func_at(section, offset).or_else(|| self.symbols.at(section, offset))
    }

    /// Links a call or tail call with its callee (`add_call_dest()`).
    pub(super) fn add_call_dest(&mut self, insn: InsnId, dest: Option<SymbolId>, sibling: bool) -> Result<(), Fatal> {
        let Some(dest) = dest else { return Ok(()) };
        self.set_call_dest(insn, dest);
        self.drop_stack_ops(insn);
        self.annotate_site(insn, dest, sibling)
    }

    /// Makes a branch to an indirect thunk the indirect branch that it stands for (`add_retpoline_call()`).
    pub(super) fn add_retpoline(&mut self, insn: InsnId) -> Result<(), Fatal> {
        let kind = match self.insns.kind(insn) {
            InsnKind::Call => InsnKind::CallDyn,
            InsnKind::JumpUncond => InsnKind::JumpDyn,
            InsnKind::JumpCond => InsnKind::JumpDynCond,
            _ => return Ok(()),
        };
        self.set_kind(insn, kind);
        self.flags[insn.index()] |= InsnFlags::RETPOLINE_SAFE;
        self.drop_stack_ops(insn);
        // Inside the file that defines the thunks a jump may come without relocation, where the original crashes.
        let text = "branch to an indirect thunk without a relocation".to_owned();
        let found = self.reloc_of(insn).ok_or_else(|| Fatal::insn(insn, Message::Raw { text }))?;
        self.annotate_site(insn, found.reloc.symbol, false)
    }

    /// What a call does to the stack is undone by its callee.
    fn drop_stack_ops(&mut self, insn: InsnId) {
        self.insns.insns[insn.index()].n_ops = 0;
    }

    fn annotate_site(&mut self, insn: InsnId, dest: SymbolId, sibling: bool) -> Result<(), Fatal> {
        match self.site_of(insn, dest, self.section_flags_of(insn)) {
            None => {}
            Some(Site::StaticCall) => self.sites.static_calls.push(insn),
            Some(Site::Retpoline) => self.sites.retpolines.push(insn),
            Some(Site::Profiling) => self.remove_profiling(insn, sibling)?,
            Some(Site::Mcount) => self.add_mcount(insn, sibling)?,
            Some(Site::Call { is_listed }) => {
                let is_noreturn = !sibling && self.makes_dead_end(dest);
                self.add_ordinary_call(insn, is_listed, is_noreturn);
            }
        }
        Ok(())
    }

    /// What a call or jump to `dest` is to the section creators; `None` in replacements before they had sites.
    fn site_of(&self, insn: InsnId, dest: SymbolId, section: SecFlags) -> Option<Site> {
        if section.contains(SecFlags::REPLACEMENT) && !self.profile.has(Behaviour::ReplacementCallSites) {
            return None;
        }
        let callee = self.symbols.get(dest).flags;
        let is_quiet = self.opts.hack_noinstr && section.contains(SecFlags::NOINSTR);
        let is_embedded = callee.contains(SymFlags::EMBEDDED_INSN) && self.profile.has(Behaviour::NoEmbeddedCallSites);
        Some(if callee.contains(SymFlags::STATIC_CALL_TRAMP) {
            Site::StaticCall
        } else if callee.contains(SymFlags::RETPOLINE_THUNK) {
            Site::Retpoline
        } else if is_quiet && callee.contains(SymFlags::PROFILING) {
            Site::Profiling
        } else if self.opts.mcount && callee.contains(SymFlags::FENTRY) {
            Site::Mcount
        } else {
            let is_call = self.insns.kind(insn) == InsnKind::Call;
            Site::Call { is_listed: is_call && !section.contains(SecFlags::INIT) && !is_embedded }
        })
    }

    /// Whether calls of `callee` are marked as ends of paths here. Before 5.18 the walk asks.
    fn makes_dead_end(&self, callee: SymbolId) -> bool {
        !self.profile.has(Behaviour::NoreturnAskedByWalk) && self.is_noreturn(callee)
    }

    fn add_ordinary_call(&mut self, insn: InsnId, is_listed: bool, is_noreturn: bool) {
        if is_listed {
            self.sites.calls.push(insn);
        }
        if is_noreturn {
            self.flags[insn.index()] |= InsnFlags::DEAD_END;
        }
    }

    /// Marks calls of functions that never return. Before 5.18 the walk asks, and every path has been linked by then.
    pub(super) fn mark_noreturn_calls(&mut self) {
        for insn in self.all_insns() {
            if self.insns.kind(insn) != InsnKind::Call {
                continue;
            }
            if let Some(callee) = self.call_dest(insn)
                && self.is_noreturn(callee)
            {
                self.flags[insn.index()] |= InsnFlags::NORETURN_CALL;
            }
        }
    }

    /// Takes an instrumentation call out of noinstr code. A tail call becomes a return and an `int3`, which count as one
    /// safe return here.
    fn remove_profiling(&mut self, insn: InsnId, sibling: bool) -> Result<(), Fatal> {
        self.clear_reloc(insn);
        if sibling {
            self.patch_ret(insn)?;
            self.set_kind(insn, InsnKind::Return);
            self.flags[insn.index()] |= InsnFlags::RETPOLINE_SAFE;
        } else {
            self.patch_nop(insn)?;
            self.set_kind(insn, InsnKind::Nop);
        }
        Ok(())
    }

    fn add_mcount(&mut self, insn: InsnId, sibling: bool) -> Result<(), Fatal> {
        if sibling {
            self.findings.push(Finding::warn_insn(insn, Message::TailCallToFentry));
        }
        if self.opts.mnop || !self.profile.has(Behaviour::MnopOnRequest) {
            self.clear_reloc(insn);
            self.patch_nop(insn)?;
            self.set_kind(insn, InsnKind::Nop);
        }
        self.sites.mcount.push(insn);
        Ok(())
    }
}
