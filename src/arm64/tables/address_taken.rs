// SPDX-License-Identifier: GPL-2.0-only

//! Which functions may be called through a pointer: those whose address somebody takes, or that are exported.

use object::elf;

use crate::arm64::object::Arm64Object;
use crate::arm64::object::Function;
use crate::arm64::object::Place;
use crate::elf::SectionId;

/// A function that may be called through a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taken {
    /// The function.
    pub function: Place,
    /// Why it counts.
    pub how: How,
    /// Where the first reference is.
    pub from: Place,
}

/// How a function becomes one that may be called through a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// Data holds its address.
    Data,
    /// Code makes its address.
    Code,
    /// Modules can name it.
    Export,
}

/// What names of functions begin with that are built without any protection, and run before it is on.
pub const EARLY: [&[u8]; 2] = [b"__pi_", b"__efistub_"];

impl Taken {
    /// Whether every name of the function begins with one of these. Early code shares some functions with all other code.
    pub fn has_prefix(&self, object: &Arm64Object<'_>, prefixes: &[&[u8]]) -> bool {
        let begins = |function: &Function| {
            let name = object.elf.symbol(function.symbol).map_or(&[][..], |symbol| object.elf.symbol_name(symbol));
            prefixes.iter().any(|prefix| name.starts_with(prefix))
        };
        let mut names = object.functions_at(self.function).peekable();
        names.peek().is_some() && names.all(begins)
    }
}

/// Tables that hold places of functions which nobody calls through them.
const TABLES: [&[u8]; 14] = [
    b"__patchable_function_entries",
    b"__mcount_loc",
    b".altinstructions",
    b".init.altinstructions",
    b"__ex_table",
    b"__kvm_ex_table",
    b"__jump_table",
    b"__bug_table",
    b".eh_frame",
    b".init.eh_frame",
    b".static_call_sites",
    b"_error_injection_whitelist",
    b"_kprobe_blacklist",
    b".hyp.reloc",
];

/// All such functions, each once, by place; one that several references make callable counts for data first.
pub fn functions(object: &Arm64Object<'_>) -> Vec<Taken> {
    let mut taken = Vec::new();
    for section in object.elf.section_ids() {
        let Some(relocs) = object.relocs.of(section).filter(|_| !is_table(object, section)) else { continue };
        for reloc in relocs.relocs.iter() {
            let Some(how) = how(object, section, reloc.kind) else { continue };
            let Some(function) = object.target(&reloc).filter(|place| object.function_at(*place).is_some()) else {
                continue;
            };
            taken.push(Taken { function, how, from: Place { section, offset: reloc.offset } });
        }
    }
    taken.sort_unstable();
    taken.dedup_by_key(|taken| taken.function);
    taken
}

fn is_table(object: &Arm64Object<'_>, section: SectionId) -> bool {
    let name = object.elf.section(section).name;
    TABLES.contains(&name) || name.starts_with(b".discard") || name.starts_with(b".orc_")
}

/// What a relocation of type `kind` in a section says about the function it names.
fn how(object: &Arm64Object<'_>, section: SectionId, kind: u32) -> Option<How> {
    const ADDRESSES: [u32; 3] = [elf::R_AARCH64_ABS64, elf::R_AARCH64_PREL32, elf::R_AARCH64_PREL64];
    const CODE: [u32; 4] = [
        elf::R_AARCH64_ADR_PREL_PG_HI21,
        elf::R_AARCH64_ADR_PREL_PG_HI21_NC,
        elf::R_AARCH64_ADR_PREL_LO21,
        elf::R_AARCH64_ADR_GOT_PAGE,
    ];
    let sec = object.elf.section(section);
    let is_address = ADDRESSES.contains(&kind);
    if sec.name == b".export_symbol" || sec.name.starts_with(b"__ksymtab") || sec.name.starts_with(b"___ksymtab") {
        return is_address.then_some(How::Export);
    }
    match (sec.is_alloc(), object.is_code_section(section)) {
        (false, _) => None,
        (true, false) => is_address.then_some(How::Data),
        (true, true) => (CODE.contains(&kind) || kind == elf::R_AARCH64_ABS64).then_some(How::Code),
    }
}
