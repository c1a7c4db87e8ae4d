// SPDX-License-Identifier: GPL-2.0-only

//! File and line of a place.

use std::borrow::Cow;
use std::path::Path;

use addr2line::Context;
use addr2line::gimli::EndianSlice;
use addr2line::gimli::RunTimeEndian;

use super::DebugInfo;
use super::variables::Variables;
use crate::elf::SectionId;

pub(super) type Bytes<'a> = EndianSlice<'a, RunTimeEndian>;

/// Inlined functions that are named, innermost first.
const MAX_FRAMES: usize = 6;

/// The lines of a file.
pub struct Lines<'a> {
    context: Context<Bytes<'a>>,
    info: &'a DebugInfo<'a>,
    /// Read when something in data is asked for.
    variables: std::cell::OnceCell<Variables>,
}

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The file, relative to the folder that its unit was compiled in if it is below.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The function there; `None` for the line of a variable's definition.
    pub function: Option<String>,
}

impl<'a> Lines<'a> {
    /// Finds out what the units cover; `None` if they make no sense.
    pub fn of(info: &'a DebugInfo<'_>) -> Option<Self> {
        let dwarf = info.sections.borrow(|section| EndianSlice::new(section, info.endian));
        Some(Self { context: Context::from_dwarf(dwarf).ok()?, info, variables: std::cell::OnceCell::new() })
    }

    /// Where a place is in the source: code with the calls that were inlined there, innermost first, or the definition of a
    /// variable. Empty if nothing is known of it.
    pub fn at(&self, section: SectionId, offset: u64) -> Vec<Frame> {
        let base = self.info.bases.get(section.index()).copied().filter(|base| *base != 0);
        let Some(address) = base.map(|base| base.wrapping_add(offset)) else { return Vec::new() };
        let frames = self.frames(address);
        if !frames.is_empty() {
            return frames;
        }
        let Some(start) = self.info.variable_start(address) else { return Vec::new() };
        let variables = self.variables.get_or_init(|| Variables::read(self.info));
        variables.at(start).cloned().into_iter().collect()
    }

    fn frames(&self, address: u64) -> Vec<Frame> {
        let folder = self.folder(address);
        let Ok(mut found) = self.context.find_frames(address).skip_all_loads() else { return Vec::new() };
        let mut frames = Vec::new();
        while let Ok(Some(frame)) = found.next() {
            let Some((file, line)) = frame.location.and_then(|location| Some((location.file?, location.line?))) else {
                break;
            };
            let function = frame.function.and_then(|name| name.raw_name().ok().map(Cow::into_owned));
            frames.push(Frame { file: shown(file, &folder).into_owned(), line, function });
            if frames.len() == MAX_FRAMES {
                break;
            }
        }
        frames
    }

    /// The folder that the unit at `address` was compiled in.
    fn folder(&self, address: u64) -> String {
        let found = self.context.find_dwarf_and_unit(address).skip_all_loads();
        let folder = found.and_then(|unit| unit.comp_dir);
        folder.map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// A file's name, relative to the folder that its unit was compiled in if it is below.
pub(super) fn shown<'a>(file: &'a str, folder: &str) -> Cow<'a, str> {
    let path = Path::new(file);
    let inside = if folder.is_empty() { None } else { path.strip_prefix(folder).ok() };
    let path = inside.unwrap_or(path);
    path.strip_prefix(".").unwrap_or(path).to_string_lossy()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn files_are_named_as_in_the_tree() {
        assert_eq!(shown("/build/mm/a.c", "/build"), "mm/a.c");
        assert_eq!(shown("./mm/a.c", "/build"), "mm/a.c");
        assert_eq!(shown("/usr/include/a.h", "/build"), "/usr/include/a.h");
        assert_eq!(shown("a.c", ""), "a.c");
    }
}
