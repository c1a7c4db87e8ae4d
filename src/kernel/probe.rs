// SPDX-License-Identifier: GPL-2.0-only

//! How a kernel tree shows what its tools do: lines of text in few files.
//!
//! A probe is one line, or some that follow each other, without the blanks around them. All probes are looked for in one pass
//! over each file, so the files are read once, and it takes about a hundred microseconds to know a tree.

use std::cmp::Reverse;
use std::fs;
use std::io::Read;
use std::path::Path;

use super::known_trees::Digest;
use super::needles::Needles;

/// The largest of these files has 140 KB; what is larger than this is none of them.
const LONGEST: u64 = 1 << 20;

/// A file that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum File {
    /// The checks.
    Check,
    /// The object file.
    Elf,
    /// The x86 decoder's use.
    Decode,
    /// The x86 decoder.
    Insn,
    /// Options.
    Builtin,
    /// Messages.
    Warn,
    /// Special sections.
    Special,
    /// Special sections of x86.
    SpecialX86,
    /// Special sections, declarations.
    SpecialHeader,
    /// Special sections of x86, declarations.
    SpecialArch,
    /// ORC entries.
    OrcTypes,
    /// `klp diff`; older trees have no livepatches.
    KlpDiff,
    /// Positions of symbols for livepatches; older trees have none.
    KlpSympos,
    /// The functions that never return; trees before 6.5 do not have it.
    Noreturns,
}

impl File {
    /// Where it is in a tree; the first that exists counts.
    pub const fn paths(self) -> &'static [&'static str] {
        match self {
            Self::Check => &["tools/objtool/check.c"],
            Self::Elf => &["tools/objtool/elf.c"],
            Self::Decode => &["tools/objtool/arch/x86/decode.c"],
            Self::Insn => &["tools/arch/x86/lib/insn.c"],
            Self::Builtin => &["tools/objtool/builtin-check.c"],
            Self::Warn => &["tools/objtool/include/objtool/warn.h", "tools/objtool/warn.h"],
            Self::Special => &["tools/objtool/special.c"],
            Self::SpecialX86 => &["tools/objtool/arch/x86/special.c"],
            Self::SpecialHeader => &["tools/objtool/include/objtool/special.h", "tools/objtool/special.h"],
            Self::SpecialArch => {
                &["tools/objtool/arch/x86/include/arch/special.h", "tools/objtool/arch/x86/include/arch_special.h"]
            }
            Self::OrcTypes => &["tools/arch/x86/include/asm/orc_types.h"],
            Self::KlpDiff => &["tools/objtool/klp-diff.c"],
            Self::KlpSympos => &["tools/objtool/klp-sympos.c", "tools/objtool/klp-diff.c"],
            Self::Noreturns => &["tools/objtool/noreturns.h"],
        }
    }
}

/// Text that shows something by being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// Where to look.
    pub file: File,
    /// Lines that follow each other, without blanks at either end.
    pub lines: &'static [&'static str],
    /// Whether it shows by being there, or by not being there.
    pub shows_by: Presence,
}

/// How a text shows something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// By being there.
    There,
    /// By not being there.
    Absent,
}

impl Probe {
    /// A probe that shows by being there.
    pub const fn there(file: File, lines: &'static [&'static str]) -> Self {
        Self { file, lines, shows_by: Presence::There }
    }

    /// A probe that shows by not being there.
    pub const fn absent(file: File, lines: &'static [&'static str]) -> Self {
        Self { file, lines, shows_by: Presence::Absent }
    }

    /// The line that it is looked for by, and which of its lines that is. The longer, the fewer places are looked at.
    pub fn longest_line(&self) -> (usize, &'static str) {
        let lines = self.lines.iter().copied().enumerate();
        lines.max_by_key(|(index, line)| (line.len(), Reverse(*index))).unwrap_or_default()
    }

    /// Whether its lines are around a place where text of its longest line is.
    fn is_at(&self, text: &[u8], at: usize) -> bool {
        let (longest, _) = self.longest_line();
        let Some(((line, start, end), (before, rest))) = line_at(text, at).zip(self.lines.split_at_checked(longest))
        else {
            return false;
        };
        let above = text.get(..start).unwrap_or_default().rsplit(|byte| *byte == b'\n').skip(1);
        let below = text.get(end..).unwrap_or_default().split(|byte| *byte == b'\n').skip(1);
        let below = std::iter::once(line).chain(below.map(trim));
        are_lines(above.map(trim), before.iter().rev()) && are_lines(below, rest.iter())
    }
}

/// Whether `text` begins with `lines`.
fn are_lines<'a>(mut text: impl Iterator<Item = &'a [u8]>, mut lines: impl Iterator<Item = &'a &'static str>) -> bool {
    lines.all(|line| text.next() == Some(line.as_bytes()))
}

/// The texts of the deciding files of a tree.
#[derive(Debug, Default)]
pub struct Texts(Vec<(File, Vec<u8>)>);

