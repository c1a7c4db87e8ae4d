// SPDX-License-Identifier: GPL-2.0-only

//! What the options do that kbuild does not pass, and what only we do, on the objects of `testdata/extras`.
//!
//! Outputs named after a series are the originals', see `testdata/extras/make`.

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use common::checksum::cksum;
use common::in_process;
use common::in_process::Ran;
use postlink::cli::run::CalledAs;

fn path_of(name: &str) -> PathBuf {
    common::testdata("extras").join(name)
}

fn fixture(name: &str) -> Vec<u8> {
    common::read(&format!("extras/{name}"))
}

/// Runs objtool of `series` on a copy of `object` called `file`, whose folder is left out of the texts.
fn objtool(name: CalledAs, series: &str, object: &str, file: &str, options: &str) -> Ran {
    objtool_in(name, series, object, file, options, &[])
}

fn objtool_in(name: CalledAs, series: &str, object: &str, file: &str, options: &str, environ: &[(&str, &str)]) -> Ran {
    in_process::objtool(name, series, (file, &fixture(object)), options, environ)
}

#[test]
fn fixtures_are_of_their_sources() {
    let recorded = String::from_utf8(fixture("sources.cksum")).expect("text");
    let mut names: Vec<String> = fs::read_dir(path_of(""))
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("plain"))
        .collect();
    names.retain(|name| name.ends_with(".S") || name.ends_with(".c"));
    names.sort();
    let found = names.iter().map(|name| {
        let data = fixture(name);
        format!("{} {} {name}\n", cksum(&data), data.len())
    });
    assert_eq!(found.collect::<String>(), recorded, "run testdata/extras/make");
}

#[test]
fn ambiguous_symbols_are_numbered_as_by_the_original() {
    let ran = objtool(CalledAs::DropIn, "7.3", "klp-symids.o", "vmlinux.o", "--klp-symids --link");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.file == fixture("klp-symids.7.3.o"), "differs from the original's");
}

#[test]
fn only_vmlinux_has_its_ambiguous_symbols_numbered() {
    let ran = objtool(CalledAs::DropIn, "7.3", "klp-symids.o", "module.o", "--klp-symids --link");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.file == fixture("klp-symids.o"), "it has changed");
}

#[test]
fn ambiguous_symbols_are_not_numbered_twice() {
    let ran = objtool(CalledAs::DropIn, "7.3", "klp-symids.7.3.o", "vmlinux.o", "--klp-symids --link");
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (255, "vmlinux.o: error: objtool: section '.klp.symid' already exists\n")
    );
    assert!(ran.file == fixture("klp-symids.7.3.o"), "it has changed");
}

/// Runs on `flow.o` as `testdata/extras/make` has the original run, and compares all it says.
fn says_as_the_original(name: &str, series: &str, options: &str) {
    let ran = objtool(CalledAs::DropIn, series, "flow.o", "flow.o", &format!("--dry-run {options}"));
    let original = |stream: &str| String::from_utf8(fixture(&format!("flow.{name}.{stream}"))).expect("text");
    assert_eq!(ran.stdout, original("stdout"), "{options}");
    let without_notes = ran.stderr.lines().filter(|line| !line.starts_with("postlink: "));
    assert_eq!(without_notes.collect::<Vec<_>>(), original("stderr").lines().collect::<Vec<_>>(), "{options}");
}

#[test]
fn functions_are_listed_as_by_the_original() {
    says_as_the_original("disas", "7.3", "--disas --sec-address");
    says_as_the_original("wide", "7.3", "--disas --disas=*d* --wide");
}

#[test]
fn walks_are_traced_as_by_the_original() {
    says_as_the_original("trace", "7.3", "--orc --trace=*");
    says_as_the_original("backtrace", "7.3", "--orc --trace=[!e]* --backtrace");
}

#[test]
fn functions_that_were_warned_about_are_listed_as_by_the_original() {
    says_as_the_original("verbose", "7.3", "--stackval --verbose --werror --disas=*[[:alpha:]]d");
}

#[test]
fn objdump_lists_functions_for_older_series() {
    let has = |tool: &str| Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
    if has("gawk") && has("objdump") {
        says_as_the_original("objdump", "6.12", "--stackval --verbose");
        return;
    }
    let ran = objtool(CalledAs::DropIn, "6.12", "flow.o", "flow.o", "--dry-run --stackval --verbose");
    assert!(ran.stderr.ends_with("flow.o: warning: objtool: disassembly failed: 32512\n"), "{}", ran.stderr);
}

/// A module of one source file and one of many: the object, the name that kbuild would give it, the options.
const MODULES: [(&str, &str, &str); 2] =
    [("module-one", "hook.o", "--static-call"), ("module-many", "hook.lto.o", "--static-call --link")];

#[test]
fn a_missing_key_is_fatal_without_module() {
    for (object, file, options) in MODULES {
        for (series, severity, code) in [("7.3", "error", 255), ("6.12", "warning", 0)] {
            let ran = objtool(CalledAs::DropIn, series, &format!("{object}.o"), file, options);
            let line =
                format!("{file}: {severity}: objtool: static_call: can't find static_call_key symbol: __SCK__hook\n");
            assert_eq!((ran.code, ran.stderr), (code, line), "{object}, {series}");
        }
    }
}

#[test]
fn with_module_the_trampoline_stands_in_for_the_key() {
    for (object, file, options) in MODULES {
        for series in ["7.3", "6.12"] {
            let ran = objtool(CalledAs::DropIn, series, &format!("{object}.o"), file, &format!("{options} --module"));
            assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{object}, {series}");
            assert!(ran.file == fixture(&format!("{object}.{series}.o")), "{object}, {series}: differs");
        }
    }
}

