// SPDX-License-Identifier: GPL-2.0-only

//! `.static_call_sites`: where static calls are, which key each belongs to, and whether it is a tail call.
//!
//! Upstream: `create_static_call_sections()`. A module that may not change a static call does not see its key; then the
//! trampoline stands in for it, and the module loader finds the key. Without `--module` a missing key is an error.

use object::elf;

use super::add;
use super::section;
use super::sites::Created;
use super::text_reloc;
use crate::elf::NewReloc;
use crate::elf::RelocTarget;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// Bytes of a record: s32 place, s32 key.
const RECORD: u64 = 8;
const TRAMPOLINE: &[u8] = b"__SCT__";
const KEY: &[u8] = b"__SCK__";

/// Makes the section. When a key is missing, what was made so far comes back beside the error: before 7.3 it is written.
pub fn create(code: &Code<'_>) -> (Created, Result<(), Fatal>) {
    let mut created = Created::default();
    if code.section_names.get(".static_call_sites").is_some() {
        if !code.is_livepatch {
            let what = ".static_call_sites section";
            created.findings.push(Finding::warn(Message::AlreadyHas { section: what }));
        }
        return (created, Ok(()));
    }
    let insns = &code.sites.static_calls;
    if insns.is_empty() {
        return (created, Ok(()));
    }
    let mut relocs = Vec::with_capacity(insns.len() * 2);
    let result = insns.iter().enumerate().try_for_each(|(index, insn)| {
        let offset = index as u64 * RECORD;
        relocs.push(text_reloc(code, offset, *insn));
        relocs.push(key_reloc(code, offset + 4, *insn)?);
        Ok(())
    });
    // Before 6.5 relocations were added one by one.
    if code.profile.has(Behaviour::RelocsCountedFirst) {
        relocs.resize(insns.len() * 2, NewReloc::UNSET);
    }
    let mut sites = section(".static_call_sites", RECORD, insns.len(), relocs);
    // Modules change the low bits of the key.
    sites.flags |= u64::from(elf::SHF_WRITE);
    created.edits.push(add(sites));
    (created, result)
}

fn key_reloc(code: &Code<'_>, offset: u64, insn: InsnId) -> Result<NewReloc, Fatal> {
    let symbol = code.call_dest(insn).unwrap_or(SymbolId::NULL);
    let name = code.name(symbol).strip_prefix(TRAMPOLINE);
    let name = name.ok_or_else(|| Fatal::new(Message::TrampolineMalformed { symbol }))?;
    let key = [KEY, name].concat();
    let target = match code.symbol_by_name(&key) {
        Some(key) => key,
        None if code.opts.module => symbol,
        None => return Err(Fatal::new(Message::NoStaticCallKey { name: key })),
    };
    let is_tail = code.is_sibling_call(insn);
    let kind = code.arch.facts().reloc_text;
    Ok(NewReloc { offset, target: RelocTarget::Symbol(target), kind, addend: is_tail.into() })
}
