// SPDX-License-Identifier: GPL-2.0-only

//! Which global functions never return, by name.
//!
//! Upstream: the names that `dead_end_function()` knows.

use rustc_hash::FxHashSet;

use super::Behaviour;
use super::Profile;
use super::names::NameList;

/// Functions that never return: by the kernel tree's own list where there is a tree, else by the series'.
#[derive(Debug)]
pub struct Noreturns {
    of_tree: Option<FxHashSet<Vec<u8>>>,
    of_series: NameList,
    /// Suffixes of Rust functions; `None` where such functions are not known at all.
    rust_suffixes: Option<NameList>,
}

impl Noreturns {
    /// Those of a series, or as the tree lists them.
    pub fn new(profile: &Profile, of_tree: Option<&Vec<String>>) -> Self {
        let knows_rust = profile.has(Behaviour::RustNoreturns);
        Self {
            of_tree: of_tree.map(|names| names.iter().map(|name| name.clone().into_bytes()).collect()),
            of_series: profile.names.noreturns.clone(),
            rust_suffixes: knows_rust.then(|| profile.names.rust_noreturn_suffixes.clone()),
        }
    }

    /// Whether the global function of this name never returns.
    pub fn contains(&self, name: &[u8]) -> bool {
        self.is_rust_noreturn(name) || self.is_listed(name)
    }

    fn is_listed(&self, name: &[u8]) -> bool {
        match &self.of_tree {
            Some(names) => names.contains(name),
            None => self.of_series.binary_search_by(|known| known.as_bytes().cmp(name)).is_ok(),
        }
    }

    /// Rust functions of the core library that panic, by the parts of their names that do not change.
    fn is_rust_noreturn(&self, name: &[u8]) -> bool {
        let Some(suffixes) = self.rust_suffixes.as_ref().filter(|_| name.starts_with(b"_R")) else { return false };
        let has = |part: &str| memchr::memmem::find(name, part.as_bytes()).is_some();
        suffixes.iter().any(|suffix| name.ends_with(suffix.as_bytes()))
            || has("_4core9panicking13assert_failed")
            || has("_4core9panicking11panic_const24panic_const_")
            || (has("_4core5slice5index") && has("slice_") && name.ends_with(b"_fail"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_tree_takes_the_place_of_the_series() {
        let profile = Profile::newest();
        let of_tree = vec!["no_way_back".to_owned()];
        let (series, tree) = (Noreturns::new(&profile, None), Noreturns::new(&profile, Some(&of_tree)));
        assert!(series.contains(b"panic") && !series.contains(b"no_way_back"));
        assert!(tree.contains(b"no_way_back") && !tree.contains(b"panic"));
        let panics = b"_RNvNtCs1_4core9panicking13assert_failed";
        assert!(series.contains(panics) && tree.contains(panics) && !tree.contains(b"_Ra"));
    }
}
