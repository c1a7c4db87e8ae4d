// SPDX-License-Identifier: GPL-2.0-only

//! Compares the code of whole objects with a listing by `llvm-objdump`.

use crate::FRAME;
use crate::Verdict;
use crate::frame_of_effects;
use crate::ours;
use crate::text;
use crate::yaxpeax::Tally;
use postlink::arm64::object::Arm64Object;
use postlink::arm64::object::Place;
use postlink::elf::ElfFile;
use postlink::elf::SectionId;
use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::process::Command;
use std::process::Stdio;

/// How many differences of one file are printed.
const SHOWN: usize = 10;

/// What was compared in one file.
#[derive(Default)]
struct Counts {
    words: u64,
    data: u64,
    differences: usize,
}

/// Compares all files; whether there is no difference.
pub fn compare(disassembler: &str, files: &[String]) -> Result<bool, String> {
    let (mut passed, mut failed, mut words, mut data) = (0, 0, 0, 0);
    let mut yaxpeax = Tally::default();
    for path in files {
        let counts = file(disassembler, path, &mut yaxpeax).map_err(|error| format!("{path}: {error}"))?;
        words += counts.words;
        data += counts.data;
        match counts.differences {
            0 => passed += 1,
            n => {
                println!("{path}: {n} differences");
                failed += 1;
            }
        }
    }
    println!("{words} instructions of {} files; {data} words of data left out", files.len());
    match yaxpeax.report() {
        true => passed += 1,
        false => failed += 1,
    }
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0 && words > 0)
}

fn file(disassembler: &str, path: &str, yaxpeax: &mut Tally) -> Result<Counts, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let elf = ElfFile::parse(&bytes).map_err(|error| error.to_string())?;
    let object = Arm64Object::new(&elf);
    let mut child = Command::new(disassembler)
        .args(["-d", "-z", "--no-print-imm-hex", "--mattr=+all", path])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{disassembler}: {error}"))?;
    let output = child.stdout.take().ok_or("no output")?;
    let mut listing = Listing { object: &object, path, section: None, next: 0, yaxpeax, counts: Counts::default() };
    let mut line = Vec::new();
    let mut reader = BufReader::with_capacity(1 << 20, output);
    while reader.read_until(b'\n', &mut line).map_err(|error| error.to_string())? > 0 {
        listing.line(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    listing.end_section();
    if !child.wait().map_err(|error| error.to_string())?.success() {
        return Err(format!("{disassembler} failed"));
    }
    Ok(listing.counts)
}

/// A listing that is being read.
struct Listing<'a> {
    object: &'a Arm64Object<'a>,
    path: &'a str,
    section: Option<SectionId>,
    /// Offset of the word that was not compared yet.
    next: u64,
    yaxpeax: &'a mut Tally,
    counts: Counts,
}

impl Listing<'_> {
    fn line(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("Disassembly of section ") {
            return self.begin_section(name.trim_end_matches(':'));
        }
        let (Some(section), Some((offset, rest))) = (self.section, line.split_once(':')) else { return };
        let address = self.object.elf.section(section).addr;
        let Ok(offset) = u64::from_str_radix(offset.trim_start(), 16) else { return };
        let offset = offset.wrapping_sub(address);
        let mut fields = rest.trim_start().splitn(2, '\t');
        let Ok(word) = u32::from_str_radix(fields.next().unwrap_or_default().trim(), 16) else { return };
        let place = Place { section, offset };
        // A tail too short for an instruction.
        if self.object.word(place).is_none() {
            return;
        }
        let text = fields.next().unwrap_or_default();
        if !self.object.is_code(place) {
            self.counts.data += 1;
            return;
        }
        self.skip_to(place);
        self.next = offset + 4;
        self.counts.words += 1;
        if self.object.word(place) != Some(word) {
            return self.differ(offset, word, text, "the word itself");
        }
        self.compare(offset, address.wrapping_add(offset), word, text);
    }

    fn compare(&mut self, offset: u64, address: u64, word: u32, text: &str) {
        let (mine, theirs) = (ours(word, address), text::verdict(text, address));
        self.yaxpeax.look(word, address, mine);
        let Verdict { class, disp, frame } = theirs;
        let what = match mine {
            _ if mine.class != class => "class",
            _ if mine.disp != disp => "target",
            _ if mine.frame != frame => "frame registers",
            // A call's link is no effect, nor is what a return leaves in x30.
            _ if frame_of_effects(word) != frame & FRAME && class != "return" => "effects",
            _ => return,
        };
        self.differ(offset, word, text, what);
    }

    fn differ(&mut self, offset: u64, word: u32, text: &str, what: &str) {
        self.counts.differences += 1;
        if self.counts.differences <= SHOWN {
            let name = self.section.map_or(Default::default(), |id| self.object.elf.section(id).name);
            let name = String::from_utf8_lossy(name);
            println!("{} {name}+{offset:#x}: {what}: {word:08x} {text}: we say {:?}", self.path, ours(word, offset));
        }
    }

    /// Words of code that the listing left out differ.
    fn skip_to(&mut self, place: Place) {
        while self.next < place.offset {
            let missed = Place { offset: self.next, ..place };
            if self.object.is_code(missed) {
                self.differ(self.next, self.object.word(missed).unwrap_or(0), "", "not in the listing");
            }
            self.next += 4;
        }
    }

    fn end_section(&mut self) {
        if let Some(section) = self.section {
            let offset = self.object.elf.section(section).size / 4 * 4;
            self.skip_to(Place { section, offset });
        }
    }

    /// Sections come in the file's order, and several may have one name.
    fn begin_section(&mut self, name: &str) {
        self.end_section();
        let after = self.section.map_or(0, |section| section.index() + 1);
        let mut rest = self.object.code_sections().filter(|id| id.index() >= after);
        self.section = rest.find(|id| self.object.elf.section(*id).name == name.as_bytes());
        self.next = 0;
    }
}
