// SPDX-License-Identifier: GPL-2.0-only

//! The checks, one file each.
//!
//! A new one is a file with a [`check!`](super::check::check) in it, and its name in this list.

use super::check::Check;

/// Lists the checks in the order in which reports show them. A file of this folder that is not listed here fails a test.
macro_rules! checks {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+

        /// All checks, in the order in which reports show them.
        pub static ALL: &[&Check] = &[$(&$name::CHECK),+];
    };
}

checks! {
    bitcode,
    elf,
    stale,
    duplicate_symbol,
    undefined,
    lost_inputs,
    unit_flags,
    module_flag,
    static_call,
    mcount,
    orc,
    mitigations,
    noinstr,
    uaccess,
    stack,
    boot_tables,
    versions,
    exports,
    modules_order,
    module_name,
    loader,
    promises,
    sections,
    initcalls,
    promoted_symbols,
    livepatch,
    trim,
    section_mismatch,
}

/// The check with this identifier.
pub fn by_id(id: &str) -> Option<&'static Check> {
    ALL.iter().find(|check| check.id == id).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objtool::finding::Topic;
    use std::collections::BTreeSet;

    #[test]
    fn every_check_is_explained_with_cause_and_remedy() {
        for check in ALL {
            let all = check.explanation.concat();
            assert!(check.title().ends_with('.'), "{}: {}", check.id, check.title());
            assert!(all.contains("Cause: ") && all.contains("Remedy: "), "{}", check.id);
            let looks = check.file.is_some() || check.object.is_some();
            let looks = looks || check.world.is_some() || check.afterwards.is_some();
            assert!(looks || !check.topics.is_empty(), "{} looks at nothing", check.id);
        }
    }

    #[test]
    fn every_file_is_listed_and_named_for_its_check() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/gate/checks");
        let entries = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
        let files = entries.filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
        let files: BTreeSet<String> =
            files.map(|path| path.file_stem().expect("a name").to_string_lossy().replace('_', "-")).collect();
        let listed: BTreeSet<String> = ALL.iter().map(|check| check.id.to_owned()).collect();
        assert_eq!(files, listed);
        assert_eq!(listed.len(), ALL.len(), "one identifier each");
    }

    #[test]
    fn every_topic_belongs_to_one_check() {
        for topic in Topic::ALL {
            let n_checks = ALL.iter().filter(|check| check.topics.contains(topic)).count();
            assert_eq!(n_checks, usize::from(*topic != Topic::None), "{topic:?}");
        }
    }
}
