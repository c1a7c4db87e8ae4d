// SPDX-License-Identifier: GPL-2.0-only

//! What the analysis knows of each section by its name and flags.

use bitflags::bitflags;

use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::kernel::Behaviour;
use crate::kernel::Profile;

bitflags! {
    /// Classes of sections.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct SecFlags: u8 {
        /// Executable (`is_text_sec()`).
        const EXEC = 1 << 0;
        /// Executable code that runs where it stands: no replacements, nothing that is discarded (`sec->text`).
        const TEXT = 1 << 1;
        /// Code that must not be instrumented.
        const NOINSTR = 1 << 2;
        /// Code that runs before user space, exempt from some mitigations.
        const INIT = 1 << 3;
        /// A possible home of jump tables.
        const RODATA = 1 << 4;
        /// `.altinstr_replacement`.
        const REPLACEMENT = 1 << 5;
        /// `.altinstr_aux`.
        const ALT_AUX = 1 << 6;
    }
}

/// Classifies every section. `is_module` makes `.init.text` ordinary code, since modules are loaded late.
pub fn classify(elf: &ElfFile<'_>, profile: &Profile, is_module: bool) -> Vec<SecFlags> {
    elf.sections.iter().map(|sec| flags_of(sec.name, profile, sec.is_exec(), is_module)).collect()
}

fn flags_of(name: &[u8], profile: &Profile, is_exec: bool, is_module: bool) -> SecFlags {
    let mut flags = SecFlags::default();
    let is_rodata = name.starts_with(b".rodata") && memchr::memmem::find(name, b".str1.").is_none();
    flags
        .set(SecFlags::RODATA, is_rodata || profile.has(Behaviour::RelRoIsRodata) && name.starts_with(b".data.rel.ro"));
    if !is_exec {
        return flags;
    }
    flags |= SecFlags::EXEC;
    flags.set(SecFlags::REPLACEMENT, name == b".altinstr_replacement");
    flags.set(SecFlags::ALT_AUX, name == b".altinstr_aux");
    let is_elsewhere = flags.intersects(SecFlags::REPLACEMENT | SecFlags::ALT_AUX) || name.starts_with(b".discard.");
    flags.set(SecFlags::TEXT, !is_elsewhere);
    let in_text = profile.has(Behaviour::ThunksInText);
    let thunks: &[u8] = if in_text { b".text.__x86." } else { b".text..__x86." };
    let is_cpuidle = name == b".cpuidle.text" && profile.has(Behaviour::CpuidleNoinstr);
    let is_noinstr = is_cpuidle || matches!(name, b".noinstr.text" | b".entry.text");
    flags.set(SecFlags::NOINSTR, is_noinstr || name.starts_with(thunks));
    flags.set(SecFlags::INIT, name == b".init.text" && !is_module);
    flags
}

/// Sections that hold instructions, in file order.
pub fn executable(flags: &[SecFlags]) -> impl Iterator<Item = SectionId> + '_ {
    let ids = flags.iter().enumerate().filter(|(_, flags)| flags.contains(SecFlags::EXEC));
    ids.map(|(index, _)| SectionId(index as u32))
}
