//! How a kernel tree shows what its tools do: lines of text in few files.
//!
//! A probe is one line, or some that follow each other, without the blanks around them. All probes of a file are looked for
//! in one pass over its lines, so the files are read once, and it takes some hundred microseconds to know a tree.

use std::fs;
use std::hash::Hasher;
use std::io::Read;
use std::path::Path;

use rustc_hash::FxHashMap;
use rustc_hash::FxHasher;

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
}

/// The texts of the deciding files of a tree.
#[derive(Debug, Default)]
pub struct Texts(Vec<(File, Vec<u8>)>);

impl Texts {
    /// Reads `files` of the tree at `root`; `None` if one of them is absent, unreadable or absurdly large.
    pub fn read(root: &Path, files: &[File]) -> Option<Self> {
        let read = |file: &File| Some((*file, file.paths().iter().find_map(|path| read_file(&root.join(path)))?));
        files.iter().map(read).collect::<Option<Vec<_>>>().map(Self)
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

/// Which of `probes` are there, in their order.
pub fn look(texts: &Texts, probes: &[Probe]) -> Vec<bool> {
    let mut found = vec![false; probes.len()];
    for (file, text) in &texts.0 {
        let mut last_lines: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        for (index, probe) in probes.iter().enumerate().filter(|(_, probe)| probe.file == *file) {
            if let Some(last) = probe.lines.last() {
                last_lines.entry(hash(last.as_bytes())).or_default().push(index);
            }
        }
        look_in(text, probes, &last_lines, &mut found);
    }
    found
}

/// Goes over the lines of one file. A probe is looked at where its last line is.
#[expect(clippy::indexing_slicing, reason = "line ends lie in the text, candidates among the probes")]
fn look_in(text: &[u8], probes: &[Probe], last_lines: &FxHashMap<u64, Vec<usize>>, found: &mut [bool]) {
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
        let line = trim(&text[start..end]);
        if let Some(candidates) = last_lines.get(&hash(line)) {
            for &index in candidates {
                found[index] = found[index] || ends_with(&text[..end], probes[index].lines);
            }
        }
        start = (end + 1).min(text.len());
    }
}

/// Whether the last lines of `text` are `lines`.
fn ends_with(text: &[u8], lines: &[&str]) -> bool {
    let mut before = text.split(|byte| *byte == b'\n').rev();
    lines.iter().rev().all(|line| before.next().is_some_and(|known| trim(known) == line.as_bytes()))
}

/// A line without blanks at its ends, and without the backslash that goes on with a macro.
fn trim(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    line.strip_suffix(b"\\").unwrap_or(line).trim_ascii_end()
}

fn hash(line: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(line);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Probe = Probe::there(File::Check, &["if (!w)"]);
    const TWO: Probe = Probe::there(File::Check, &["ret = f();", "if (ret < 0)", "return ret;"]);
    const OTHER: Probe = Probe::there(File::Elf, &["if (!w)"]);

    fn look_for(text: &str) -> Vec<bool> {
        look(&Texts(vec![(File::Check, text.as_bytes().to_vec())]), &[ONE, TWO, OTHER])
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
