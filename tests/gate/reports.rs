// SPDX-License-Identifier: GPL-2.0-only

//! Reports against their published schemas, and what they say about what could not be checked.

use std::fs;
use std::path::Path;

use clap::ValueEnum;
use postlink::gate;
use postlink::gate::report;
use postlink::gate::report::Look;
use postlink::gate::report::ReportFormat;
use postlink::gate::run::GateOptions;
use postlink::gate::run::GateOutcome;
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
    let damaged = GateOptions { baseline: vec![baseline], ..options(dir.path()) };
    let damaged = gate::run(&damaged, &Quiet).expect("the gate runs");
    assert!(damaged.n_accepted() == 1 && damaged.gone.len() == 1 && damaged.verdict.has_failed);
    let bare = tempfile::tempdir().expect("a folder");
    fs::copy(kernel().join("drivers/one.o"), bare.path().join("a b.o")).expect("it can be copied");
    let bare = gate::run(&options(&bare.path().join("a b.o")), &Quiet).expect("the gate runs");
    assert!(bare.skipped.len() > 10, "{:?}", bare.skipped);
    vec![whole, damaged, bare]
}

fn json(outcome: &GateOutcome, format: ReportFormat) -> Value {
    serde_json::from_slice(&report::render(outcome, format, &Look::default()).expect("it renders")).expect("it is JSON")
}

fn text(outcome: &GateOutcome, format: ReportFormat) -> String {
    String::from_utf8(report::render(outcome, format, &Look::default()).expect("it renders")).expect("text")
}

fn schema(file: &str) -> Schema {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("it is there");
    Schema::new(serde_json::from_str(&text).expect("it is JSON"))
}

#[test]
fn sarif_is_by_the_standard() {
    let schema = schema("testdata/gate/sarif-schema-2.1.0.json");
    for outcome in outcomes() {
        let report = json(&outcome, ReportFormat::Sarif);
        assert_eq!(schema.errors(&report), Vec::<String>::new());
        let run = &report["runs"][0];
        assert_eq!(run["results"].as_array().map(Vec::len), Some(outcome.findings.len()));
        let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().expect("notifications");
        assert_eq!(notes.len(), outcome.skipped.len() + outcome.inputs.missing.len() + 1);
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
    let good = json(&outcomes()[1], ReportFormat::Sarif);
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
        let report = json(&outcome, ReportFormat::Json);
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
    for format in [
        ReportFormat::Text,
        ReportFormat::Json,
        ReportFormat::Jsonl,
        ReportFormat::Sarif,
        ReportFormat::Github,
        ReportFormat::Html,
    ] {
        let text = text(outcome, format).replace("&#x27;", "'").replace("&#39;", "'");
        assert!(text.contains(missing) && text.contains(why), "{format:?}: {text}");
    }
    for format in [ReportFormat::Junit, ReportFormat::Kcidb] {
        assert!(text(outcome, format).replace("&apos;", "'").contains(why), "{format:?}");
    }
}

#[test]
fn github_gets_two_notices_and_no_more() {
    let github = text(&outcomes()[2], ReportFormat::Github);
    let notices: Vec<&str> =
        github.lines().filter(|line| line.starts_with("::notice title=postlink gate%3A")).collect();
    assert_eq!(notices.len(), 2, "{github}");
    assert!(notices[0].contains("not there") && notices[1].contains("checks skipped::undefined: "), "{github}");
    assert!(github.lines().all(|line| line.starts_with("::") || line.starts_with("postlink gate: ")), "{github}");
}

#[test]
fn junit_has_a_case_for_each_check_whatever_comes_of_it() {
    let names = |junit: &str| -> Vec<String> {
        let cases = junit.split("<testcase ").skip(1).map(|case| case.split('>').next().expect("a tag"));
        let named = cases.filter_map(|case| Some(case.split_once("name=\"")?.1.split('"').next()?.to_owned()));
        named.collect()
    };
    let wanted: Vec<&str> = gate::checks::ALL.iter().map(|check| check.id).collect();
    for outcome in outcomes() {
        let junit = text(&outcome, ReportFormat::Junit);
        assert_eq!(names(&junit), wanted);
        let n_failed = outcome.checks.iter().filter(|check| outcome.status(check.id) == Status::Failed).count();
        let skipped = outcome.skipped.iter().filter(|skipped| outcome.status(skipped.check) != Status::Failed).count();
        let (_, suite) = junit.split_once("<testsuite ").expect("a suite");
        let head = suite.split('>').next().expect("a tag");
        for (name, count) in [("tests", wanted.len()), ("failures", n_failed), ("skipped", skipped)] {
            assert!(format!(" {head}").contains(&format!(" {name}=\"{count}\"")), "{name} is not {count}: {head}");
        }
        assert_eq!((junit.matches("<failure").count(), junit.matches("<skipped").count()), (n_failed, skipped));
        // What fails is told.
        for judged in outcome.findings.iter().filter(|judged| judged.fails) {
            let kind = format!("[{}/{}]", judged.finding.check, judged.finding.kind);
            assert!(junit.contains(&kind), "{kind}: {junit}");
        }
    }
}

#[test]
fn kcidb_has_what_its_schema_requires() {
    // kcidb-io: version 5.3 requires these of a test, and these patterns, and allows no other field and no null.
    for outcome in outcomes() {
        let report = json(&outcome, ReportFormat::Kcidb);
        assert_eq!((report["version"]["major"].as_u64(), report["version"]["minor"].as_u64()), (Some(5), Some(3)));
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
            assert!(test["misc"].is_object() && !test.to_string().contains(":null"));
            let allowed = ["id", "build_id", "origin", "path", "comment", "status", "misc"];
            assert!(test.as_object().expect("an object").keys().all(|key| allowed.contains(&key.as_str())), "{test}");
        }
        let skipped = tests.iter().filter(|test| test["status"] == "SKIP" || test["status"] == "MISS").count();
        assert!(skipped <= outcome.skipped.len() && (skipped > 0 || outcome.skipped.is_empty()));
    }
}

