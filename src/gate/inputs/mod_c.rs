// SPDX-License-Identifier: GPL-2.0-only

//! The source that `modpost` writes for a module: what the module will say of itself.

use std::collections::BTreeMap;

/// What it says, as far as no condition of the preprocessor decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModC {
    /// Tags and values of `.modinfo`.
    pub infos: Vec<(String, String)>,
    /// The version table, if there is one.
    pub versions: Option<BTreeMap<String, u32>>,
    /// Versions of exports.
    pub crcs: Vec<(String, u32)>,
    /// Exports.
    pub exports: Vec<String>,
}

impl ModC {
    /// Parses the source.
    pub fn parse(text: &str) -> Self {
        let mut source = Self::default();
        let mut depth = 0_usize;
        for line in text.lines().map(str::trim) {
            if line.starts_with("#if") {
                depth += 1;
            } else if line.starts_with("#endif") {
                depth = depth.saturating_sub(1);
            } else if depth == 0 {
                source.take(line);
            }
        }
        source
    }

    fn take(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("MODULE_INFO(")
            && let Some((tag, rest)) = rest.split_once(',')
        {
            self.infos.extend(quoted(rest).map(|value| (tag.trim().to_owned(), value)));
        } else if let Some(rest) = line.strip_prefix("MODULE_ALIAS(") {
            self.infos.extend(quoted(rest).map(|value| ("alias".to_owned(), value)));
        } else if let Some(rest) = line.strip_prefix("SYMBOL_CRC(") {
            let mut words = rest.split([',', ')']).map(str::trim);
            self.crcs.extend(words.next().zip(words.next().and_then(hex)).map(|(name, crc)| (name.to_owned(), crc)));
        } else if let Some((_, rest)) = line.split_once("KSYMTAB_").filter(|(start, _)| start.is_empty()) {
            let name = rest.split_once('(').and_then(|(_, rest)| rest.split([',', ')']).next());
            self.exports.extend(name.map(|name| name.trim().to_owned()));
        } else if line.ends_with("____versions[]") {
            self.versions = Some(BTreeMap::new());
        } else if let (Some(versions), Some(rest)) = (&mut self.versions, line.strip_prefix("{"))
            && let Some((crc, rest)) = rest.split_once(',')
        {
            versions.extend(quoted(rest).zip(hex(crc.trim())));
        }
    }
}

/// The string constant that a text begins with; `None` if it has escapes, which nobody writes here.
fn quoted(text: &str) -> Option<String> {
    let (value, _) = text.trim_start().strip_prefix('"')?.split_once('"')?;
    (!value.contains('\\')).then(|| value.to_owned())
}

fn hex(word: &str) -> Option<u32> {
    u32::from_str_radix(word.strip_prefix("0x")?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_source_says() {
        let text = "MODULE_INFO(name, KBUILD_MODNAME);\n#ifdef CONFIG_X\nMODULE_INFO(retpoline, \"Y\");\n#endif\n\
                    KSYMTAB_FUNC(f, \"\");\nSYMBOL_CRC(f, 0x0000000a);\nstatic const struct modversion_info ____versions[]\n\
                    __used __section(\"__versions\") = {\n\t{        0xb, \"g\" },\n};\nMODULE_INFO(depends, \"a,b\");\n\
                    MODULE_ALIAS(\"pci:v*\");\n";
        let source = ModC::parse(text);
        let pair = |tag: &str, value: &str| (tag.to_owned(), value.to_owned());
        assert_eq!(source.infos, [pair("depends", "a,b"), pair("alias", "pci:v*")]);
        assert_eq!(source.versions, Some(BTreeMap::from([("g".to_owned(), 11)])));
        assert_eq!((source.crcs, source.exports), (vec![("f".to_owned(), 10)], vec!["f".to_owned()]));
    }
}
