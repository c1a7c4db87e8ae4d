// SPDX-License-Identifier: GPL-2.0-only

//! `klp diff`: an object of what a patch has changed.
//!
//! Both inputs have checksums from `klp checksum`. Symbols of the two are paired; functions with another checksum, and those that are
//! new, are copied into the object that is made, with everything that they cannot refer to from there.
//!
//! Upstream: `cmd_klp_diff()`.

mod changes;
mod classes;
mod clone;
pub(super) mod correlate;
mod exports;
mod klp_refs;
mod output;
mod refs;
mod side;
mod special;
mod sympos;
mod tables;
mod trace;

use std::path::Path;

use super::content;
use super::say::Refusal;
use crate::elf::ElfFile;
use crate::elf::Image;
use crate::elf::SymbolId;
use crate::elf::blank;
use crate::elf::output::Unfinished;
use crate::elf::output::reason;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::objtool::Outcome;
use crate::objtool::code;
use crate::objtool::code::Code;
use crate::objtool::open;
use crate::objtool::options::KlpDiff;
use crate::objtool::opts::Opts;
use crate::objtool::report::Report;
use crate::objtool::request::machine;
use crate::objtool::write_rules;
use exports::Exports;
use output::OutSymbol;
use output::Output;
use refs::References;
pub(super) use side::Marks;
pub(super) use side::Side;
use sympos::Positions;
pub(super) use trace::Trace;

/// How much larger than its input the object may get: every string and every piece of data is copied a few times at most.
const MOST_GROWTH: u64 = 16;

/// Compares two objects and writes a third one.
pub(super) fn run(call: &KlpDiff, profile: &Profile) -> Outcome {
    let object = call.orig.as_os_str().as_encoded_bytes();
    let mut trace = Trace::new(object, call);
    let opts = Opts::default();
    // Both are opened, whatever is wrong with the first.
    let data = [&call.orig, &call.patched].map(|path| read(path, &mut trace));
    let files = data.each_ref().map(|data| data.as_ref().and_then(|data| parse(data, profile, &mut trace)));
    let [orig, patched] =
        files.each_ref().map(|elf| elf.as_ref().and_then(|elf| symbols(&opts, profile, elf, &mut trace)));
    let is_made = match orig.zip(patched) {
        Some((orig, patched)) => {
            let result = compare(call, orig, patched, &mut trace);
            result.map_err(|failed| failed.said(&mut trace))
        }
        None => Err(255),
    };
    let code = is_made.err().unwrap_or(0);
    Outcome { stdout: trace.stdout, stderr: trace.stderr, code }
}

/// Why nothing is made.
enum Failed {
    /// It cannot be.
    Refused(Refusal),
    /// There is no place for it, with exit status 1.
    NoFile(Refusal),
    /// It cannot be put in its place, about which nothing is said.
    Silent,
}

impl Failed {
    /// Says why, and gives the exit status.
    fn said(&self, trace: &mut Trace<'_>) -> u8 {
        match self {
            Self::Refused(refusal) | Self::NoFile(refusal) => trace.refuse(refusal),
            Self::Silent => {}
        }
        if matches!(self, Self::NoFile(_)) { 1 } else { 255 }
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn read(path: &Path, trace: &mut Trace<'_>) -> Option<Vec<u8>> {
    let data = std::fs::read(path);
    data.map_err(|error| {
        trace.stderr.extend([b"objtool: Can't open '", path.as_os_str().as_encoded_bytes(), b"': "].concat());
        trace.stderr.extend(format!("{}\n", reason(&error)).into_bytes());
    })
    .ok()
}

fn parse<'d>(data: &'d [u8], profile: &Profile, trace: &mut Trace<'_>) -> Option<ElfFile<'d>> {
    let opened = open(data).and_then(|elf| {
        let is_refused = elf.symbols.is_empty() && profile.has(Behaviour::SymtabRequired);
        if is_refused { Err("no .symtab".to_owned()) } else { Ok(elf) }
    });
    opened.map_err(|text| trace.refuse(&text.into())).ok()
}

/// The symbols of an input, if they make sense.
fn symbols<'d>(opts: &'d Opts, profile: &'d Profile, elf: &'d ElfFile<'d>, trace: &mut Trace<'_>) -> Option<Code<'d>> {
    let arch = machine(elf).map_err(|text| trace.refuse(&text.into())).ok()?;
    let (code, result) = code::check_symbols(opts, profile, arch, elf);
    match result {
        Ok(()) => Some(code),
        Err(stopped) => {
            let mut report = Report::default();
            report.add(&code, trace.object, &[stopped.into_finding()]);
            trace.stderr.extend(report.text);
            None
        }
    }
}