#[test]
fn builds_have_identifiers_of_their_own() {
    let build_id = |outcome: &GateOutcome, look: &Look| {
        let report = report::render(outcome, ReportFormat::Kcidb, look)?;
        let report: Value = serde_json::from_slice(&report).expect("it is JSON");
        Ok::<_, gate::GateError>(report["tests"][0]["build_id"].as_str().expect("text").to_owned())
    };
    let (usual, dir) = (Look::default(), copy());
    let run = || gate::run(&options(dir.path()), &Quiet).expect("the gate runs");
    let first = build_id(&run(), &usual).expect("it renders");
    assert!(first.starts_with("postlink:7.3.0-gate-"), "{first}");
    assert_eq!(build_id(&run(), &usual).expect("it renders"), first, "the same build");
    // Built again, and configured otherwise.
    let one = fs::File::options().append(true).open(dir.path().join("drivers/one.ko")).expect("it is there");
    one.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(5)).expect("it can be touched");
    let second = build_id(&run(), &usual).expect("it renders");
    let conf = dir.path().join("include/config/auto.conf");
    fs::write(&conf, fs::read_to_string(&conf).expect("it is there") + "CONFIG_MORE=y\n").expect("it can be written");
    let third = build_id(&run(), &usual).expect("it renders");
    assert!(first != second && second != third && first != third, "{first} {second} {third}");
    let ours = Look { origin: Some("our_ci".to_owned()), ..Look::default() };
    assert_eq!(build_id(&run(), &ours).expect("it renders"), third.replace("postlink:", "our_ci:"));
    let named = Look { build_id: Some("our_ci:4711".to_owned()), ..Look::default() };
    assert_eq!(build_id(&run(), &named).expect("it renders"), "our_ci:4711");
    for bad in ["nothing", "CI:1", "ci:", ":1"] {
        assert!(build_id(&run(), &Look { build_id: Some(bad.to_owned()), ..Look::default() }).is_err(), "{bad}");
    }
    assert!(build_id(&run(), &Look { origin: Some("Our CI".to_owned()), ..Look::default() }).is_err());
}

/// A verdict of each kind, and whether it is a failure.
fn verdicts(dir: &Path) -> Vec<(&'static str, bool, GateOutcome)> {
    let run = |options: GateOptions| gate::run(&options, &Quiet).expect("the gate runs");
    let damaged = || {
        let damage = damages::ALL.iter().find(|damage| damage.name == "no srcversion").expect("it is there");
        (damage.make)(&Parts::of(dir));
    };
    let new = GateOptions { fail_on: Some(FailOn::New), ..options(&kernel()) };
    let required = GateOptions { require: vec!["trim".to_owned()], ..options(&kernel()) };
    let mut verdicts = vec![
        ("nothing but notes", false, run(options(&kernel()))),
        ("notes that nothing accepts", true, run(new)),
        ("a required check that could not look", true, run(required)),
    ];
    damaged();
    verdicts.push(("an error", true, run(options(dir))));
    let lenient = GateOptions { skip: vec!["versions".to_owned()], ..options(dir) };
    verdicts.push(("an error of a check that does not run", false, run(lenient)));
    let accepted = dir.join("accepted");
    let update = GateOptions { update_baseline: Some(accepted.clone()), ..options(dir) };
    verdicts.push(("a baseline brought up to date", false, run(update)));
    verdicts.push(("an accepted error", false, run(GateOptions { baseline: vec![accepted], ..options(dir) })));
    verdicts
}

