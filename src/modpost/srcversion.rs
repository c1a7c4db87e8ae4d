// SPDX-License-Identifier: GPL-2.0-only

//! `srcversion`: a digest of the sources a module was built from, without comments and white space.
//!
//! Upstream: `get_src_version()`, `parse_source_files()`, `parse_file()`.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::finding::ModpostFinding;
use super::finding::Stop;
use super::md4::Md4;
use super::text::basename;
use super::text::is_space;
use super::text::lines;
use super::text::read_text_into;
use super::text::text;
use crate::elf::output::reason;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// The first 23 digits of the digest are kept: the original's buffer is one too short for 24.
const DIGITS: usize = 23;

/// A source version, or what was said instead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SrcVersion {
    /// The digits; empty if some file could not be understood.
    pub digits: String,
    /// What to say.
    pub findings: Vec<ModpostFinding>,
}

/// Reads the text file called `name`.
pub fn read_named(name: &[u8]) -> Result<Vec<u8>, Stop> {
    let mut text = Vec::new();
    read_named_into(name, &mut text)?;
    Ok(text)
}

/// Replaces the contents of `text` by that of the file called `name`.
pub fn read_named_into(name: &[u8], text: &mut Vec<u8>) -> Result<(), Stop> {
    read_text_into(Path::new(OsStr::from_bytes(name)), text)
        .map_err(|error| Stop::File { file: name.into(), error: reason(&error) })
}

/// The source version of a module built from `objects`.
pub fn of_objects<'a>(objects: impl Iterator<Item = &'a [u8]>, profile: &ModpostProfile) -> Result<SrcVersion, Stop> {
    let mut digest = Md4::default();
    let mut sources = Sources::default();
    for object in objects.filter(|object| !object.is_empty() && !object.ends_with(b".a")) {
        if let Err(line) = add_object(object, &mut sources, &mut digest, profile)? {
            let findings = vec![ModpostFinding::MalformedCmdLine(line.into())];
            return Ok(SrcVersion { digits: String::new(), findings });
        }
    }
    let mut digits = digest.finish();
    digits.truncate(DIGITS);
    Ok(SrcVersion { digits, findings: Vec::new() })
}

/// The file beside an object that says how it was built: `.base.cmd`.
pub fn cmd_file(directory: &[u8], base: &[u8]) -> Vec<u8> {
    text![directory, ".", base, ".cmd"]
}

/// What a line of a `.cmd` file says about sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependency<'a> {
    /// The source or a header beside it.
    File(&'a [u8]),
    /// This line names a source, but not where its name starts.
    Malformed(&'a [u8]),
}

/// The source that a `.cmd` file names, and those of its headers that are in the same directory as the object. Lines that
/// name headers start with blanks; where those are not trimmed, no header is seen.
pub fn dependencies<'a>(
    cmd: &'a [u8],
    directory: &'a [u8],
    profile: &ModpostProfile,
) -> impl Iterator<Item = Dependency<'a>> + use<'a> {
    let is_trimmed = profile.has(Behaviour::CmdLinesTrimmed);
    let mut in_deps = false;
    let of_line = move |line: &'a [u8]| {
        let blanks = line.iter().take_while(|&&byte| is_trimmed && is_space(byte)).count();
        let line = line.get(blanks..).unwrap_or_default();
        if line.starts_with(b"source_") {
            let file = memchr::memrchr(b' ', line).and_then(|space| line.get(space + 1..));
            return Some(Some(file.map_or(Dependency::Malformed(line), Dependency::File)));
        }
        if line.starts_with(b"deps_") {
            in_deps = true;
            return Some(None);
        }
        if in_deps && !line.ends_with(b"\\") {
            return None;
        }
        let file = line.split(|&byte| is_space(byte)).next().unwrap_or_default();
        Some(Some(Dependency::File(file)).filter(|_| in_deps && is_in_directory(file, directory)))
    };
    lines(cmd).map_while(of_line).flatten()
}

/// Adds an object's source and those of its headers that are in the same directory. The inner error is a line that
/// makes no sense.
fn add_object(
    object: &[u8],
    sources: &mut Sources,
    digest: &mut Md4,
    profile: &ModpostProfile,
) -> Result<Result<(), Vec<u8>>, Stop> {
    let base = basename(object);
    let directory = object.get(..object.len().saturating_sub(base.len())).unwrap_or_default();
    let cmd = read_named(&cmd_file(directory, base))?;
    for dependency in dependencies(&cmd, directory, profile) {
        match dependency {
            Dependency::File(file) => add_file(file, sources, digest)?,
            Dependency::Malformed(line) => return Ok(Err(line.to_vec())),
        }
    }
    Ok(Ok(()))
}

