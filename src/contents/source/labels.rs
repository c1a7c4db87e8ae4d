// SPDX-License-Identifier: GPL-2.0-only

//! What `--source` says below a finding, as labelled lines.

use super::Frame;
use super::Lines;
use super::Units;
use crate::elf::SectionId;

/// Appends the translation unit of a place, and file and line as far as they are known.
pub fn write_place(out: &mut Vec<u8>, units: &Units<'_>, lines: Option<&Lines<'_>>, section: SectionId, offset: u64) {
    if let Some(unit) = units.describe(section, offset) {
        write_line(out, "unit:", unit.as_bytes());
    }
    let frames = lines.map(|lines| lines.at(section, offset));
    write_frames(out, &frames.unwrap_or_default());
}

/// Every function but the last one is inlined into the next.
fn write_frames(out: &mut Vec<u8>, frames: &[Frame]) {
    for (nth, frame) in frames.iter().enumerate() {
        let label = if nth == 0 { "source:" } else { "" };
        let is_inlined = nth.saturating_add(1) < frames.len();
        let function = frame.function.as_ref().filter(|_| is_inlined);
        let function = function.map(|name| format!(" (in {name}(), inlined)")).unwrap_or_default();
        write_line(out, label, format!("{}:{}{function}", frame.file, frame.line).as_bytes());
    }
}

/// Appends a labelled line.
pub fn write_line(out: &mut Vec<u8>, label: &str, text: &[u8]) {
    out.extend_from_slice(format!("  {label:<8}").as_bytes());
    out.extend_from_slice(text);
    out.push(b'\n');
}
