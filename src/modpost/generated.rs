// SPDX-License-Identifier: GPL-2.0-only

//! A generated file, put together piece by piece.
//!
//! The original formats each piece in a buffer of 500 bytes, so a piece that does not fit stops the run.

use super::finding::ModpostFinding;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// Size of the original's buffer in bytes, one of which is for the NUL.
const BUFFER: usize = 500;

/// A file's text, as far as it goes.
#[derive(Debug)]
pub struct Generated<'a> {
    text: Vec<u8>,
    profile: &'a ModpostProfile,
}

impl<'a> Generated<'a> {
    /// An empty file.
    pub fn new(profile: &'a ModpostProfile) -> Self {
        Self { text: Vec::new(), profile }
    }

    /// Adds one piece.
    ///
    /// Upstream: `buf_printf()`.
    pub fn put(&mut self, piece: &[u8]) -> Result<(), ModpostFinding> {
        check_line(piece, self.profile)?;
        let kept = piece.get(..BUFFER - 1).filter(|_| piece.len() >= BUFFER).unwrap_or(piece);
        self.text.extend_from_slice(kept);
        // Where a piece is not checked, NULs stand for what did not fit.
        self.text.resize(self.text.len().saturating_add(piece.len().saturating_sub(kept.len())), 0);
        Ok(())
    }

    /// Adds text whose length is known to be fine.
    pub fn lines(&mut self, lines: &str) {
        self.text.extend_from_slice(lines.as_bytes());
    }

    /// The complete file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.text
    }
}

/// Checks that a piece fits the original's buffer.
pub fn check_line(piece: &[u8], profile: &ModpostProfile) -> Result<(), ModpostFinding> {
    if piece.len() < BUFFER || profile.has(Behaviour::LongLineNulPad) {
        return Ok(());
    }
    let text = piece.get(..BUFFER - 1).unwrap_or_default().into();
    Err(ModpostFinding::LineTooLong { text, need: piece.len().saturating_add(1) })
}