#[test]
fn under_our_own_name_module_is_supplied_and_told() {
    for (object, file, options) in MODULES {
        for series in ["7.3", "6.12"] {
            let ran = objtool(CalledAs::Postlink, series, &format!("{object}.o"), file, options);
            let why = if file.ends_with(".lto.o") { "its name ends in .lto.o" } else { "its .modinfo is a module's" };
            let note = format!("postlink: {file} is part of a module ({why}): --module is on\n");
            assert_eq!((ran.code, ran.stderr), (0, note), "{object}, {series}");
            assert!(ran.file == fixture(&format!("{object}.{series}.o")), "{object}, {series}: differs");
        }
    }
}

#[test]
fn what_was_asked_for_needs_no_note() {
    let ran = objtool(CalledAs::Postlink, "7.3", "module-one.o", "hook.ko", "--static-call --module");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn the_drop_in_notes_a_missing_module_only_when_verbose() {
    let fatal = "hook.ko: error: objtool: static_call: can't find static_call_key symbol: __SCK__hook\n";
    let note = "postlink: hook.ko is part of a module (its name ends in .ko), but --module is not given\n";
    let series = "postlink: kernel series 7.3: asked for by --kernel-series\n";
    let ran = objtool(CalledAs::DropIn, "7.3", "module-one.o", "hook.ko", "--static-call --verbose");
    assert_eq!((ran.code, ran.stderr), (255, format!("{series}{note}{fatal}")));
    let environ = [("OBJTOOL_VERBOSE", "1")];
    let ran = objtool_in(CalledAs::DropIn, "7.3", "module-one.o", "hook.ko", "--static-call", &environ);
    assert_eq!((ran.code, ran.stderr), (255, format!("{series}{note}{fatal}")));
    let ran = objtool(CalledAs::DropIn, "7.3", "module-one.o", "hook.ko", "--static-call");
    assert_eq!((ran.code, ran.stderr.as_str()), (255, fatal));
}

#[test]
fn built_in_code_with_modinfo_is_no_module() {
    let ran = objtool(CalledAs::Postlink, "7.3", "builtin.o", "driver.o", "--static-call");
    let fatal = "driver.o: error: objtool: static_call: can't find static_call_key symbol: __SCK__hook\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (255, fatal));
}

/// What `--source` says about `units.o`; with a line for each finding if there is debug information.
fn with_source(first: &str, second: &str) -> String {
    [
        "units.o: warning: objtool: unbalanced+0x6: stack state mismatch: cfa1=4+16 cfa2=4+24\n",
        first,
        "  unit:   units-one.c or units-two.c, going by the symbols around\n",
        "  path:   unbalanced+0x0               starts with cfa=rsp+8\n",
        "          unbalanced+0x0  push   %rbx  cfa=rsp+16 rbx=(cfa-16)\n",
        "          unbalanced+0x5  push   %rbx  cfa=rsp+24 rbx=(cfa-16)\n",
        "          unbalanced+0x6  nop1         <- here, with cfa=rsp+24 rbx=(cfa-16)\n",
        "  note:   another path came there with cfa=rsp+16 rbx=(cfa-16)\n",
        "units.o: warning: objtool: local+0x4: return with modified stack frame\n",
        second,
        "  unit:   units-two.c\n",
        "  path:   local+0x0               starts with cfa=rsp+8\n",
        "          local+0x2  push   %r12  cfa=rsp+16 r12=(cfa-16)\n",
        "          local+0x4  ret          <- here, with cfa=rsp+16 r12=(cfa-16)\n",
    ]
    .concat()
}

#[test]
fn findings_are_found_in_the_source() {
    for series in ["7.3", "6.12"] {
        let options = "--source --orc --link --dry-run";
        let ran = objtool(CalledAs::Postlink, series, "units.o", "units.o", options);
        let first =
            "units-one.c:13: warning: unbalanced+0x6: stack state mismatch: cfa1=4+16 cfa2=4+24 [stack-mismatch-cfa]\n";
        let second = "units-two.c:7: warning: local+0x4: return with modified stack frame [return-modified-frame]\n";
        let expected = with_source(first, second);
        assert_eq!((ran.code, ran.stderr), (0, expected), "{series}");
    }
}

#[test]
fn findings_without_debug_information_have_a_unit() {
    let ran = objtool(CalledAs::Postlink, "7.3", "units-stripped.o", "units.o", "--orc --link --dry-run --source");
    assert_eq!((ran.code, ran.stderr), (0, with_source("", "")));
}

#[test]
fn what_the_original_says_stays_as_it_is() {
    let with = objtool(CalledAs::Postlink, "7.3", "units.o", "units.o", "--source --orc --link").stderr;
    let plain = objtool(CalledAs::DropIn, "7.3", "units.o", "units.o", "--orc --link");
    let lines: String =
        with.lines().filter(|line| line.starts_with("units.o: ")).map(|line| format!("{line}\n")).collect();
    assert_eq!(lines, plain.stderr);
    let under_our_name = objtool(CalledAs::Postlink, "7.3", "units.o", "units.o", "--orc --link");
    assert_eq!(under_our_name.stderr, plain.stderr);
    assert!(under_our_name.file == plain.file, "files differ");
}

#[test]
fn the_drop_in_knows_no_source() {
    let ran = objtool(CalledAs::DropIn, "7.3", "units.o", "units.o", "--source --orc --dry-run");
    assert_eq!(ran.code, 129);
    assert!(ran.stderr.contains("unknown option `source'"), "{}", ran.stderr);
    assert!(ran.file == fixture("units.o"), "it has changed");
}
