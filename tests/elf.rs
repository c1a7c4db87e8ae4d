// SPDX-License-Identifier: GPL-2.0-only

//! The file layer against the originals' output, at its limits, and on broken files.

#[path = "../scripts/devtools/src/bin/reapply.rs"]
#[allow(dead_code)]
mod reapply;

mod common;

use common::checksum::cksum;
use object::elf;
use postlink::elf::Edit;
use postlink::elf::ElfFile;
use postlink::elf::Image;
use postlink::elf::NewReloc;
use postlink::elf::NewSection;
use postlink::elf::NewSymbol;
use postlink::elf::RelocTarget;
use postlink::elf::SectionId;
use postlink::elf::SymbolId;
use postlink::elf::WriteRules;

const FIXTURES: [&str; 2] = ["groups", "locals"];
const COMPILERS: [&str; 2] = ["gcc", "clang"];

const RULES: WriteRules = WriteRules {
    group_follows_signature: true,
    strings_are_aligned: true,
    section_names_are_unique: true,
    debug_is_unread: true,
};

fn fixture(name: &str) -> Vec<u8> {
    common::read(&format!("elf/{name}"))
}

#[test]
fn the_same_edits_make_the_same_file_as_the_original() {
    for name in FIXTURES {
        for compiler in COMPILERS {
            for series in ["6.12", "7.3"] {
                let input = fixture(&format!("{name}.{compiler}.o"));
                let output = fixture(&format!("{name}.{compiler}.{series}.o"));
                assert_ne!(input, output);
                let outcome = reapply::reapply(&input, &output, series == "7.3");
                assert_eq!(outcome, Ok(()), "{name}.{compiler}.{series}");
            }
        }
    }
}

#[test]
fn a_stale_group_is_how_older_series_differ() {
    // The fixture shows what it is for: with the newer rule, the older original's output cannot be reproduced.
    let outcome = reapply::reapply(&fixture("groups.gcc.o"), &fixture("groups.gcc.6.12.o"), true);
    assert!(outcome.is_err());
}

#[test]
fn fixtures_are_of_their_sources() {
    for name in FIXTURES {
        let recorded = String::from_utf8(fixture(&format!("{name}.cksum"))).expect("text");
        let source = fixture(&format!("{name}.S"));
        assert_eq!(recorded.trim(), cksum(&source).to_string(), "{name}.S changed; run testdata/elf/make");
    }
}

#[test]
fn writing_what_was_written_changes_nothing() {
    for name in FIXTURES {
        for compiler in COMPILERS {
            let written = fixture(&format!("{name}.{compiler}.7.3.o"));
            let file = ElfFile::parse(&written).expect("an object");
            let image = Image::build(&file, Vec::new(), RULES).expect("an image");
            assert_eq!(image.size(), written.len() as u64);
            assert!(image.to_vec() == written, "{name}.{compiler}");
        }
    }
}

/// A text section with the relocations of another new section that refers to it.
fn text_and_table(n_text: u32) -> Vec<Edit> {
    let text = |nth: u32| {
        Edit::AddSection(Box::new(NewSection {
            name: format!(".text.{nth}").into_bytes(),
            kind: elf::SHT_PROGBITS,
            flags: u64::from(elf::SHF_ALLOC | elf::SHF_EXECINSTR),
            align: 16,
            entsize: 0,
            data: vec![0xc3; 3],
            relocs: None,
        }))
    };
    (0..n_text).map(text).collect()
}

fn table(targets: impl Iterator<Item = RelocTarget>) -> Edit {
    let reloc = |(nth, target): (u64, RelocTarget)| NewReloc { offset: nth * 4, target, kind: 2, addend: 1 };
    let relocs: Vec<NewReloc> = (0..).zip(targets).map(reloc).collect();
    Edit::AddSection(Box::new(NewSection {
        name: b".sites".to_vec(),
        kind: elf::SHT_PROGBITS,
        flags: u64::from(elf::SHF_ALLOC),
        align: 1,
        entsize: 4,
        data: vec![0; relocs.len() * 4],
        relocs: Some(relocs),
    }))
}

