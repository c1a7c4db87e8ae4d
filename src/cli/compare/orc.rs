// SPDX-License-Identifier: GPL-2.0-only

//! Comparing ORC unwind tables, entry by entry with the place that each is for.

use arch::OrcBase;
use arch::OrcNumbering;
use arch::arm64;
use arch::x86_64;
use object::elf;

use super::Differences;
use super::Pair;
use super::place::Places;
use crate::elf::ElfFile;
use crate::elf::Relocs;
use crate::elf::SectionId;

/// Size of one entry of `.orc_unwind`.
const ENTRY: usize = 6;

/// An ORC table: entries and the relocations that say where they apply.
struct Table<'a> {
    machine: u16,
    entries: &'a [u8],
    places: Relocs<'a>,
}

impl<'a> Table<'a> {
    fn find(file: &'a ElfFile<'a>) -> Option<Self> {
        let named = |name: &[u8]| file.section_ids().rev().find(|id| file.section(*id).name == name);
        let places = file.relocs_in(named(b".rela.orc_unwind_ip")?)?;
        Some(Self { machine: file.machine, entries: file.section(named(b".orc_unwind")?).data, places })
    }

    fn entry(&self, nth: usize) -> Option<[u8; ENTRY]> {
        self.entries.get(nth * ENTRY..).and_then(<[u8]>::first_chunk::<ENTRY>).copied()
    }

    fn describe(&self, nth: usize, places: &Places<'_>, numbering: &OrcNumbering) -> String {
        let (Some(entry), Some(reloc)) = (self.entry(nth), self.places.get(nth)) else { return "(end)".into() };
        format!("{} {}", places.target(reloc.symbol, reloc.addend), describe(entry, numbering))
    }

    /// How registers are numbered. For x86-64 that is told by the number that the most frequent one, the stack pointer, has.
    fn numbering(&self) -> &'static OrcNumbering {
        if self.machine == elf::EM_AARCH64 {
            return &arm64::orc::NUMBERING;
        }
        let n_with = |reg: u8| self.entries.as_chunks::<ENTRY>().0.iter().filter(|entry| entry[4] & 0xf == reg).count();
        if n_with(3) > n_with(5) { &x86_64::orc::WITH_AX } else { &x86_64::orc::WITHOUT_AX }
    }
}

/// Whether the section of this name is one that [`compare`] reads.
pub(super) fn is_part(name: &[u8]) -> bool {
    name == b".orc_unwind" || name == b".rela.orc_unwind_ip"
}

/// Finds the first entry that differs in place or content. Returns whether there is one.
pub(super) fn compare(pair: &Pair<'_>, out: &mut Differences) -> bool {
    let (Some(a), Some(b)) = (Table::find(pair.a), Table::find(pair.b)) else { return false };
    let (len_a, len_b) = (a.places.len(), b.places.len());
    let same = |nth: usize| {
        a.entry(nth) == b.entry(nth)
            && match (a.places.get(nth), b.places.get(nth)) {
                (Some(a), Some(b)) if a == b => true,
                (Some(a), Some(b)) => meaning(pair.a, a.symbol, a.addend) == meaning(pair.b, b.symbol, b.addend),
                _ => false,
            }
    };
    let Some(first) = (0..len_a.max(len_b)).find(|nth| !same(*nth)) else { return false };
    let (in_a, in_b) =
        (a.describe(first, &pair.places_a, a.numbering()), b.describe(first, &pair.places_b, b.numbering()));
    out.add(format!("ORC entry {first} (of {len_a} in A, {len_b} in B):\n  A {in_a}\n  B {in_b}"));
    true
}

/// A relocation's target without symbol numbers.
fn meaning<'a>(file: &'a ElfFile<'_>, symbol: crate::elf::SymbolId, addend: i64) -> (Option<SectionId>, &'a [u8], i64) {
    let sym = file.symbol(symbol);
    let name = sym.map_or(&[][..], |sym| file.symbol_name(sym));
    (sym.map(|sym| sym.section), name, addend)
}

fn describe(entry: [u8; ENTRY], numbering: &OrcNumbering) -> String {
    let [sp_low, sp_high, bp_low, bp_high, regs, bits] = entry;
    let sp = register(numbering, regs & 0xf, i16::from_le_bytes([sp_low, sp_high]));
    let bp = register(numbering, regs >> 4, i16::from_le_bytes([bp_low, bp_high]));
    let raw = entry.map(|byte| format!("{byte:02x}")).join(" ");
    format!("sp:{sp} bp:{bp} type:{} flags:{} ({raw})", bits & 7, bits >> 3)
}

fn register(numbering: &OrcNumbering, number: u8, offset: i16) -> String {
    match (numbering.base(number.into()), numbering.name(number.into())) {
        (Some(OrcBase::Undefined), Some(name)) if offset == 0 => name.to_owned(),
        (_, Some(name)) => format!("{name}{offset:+}"),
        (_, None) => format!("reg{number}{offset:+}"),
    }
}
