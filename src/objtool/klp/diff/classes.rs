// SPDX-License-Identifier: GPL-2.0-only

//! What sections and symbols are, by their names.

use object::elf;

use super::super::content;
use super::side::Marks;
use super::side::Side;
use crate::elf::Section;
use crate::elf::SectionId;
use crate::elf::SymbolId;

/// Names of static variables that are never the same as before: each copy of the code has its own.
const OWN_STATICS: [&[u8]; 9] =
    [b"__already_done", b"__func__", b"__key", b"__warned", b"_entry", b"_entry_ptr", b"_rs", b"descriptor", b"CSWTCH"];

/// Tables whose entries belong to functions.
const TABLES: [&[u8]; 7] = [
    b".altinstructions",
    b".kcfi_traps",
    b"__bug_table",
    b"__ex_table",
    b"__jump_table",
    b"__mcount_loc",
    b".static_call_sites",
];

/// Whether a function's name says that it is the padding or type hash before another.
pub(super) fn is_prefix(name: &[u8]) -> bool {
    const PREFIXES: [&[u8]; 4] = [b"__pfx_", b"__cfi_", b"__pi___pfx_", b"__pi___cfi_"];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a symbol has no counterpart by its nature (`dont_correlate()`).
pub(super) fn is_apart(side: &Side<'_>, id: SymbolId, marks: Marks, smp_locks: bool) -> bool {
    let (sym, name, section) = (side.sym(id), side.name(id), side.section_of(id));
    let is_file = sym.kind == elf::STT_FILE;
    let is_absolute = side.code.elf.symbol(id).is_some_and(|raw| raw.shndx == elf::SHN_ABS);
    is_file
        || id == SymbolId::NULL
        || sym.is_section()
        || is_absolute
        || marks.contains(Marks::PREFIX)
        || is_own_static(side, id)
        || name.starts_with(b".L")
        || content::is_string(section)
        || is_rodata(section) && (sym.kind != elf::STT_OBJECT || section.name.starts_with(b".rodata.cst"))
        || name.starts_with(b"__initcall__")
        || name.starts_with(b"__initstub__")
        || section.name == b".discard.addressable"
        || is_special(section, smp_locks)
        || matches!(section.name, b".altinstr_replacement" | b".altinstr_aux")
}

/// Whether a static variable is one that each copy of the code has for itself (`is_uncorrelated_static_local()`).
fn is_own_static(side: &Side<'_>, id: SymbolId) -> bool {
    let (sym, name) = (side.sym(id), side.name(id));
    if sym.kind != elf::STT_OBJECT || sym.binding != elf::STB_LOCAL {
        return false;
    }
    if side.section_of(id).name == b".data..once" {
        return true;
    }
    let Some(dot) = memchr::memchr(b'.', name) else { return false };
    let inner = name.get(dot..).and_then(|rest| rest.get(1..)).unwrap_or_default();
    OWN_STATICS.iter().any(|own| {
        // gcc: `VARIABLE.NUMBER`; Clang: `FUNCTION.VARIABLE`, maybe with `.NUMBER`.
        name.strip_prefix(*own).is_some_and(|rest| rest.first() == Some(&b'.'))
            || inner.strip_prefix(*own).is_some_and(|rest| matches!(rest.first(), None | Some(b'.')))
    })
}

/// Whether a section is a table whose entries belong to functions (`is_special_section()`).
pub(super) fn is_special(section: &Section<'_>, smp_locks: bool) -> bool {
    if section.is_exec() {
        return false;
    }
    if TABLES.contains(&section.name) || smp_locks && section.name == b".smp_locks" {
        return true;
    }
    let is_plain = matches!(section.name, b".discard.addressable" | b".discard.sym_checksum");
    !is_plain && section.name.starts_with(b".discard.")
}

/// Whether a section holds constants (`mark_rodata()` of the object reader).
pub(super) fn is_rodata(section: &Section<'_>) -> bool {
    let is_plain = section.name.starts_with(b".rodata") && memchr::memmem::find(section.name, b".str1.").is_none();
    is_plain || section.name.starts_with(b".data.rel.ro")
}

/// Whether references to a section stay references to the section (`is_uncorrelated_section()`).
pub(super) fn is_referred_as_whole(section: &Section<'_>) -> bool {
    const DATA: [&[u8]; 3] = [b".data..Lubsan", b".data..L__unnamed_", b".data..Lanon."];
    content::is_string(section) || DATA.iter().any(|start| section.name.starts_with(start))
}

/// Whether a symbol lies in no section (`is_undef_sym()`).
pub(super) fn is_undefined(side: &Side<'_>, id: SymbolId) -> bool {
    side.sym(id).section == SectionId::UNDEF
}
