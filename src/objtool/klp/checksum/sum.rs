// SPDX-License-Identifier: GPL-2.0-only

//! A checksum as it grows.

use arch::InsnId;
use std::hash::Hasher as _;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use twox_hash::XxHash3_64;

use crate::elf::ElfFile;
use crate::objtool::klp::say::Refusal;

/// What is gathered before it is hashed.
const GATHERED: usize = 1 << 16;

/// How much may be hashed for one file. Symbols that lie over each other by the thousand, or one long string that everything
/// refers to, would go on for hours.
#[derive(Debug)]
pub(super) struct Budget {
    most: u64,
    used: AtomicU64,
}

impl Budget {
    /// A thousand times the file is far beyond what any compiler makes.
    pub fn of(elf: &ElfFile<'_>) -> Self {
        Self { most: (elf.data.len() as u64).saturating_mul(1024), used: AtomicU64::new(0) }
    }
}

/// Where something was added to a checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::objtool::klp) enum At {
    /// An instruction of a function.
    Insn(InsnId),
    /// An offset in an object.
    Offset(u64),
}

/// What was added to a checksum in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::objtool::klp) struct Step {
    /// Where.
    pub at: At,
    /// What it is.
    pub part: Part,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What the bytes of a step are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::objtool::klp) enum Part {
    /// An instruction, or what there is of it before the distance of a branch.
    Instruction,
    /// The name of what is referred to.
    Name,
    /// The offset in that, as 8 bytes.
    Distance,
    /// A text that is referred to.
    Text,
    /// A constant that is referred to.
    Constant,
    /// The sort of an alternative.
    Alternative,
    /// What an alternative depends on.
    Feature,
    /// An object's length.
    Length,
    /// An object's bytes.
    Data,
}

/// A checksum as it grows: XXH3, 64 bits, without seed.
pub(super) struct Sum<'a> {
    /// Not hashed yet.
    gathered: Vec<u8>,
    /// There from the beginning if values on the way are shown, else when there is more than fits.
    hasher: Option<XxHash3_64>,
    budget: &'a Budget,
    /// The object's name, for the lines to show.
    object: Option<&'a [u8]>,
    lines: Vec<u8>,
    /// All that was added, if that is kept.
    steps: Option<Vec<Step>>,
}

impl<'a> Sum<'a> {
    /// An empty sum that uses `buffer` for its work. It shows how it grows if it gets the name of the `object`.
    pub fn new(buffer: Vec<u8>, budget: &'a Budget, object: Option<&'a [u8]>) -> Self {
        let hasher = object.map(|_| XxHash3_64::new());
        Self { gathered: buffer, hasher, budget, object, lines: Vec::new(), steps: None }
    }

    /// A sum that keeps what is added to it.
    pub fn keeping(budget: &'a Budget) -> Self {
        Self { steps: Some(Vec::new()), ..Self::new(Vec::new(), budget, None) }
    }

    /// Keeps a step, if steps are kept.
    pub fn keep(&mut self, at: At, part: Part, bytes: &[u8]) {
        if let Some(steps) = &mut self.steps {
            steps.push(Step { at, part, bytes: bytes.to_vec() });
        }
    }

    /// What was kept.
    pub fn into_steps(self) -> Vec<Step> {
        self.steps.unwrap_or_default()
    }

    /// Adds bytes.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let len = bytes.len() as u64;
        let used = self.budget.used.fetch_add(len, Ordering::Relaxed).saturating_add(len);
        if used > self.budget.most {
            let most = self.budget.most;
            return Err(Refusal::from(format!("its functions and objects make for more than {most} bytes")));
        }
        if self.hasher.is_none() && self.gathered.len().saturating_add(bytes.len()) <= GATHERED {
            self.gathered.extend_from_slice(bytes);
            return Ok(());
        }
        let hasher = self.hasher.get_or_insert_with(XxHash3_64::new);
        hasher.write(&self.gathered);
        self.gathered.clear();
        hasher.write(bytes);
        Ok(())
    }

    /// Shows the value so far behind what `write` has to say, if it is to be shown.
    pub fn show(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let Some(object) = self.object else { return };
        let value = self.hasher.as_ref().map_or(0, std::hash::Hasher::finish);
        self.lines.extend([b"DEBUG: ", object, b": checksum: "].concat());
        write(&mut self.lines);
        self.lines.extend(format!(" {value:016x}\n").into_bytes());
    }

    /// The checksum, and the lines to show. `buffer` gets back what it was made with.
    pub fn finish(self, buffer: &mut Vec<u8>) -> (u64, Vec<u8>) {
        let value = match &self.hasher {
            Some(hasher) => hasher.finish(),
            None => XxHash3_64::oneshot(&self.gathered),
        };
        *buffer = self.gathered;
        buffer.clear();
        (value, self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(most: u64) -> Budget {
        Budget { most, used: AtomicU64::new(0) }
    }

    #[test]
    fn in_pieces_as_at_once() {
        let data: Vec<u8> = (0..=250).cycle().take(3 * GATHERED).collect();
        for (piece, object) in [(7, None), (GATHERED, None), (13, Some(&b"x.o"[..]))] {
            let budget = budget(u64::MAX);
            let mut sum = Sum::new(vec![], &budget, object);
            for piece in data.chunks(piece) {
                assert_eq!(sum.add(piece), Ok(()));
            }
            assert_eq!(sum.finish(&mut Vec::new()).0, XxHash3_64::oneshot(&data));
        }
    }

    #[test]
    fn known_value() {
        // `xxhsum -H3` of no bytes.
        assert_eq!(XxHash3_64::oneshot(b""), 0x2d06_8005_38d3_94c2);
    }

    #[test]
    fn too_much_is_refused() {
        let budget = budget(10);
        let mut sum = Sum::new(vec![], &budget, None);
        assert_eq!(sum.add(&[0; 10]), Ok(()));
        assert!(sum.add(&[0]).is_err());
    }
}
