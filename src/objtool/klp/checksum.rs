// SPDX-License-Identifier: GPL-2.0-only

//! `klp checksum`: a checksum of each function and object, in `.discard.sym_checksum`.
//!
//! The section has records `{u64 address, u64 checksum}`; a relocation at each address names the symbol. Symbols whose
//! checksum is 0 and those that have none (cold parts, aliases, what has no length or no contents) are left out.
//!
//! Upstream: `cmd_klp_checksum()`.

mod insns;
mod objects;
mod sum;

use object::elf;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;
use rustc_hash::FxHashSet;

use super::content;
use super::say;
use super::say::Refusal;
use crate::elf::Edit;
use crate::elf::ElfFile;
use crate::elf::NewReloc;
use crate::elf::NewSection;
use crate::elf::RelocTarget;
use crate::elf::SymbolId;
use crate::objtool::Outcome;
use crate::objtool::Request;
use crate::objtool::code;
use crate::objtool::code::Code;
use crate::objtool::code::Stopped;
use crate::objtool::code::SymFlags;
use crate::objtool::finding::Finding;
use crate::objtool::on_file;
use crate::objtool::opts::Opts;
use crate::objtool::report::Report;
use crate::objtool::report::object_line;
use crate::objtool::request::machine;
use crate::objtool::write;
pub(super) use sum::At;
use sum::Budget;
pub(super) use sum::Part;
pub(super) use sum::Step;
use sum::Sum;

/// The section of the checksums.
pub(super) const SECTION: &str = ".discard.sym_checksum";

/// Bytes of a record.
pub(super) const RECORD: u64 = 16;

/// Files with fewer bytes than this stay on the calling thread.
const PARALLEL_FROM: usize = 1 << 20;

/// Writes checksums into one file.
pub(super) fn run(request: &Request) -> Outcome {
    on_file(request, |opts, elf, out| work(request, &opts, elf, out))
}

fn work(request: &Request, opts: &Opts, elf: &ElfFile<'_>, mut out: Outcome) -> Outcome {
    let object = opts.file.as_os_str().as_encoded_bytes().to_vec();
    let profile = &request.profile;
    let arch = match machine(elf) {
        Ok(arch) => arch,
        Err(text) => {
            out.stderr.extend(object_line(profile, &object, &text));
            return out.with_code(255);
        }
    };
    let (mut code, mut findings, built) = code::build(opts, profile, arch, elf, request.noreturns.as_ref());
    let status = match &built {
        Ok(()) => None,
        Err(Stopped::Unreadable(_)) => Some(1),
        Err(Stopped::Failed(_)) => Some(255),
    };
    findings.extend(built.err().map(Stopped::into_finding));
    out.stderr.extend(said(&code, &object, &findings));
    if let Some(status) = status {
        return out.with_code(status);
    }
    let shown = shown(&code, &object, &mut out);
    let checksums = match checksums(&code, &object, &shown, &mut out) {
        Ok(checksums) => checksums,
        Err(refusal) => {
            out.stderr.extend(refusal.line(Some(&object)));
            return out.with_code(255);
        }
    };
    let mut edits = std::mem::take(&mut code.edits);
    if code.section_names.get(SECTION).is_some() {
        if !opts.dry_run {
            let text = format!("file already has {SECTION} section, skipping");
            out.stderr.extend(say::warning(&object, text.as_bytes()));
        }
    } else {
        edits.push(Edit::AddSection(Box::new(section(&code, &checksums))));
    }
    if !edits.is_empty() {
        edits.append(&mut code.side_effects);
    }
    write(profile, opts, elf, edits, out)
}

fn said(code: &Code<'_>, object: &[u8], findings: &[Finding]) -> Vec<u8> {
    let mut report = Report::default();
    report.add(code, object, findings);
    report.text
}