impl Texts {
    /// Reads `files` of the tree at `root`; `None` if one of them is absent, unreadable or absurdly large.
    pub fn read(root: &Path, files: &[File]) -> Option<Self> {
        let read = |file: &File| Some((*file, read_first(root, *file)?));
        files.iter().map(read).collect::<Option<Vec<_>>>().map(Self)
    }

    /// Reads one more file, if it is there.
    pub fn read_also(&mut self, root: &Path, file: File) {
        self.0.extend(read_first(root, file).map(|text| (file, text)));
    }

    /// A digest of all texts.
    pub fn digest(&self) -> u128 {
        let mut digest = Digest::NONE;
        self.0.iter().for_each(|(_, text)| digest.add(text));
        digest.value()
    }

    /// Where `mark` is first in the text of a file.
    pub fn place(&self, file: File, mark: &str) -> Option<usize> {
        memchr::memmem::find(self.get(file), mark.as_bytes())
    }

    /// Of one file, this text.
    #[cfg(test)]
    pub fn of(file: File, text: &str) -> Self {
        Self(vec![(file, text.into())])
    }

    /// The text of one of the files.
    pub fn get(&self, file: File) -> &[u8] {
        self.0.iter().find(|(known, _)| *known == file).map_or(&[], |(_, text)| text)
    }
}

/// Reads a file at the first place where there is one.
fn read_first(root: &Path, file: File) -> Option<Vec<u8>> {
    file.paths().iter().find_map(|path| read_file(&root.join(path)))
}

/// Reads a regular file of reasonable size. A pipe or a device could keep us waiting for ever.
fn read_file(path: &Path) -> Option<Vec<u8>> {
    let known = fs::metadata(path).ok()?;
    if !known.is_file() || known.len() > LONGEST {
        return None;
    }
    let mut text = Vec::with_capacity(known.len() as usize);
    fs::File::open(path).ok()?.take(LONGEST).read_to_end(&mut text).ok()?;
    Some(text)
}

/// What was found in the texts of a tree.
#[derive(Debug)]
pub struct Found {
    /// Which probes are there, in their order.
    pub probes: Vec<bool>,
    /// Where each mark is first, in their order.
    pub marks: Vec<Option<usize>>,
}

/// Looks for probes, each by its longest line, and for other texts that some file has.
pub fn look(texts: &Texts, probes: &[Probe], marks: &[(File, &str)]) -> Found {
    let lines = probes.iter().map(|probe| probe.longest_line().1.as_bytes());
    let needles = Needles::new(lines.chain(marks.iter().map(|(_, mark)| mark.as_bytes())).collect());
    let mut found = Found { probes: vec![false; probes.len()], marks: vec![None; marks.len()] };
    for (file, text) in &texts.0 {
        needles.find(text, |index, at| {
            if let Some((probe, is_there)) = probes.get(index).zip(found.probes.get_mut(index)) {
                *is_there = *is_there || probe.file == *file && probe.is_at(text, at);
                return;
            }
            let index = index - probes.len();
            if let Some(((of, _), place)) = marks.get(index).zip(found.marks.get_mut(index))
                && of == file
            {
                *place = place.or(Some(at));
            }
        });
    }
    found
}

/// The line around a place, trimmed, and where it begins and ends.
fn line_at(text: &[u8], at: usize) -> Option<(&[u8], usize, usize)> {
    let start = memchr::memrchr(b'\n', text.get(..at)?).map_or(0, |newline| newline + 1);
    let end = memchr::memchr(b'\n', text.get(at..)?).map_or(text.len(), |newline| at + newline);
    Some((trim(text.get(start..end)?), start, end))
}

/// A line without blanks at its ends, and without the backslash that goes on with a macro.
fn trim(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    line.strip_suffix(b"\\").unwrap_or(line).trim_ascii_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Probe = Probe::there(File::Check, &["if (!w)"]);
    const TWO: Probe = Probe::there(File::Check, &["ret = f();", "if (ret < 0)", "return ret;"]);
    const OTHER: Probe = Probe::there(File::Elf, &["if (!w)"]);

    fn look_for(text: &str) -> Vec<bool> {
        look(&Texts::of(File::Check, text), &[ONE, TWO, OTHER], &[]).probes
    }

    #[test]
    fn lines_are_whole_and_follow_each_other() {
        assert_eq!(look_for("\tif (!w)\n"), [true, false, false]);
        assert_eq!(look_for("\tif (!w) {\n\tif (!ww)\n"), [false, false, false]);
        assert_eq!(look_for("\tret = f();\n\tif (ret < 0)\n\t\treturn ret;"), [false, true, false]);
        assert_eq!(look_for("ret = f();\n\nif (ret < 0)\nreturn ret;\n"), [false, false, false]);
        assert_eq!(look_for("return ret;\n"), [false, false, false]);
        assert_eq!(look_for("\tif (!w)\t\t\\\n"), [true, false, false]);
        assert_eq!(look_for(""), [false, false, false]);
    }
}
