//! Files that are no good object, and places that take no file: one clear line, the original's exit status, and the file
//! as it was.

use std::fs;
use std::fs::Permissions;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use tempfile::TempDir;

const SERIES: [&str; 2] = ["7.3", "6.12"];

/// Offsets in an ELF64 header and in a section header.
const E_MACHINE: usize = 18;
const E_SHOFF: usize = 40;
const E_SHNUM: usize = 60;
const E_SHSTRNDX: usize = 62;
const SH_TYPE: usize = 4;
const SH_OFFSET: usize = 24;
const SH_SIZE: usize = 32;
const SH_LINK: usize = 40;
const SH_ENTRY: usize = 64;

#[test]
fn other_files_are_named_for_what_they_are() {
    let whole = object();
    expect_refused(b"", "the file is empty");
    expect_refused(b"\x7fELF\x02\x01", "truncated");
    expect_refused(b"BC\xc0\xde\x35\x14\0\0", "LLVM bitcode, run the LTO link first");
    expect_refused(b"!<arch>\nx.o/            ", "archive");
    expect_refused(b"!<thin>\n", "thin archive");
    expect_refused(b"#include <linux/module.h>\n", "ELF");
    expect_refused(&whole[..whole.len() / 2], "e_shoff");
    expect_refused(&whole[..whole.len() - 1], "is truncated");
}

#[test]
fn the_field_is_named() {
    let whole = object();
    expect_refused(&with(&whole, E_SHNUM, &[0xff, 0xfe]), "e_shnum");
    expect_refused(&with(&whole, E_SHOFF, &u64::MAX.to_le_bytes()), "e_shoff");
    expect_refused(&with(&whole, E_SHSTRNDX, &[0xfe, 0]), "e_shstrndx");
    let shoff =
        usize::try_from(u64::from_le_bytes(whole[E_SHOFF..E_SHOFF + 8].try_into().expect("8 bytes"))).expect("small");
    let second = shoff + 2 * SH_ENTRY;
    expect_refused(&with(&whole, second + SH_LINK, &[0xff; 4]), "sh_link");
    expect_refused(&with(&whole, second + SH_OFFSET, &u64::MAX.to_le_bytes()), "sh_offset");
    expect_refused(&with(&whole, second + SH_SIZE, &(1_u64 << 62).to_le_bytes()), "sh_size");
    // One section's contents are put where another's are.
    let number = |at: usize| u64::from_le_bytes(whole[at..at + 8].try_into().expect("8 bytes"));
    let has_contents = |at: &usize| whole[at + SH_TYPE] == 1 && number(at + SH_SIZE) > 0;
    let found: Vec<usize> =
        (0..whole[E_SHNUM].into()).map(|n: usize| shoff + n * SH_ENTRY).filter(has_contents).collect();
    let [one, other, ..] = found[..] else { panic!("two sections with contents") };
    expect_refused(&with(&whole, other + SH_OFFSET, &number(one + SH_OFFSET).to_le_bytes()), "overlaps");
}

/// The original prints this while decoding, where before 7.3 nothing is fatal.
#[test]
fn another_machine() {
    for (series, code) in [("7.3", 255), ("6.12", 0)] {
        let riscv = with(&object(), E_MACHINE, &[0xf3, 0]);
        let dir = with_object(&riscv);
        let out = objtool(series, dir.path(), "x.o");
        assert!(stderr(&out).ends_with("objtool: unexpected ELF machine type 243\n"), "{}", stderr(&out));
        assert_eq!(out.status.code(), Some(code));
        expect_untouched(dir.path(), &riscv);
    }
}

#[test]
fn places_without_a_file() {
    let dir = tempfile::tempdir().expect("a folder");
    for series in SERIES {
        let absent = objtool(series, dir.path(), "absent.o");
        assert_eq!(
            (stderr(&absent), absent.status.code()),
            ("objtool: Can't open 'absent.o': No such file or directory\n".into(), Some(1))
        );
        let folder = objtool(series, dir.path(), ".");
        assert_eq!(
            (stderr(&folder), folder.status.code()),
            ("objtool: Can't open '.': Is a directory\n".into(), Some(1))
        );
    }
}

#[test]
fn files_without_permission() {
    for mode in [0o000, 0o444] {
        for series in SERIES {
            let dir = with_object(&object());
            fs::set_permissions(dir.path(), Permissions::from_mode(0o777)).expect("ours");
            fs::set_permissions(dir.path().join("x.o"), Permissions::from_mode(mode)).expect("ours");
            let out = as_nobody(series, dir.path());
            let line = "objtool: Can't open 'x.o': Permission denied\n";
            assert_eq!((stderr(&out).as_str(), out.status.code()), (line, Some(1)), "mode {mode:o}");
        }
    }
}

