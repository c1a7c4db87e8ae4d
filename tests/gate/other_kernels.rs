// SPDX-License-Identifier: GPL-2.0-only

//! Folders as other kernels make them: older series, other machines and byte orders.

use std::fs;
use std::path::Path;

use postlink::gate;
use postlink::gate::run::GateOptions;
use postlink::gate::run::GateOutcome;
use postlink::gate::run::Quiet;

use crate::common::elf_object;
use crate::common::elf_object::Target;
use crate::copy;
use crate::kernel;
use crate::object::Object;
use crate::options;

fn run(options: &GateOptions) -> GateOutcome {
    gate::run(options, &Quiet).expect("the gate runs")
}

fn lines(outcome: &GateOutcome) -> Vec<String> {
    let findings =
        outcome.findings.iter().map(|judged| &judged.finding).filter(|found| found.check != "promoted-symbols");
    findings.map(|found| format!("{}/{} {}", found.check, found.kind, found.subject)).collect()
}

fn edit(path: &Path, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(path).expect("it is there");
    fs::write(path, change(text)).expect("it can be written");
}

/// The test kernel with the release and the lists of an older one. There is no build of these series to try it on. Its objects
/// declare exports as newer kernels' do, which older ones' `modpost` does not read: that check is left out.
fn older(release: &str) -> tempfile::TempDir {
    assert_eq!(release.len(), "7.3.0-gate".len());
    let dir = copy();
    let root = dir.path();
    fs::write(root.join("include/config/kernel.release"), format!("{release}\n")).expect("it can be written");
    for module in ["one", "two"] {
        let ko = root.join(format!("drivers/{module}.ko"));
        let mut object = Object(fs::read(&ko).expect("it is there"));
        object.replace(b"vermagic=7.3.0-gate", format!("vermagic={release}").as_bytes());
        fs::write(&ko, object.0).expect("it can be written");
        // Commands were recorded under another name, and objtool ran in another step.
        edit(&root.join(format!("drivers/.{module}.o.cmd")), |text| text.replace("savedcmd_", "cmd_"));
    }
    // Lists named modules, not objects, and all members in one line.
    edit(&root.join("modules.order"), |text| text.replace(".o\n", ".ko\n"));
    edit(&root.join("drivers/two.mod"), |text| text.replace('\n', " ").trim_end().to_owned() + "\n\n");
    dir
}

#[test]
fn folders_of_older_series_are_checked_without_objtools_rules() {
    for (release, series) in [("6.1.0-gate", "6.1"), ("5.10-gateX", "5.10")] {
        let dir = older(release);
        let outcome = run(&without_exports(dir.path()));
        assert_eq!(outcome.inputs.selection.series.name(), series);
        assert_eq!(lines(&outcome), Vec::<String>::new(), "{series}");
        let found = outcome.inputs.found.join(", ");
        assert!(found.contains("1 vmlinux.o") && found.contains("2 modules (.ko)"), "{found}");
        assert!(found.contains("5 translation units"), "{found}");
        // What these series' objtool would say is not known here, and that is said.
        for check in ["static-call", "mcount", "orc", "mitigations", "noinstr", "uaccess", "stack"] {
            assert!(outcome.why_skipped(check).is_some_and(|why| why.contains("series")), "{series}: {check}");
        }
        for check in ["bitcode", "elf", "undefined", "versions", "module-name", "initcalls"] {
            assert!(outcome.why_skipped(check).is_none(), "{series}: {check}");
        }
    }
}

#[test]
fn folders_of_older_series_that_are_damaged() {
    let dir = older("6.1.0-gate");
    let root = dir.path();
    edit(&root.join("Module.symvers"), |text| text.replace("0x93bf5a42", "0x93bf5a43"));
    edit(&root.join("drivers/two.mod.c"), |text| text.replace("depends, \"", "depends, \"lost.lto,"));
    fs::copy(root.join("drivers/two-main.o"), root.join("drivers/two.ko")).expect("it can be copied");
    let expected = ["bitcode/not-native drivers/two", "versions/wrong drivers/one", "module-name/mod-c drivers/two"];
    assert_eq!(lines(&run(&without_exports(root))), expected);
}

fn without_exports(dir: &Path) -> GateOptions {
    GateOptions { skip: vec!["exports".to_owned()], ..options(dir) }
}

/// A thin archive of these members.
fn thin(members: &[String]) -> Vec<u8> {
    let header = |name: &str, size: usize| format!("{name:<16}{:<32}{size:<10}`\n", 0);
    let names: String = members.iter().map(|name| format!("{name}/\n")).collect();
    let padding = if names.len() % 2 == 1 { "\n" } else { "" };
    let mut text = format!("!<thin>\n{}{names}{padding}", header("//", names.len()));
    for member in members {
        let offset = names.find(&format!("{member}/\n")).expect("it is there");
        text.push_str(&header(&format!("/{offset}"), 1000));
    }
    text.into_bytes()
}

