// SPDX-License-Identifier: GPL-2.0-only

//! Names of kernel releases, such as `6.12` or `6.6.77-android15`, in the order of their numbers.

use std::cmp::Reverse;

/// Sorts names, newest first. A series is newer than all its releases, as it stands for the latest one.
pub fn newest_first(names: &mut [String]) {
    names.sort_by_key(|name| Reverse(order(name)));
}

/// What names are ordered by: the numbers, then the text.
fn order(name: &str) -> (Vec<u32>, String) {
    let mut numbers = numbers(name);
    if numbers.len() == 2 {
        numbers.push(u32::MAX);
    }
    (numbers, name.to_owned())
}

/// `6.6.77-android15` is 6, 6, 77.
fn numbers(name: &str) -> Vec<u32> {
    let version = name.split('-').next().unwrap_or_default();
    version.split('.').map(|number| number.parse().unwrap_or_else(|_| panic!("{name}: no release"))).collect()
}

/// The number that assembler sources know a release by: 6.12.95 is 612.
pub fn number(name: &str) -> u32 {
    let [major, minor, ..] = numbers(name)[..] else { panic!("{name}: no release") };
    major * 100 + minor
}

/// Whether a release is among those that `word` names: itself, its series, or a range of series such as `6.6..7.2`, `..6.12`
/// or `6.18..`, ends included.
pub fn is_among(name: &str, word: &str) -> bool {
    let Some((first, last)) = word.split_once("..") else {
        return name == word || numbers(word).len() == 2 && number(name) == number(word);
    };
    let is_from = first.is_empty() || number(first) <= number(name);
    is_from && (last.is_empty() || number(name) <= number(last))
}

#[test]
fn releases_are_ordered_and_named() {
    let mut names = ["6.6.80", "6.12", "7.3", "6.6.77-android15", "6.6", "6.12.95"].map(str::to_owned);
    newest_first(&mut names);
    assert_eq!(names, ["7.3", "6.12", "6.12.95", "6.6", "6.6.80", "6.6.77-android15"]);
    assert_eq!((number("7.3"), number("6.6.77-android15")), (703, 606));
    for (name, word, wanted) in [
        ("6.6.80", "6.6", true),
        ("6.6", "6.6.80", false),
        ("6.6.80", "6.6.80", true),
        ("6.12", "..6.12", true),
        ("6.18.35", "..6.12", false),
        ("6.18.35", "6.12..7.2", true),
        ("7.3", "6.12..7.2", false),
        ("7.3", "7.2..", true),
    ] {
        assert_eq!(is_among(name, word), wanted, "{name} {word}");
    }
}
