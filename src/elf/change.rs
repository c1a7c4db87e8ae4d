// SPDX-License-Identifier: GPL-2.0-only

//! What changed in one section: patches over the old contents and bytes after them, so that nothing else is copied.

use super::SectionId;

/// What changed in each section of the input. Thousands of sections may have changed, and each is asked for several times.
#[derive(Debug, Default)]
pub(super) struct Changes {
    list: Vec<(SectionId, SectionChange)>,
    /// Place in `list` by section; the largest number for sections that stay as they are.
    places: Vec<u32>,
}

impl Changes {
    /// None, in a file with this many sections.
    pub fn none(n_sections: usize) -> Self {
        Self { list: Vec::new(), places: vec![u32::MAX; n_sections] }
    }

    /// What changed in `section`, if anything did.
    pub fn get(&self, section: SectionId) -> Option<&SectionChange> {
        let place = *self.places.get(section.index())?;
        self.list.get(place as usize).map(|(_, change)| change)
    }

    /// What changed in `section`, to be added to. The caller has checked that it exists.
    pub fn of(&mut self, section: SectionId) -> &mut SectionChange {
        let end = self.list.len() as u32;
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
            self.list.push((section, SectionChange::default()));
        }
        let last = self.list.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "places are those of entries, and there is one")]
        &mut self.list[(place as usize).min(last)].1
    }

    /// All changes.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (SectionId, &mut SectionChange)> {
        self.list.iter_mut().map(|(section, change)| (*section, change))
    }
}

/// What changed in a section of the input.
#[derive(Debug, Default)]
pub(super) struct SectionChange {
    /// By offset, not overlapping.
    patches: Vec<Patch>,
    /// The bytes of all patches.
    bytes: Vec<u8>,
    /// Bytes past the old end.
    pub appended: Vec<u8>,
    /// New `sh_info`.
    pub info: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Patch {
    offset: u64,
    start: usize,
    len: usize,
}

impl SectionChange {
    /// Makes room for patches of `n_bytes` bytes each.
    pub fn reserve(&mut self, n_patches: usize, n_bytes: usize) {
        self.patches.reserve(n_patches);
        self.bytes.reserve(n_patches.saturating_mul(n_bytes));
    }

    /// Overwrites bytes; the caller has checked that they exist.
    pub fn patch(&mut self, offset: u64, bytes: &[u8]) {
        self.patches.push(Patch { offset, start: self.bytes.len(), len: bytes.len() });
        self.bytes.extend_from_slice(bytes);
    }

    /// Orders the patches by place; where some overlap, replaces all by one with the outcome.
    pub fn settle(&mut self, data: &[u8]) {
        if self.patches.is_sorted_by(|a, b| a.offset + a.len as u64 <= b.offset) {
            return;
        }
        let in_edit_order = self.patches.clone();
        self.patches.sort_by_key(|patch| patch.offset);
        if self.patches.is_sorted_by(|a, b| a.offset + a.len as u64 <= b.offset) {
            return;
        }
        let mut outcome = data.to_vec();
        for patch in in_edit_order {
            let place = outcome.get_mut(patch.offset as usize..patch.offset as usize + patch.len);
            if let (Some(place), Some(bytes)) = (place, self.bytes_of(patch)) {
                place.copy_from_slice(bytes);
            }
        }
        self.patches = vec![Patch { offset: 0, start: 0, len: outcome.len() }];
        self.bytes = outcome;
    }

    fn bytes_of(&self, patch: Patch) -> Option<&[u8]> {
        self.bytes.get(patch.start..patch.start + patch.len)
    }

    /// The new contents, given the old ones.
    pub fn chunks<'a>(&'a self, data: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + Clone {
        let mut done = 0;
        let patched = self.patches.iter().flat_map(move |patch| {
            let offset = patch.offset as usize;
            let before = data.get(done..offset).unwrap_or_default();
            done = offset + patch.len;
            [before, self.bytes_of(*patch).unwrap_or_default()]
        });
        let end = self.patches.last().map_or(0, |patch| patch.offset as usize + patch.len);
        patched.chain([data.get(end..).unwrap_or_default(), &self.appended])
    }
}
