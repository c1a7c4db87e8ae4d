// SPDX-License-Identifier: GPL-2.0-only

//! The gate on a small LTO kernel with two modules, whole and damaged.

mod arm64;
mod build_damages;
mod causes;
#[path = "../common/mod.rs"]
mod common;
mod damages;
mod external;
mod kcfi;
mod lto_damages;
mod object;
mod other_kernels;
mod parts;
mod relied_on;
mod reports;
mod schema;
mod snippets;
mod usage;

use std::collections::BTreeMap;
use std::fs;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use postlink::gate;
use postlink::gate::GateSeverity;
use postlink::gate::finding::Key;
use postlink::gate::report;
use postlink::gate::report::Look;
use postlink::gate::report::ReportFormat;
use postlink::gate::run::GateOptions;
use postlink::gate::run::Quiet;
use postlink::gate::verdict::FailOn;

use crate::common::tally::Tally;
use crate::parts::Parts;

fn kernel() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/gate/kernel")
}

fn options(dir: &Path) -> GateOptions {
    GateOptions {
        paths: vec![dir.to_owned()],
        series: None,
        kernel: None,
        source_root: None,
        baseline: Vec::new(),
        update_baseline: None,
        compare: None,
        fail_on: None,
        require: Vec::new(),
        only: Vec::new(),
        skip: Vec::new(),
        n_threads: 1,
    }
}

/// A copy of the kernel to damage.
fn copy() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    copy_into(&kernel(), dir.path());
    dir
}

fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_symlink() {
            std::os::unix::fs::symlink(entry.path().canonicalize().expect("it leads somewhere"), &target)
                .expect("a link");
        } else if entry.file_type().expect("a type").is_dir() {
            fs::create_dir(&target).expect("it can be made");
            copy_into(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("it can be copied");
        }
    }
}

fn keys(dir: &Path) -> BTreeMap<Key, usize> {
    keys_of(dir, &[])
}

/// What these checks find, or all if none is named.
fn keys_of(dir: &Path, checks: &[String]) -> BTreeMap<Key, usize> {
    let options = GateOptions { only: checks.to_vec(), n_threads: 2, ..options(dir) };
    let outcome = gate::run(&options, &Quiet).expect("the gate runs");
    let mut keys = BTreeMap::new();
    for judged in outcome.findings {
        *keys.entry(judged.finding.key()).or_default() += 1;
    }
    keys
}

