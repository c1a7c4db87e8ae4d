// SPDX-License-Identifier: GPL-2.0-only

//! The assembly fixtures of `testdata/x86`, which `scripts/parity/fixtures` describes: does `objtool` still say and write what the
//! originals do, and is there a fixture for everything that can be said?
//!
//! What is expected comes from the originals, by `scripts/parity/fixtures --update`: the streams, the exit status, and checksums of
//! the objects. What a checksum cannot say, a file `NAME.change` does: the lines that a run changes in the object's listing.
//! `UPDATE_EXPECT=1` writes these, where our object is the original's; read the diff.

mod common;
#[path = "fixtures/coverage.rs"]
mod coverage;
#[path = "fixtures/expectations.rs"]
mod expectations;
#[path = "fixtures/fixture.rs"]
mod fixture;
#[path = "fixtures/flags.rs"]
mod flags;
#[path = "fixtures/gate.rs"]
mod gate;
#[path = "fixtures/records.rs"]
mod records;
#[path = "fixtures/walk.rs"]
mod walk;

use std::collections::BTreeMap;

use common::checksum;
use common::difference;
use common::listing;
use common::program::Ran;
use expectations::CHANGE;
use fixture::Fixture;
use postlink::kernel::Profile;
use postlink::kernel::releases::RELEASES;
use postlink::kernel::releases::Release;
use postlink::kernel::series::Series;
use rayon::prelude::*;
use records::Record;
use records::Records;

/// How many runs are compared at least, so that fixtures that get lost are missed.
const LEAST: usize = 5200;

/// What was recorded, by release.
type AllRecords = BTreeMap<String, Records>;

fn records_of_all() -> AllRecords {
    records::releases().into_iter().map(|release| (release.clone(), records::read(&release))).collect()
}

/// What came of one fixture for one release.
struct Outcome {
    release: String,
    /// What is not as expected, in words.
    wrong: Vec<String>,
    /// What the run changes in the object's listing, if it is what the original changes.
    change: Option<String>,
}

#[test]
fn fixtures_are_answered_as_by_the_originals() {
    let records = records_of_all();
    let outcomes: Vec<Outcome> =
        Fixture::all().par_iter().flat_map_iter(|fixture| outcomes(fixture, &records)).collect();
    let wrong: Vec<&str> = outcomes.iter().flat_map(|outcome| &outcome.wrong).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{}\n{} differ", wrong.join("\n"), wrong.len());
    assert!(outcomes.len() >= LEAST, "only {} runs were compared", outcomes.len());
    let recorded: usize = records.values().map(Records::len).sum();
    assert_eq!(outcomes.len(), recorded, "some records were not compared");
}

/// The release of the product's table that a record is of: named by its version, or the newest of a release by the release.
fn is_record_of(name: &str, release: &Release, version: &str) -> bool {
    name == version || name == release.name && version == release.newest().version
}

#[test]
fn records_are_of_the_releases_in_the_table() {
    let recorded = records::releases();
    let mut known = Vec::new();
    for release in &RELEASES {
        for point in release.points {
            known.extend(std::iter::once(&point.version).chain(point.also).map(|version| (release, *version)));
        }
    }
    for (release, version) in &known {
        let has_record = recorded.iter().any(|name| is_record_of(name, release, version));
        assert!(has_record, "{version}: no record; run scripts/parity/fixtures --update --release {version}");
    }
    for name in recorded {
        let is_known = known.iter().any(|(release, version)| is_record_of(&name, release, version));
        assert!(is_known, "{name}: a record, but not in the table of releases");
    }
}

