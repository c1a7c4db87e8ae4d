// SPDX-License-Identifier: GPL-2.0-only

//! What a source tree says about its own `objtool`.

use super::Profile;
use super::differences;
use super::differences::DIFFERENCES;
use super::differences::Difference;
use super::facts::Fact;
use super::facts::Facts;
use super::known_trees::KnownTree;
use super::names::MARKS;
use super::names::Marks;
use super::names::Names;
use super::probe;
use super::probe::File;
use super::probe::Presence;
use super::probe::Probe;
use super::probe::Texts;
use super::releases;
use super::releases::In;
use super::releases::Point;
use super::series::tree::Tree;
use super::series::tree::noreturns;

/// The files that decide about `objtool`.
const FILES: [File; 11] = [
    File::Check,
    File::Elf,
    File::Decode,
    File::Insn,
    File::Builtin,
    File::Warn,
    File::Special,
    File::SpecialX86,
    File::SpecialArch,
    File::SpecialHeader,
    File::OrcTypes,
];

/// Files that decide as well, which some trees do not have.
const ALSO: [File; 3] = [File::Noreturns, File::KlpDiff, File::KlpSympos];

/// What was found in a tree.
#[derive(Debug)]
pub struct Survey {
    /// What the tree's objtool does.
    pub facts: Facts,
    /// The probe that showed it, by difference; `None` where nothing did. Empty if nothing was searched.
    shown: Vec<Option<&'static Probe>>,
    texts: Texts,
    /// Where the lists of names begin, if that was searched for.
    marks: Option<Marks>,
    /// The point whose lists of names are the tree's, if it is known.
    lists_of: Option<&'static Point>,
}

impl Survey {
    /// Looks at `tree`; `None` if it has no sources of objtool. Trees that are known are not searched.
    pub fn of(tree: &Tree) -> Option<Self> {
        let texts = read(tree)?;
        let known = KnownTree::of(texts.digest()).and_then(|known| Some((known, known.point()?)));
        let Some((known, point)) = known else { return Some(Self::search(texts)) };
        let lists_of = known.has_lists.then_some(point);
        Some(Self { facts: differences::of_point(point.bit), shown: Vec::new(), texts, marks: None, lists_of })
    }

    /// Searches `tree` for everything; `None` if it has no sources of objtool.
    pub fn in_full(tree: &Tree) -> Option<Self> {
        read(tree).map(Self::search)
    }

    fn search(texts: Texts) -> Self {
        let probes: Vec<Probe> = DIFFERENCES.iter().flat_map(|row| row.probes).copied().collect();
        let found = probe::look(&texts, &probes, &MARKS);
        let mut there = found.probes.into_iter();
        let mut facts = Facts::BASE;
        let mut shown = Vec::with_capacity(DIFFERENCES.len());
        for row in DIFFERENCES {
            let mut by = None;
            for (probe, is_there) in row.probes.iter().zip(there.by_ref()) {
                let shows = is_there == (probe.shows_by == Presence::There);
                by = by.or(shows.then_some(probe));
            }
            if by.is_some() {
                facts.set(row.fact);
            }
            shown.push(by);
        }
        let marks = found.marks.try_into().ok();
        Self { facts, shown, texts, marks, lists_of: None }
    }

    /// The digest by which the tree can be known.
    pub fn digest(&self) -> u128 {
        self.texts.digest()
    }

