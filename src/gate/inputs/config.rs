//! The configuration a folder was built with.

use std::collections::BTreeMap;

/// `include/config/auto.conf`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config(BTreeMap<String, String>);

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

    /// Whether a symbol is `y`.
    pub fn has(&self, name: &str) -> bool {
        self.get(name) == Some("y")
    }

    /// A symbol's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
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
    fn hash_of_the_headers() {
        assert_eq!(orc_hash("#define ORC_HASH 0x13,0x7c,0x0e,\n"), Some(vec![0x13, 0x7c, 0x0e]));
        assert_eq!(orc_hash("#define ORC_HASH 13\n"), None);
    }
}