/// Whether a report says that the run fails.
fn says_fail(outcome: &GateOutcome, format: ReportFormat) -> bool {
    let text = text(outcome, format);
    let value = || serde_json::from_str::<Value>(&text).expect("it is JSON");
    let last_line = || serde_json::from_str::<Value>(text.lines().last().expect("a line")).expect("it is JSON");
    let words = |line: &str| line.contains("FAIL: ");
    match format {
        ReportFormat::Text => words(text.lines().last().expect("a verdict")),
        ReportFormat::Json => value()["result"] == "fail",
        ReportFormat::Jsonl => last_line()["result"] == "fail",
        ReportFormat::Sarif => value()["runs"][0]["invocations"][0]["exitCode"] == 1,
        ReportFormat::Junit => !text.contains(" failures=\"0\" errors=\"0\" uuid") && text.contains("<failure"),
        ReportFormat::Kcidb => value()["tests"].as_array().expect("tests").iter().any(|test| test["status"] == "FAIL"),
        ReportFormat::Github => words(text.lines().last().expect("a verdict")),
        ReportFormat::Gitlab => {
            value().as_array().expect("issues").iter().any(|issue| issue["check_name"] == "verdict")
        }
        ReportFormat::Html => text.contains("class=\"verdict failed\""),
    }
}

#[test]
fn every_format_has_the_same_verdict() {
    let dir = copy();
    for (what, fails, outcome) in verdicts(dir.path()) {
        assert_eq!(outcome.verdict.has_failed, fails, "{what}");
        for format in ReportFormat::value_variants() {
            assert_eq!(says_fail(&outcome, *format), fails, "{what}, {format:?}");
            // GitLab's format has issues and nothing else: what passes has no place in it.
            if *format == ReportFormat::Gitlab && !fails {
                continue;
            }
            // How much was looked at, why the run fails, and by whose rules.
            let text = text(&outcome, *format).replace("&#39;", "'").replace("&apos;", "'");
            assert!(text.contains(&outcome.verdict.line()), "{what}, {format:?}");
            let rules = "those of 7.3.4, compared with the original";
            assert!(text.contains(rules) && text.contains("7.3.0-gate"), "{what}, {format:?}");
        }
    }
}

#[test]
fn what_a_baseline_was_brought_up_to_date_with_is_accepted() {
    let dir = copy();
    let (_, _, outcome) = verdicts(dir.path()).remove(5);
    let report = json(&outcome, ReportFormat::Json);
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
    assert_eq!(outcome.count(gate::GateSeverity::Error), 5, "{:?}", outcome.findings);
    let text = text(&outcome, ReportFormat::Text);
    assert_eq!(text.matches("[versions/wrong]").count(), 1, "{text}");
    assert!(text.contains("    | and in 4 more objects: more/m0, more/m1, more/m2, more/m3\n"), "{text}");
    // So it is wherever people read; the JSON report has all of them, with one number.
    let github = self::text(&outcome, ReportFormat::Github);
    assert_eq!(github.lines().filter(|line| line.starts_with("::error ")).count(), 1, "{github}");
    assert!(github.contains("(and in 4 more objects)"), "{github}");
    let html = self::text(&outcome, ReportFormat::Html);
    assert!(
        html.matches("<div class=\"finding error").count() == 1 && html.contains("and in 4 more objects"),
        "{html}"
    );
    let gitlab = json(&outcome, ReportFormat::Gitlab);
    let issues = gitlab.as_array().expect("issues");
    assert_eq!(issues.iter().filter(|issue| issue["check_name"] == "versions/wrong").count(), 1, "{gitlab}");
    let json = json(&outcome, ReportFormat::Json);
    let findings = json["findings"].as_array().expect("findings").iter();
    let causes: Vec<&Value> = findings.filter(|item| item["kind"] == "wrong").map(|item| &item["cause"]).collect();
    assert!(causes.len() == 5 && causes.iter().all(|cause| cause.is_u64() && *cause == causes[0]), "{json}");
}

