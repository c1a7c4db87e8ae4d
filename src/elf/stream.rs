// SPDX-License-Identifier: GPL-2.0-only

//! The bytes of a changed file: piece by piece in order, or of large files side by side, each part at its place.

use std::convert::Infallible;
use std::fs::File;
use std::io;
use std::io::Seek;
use std::io::SeekFrom;
use std::ops::Range;

use rayon::prelude::*;

use super::Image;
use super::SectionId;
use super::output::Content;
use super::output::Joined;
use super::write::Gap;
use super::write::stored;

static ZEROS: [u8; 4096] = [0; 4096];

/// About as many bytes are in each part of a file that is written side by side.
const PART_BYTES: u64 = 1 << 20;

/// Sections that follow each other, with the place of the gap before the first one.
struct Part {
    start: u64,
    sections: Range<usize>,
}

impl Image<'_, '_> {
    /// Size in bytes of the written file.
    pub fn size(&self) -> u64 {
        self.layout.size
    }

    /// The written file in one piece.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let Ok(()) = self.each_chunk(&mut |chunk| {
            bytes.extend_from_slice(chunk);
            Ok::<(), Infallible>(())
        });
        bytes
    }

    /// Gives the written file to `visit`, piece by piece. Pieces can be empty, as small as one instruction, or hundreds of
    /// megabytes.
    fn each_chunk<'a, E>(&'a self, visit: &mut impl FnMut(&'a [u8]) -> Result<(), E>) -> Result<(), E> {
        visit(&self.layout.start)?;
        self.each_chunk_of(0..self.layout.gaps.len(), visit)?;
        visit(&self.layout.headers)
    }

    fn each_chunk_of<'a, E>(
        &'a self,
        sections: Range<usize>,
        visit: &mut impl FnMut(&'a [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for (nth, gap) in self.layout.gaps.iter().enumerate().take(sections.end).skip(sections.start) {
            self.gap(*gap, visit)?;
            match self.input(nth) {
                Some((data, None)) => visit(data)?,
                Some((data, Some(change))) => change.each_chunk(data, visit)?,
                None => visit(self.added(nth))?,
            }
        }
        Ok(())
    }

    fn gap<'a, E>(&'a self, gap: Gap, visit: &mut impl FnMut(&'a [u8]) -> Result<(), E>) -> Result<(), E> {
        let mut left = gap.size as usize;
        let start = gap.from_input as usize;
        if gap.from_input != 0
            && let Some(kept) = self.file.data.get(start..start.saturating_add(left))
        {
            return visit(kept);
        }
        while left != 0 {
            let zeros = ZEROS.get(..left).unwrap_or(&ZEROS);
            visit(zeros)?;
            left -= zeros.len();
        }
        Ok(())
    }

    /// Old contents of section `nth` of the input, and what changed. The null section, whose size means something else, has
    /// none.
    fn input(&self, nth: usize) -> Option<(&[u8], Option<super::change::Change<'_>>)> {
        let section = self.file.sections.get(nth)?;
        let data = if nth == 0 { &[][..] } else { stored(self.file, section) };
        Some((data, if nth == 0 { None } else { self.changes.get(SectionId(nth as u32)) }))
    }

    /// Contents of an added section; nothing for the number past the last one.
    fn added(&self, nth: usize) -> &[u8] {
        let nth = nth.checked_sub(self.file.sections.len());
        nth.and_then(|nth| self.added.get(nth)).map_or(&[], |added| &added.section.data)
    }

    /// The file between its start and its section headers, in parts.
    fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut at = self.layout.start.len() as u64;
        for (nth, gap) in self.layout.gaps.iter().enumerate() {
            match parts.last_mut() {
                Some(part) if at - part.start < PART_BYTES => part.sections.end = nth + 1,
                _ => parts.push(Part { start: at, sections: nth..nth + 1 }),
            }
            let len = match self.input(nth) {
                Some((data, change)) => data.len() + change.map_or(0, |change| change.appended().len()),
                None => self.added(nth).len(),
            };
            at += u64::from(gap.size) + len as u64;
        }
        parts
    }

    fn write_parts(&self, file: &mut File) -> io::Result<()> {
        let write = |part: &Part| {
            let mut out = Joined::at(file, part.start);
            self.each_chunk_of(part.sections.clone(), &mut |chunk| out.add(chunk))?;
            out.finish()
        };
        let written: Vec<io::Result<()>> = self.parts().par_iter().map(write).collect();
        written.into_iter().collect::<io::Result<()>>()?;
        let mut start = Joined::at(file, 0);
        start.add(&self.layout.start)?;
        start.finish()?;
        let mut headers = Joined::at(file, self.size() - self.layout.headers.len() as u64);
        headers.add(&self.layout.headers)?;
        headers.finish()?;
        file.seek(SeekFrom::Start(self.size())).map(|_| ())
    }
}

impl Content for Image<'_, '_> {
    fn write_to(&self, file: &mut File) -> io::Result<()> {
        if self.file.is_large() && file.metadata()?.is_file() && file.stream_position()? == 0 {
            return self.write_parts(file);
        }
        let mut out = Joined::in_order(file);
        self.each_chunk(&mut |chunk| out.add(chunk))?;
        out.finish()
    }
}