#[test]
fn the_kernel_is_of_its_sources() {
    let root = env!("CARGO_MANIFEST_DIR");
    let check =
        Command::new("scripts/testdata/gate").arg("--check").current_dir(root).output().expect("the script runs");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

#[test]
fn the_whole_kernel_passes() {
    let outcome = gate::run(&options(&kernel()), &Quiet).expect("the gate runs");
    assert!(!outcome.verdict.has_failed);
    let kinds: Vec<&str> = outcome.findings.iter().map(|judged| judged.finding.kind).collect();
    assert_eq!(kinds, ["function", "summary"], "{:?}", outcome.findings);
    assert!(outcome.inputs.missing.is_empty(), "{:?}", outcome.inputs.missing);
}

/// Damages the folder in `POSTLINK_GATE_BUILD`, or the test kernel: a copy of it, one damage at a time. With names in
/// `POSTLINK_GATE_CHECKS` only these checks look, and only what they find is done.
#[test]
fn each_damage_gives_its_finding_and_nothing_else() {
    assert!(damages::ALL.len() >= 40, "only {} damages", damages::ALL.len());
    let build = std::env::var_os("POSTLINK_GATE_BUILD").map_or_else(kernel, PathBuf::from);
    let checks = std::env::var("POSTLINK_GATE_CHECKS").unwrap_or_default();
    let checks: Vec<String> = checks.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let is_theirs =
        |line: &&str| checks.iter().any(|check| line.trim_start_matches('~').starts_with(&format!("{check}/")));
    let dir = tempfile::tempdir().expect("a folder");
    copy_into(&build, dir.path());
    let parts = Parts::of(dir.path());
    let whole = keys_of(dir.path(), &checks);
    let mut tally = Tally::default();
    for damage in all_damages() {
        if !checks.is_empty() && !damage.expected.iter().all(is_theirs) {
            continue;
        }
        let made = catch_unwind(AssertUnwindSafe(|| (damage.make)(&parts)));
        if made.is_err() {
            // An old kernel has not all that can be damaged; a new one has, and then this is a mistake of the damage.
            assert!(parts.is_old, "{} cannot be done", damage.name);
            parts.restore();
            tally.skip(damage.name, "the kernel has nothing of the sort");
            continue;
        }
        let found = new_findings(&whole, &keys_of(dir.path(), &checks));
        parts.restore();
        let expected: Vec<String> = damage.expected.iter().map(|line| parts.fill(line)).collect();
        if fits(&found, &expected) {
            tally.pass(format!("{}: {}", damage.name, found.join(", ")));
        } else {
            tally.fail(damage.name, &format!("  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert_eq!(keys_of(dir.path(), &checks), whole, "the copy is as before");
    tally.close();
}

/// Every damage, in order.
fn all_damages() -> impl Iterator<Item = &'static damages::Damage> {
    damages::ALL.iter().chain(lto_damages::ALL).chain(build_damages::ALL)
}

/// Lines about what the second run has found more than the first.
fn new_findings(before: &BTreeMap<Key, usize>, after: &BTreeMap<Key, usize>) -> Vec<String> {
    let mut found = Vec::new();
    for (key, count) in after {
        let n_new = count.saturating_sub(before.get(key).copied().unwrap_or(0));
        let symbol = if key.symbol.is_empty() { "-" } else { &key.symbol };
        let line = format!("{}/{} {} {symbol}", key.check, key.kind, key.subject);
        found.extend(std::iter::repeat_n(line, n_new));
    }
    found
}

/// Whether what was found is what was expected; see `Damage::expected`.
fn fits(found: &[String], expected: &[String]) -> bool {
    let mut left: Vec<&str> = found.iter().map(String::as_str).collect();
    for line in expected {
        if let Some((count, line)) = counted(line) {
            let before = left.len();
            left.retain(|found| !is_like(found, line));
            if before - left.len() != count {
                return false;
            }
            continue;
        }
        let (line, is_optional) = line.strip_prefix('~').map_or((line.as_str(), false), |line| (line, true));
        let before = left.len();
        if line.ends_with(" *") {
            left.retain(|found| !is_like(found, line));
        } else if let Some(at) = left.iter().position(|found| is_like(found, line)) {
            left.remove(at);
        }
        if left.len() == before && !is_optional {
            return false;
        }
    }
    left.is_empty()
}

/// `3x line`: how often, and what.
fn counted(line: &str) -> Option<(usize, &str)> {
    let (count, line) = line.split_once("x ")?;
    Some((count.parse().ok()?, line))
}

fn is_like(found: &str, line: &str) -> bool {
    let (found, line): (Vec<&str>, Vec<&str>) = (found.split(' ').collect(), line.split(' ').collect());
    let is_symbol = |symbol: &str| symbol != "-" || line[2] == "*";
    let any = |n: usize| line[n] == "*" || (n == 2 && line[n] == "?" && is_symbol(found[n]));
    found.len() == 3 && line.len() == 3 && (0..3).all(|n| any(n) || found[n] == line[n])
}

#[test]
fn every_check_has_a_damage() {
    for check in gate::checks::ALL {
        let start = format!("{}/", check.id);
        let has_one = all_damages().any(|damage| damage.expected.iter().any(|line| line.starts_with(&start)));
        assert!(has_one, "no damage for {}", check.id);
    }
}

#[test]
fn every_check_is_explained() {
    for check in gate::checks::ALL {
        let output =
            Command::new(env!("CARGO_BIN_EXE_postlink")).args(["explain", check.id]).output().expect("it runs");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success() && text.starts_with(check.id), "{}: {text}", check.id);
        for word in [check.title(), "Cause: ", "Remedy: "] {
            assert!(text.contains(word), "{}: no '{word}' in {text}", check.id);
        }
    }
    let list = Command::new(env!("CARGO_BIN_EXE_postlink")).arg("explain").output().expect("it runs");
    let list = String::from_utf8(list.stdout).expect("text");
    assert!(gate::checks::ALL.iter().all(|check| list.lines().any(|line| line.starts_with(check.id))), "{list}");
}

#[test]
fn checks_that_cannot_look_say_why() {
    let skipped = |dir: &Path| -> Vec<String> {
        let outcome = gate::run(&options(dir), &Quiet).expect("the gate runs");
        outcome.skipped.into_iter().map(|skipped| format!("{}: {}", skipped.check, skipped.why)).collect()
    };
    let dir = copy();
    let trim = "trim: CONFIG_TRIM_UNUSED_KSYMS is not set";
    assert_eq!(skipped(dir.path()), [trim]);
    let parts = Parts::of(dir.path());
    parts.write(
        "include/config/auto.conf",
        parts.read_text("include/config/auto.conf").replace("CONFIG_MODVERSIONS=y\n", ""),
    );
    assert_eq!(skipped(dir.path()), ["versions: CONFIG_MODVERSIONS is not set", trim]);
    fs::remove_file(dir.path().join("Module.symvers")).expect("it goes");
    let symvers = "there is no Module.symvers with the kernel's exports";
    let world: Vec<String> = ["undefined", "versions", "exports", "trim"].map(|id| format!("{id}: {symvers}")).into();
    assert_eq!(skipped(dir.path()), world);
    // Without commands and configuration nobody knows what objtool was asked for.
    for file in ["vmlinux.o", "drivers/one.o", "drivers/two.o", "drivers/two-main.o", "drivers/two-part.o"] {
        fs::remove_file(dir.path().join(parts.command_of(file))).expect("it goes");
    }
    fs::remove_file(dir.path().join("include/config/auto.conf")).expect("it goes");
    let skipped = skipped(dir.path());
    let engine = ["module-flag", "static-call", "mcount", "orc", "mitigations", "noinstr", "uaccess", "stack"];
    let has = |id: &str| skipped.iter().any(|line| line.starts_with(&format!("{id}: objtool's recorded options")));
    assert!(engine.into_iter().all(has), "{skipped:?}");
}

#[test]
fn tables_of_an_unknown_version_are_told_once() {
    let dir = copy();
    let parts = Parts::of(dir.path());
    for file in ["lib.o", "main.o", "drivers/two-main.o", "drivers/two-part.o"] {
        lto_damages::set_table_version(&parts, file, 99);
    }
    let outcome = gate::run(&options(dir.path()), &Quiet).expect("the gate runs");
    let found = outcome.findings.iter().map(|judged| &judged.finding).filter(|finding| finding.check == "bitcode");
    let found: Vec<&str> = found.map(|finding| finding.message.as_str()).collect();
    let is_told = |text: &str| text.contains("of version 99") && text.contains("4 bitcode files");
    assert!(matches!(found[..], [text] if is_told(text)), "{found:?}");
    for check in ["duplicate-symbol", "undefined", "initcalls", "livepatch"] {
        let why = outcome.why_skipped(check);
        assert!(why.is_some_and(|why| why.contains("version 99")), "{check}: {why:?}");
    }
}

#[test]
fn findings_name_file_and_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let object = dir.path().join("units.o");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/extras/units.o"), &object).expect("it can be copied");
    fs::create_dir_all(dir.path().join("include/config")).expect("a folder");
    let config = "CONFIG_OBJTOOL=y\nCONFIG_LTO_CLANG=y\nCONFIG_STACK_VALIDATION=y\nCONFIG_UNWINDER_ORC=y\n";
    fs::write(dir.path().join("include/config/auto.conf"), config).expect("it can be written");
    let single = GateOptions { series: Some("7.3".to_owned()), only: vec!["stack".to_owned()], ..options(&object) };
    let outcome = gate::run(&single, &Quiet).expect("the gate runs");
    let places: Vec<&str> = outcome.findings.iter().map(|judged| judged.finding.source.as_str()).collect();
    assert!(places.iter().any(|place| place.contains("units-one.c:")), "{:?}", outcome.findings);
}

#[test]
fn packed_modules_are_opened() {
    let dir = copy();
    let (ko, xz) = (dir.path().join("drivers/one.ko"), dir.path().join("drivers/one.ko.xz"));
    let data = fs::read(&ko).expect("it is there");
    lzma_rs::xz_compress(&mut &data[..], &mut fs::File::create(&xz).expect("a file")).expect("it packs");
    fs::remove_file(&ko).expect("it goes");
    assert_eq!(keys(dir.path()), keys(&kernel()));
    fs::write(&xz, b"no such thing").expect("it can be written");
    let found = keys(dir.path());
    assert!(found.keys().any(|key| key.check == "elf" && key.subject == "drivers/one"), "{found:?}");
}

#[test]
fn a_baseline_accepts_what_it_lists_and_new_findings_fail() {
    let dir = copy();
    let file = dir.path().join("baseline");
    let update = GateOptions { update_baseline: Some(file.clone()), ..options(dir.path()) };
    gate::run(&update, &Quiet).expect("the gate runs");
    let text = fs::read_to_string(&file).expect("it was written");
    assert!(text.contains("promoted-symbols/function vmlinux slow_path .text -\n"), "{text}");
    let with = GateOptions { baseline: vec![file.clone()], ..options(dir.path()) };
    let outcome = gate::run(&with, &Quiet).expect("the gate runs");
    assert!(!outcome.verdict.has_failed && outcome.n_accepted() == 2 && outcome.gone.is_empty());

    // Another hash of the promoted function's file is the same finding.
    let promoted = damages::ALL.iter().find(|damage| damage.name == "one more promoted function").expect("it is there");
    (promoted.make)(&Parts::of(dir.path()));
    let outcome = gate::run(&with, &Quiet).expect("the gate runs");
    assert!(outcome.verdict.has_failed, "a new promoted function");
    assert_eq!(outcome.gone.len(), 1, "the old one is gone");
    let lenient = GateOptions { fail_on: Some(FailOn::Severity(GateSeverity::Error)), ..with.clone() };
    assert!(!gate::run(&lenient, &Quiet).expect("the gate runs").verdict.has_failed, "a note is no error");

    // Reasons stay, gone lines go.
    fs::write(&file, text.replace(" - -\n", " - - # known\n")).expect("it can be written");
    gate::run(&GateOptions { update_baseline: Some(file.clone()), ..with }, &Quiet).expect("the gate runs");
    let text = fs::read_to_string(&file).expect("it was written");
    assert!(text.contains("@low_path") && !text.contains("slow_path") && text.contains("# known"), "{text}");
}

#[test]
fn two_builds_are_compared() {
    let dir = copy();
    let compare = GateOptions { compare: Some(kernel()), ..options(dir.path()) };
    assert!(!gate::run(&compare, &Quiet).expect("the gate runs").verdict.has_failed);
    let damage = damages::ALL.iter().find(|damage| damage.name == "an export that is not listed").expect("it is there");
    (damage.make)(&Parts::of(dir.path()));
    let outcome = gate::run(&compare, &Quiet).expect("the gate runs");
    let open: Vec<&str> = outcome.findings.iter().filter(|j| j.is_open()).map(|j| j.finding.kind).collect();
    assert_eq!(open, ["removed", "not-listed"], "by subject: Module.symvers comes before vmlinux");
}

#[test]
fn checks_are_chosen_by_name() {
    let only = GateOptions { only: vec!["orc".to_owned()], ..options(&kernel()) };
    assert!(gate::run(&only, &Quiet).expect("the gate runs").findings.is_empty());
    let skip = GateOptions { skip: vec!["promoted-symbols".to_owned()], ..options(&kernel()) };
    assert!(gate::run(&skip, &Quiet).expect("the gate runs").findings.is_empty());
    let unknown = GateOptions { only: vec!["nonsense".to_owned()], ..options(&kernel()) };
    assert!(gate::run(&unknown, &Quiet).expect_err("no such check").to_string().contains("unknown check 'nonsense'"));
}

#[test]
fn what_cannot_be_done_is_an_error() {
    assert!(gate::run(&options(Path::new("/no/such/folder")), &Quiet).is_err());
    let empty = tempfile::tempdir().expect("a folder");
    let error = gate::run(&options(empty.path()), &Quiet).expect_err("nothing to look at");
    assert!(error.to_string().contains("neither vmlinux.o nor a module"), "{error}");
}

#[test]
fn reports_are_the_same_at_any_number_of_threads() {
    let dir = copy();
    let parts = Parts::of(dir.path());
    for damage in
        damages::ALL.iter().filter(|damage| damage.name.contains("proprietary") || damage.name.contains("sealed"))
    {
        (damage.make)(&parts);
    }
    for format in [
        ReportFormat::Text,
        ReportFormat::Json,
        ReportFormat::Sarif,
        ReportFormat::Kcidb,
        ReportFormat::Github,
        ReportFormat::Html,
    ] {
        let render = |n_threads| {
            let outcome = gate::run(&GateOptions { n_threads, ..options(dir.path()) }, &Quiet).expect("the gate runs");
            report::render(&outcome, format, &Look::default()).expect("it renders")
        };
        let one = render(1);
        assert!(one == render(2) && one == render(7), "{format:?}");
    }
}

#[test]
fn reports_are_well_formed() {
    let dir = copy();
    let damage =
        damages::ALL.iter().find(|damage| damage.name == "a frame that is not taken down").expect("it is there");
    (damage.make)(&Parts::of(dir.path()));
    let outcome = gate::run(&options(dir.path()), &Quiet).expect("the gate runs");
    assert!(outcome.verdict.has_failed);
    let render = |format| {
        String::from_utf8(report::render(&outcome, format, &Look::default()).expect("it renders")).expect("text")
    };

    let json: serde_json::Value = serde_json::from_str(&render(ReportFormat::Json)).expect("it is JSON");
    assert_eq!((json["result"].as_str(), json["counts"]["error"].as_u64()), (Some("fail"), Some(1)));
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gate/report/schema.json"));
    let schema: serde_json::Value = serde_json::from_str(&schema.expect("it is there")).expect("it is JSON");
    assert_fits(&schema, &schema, &json, "report");

    let sarif: serde_sarif::sarif::Sarif = serde_json::from_str(&render(ReportFormat::Sarif)).expect("it is SARIF");
    assert_eq!(sarif.runs[0].results.as_ref().map(Vec::len), Some(outcome.findings.len()));
    let junit = render(ReportFormat::Junit);
    assert_eq!((junit.matches("<failure").count(), junit.matches("<testcase ").count()), (1, gate::checks::ALL.len()));
    let kcidb: serde_json::Value = serde_json::from_str(&render(ReportFormat::Kcidb)).expect("it is JSON");
    assert!(kcidb["tests"].as_array().expect("tests").iter().any(|test| test["status"] == "FAIL"));
    assert!(render(ReportFormat::Github).contains("::error title=stack/return-modified-frame::vmlinux: quiet_entry+"));
    let html = render(ReportFormat::Html);
    assert!(html.contains("return-modified-frame") && html.contains("cfa=rsp+16") && !html.contains("http"));
    let text = render(ReportFormat::Text);
    assert!(
        text.contains(": error: ")
            && text.contains("quiet_entry+")
            && text.contains("[stack/return-modified-frame]\n")
            && text.contains("\nFAIL: 1 error; "),
        "{text}"
    );
}

/// The parts of JSON Schema that the published schema uses.
fn assert_fits(root: &serde_json::Value, schema: &serde_json::Value, value: &serde_json::Value, at: &str) {
    let schema = match schema["$ref"].as_str() {
        Some(path) => root.pointer(path.trim_start_matches('#')).expect("the reference leads somewhere"),
        None => schema,
    };
    let is_type = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the schema has the type {other}, which this test does not know"),
    };
    match &schema["type"] {
        serde_json::Value::String(name) => assert!(is_type(name), "{at} is not of type {name}"),
        serde_json::Value::Array(names) => {
            assert!(names.iter().filter_map(|name| name.as_str()).any(is_type), "{at} is of none of the types");
        }
        _ => {}
    }
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{at}: {value} is not allowed");
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(name.as_str().expect("a name")).is_some(), "{at}: {name} is missing");
    }
    if let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, field) in fields {
            let schema = properties.get(name).unwrap_or_else(|| panic!("{at}.{name} is not in the schema"));
            assert_fits(root, schema, field, &format!("{at}.{name}"));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        assert_fits(root, &schema["items"], item, &format!("{at}[{index}]"));
    }
}
