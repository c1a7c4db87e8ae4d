// SPDX-License-Identifier: GPL-2.0-only

//! What a source tree says about its own `modpost`.

use std::fs;

use super::Behaviours;
use super::differences;
use super::differences::DIFFERENCES;
use super::differences::MODPOST;
use super::differences::ModpostDifference;
use super::differences::ModpostProbe;
use crate::kernel::needles::Needles;
use crate::kernel::releases;
use crate::kernel::releases::Point;
use crate::kernel::releases::Series;
use crate::kernel::series::Tree;

/// The largest of these files has 80 KB; what is larger than this is none of them.
const LONGEST: u64 = 1 << 20;

/// What was found in a tree.
#[derive(Debug)]
pub struct ModpostSurvey {
    /// What the tree's `modpost` does.
    pub behaviours: Behaviours,
    /// The probe that showed it, by difference; `None` where nothing did.
    shown: Vec<Option<&'static ModpostProbe>>,
}

impl ModpostSurvey {
    /// Looks at `tree`; `None` if it has no sources of `modpost`.
    pub fn of(tree: &Tree) -> Option<Self> {
        let probes: Vec<&'static ModpostProbe> = DIFFERENCES.iter().flat_map(|row| row.probes).collect();
        let mut files: Vec<&'static str> = probes.iter().map(|probe| probe.file).collect();
        files.sort_unstable();
        files.dedup();
        let needles = Needles::new(probes.iter().map(|probe| probe.text.as_bytes()).collect());
        let mut is_there = vec![false; probes.len()];
        for file in files {
            let Some(text) = read_file(tree, file) else {
                if file == MODPOST {
                    return None;
                }
                continue;
            };
            needles.find(&text, |index, _| {
                if let Some((probe, is_there)) = probes.get(index).zip(is_there.get_mut(index)) {
                    *is_there = *is_there || probe.file == file;
                }
            });
        }
        let mut is_there = is_there.into_iter();
        let mut shown = Vec::with_capacity(DIFFERENCES.len());
        let mut behaviours = Behaviours::default();
        for row in DIFFERENCES {
            let mut by = None;
            for (probe, is_there) in row.probes.iter().zip(is_there.by_ref()) {
                by = by.or((is_there == probe.by_presence).then_some(probe));
            }
            if by.is_some() {
                behaviours = behaviours.with(&[row.behaviour]);
            }
            shown.push(by);
        }
        Some(Self { behaviours, shown })
    }

    /// Each difference with the probe that showed it.
    pub fn rows(&self) -> impl Iterator<Item = (&'static ModpostDifference, Option<&'static ModpostProbe>)> + '_ {
        DIFFERENCES.iter().zip(self.shown.iter().copied())
    }

    /// The stable releases that were compared and do the same in everything.
    pub fn compared(&self) -> Vec<&'static Point> {
        releases::points().filter(|point| differences::of_point(point.bit) == self.behaviours).collect()
    }

    /// The stable release that differs in the least number of things, the newest of several.
    pub fn nearest(&self) -> &'static Point {
        let fewest = releases::points().rev().min_by_key(|point| self.differing(point).count());
        fewest.unwrap_or(Series::NEWEST.release().newest())
    }

    /// In what the tree differs from `point`.
    pub fn differing(&self, point: &Point) -> impl Iterator<Item = &'static ModpostDifference> + use<> {
        let (ours, theirs) = (self.behaviours, differences::of_point(point.bit));
        DIFFERENCES.iter().filter(move |row| ours.contains(row.behaviour) != theirs.contains(row.behaviour))
    }
}

/// The text of a file of reasonable size. A pipe or a device could keep us waiting for ever.
fn read_file(tree: &Tree, file: &str) -> Option<Vec<u8>> {
    let path = tree.path(file);
    let known = fs::metadata(&path).ok()?;
    if known.is_file() && known.len() <= LONGEST { fs::read(&path).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a tree of the test's own, whose files have the texts that show what `point` does.
    fn survey(point: &Point, but: Option<&ModpostDifference>) -> ModpostSurvey {
        let name = format!("postlink-modpost-{}-{}-{}", std::process::id(), point.version, but.is_some());
        let root = std::env::temp_dir().join(name);
        for row in DIFFERENCES {
            let is_swapped = but.is_some_and(|but| but.behaviour == row.behaviour);
            let holds = row.points.contains(point.bit) != is_swapped;
            let wanted = row.probes.iter().find(|probe| holds == probe.by_presence);
            for (file, text) in wanted.iter().map(|probe| (probe.file, probe.text)).chain([(MODPOST, "")]) {
                let path = root.join(file);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                let known = fs::read_to_string(&path).unwrap_or_default();
                fs::write(&path, known + text + "\n").expect("a file");
            }
        }
        let survey = Tree::open(&root).as_ref().and_then(ModpostSurvey::of).expect("a tree");
        fs::remove_dir_all(&root).expect("the folder is there");
        survey
    }

    #[test]
    fn probes_show_what_the_table_says() {
        for point in releases::points() {
            let survey = survey(point, None);
            let differing: Vec<_> = survey.differing(point).map(|row| row.behaviour).collect();
            assert!(differing.is_empty(), "{}: {differing:?}", point.version);
            // What differs between two stable points may be objtool's alone.
            let same: Vec<_> = releases::points()
                .filter(|other| differences::of_point(other.bit) == differences::of_point(point.bit))
                .collect();
            assert!(same.contains(&point));
            assert_eq!(survey.compared(), same);
        }
    }

    #[test]
    fn a_backport_that_never_happened_is_noticed() {
        let point = Series::V6_12.release().newest();
        let row = DIFFERENCES.iter().find(|row| row.behaviour == super::super::Behaviour::UncheckedKlpSymid);
        let survey = survey(point, row);
        assert!(survey.compared().is_empty());
        assert_eq!(survey.nearest(), point);
        assert_eq!(survey.differing(point).count(), 1);
    }

    #[test]
    fn folders_that_are_no_tree_say_nothing() {
        let root = std::env::temp_dir().join(format!("postlink-modpost-{}-none", std::process::id()));
        fs::create_dir_all(root.join(MODPOST)).expect("a folder");
        assert!(Tree::open(&root).as_ref().and_then(ModpostSurvey::of).is_none());
        fs::remove_dir_all(&root).expect("the folder is there");
    }
}