#[test]
fn lines_have_what_the_json_report_has() {
    let schema = schema("src/gate/report/schema.json");
    for outcome in outcomes() {
        let (whole, text) = (json(&outcome, ReportFormat::Json), text(&outcome, ReportFormat::Jsonl));
        let mut joined = serde_json::json!({"checks": [], "skipped": [], "findings": [], "gone": []});
        let mut types = Vec::new();
        for line in text.lines() {
            let mut line: Value = serde_json::from_str(line).expect("a line is an object");
            let fields = line.as_object_mut().expect("a line is an object");
            let kind = fields.remove("type").expect("it says what it is");
            let kind = kind.as_str().expect("text").to_owned();
            match &*kind {
                "run" | "verdict" => joined.as_object_mut().expect("an object").append(fields),
                "gone" => joined["gone"].as_array_mut().expect("a list").push(fields["line"].clone()),
                "skipped" => joined["skipped"].as_array_mut().expect("a list").push(line),
                kind => joined[format!("{kind}s")].as_array_mut().expect("a list").push(line),
            }
            types.push(kind);
        }
        assert!(types.first().is_some_and(|kind| kind == "run") && types.last().is_some_and(|kind| kind == "verdict"));
        assert_eq!(joined, whole);
        assert_eq!(schema.errors(&joined), Vec::<String>::new());
    }
}

#[test]
fn explanations_are_there_when_asked_for() {
    let outcome = &outcomes()[0];
    let explained = Look { is_explained: true, ..Look::default() };
    let explained = report::render(outcome, ReportFormat::Json, &explained).expect("it renders");
    let explained: Value = serde_json::from_slice(&explained).expect("it is JSON");
    assert!(explained["checks"][0]["explanation"].as_str().is_some_and(|text| text.contains("Remedy: ")));
    assert!(json(outcome, ReportFormat::Json)["checks"][0].get("explanation").is_none());
    assert_eq!(
        json(outcome, ReportFormat::Json)["compiler"]["version"].as_u64().map(|version| version > 100_000),
        Some(true)
    );
}

#[test]
fn issues_of_gitlab_have_what_it_requires() {
    for outcome in outcomes() {
        let report = json(&outcome, ReportFormat::Gitlab);
        let mut known = std::collections::BTreeSet::new();
        for issue in report.as_array().expect("a list") {
            for field in ["description", "check_name", "fingerprint", "severity"] {
                assert!(issue[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {issue}");
            }
            let severities = ["info", "minor", "major", "critical", "blocker"];
            assert!(severities.contains(&issue["severity"].as_str().expect("text")), "{issue}");
            assert!(issue["location"]["path"].is_string() && issue["location"]["lines"]["begin"].is_u64(), "{issue}");
            assert!(known.insert(issue["fingerprint"].to_string()), "twice: {issue}");
        }
    }
}

/// Names that would do something if they were printed as they are.
const FORGED: &str = "\x1b[31mA\r::error file=x::forged\x07\u{9b}2J\u{202e}##[error]x</pre><script>alert(1)</script>";

#[test]
fn names_are_shown_and_never_acted_upon() {
    let dir = copy();
    let parts = Parts::of(dir.path());
    let forge = |file: &str, line: &str| parts.write(file, format!("{}{line}\n", parts.read_text(file)));
    forge("Module.symvers", &format!("0x00000001\t{FORGED}\tvmlinux\tEXPORT_SYMBOL\t"));
    forge("modules.order", &format!("::error ::{FORGED}.o"));
    forge("include/config/kernel.release", FORGED);
    let accepted = dir.path().join("accepted");
    fs::write(
        &accepted,
        format!("promoted-symbols/summary vmlinux - - - # {FORGED}\norc/missing gone - - - # {FORGED}\n"),
    )
    .expect("it can be written");
    let asked = GateOptions { baseline: vec![accepted], series: Some("7.3".to_owned()), ..options(dir.path()) };
    let outcome = gate::run(&asked, &Quiet).expect("the gate runs");
    assert!(outcome.findings.iter().filter(|judged| judged.finding.message.contains("forged")).count() >= 2);
    let look = Look { detail: report::ReportDetail::All, has_keys: true, is_explained: true, ..Look::default() };
    for format in ReportFormat::value_variants() {
        let text = String::from_utf8(report::render(&outcome, *format, &look).expect("it renders")).expect("text");
        assert!(text.contains("forged"), "{format:?} shows it");
        let acts = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        let found = text.lines().find(|line| line.contains(acts) || line.contains("##["));
        assert_eq!(found, None, "{format:?}");
        // A line that a service takes for a command is one of ours.
        let commands: Vec<&str> = text.lines().filter(|line| line.trim().starts_with("::")).collect();
        let is_ours = |line: &&str| {
            let begins = ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start));
            let title = line.find("title=").filter(|title| line.find("forged").is_none_or(|forged| *title < forged));
            begins && title.is_some() && *format == ReportFormat::Github
        };
        let others: Vec<&str> = commands.into_iter().filter(|line| !is_ours(line)).collect();
        assert_eq!(others, Vec::<&str>::new(), "{format:?}");
        if matches!(format, ReportFormat::Html | ReportFormat::Junit) {
            assert!(!text.contains("<script>alert"), "{format:?}");
        }
    }
}