/// All steps in order.
fn compare<'d>(call: &KlpDiff, orig: Code<'d>, patched: Code<'d>, trace: &mut Trace<'_>) -> Result<(), Failed> {
    let profile = orig.profile;
    let smp_locks = profile.has(Behaviour::KlpSmpLocks);
    let [mut orig, mut patched] = [orig, patched].map(|code| Side::new(code, smp_locks));
    let positions = Positions::read(&orig, &call.orig, profile.has(Behaviour::KlpRefusesInit))?;
    let exports = Exports::read(!profile.has(Behaviour::KlpLinesUncounted))?;
    orig.read_checksums(call.orig.as_os_str().as_encoded_bytes())?;
    patched.read_checksums(call.patched.as_os_str().as_encoded_bytes())?;
    // Every symbol that can have one has its counterpart.
    correlate::correlate(&mut orig, &mut patched, trace)?;
    // What has changed is marked, and told.
    if !changes::mark(&orig, &mut patched, trace)? {
        return Ok(());
    }
    let file = Unfinished::beside(&call.out).map_err(|error| {
        let text = format!("elf_create_file: can't create tmp file failed: {}", reason(&error));
        Failed::NoFile(Refusal::from(text).at("elf.c:1295"))
    })?;
    // Each entry of the tables that belong to functions has a symbol. Code may refer to them.
    special::add_symbols(&mut patched, smp_locks)?;
    let room = (patched.code.elf.data.len() as u64).saturating_mul(MOST_GROWTH);
    let mut diff = Diff {
        orig,
        patched,
        out: Output::new(room),
        refs: References::default(),
        copies: Vec::new(),
        exports,
        positions,
        module: None,
        smp_locks,
        trace,
    };
    // The functions are there, with all that they refer to.
    diff.copy_included()?;
    // So are their entries of tables.
    diff.copy_special()?;
    // The module knows what to replace.
    diff.add_tables()?;
    diff.copy_namespaces()?;
    diff.write(file, &call.out)
}

/// The object in the making.
struct Diff<'a, 'd, 't> {
    orig: Side<'d>,
    patched: Side<'d>,
    out: Output,
    /// Relocations of the patched object.
    refs: References,
    /// Copies by symbol of the patched object.
    copies: Vec<Option<OutSymbol>>,
    exports: Exports,
    positions: Positions,
    module: Option<Vec<u8>>,
    smp_locks: bool,
    trace: &'a mut Trace<'t>,
}

impl Diff<'_, '_, '_> {
    /// The copy of a symbol, or what stands in for one.
    fn copy_of(&self, id: SymbolId) -> Option<OutSymbol> {
        self.copies.get(id.index()).copied().flatten()
    }

    fn set_copy(&mut self, id: SymbolId, copy: OutSymbol) {
        if self.copies.len() <= id.index() {
            self.copies.resize(self.patched.marks.len().max(id.index() + 1), None);
        }
        if let Some(slot) = self.copies.get_mut(id.index()) {
            *slot = Some(copy);
        }
    }

    /// The name of the module that is patched, or `vmlinux` (`find_modname()`).
    fn module_name(&mut self) -> Result<Vec<u8>, Refusal> {
        if let Some(module) = &self.module {
            return Ok(module.clone());
        }
        const TAG: &[u8] = b"\0name=";
        let code = &self.orig.code;
        let modinfo = code.section_names.get(".modinfo");
        let modinfo = modinfo.ok_or_else(|| Refusal::from("missing .modinfo section".to_owned()))?;
        let data = content::bytes(code.elf, modinfo);
        let data = data.ok_or_else(|| Refusal::broken(code.elf, modinfo, 0, "there is no data"))?;
        let module = match memchr::memmem::find(data, TAG) {
            Some(at) => content::string(code.elf, modinfo, (at + TAG.len()) as u64)?.to_vec(),
            None => exports::module_name(self.trace.object),
        };
        self.module = Some(module.clone());
        Ok(module)
    }

    /// Writes the object.
    fn write(self, file: Unfinished, path: &Path) -> Result<(), Failed> {
        let rules = write_rules(self.orig.code.profile);
        let refuse = |text: String| Failed::Refused(text.into());
        let blank = blank(self.orig.code.elf).map_err(|error| refuse(error.to_string()))?;
        let blank = ElfFile::parse(&blank).map_err(|error| refuse(error.to_string()))?;
        let edits = self.out.into_edits();
        let image = Image::build(&blank, edits, rules).map_err(|error| refuse(error.to_string()))?;
        file.write(&[&image.to_vec()])
            .map_err(|error| refuse(format!("elf_write: elf_update failed: {}", reason(&error))))?;
        file.put_at(path).map_err(|_| Failed::Silent)
    }
}
