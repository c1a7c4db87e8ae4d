// SPDX-License-Identifier: GPL-2.0-only

//! Which rules a section's name takes part in, worked out once per section.

use object::elf;

use super::object::ModuleObject;
use super::pattern::matches;
use crate::elf::SectionHeader;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;
use crate::kernel::section_rules::SectionRules;

/// The rules that mention one section: bit `i` stands for rule `i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SectionClass {
    /// Rules about references from here.
    pub from: u16,
    /// Rules that forbid references to here.
    pub to: u16,
    /// Nothing about this section is checked.
    pub is_unchecked: bool,
}

impl SectionClass {
    /// The first rule that forbids a reference from a section of this class to one of class `to`.
    pub fn first_rule(self, to: u16) -> Option<usize> {
        let rules = self.from & to;
        (rules != 0).then(|| rules.trailing_zeros() as usize)
    }
}

/// What it means for a section that a pattern matches its name.
#[derive(Debug, Clone, Copy, Default)]
struct Meaning {
    from: u16,
    bad: u16,
    good: u16,
    is_unchecked: bool,
}

/// The patterns of a series, put in order for many names to be looked up: a `vmlinux.o` has a hundred thousand sections.
#[derive(Debug)]
pub struct ClassTable {
    /// By the second character, for which all patterns stand that have none before their star.
    patterns: Vec<Vec<(&'static str, Meaning)>>,
    /// Rules that forbid everything but what they list.
    exclusive: u16,
}

impl ClassTable {
    /// Puts the patterns of `rules` in order.
    pub fn new(rules: &SectionRules) -> Self {
        let mut table = Self { patterns: vec![Vec::new(); 256], exclusive: 0 };
        for pattern in rules.unchecked.iter() {
            table.add(pattern, Meaning { is_unchecked: true, ..Meaning::default() });
        }
        for (index, rule) in rules.rules.iter().enumerate() {
            let bit = 1u16.checked_shl(index as u32).unwrap_or_default();
            rule.from.iter().for_each(|pattern| table.add(pattern, Meaning { from: bit, ..Meaning::default() }));
            rule.bad.iter().for_each(|pattern| table.add(pattern, Meaning { bad: bit, ..Meaning::default() }));
            rule.good.iter().for_each(|pattern| table.add(pattern, Meaning { good: bit, ..Meaning::default() }));
            if !rule.good.is_empty() {
                table.exclusive |= bit;
            }
        }
        table
    }

    fn add(&mut self, pattern: &'static str, meaning: Meaning) {
        let second = pattern.as_bytes().get(1).filter(|_| !pattern.starts_with('*'));
        let is_wanted = |index: usize| second.is_none_or(|&byte| byte == b'*' || usize::from(byte) == index);
        for (index, bucket) in self.patterns.iter_mut().enumerate() {
            if is_wanted(index) {
                bucket.push((pattern, meaning));
            }
        }
    }

    /// The class of a section called `name`.
    pub fn class(&self, name: &[u8]) -> SectionClass {
        // Undefined symbols belong to the null section, which has no name; no rule is about that.
        if name.is_empty() {
            return SectionClass::default();
        }
        let bucket = self.patterns.get(name.get(1).copied().map_or(0, usize::from));
        let mut class = SectionClass::default();
        let (mut bad, mut good) = (0, 0);
        for (pattern, meaning) in bucket.into_iter().flatten() {
            if matches(pattern, name) {
                class.from |= meaning.from;
                class.is_unchecked |= meaning.is_unchecked;
                bad |= meaning.bad;
                good |= meaning.good;
            }
        }
        class.to = bad | (self.exclusive & !good);
        class
    }
}

/// The class of every section of `object`.
pub fn classify(object: &ModuleObject, table: &ClassTable) -> Vec<SectionClass> {
    (0..object.sections.len()).map(|index| table.class(object.section_name(index))).collect()
}

/// For every section with relocations the class of the section they belong to.
pub fn classify_sources(
    object: &ModuleObject,
    classes: &[SectionClass],
    table: &ClassTable,
    profile: &ModpostProfile,
) -> Vec<SectionClass> {
    let is_by_name = profile.has(Behaviour::SourceByRelocName);
    let of = |(index, header): (usize, &SectionHeader)| match header.kind {
        elf::SHT_REL | elf::SHT_RELA if is_by_name => table.class(object.source_name(index, profile)),
        elf::SHT_REL | elf::SHT_RELA => classes.get(header.info as usize).copied().unwrap_or_default(),
        _ => SectionClass::default(),
    };
    object.sections.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::ClassTable;
    use crate::kernel::modpost::differences;
    use crate::kernel::releases;
    use crate::kernel::section_rules::MismatchKind;
    use crate::kernel::section_rules::SectionRules;
    use crate::modpost::pattern::matches_any;

    fn rule(from: &str, to: &str) -> Option<MismatchKind> {
        let rules = SectionRules::new(&differences::of_point(releases::In::V7_3));
        let table = ClassTable::new(&rules);
        let index = table.class(from.as_bytes()).first_rule(table.class(to.as_bytes()).to)?;
        rules.rules.get(index).map(|rule| rule.kind)
    }

    #[test]
    fn first_matching_rule() {
        assert_eq!(rule(".text.hot", ".init.text"), Some(MismatchKind::TextToInit));
        assert_eq!(rule(".init.text", ".exit.data"), Some(MismatchKind::InitToExit));
        assert_eq!(rule(".exit.text", ".init.text"), Some(MismatchKind::ExitToInit));
        assert_eq!(rule(".pci_fixup_early", ".init.text"), Some(MismatchKind::InitToExit));
        assert_eq!(rule(".pci_fixup_early", ".exit.text"), None);
        assert_eq!(rule("__ex_table", ".data"), Some(MismatchKind::ExtableToNonText));
        assert_eq!(rule("__ex_table", "x"), Some(MismatchKind::ExtableToNonText));
        assert_eq!(rule("__ex_table", ".text"), None);
        assert_eq!(rule("__ex_table", ""), None);
        assert_eq!(rule(".rodata", ".init.text"), None);
    }

    #[test]
    fn the_table_finds_what_the_patterns_say() {
        for point in releases::points() {
            let rules = &SectionRules::new(&differences::of_point(point.bit));
            let table = ClassTable::new(rules);
            let of_rules = rules.rules.iter().flat_map(|rule| rule.from.iter().chain(&rule.bad).chain(&rule.good));
            let patterns = rules.unchecked.iter().chain(of_rules);
            let names = patterns.flat_map(|pattern| [pattern.replace('*', ""), pattern.replace('*', "x")]);
            for name in names {
                let name = name.as_bytes();
                let class = table.class(name);
                assert_eq!(class.is_unchecked, matches_any(&rules.unchecked, name));
                for (index, rule) in rules.rules.iter().enumerate() {
                    let has = |bits: u16| bits >> index & 1 != 0;
                    assert_eq!(has(class.from), matches_any(&rule.from, name));
                    let is_bad = matches_any(&rule.bad, name);
                    assert_eq!(has(class.to), is_bad || (!rule.good.is_empty() && !matches_any(&rule.good, name)));
                }
            }
        }
    }
}
