// SPDX-License-Identifier: GPL-2.0-only

//! The lines that the sub-commands print by themselves.

use crate::elf::ElfFile;
use crate::elf::SectionId;

/// A reason to stop, as a sentence. Names in it are the file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The sentence.
    pub text: Vec<u8>,
    /// The place in the original's sources that it names where the system has refused something.
    source: Option<&'static str>,
}

impl Refusal {
    /// A sentence made of parts.
    pub fn of(parts: &[&[u8]]) -> Self {
        Self { text: parts.concat(), source: None }
    }

    /// Where the original follows a null pointer or reads behind a section. `what` says what is wrong there.
    pub fn broken(elf: &ElfFile<'_>, section: SectionId, offset: u64, what: &str) -> Self {
        let place = format!("+0x{offset:x}: {what}");
        Self::of(&[elf.section(section).name, place.as_bytes()])
    }

    /// The same with a place in the original's sources (`ERROR_GLIBC()`).
    pub fn at(self, source: &'static str) -> Self {
        Self { source: Some(source), ..self }
    }

    /// The line to print (`ERROR()`): about the file `object`, or about none.
    pub fn line(&self, object: Option<&[u8]>) -> Vec<u8> {
        let source = self.source.map_or(String::new(), |source| format!(" [{source}]"));
        line(object, format!("error: objtool{source}: ").as_bytes(), &self.text)
    }
}

impl From<String> for Refusal {
    fn from(text: String) -> Self {
        Self { text: text.into_bytes(), source: None }
    }
}

/// A name made of parts for a buffer of `size` bytes in the original (`snprintf_check()`).
pub(super) fn bounded(parts: &[&[u8]], size: usize) -> Result<Vec<u8>, Refusal> {
    let name = parts.concat();
    if name.len() < size { Ok(name) } else { Err(Refusal::of(&[b"snprintf() failed for '", &name, b"'"])) }
}

/// `WARN()`.
pub(super) fn warning(object: &[u8], text: &[u8]) -> Vec<u8> {
    line(Some(object), b"warning: objtool: ", text)
}

fn line(object: Option<&[u8]>, what: &[u8], text: &[u8]) -> Vec<u8> {
    let separator: &[u8] = if object.is_some() { b": " } else { b"" };
    [object.unwrap_or_default(), separator, what, text, b"\n"].concat()
}
