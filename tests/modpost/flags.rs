// SPDX-License-Identifier: GPL-2.0-only

//! Each flag by itself: `testdata/modpost/shown` names a release and a case for every one, in which it shows when it alone
//! is swapped in what the release's tree says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use postlink::kernel::modpost::Behaviour;
use postlink::kernel::modpost::differences::DIFFERENCES;
use postlink::kernel::releases::Series;
use tempfile::TempDir;

use crate::buses;
use crate::case::Case;
use crate::common::program::Program;
use crate::common::testdata;
use crate::run_as;

/// Writes a tree whose `modpost` does what that of `release` does, but for `swapped`.
fn write_tree(root: &Path, release: &str, swapped: Option<Behaviour>) {
    let point = Series::of_version(release).expect("a version").release().point_of(release);
    let mut texts = BTreeMap::from([("scripts/mod/modpost.c", String::new())]);
    for row in DIFFERENCES {
        let holds = row.points.contains(point.bit) != (swapped == Some(row.behaviour));
        if let Some(probe) = row.probes.iter().find(|probe| probe.by_presence == holds) {
            *texts.entry(probe.file).or_default() += &format!("{}\n", probe.text);
        }
    }
    for (file, text) in texts {
        let path = root.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
}

/// What `modpost` makes of a case in such a tree, without what only ours says.
fn outcome(case: &Case, release: &str, swapped: Option<Behaviour>) -> String {
    let tree = TempDir::new().expect("a folder");
    write_tree(tree.path(), release, swapped);
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
