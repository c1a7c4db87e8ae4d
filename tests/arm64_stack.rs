// SPDX-License-Identifier: GPL-2.0-only

//! The arm64 stack analysis on hand-written functions: sound ones (scripts/devtools compares them with their `.cfi` directives),
//! faulty ones against the findings that they are made for, and both damaged at random.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use postlink::arm64::finding::Kind;
use postlink::arm64::listing;
use postlink::arm64::object::Arm64Object;
use postlink::arm64::orc;
use postlink::arm64::stack;
use postlink::arm64::stack::report;
use postlink::cli::run;
use postlink::cli::run::CalledAs;
use postlink::elf::ElfFile;
use postlink::kernel::Profile;
use postlink::kernel::noreturns::Noreturns;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/arm64/stack").join(name)
}

/// The functions that never return: those of 7.3, or of a tree that lists some.
fn noreturns(of_tree: &[&str]) -> Noreturns {
    let of_tree: Vec<String> = of_tree.iter().map(|name| name.to_string()).collect();
    Noreturns::new(&Profile::newest(), (!of_tree.is_empty()).then_some(&of_tree))
}

#[test]
fn sound_functions_have_no_findings() {
    let data = fs::read(path("sound.o")).expect("a file");
    let elf = ElfFile::parse(&data).expect("an object");
    let object = Arm64Object::new(&elf);
    let table = stack::analyse(&object, &noreturns(&[]));
    assert_eq!(report::findings(&table), []);
    assert_eq!(orc::sections(&object, &table).len(), 2);
}

/// What comes after the call of a function that never returns is no part of the way.
#[test]
fn the_tree_says_what_never_returns() {
    let data = fs::read(path("faulty.o")).expect("a file");
    let elf = ElfFile::parse(&data).expect("an object");
    let object = Arm64Object::new(&elf);
    let is_lost = |of_tree| {
        let found = report::findings(&stack::analyse(&object, &noreturns(of_tree)));
        found.iter().any(|finding| finding.kind == Kind::StackReturnLost)
    };
    assert!(is_lost(&[]) && is_lost(&["other"]) && !is_lost(&["callee"]));
}

#[test]
fn each_fault_is_found_and_nothing_else() {
    let data = fs::read(path("faulty.o")).expect("a file");
    let elf = ElfFile::parse(&data).expect("an object");
    let object = Arm64Object::new(&elf);
    let found = report::findings(&stack::analyse(&object, &noreturns(&[])));
    let found: Vec<(String, Kind)> =
        found.iter().map(|finding| (object.describe(finding.place.expect("a place")), finding.kind)).collect();
    let expected = [
        ("ways_disagree+0x8", Kind::StackConflict),
        ("frame_is_lost+0x0", Kind::StackLost),
        ("falls_through+0x8", Kind::StackFallsThrough),
        ("tail_call_with_frame+0x4", Kind::StackTailCall),
        ("return_with_frame+0x4", Kind::StackReturn),
        ("return_address_overwritten+0x4", Kind::StackReturnLost),
        ("return_address_signed+0x4", Kind::StackReturnSigned),
        ("jump_cannot_be_followed+0xc", Kind::StackUnresolved),
    ];
    assert_eq!(found, expected.map(|(place, kind)| (place.to_owned(), kind)));
}

#[test]
fn damaged_objects_never_panic() {
    for name in ["sound.o", "faulty.o"] {
        let whole = fs::read(path(name)).expect("a file");
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed as usize
        };
        for _ in 0..1500 {
            let mut data = whole.clone();
            for _ in 0..1 + random() % 6 {
                let at = random() % data.len();
                data[at] = random() as u8;
            }
            if let Ok(elf) = ElfFile::parse(&data) {
                let object = Arm64Object::new(&elf);
                let table = stack::analyse(&object, &noreturns(&[]));
                let findings = report::findings(&table);
                for place in findings.iter().filter_map(|finding| finding.place) {
                    assert!(stack::path::lines(&object, &table, place).iter().all(|line| !line.is_empty()));
                    let _ = stack::path::others(&object, &table, place);
                }
                let _ = orc::sections(&object, &table);
                listing::write(&mut Vec::new(), &object, "*");
            }
        }
    }
}

#[test]
fn the_way_to_a_fault_is_shown_with_the_frame() {
    let data = fs::read(path("faulty.o")).expect("a file");
    let elf = ElfFile::parse(&data).expect("an object");
    let object = Arm64Object::new(&elf);
    let table = stack::analyse(&object, &noreturns(&[]));
    let place = report::findings(&table).first().and_then(|finding| finding.place).expect("the first fault");
    let lines = stack::path::lines(&object, &table, place);
    let expected = [
        "ways_disagree+0x0  cbz    x0, 0x8 <ways_disagree+0x8>  starts with cfa=sp",
        "ways_disagree+0x4  sub    sp, sp, #0x10                then cfa=sp+16",
        "ways_disagree+0x8  ret                                 <- here, with cfa=sp+16",
    ];
    assert_eq!(lines, expected);
    assert_eq!(stack::path::others(&object, &table, place), ["the path from ways_disagree+0x0 comes with cfa=sp"]);
}

#[test]
fn the_source_is_said_below_findings_if_asked_for() {
    let run = |called_as, options: &[&str]| {
        let mut argv: Vec<OsString> = ["objtool", "--stackval", "--dry-run"].map(OsString::from).to_vec();
        argv.extend(options.iter().map(OsString::from));
        argv.push(path("faulty.o").into());
        String::from_utf8(run::objtool(argv, &[], called_as).stderr).expect("it is plain")
    };
    let (without, with) = (run(CalledAs::DropIn, &[]), run(CalledAs::Postlink, &["--source"]));
    assert!(!without.contains("path:"), "{without}");
    let more = with.lines().filter(|line| line.starts_with("  ")).count();
    let findings: Vec<&str> = with.lines().filter(|line| !line.starts_with("  ")).collect();
    assert_eq!(findings, without.lines().collect::<Vec<_>>());
    assert_eq!(with.matches("path:").count(), findings.len(), "{with}");
    assert!(more > findings.len(), "{with}");
}