    /// Each difference with the probe that showed it, of a tree that was searched.
    pub fn rows(&self) -> impl Iterator<Item = (&'static Difference, Option<&'static Probe>)> + '_ {
        DIFFERENCES.iter().zip(self.shown.iter().copied())
    }

    /// The stable releases that were compared and do the same in everything.
    pub fn compared(&self) -> Vec<&'static Point> {
        let flags = DIFFERENCES.iter().filter(|row| matches!(row.fact, Fact::Does(_) | Fact::Decodes(_)));
        let points = flags.fold(In::ALL, |points, row| match self.facts.hold(row.fact) {
            true => points & row.points,
            false => points & !row.points,
        });
        let likely = releases::points().filter(|point| points.contains(point.bit));
        likely.filter(|point| differences::of_point(point.bit) == self.facts).collect()
    }

    /// The stable release that differs in the least number of things, the newest of several.
    pub fn nearest(&self) -> &'static Point {
        let fewest = releases::points().rev().min_by_key(|point| self.differing(point).count());
        fewest.unwrap_or(releases::Series::NEWEST.release().newest())
    }

    /// In what the tree differs from `point`.
    pub fn differing(&self, point: &Point) -> impl Iterator<Item = &'static Difference> + use<> {
        let (ours, theirs) = (self.facts, differences::of_point(point.bit));
        DIFFERENCES.iter().filter(move |row| ours.hold(row.fact) != theirs.hold(row.fact))
    }

    /// The profile of the tree's objtool. Lists that the tree does not have are those of `point`.
    pub fn profile(&self, point: &Point) -> Profile {
        Profile::new(self.facts, self.names(point))
    }

    /// Whether the tree has the lists of names of `point`.
    pub fn has_lists_of(&self, point: &Point) -> bool {
        self.names(point).are_those_of(&Names::of_point(point))
    }

    fn names(&self, point: &Point) -> Names {
        let names = Names::of_point(point);
        if self.lists_of == Some(point) {
            return names;
        }
        let noreturns = std::str::from_utf8(self.texts.get(File::Noreturns)).ok().and_then(noreturns);
        let marks = self.marks.unwrap_or_else(|| MARKS.map(|(file, mark)| self.texts.place(file, mark)));
        names.or_of_tree(&self.texts, marks, noreturns)
    }
}

/// The texts of the deciding files; `None` if the tree does not have them.
fn read(tree: &Tree) -> Option<Texts> {
    let mut texts = Texts::read(tree.root(), &FILES)?;
    ALSO.iter().for_each(|file| texts.read_also(tree.root(), *file));
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::fs;

    /// A tree in which every text is that shows something of `point`, one probe for each difference.
    fn write_tree(root: &std::path::Path, point: &Point) {
        let mut texts: BTreeMap<&str, String> = FILES.iter().map(|file| (file.paths()[0], String::new())).collect();
        let rows = DIFFERENCES.iter().filter(|row| !row.probes.is_empty());
        for row in rows {
            let holds = row.points.contains(point.bit);
            let wanted = row.probes.iter().find(|probe| holds == (probe.shows_by == Presence::There));
            for line in
                wanted.into_iter().flat_map(|probe| probe.lines.iter().chain(&["/**/"]).map(move |line| (probe, line)))
            {
                let text = texts.entry(line.0.file.paths()[0]).or_default();
                text.push_str(&format!("\t{}\n", line.1));
            }
        }
        for (file, text) in texts {
            let file = root.join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
            fs::write(file, text).expect("a file can be written");
        }
    }

    #[test]
    fn probes_show_what_the_table_says() {
        let root = std::env::temp_dir().join(format!("postlink-survey-{}", std::process::id()));
        for point in releases::points() {
            let _ = fs::remove_dir_all(&root);
            write_tree(&root, point);
            let tree = Tree::open(&root).expect("the folder exists");
            let survey = Survey::of(&tree).expect("all files are there");
            let differing: Vec<_> = survey.differing(point).map(|row| row.fact.name()).collect();
            assert_eq!(differing, [""; 0], "{}", point.version);
            assert!(survey.compared().contains(&point));
        }
        fs::remove_dir_all(&root).expect("it is there");
    }

    #[test]
    fn every_flag_has_one_row_and_every_row_a_probe() {
        for behaviour in super::super::Behaviour::ALL {
            let rows = DIFFERENCES.iter().filter(|row| row.fact == super::super::facts::Fact::Does(*behaviour));
            assert_eq!(rows.count(), 1, "{}", behaviour.name());
        }
        assert!(DIFFERENCES.iter().all(|row| !row.probes.is_empty()));
        // Shorter lines have all files searched at twice as many places.
        let probes = DIFFERENCES.iter().flat_map(|row| row.probes);
        let short: Vec<_> = probes.map(|probe| probe.longest_line().1).filter(|line| line.len() < 15).collect();
        assert_eq!(short, [""; 0]);
    }
}
