// SPDX-License-Identifier: GPL-2.0-only

//! The configuration a folder was built with.

use std::collections::BTreeMap;

/// `include/config/auto.conf`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config(BTreeMap<String, String>);

/// Newest names of symbols, and older ones. Before 5.19 `STACK_VALIDATION` was what had objtool run at all.
const RENAMED: [(&str, &str); 6] = [
    ("MITIGATION_RETPOLINE", "RETPOLINE"),
    ("MITIGATION_RETHUNK", "RETHUNK"),
    ("MITIGATION_SLS", "SLS"),
    ("MITIGATION_CALL_DEPTH_TRACKING", "CALL_DEPTH_TRACKING"),
    ("MITIGATION_UNRET_ENTRY", "CPU_UNRET_ENTRY"),
    ("OBJTOOL", "STACK_VALIDATION"),
];

impl Config {
    /// Parses lines `CONFIG_NAME=value`.
    pub fn parse(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| line.strip_prefix("CONFIG_")?.split_once('='));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())).collect())
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a symbol is `y`, by its newest name or an older one.
    pub fn has(&self, name: &str) -> bool {
        self.spelling(name).is_some()
    }

    /// The name by which this configuration has a symbol that is `y`: `MITIGATION_RETPOLINE` was `RETPOLINE` up to 6.8.
    pub fn spelling<'a>(&self, name: &'a str) -> Option<&'a str> {
        let older = RENAMED.iter().find(|(newest, _)| *newest == name).map(|(_, older)| *older);
        [Some(name), older].into_iter().flatten().find(|name| self.get(name) == Some("y"))
    }

    /// A symbol's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All symbols that are set, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Compiler and version, such as `clang 190107`.
    pub fn compiler(&self) -> String {
        match (self.has("CC_IS_CLANG"), self.get("CLANG_VERSION"), self.get("GCC_VERSION")) {
            (true, Some(version), _) => format!("clang {version}"),
            (false, _, Some(version)) if self.has("CC_IS_GCC") => format!("gcc {version}"),
            _ => String::new(),
        }
    }

    /// The command line of `objtool` for this configuration, without the file, as kbuild would write it.
    pub fn objtool_words(&self, is_module: bool, is_linked: bool) -> Vec<&str> {
        const ACTIONS: [(&str, &str); 8] = [
            ("HAVE_JUMP_LABEL_HACK", "--hacks=jump_label"),
            ("HAVE_NOINSTR_HACK", "--hacks=noinstr"),
            ("MITIGATION_CALL_DEPTH_TRACKING", "--hacks=skylake"),
            ("X86_KERNEL_IBT", "--ibt"),
            ("UNWINDER_ORC", "--orc"),
            ("MITIGATION_RETPOLINE", "--retpoline"),
            ("MITIGATION_RETHUNK", "--rethunk"),
            ("MITIGATION_SLS", "--sls"),
        ];
        let mut words: Vec<&str> = ACTIONS.iter().filter(|(name, _)| self.has(name)).map(|(_, word)| *word).collect();
        if self.has("FTRACE_MCOUNT_USE_OBJTOOL") {
            words.push("--mcount");
        }
        if self.has("HAVE_OBJTOOL_NOP_MCOUNT") {
            words.push("--mnop");
        }
        if self.has("HAVE_STATIC_CALL_INLINE") {
            words.push("--static-call");
        }
        if self.has("HAVE_UACCESS_VALIDATION") {
            words.push("--uaccess");
        }
        if is_linked {
            words.push("--link");
        }
        if is_module {
            words.push("--module");
        }
        words
    }
}

