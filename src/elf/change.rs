// SPDX-License-Identifier: GPL-2.0-only

//! What changed in the sections of a file: patches over the old contents and bytes after them, so that nothing else is copied.
//!
//! Tens of thousands of sections may have changed, most by a few bytes, so the patches of all are in one list.

use super::ElfFile;
use super::SectionId;

/// What changed in each section of the input.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// In the order of edits at first; once settled by section and offset, not overlapping.
    patches: Vec<Patch>,
    /// The bytes of all patches, in the order of edits.
    bytes: Vec<u8>,
    /// Once settled: the patches of section `s` are `patches[first[s]..first[s + 1]]`.
    first: Vec<u32>,
    /// What else changed.
    rest: Vec<(SectionId, Rest)>,
    /// Place in `rest` by section; the largest number for sections without.
    places: Vec<u32>,
}

/// What changed in a section besides bytes that were there.
#[derive(Debug, Default)]
pub(super) struct Rest {
    /// Bytes past the old end.
    pub appended: Vec<u8>,
    /// New `sh_info`.
    pub info: Option<u32>,
}

/// What changed in one section.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change<'a> {
    patches: &'a [Patch],
    bytes: &'a [u8],
    rest: Option<&'a Rest>,
}

#[derive(Debug, Clone, Copy)]
struct Patch {
    section: SectionId,
    len: u32,
    offset: u64,
    /// Place in the bytes of all patches.
    start: usize,
}

const _: () = assert!(size_of::<Patch>() <= 24);

impl Patch {
    fn end(&self) -> u64 {
        self.offset + u64::from(self.len)
    }

    fn ends_before(&self, next: &Self) -> bool {
        (self.section, self.end()) <= (next.section, next.offset)
    }
}

impl Changes {
    /// None, in a file with this many sections.
    pub fn none(n_sections: usize) -> Self {
        Self { places: vec![u32::MAX; n_sections], ..Self::default() }
    }

    /// Makes room for patches of `n_bytes` bytes each.
    pub fn reserve(&mut self, n_patches: usize, n_bytes: usize) {
        self.patches.reserve(n_patches);
        self.bytes.reserve(n_patches.saturating_mul(n_bytes));
    }

    /// Overwrites bytes of a section; the caller has checked that they exist.
    pub fn patch(&mut self, section: SectionId, offset: u64, bytes: &[u8]) {
        // Longer ones than 4 GiB would be several.
        for (nth, bytes) in bytes.chunks(1 << 31).enumerate() {
            let offset = offset + ((nth as u64) << 31);
            self.patches.push(Patch { section, len: bytes.len() as u32, offset, start: self.bytes.len() });
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Forgets all patches of a section.
    pub fn forget(&mut self, section: SectionId) {
        self.patches.retain(|patch| patch.section != section);
    }

    /// What else changed in `section`, to be added to. The caller has checked that it exists.
    pub fn rest_of(&mut self, section: SectionId) -> &mut Rest {
        let end = self.rest.len() as u32;
        let place = match self.places.get_mut(section.index()) {
            Some(place) => {
                if *place == u32::MAX {
                    *place = end;
                }
                *place
            }
            None => end,
        };
        if place == end {
            self.rest.push((section, Rest::default()));
        }
        let last = self.rest.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "places are those of entries, and there is one")]
        &mut self.rest[(place as usize).min(last)].1
    }

    /// Orders the patches by place; where some of a section overlap, replaces all by one with the outcome.
    pub fn settle(&mut self, file: &ElfFile<'_>) {
        let is_settled = |patches: &[Patch]| patches.is_sorted_by(Patch::ends_before);
        if !is_settled(&self.patches) {
            self.patches.sort_by_key(|patch| (patch.section, patch.offset));
        }
        if !is_settled(&self.patches) {
            let patches = std::mem::take(&mut self.patches);
            for of_section in patches.chunk_by(|a, b| a.section == b.section) {
                match of_section {
                    [first, ..] if !is_settled(of_section) => self.replace_by_outcome(file, first.section, of_section),
                    _ => self.patches.extend_from_slice(of_section),
                }
            }
        }
        let mut next = 0;
        self.first = (0..=file.sections.len() as u32)
            .map(|section| {
                next += self.patches.iter().skip(next).take_while(|patch| patch.section.0 < section).count();
                next as u32
            })
            .collect();
    }

    fn replace_by_outcome(&mut self, file: &ElfFile<'_>, section: SectionId, patches: &[Patch]) {
        let mut outcome = file.section(section).data.to_vec();
        let mut in_edit_order = patches.to_vec();
        in_edit_order.sort_by_key(|patch| patch.start);
        for patch in in_edit_order {
            let place = outcome.get_mut(patch.offset as usize..patch.end() as usize);
            if let (Some(place), Some(bytes)) = (place, bytes_of(&self.bytes, patch)) {
                place.copy_from_slice(bytes);
            }
        }
        self.patch(section, 0, &outcome);
    }

    /// What changed in `section`, if anything did and once that is settled.
    pub fn get(&self, section: SectionId) -> Option<Change<'_>> {
        let range = self.first.get(section.index()).zip(self.first.get(section.index() + 1));
        let patches = range.and_then(|(&from, &to)| self.patches.get(from as usize..to as usize)).unwrap_or_default();
        let rest = self.places.get(section.index()).and_then(|place| self.rest.get(*place as usize));
        let rest = rest.map(|(_, rest)| rest);
        (!patches.is_empty() || rest.is_some()).then_some(Change { patches, bytes: &self.bytes, rest })
    }
}

fn bytes_of(bytes: &[u8], patch: Patch) -> Option<&[u8]> {
    bytes.get(patch.start..patch.start + patch.len as usize)
}

impl<'a> Change<'a> {
    /// Bytes past the old end.
    pub fn appended(&self) -> &'a [u8] {
        self.rest.map_or(&[], |rest| &rest.appended)
    }

    /// New `sh_info`.
    pub fn info(&self) -> Option<u32> {
        self.rest.and_then(|rest| rest.info)
    }

    /// Gives the new contents, piece by piece, to `visit`; `data` are the old ones.
    pub fn each_chunk<E>(&self, data: &'a [u8], visit: &mut impl FnMut(&'a [u8]) -> Result<(), E>) -> Result<(), E> {
        let mut done = 0;
        for patch in self.patches {
            visit(data.get(done..patch.offset as usize).unwrap_or_default())?;
            visit(bytes_of(self.bytes, *patch).unwrap_or_default())?;
            done = patch.end() as usize;
        }
        visit(data.get(done..).unwrap_or_default())?;
        visit(self.appended())
    }
}
