// SPDX-License-Identifier: GPL-2.0-only

//! What `--source` says below a finding: a line as compilers print it, and labelled lines.

use super::Frame;
use super::Lines;
use super::Units;
use crate::elf::SectionId;

/// A finding, for the line that compilers print of theirs.
#[derive(Debug, Clone, Copy)]
pub struct Sentence<'a> {
    /// `warning` or `error`.
    pub level: &'a str,
    /// What is wrong, and where in the object.
    pub text: &'a [u8],
    /// What `postlink explain` knows it by.
    pub id: &'a str,
}

/// Appends what is known of a place: the finding with file and line as editors want it, and the translation unit.
pub fn write_place(
    out: &mut Vec<u8>,
    units: &Units<'_>,
    lines: Option<&Lines<'_>>,
    (section, offset): (SectionId, u64),
    sentence: Sentence<'_>,
) {
    let frames = lines.map(|lines| lines.at(section, offset));
    write_frames(out, &frames.unwrap_or_default(), sentence);
    if let Some(unit) = units.describe(section, offset) {
        write_line(out, "unit:", unit.as_bytes());
    }
}

/// Every function but the last one is inlined into the next.
fn write_frames(out: &mut Vec<u8>, frames: &[Frame], sentence: Sentence<'_>) {
    let mut inlined: Option<&str> = None;
    for (nth, frame) in frames.iter().enumerate() {
        out.extend_from_slice(format!("{}:{}: ", frame.file, frame.line).as_bytes());
        if nth == 0 {
            out.extend_from_slice(format!("{}: ", sentence.level).as_bytes());
            out.extend_from_slice(sentence.text);
            out.extend_from_slice(format!(" [{}]\n", sentence.id).as_bytes());
        } else {
            let function = inlined.map(|name| format!("{name}() ")).unwrap_or_default();
            out.extend_from_slice(format!("note: {function}is inlined here\n").as_bytes());
        }
        inlined = frame.function.as_deref();
    }
}

/// Appends a labelled line.
pub fn write_line(out: &mut Vec<u8>, label: &str, text: &[u8]) {
    out.extend_from_slice(format!("  {label:<8}").as_bytes());
    out.extend_from_slice(text);
    out.push(b'\n');
}
