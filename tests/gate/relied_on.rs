// SPDX-License-Identifier: GPL-2.0-only

//! `docs/relied-on.md` against the checks and the damages that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use postlink::gate;

use crate::all_damages;
use crate::build_damages;

/// A row: what is relied on, by whom, check, damage.
fn rows() -> Vec<[String; 4]> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/relied-on.md");
    let text = fs::read_to_string(path).expect("the table");
    let cells =
        |line: &str| -> Vec<String> { line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect() };
    let lines = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| relied on"));
    lines.map(|line| cells(line).try_into().unwrap_or_else(|_| panic!("four cells: {line}"))).collect()
}

#[test]
fn every_row_names_a_check_and_a_damage_that_it_finds() {
    let rows = rows();
    assert!(rows.len() >= 60, "only {} rows", rows.len());
    for [what, _, check, damage] in &rows {
        if let Some(reason) = check.strip_prefix("not checked") {
            assert!(reason.contains(": ") && damage.is_empty(), "{what}: the reason is not there");
            continue;
        }
        let id = check.trim_matches('`');
        assert!(gate::checks::by_id(id).is_some(), "{what}: no check {id}");
        let found = all_damages().find(|known| known.name == damage);
        let found = found.unwrap_or_else(|| panic!("{what}: no damage '{damage}'"));
        assert!(found.expected.iter().any(|line| line.contains(&format!("{id}/"))), "{damage} is not found by {id}");
    }
}

#[test]
fn every_check_and_every_damage_of_the_build_has_a_row() {
    let rows = rows();
    let named = |column: usize| -> BTreeSet<&str> { rows.iter().map(|row| row[column].trim_matches('`')).collect() };
    let (checks, damages) = (named(2), named(3));
    for check in gate::checks::ALL {
        assert!(checks.contains(check.id), "no row for {}", check.id);
    }
    for damage in build_damages::ALL {
        assert!(damages.contains(damage.name), "no row for '{}'", damage.name);
    }
}
