// SPDX-License-Identifier: GPL-2.0-only

//! Versions of exported symbols, which genksyms leaves in the `.cmd` files of the objects a module is made of.
//!
//! Upstream: `mod_set_crcs()`, `extract_crcs_for_object()`.

use rayon::prelude::*;

use super::finding::ModpostFinding;
use super::finding::Stop;
use super::srcversion::cmd_file;
use super::srcversion::read_named_into;
use super::text::Name;
use super::text::basename;
use super::text::strtoul;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// The longest path that fits the original's buffers, in bytes.
pub const PATH_MAX: usize = 4096;

/// From this many objects on they are read in parallel.
const MANY: usize = 32;

/// A symbol's name and version.
pub type Crc = (Name, u32);

/// The versions in the `.cmd` files of `objects`, the text of a `.mod` file or of `.vmlinux.objs`.
///
/// Names too long to open become `findings`.
pub fn of_objects(
    objects: &[u8],
    profile: &ModpostProfile,
    findings: &mut Vec<ModpostFinding>,
) -> Result<Vec<Crc>, Stop> {
    let objects: Vec<&[u8]> = objects.split(|&byte| byte == b'\n').take_while(|object| !object.is_empty()).collect();
    let parts: Vec<_> = if objects.len() < MANY {
        let mut text = Vec::new();
        objects.iter().map(|object| of_object(object, profile, &mut text)).collect()
    } else {
        objects.par_iter().map_init(Vec::new, |text, object| of_object(object, profile, text)).collect()
    };
    let mut crcs = Vec::new();
    for part in parts {
        match part? {
            Ok(part) => crcs.extend(part),
            Err(finding) => findings.push(finding),
        }
    }
    Ok(crcs)
}

/// The versions in the `.cmd` file of one object; `text` is a buffer for it.
fn of_object(
    object: &[u8],
    profile: &ModpostProfile,
    text: &mut Vec<u8>,
) -> Result<Result<Vec<Crc>, ModpostFinding>, Stop> {
    let path = crc_file(object, profile);
    if let Some(path) = path.get(..PATH_MAX - 1).filter(|_| path.len() >= PATH_MAX) {
        return Ok(Err(ModpostFinding::PathTooLong { path: path.into() }));
    }
    read_named_into(&path, text)?;
    Ok(Ok(parse(text)))
}

/// The `.cmd` file with the versions of what `object` exports.
fn crc_file(object: &[u8], profile: &ModpostProfile) -> Vec<u8> {
    let base = basename(object);
    let directory = object.get(..object.len().saturating_sub(base.len())).unwrap_or_default();
    if !profile.has(Behaviour::CrcThinltoNative) {
        return cmd_file(directory, base);
    }
    // The suffix is two bytes, whatever they are; a shorter name makes a negative precision, which printf ignores.
    let stem = base.strip_suffix(b".thinlto-native.o").or(base.get(..base.len().wrapping_sub(2))).unwrap_or(base);
    cmd_file(directory, &[stem, b".o"].concat())
}

/// The lines `#SYMVER name crc` of a `.cmd` file; such a line needs a line before it and a line feed after it.
pub fn parse(text: &[u8]) -> Vec<Crc> {
    const MARK: &[u8] = b"\n#SYMVER ";
    let mark = memchr::memmem::Finder::new(MARK);
    let mut crcs = Vec::new();
    let mut rest = text;
    while let Some(at) = mark.find(rest) {
        let line = rest.get(at + MARK.len()..).unwrap_or_default();
        let Some(space) = memchr::memchr(b' ', line) else { break };
        let (name, number) = line.split_at(space);
        rest = number.get(1..).unwrap_or_default();
        if !rest.first().is_some_and(u8::is_ascii_digit) {
            continue;
        }
        let (crc, after) = strtoul(rest, 0);
        rest = after;
        if rest.first() == Some(&b'\n') {
            crcs.push((name.into(), crc as u32));
        }
    }
    crcs
}

#[cfg(test)]
mod tests {
    use super::crc_file;
    use super::parse;
    use crate::kernel::modpost::ModpostProfile;
    use crate::kernel::series::Series;

    #[test]
    fn symver_lines() {
        let text = b"#SYMVER first 0x1\n#SYMVER a 0x0000002a\n#SYMVER b x\n#SYMVER c 010 \n#SYMVER d 7\n#SYMVER e 8";
        assert_eq!(parse(text), [(b"a"[..].into(), 0x2a), (b"d"[..].into(), 7)]);
    }

    #[test]
    fn thinlto_objects_have_their_versions_elsewhere() {
        assert_eq!(crc_file(b"a/b.thinlto-native.o", &ModpostProfile::of(Series::V7_3)), b"a/.b.o.cmd");
        assert_eq!(crc_file(b"a/b.thinlto-native.o", &ModpostProfile::of(Series::V6_12)), b"a/.b.thinlto-native.o.cmd");
        assert_eq!(crc_file(b"b.o", &ModpostProfile::of(Series::V7_3)), b".b.o.cmd");
        assert_eq!(crc_file(b"b.xy", &ModpostProfile::of(Series::V6_12)), b".b.xy.cmd");
    }
}
