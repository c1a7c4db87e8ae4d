//! The assembly fixtures of `testdata/x86`, which `scripts/parity/fixtures` describes: does `objtool` still say and write what the
//! originals do, and is there a fixture for everything that can be said?
//!
//! Sources are assembled here, since linking our own programs needs the same package. What is expected comes from the
//! originals by `scripts/parity/fixtures --update`; `UPDATE_EXPECT=1` rewrites what is said from our own answers, to be read as a
//! diff.

#[path = "fixtures/coverage.rs"]
mod coverage;
#[path = "fixtures/fixture.rs"]
mod fixture;

use std::collections::BTreeMap;
use std::fs;

use fixture::Fixture;
use fixture::SERIES;
use rayon::prelude::*;

/// Checksums of an object before and after, by fixture and series.
type Sums = BTreeMap<(String, String), (u32, u32)>;

#[test]
fn fixtures_are_answered_as_by_the_originals() {
    let sums = sums();
    let fixtures = Fixture::all();
    assert!(fixtures.len() > 250, "only {} fixtures", fixtures.len());
    let wrong: Vec<String> = fixtures.par_iter().flat_map_iter(|fixture| check(fixture, &sums)).collect();
    assert!(wrong.is_empty(), "{}\n{} differ", wrong.join("\n"), wrong.len());
}

#[test]
fn expectations_and_checksums_belong_to_fixtures() {
    let known: Vec<(String, String)> = Fixture::all()
        .iter()
        .flat_map(|fixture| fixture.series().into_iter().map(|series| (fixture.name.clone(), series)))
        .collect();
    let recorded: Vec<(String, String)> = sums().into_keys().collect();
    let stray: Vec<_> = recorded.iter().filter(|key| !known.contains(key)).collect();
    assert!(stray.is_empty(), "checksums without a fixture: {stray:?}");
    for path in fixture::expectation_files() {
        let (name, series) = fixture::owner_of(&path);
        let is_known = known.iter().any(|(n, s)| *n == name && series.as_ref().is_none_or(|series| s == series));
        assert!(is_known, "{} belongs to no fixture", path.display());
    }
}

#[test]
fn every_message_has_a_fixture_or_a_reason() {
    let wrong = coverage::gaps();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with the answers to one fixture.
fn check(fixture: &Fixture, sums: &Sums) -> Vec<String> {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for series in fixture.series() {
        let before = fixture.assemble(&series);
        let answer = fixture.run(&series, &before);
        for (kind, said) in answer.streams() {
            if update {
                fixture.expect(kind, &series, said);
            } else if fixture.expected(kind, &series) != said {
                let said = String::from_utf8_lossy(said);
                wrong.push(format!("{}, {series}: not the expected {kind}:\n{said}", fixture.name));
            }
        }
        // Another assembler may make another object; then only what is said can be compared.
        let recorded = sums.get(&(fixture.name.clone(), series.clone()));
        if let Some((_, after)) = recorded.filter(|(sum, _)| *sum == fixture::sum(&before))
            && *after != fixture::sum(&answer.object)
        {
            wrong.push(format!("{}, {series}: not the expected object", fixture.name));
        }
    }
    wrong
}

/// `testdata/x86/objects`: lines of fixture, series, checksum before and after.
fn sums() -> Sums {
    let text = fs::read_to_string(fixture::folder().join("objects")).expect("the list of checksums");
    let lines = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let [name, series, before, after] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}: four words")
        };
        assert!(SERIES.contains(&series), "{line}: no such series");
        let number = |text| u32::from_str_radix(text, 16).expect("a hexadecimal number");
        ((name.to_owned(), series.to_owned()), (number(before), number(after)))
    });
    lines.collect()
}
