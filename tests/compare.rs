// SPDX-License-Identifier: GPL-2.0-only

//! `postlink compare` names what differs.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use postlink::cli::compare;
use postlink::cli::compare::Detail;
use postlink::elf::ElfFile;
use postlink::elf::Section;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/elf").join(name)
}

fn compare(a: &Path, b: &Path, detail: Detail) -> (bool, String) {
    let mut out = Vec::new();
    let same = compare::run(a, b, detail, &mut out).expect("readable files");
    (same, String::from_utf8(out).expect("text"))
}

/// What `compare` says about the fixture and a copy of it in which `change` was made to the contents of one section.
fn after_change(test: &str, section: &[u8], change: impl Fn(&mut [u8])) -> String {
    let original = fixture("locals.gcc.7.3.o");
    let mut bytes = fs::read(&original).expect("a fixture");
    let range = {
        let file = ElfFile::parse(&bytes).expect("an object");
        let is_it = |sec: &&Section<'_>| sec.name == section;
        let found = file.sections.iter().find(is_it).expect("the section");
        found.offset as usize..(found.offset + found.size) as usize
    };
    change(&mut bytes[range]);
    let changed = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("compare-{test}.o"));
    fs::write(&changed, bytes).expect("a writable target folder");
    let (same, text) = compare(&original, &changed, Detail::First);
    assert!(!same);
    text
}

#[test]
fn a_file_is_identical_to_itself() {
    let file = fixture("locals.gcc.7.3.o");
    assert_eq!(compare(&file, &file, Detail::All), (true, "identical\n".into()));
}

#[test]
fn a_missing_section_is_named() {
    let (same, text) = compare(&fixture("locals.gcc.7.3.o"), &fixture("locals.gcc.o"), Detail::First);
    assert!(!same);
    assert!(text.starts_with("section .return_sites is only in A\n"), "{text}");
}

#[test]
fn an_unwind_entry_is_decoded() {
    let text = after_change("orc", b".orc_unwind", |data| data[0] = 16);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "ORC entry 0 (of 8 in A, 8 in B):");
    assert_eq!(lines[1], "  A .text: __pfx_outside+0x0 sp:sp+8 bp:(und) type:2 flags:0 (08 00 00 00 03 02)");
    assert_eq!(lines[2], "  B .text: __pfx_outside+0x0 sp:sp+16 bp:(und) type:2 flags:0 (10 00 00 00 03 02)");
    assert!(text.ends_with("differing sections (1): .orc_unwind\n"), "{text}");
}

#[test]
fn an_instruction_is_named_by_its_function_and_shown() {
    let text = after_change("text", b".text", |data| data[0x10 + 6] = 0x77);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "instruction at .text: outside+0x5:");
    assert!(lines[1].contains("e9 00 00 00 00") && lines[1].contains("jmp"), "{text}");
    assert!(lines[2].contains("e9 77 00 00 00"), "{text}");
}

#[test]
fn a_relocation_is_named_by_place_and_target() {
    let text = after_change("reloc", b".rela.return_sites", |data| data[16] += 1);
    assert!(
        text.starts_with(".rela.return_sites: relocation 0:\n  A at .return_sites+0x0: type 2 against .text"),
        "{text}"
    );
}

#[test]
fn a_symbol_is_named() {
    let text = after_change("symbol", b".symtab", |data| data[3 * 24 + 16] = 99);
    assert!(text.starts_with("symbol 3:\n  A two in .text (1) value 0x3f size 0x5"), "{text}");
    assert!(text.contains("B two in .text (1) value 0x3f size 0x63"), "{text}");
}

#[test]
fn what_is_no_object_is_refused() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let [text, cut] = ["compare-text", "compare-cut.o"].map(|name| folder.join(name));
    let object = fixture("locals.gcc.7.3.o");
    fs::write(&text, "one\ntwo\n").expect("a writable target folder");
    fs::write(&cut, &fs::read(&object).expect("a fixture")[..100]).expect("a writable target folder");
    let missing = folder.join("compare-none");
    for (a, b, named) in [
        (&object, &text, &text),
        (&text, &object, &text),
        (&text, &text, &text),
        (&cut, &cut, &cut),
        (&object, &missing, &missing),
    ] {
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_postlink")).arg("compare").args([a, b]).output();
        let run = run.expect("it starts");
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert_eq!((run.status.code(), run.stdout.len()), (Some(2), 0), "{stderr}");
        assert!(stderr.starts_with(&format!("postlink compare: {}: ", named.display())), "{stderr}");
    }
}

/// Instructions for arm64 are words; data among them is shown as data.
#[test]
fn words_of_arm64_are_instructions_or_data() {
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/arm64/listing.o");
    let mut bytes = fs::read(&original).expect("a fixture");
    let text = {
        let file = ElfFile::parse(&bytes).expect("an object");
        file.sections.iter().find(|sec| sec.name == b".text").expect("the section").offset as usize
    };
    // `ldp x29, x30, [sp], #16` becomes `#32`, a literal gets another value.
    bytes[text + 0x36] = 0xc2;
    bytes[text + 0x41] = 1;
    let changed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compare-arm64.o");
    fs::write(&changed, bytes).expect("a writable target folder");
    let (_, text) = compare(&original, &changed, Detail::All);
    let expected = [
        "instruction at .text: listed+0x34:",
        "  A fd 7b c1 a8   ldp    x29, x30, [sp], #0x10",
        "  B fd 7b c2 a8   ldp    x29, x30, [sp], #0x20",
        "instruction at .text: listed+0x40:",
        "  A 01 00 00 14   .word  0x14000001",
        "  B 01 01 00 14   .word  0x14000101",
    ];
    assert_eq!(text.lines().take(expected.len()).collect::<Vec<_>>(), expected, "{text}");
}