/// Whether the first occurrence of `directory` in `file` ends at the last slash. This is no test for a path component:
/// headers in `fs/xfs/` are "in" `fs/` too.
fn is_in_directory(file: &[u8], directory: &[u8]) -> bool {
    let Some(slash) = memchr::memrchr(b'/', file) else {
        // Two null pointers are equal, so an object in the root directory matches any name without a slash.
        return directory == b"/";
    };
    let Some(before) = file.get(..=slash).and_then(|path| path.strip_suffix(directory)) else { return false };
    !directory.is_empty() && memchr::memmem::find(file, directory) == Some(before.len())
}

/// The sources of one module without white space and comments, each of which is often read for many objects.
#[derive(Debug, Default)]
struct Sources {
    filtered: HashMap<Vec<u8>, Vec<u8>>,
    /// A buffer to read into.
    text: Vec<u8>,
}

fn add_file(name: &[u8], sources: &mut Sources, digest: &mut Md4) -> Result<(), Stop> {
    if let Some(known) = sources.filtered.get(name) {
        digest.update(known);
        return Ok(());
    }
    read_named_into(name, &mut sources.text)?;
    let filtered = filter(&sources.text);
    digest.update(&filtered);
    sources.filtered.insert(name.to_vec(), filtered);
    Ok(())
}

/// Which bytes are neither white space nor the start of something.
#[expect(clippy::indexing_slicing, reason = "by what is less than the length")]
const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < plain.len() {
        plain[byte] = !is_space(byte as u8) && !matches!(byte as u8, b'\\' | b'"' | b'/');
        byte += 1;
    }
    plain
};

/// A source without white space and comments. Strings are kept, also the quotes inside character constants and `//`
/// comments that look like strings.
pub fn filter(source: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(source.len());
    let mut rest = source;
    loop {
        let is_plain = |byte: u8| PLAIN.get(usize::from(byte)) == Some(&true);
        let plain = rest.iter().position(|&byte| !is_plain(byte)).unwrap_or(rest.len());
        let (run, special) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
        kept.extend_from_slice(run);
        rest = match special {
            [] => return kept,
            [b'\\', b'\n', tail @ ..] => tail,
            [b'"', ..] => {
                let (string, after) = special.split_at_checked(string_len(special)).unwrap_or((special, &[]));
                kept.extend_from_slice(string);
                after
            }
            [b'/', b'*', tail @ ..] => after_comment(tail),
            [byte, tail @ ..] if is_space(*byte) => {
                let blank = tail.iter().position(|&byte| !is_space(byte)).unwrap_or(tail.len());
                tail.get(blank..).unwrap_or_default()
            }
            [byte, tail @ ..] => {
                kept.push(*byte);
                tail
            }
        };
    }
}

/// Length of the string at the start of `text`, with both quotes. A quote after a backslash does not end it, even if
/// that backslash is itself escaped.
fn string_len(text: &[u8]) -> usize {
    let closing = text.windows(2).position(|pair| matches!(pair, [before, b'"'] if *before != b'\\'));
    closing.map_or(text.len(), |at| at + 2)
}

/// What follows a comment; `inside` starts after its `/*`, whose star may be the one that ends it.
fn after_comment(inside: &[u8]) -> &[u8] {
    match inside {
        [b'/', after @ ..] => after,
        _ => memchr::memmem::find(inside, b"*/").and_then(|end| inside.get(end + 2..)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::filter;
    use super::is_in_directory;

    fn filtered(source: &str) -> String {
        String::from_utf8(filter(source.as_bytes())).unwrap()
    }

    #[test]
    fn comments_and_spaces_go_strings_stay() {
        assert_eq!(filtered("int a; /* c */ char *s=\"x y /* z */\";\n"), "inta;char*s=\"x y /* z */\";");
        assert_eq!(filtered("int h; // foo bar\n"), "inth;//foobar");
        assert_eq!(filtered("a/*/b c"), "abc");
        assert_eq!(filtered("a\\\nb\\ c"), "ab\\c");
        assert_eq!(filtered("\"a\\\" b\" c"), "\"a\\\" b\"c");
        assert_eq!(filtered("\"\\\\\" c"), "\"\\\\\" c");
        assert_eq!(filtered("a /* no end"), "a");
        assert_eq!(filtered("\"no end"), "\"no end");
    }

    #[test]
    fn directories_by_substring() {
        assert!(is_in_directory(b"fs/xfs/x.h", b"fs/xfs/") && is_in_directory(b"fs/x.h", b"fs/"));
        assert!(is_in_directory(b"include/net/x.h", b"net/"));
        assert!(!is_in_directory(b"fs/xfs/x.h", b"fs/"));
        assert!(!is_in_directory(b"x.h", b"") && !is_in_directory(b"a/x.h", b""));
        assert!(is_in_directory(b"../h.h", b"./") && !is_in_directory(b"h.h", b"./"));
    }
}