#[test]
fn members_of_the_kernel_are_those_of_the_archives_without_a_list() {
    let dir = copy();
    let root = dir.path();
    let whole = run(&options(root));
    let listed = whole.inputs.vmlinux_members.clone();
    assert!(listed.len() > 2, "{listed:?}");
    fs::remove_file(root.join(".vmlinux.objs")).expect("it is there");
    let above: Vec<String> = listed.iter().map(|name| format!("../{name}")).collect();
    let (first, last) = above.split_at(2);
    for (folder, members) in [("init", first), ("net", last)] {
        fs::create_dir_all(root.join(folder)).expect("it can be made");
        fs::write(root.join(folder).join("built-in.a"), thin(members)).expect("it can be written");
    }
    let outcome = run(&options(root));
    assert_eq!(outcome.inputs.vmlinux_members, listed);
    assert_eq!(lines(&outcome), lines(&whole));
    // A damaged list is as good as none.
    fs::write(root.join("net/built-in.a"), &thin(last)[..100]).expect("it can be written");
    assert_eq!(run(&options(root)).inputs.vmlinux_members, listed[..2]);
}

#[test]
fn a_module_whose_object_is_a_list_was_linked_into_another() {
    let dir = copy();
    let root = dir.path().join("drivers");
    let whole = lines(&run(&options(dir.path())));
    let members: Vec<String> =
        fs::read_to_string(root.join("two.mod")).expect("it is there").lines().map(str::to_owned).collect();
    let inside: Vec<String> = members.iter().map(|name| name.replace("drivers/", "")).collect();
    for (from, to) in [("two.o", "two.lto.o"), (".two.o.cmd", ".two.lto.o.cmd")] {
        fs::rename(root.join(from), root.join(to)).expect("it is there");
    }
    fs::write(root.join("two.o"), thin(&inside)).expect("it can be written");
    fs::remove_file(root.join("two.mod")).expect("it is there");
    let outcome = run(&options(dir.path()));
    assert_eq!(lines(&outcome), whole);
    let two = outcome.inputs.modules.iter().find(|module| module.name == "drivers/two").expect("it is known");
    assert_eq!(two.members, members);
    assert!(outcome.inputs.found.join(", ").contains("1 linked module objects (.lto.o)"));
    // The list alone is no object.
    fs::remove_file(root.join("two.lto.o")).expect("it is there");
    let only = GateOptions { only: vec!["elf".to_owned()], ..options(dir.path()) };
    assert_eq!(lines(&run(&only)), ["elf/malformed drivers/two"]);
}

/// A 64-bit object with nothing but a symbol table, for a machine, in a byte order.
fn bare_object(machine: u16, is_big: bool) -> Vec<u8> {
    elf_object::Object::new(Target { is_64: true, is_big, machine, kind: 1 }).bytes()
}

#[test]
fn objects_of_another_machine_or_byte_order_are_named() {
    const X86_64: u16 = 62;
    const ARM64: u16 = 183;
    for (machine, is_big, words) in [
        (
            X86_64,
            true,
            "two.ko is for machine 62, 64 bit, big endian, the others are for machine 62, 64 bit, little endian",
        ),
        (ARM64, false, "two.ko is for machine 183, 64 bit, little endian, the others are for machine 62"),
        (ARM64, true, "two.ko is for machine 183, 64 bit, big endian, the others are for machine 62"),
    ] {
        let dir = copy();
        fs::write(dir.path().join("drivers/two.ko"), bare_object(machine, is_big)).expect("it can be written");
        let only = GateOptions { only: vec!["elf".to_owned()], ..options(dir.path()) };
        let outcome = run(&only);
        assert_eq!(lines(&outcome), ["elf/mixed-machines drivers/two"]);
        let text = &outcome.findings[0].finding.message;
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn a_folder_of_big_endian_objects_is_no_mixture() {
    let dir = tempfile::tempdir().expect("a folder");
    for name in ["a.ko", "b.ko"] {
        fs::write(dir.path().join(name), bare_object(183, true)).expect("it can be written");
    }
    let outcome = run(&options(dir.path()));
    assert!(lines(&outcome).iter().all(|line| !line.starts_with("elf/")), "{:?}", lines(&outcome));
    assert!(outcome.why_skipped("stack").is_some() && outcome.why_skipped("mcount").is_some());
}

#[test]
fn without_a_series_no_rules_are_guessed() {
    let dir = tempfile::tempdir().expect("a folder");
    for name in ["one.o", ".one.o.cmd"] {
        fs::copy(kernel().join("drivers").join(name), dir.path().join(name)).expect("it can be copied");
    }
    let outcome = run(&options(&dir.path().join("one.o")));
    assert_eq!(lines(&outcome), Vec::<String>::new());
    assert!(
        outcome.why_skipped("orc").is_some_and(|why| why.contains("name it with --series")),
        "{:?}",
        outcome.skipped
    );
    let asked = GateOptions { series: Some("7.3".to_owned()), ..options(&dir.path().join("one.o")) };
    assert!(run(&asked).why_skipped("orc").is_none());
}
