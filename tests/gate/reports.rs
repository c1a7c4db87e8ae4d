// SPDX-License-Identifier: GPL-2.0-only

//! Reports against their published schemas, and what they say about what could not be checked.

use std::fs;
use std::path::Path;

use postlink::gate;
use postlink::gate::report;
use postlink::gate::report::Format;
use postlink::gate::run::GateOutcome;
use postlink::gate::run::Options;
use postlink::gate::run::Quiet;
use postlink::gate::verdict::FailOn;
use postlink::gate::verdict::Status;
use serde_json::Value;

use crate::copy;
use crate::damages;
use crate::kernel;
use crate::options;
use crate::parts::Parts;
use crate::schema::Schema;

/// Outcomes of all sorts: nothing to say, many findings with a baseline, and much that could not be checked.
fn outcomes() -> Vec<GateOutcome> {
    let whole = gate::run(&options(&kernel()), &Quiet).expect("the gate runs");
    let dir = copy();
    let parts = Parts::of(dir.path());
    for damage in damages::ALL.iter().filter(|damage| {
        ["proprietary", "sealed", "frame that", "bitcode in a", "no srcversion"].iter().any(|w| damage.name.contains(w))
    }) {
        (damage.make)(&parts);
    }
    let baseline = dir.path().join("accepted");
    fs::write(&baseline, "promoted-symbols/summary vmlinux - - - # known\norc/missing gone - - -\n").expect("a file");
    let damaged = Options { baseline: Some(baseline), ..options(dir.path()) };
    let damaged = gate::run(&damaged, &Quiet).expect("the gate runs");
    assert!(damaged.n_accepted() == 1 && damaged.gone.len() == 1 && damaged.verdict.has_failed);
    let bare = tempfile::tempdir().expect("a folder");
    fs::copy(kernel().join("drivers/one.o"), bare.path().join("a b.o")).expect("it can be copied");
    let bare = gate::run(&options(&bare.path().join("a b.o")), &Quiet).expect("the gate runs");
    assert!(bare.skipped.len() > 10, "{:?}", bare.skipped);
    vec![whole, damaged, bare]
}

fn json(outcome: &GateOutcome, format: Format) -> Value {
    serde_json::from_slice(&report::render(outcome, format).expect("it renders")).expect("it is JSON")
}

fn text(outcome: &GateOutcome, format: Format) -> String {
    String::from_utf8(report::render(outcome, format).expect("it renders")).expect("text")
}

fn schema(file: &str) -> Schema {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("it is there");
    Schema::new(serde_json::from_str(&text).expect("it is JSON"))
}

#[test]
fn sarif_is_by_the_standard() {
    let schema = schema("testdata/gate/sarif-schema-2.1.0.json");
    for outcome in outcomes() {
        let report = json(&outcome, Format::Sarif);
        assert_eq!(schema.errors(&report), Vec::<String>::new());
        let run = &report["runs"][0];
        assert_eq!(run["results"].as_array().map(Vec::len), Some(outcome.findings.len()));
        let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().expect("notifications");
        assert_eq!(notes.len(), outcome.skipped.len() + outcome.inputs.missing.len());
        let all: Vec<&str> = notes.iter().filter_map(|note| note["message"]["text"].as_str()).collect();
        for skipped in &outcome.skipped {
            assert!(all.contains(&&*format!("{} was skipped: {}", skipped.check, skipped.why)), "{all:?}");
        }
        for missing in &outcome.inputs.missing {
            assert!(all.contains(&&*format!("not there: {missing}")), "{all:?}");
        }
    }
}

#[test]
fn the_schema_is_not_met_by_anything() {
    let schema = schema("testdata/gate/sarif-schema-2.1.0.json");
    let good = json(&outcomes()[1], Format::Sarif);
    let broken: [fn(&mut Value); 6] = [
        |report| report["version"] = "2.0.0".into(),
        |report| report["runs"][0]["results"][0]["level"] = "fatal".into(),
        |report| report["runs"][0]["results"][0]["colour"] = "red".into(),
        |report| report["runs"][0]["invocations"][0]["executionSuccessful"] = 1.into(),
        |report| {
            report["runs"][0]["tool"].as_object_mut().expect("an object").remove("driver");
        },
        |report| {
            report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"] =
                serde_json::json!({"startLine": 0})
        },
    ];
    for breaks in broken {
        let mut report = good.clone();
        breaks(&mut report);
        assert!(!schema.errors(&report).is_empty(), "{report}");
    }
}