/// The symbols that `--debug-checksum` asks for (`checksum_debug_init()`).
fn shown(code: &Code<'_>, object: &[u8], out: &mut Outcome) -> FxHashSet<SymbolId> {
    let mut shown = FxHashSet::default();
    let Some(names) = code.opts.debug_checksum.as_deref().filter(|names| !names.is_empty()) else { return shown };
    let names = names.as_encoded_bytes();
    // Nothing follows a comma at the end.
    for name in names.strip_suffix(b",").unwrap_or(names).split(|byte| *byte == b',') {
        let is_asked = |id: &SymbolId| {
            let kind = code.symbols.get(*id).kind;
            matches!(kind, elf::STT_FUNC | elf::STT_OBJECT) && code.symbol_names().is_found_demangled(code.elf, *id)
        };
        let asked: Vec<SymbolId> = code.symbol_names().all(name).filter(is_asked).collect();
        if asked.is_empty() {
            let text = [b"--debug-checksum: can't find '", name, b"'"].concat();
            out.stderr.extend(say::warning(object, &text));
        }
        shown.extend(asked);
    }
    shown
}

/// The checksums of all symbols, 0 for those that have none, and what is shown on the way (`calculate_checksums()`).
fn checksums(
    code: &Code<'_>,
    object: &[u8],
    shown: &FxHashSet<SymbolId>,
    out: &mut Outcome,
) -> Result<Vec<u64>, Refusal> {
    let budget = Budget::of(code.elf);
    let ids: Vec<SymbolId> = code.symbols.ids().collect();
    let one = |buffer: &mut Vec<u8>, id: &SymbolId| {
        let mut sum = Sum::new(std::mem::take(buffer), &budget, shown.contains(id).then_some(object));
        let result = checksum(code, *id, &mut sum);
        let (value, lines) = sum.finish(buffer);
        result.map(|has_one| (if has_one { value } else { 0 }, lines))
    };
    let all: Vec<Result<(u64, Vec<u8>), Refusal>> = if code.elf.data.len() < PARALLEL_FROM {
        let mut buffer = Vec::new();
        ids.iter().map(|id| one(&mut buffer, id)).collect()
    } else {
        ids.par_iter().map_init(Vec::new, one).collect()
    };
    let mut values = Vec::with_capacity(all.len());
    for result in all {
        let (value, lines) = result?;
        out.stderr.extend(lines);
        values.push(value);
    }
    Ok(values)
}

/// The checksums of all symbols of an object that nothing is shown of.
pub(super) fn plain_checksums(code: &Code<'_>) -> Result<Vec<u64>, Refusal> {
    checksums(code, b"", &FxHashSet::default(), &mut Outcome::default())
}

/// All that a symbol's checksum is made of.
pub(super) fn steps(code: &Code<'_>, id: SymbolId) -> Result<Vec<Step>, Refusal> {
    let budget = Budget::of(code.elf);
    let mut sum = Sum::keeping(&budget);
    checksum(code, id, &mut sum)?;
    Ok(sum.into_steps())
}

/// Adds to `sum` what one symbol's checksum is made of, and says whether it has one.
fn checksum(code: &Code<'_>, id: SymbolId, sum: &mut Sum<'_>) -> Result<bool, Refusal> {
    let sym = code.symbols.get(id);
    // A cold part is a part of its function's checksum.
    let is_part = sym.flags.contains(SymFlags::COLD) || sym.alias != id;
    if is_part || sym.len == 0 || !content::is_read(code.elf.section(sym.section)) {
        return Ok(false);
    }
    match sym.kind {
        elf::STT_FUNC => insns::add_func(code, id, sum)?,
        elf::STT_OBJECT => objects::add(code, id, sum)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Upstream: `create_sym_checksum_section()`.
fn section(code: &Code<'_>, checksums: &[u64]) -> NewSection {
    let kind = code.arch.facts().reloc_text;
    let mut data = Vec::new();
    let mut relocs = Vec::new();
    for (id, checksum) in code.symbols.ids().zip(checksums).filter(|(_, checksum)| **checksum != 0) {
        relocs.push(NewReloc { offset: data.len() as u64, target: RelocTarget::Symbol(id), kind, addend: 0 });
        data.extend_from_slice(&[0; 8]);
        data.extend_from_slice(&checksum.to_le_bytes());
    }
    NewSection {
        name: SECTION.as_bytes().to_vec(),
        kind: elf::SHT_PROGBITS,
        flags: u64::from(elf::SHF_ALLOC),
        align: 1,
        entsize: RECORD,
        data,
        relocs: Some(relocs),
    }
}
