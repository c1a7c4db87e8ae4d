// SPDX-License-Identifier: GPL-2.0-only

//! Indirect branch tracking: whatever has its address taken needs a landing pad, and landing pads that nothing needs are
//! sealed.
//!
//! Upstream: `validate_ibt()`.

use arch::InsnKind;
use object::elf;

use crate::elf::Reloc;
use crate::elf::SectionId;
use crate::kernel::Behaviour;
use crate::objtool::code::Code;
use crate::objtool::code::InsnFlags;
use crate::objtool::code::InsnId;
use crate::objtool::code::NumberedReloc;
use crate::objtool::code::RelocCursor;
use crate::objtool::code::SymFlags;
use crate::objtool::code::Text;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// Which landing pads are needed.
#[derive(Debug)]
pub struct EndbrUse {
    /// Landing pads at function starts that nothing refers to, in the order of the decoder.
    pub superfluous: Vec<InsnId>,
}

/// Checks every reference to code.
pub fn check(code: &Code<'_>) -> (EndbrUse, Vec<Finding>) {
    let pass = || Ibt { code, used: Vec::new(), findings: Vec::new() };
    let texts = code.elf.map(&code.insns.pieces(|_| true), |piece| {
        let mut pass = pass();
        piece.iter().for_each(|text| pass.check_text(text));
        pass
    });
    let sections: Vec<SectionId> = code.elf.section_ids().collect();
    let sections: Vec<&[SectionId]> = sections.chunks(SECTIONS_PER_PIECE).collect();
    let data = code.elf.map(&sections, |piece| {
        let mut pass = pass();
        piece.iter().for_each(|section| pass.check_data(*section));
        pass
    });
    let (mut used, mut findings) = (vec![false; code.insns.insns.len()], Vec::new());
    for part in texts.into_iter().chain(data) {
        part.used.iter().for_each(|insn| used[insn.index()] = true);
        findings.extend(part.findings);
    }
    let superfluous = code.endbrs.at_start.iter().copied().filter(|insn| !used[insn.index()]).collect();
    (EndbrUse { superfluous }, findings)
}

/// How many sections are looked at in one go.
const SECTIONS_PER_PIECE: usize = 1 << 10;

struct Ibt<'a, 'd> {
    code: &'a Code<'d>,
    /// Landing pads that are referred to.
    used: Vec<InsnId>,
    findings: Vec<Finding>,
}

impl Ibt<'_, '_> {
    fn check_text(&mut self, text: &Text) {
        let relocs = self.code.relocs.of(text.section);
        let mut cursor = RelocCursor::default();
        for insn in text.ids() {
            let place = *self.code.insns.get(insn);
            if is_branch(place.kind) {
                continue;
            }
            let end = u64::from(place.end());
            let mut found = relocs.and_then(|r| r.in_range_from(&mut cursor, place.offset.into(), place.len.into()));
            if found.is_none() && place.kind == InsnKind::LeaRip {
                self.check_lea(text.section, insn);
            }
            while let Some(reloc) = found {
                self.check_reloc(insn, &reloc);
                let next = reloc.reloc.offset + 1;
                found = relocs.and_then(|r| r.in_range(next, end.saturating_sub(next)));
            }
        }
    }

    /// A reference within the section that needed no relocation (7.3).
    fn check_lea(&mut self, section: SectionId, insn: InsnId) {
        match self.code.insns.at(section, self.code.branch_offset(insn)) {
            Some(dest) => self.check_reference(insn, dest),
            None => self.findings.push(Finding::warn_insn(insn, Message::CorruptPointer)),
        }
    }

    fn check_reloc(&mut self, insn: InsnId, found: &NumberedReloc) {
        let code = self.code;
        let sym = code.symbols.get(found.reloc.symbol);
        if code.profile.has(Behaviour::IbtSkipsTrampolines) && sym.flags.contains(SymFlags::STATIC_CALL_TRAMP) {
            return;
        }
        let offset = sym.offset.wrapping_add(self.distance(insn, found).cast_unsigned());
        if let Some(dest) = code.insns.at(sym.section, offset) {
            self.check_reference(insn, dest);
        }
    }

