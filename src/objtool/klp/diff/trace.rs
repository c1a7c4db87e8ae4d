// SPDX-License-Identifier: GPL-2.0-only

//! What is printed on the way.

use super::super::say::Refusal;
use crate::objtool::options::KlpDiff;

/// What is printed, and what of it was asked for.
pub(in super::super) struct Trace<'a> {
    /// The name that messages begin with: that of the original object.
    pub object: &'a [u8],
    /// For standard output.
    pub stdout: Vec<u8>,
    /// For standard error.
    pub stderr: Vec<u8>,
    is_correlate: bool,
    is_clone: bool,
    /// How many copies are being made inside of each other.
    pub depth: usize,
}

impl<'a> Trace<'a> {
    /// Nothing is printed yet.
    pub fn new(object: &'a [u8], call: &KlpDiff) -> Self {
        let (is_correlate, is_clone) = (call.debug_correlate, call.debug_clone);
        Self { object, stdout: Vec::new(), stderr: Vec::new(), is_correlate, is_clone, depth: 0 }
    }

    /// `ERROR()`.
    pub fn refuse(&mut self, refusal: &Refusal) {
        self.stderr.extend(refusal.line(Some(self.object)));
    }

    /// `dbg_correlate()`.
    pub fn correlate(&mut self, parts: &[&[u8]]) {
        if self.is_correlate {
            self.line(0, parts);
        }
    }

    /// `__dbg_clone()`.
    pub fn clone(&mut self, parts: &[&[u8]]) {
        if self.is_clone {
            self.line(self.depth * 8, parts);
        }
    }

    fn line(&mut self, width: usize, parts: &[&[u8]]) {
        self.stderr.extend([b"DEBUG: ", self.object, b": "].concat());
        self.stderr.resize(self.stderr.len() + width, b' ');
        self.stderr.extend(parts.concat());
        self.stderr.push(b'\n');
    }
}