#[test]
fn json_is_by_its_schema() {
    let schema = schema("src/gate/report/schema.json");
    for outcome in outcomes() {
        let report = json(&outcome, Format::Json);
        assert_eq!(schema.errors(&report), Vec::<String>::new());
        let version = report["version"].as_str().expect("a version");
        assert!(schema.title().ends_with(&format!("version {version}")), "the schema is of another version");
        let mut without = report.clone();
        without.as_object_mut().expect("an object").remove("skipped");
        assert!(!schema.errors(&without).is_empty());
        // Nothing is in the report that the schema does not describe.
        assert_eq!(schema.undescribed(&report), Vec::<String>::new());
    }
}

#[test]
fn every_format_says_what_could_not_be_checked() {
    let outcome = &outcomes()[2];
    let missing = &outcome.inputs.missing[0];
    let why = outcome.why_skipped("undefined").expect("it was skipped");
    for format in [Format::Text, Format::Json, Format::Sarif, Format::Github, Format::Html] {
        let text = text(outcome, format).replace("&#x27;", "'").replace("&#39;", "'");
        assert!(text.contains(missing) && text.contains(why), "{format:?}: {text}");
    }
    for format in [Format::Junit, Format::Kcidb] {
        assert!(text(outcome, format).replace("&apos;", "'").contains(why), "{format:?}");
    }
}

#[test]
fn github_gets_two_notices_and_no_more() {
    let github = text(&outcomes()[2], Format::Github);
    let notices: Vec<&str> =
        github.lines().filter(|line| line.starts_with("::notice title=postlink gate%3A")).collect();
    assert_eq!(notices.len(), 2, "{github}");
    assert!(notices[0].contains("not there") && notices[1].contains("checks skipped::undefined: "), "{github}");
    assert!(github.lines().all(|line| line.starts_with("::") || line.starts_with("postlink gate: ")), "{github}");
}

#[test]
fn junit_counts_are_those_of_its_cases() {
    for outcome in outcomes() {
        let junit = text(&outcome, Format::Junit);
        let number = |tag: &str, name: &str| -> usize {
            let (_, rest) = tag.split_once(&format!(" {name}=\"")).unwrap_or_else(|| panic!("no {name} in {tag}"));
            rest.split('"').next().and_then(|value| value.parse().ok()).expect("a number")
        };
        let mut n_suites = 0;
        for suite in junit.split("<testsuite ").skip(1) {
            n_suites += 1;
            let (head, body) = suite.split_once('>').expect("a tag");
            let head = format!(" {head}");
            assert_eq!(number(&head, "tests"), body.matches("<testcase ").count(), "{head}");
            assert_eq!(number(&head, "failures"), body.matches("<failure").count(), "{head}");
            assert_eq!(number(&head, "skipped"), body.matches("<skipped").count(), "{head}");
        }
        assert_eq!(n_suites, outcome.checks.len());
        let fails = |check: &str| outcome.status(check) == Status::Failed;
        let skipped = outcome.skipped.iter().filter(|skipped| !fails(skipped.check)).count();
        assert_eq!(junit.matches("<skipped").count(), skipped);
        assert_eq!(junit.matches("<failure").count(), outcome.findings.iter().filter(|judged| judged.fails).count());
    }
}

#[test]
fn kcidb_has_what_its_schema_requires() {
    // https://github.com/kernelci/kcidb-io: version 4.3 requires these of a test, and these patterns.
    for outcome in outcomes() {
        let report = json(&outcome, Format::Kcidb);
        assert_eq!((report["version"]["major"].as_u64(), report["version"]["minor"].as_u64()), (Some(4), Some(3)));
        let tests = report["tests"].as_array().expect("tests");
        assert_eq!(tests.len(), outcome.checks.len());
        let is_word = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
        for test in tests {
            let field = |name: &str| test[name].as_str().unwrap_or_else(|| panic!("{name} of {test}"));
            let origin = field("origin");
            assert!(!origin.is_empty() && is_word(origin, "_") && origin.to_lowercase() == origin);
            for id in ["id", "build_id"] {
                let (before, after) = field(id).split_once(':').expect("origin:id");
                assert!(before == origin && !after.is_empty(), "{id}");
            }
            assert!(is_word(field("path"), "_.-"), "{}", field("path"));
            assert!(["FAIL", "ERROR", "MISS", "PASS", "DONE", "SKIP"].contains(&field("status")));
            assert!(test["misc"].is_object());
        }
        let skipped = tests.iter().filter(|test| test["status"] == "SKIP").count();
        assert!(skipped <= outcome.skipped.len() && (skipped > 0 || outcome.skipped.is_empty()));
    }
}

