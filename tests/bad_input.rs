// SPDX-License-Identifier: GPL-2.0-only

//! Files that are no good object, and places that take no file: one clear line, the original's exit status, and the file
//! as it was.

mod common;

use std::fs;
use std::fs::Permissions;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use common::damaged::E_MACHINE;
use common::damaged::E_SHNUM;
use common::damaged::E_SHOFF;
use common::damaged::E_SHSTRNDX;
use common::damaged::Object;
use common::damaged::SH_LINK;
use common::damaged::SH_OFFSET;
use common::damaged::SH_SIZE;
use common::program::Program;
use common::program::Ran;
use object::elf;
use postlink::elf::SectionId;

const SERIES: [&str; 2] = ["7.3", "6.12"];

#[test]
fn other_files_are_named_for_what_they_are() {
    let whole = object();
    expect_refused(b"", "the file is empty");
    expect_refused(b"\x7fELF\x02\x01", "truncated");
    expect_refused(b"BC\xc0\xde\x35\x14\0\0", "LLVM bitcode, run the LTO link first");
    expect_refused(b"!<arch>\nx.o/            ", "archive");
    expect_refused(b"!<thin>\n", "thin archive");
    expect_refused(b"#include <linux/module.h>\n", "ELF");
    let Object(whole) = whole;
    expect_refused(&whole[..whole.len() / 2], "e_shoff");
    expect_refused(&whole[..whole.len() - 1], "is truncated");
}

#[test]
fn the_field_is_named() {
    let refused = |field, value, what| expect_refused(&object().with_set(field, value).0, what);
    refused(E_SHNUM, 0xfeff, "e_shnum");
    refused(E_SHOFF, u64::MAX, "e_shoff");
    refused(E_SHSTRNDX, 0xfe, "e_shstrndx");
    let whole = object();
    refused(whole.header_of(2, SH_LINK), u32::MAX.into(), "sh_link");
    refused(whole.header_of(2, SH_OFFSET), u64::MAX, "sh_offset");
    refused(whole.header_of(2, SH_SIZE), 1 << 62, "sh_size");
    // One section's contents are put where another's are.
    let with_contents = whole.with(|file| {
        let has_contents = |id: &SectionId| file.section(*id).kind == elf::SHT_PROGBITS && file.section(*id).size > 0;
        file.section_ids().filter(has_contents).map(SectionId::index).collect::<Vec<_>>()
    });
    let [one, other, ..] = with_contents[..] else { panic!("two sections with contents") };
    refused(whole.header_of(other, SH_OFFSET), whole.get(whole.header_of(one, SH_OFFSET)), "overlaps");
}

/// The original prints this while decoding, where before 7.3 nothing is fatal.
#[test]
fn another_machine() {
    for (series, code) in [("7.3", 255), ("6.12", 0)] {
        let Object(riscv) = object().with_set(E_MACHINE, elf::EM_RISCV.into());
        let ran = objtool(series).args(["x.o"]).file("x.o", &riscv).run();
        assert!(ran.said().ends_with("objtool: unexpected ELF machine type 243\n"), "{}", ran.said());
        assert_eq!(ran.status, Some(code));
        expect_untouched(&ran, &riscv);
    }
}

#[test]
fn places_without_a_file() {
    for series in SERIES {
        for (file, why) in [("absent.o", "No such file or directory"), (".", "Is a directory")] {
            let ran = objtool(series).args([file]).run();
            assert_eq!((ran.said(), ran.status), (format!("objtool: Can't open '{file}': {why}\n"), Some(1)));
        }
    }
}

#[test]
fn files_without_permission() {
    for mode in [0o000, 0o444] {
        for series in SERIES {
            let ran = as_nobody(series, mode);
            let line = "objtool: Can't open 'x.o': Permission denied\n";
            assert_eq!((ran.said().as_str(), ran.status), (line, Some(1)), "mode {mode:o}");
        }
    }
}

