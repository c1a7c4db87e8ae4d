// SPDX-License-Identifier: GPL-2.0-only

//! Whole runs on arm64 objects: what is printed, what is written, and how they end.

use crate::common;
use crate::common::in_process;
use crate::common::in_process::Ran;
use crate::damaged::Object;
use postlink::cli::run::CalledAs;
use postlink::elf::ElfFile;

fn objtool(release: &str, bytes: &[u8], options: &str) -> Ran {
    in_process::objtool(CalledAs::DropIn, release, ("x.o", bytes), options, &[])
}

/// The relocations of a section, as target and offset there and addend.
fn relocs(bytes: &[u8], section: &str) -> Vec<String> {
    let elf = ElfFile::parse(bytes).expect("an object");
    let id = elf.section_ids().find(|id| elf.section(*id).name == section.as_bytes()).expect("the section");
    let mut tables = elf.section_ids().filter_map(|table| elf.relocs_in(table)).filter(|relocs| relocs.target == id);
    let relocs = tables.next().expect("relocations");
    let text = |reloc: postlink::elf::Reloc| {
        let symbol = elf.symbol(reloc.symbol).expect("a symbol");
        let name = if symbol.is_section() { elf.section(symbol.section).name } else { elf.symbol_name(symbol) };
        format!("{:#x}: {} {}{:+#x}", reloc.offset, reloc.kind, String::from_utf8_lossy(name), reloc.addend)
    };
    relocs.iter().map(text).collect()
}

#[test]
fn findings_are_warnings_unless_errors_are_asked_for() {
    let damaged = Object::whole("patched.o").patch("__ex_table", 8, &[9]).bytes();
    for series in ["7.3", "6.12"] {
        let ran = objtool(series, &damaged, "");
        let line = "x.o: warning: objtool: __ex_table+0x0: the exception entry has type 9, which no handler knows\n";
        assert_eq!((ran.code, &*ran.stderr), (0, line), "{series}");
        assert!(ran.file == damaged);
    }
    let ran = objtool("7.3", &damaged, "--werror --sec-address --mcount");
    let line = "x.o: error: objtool: __ex_table+0x0: the exception entry has type 9, which no handler knows\n";
    assert_eq!((ran.code, &*ran.stderr), (1, line));
    assert!(ran.file == damaged);
}

#[test]
fn places_are_named_after_functions() {
    let whole = Object::whole("mcount-before.o");
    let second = whole.symbol("second");
    let damaged = whole.insn_of("second", 4, 0).bytes();
    let says = "the mcount entry lacks the NOPs that the kernel patches\n";
    assert_eq!(objtool("7.3", &damaged, "").stderr, format!("x.o: warning: objtool: second+0x0: {says}"));
    let ran = objtool("7.3", &damaged, "--sec-address");
    assert_eq!(ran.stderr, format!("x.o: warning: objtool: second+0x0 (.text+{second:#x}): {says}"));
}

#[test]
fn mcount_loc_is_made_of_what_compilers_list() {
    let whole = Object::whole("mcount-before.o");
    let starts = ["first", "second", "third"].map(|name| whole.symbol(name) - 8);
    let ran = objtool("7.3", &whole.0.0, "--mcount");
    assert_eq!((ran.code, &*ran.stderr), (0, ""));
    let expected: Vec<String> =
        starts.iter().enumerate().map(|(n, start)| format!("{:#x}: 257 .text+{start:#x}", n * 8)).collect();
    assert_eq!(relocs(&ran.file, "__mcount_loc"), expected);
    // What was made passes the checks, and is not made twice.
    let again = objtool("7.3", &ran.file, "--mcount");
    let line = "x.o: warning: objtool: the file has __mcount_loc already, none is made\n";
    assert_eq!((again.code, &*again.stderr), (0, line));
    assert!(again.file == ran.file);
}

#[test]
fn static_call_sites_need_keys_or_a_module() {
    let whole = common::read("arm64/static-call.o");
    let ran = objtool("7.3", &whole, "--static-call");
    let line = "x.o: error: objtool: static_call: can't find static_call_key symbol: __SCK__foreign\n";
    assert_eq!((ran.code, &*ran.stderr), (1, line));
    assert!(ran.file == whole);
    let ran = objtool("7.3", &whole, "--static-call --module");
    assert_eq!((ran.code, &*ran.stderr), (0, ""));
    let caller = Object::of(whole).symbol("caller");
    let expected = [
        format!("0x0: 261 .text+{:#x}", caller + 8),
        "0x4: 261 __SCK__local+0x0".to_owned(),
        format!("0x8: 261 .text+{:#x}", caller + 16),
        "0xc: 261 __SCT__foreign+0x0".to_owned(),
        format!("0x10: 261 .text+{:#x}", caller + 28),
        "0x14: 261 __SCK__local+0x1".to_owned(),
    ];
    assert_eq!(relocs(&ran.file, ".static_call_sites"), expected);
}

#[test]
fn verbose_lists_what_is_no_finding() {
    let ran = objtool("7.3", &common::read("arm64/static-call.o"), "--verbose");
    let lines = [
        "postlink: static call of __SCT__local at caller+0x8",
        "postlink: static call of __SCT__foreign at caller+0x10",
        "postlink: static tail call of __SCT__local at caller+0x1c",
    ];
    assert!(ran.stderr.ends_with(&(lines.join("\n") + "\n")), "{}", ran.stderr);
    let ran = objtool("7.3", &common::read("arm64/mcount-before.o"), "--verbose");
    let lines = [
        "postlink: 3 mcount entries 8 bytes before their functions, 1 of dropped functions",
        "postlink: mcount entry of a dropped function at .text+0x90",
    ];
    assert!(ran.stderr.ends_with(&(lines.join("\n") + "\n")), "{}", ran.stderr);
}

#[test]
fn what_is_for_another_machine_is_refused() {
    let whole = common::read("arm64/mcount-before.o");
    for option in ["--retpoline", "--ibt --link", "--uaccess", "--hacks=jump_label", "--mcount --mnop"] {
        let ran = objtool("7.3", &whole, option);
        assert!(ran.code == 1 && ran.file == whole, "{option}");
        assert!(ran.stderr.ends_with(" is for x86-64, and this file is for arm64\n"), "{option}: {}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1);
    }
    let mut big = whole;
    // EI_DATA, and the header's fields in that order would not parse: the machine alone decides what is said.
    big[5] = 2;
    let ran = objtool("7.3", &big, "--mcount");
    assert!(ran.code == 1 && ran.file == big, "{}", ran.stderr);
}

#[test]
fn a_dry_run_writes_nothing() {
    let whole = common::read("arm64/mcount-before.o");
    let ran = objtool("7.3", &whole, "--mcount --dry-run");
    assert_eq!((ran.code, &*ran.stderr), (0, ""));
    assert!(ran.file == whole);
}

#[test]
fn listings_name_addresses_and_show_data_as_data() {
    let ran = objtool("7.3", &common::read("arm64/listing.o"), "--disas=list*");
    assert_eq!((ran.code, &*ran.stderr), (0, ""));
    assert_eq!(ran.stdout, include_str!("../../testdata/arm64/listing.disas"));
    let all = objtool("7.3", &common::read("arm64/listing.o"), "--disas").stdout;
    assert!(all.starts_with(&ran.stdout) && all.ends_with("other:\n    54:  other+0x0        ret\n\n"), "{all}");
    assert_eq!(objtool("7.3", &common::read("arm64/listing.o"), "--disas=list").stdout, "");
    assert_eq!(objtool("7.3", &common::read("arm64/listing.o"), "").stdout, "");
}