#[test]
fn files_and_records_belong_to_fixtures() {
    let known: Vec<(String, String)> = Fixture::all()
        .iter()
        .flat_map(|fixture| fixture.releases().into_iter().map(|release| (fixture.name.clone(), release)))
        .collect();
    for (release, records) in records_of_all() {
        let stray: Vec<&String> =
            records.keys().filter(|name| !known.contains(&((*name).clone(), release.clone()))).collect();
        assert!(stray.is_empty(), "{release}: records without a fixture: {stray:?}");
    }
    for path in expectations::files() {
        let (name, release) = expectations::owner_of(&path);
        let is_known = known.iter().any(|(n, r)| *n == name && release.as_ref().is_none_or(|release| r == release));
        assert!(is_known, "{} belongs to no fixture", path.display());
    }
}

#[test]
fn every_message_has_a_fixture_or_a_reason() {
    let wrong = coverage::gaps();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs one fixture for all its releases, and writes down what it changes if that is asked for.
fn outcomes(fixture: &Fixture, records: &AllRecords) -> Vec<Outcome> {
    let outcome = |release: String| match records[&release].get(&fixture.name) {
        Some(record) => outcome(fixture, release, record),
        None => {
            let wrong =
                vec![format!("{}, {release}: not recorded; run scripts/parity/fixtures --update", fixture.name)];
            Outcome { release, wrong, change: None }
        }
    };
    let outcomes: Vec<Outcome> = fixture.releases().into_iter().map(outcome).collect();
    if common::is_update() {
        let wanted = outcomes.iter().map(|outcome| {
            let old = || expectations::expected(fixture, CHANGE, &outcome.release);
            (outcome.release.clone(), outcome.change.clone().map_or_else(old, String::into_bytes))
        });
        expectations::write(fixture, CHANGE, &wanted.collect::<Vec<_>>());
    }
    outcomes
}

fn outcome(fixture: &Fixture, release: String, record: &Record) -> Outcome {
    let before = fixture.object(&release);
    let mut wrong = Vec::new();
    if (fixture.source_sum(&release), checksum::crc32(&before)) != (record.source, record.before) {
        wrong.push("the source or the object has changed; run scripts/parity/fixtures --update".to_owned());
    }
    let ran = Fixture::run(&release, &record.args, &before);
    let after = ran.file("a.o");
    let change = change(&before, &after, &release);
    let is_theirs = checksum::crc32(&after) == record.after;
    let mut faults = faults_of_streams(fixture, &release, &ran);
    if !is_theirs {
        faults.push(format!("not the expected object:\n{change}"));
    }
    if record.differs && faults.is_empty() {
        wrong.push("does not differ any more; run scripts/parity/fixtures --update".to_owned());
    } else if !record.differs {
        let as_written = common::is_update() || expectations::expected(fixture, CHANGE, &release) == change.as_bytes();
        if is_theirs && !as_written {
            faults
                .push(format!("not the expected change; run with UPDATE_EXPECT=1 and read the difference:\n{change}"));
        }
        wrong.append(&mut faults);
    }
    let wrong = wrong.into_iter().map(|what| format!("{}, {release}: {what}", fixture.name)).collect();
    Outcome { release, wrong, change: is_theirs.then_some(change) }
}

fn faults_of_streams(fixture: &Fixture, release: &str, ran: &Ran) -> Vec<String> {
    let said = expectations::streams(ran).into_iter();
    let other = said.filter(|(kind, said)| expectations::expected(fixture, kind, release) != *said);
    other.map(|(kind, said)| format!("not the expected {kind}:\n{}", String::from_utf8_lossy(&said))).collect()
}

/// What a run changes in the listing of an object.
fn change(before: &[u8], after: &[u8], release: &str) -> String {
    let series = Series::of_version(release).expect("a release");
    let Some(format) = Profile::of(series).map(|profile| profile.orc) else { return "not rebuilt\n".to_owned() };
    let lines = |bytes| listing::lines(bytes, format);
    match difference::difference(&lines(before), &lines(after)) {
        _ if before == after => "unchanged\n".to_owned(),
        lines if lines.is_empty() => "the layout alone\n".to_owned(),
        lines => lines,
    }
}
