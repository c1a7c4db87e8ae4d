//! Which rules a section's name takes part in, worked out once per section.

use object::elf;

use super::names::source_name;
use super::object::Header;
use super::object::Object;
use super::pattern::matches_any;
use super::profile::Features;
use super::profile::Profile;
use super::section_rules::SectionRules;

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
    /// The class of a section called `name`.
    pub fn of(name: &[u8], rules: &SectionRules) -> Self {
        let mut class = Self { is_unchecked: matches_any(rules.unchecked, name), ..Self::default() };
        // Undefined symbols belong to the null section, which has no name; no rule is about that.
        if name.is_empty() {
            return class;
        }
        for (index, rule) in rules.rules.iter().enumerate() {
            let bit = 1u16.checked_shl(index as u32).unwrap_or_default();
            if matches_any(rule.from, name) {
                class.from |= bit;
            }
            let is_bad = matches_any(rule.bad, name);
            if is_bad || (!rule.good.is_empty() && !matches_any(rule.good, name)) {
                class.to |= bit;
            }
        }
        class
    }

    /// The first rule that forbids a reference from a section of this class to one of class `to`.
    pub fn first_rule(self, to: u16) -> Option<usize> {
        let rules = self.from & to;
        (rules != 0).then(|| rules.trailing_zeros() as usize)
    }
}

/// The class of every section of `object`.
pub fn classify(object: &Object, rules: &SectionRules) -> Vec<SectionClass> {
    (0..object.sections.len()).map(|index| SectionClass::of(object.section_name(index), rules)).collect()
}

/// For every section with relocations the class of the section they belong to.
pub fn classify_sources(object: &Object, classes: &[SectionClass], profile: &Profile) -> Vec<SectionClass> {
    let is_by_name = profile.has(Features::SOURCE_BY_RELOC_NAME);
    let sections = object.sections.iter().enumerate();
    let of = |(index, header): (usize, &Header)| match header.kind {
        elf::SHT_REL | elf::SHT_RELA if is_by_name => {
            SectionClass::of(source_name(object, index, profile), profile.sections)
        }
        elf::SHT_REL | elf::SHT_RELA => classes.get(header.info as usize).copied().unwrap_or_default(),
        _ => SectionClass::default(),
    };
    sections.map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::SectionClass;
    use crate::modpost::section_rules::V7_3;

    fn rule(from: &str, to: &str) -> Option<usize> {
        let to = SectionClass::of(to.as_bytes(), &V7_3).to;
        SectionClass::of(from.as_bytes(), &V7_3).first_rule(to)
    }

    #[test]
    fn first_matching_rule() {
        assert_eq!(rule(".text.hot", ".init.text"), Some(0));
        assert_eq!(rule(".init.text", ".exit.data"), Some(1));
        assert_eq!(rule(".exit.text", ".init.text"), Some(2));
        assert_eq!(rule(".pci_fixup_early", ".init.text"), Some(3));
        assert_eq!(rule(".pci_fixup_early", ".exit.text"), None);
        assert_eq!(rule("__ex_table", ".data"), Some(4));
        assert_eq!(rule("__ex_table", ".text"), None);
        assert_eq!(rule("__ex_table", ""), None);
        assert_eq!(rule(".rodata", ".init.text"), None);
    }
}