#[test]
fn no_room_for_the_result() {
    for (series, code) in [("7.3", 1), ("6.12", 255)] {
        let whole = object();
        let dir = with_object(&whole);
        let before = fs::metadata(dir.path().join("x.o")).expect("there").ino();
        // A file may have 2 KiB, less than the result has. Being told so is better than a signal.
        let script = "trap '' XFSZ; ulimit -f 4; exec \"$0\" --orc x.o";
        let mut command = Command::new("sh");
        command
            .args(["-c", script, env!("CARGO_BIN_EXE_objtool")])
            .env("POSTLINK_SERIES", series)
            .current_dir(dir.path());
        let out = command.output().expect("it runs");
        let text = stderr(&out);
        let last = text.lines().last().unwrap_or_default();
        assert!(last.starts_with("x.o: ") && last.contains("File too large; it is left as it was"), "{text}");
        assert_eq!(out.status.code(), Some(code), "{text}");
        expect_untouched(dir.path(), &whole);
        assert_eq!(fs::metadata(dir.path().join("x.o")).expect("there").ino(), before);
    }
}

/// On a machine that lets us mount, the disk really is full.
#[test]
fn a_full_disk() {
    let whole = object();
    let dir = with_object(&whole);
    // The file system has room for the object and two pages, not for the result beside it.
    let script = "mkdir m && mount -t tmpfs -o size=8k none m 2>/dev/null || exit 77; cp x.o m && cd m || exit 78
                  \"$0\" --orc x.o 2>../said; code=$?; cmp -s x.o ../x.o && ls -A | grep -qx x.o && [ $(ls -A | wc -l) = 1 ] \
                  && exit $code; exit 79";
    let mut command = Command::new("unshare");
    command.args(["--mount", "--user", "--map-root-user", "sh", "-c", script, env!("CARGO_BIN_EXE_objtool")]);
    let out = command.env("POSTLINK_SERIES", "7.3").current_dir(dir.path()).output();
    let Some(code) = out.ok().and_then(|out| out.status.code()).filter(|code| !matches!(code, 1 | 77)) else {
        // `no_room_for_the_result` shows the same way of failing everywhere.
        let said = fs::read_to_string(dir.path().join("said")).unwrap_or_default();
        assert!(said.is_empty() || said.contains("No space left on device; it is left as it was"), "{said}");
        return;
    };
    panic!("exit status {code}: {}", fs::read_to_string(dir.path().join("said")).unwrap_or_default());
}

/// Every series refuses this content in one line that names the file and speaks of `what`, and leaves it alone.
fn expect_refused(content: &[u8], what: &str) {
    for series in SERIES {
        let dir = with_object(content);
        let out = objtool(series, dir.path(), "x.o");
        let text = stderr(&out);
        assert_eq!(text.lines().count(), 1, "{series}, {what}: {text}");
        assert!(text.starts_with("x.o: ") && text.contains(what), "{series}: no word of {what}: {text}");
        assert_eq!(out.status.code(), Some(1), "{series}: {text}");
        assert!(out.stdout.is_empty(), "{series}, {what}");
        expect_untouched(dir.path(), content);
    }
}

fn expect_untouched(dir: &Path, content: &[u8]) {
    assert_eq!(fs::read(dir.join("x.o")).expect("still there"), content);
    assert_eq!(fs::read_dir(dir).expect("a folder").count(), 1, "something is left over");
}

fn object() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo/demo.o")).expect("an object")
}

fn with(whole: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut content = whole.to_vec();
    content[at..at + bytes.len()].copy_from_slice(bytes);
    content
}

fn with_object(content: &[u8]) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("x.o"), content).expect("written");
    dir
}

fn objtool(series: &str, dir: &Path, file: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_objtool"));
    command.args(["--orc", file]).env_clear().env("POSTLINK_SERIES", series).current_dir(dir);
    command.output().expect("it runs")
}

/// Runs as somebody who has no rights to the files; root has all.
fn as_nobody(series: &str, dir: &Path) -> Output {
    let is_root = fs::metadata(dir).expect("there").uid() == 0;
    if !is_root {
        return objtool(series, dir, "x.o");
    }
    // The program may lie in a folder of root's own.
    let program = dir.join("objtool");
    fs::copy(env!("CARGO_BIN_EXE_objtool"), &program).expect("copied");
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program).args(["--orc", "x.o"]);
    command.env_clear().env("POSTLINK_SERIES", series).current_dir(dir).output().expect("it runs")
}

fn stderr(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}
