// SPDX-License-Identifier: GPL-2.0-only

//! The section `.modinfo`: `tag=value` strings, separated by runs of NULs.

use super::text::c_string;

/// The strings of a `.modinfo` section.
///
/// Upstream: `get_next_modinfo()` and `next_string()`.
#[derive(Debug, Clone, Default)]
pub struct ModInfo(Vec<u8>);

impl ModInfo {
    /// Takes the section's contents.
    pub fn new(contents: Vec<u8>) -> Self {
        Self(contents)
    }

    /// All values of `tag`, in order.
    pub fn values<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0
            .split(|&byte| byte == 0)
            .filter_map(move |string| string.strip_prefix(tag.as_bytes())?.strip_prefix(b"="))
    }

    /// The first value of `tag`.
    pub fn value(&self, tag: &str) -> Option<&[u8]> {
        self.0.split(|&byte| byte == 0).find_map(|string| string.strip_prefix(tag.as_bytes())?.strip_prefix(b"="))
    }
}

/// The strings of a section like `.no_trim_symbol`, without empty ones.
pub fn strings(contents: &[u8]) -> impl Iterator<Item = &[u8]> {
    contents.split(|&byte| byte == 0).map(c_string).filter(|string| !string.is_empty())
}

/// Whether modules with this licence may use GPL-only symbols.
///
/// Upstream: `license_is_gpl_compatible()`.
pub fn is_gpl_compatible(license: &[u8]) -> bool {
    matches!(
        license,
        b"GPL" | b"GPL v2" | b"GPL and additional rights" | b"Dual BSD/GPL" | b"Dual MIT/GPL" | b"Dual MPL/GPL"
    )
}

#[cfg(test)]
mod tests {
    use super::ModInfo;

    #[test]
    fn values_by_tag() {
        let info = ModInfo::new(b"\0license=GPL\0\0\0description=\0license=X\0licensex=Y\0".to_vec());
        assert_eq!(info.values("license").collect::<Vec<_>>(), [b"GPL", &b"X"[..]]);
        assert_eq!(info.value("description"), Some(&b""[..]));
        assert_eq!(info.value("version"), None);
    }
}
