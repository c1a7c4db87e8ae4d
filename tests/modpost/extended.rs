// SPDX-License-Identifier: GPL-2.0-only

//! What `postlink modpost` says beyond the original.

use crate::case::Case;
use crate::case::Entry;
use crate::common;
use crate::common::program::Program;
use crate::write_inputs;

const CASE: &str = "
args -M -w vmlinux.o dir/a.o b.o
object vmlinux.o
section .text zeros=64
symbol hidden .text func
symbol own .text func local value=8
symbol copied.llvm.1234 .text func value=16
section .init.text zeros=16
symbol start .init.text func
symbol f.constprop.0 .text.x func local
symbol f.isra.1 .text.x func local value=16
symbol g .text func value=32
section .text.x zeros=32
reloc .text.x 20 start
reloc .text.x 24 start
reloc .text 33 start
object dir/a.o
modinfo license=GPL
modinfo description=A
symbol hidden undef
symbol own undef
symbol copied undef
symbol archived undef
symbol optional undef weak
object b.o
modinfo license=GPL
modinfo description=B
symbol hidden undef
symbol nowhere undef
";

/// An archive with one member, whose index says that it defines `symbol`.
fn archive(member: &str, symbol: &str) -> Vec<u8> {
    let entry = |name: &str, data: &[u8]| {
        let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, data.len());
        let padding = if data.len() % 2 == 1 { "\n" } else { "" };
        [header.as_bytes(), data, padding.as_bytes()].concat()
    };
    let names = [symbol.as_bytes(), b"\0"].concat();
    let index = |offset: u32| [&1u32.to_be_bytes(), &offset.to_be_bytes(), &names[..]].concat();
    let first = entry("/", &index(0)).len() + 8;
    [b"!<arch>\n".to_vec(), entry("/", &index(first as u32)), entry(&format!("{member}/"), b"data")].concat()
}

#[test]
fn undefined_symbols_are_looked_for() {
    let mut case = Case::parse(CASE, "7.3");
    case.files.push(("lib/lib.a".to_owned(), Entry::File(archive("x.o", "archived"))));
    let program = Program::postlink().args(["modpost"]).args(&case.args).env("POSTLINK_SERIES", "7.3");
    write_inputs(&case, program.folder());
    let ran = program.run();
    let text = ran.said();
    let notes: Vec<&str> = text.lines().filter(|line| line.starts_with("note:")).collect();
    let expected = [
        "note: 'archived' is needed by dir/a.ko",
        "note:   ./lib/lib.a(x.o) defines it, but the link did not take that member",
        "note: 'copied' is needed by dir/a.ko",
        "note:   vmlinux has it as 'copied.llvm.1234', a copy that the compiler or the LTO link renamed",
        "note: 'hidden' is needed by dir/a.ko, b.ko",
        "note:   vmlinux defines it, but does not export it",
        "note: 'nowhere' is needed by b.ko",
        "note:   no object that was read defines it",
        "note: 'own' is needed by dir/a.ko",
        "note:   vmlinux defines it for its own use (static)",
    ];
    assert_eq!(notes, expected);
    let mismatches: Vec<&str> = text.lines().filter(|line| line.contains("section mismatch")).collect();
    let expected = [
        "WARNING: modpost: vmlinux: section mismatch in reference: g+0x1 (section: .text) -> start (section: .init.text)",
        "WARNING: modpost: vmlinux: section mismatch in reference: f [clone .isra.1]+0x4 (section: .text.x) -> start (section: .init.text)",
    ];
    assert_eq!(mismatches, expected);
    assert_eq!(ran.status, Some(0));
    assert!(ran.files().contains_key("dir/a.mod.c"));
}

#[test]
fn mismatches_are_found_in_the_source() {
    let program = Program::postlink().args(["modpost", "-w", "m.o"]).env("POSTLINK_SERIES", "7.3");
    let ran = program.file("m.o", &common::read("extras/mismatch.o")).run();
    let text = ran.said();
    // The references of `later.llvm.4711` are those of `later`, which it is a copy of.
    let expected = [
        "WARNING: modpost: m.ko: section mismatch in reference: later+0x1 (section: .text) -> 0xfffffffc (section: .init.text)",
        "note:   at mismatch.c:14 in begin(), inlined",
        "note:   called at mismatch.c:19",
        "WARNING: modpost: m.ko: section mismatch in reference: my+0x0 (section: .data) -> start (section: .init.text)",
        "note:   at mismatch.c:33",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    assert_eq!(ran.status, Some(0));
}
