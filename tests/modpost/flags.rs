// SPDX-License-Identifier: GPL-2.0-only

//! Each flag by itself: `testdata/modpost/shown` names a release and a case for every one, in which it shows when it alone
//! is swapped in what the release's tree says.

use std::collections::BTreeMap;
use std::fs;

use postlink::kernel::modpost::Behaviour;
use tempfile::TempDir;

use crate::buses;
use crate::case::Case;
use crate::common::program::Program;
use crate::common::testdata;
use crate::common::tree::write_modpost;
use crate::run_as;

/// What `modpost` makes of a case in the tree of a release with one flag swapped, without what only ours says.
fn outcome(case: &Case, release: &str, swapped: Option<Behaviour>) -> String {
    let tree = TempDir::new().expect("a folder");
    write_modpost(tree.path(), release, swapped);
    let text = run_as(case, Program::modpost("").env("srctree", tree.path()));
    text.lines().filter(|line| !line.starts_with("postlink: ")).map(|line| line.to_owned() + "\n").collect()
}

#[test]
fn every_flag_shows_by_itself() {
    let list = fs::read_to_string(testdata("modpost/shown")).expect("the list");
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let shown: BTreeMap<String, (String, String)> = lines
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            Some((words.next()?, (words.next()?, words.next()?)))
        })
        .collect();
    let mut plain = BTreeMap::new();
    let mut failures = Vec::new();
    for flag in Behaviour::ALL {
        let name = flag.name();
        let Some((release, case)) = shown.get(&name) else {
            failures.push(format!("{name}: testdata/modpost/shown names no case"));
            continue;
        };
        let case_of_release = match case.strip_prefix("buses/") {
            Some(target) => buses::case_of(target, release),
            None => {
                Case::parse(&fs::read_to_string(testdata(&format!("modpost/{case}.case"))).expect("a case"), release)
            }
        };
        let key = (release.clone(), case.clone());
        let plain = plain.entry(key).or_insert_with(|| outcome(&case_of_release, release, None));
        let swapped = outcome(&case_of_release, release, Some(*flag));
        if *plain == swapped {
            failures.push(format!("{name}: makes no difference for {case} in {release}"));
        }
        if !swapped.starts_with("exit 0\n") && !swapped.starts_with("exit 1\n") {
            failures.push(format!("{name}: {case} in {release} ends badly: {swapped}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
