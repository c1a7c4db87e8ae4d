// SPDX-License-Identifier: GPL-2.0-only

//! What was asked for on `modpost`'s command line.

use std::ffi::OsStr;
use std::ffi::OsString;

use super::getopt;
use super::getopt::Item;
use super::getopt::UsageError;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// The options of one call; a field holds what was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModpostOpts {
    /// `-e`: the modules are built outside the kernel tree.
    pub external: bool,
    /// `-i FILE`, repeatable: symbol dumps to read first.
    pub dumps: Vec<OsString>,
    /// `-M` (6.6 and newer): the kernel has modules, so exports are collected.
    pub modules: bool,
    /// `-m`: symbols have versions (CRCs).
    pub versions: bool,
    /// `-b` (6.18 and newer): write `____versions[]`.
    pub basic_versions: bool,
    /// `-x` (6.18 and newer): write `____version_ext_*`.
    pub extended_versions: bool,
    /// `-n`: objects that cannot be opened are reported and skipped.
    pub ignore_missing: bool,
    /// `-T FILE`: a file that lists objects.
    pub list: Option<OsString>,
    /// `-o FILE`: where to write the symbol dump.
    pub dump: Option<OsString>,
    /// `-a`: every module gets a source version.
    pub all_srcversions: bool,
    /// `-t` (6.6 and newer): drop exports that no module uses.
    pub trim: bool,
    /// `-u FILE` (6.6 and newer): exports to keep all the same.
    pub keep_list: Option<OsString>,
    /// `-W` (6.1 and newer).
    pub extra_warn: bool,
    /// `-w`: unresolved symbols are warnings.
    pub warn_unresolved: bool,
    /// `-E`: section mismatches fail the run.
    pub mismatch_is_error: bool,
    /// `-N`: missing namespace imports are warnings.
    pub allow_missing_namespaces: bool,
    /// `-d FILE`: where to write the missing namespace imports.
    pub namespace_deps: Option<OsString>,
    /// `-v TEXT` (Android): the state of the sources.
    pub scm_version: Option<OsString>,
    /// Objects named on the command line.
    pub objects: Vec<OsString>,
}

/// What the options are for: letter, what it takes, and a sentence. The original has no help.
const DESCRIPTIONS: &[(u8, &str, &str)] = &[
    (b'a', "", "give every module a source version, also those without MODULE_VERSION"),
    (b'b', "", "write versions as ____versions[]"),
    (b'd', "FILE", "write the namespace imports that modules lack to FILE, instead of complaining"),
    (b'e', "", "the modules are built outside of the kernel tree"),
    (b'E', "", "section mismatches are errors"),
    (b'i', "FILE", "read a symbol dump (Module.symvers) first; may be repeated"),
    (b'm', "", "symbols have versions: check that they have, and record them"),
    (b'M', "", "the kernel has modules, so exports are collected"),
    (b'n', "", "an object that cannot be opened is reported and left out"),
    (b'N', "", "missing namespace imports are warnings, not errors"),
    (b'o', "FILE", "write the symbol dump (Module.symvers) to FILE"),
    (b't', "", "drop exports that no module uses"),
    (b'T', "FILE", "read the names of objects from FILE; - is standard input"),
    (b'u', "FILE", "with -t: keep the exports listed in FILE all the same"),
    (b'v', "TEXT", "the state of the sources, for every module's .modinfo"),
    (b'w', "", "undefined symbols are warnings, not errors"),
    (b'W', "", "say more: what a build with W=1 is to be told"),
    (b'x', "", "write versions as ____version_ext_*, which has room for long names"),
];

/// The options of a kernel's `modpost` in alphabetical order, such as `-o FILE`, each with what it does.
pub fn listed(profile: &ModpostProfile) -> Vec<(String, &'static str)> {
    let letters = profile.option_letters();
    let known = DESCRIPTIONS.iter().filter(|(letter, ..)| letters.as_bytes().contains(letter));
    known
        .map(|&(letter, takes, help)| (format!("-{} {takes}", char::from(letter)).trim_end().to_owned(), help))
        .collect()
}

impl ModpostOpts {
    /// Parses the arguments after the program's name as the series' `main()` does.
    pub fn parse(args: &[OsString], profile: &ModpostProfile, posix_order: bool) -> Result<Self, UsageError> {
        let mut opts = Self::default();
        for item in getopt::split(args, &profile.option_letters(), posix_order)? {
            match item {
                Item::Flag(letter) => opts.set_flag(letter),
                Item::Value(letter, value) => opts.set_value(letter, value),
                Item::Operand(object) => opts.objects.push(object),
            }
        }
        Ok(opts)
    }

    /// Whether the text of `-T` comes from standard input.
    pub fn list_is_stdin(&self, profile: &ModpostProfile) -> bool {
        profile.has(Behaviour::ListDashIsStdin) && self.list.as_deref() == Some(OsStr::new("-"))
    }

    fn set_flag(&mut self, letter: u8) {
        match letter {
            b'e' => self.external = true,
            b'M' => self.modules = true,
            b'm' => self.versions = true,
            b'b' => self.basic_versions = true,
            b'x' => self.extended_versions = true,
            b'n' => self.ignore_missing = true,
            b'a' => self.all_srcversions = true,
            b't' => self.trim = true,
            b'W' => self.extra_warn = true,
            b'w' => self.warn_unresolved = true,
            b'E' => self.mismatch_is_error = true,
            b'N' => self.allow_missing_namespaces = true,
            _ => {}
        }
    }

    fn set_value(&mut self, letter: u8, value: OsString) {
        match letter {
            b'i' => self.dumps.push(value),
            b'T' => self.list = Some(value),
            b'o' => self.dump = Some(value),
            b'u' => self.keep_list = Some(value),
            b'd' => self.namespace_deps = Some(value),
            b'v' => self.scm_version = Some(value),
            _ => {}
        }
    }
}