/// An object with more sections than `e_shnum` can hold, and the table that symbols then need.
fn object_with_many_sections() -> Vec<u8> {
    let start = fixture("locals.gcc.o");
    let file = ElfFile::parse(&start).expect("an object");
    let mut edits = text_and_table(66_000);
    edits.push(Edit::AddSection(Box::new(NewSection {
        name: b".symtab_shndx".to_vec(),
        kind: elf::SHT_SYMTAB_SHNDX,
        flags: 0,
        align: 4,
        entsize: 4,
        data: vec![0; file.symbols.len() * 4],
        relocs: None,
    })));
    let shndx_index = file.sections.len() + 66_000;
    let symtab_index = file.symtab.0;
    let mut bytes = Image::build(&file, edits, RULES).expect("an image").to_vec();
    // New sections have no sh_link; this one needs it.
    let headers = u64::from_le_bytes(bytes[0x28..0x30].try_into().expect("8 bytes")) as usize;
    let link = headers + shndx_index * 64 + 0x28;
    bytes[link..link + 4].copy_from_slice(&symtab_index.to_le_bytes());
    bytes
}

#[test]
fn section_numbers_past_16_bits_go_to_the_extended_table() {
    let bytes = object_with_many_sections();
    let file = ElfFile::parse(&bytes).expect("an object");
    assert!(file.sections.len() > 66_000);
    assert_eq!(bytes[0x3c..0x3e], [0, 0], "e_shnum");
    let is_new = |id: &SectionId| file.section(*id).name.starts_with(b".text.");
    let texts: Vec<SectionId> = file.section_ids().filter(is_new).collect();
    let edits = vec![table(texts.iter().rev().map(|id| RelocTarget::Section(*id)))];
    let bytes = Image::build(&file, edits, RULES).expect("an image").to_vec();

    let after = ElfFile::parse(&bytes).expect("an object");
    assert_eq!(after.sections.len(), file.sections.len() + 2);
    assert_eq!(after.section(SectionId::UNDEF).size, after.sections.len() as u64);
    assert_eq!(after.symbols.len(), file.symbols.len() + texts.len());
    let relocs = after.relocs_in(SectionId(after.sections.len() as u32 - 1)).expect("relocations");
    assert_eq!(relocs.len(), texts.len());
    for (reloc, text) in relocs.iter().zip(texts.iter().rev()) {
        let symbol = after.symbol(reloc.symbol).expect("a symbol");
        assert!(symbol.is_section() && symbol.is_local());
        assert_eq!(symbol.section, *text);
        assert!(reloc.symbol.0 < after.section(after.symtab).info, "local symbols come first");
    }
}

#[test]
fn without_the_extended_table_such_a_symbol_is_refused() {
    let start = fixture("locals.gcc.o");
    let file = ElfFile::parse(&start).expect("an object");
    let bytes = Image::build(&file, text_and_table(66_000), RULES).expect("an image").to_vec();
    let file = ElfFile::parse(&bytes).expect("an object");
    let last = SectionId(file.sections.len() as u32 - 1);
    let error = Image::build(&file, vec![table([RelocTarget::Section(last)].into_iter())], RULES);
    assert_eq!(error.map(|_| ()).map_err(|error| error.to_string()), Err("no .symtab_shndx".into()));
}

#[test]
fn overlapping_patches_apply_in_order() {
    let input = fixture("locals.gcc.o");
    let file = ElfFile::parse(&input).expect("an object");
    let section = file.section_ids().find(|id| file.section(*id).name == b".text").expect("text");
    let patch = |offset, bytes| Edit::PatchBytes { section, offset, bytes };
    let edits = vec![patch(4, &[1, 1, 1, 1]), patch(2, &[2, 2, 2, 2]), patch(5, &[3]), patch(9, &[9])];
    let bytes = Image::build(&file, edits, RULES).expect("an image").to_vec();
    let after = ElfFile::parse(&bytes).expect("an object");
    assert_eq!(after.section(section).data[..11], [0x90, 0x90, 2, 2, 2, 3, 1, 1, 0x90, 9, 0x90]);
    assert_eq!(after.section(section).data[11..], file.section(section).data[11..]);
}

