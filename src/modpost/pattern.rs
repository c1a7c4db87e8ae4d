// SPDX-License-Identifier: GPL-2.0-only

//! The shell patterns in the rules for section and symbol names.
//!
//! No pattern of any series uses more than a leading and a trailing `*`, for which the hand-written matcher of 5.10 and
//! `fnmatch(3)` of newer series agree.

/// Whether `name` matches `pattern`: exact, `head*`, `*tail` or `*middle*`.
pub fn matches(pattern: &str, name: &[u8]) -> bool {
    let pattern = pattern.as_bytes();
    match (pattern.strip_prefix(b"*"), pattern.strip_suffix(b"*")) {
        (None, None) => name == pattern,
        (None, Some(head)) => name.starts_with(head),
        (Some(tail), None) => name.ends_with(tail),
        (Some(rest), Some(_)) => {
            rest.strip_suffix(b"*").is_none_or(|middle| memchr::memmem::find(name, middle).is_some())
        }
    }
}

/// Whether `name` matches one of `patterns`.
pub fn matches_any(patterns: &[&str], name: &[u8]) -> bool {
    patterns.iter().any(|pattern| matches(pattern, name))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn the_four_forms() {
        assert!(matches(".data", b".data") && !matches(".data", b".data.rel"));
        assert!(matches(".init.*", b".init.text") && matches(".init.*", b".init.") && !matches(".init.*", b".init"));
        assert!(matches("*_ops", b"x_ops") && matches("*_ops", b"_ops") && !matches("*_ops", b"x_ops2"));
        assert!(matches("*.constprop.*", b"f.constprop.0") && !matches("*.constprop.*", b"f.constprop"));
        assert!(matches("*", b"") && matches("*", b"x"));
    }
}
