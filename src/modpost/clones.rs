// SPDX-License-Identifier: GPL-2.0-only

//! Names of the copies that compilers make of functions, and what two references from copies have in common.

use super::finding::SectionRef;
use super::text::Name;

/// The function that a clone was made of: what is before the first dot that does not start the name.
pub fn source_name(name: &[u8]) -> &[u8] {
    let end = name.iter().skip(1).position(|&byte| byte == b'.');
    end.and_then(|end| name.get(..=end)).unwrap_or(name)
}

/// What makes two section mismatches the same: module, sections, and symbols without what their clones are called.
pub type MismatchKey = (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>);

/// The key of a mismatch in `module`, and the mismatch with clones named as such.
pub fn by_source(module: &[u8], at: &SectionRef) -> (MismatchKey, SectionRef) {
    let (from, to) = (source_name(&at.from_symbol), source_name(&at.to_symbol));
    let sections = (source_section(&at.from_section), source_section(&at.to_section));
    let key = (module.to_vec(), sections.0.to_vec(), from.to_vec(), sections.1.to_vec(), to.to_vec());
    let described =
        SectionRef { from_symbol: describe(&at.from_symbol), to_symbol: describe(&at.to_symbol), ..at.clone() };
    (key, described)
}

/// `.text.foo.constprop.0` and `.text.foo` are one section to a reader: the first two parts of the name.
fn source_section(name: &[u8]) -> &[u8] {
    let end = name.iter().enumerate().filter(|(_, byte)| **byte == b'.').nth(2).map(|(at, _)| at);
    end.and_then(|end| name.get(..end)).unwrap_or(name)
}

/// A clone's name in the words of debuggers: `foo [clone .constprop.0]`.
fn describe(name: &[u8]) -> Name {
    let source = source_name(name);
    match name.get(source.len()..) {
        None | Some([]) => name.into(),
        Some(suffix) => [source, b" [clone ", suffix, b"]"].concat().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::describe;
    use super::source_name;
    use super::source_section;

    #[test]
    fn clones_are_named_by_their_source() {
        assert_eq!(source_name(b"f.llvm.123"), b"f");
        assert_eq!((source_name(b".f.x"), source_name(b"f"), source_name(b"")), (&b".f"[..], &b"f"[..], &b""[..]));
        assert_eq!(&*describe(b"f.constprop.0"), b"f [clone .constprop.0]");
        assert_eq!(&*describe(b"f"), b"f");
        assert_eq!(source_section(b".text.f.constprop.0"), b".text.f");
        assert_eq!(source_section(b".init.text"), b".init.text");
    }
}
