// SPDX-License-Identifier: GPL-2.0-only

//! The folder of external modules: which kernel it is for, and what is wrong in it.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use postlink::gate;
use postlink::gate::run::GateOptions;
use postlink::gate::run::GateOutcome;
use postlink::gate::run::Quiet;

use crate::copy;
use crate::copy_into;
use crate::object::Object;
use crate::object::SH_SIZE;
use crate::options;

/// A kernel's folder, and one with modules for it.
struct Pair {
    kernel: tempfile::TempDir,
    folder: tempfile::TempDir,
}

impl Pair {
    fn new() -> Self {
        let (kernel, folder) = (copy(), tempfile::tempdir().expect("a folder"));
        copy_into(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/gate/external"), folder.path());
        let pair = Self { kernel, folder };
        let name = pair.kernel.path().display().to_string();
        for file in [".Module.symvers.cmd", ".plain.o.cmd", ".pair.o.cmd", ".pair-main.o.cmd", ".pair-part.o.cmd"] {
            pair.edit(file, "@KERNEL@", &name);
        }
        pair
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn edit(&self, file: &str, old: &str, new: &str) {
        replace(&self.file(file), old, new);
    }

    fn edit_kernel(&self, file: &str, old: &str, new: &str) {
        replace(&self.kernel.path().join(file), old, new);
    }

    fn object(&self, file: &str, change: impl FnOnce(&mut Object)) {
        let mut object = Object(fs::read(self.file(file)).expect("it is there"));
        change(&mut object);
        fs::write(self.file(file), object.0).expect("it can be written");
    }

    fn look(&self) -> GateOutcome {
        run(&options(self.folder.path()))
    }
}

fn replace(path: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(path).expect("it is there");
    assert!(text.contains(old), "{} has no '{old}'", path.display());
    fs::write(path, text.replace(old, new)).expect("it can be written");
}

fn run(options: &GateOptions) -> GateOutcome {
    gate::run(options, &Quiet).expect("the gate runs")
}

fn lines(outcome: &GateOutcome) -> Vec<String> {
    let findings =
        outcome.findings.iter().map(|judged| &judged.finding).filter(|found| found.check != "promoted-symbols");
    let line = |found: &gate::GateFinding| {
        let symbol = if found.symbol.is_empty() { "-" } else { &found.symbol };
        format!("{}/{} {} {symbol}", found.check, found.kind, found.subject)
    };
    findings.map(line).collect()
}

fn skipped(outcome: &GateOutcome) -> Vec<&str> {
    outcome.skipped.iter().map(|skipped| skipped.check).collect()
}

/// What can never be checked without the kernel itself, or was not configured.
const ALWAYS_SKIPPED: [&str; 4] = ["noinstr", "initcalls", "livepatch", "trim"];

#[test]
fn the_modules_are_of_their_sources() {
    let root = env!("CARGO_MANIFEST_DIR");
    let check = Command::new("scripts/testdata/gate-external").arg("--check").current_dir(root).output();
    let check = check.expect("the script runs");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

#[test]
fn an_intact_folder_passes_against_its_kernel() {
    let pair = Pair::new();
    let outcome = pair.look();
    assert_eq!(lines(&outcome), Vec::<String>::new());
    assert!(!outcome.verdict.has_failed && outcome.inputs.config.has("MODVERSIONS"));
    assert_eq!(skipped(&outcome), ALWAYS_SKIPPED);
    assert_eq!(outcome.inputs.missing, ["vmlinux.o: the kernel itself was not checked"]);
    let found = outcome.inputs.found.join(", ");
    assert!(found.contains(&format!("the kernel's folder {}", pair.kernel.path().display())), "{found}");
    assert!(found.contains("2 modules (.ko)") && found.contains("2 translation units"), "{found}");
}

#[test]
fn the_kernel_is_found_by_what_is_recorded() {
    let pair = Pair::new();
    fs::remove_file(pair.file(".Module.symvers.cmd")).expect("it goes");
    let outcome = pair.look();
    assert_eq!(lines(&outcome), Vec::<String>::new());
    assert_eq!(outcome.inputs.kernel.as_ref().map(|kernel| kernel.found_by), Some("recorded commands name it"));
    assert_eq!(skipped(&outcome), ALWAYS_SKIPPED);
    // The kernel's folder has gone.
    pair.edit(".plain.o.cmd", &pair.kernel.path().display().to_string(), "/no/such/kernel");
    for file in [".pair.o.cmd", ".pair-main.o.cmd", ".pair-part.o.cmd"] {
        fs::remove_file(pair.file(file)).expect("it goes");
    }
    let outcome = pair.look();
    assert_eq!(lines(&outcome), Vec::<String>::new());
    assert!(outcome.inputs.kernel.is_none());
    for check in ["undefined", "versions", "exports", "trim"] {
        assert!(outcome.why_skipped(check).is_some_and(|why| why.contains("kernel's exports")), "{check}");
    }
    assert!(outcome.inputs.missing.iter().any(|line| line.contains("--kernel names the folder")), "{outcome:?}");
    // The modules themselves say which series it was, and a person which folder.
    assert_eq!(outcome.inputs.selection.chosen_by.to_string(), "by the modules' vermagic, 7.3.0-gate");
    let asked = GateOptions { kernel: Some(pair.kernel.path().to_owned()), ..options(pair.folder.path()) };
    let outcome = run(&asked);
    assert_eq!((lines(&outcome), skipped(&outcome)), (Vec::new(), ALWAYS_SKIPPED.to_vec()));
    let wrong = GateOptions { kernel: Some(pair.folder.path().to_owned()), ..asked };
    let error = gate::run(&wrong, &Quiet).expect_err("no kernel is there").to_string();
    assert!(error.contains("no build folder of a kernel"), "{error}");
}

#[test]
fn names_as_they_were_recorded_up_to_6_12() {
    // kbuild worked in the kernel's folder: its own names are relative, the modules' absolute, and the folder has moved since.
    let pair = Pair::new();
    let old = "/was/built/here";
    fs::write(pair.file("pair.mod"), format!("{old}/pair-main.o\n{old}/pair-part.o\n")).expect("it can be written");
    fs::write(pair.file("plain.mod"), format!("{old}/plain.o\n")).expect("it can be written");
    fs::write(pair.file("modules.order"), format!("{old}/plain.o\n{old}/pair.o\n")).expect("it can be written");
    let order = format!("savedcmd_{old}/modules.order := {{ echo {old}/plain.o; }} > {old}/modules.order\n");
    fs::write(pair.file(".modules.order.cmd"), order).expect("it can be written");
    let dump = format!("savedcmd_{old}/Module.symvers := modpost -o {old}/Module.symvers -i Module.symvers -e\n");
    fs::write(pair.file(".Module.symvers.cmd"), dump).expect("it can be written");
    pair.edit("Module.symvers", "\tplain\t", &format!("\t{old}/plain\t"));
    let outcome = pair.look();
    assert_eq!((lines(&outcome), skipped(&outcome)), (Vec::new(), ALWAYS_SKIPPED.to_vec()));
    let found = outcome.inputs.found.join(", ");
    assert!(found.contains("2 modules (.ko)") && found.contains("2 translation units"), "{found}");
}

/// A name, what is done, and what must be found.
type Damage = (&'static str, fn(&Pair), &'static [&'static str]);

const DAMAGES: &[Damage] = &[
    (
        // The object was made with it, and what begins a module is sealed only where objtool knows that it is one.
        "objtool without --module",
        |p| p.edit(".pair.o.cmd", " --module", ""),
        &[
            "module-flag/no-module-option pair -",
            "mitigations/extra-site pair init_module",
            "mitigations/extra-site pair init_module",
        ],
    ),
    ("objtool never ran", |p| p.object("plain.o", never_processed), &["module-flag/not-processed plain -"]),
    (
        "another version in the kernel",
        |p| p.edit_kernel("Module.symvers", "0x93bf5a42", "0x93bf5a43"),
        &["versions/wrong plain count_ticks"],
    ),
    (
        "another version of the other module",
        |p| p.edit("Module.symvers", "0x16c6072a", "0x16c6072b"),
        &["versions/wrong pair plain_value"],
    ),
    (
        "the kernel does not export it",
        |p| p.edit_kernel("Module.symvers", "\tcount_ticks\t", "\tcount_tocks\t"),
        &["undefined/undefined plain count_ticks"],
    ),
    (
        "nobody has it",
        |p| p.object("plain.ko", |o| o.rename("count_ticks", "zzzz")),
        &["undefined/undefined plain zzzz"],
    ),
    (
        "a runtime function that nobody exports",
        |p| p.object("plain.ko", |o| o.rename("count_ticks", "strcat")),
        &["undefined/runtime-library plain strcat"],
    ),
    (
        "a licence that does not allow it",
        |p| p.object("plain.ko", |o| o.replace(b"license=GPL", b"license=XYZ")),
        &["exports/gpl-only plain one_shared"],
    ),
    (
        "an export in a namespace that is not imported",
        |p| {
            p.edit_kernel(
                "Module.symvers",
                "count_ticks\tvmlinux\tEXPORT_SYMBOL\t",
                "count_ticks\tvmlinux\tEXPORT_SYMBOL\tX",
            )
        },
        &["exports/namespace plain count_ticks"],
    ),
    (
        "an export that is not listed",
        |p| fs::write(p.file("Module.symvers"), "").expect("it can be written"),
        &["exports/not-listed plain plain_value"],
    ),
    (
        "another kernel",
        |p| p.edit_kernel("include/config/kernel.release", "7.3.0-gate", "7.3.1-gate"),
        &["versions/vermagic pair -", "versions/vermagic plain -"],
    ),
    (
        "a suffix in a dependency",
        |p| p.edit("pair.mod.c", "depends, \"plain", "depends, \"plain.lto"),
        &["module-name/mod-c pair -"],
    ),
    (
        "objtool without an option that the kernel's configuration promises",
        |p| p.edit(".plain.o.cmd", " --sls", ""),
        &["mitigations/option-missing plain -"],
    ),
];

fn never_processed(object: &mut Object) {
    for table in
        [".orc_unwind", ".orc_unwind_ip", ".static_call_sites", ".return_sites", ".call_sites", ".ibt_endbr_seal"]
    {
        if object.has(table) {
            object.empty(table);
        }
    }
}

#[test]
fn each_damage_of_an_external_folder_is_found() {
    let mut wrong = Vec::new();
    for (name, make, expected) in DAMAGES {
        let pair = Pair::new();
        make(&pair);
        let outcome = pair.look();
        let found = lines(&outcome);
        if found != *expected || !outcome.verdict.has_failed {
            wrong.push(format!("{name}: expected {expected:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn dumps_of_others_that_are_not_known_are_said_to_be_missing() {
    let pair = Pair::new();
    fs::remove_file(pair.file(".Module.symvers.cmd")).expect("it goes");
    pair.edit("plain.mod.c", "depends, \"one", "depends, \"elsewhere");
    let outcome = pair.look();
    assert!(outcome.why_skipped("undefined").is_some());
    let missing = "the dump with the exports of elsewhere, on which plain depends";
    assert!(outcome.inputs.missing.iter().any(|line| line == missing), "{:?}", outcome.inputs.missing);
}

#[test]
fn single_objects_may_be_named() {
    let pair = Pair::new();
    let named = |names: &[&str]| GateOptions {
        paths: names.iter().map(|name| pair.file(name)).collect(),
        ..options(pair.folder.path())
    };
    let outcome = run(&named(&["plain.o", "pair.ko"]));
    assert_eq!(lines(&outcome), Vec::<String>::new());
    assert_eq!(outcome.inputs.missing.len(), 1);
    assert!(outcome.why_skipped("undefined").is_some_and(|why| why.contains("single objects were named")));
    assert!(outcome.why_skipped("orc").is_none(), "{:?}", outcome.skipped);
    pair.object("plain.o", |o| {
        let at = o.contents(".orc_unwind");
        o.0[at] ^= 0x40;
        let size = o.header("__mcount_loc", SH_SIZE);
        o.set(size, o.get(size) - 8);
    });
    let found = lines(&run(&named(&["plain.o"])));
    assert!(found.iter().any(|line| line.starts_with("orc/wrong-entry plain")), "{found:?}");
    assert_eq!(lines(&run(&named(&["pair.o", "pair.ko", "plain.ko"]))), Vec::<String>::new());
}

/// The modules alone, as a distribution installs them: in folders, without anything that the build left.
fn bare() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, place) in [("plain.ko", "kernel/drivers/a"), ("pair.ko", "updates/dkms/b")] {
        let folder = dir.path().join(place);
        fs::create_dir_all(&folder).expect("a folder");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/gate/external").join(name);
        fs::copy(from, folder.join(name)).expect("it can be copied");
    }
    // The list is the whole kernel's; most of it is in other packages.
    fs::write(dir.path().join("modules.order"), "kernel/drivers/a/plain.o\nkernel/drivers/other.o\n").expect("a list");
    dir
}

#[test]
fn modules_alone_know_their_release_and_take_the_rest_from_the_kernel() {
    let dir = bare();
    let outcome = run(&options(dir.path()));
    assert_eq!(outcome.rules.release.as_deref(), Some("7.3.0-gate"));
    assert_eq!(lines(&outcome), Vec::<String>::new());
    assert!(outcome.inputs.found.contains(&"2 modules (.ko)".to_owned()), "{:?}", outcome.inputs.found);
    assert!(["undefined", "versions", "exports"].iter().all(|check| skipped(&outcome).contains(check)));
    // With the kernel's exports these look, whether its configuration is there or not.
    let kernel = copy();
    let with = |kernel: &Path| run(&GateOptions { kernel: Some(kernel.to_owned()), ..options(dir.path()) });
    for removed in ["nothing", "include/config/auto.conf"] {
        let _ = fs::remove_file(kernel.path().join(removed));
        let outcome = with(kernel.path());
        assert_eq!(lines(&outcome), Vec::<String>::new(), "without {removed}");
        for check in ["undefined", "versions", "exports"] {
            assert_eq!(outcome.why_skipped(check), None, "without {removed}");
        }
    }
    // And find what is wrong.
    let dump = kernel.path().join("Module.symvers");
    replace(&dump, "0x93bf5a42", "0x93bf5a43");
    assert_eq!(lines(&with(kernel.path())), ["versions/wrong kernel/drivers/a/plain count_ticks"]);
    replace(&dump, "\tcount_ticks\t", "\tcount_tocks\t");
    assert_eq!(lines(&with(kernel.path())), ["undefined/undefined kernel/drivers/a/plain count_ticks"]);
    // What a module needs from one that is not here may be there.
    fs::remove_file(dir.path().join("kernel/drivers/a/plain.ko")).expect("it goes");
    let outcome = with(kernel.path());
    assert_eq!(lines(&outcome), ["undefined/undefined updates/dkms/b/pair plain_value"]);
    assert!(!outcome.verdict.has_failed, "{:?}", outcome.findings);
    assert!(outcome.findings[0].finding.message.contains("what 'plain' exports"), "{:?}", outcome.findings);
}

/// Makes a package in a folder, of a name, with a copy of a folder at a place inside.
type Pack = fn(&Path, &str, &str, &Path) -> PathBuf;

fn deb(work: &Path, name: &str, inside: &str, from: &Path) -> PathBuf {
    let tree = work.join(name);
    for folder in ["DEBIAN", inside] {
        fs::create_dir_all(tree.join(folder)).expect("a folder");
    }
    copy_into(from, &tree.join(inside));
    let control =
        format!("Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: nobody <a@b.c>\nDescription: x\n");
    fs::write(tree.join("DEBIAN/control"), control).expect("it can be written");
    let file = work.join(format!("{name}.deb"));
    let made = Command::new("dpkg-deb").args(["--root-owner-group", "--build"]).arg(&tree).arg(&file).output();
    assert!(made.expect("dpkg-deb runs").status.success());
    file
}

fn rpm(work: &Path, name: &str, inside: &str, from: &Path) -> PathBuf {
    let tree = work.join(name).join(inside);
    fs::create_dir_all(&tree).expect("a folder");
    copy_into(from, &tree);
    // The files go in as they are: nothing is stripped, and no package of debug information is made.
    let spec = format!(
        "%global debug_package %{{nil}}\n%global __os_install_post %{{nil}}\n\
         %global _binaries_in_noarch_packages_terminate_build 0\nName: {name}\nVersion: 1\nRelease: 1\n\
         Summary: x\nLicense: none\nBuildArch: noarch\n%description\nx\n%install\n\
         mkdir -p %{{buildroot}}\ncp -a '{}/.' %{{buildroot}}\n%files\n/usr\n",
        work.join(name).display()
    );
    let file = work.join(format!("{name}.spec"));
    fs::write(&file, spec).expect("it can be written");
    let top = format!("_topdir {}", work.join(format!("{name}-rpm")).display());
    let made = Command::new("rpmbuild").args(["-bb", "--define", &top]).arg(&file).output().expect("rpmbuild runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    work.join(format!("{name}-rpm/RPMS/noarch/{name}-1-1.noarch.rpm"))
}

#[test]
fn packages_are_looked_at_as_what_they_install() {
    let sorts: [(Pack, [&str; 2]); 2] = [(deb, ["dpkg-deb", "dpkg-deb"]), (rpm, ["rpmbuild", "cpio"])];
    for (pack, tools) in sorts {
        if tools.iter().any(|tool| Command::new(tool).arg("--version").output().is_err()) {
            crate::common::skip(&format!("there is no {} to make packages", tools.join(" and ")));
            continue;
        }
        let work = tempfile::tempdir().expect("a folder");
        let package = |name: &str, inside: &str, from: &Path| pack(work.path(), name, inside, from);
        let modules = package("modules", "usr/lib/modules/7.3.0-gate", bare().path());
        let headers = package("headers", "usr/src/linux-headers-7.3.0-gate", copy().path());
        let asked = GateOptions { kernel: Some(headers.clone()), ..options(&modules) };
        let outcome = run(&asked);
        assert_eq!(lines(&outcome), Vec::<String>::new());
        assert_eq!(outcome.inputs.name, modules.display().to_string());
        assert_eq!(outcome.why_skipped("undefined"), None);
        let found = outcome.inputs.found.join(", ");
        assert!(found.contains("the kernel's folder usr/src/linux-headers-7.3.0-gate (--kernel)"), "{found}");
        let files: Vec<&str> = outcome.inputs.objects.iter().map(|object| object.name.as_str()).collect();
        assert_eq!(files, ["kernel/drivers/a/plain.ko", "updates/dkms/b/pair.ko"]);
        // What is in no package, or in none of this sort.
        let none = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/gate/src");
        let none = package("none", "usr/share/none", &none);
        let refused = refusal(&options(&none));
        assert!(refused.contains(": neither vmlinux.o nor a module is in there"), "{refused}");
        let refused = refusal(&GateOptions { kernel: Some(modules.clone()), ..asked });
        assert!(refused.contains(": no build folder"), "{refused}");
    }
}

fn refusal(options: &GateOptions) -> String {
    gate::run(options, &Quiet).expect_err("it is refused").to_string()
}

#[test]
fn a_package_that_cannot_be_opened_is_refused() {
    let work = tempfile::tempdir().expect("a folder");
    for name in ["broken.deb", "broken.rpm"] {
        let broken = work.path().join(name);
        fs::write(&broken, "no package").expect("it can be written");
        let error = refusal(&options(&broken));
        // Either the tool says what is wrong, or that the tool is not there.
        assert!(error.starts_with(&format!("{}: ", broken.display())) && error.len() > 40, "{error}");
    }
}