#[test]
fn no_room_for_the_result() {
    for (series, code) in [("7.3", 1), ("6.12", 255)] {
        let Object(whole) = object();
        // A file may have 2 KiB, less than the result has. Being told so is better than a signal.
        let script = "trap '' XFSZ; ulimit -f 4; exec \"$0\" --orc x.o";
        let shell = Program::other("sh").args(["-c", script, env!("CARGO_BIN_EXE_objtool")]);
        let shell = shell.env("POSTLINK_SERIES", series).file("x.o", &whole);
        let inode = |folder: &Path| fs::metadata(folder.join("x.o")).expect("there").ino();
        let before = inode(shell.folder());
        let ran = shell.run();
        let said = ran.said();
        let last = said.lines().last().unwrap_or_default();
        assert!(last.starts_with("x.o: ") && last.contains("File too large; it is left as it was"), "{said}");
        assert_eq!(ran.status, Some(code), "{said}");
        expect_untouched(&ran, &whole);
        assert_eq!(inode(ran.folder()), before);
    }
}

/// On a machine that lets us mount, the disk really is full.
#[test]
fn a_full_disk() {
    // The file system has room for the object and two pages, not for the result beside it.
    let script = "mkdir m && mount -t tmpfs -o size=8k none m 2>/dev/null || exit 77; cp x.o m && cd m || exit 78
                  \"$0\" --orc x.o 2>../said; code=$?; cmp -s x.o ../x.o && ls -A | grep -qx x.o && [ $(ls -A | wc -l) = 1 ] \
                  && exit $code; exit 79";
    let unshare = ["--mount", "--user", "--map-root-user", "sh", "-c", script, env!("CARGO_BIN_EXE_objtool")];
    let ran = Program::other("unshare").args(unshare).env("POSTLINK_SERIES", "7.3").file("x.o", &object().0).run();
    let said = fs::read_to_string(ran.folder().join("said")).unwrap_or_default();
    match ran.status {
        Some(1) => assert!(said.is_empty() || said.contains("No space left on device; it is left as it was"), "{said}"),
        // `no_room_for_the_result` shows the same way of failing everywhere.
        Some(77) => eprintln!("skipped: this machine does not let us mount"),
        status => panic!("exit status {status:?}: {said}"),
    }
}

/// Every series refuses this content in one line that names the file and speaks of `what`, and leaves it alone.
#[track_caller]
fn expect_refused(content: &[u8], what: &str) {
    for series in SERIES {
        let ran = objtool(series).args(["x.o"]).file("x.o", content).run();
        let said = ran.said();
        assert_eq!(said.lines().count(), 1, "{series}, {what}: {said}");
        assert!(said.starts_with("x.o: ") && said.contains(what), "{series}: no word of {what}: {said}");
        assert_eq!(ran.status, Some(1), "{series}: {said}");
        assert!(ran.stdout.is_empty(), "{series}, {what}");
        expect_untouched(&ran, content);
    }
}

#[track_caller]
fn expect_untouched(ran: &Ran, content: &[u8]) {
    assert_eq!(ran.file("x.o"), content);
    assert_eq!(fs::read_dir(ran.folder()).expect("a folder").count(), 1, "something is left over");
}

fn object() -> Object {
    Object(common::read("demo/demo.o"))
}

fn objtool(series: &str) -> Program {
    Program::objtool(series).args(["--orc"])
}

/// Runs as somebody who has no rights to the file; root has all.
fn as_nobody(series: &str, mode: u32) -> Ran {
    let open_up = |program: &Program| {
        fs::set_permissions(program.folder(), Permissions::from_mode(0o777)).expect("ours");
        fs::set_permissions(program.folder().join("x.o"), Permissions::from_mode(mode)).expect("ours");
    };
    let plain = objtool(series).args(["x.o"]).file("x.o", &object().0);
    let is_root = fs::metadata(plain.folder()).expect("there").uid() == 0;
    if !is_root {
        open_up(&plain);
        return plain.run();
    }
    // The program may lie in a folder of root's own.
    let other = Program::other("setpriv").args(["--reuid=65534", "--regid=65534", "--clear-groups", "./objtool"]);
    let other = other.args(["--orc", "x.o"]).env("POSTLINK_SERIES", series).file("x.o", &object().0);
    fs::copy(env!("CARGO_BIN_EXE_objtool"), other.folder().join("objtool")).expect("copied");
    open_up(&other);
    other.run()
}