impl Config {
    /// The same for releases with subcommands, for one translation unit (`objtool_args` in `scripts/Makefile.build`).
    pub fn check_words(&self, is_module: bool) -> Vec<&'static str> {
        let mut words = self.command_words(self.has("UNWINDER_ORC"));
        words.extend(is_module.then_some("--module"));
        words.extend(self.has("MITIGATION_RETHUNK").then_some("--rethunk"));
        words.extend(self.has("FTRACE_MCOUNT_USE_OBJTOOL").then_some("--mcount"));
        words
    }

    /// The same for `vmlinux.o` (`objtool_link()` in `scripts/link-vmlinux.sh`); `None` if objtool does not look at it.
    /// `names_noinstr`: there is an option for what 5.10 does of itself.
    pub fn vmlinux_check_words(&self, names_noinstr: bool) -> Option<Vec<&'static str>> {
        let (is_lto, is_validated) = (self.has("LTO_CLANG"), self.has("VMLINUX_VALIDATION"));
        if !(is_lto || is_validated) || !self.has("OBJTOOL") {
            return None;
        }
        let mut words = self.command_words(is_lto && self.has("UNWINDER_ORC"));
        words.push("--vmlinux");
        words.extend(is_lto.then_some("--duplicate"));
        words.extend((is_lto && self.has("FTRACE_MCOUNT_USE_OBJTOOL")).then_some("--mcount"));
        words.extend((is_validated && names_noinstr).then_some("--noinstr"));
        words.extend((is_validated && self.has("MITIGATION_UNRET_ENTRY")).then_some("--unret"));
        Some(words)
    }

    /// The subcommand with what all calls share.
    fn command_words(&self, makes_orc: bool) -> Vec<&'static str> {
        let mut words = if makes_orc { vec!["orc", "generate"] } else { vec!["check"] };
        words.extend((!self.has("FRAME_POINTER")).then_some("--no-fp"));
        words.extend((self.has("GCOV_KERNEL") || self.has("LTO_CLANG")).then_some("--no-unreachable"));
        words.extend(self.has("MITIGATION_RETPOLINE").then_some("--retpoline"));
        words.extend(self.has("X86_SMAP").then_some("--uaccess"));
        words.extend(self.has("MITIGATION_SLS").then_some("--sls"));
        words
    }
}

/// The bytes of `#define ORC_HASH 0x13,0x7c,…`.
pub fn orc_hash(text: &str) -> Option<Vec<u8>> {
    let (_, list) = text.split_once("ORC_HASH")?;
    let words = list.lines().next()?.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| u8::from_str_radix(word.strip_prefix("0x")?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_conf() {
        let config = Config::parse("# comment\nCONFIG_A=y\nCONFIG_B=\"text\"\nCONFIG_N=12\n");
        assert!(config.has("A") && !config.has("B") && !config.has("C"));
        assert_eq!(config.get("B"), Some("text"));
        assert!(Config::parse("").is_empty());
    }

    #[test]
    fn words_of_subcommands() {
        let config = "CONFIG_STACK_VALIDATION=y\nCONFIG_UNWINDER_ORC=y\nCONFIG_RETPOLINE=y\nCONFIG_RETHUNK=y\n";
        let gcc = Config::parse(config);
        assert_eq!(gcc.spelling("MITIGATION_RETPOLINE"), Some("RETPOLINE"));
        assert_eq!(gcc.check_words(true).join(" "), "orc generate --no-fp --retpoline --module --rethunk");
        assert_eq!(gcc.vmlinux_check_words(true), None);
        let lto = Config::parse(&format!("{config}CONFIG_LTO_CLANG=y\nCONFIG_VMLINUX_VALIDATION=y\n"));
        let words = lto.vmlinux_check_words(true).expect("it is looked at").join(" ");
        assert_eq!(words, "orc generate --no-fp --no-unreachable --retpoline --vmlinux --duplicate --noinstr");
    }

    #[test]
    fn hash_of_the_headers() {
        assert_eq!(orc_hash("#define ORC_HASH 0x13,0x7c,0x0e,\n"), Some(vec![0x13, 0x7c, 0x0e]));
        assert_eq!(orc_hash("#define ORC_HASH 13\n"), None);
    }
}
