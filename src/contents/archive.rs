// SPDX-License-Identifier: GPL-2.0-only

//! Names in thin archives: what kbuild makes of a folder (`built-in.a`), and up to 6.0 of an LTO module before its link.
//!
//! A thin archive is a list: `!<thin>\n`, then a header of 60 bytes for each file, without the file. Names are in one table, the
//! member `//`, where each ends in `/\n`; a header has its offset there. Of the members `/` and `/SYM64/` (symbols) and `//`
//! the contents do follow.

use std::fmt;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

/// How a thin archive begins.
pub const MAGIC: &[u8] = b"!<thin>\n";

/// Bytes of a header: name (16), date (12), owner (6), group (6), mode (8), size in decimal digits (10), an end mark (2).
const HEADER: usize = 60;

/// What is wrong with an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveError {
    what: &'static str,
    offset: usize,
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thin archive: {} at {:#x}", self.what, self.offset)
    }
}

/// The members' names, relative to the archive's folder, in order.
pub fn members(data: &[u8]) -> Result<Vec<String>, ArchiveError> {
    let mut names: &[u8] = &[];
    let mut members = Vec::new();
    let mut offset = MAGIC.len();
    while offset < data.len() {
        let fail = |what| ArchiveError { what, offset };
        let header = data.get(offset..offset + HEADER).ok_or_else(|| fail("a header is cut short"))?;
        if header.get(58..) != Some(b"`\n") {
            return Err(fail("a header does not end as one"));
        }
        let size = header.get(48..58).and_then(number).ok_or_else(|| fail("a size is no number"))?;
        let name = header.get(..16).unwrap_or_default().trim_ascii_end();
        let start = offset + HEADER;
        let is_stored = matches!(name, b"/" | b"//" | b"/SYM64/");
        let end = if is_stored { start.saturating_add(size) } else { start };
        if name == b"//" {
            names = data.get(start..end).ok_or_else(|| fail("the names are cut short"))?;
        } else if !is_stored {
            members.push(member(name, names).ok_or_else(|| fail("a member has no name"))?);
        }
        offset = end + end % 2;
    }
    Ok(members)
}

/// A header's name: `/` and its offset in the table (before a `:` comes that, behind it a place in a nested archive), or itself.
fn member(name: &[u8], names: &[u8]) -> Option<String> {
    let name = match name.strip_prefix(b"/") {
        Some(digits) => {
            let rest = names.get(number(digits.split(|byte| *byte == b':').next()?)?..)?;
            rest.split(|byte| *byte == b'\n').next()?
        }
        None => name,
    };
    let name = name.strip_suffix(b"/").unwrap_or(name);
    (!name.is_empty()).then(|| String::from_utf8_lossy(name).into_owned())
}

fn number(text: &[u8]) -> Option<usize> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

/// A member's path relative to where the archive's own path is relative to, without `.` and `..` as far as they can be resolved.
pub fn resolve(archive: &str, member: &str) -> String {
    let mut path = PathBuf::new();
    for part in Path::new(archive).parent().unwrap_or(Path::new("")).join(member).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(path.components().next_back(), Some(Component::Normal(_))) => {
                path.pop();
            }
            other => path.push(other),
        }
    }
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, size: usize) -> String {
        format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644)
    }

    fn archive() -> String {
        let names = "open.o/\n../ipc/a-longer-name.o/\n";
        // An odd table is followed by a byte that belongs to nothing.
        format!(
            "!<thin>\n{}abc\n{}{names}{}{}{}",
            header("/", 3),
            header("//", names.len()),
            header("/0", 9),
            header("/8", 700),
            header("x.o/", 1)
        )
    }

    #[test]
    fn names_are_in_order() {
        assert_eq!(members(archive().as_bytes()).expect("it is whole"), ["open.o", "../ipc/a-longer-name.o", "x.o"]);
        assert_eq!(members(MAGIC).expect("it is whole"), Vec::<String>::new());
    }

    #[test]
    fn damage_is_told() {
        let whole = archive();
        let said = |text: &str| members(text.as_bytes()).expect_err("it is damaged").to_string();
        assert_eq!(said(&whole[..whole.len() - 1]), "thin archive: a header is cut short at 0x11c");
        assert_eq!(said(&whole.replace("/8 ", "/80")), "thin archive: a member has no name at 0xe0");
        assert_eq!(said(&whole.replace("3         `", "x         `")), "thin archive: a size is no number at 0x8");
        assert_eq!(said(&whole.replace("`\n", "``")), "thin archive: a header does not end as one at 0x8");
        // Every prefix and every changed byte is answered.
        for at in 0..whole.len() {
            let _ = members(&whole.as_bytes()[..at]);
            let mut changed = whole.clone().into_bytes();
            changed[at] = b'9';
            let _ = members(&changed);
        }
    }

    #[test]
    fn paths() {
        assert_eq!(resolve("fs/built-in.a", "ext4/a.o"), "fs/ext4/a.o");
        assert_eq!(resolve("fs/ext4/x.o", "../../ipc/./a.o"), "ipc/a.o");
        assert_eq!(resolve("x.o", "../a.o"), "../a.o");
    }
}