#[test]
fn edits_that_miss_their_target_are_refused() {
    let input = fixture("locals.gcc.o");
    let file = ElfFile::parse(&input).expect("an object");
    let far = SectionId(1000);
    let text = SectionId(1);
    let symbol = |section| {
        let name = b"new".to_vec();
        Edit::AddSymbol(Box::new(NewSymbol { name, section, value: 0, size: 0, info: 0, other: 0 }))
    };
    let refused = [
        Edit::PatchBytes { section: far, offset: 0, bytes: &[0] },
        Edit::PatchBytes { section: text, offset: file.section(text).size, bytes: &[0] },
        Edit::PatchBytes { section: text, offset: u64::MAX, bytes: &[0] },
        Edit::SetRelocType { section: text, index: 0, kind: 0 },
        Edit::SetRelocType { section: SectionId(2), index: 1000, kind: 0 },
        Edit::ResizeSymbol { symbol: SymbolId(1000), size: 1 },
        symbol(far),
        table([RelocTarget::Section(far)].into_iter()),
        table([RelocTarget::Symbol(SymbolId(1000))].into_iter()),
        table([RelocTarget::NewSymbol(0)].into_iter()),
    ];
    for edit in refused {
        assert!(Image::build(&file, vec![edit.clone()], RULES).is_err(), "{edit:?}");
    }
}

/// A small generator of numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// Edits of every kind, as far as the file has something to edit.
fn all_kinds_of_edits(file: &ElfFile<'_>) -> Vec<Edit> {
    let texts: Vec<SectionId> = file.section_ids().filter(|id| file.section(*id).is_exec()).collect();
    let relocs = file.section_ids().find(|id| file.relocs_in(*id).is_some_and(|relocs| !relocs.is_empty()));
    let mut edits = vec![Edit::ResizeSymbol { symbol: SymbolId(file.symbols.len().saturating_sub(1) as u32), size: 7 }];
    edits.extend(relocs.map(|section| Edit::SetRelocType { section, index: 0, kind: 0 }));
    for (id, binding) in texts.iter().zip([elf::STB_LOCAL, elf::STB_GLOBAL].into_iter().cycle()) {
        let name = b"__pfx_new".to_vec();
        let info = binding << 4 | elf::STT_FUNC;
        edits.push(Edit::AddSymbol(Box::new(NewSymbol { name, section: *id, value: 0, size: 4, info, other: 0 })));
    }
    let named = (0..texts.len() as u32).map(RelocTarget::NewSymbol);
    edits.push(table(texts.iter().map(|id| RelocTarget::Section(*id)).chain(named)));
    edits
}

#[test]
fn broken_files_are_refused_or_rewritten_whole() {
    let mut random = Random(0x1234_5678_9abc_def1);
    let mut n_written = 0;
    for compiler in COMPILERS {
        for name in FIXTURES {
            let original = fixture(&format!("{name}.{compiler}.o"));
            let headers = u64::from_le_bytes(original[0x28..0x30].try_into().expect("8 bytes")) as usize;
            for _ in 0..2500 {
                let mut bytes = original.clone();
                for _ in 0..1 + random.below(4) {
                    // Most fields that matter are in the headers.
                    let (start, end) = [(0, 64), (64, headers), (headers, bytes.len())][random.below(3)];
                    let at = start + random.below(end - start);
                    bytes[at] = [0, 1, 0x7f, 0xff, bytes[at] ^ 1 << random.below(8)][random.below(5)];
                }
                bytes.truncate(bytes.len() - random.below(50) * random.below(2));
                let Ok(file) = ElfFile::parse(&bytes) else { continue };
                let Ok(image) = Image::build(&file, all_kinds_of_edits(&file), RULES) else { continue };
                if image.size() < 1 << 24 {
                    assert_eq!(image.to_vec().len() as u64, image.size());
                    n_written += 1;
                }
            }
        }
    }
    assert!(n_written > 1000, "only {n_written} mutated files were still well formed");
}