/// A verdict of each kind, and whether it is a failure.
fn verdicts(dir: &Path) -> Vec<(&'static str, bool, GateOutcome)> {
    let run = |options: Options| gate::run(&options, &Quiet).expect("the gate runs");
    let damaged = || {
        let damage = damages::ALL.iter().find(|damage| damage.name == "no srcversion").expect("it is there");
        (damage.make)(&Parts::of(dir));
    };
    let new = Options { fail_on: Some(FailOn::New), ..options(&kernel()) };
    let required = Options { require: vec!["trim".to_owned()], ..options(&kernel()) };
    let mut verdicts = vec![
        ("nothing but notes", false, run(options(&kernel()))),
        ("notes that nothing accepts", true, run(new)),
        ("a required check that could not look", true, run(required)),
    ];
    damaged();
    verdicts.push(("an error", true, run(options(dir))));
    let lenient = Options { skip: vec!["versions".to_owned()], ..options(dir) };
    verdicts.push(("an error of a check that does not run", false, run(lenient)));
    let accepted = dir.join("accepted");
    let update = Options { update_baseline: Some(accepted.clone()), ..options(dir) };
    verdicts.push(("a baseline brought up to date", false, run(update)));
    verdicts.push(("an accepted error", false, run(Options { baseline: Some(accepted), ..options(dir) })));
    verdicts
}

/// Whether a report says that the run fails.
fn says_fail(outcome: &GateOutcome, format: Format) -> bool {
    let text = text(outcome, format);
    let value = || serde_json::from_str::<Value>(&text).expect("it is JSON");
    let words = |line: &str| line.contains("FAIL: ");
    match format {
        Format::Text => words(text.lines().last().expect("a verdict")),
        Format::Json => value()["result"] == "fail",
        Format::Sarif => value()["runs"][0]["invocations"][0]["exitCode"] == 1,
        Format::Junit => !text.contains(" failures=\"0\" errors=\"0\" uuid") && text.contains("<failure"),
        Format::Kcidb => value()["tests"].as_array().expect("tests").iter().any(|test| test["status"] == "FAIL"),
        Format::Github => words(text.lines().last().expect("a verdict")),
        Format::Html => text.contains("class=\"verdict failed\""),
    }
}

#[test]
fn every_format_has_the_same_verdict() {
    const FORMATS: [Format; 7] =
        [Format::Text, Format::Json, Format::Sarif, Format::Junit, Format::Kcidb, Format::Github, Format::Html];
    let dir = copy();
    for (what, fails, outcome) in verdicts(dir.path()) {
        assert_eq!(outcome.verdict.has_failed, fails, "{what}");
        for format in FORMATS {
            assert_eq!(says_fail(&outcome, format), fails, "{what}, {format:?}");
            // How much was looked at, and why the run fails.
            assert!(text(&outcome, format).contains(&outcome.verdict.line()), "{what}, {format:?}");
        }
    }
}

#[test]
fn what_a_baseline_was_brought_up_to_date_with_is_accepted() {
    let dir = copy();
    let (_, _, outcome) = verdicts(dir.path()).remove(5);
    let report = json(&outcome, Format::Json);
    assert_eq!((&report["result"], &report["counts"]["error"]), (&"pass".into(), &0.into()));
    assert!(report["counts"]["accepted"].as_u64().expect("a number") >= 3, "{report}");
}

#[test]
fn one_cause_in_many_modules_is_told_once() {
    let dir = copy();
    let parts = Parts::of(dir.path());
    // Four more modules like the first, all with another version of what they import.
    let order = parts.read_text("modules.order");
    let more: Vec<String> = (0..4).map(|nth| format!("more/m{nth}")).collect();
    fs::create_dir(dir.path().join("more")).expect("a folder");
    for name in &more {
        fs::copy(dir.path().join(parts.one_ko()), dir.path().join(format!("{name}.ko"))).expect("it can be copied");
    }
    let lines: String = more.iter().map(|name| format!("{name}.o\n")).collect();
    parts.write("modules.order", format!("{order}{lines}"));
    let damage = damages::ALL.iter().find(|damage| damage.name == "another version").expect("it is there");
    (damage.make)(&parts);
    let outcome = gate::run(&options(dir.path()), &Quiet).expect("the gate runs");
    assert_eq!(outcome.count(gate::Severity::Error), 5, "{:?}", outcome.findings);
    let text = text(&outcome, Format::Text);
    assert_eq!(text.matches("error [wrong]").count(), 1, "{text}");
    assert!(text.contains("and in 4 more objects: more/m0, more/m1, more/m2, more/m3\n"), "{text}");
}
