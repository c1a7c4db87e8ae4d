//! Reports against their published schemas, and what they say about what could not be checked.

use std::fs;
use std::path::Path;

use postlink::gate;
use postlink::gate::report;
use postlink::gate::report::Format;
use postlink::gate::run::Options;
use postlink::gate::run::Outcome;
use postlink::gate::run::Quiet;
use serde_json::Value;

use crate::cast::Cast;
use crate::copy;
use crate::damages;
use crate::kernel;
use crate::options;
use crate::schema::Schema;

/// Outcomes of all sorts: nothing to say, many findings with a baseline, and much that could not be checked.
fn outcomes() -> Vec<Outcome> {
    let whole = gate::run(&options(&kernel()), &Quiet).expect("the gate runs");
    let dir = copy();
    let cast = Cast::of(dir.path());
    for damage in damages::ALL.iter().filter(|damage| {
        ["proprietary", "sealed", "frame that", "bitcode in a", "no srcversion"].iter().any(|w| damage.name.contains(w))
    }) {
        (damage.make)(&cast);
    }
    let baseline = dir.path().join("accepted");
    fs::write(&baseline, "promoted-symbols/summary vmlinux - - - # known\norc/missing gone - - -\n").expect("a file");
    let damaged = Options { baseline: Some(baseline), ..options(dir.path()) };
    let damaged = gate::run(&damaged, &Quiet).expect("the gate runs");
    assert!(damaged.n_accepted() == 1 && damaged.gone.len() == 1 && damaged.has_failed);
    let bare = tempfile::tempdir().expect("a folder");
    fs::copy(kernel().join("drivers/one.o"), bare.path().join("a b.o")).expect("it can be copied");
    let bare = gate::run(&options(&bare.path().join("a b.o")), &Quiet).expect("the gate runs");
    assert!(bare.skipped.len() > 10, "{:?}", bare.skipped);
    vec![whole, damaged, bare]
}

fn json(outcome: &Outcome, format: Format) -> Value {
    serde_json::from_slice(&report::render(outcome, format).expect("it renders")).expect("it is JSON")
}

fn text(outcome: &Outcome, format: Format) -> String {
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
        let fails = |check: &str| {
            let open = outcome.findings.iter().filter(|judged| judged.is_open()).map(|judged| &judged.finding);
            open.into_iter().any(|found| found.check == check && found.severity > gate::Severity::Note)
        };
        let skipped = outcome.skipped.iter().filter(|skipped| !fails(skipped.check)).count();
        assert_eq!(junit.matches("<skipped").count(), skipped);
        let open = |severity| outcome.count(severity);
        assert_eq!(junit.matches("<failure").count(), open(gate::Severity::Error) + open(gate::Severity::Warning));
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