    fn distance(&self, insn: InsnId, found: &NumberedReloc) -> i64 {
        let reloc = &found.reloc;
        if self.code.profile.has(Behaviour::AdjustByLength) {
            return self.code.adjusted_addend(insn, found);
        }
        match reloc.kind {
            elf::R_X86_64_PC32 | elf::R_X86_64_PLT32 => i64::from((reloc.addend as i32).wrapping_add(4)),
            _ => reloc.addend,
        }
    }

    /// Upstream: `__validate_ibt_insn()`.
    fn check_reference(&mut self, insn: InsnId, dest: InsnId) {
        let code = self.code;
        if code.insns.kind(dest) == InsnKind::Endbr {
            self.used.push(dest);
            return;
        }
        // A function may know places of its own: the address of the current instruction, or a return to itself.
        let knows_ranges = code.profile.has(Behaviour::IbtKnowsRanges);
        let part_of = |insn| if knows_ranges { code.pfunc_of(insn) } else { code.func_of(insn) };
        let is_own = part_of(dest).is_some() && part_of(dest) == part_of(insn);
        let is_excused = || knows_ranges && self.is_end_of_range(dest);
        if is_own || code.has(dest, InsnFlags::NOENDBR) || is_excused() {
            return;
        }
        let message = Message::RelocToNonEndbr {
            section: code.insns.section_of(dest),
            offset: code.insns.get(dest).offset.into(),
        };
        self.findings.push(Finding::warn_insn(insn, message));
    }

    /// The instruction right after a symbol that starts with a landing pad, or needs none: the end of a range of code
    /// (`noendbr_range()`).
    fn is_end_of_range(&self, dest: InsnId) -> bool {
        let code = self.code;
        let section = code.insns.section_of(dest);
        let offset = u64::from(code.insns.get(dest).offset);
        let Some(symbol) = code.symbols.containing(section, offset.wrapping_sub(1)) else { return false };
        let sym = code.symbols.get(symbol);
        let Some(first) = code.insns.at(sym.section, sym.offset) else { return false };
        let is_pad = code.insns.kind(first) == InsnKind::Endbr || code.has(first, InsnFlags::NOENDBR);
        is_pad && offset == sym.end()
    }

    fn check_data(&mut self, section: SectionId) {
        let sec = self.code.elf.section(section);
        if sec.is_exec() || self.is_ignored(sec.name) {
            return;
        }
        let Some(relocs) = self.code.relocs.of(section) else { return };
        for reloc in relocs.relocs.iter() {
            self.check_data_reloc(section, &reloc);
        }
    }

    /// Sections that refer to code without ever branching there.
    fn is_ignored(&self, name: &[u8]) -> bool {
        if name.starts_with(b".discard") {
            return name != b".discard.ibt_endbr_noseal";
        }
        let names = &self.code.profile.names;
        name.starts_with(b".debug")
            || names.ibt_ignored.iter().any(|known| known.as_bytes() == name)
            || names.ibt_ignored_parts.iter().any(|part| memchr::memmem::find(name, part.as_bytes()).is_some())
    }

    fn check_data_reloc(&mut self, section: SectionId, reloc: &Reloc) {
        let code = self.code;
        let (target, offset) = code.reloc_target(reloc);
        let Some(dest) = code.insns.at(target, offset) else { return };
        if code.insns.kind(dest) == InsnKind::Endbr {
            self.used.push(dest);
            return;
        }
        if code.has(dest, InsnFlags::NOENDBR) {
            return;
        }
        let message = Message::DataRelocToNonEndbr { section: target, offset };
        self.findings.push(Finding::warn_at(section, reloc.offset, message));
    }
}

fn is_branch(kind: InsnKind) -> bool {
    matches!(
        kind,
        InsnKind::Call
            | InsnKind::CallDyn
            | InsnKind::JumpCond
            | InsnKind::JumpUncond
            | InsnKind::JumpDyn
            | InsnKind::JumpDynCond
            | InsnKind::Return
            | InsnKind::Nop
    )
}
