// SPDX-License-Identifier: GPL-2.0-only

//! Static calls: the trampolines that the kernel redirects, their keys, and the calls that go through them.
//!
//! A trampoline is `bti c; adrp x16, literal; ldr x16, [x16, literal]; br x16`, with the literal in read-only data. To change
//! the call, the kernel finds the literal by decoding the second and third instruction and writes it
//! (`arch_static_call_transform()`).

use object::elf;

use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;
use crate::arm64::words;
use crate::elf::Reloc;
use crate::elf::SymbolId;

/// What trampolines' names begin with.
pub const TRAMPOLINE: &[u8] = b"__SCT__";
/// What keys' names begin with.
pub const KEY: &[u8] = b"__SCK__";

/// A direct call of a trampoline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// The branch.
    pub place: Place,
    /// The trampoline.
    pub trampoline: SymbolId,
    /// Whether it is a jump: a tail call.
    pub is_tail: bool,
}

/// Checks every trampoline that the object defines.
pub fn check(object: &Arm64Object<'_>) -> Vec<Arm64Finding> {
    let mut findings = Vec::new();
    let mut keys = None;
    for (symbol, place) in trampolines(object) {
        let Some(place) = place else { continue };
        let name = object.symbol_name(symbol);
        let keys = keys.get_or_insert_with(|| defined_keys(object));
        match literal(object, place) {
            Err(()) => findings.push(Arm64Finding::at(place, Kind::StaticCallShape).with(&*name)),
            Ok(reloc) => findings.extend(
                wrong_literal(object, &reloc)
                    .map(|what| Arm64Finding::at(place, Kind::StaticCallLiteral).with(&*name).with(what)),
            ),
        }
        let key = key_name(object, symbol);
        if keys.binary_search(&&*key).is_err() {
            let key = String::from_utf8_lossy(&key).into_owned();
            findings.push(Arm64Finding::at(place, Kind::StaticCallNoKey).with(name).with(key));
        }
    }
    findings
}

/// Every direct call and tail call of a trampoline, section by section, by offset.
pub fn sites(object: &Arm64Object<'_>) -> Vec<Site> {
    let mut is_trampoline = vec![false; object.elf.symbols.len()];
    let mut by_place = Vec::new();
    for (symbol, place) in trampolines(object) {
        if let Some(slot) = is_trampoline.get_mut(symbol.index()) {
            *slot = true;
        }
        by_place.extend(place.map(|place| (place, symbol)));
    }
    by_place.sort_unstable();
    let called = |reloc: &Reloc| {
        let is_named = is_trampoline.get(reloc.symbol.index()).is_some_and(|is| *is);
        if is_named && reloc.addend == 0 {
            return Some(reloc.symbol);
        }
        let place = object.target(reloc).filter(|_| !by_place.is_empty())?;
        let index = by_place.binary_search_by_key(&place, |(at, _)| *at).ok()?;
        by_place.get(index).map(|(_, symbol)| *symbol)
    };
    let mut sites = Vec::new();
    if is_trampoline.contains(&true) {
        for section in object.code_sections() {
            let Some(relocs) = object.relocs.of(section) else { continue };
            let first = sites.len();
            let branches = relocs.relocs.iter().filter(|reloc| is_branch(reloc.kind));
            sites.extend(branches.filter_map(|reloc| {
                let place = Place { section, offset: reloc.offset };
                let is_tail = reloc.kind == elf::R_AARCH64_JUMP26;
                called(&reloc).map(|trampoline| Site { place, trampoline, is_tail })
            }));
            sites.get_mut(first..).unwrap_or_default().sort_by_key(|site| site.place);
        }
    }
    sites
}

/// The key that belongs to a trampoline.
pub fn key_name(object: &Arm64Object<'_>, trampoline: SymbolId) -> Vec<u8> {
    let name = object.elf.symbol(trampoline).map_or(&[][..], |symbol| object.elf.symbol_name(symbol));
    [KEY, name.strip_prefix(TRAMPOLINE).unwrap_or_default()].concat()
}

fn is_branch(kind: u32) -> bool {
    matches!(kind, elf::R_AARCH64_CALL26 | elf::R_AARCH64_JUMP26)
}

/// Every trampoline symbol, with its place if it is defined here.
fn trampolines<'o>(object: &'o Arm64Object<'o>) -> impl Iterator<Item = (SymbolId, Option<Place>)> + 'o {
    let all = object.elf.symbols.iter().enumerate();
    all.filter(|(_, symbol)| object.elf.symbol_name(symbol).starts_with(TRAMPOLINE)).map(|(index, symbol)| {
        let place = Place { section: symbol.section, offset: symbol.value };
        (SymbolId(index as u32), object.is_text(place).then_some(place))
    })
}

/// Names of the keys that are defined here, sorted.
fn defined_keys<'a>(object: &Arm64Object<'a>) -> Vec<&'a [u8]> {
    let defined = object.elf.symbols.iter().filter(|symbol| !symbol.is_undefined());
    let mut keys: Vec<&[u8]> =
        defined.map(|symbol| object.elf.symbol_name(symbol)).filter(|name| name.starts_with(KEY)).collect();
    keys.sort_unstable();
    keys
}

/// The relocation that says where the literal of a trampoline is, if its instructions are the right ones.
fn literal(object: &Arm64Object<'_>, place: Place) -> Result<Reloc, ()> {
    let word = |distance: i64| place.plus(distance).and_then(|at| object.word(at)).ok_or(());
    let field = |distance: i64, kind: u32| place.plus(distance).and_then(|at| object.field(at, kind)).ok_or(());
    let is_right = word(0)? == words::BTI_C
        && words::is_adrp_to(word(4)?, 16)
        && words::is_ldr_over(word(8)?, 16)
        && word(12)? == words::BR_X16;
    let page = field(4, elf::R_AARCH64_ADR_PREL_PG_HI21)?;
    let low = field(8, elf::R_AARCH64_LDST64_ABS_LO12_NC)?;
    let is_same = (page.symbol, page.addend) == (low.symbol, low.addend);
    if is_right && is_same { Ok(page) } else { Err(()) }
}

/// What is wrong with a literal.
fn wrong_literal(object: &Arm64Object<'_>, reloc: &Reloc) -> Option<&'static str> {
    let Some(place) = object.target(reloc) else { return Some("is not in this object") };
    let section = object.elf.section(place.section);
    if !section.is_alloc() || section.is_exec() || section.flags & u64::from(elf::SHF_WRITE) != 0 {
        return Some("is not in read-only data");
    }
    if !place.offset.is_multiple_of(8) || !section.align.is_multiple_of(8) || section.align == 0 {
        return Some("is not aligned to 8 bytes");
    }
    let Some(pointer) = object.field(place, elf::R_AARCH64_ABS64) else { return Some("holds no address") };
    let is_code = object.target(&pointer).is_none_or(|function| object.is_code(function));
    (!is_code).then_some("holds no function's address")
}
