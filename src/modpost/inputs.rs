// SPDX-License-Identifier: GPL-2.0-only

//! Which objects to read, and reading them.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rayon::prelude::*;

use super::finding::ModpostFinding;
use super::finding::Stop;
use super::options::ModpostOpts;
use super::scan;
use super::scan::ObjectFacts;
use super::section_class::ClassTable;
use super::text::Name;
use super::text::c_string;
use crate::elf::output::reason;
use crate::kernel::modpost::ModpostProfile;

/// The longest line the original reads at once, in bytes.
const LINE: usize = 4095;

/// The objects of a run.
#[derive(Debug)]
pub struct Inputs {
    /// Their names, in order.
    pub objects: Vec<Name>,
    /// What stops the run after they were read.
    pub end: Result<(), Stop>,
}

/// The objects on the command line, then those in the list.
pub fn list(opts: &ModpostOpts, profile: &ModpostProfile) -> Inputs {
    let mut objects: Vec<Name> = opts.objects.iter().map(|object| object.as_bytes().into()).collect();
    let Some(list) = &opts.list else { return Inputs { objects, end: Ok(()) } };
    let text = if opts.list_is_stdin(profile) { read_all(io::stdin().lock()) } else { read_list(list) };
    let end = text.map(|text| objects.extend(lines(&text).map(Name::from)));
    let stop = |error: io::Error| {
        let (file, error) = (list.as_bytes().into(), reason(&error));
        Stop::Fatal(ModpostFinding::ListUnreadable { file, error })
    };
    Inputs { objects, end: end.map_err(stop) }
}

fn read_list(name: &OsStr) -> io::Result<Vec<u8>> {
    read_all(File::open(Path::new(name))?)
}

/// All that can be read; the original does not notice errors after the file is open.
fn read_all(mut file: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let _ = file.read_to_end(&mut text);
    Ok(text)
}

/// Lines as `fgets(3)` reads them: long ones in pieces. One line feed is cut off, unless a NUL hides it.
pub fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let pieces = text.split_inclusive(|&byte| byte == b'\n').flat_map(|line| line.chunks(LINE));
    pieces.map(|piece| {
        let line = c_string(piece);
        line.strip_suffix(b"\n").unwrap_or(line)
    })
}

/// Reads all objects, the result in their order.
pub fn scan_all(objects: &[Name], opts: &ModpostOpts, profile: &ModpostProfile) -> Vec<ObjectFacts> {
    let table = ClassTable::new(&profile.sections);
    match objects {
        // One object does not need the threads; if it is large, its relocations will.
        [only] => vec![scan::scan(only, opts, profile, &table)],
        _ => objects.par_iter().with_max_len(1).map(|object| scan::scan(object, opts, profile, &table)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_as_fgets_reads_them() {
        let long = [&[b'a'; 4095][..], b"b\nc"].concat();
        let pieces: Vec<usize> = lines(&long).map(<[u8]>::len).collect();
        assert_eq!(pieces, [4095, 1, 1]);
        assert_eq!(lines(b"a\n\nb\0c\n").collect::<Vec<_>>(), [&b"a"[..], b"", b"b"]);
        assert_eq!(lines(b"").count(), 0);
    }
}
