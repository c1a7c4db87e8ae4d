// SPDX-License-Identifier: GPL-2.0-only

//! `objtool`: one run over one object, as a pipeline.
//!
//! Read these steps to know how the tool works; the details are in the modules they call. Everything is computed in memory;
//! the file is replaced at the end, or not at all.

pub mod opts;

pub mod finding;

pub mod cfi;

pub mod code;

pub mod wording;

pub mod disas;

pub mod report;

pub mod listing;

pub mod check;

pub mod trace;

pub mod annotate;

pub mod orc;

pub mod options;

mod analysis;
pub mod klp;
mod module;
pub mod path;
pub mod pipeline;
mod request;
mod source;
mod stats;

use crate::elf::Edit;
use crate::elf::ElfFile;
use crate::elf::Image;
use crate::elf::ImageError;
use crate::elf::WriteRules;
use crate::elf::output;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::objtool::opts::Opts;
use crate::objtool::opts::conflicts::AfterOpen;
use crate::objtool::report::object_line;

pub use analysis::Analysis;
pub use module::ModuleRule;
pub(crate) use module::apply as apply_module_rule;
pub use request::Outcome;
pub use request::Request;
pub(crate) use request::backup;

/// Runs `objtool` as `request` says.
pub fn run(request: &Request) -> Outcome {
    if request.opts.dump_orc {
        return dump(request, |out, elf| orc::dump::write_for(out, elf, &request.profile));
    }
    on_file(request, |opts, elf, out| work(request, opts, elf, out))
}

/// Opens the file that a run is about, and lets `work` do it.
pub(crate) fn on_file(request: &Request, work: impl FnOnce(Opts, &ElfFile<'_>, Outcome) -> Outcome) -> Outcome {
    let mut out = Outcome::default();
    let mut opts = request.opts.clone();
    // From 7.3 on, the work may be done on a copy.
    if let Err(code) = request::take_copy(&mut opts, &mut out) {
        return out.with_code(code);
    }
    let data = match request::read(&opts.file, &mut out) {
        Ok(data) => data,
        Err(code) => return out.with_code(code),
    };
    let profile = &request.profile;
    // The file's tables are whole and consistent from here on.
    let opened = open(&data).and_then(|elf| {
        if opts.stats {
            out.stdout.extend(stats::of_file(&elf, profile).into_bytes());
        }
        let is_refused = elf.symbols.is_empty() && profile.has(Behaviour::SymtabRequired);
        if is_refused { Err("no .symtab".to_owned()) } else { Ok(elf) }
    });
    match opened {
        Ok(elf) => work(opts, &elf, out),
        Err(text) => {
            out.stderr.extend(object_line(profile, &request::name_of(&opts.file), &text));
            out.with_code(1)
        }
    }
}

/// The part of a run that has the file in memory.
fn work(request: &Request, mut opts: Opts, elf: &ElfFile<'_>, mut out: Outcome) -> Outcome {
    let profile = &request.profile;
    let name = request::name_of(&opts.file);
    let n_files = elf.symbols.iter().filter(|symbol| symbol.kind() == object::elf::STT_FILE).count();
    let mut linked = opts.clone();
    let after_open = request.rules.after_open(&mut linked, n_files > 1);
    // Symbols that make no sense come before everything that depends on the file's contents.
    if (after_open != AfterOpen::Fine || opts.backup || opts.stats)
        && let Some(text) = analysis::refuse_symbols(&opts, profile, elf)
    {
        out.stderr.extend(text);
        return out.with_code(1);
    }
    if opts.stats {
        out.stdout.extend(stats::of_relocs(elf, profile).into_bytes());
    }
    if opts.backup
        && profile.has(Behaviour::BackupAtOpen)
        && let Err(code) = request::backup_first(&opts, elf.data, &mut out)
    {
        return out.with_code(code);
    }
    opts = linked;
    match after_open {
        AfterOpen::Fine => {}
        AfterOpen::LinkForced(text) => out.stderr.extend(format!("error: objtool: {text}\n").into_bytes()),
        AfterOpen::Refused(conflict) => {
            let named = request.rules.looks_first();
            let prefix = if named { [&name[..], b": "].concat() } else { Vec::new() };
            out.stderr.extend([&prefix, &b"error: objtool: "[..], conflict.0.as_bytes(), b"\n"].concat());
            return out.with_code(1);
        }
    }
    if let Some(line) = module::apply(request.module_rule, &mut opts, elf) {
        out.stderr.extend(line.into_bytes());
    }
    // Analysis never fails as such: it says what it found, what is to change, and whether it gave up.
    let result = analysis::analyse(&opts, profile, elf, request);
    out.stdout.extend_from_slice(&result.stdout);
    out.stderr.extend_from_slice(&result.report.text);
    let code = result.exit_code(&opts, profile);
    if opts.backup && !result.unreadable && code.is_some() && profile.has(Behaviour::BackupAfterWarning) {
        request::backup(request, &opts, &mut out);
    }
    match code {
        Some(code) if code != 0 => out.with_code(code),
        _ => write(profile, &opts, elf, result.edits, out),
    }
}

fn open(data: &[u8]) -> Result<ElfFile<'_>, String> {
    let elf = ElfFile::parse(data).map_err(|error| error.to_string())?;
    if elf.kind != object::elf::ET_REL {
        return Err(format!("e_type {} is not that of a relocatable object", elf.kind));
    }
    let (overlap, foreign) = elf.join(|| elf.check_overlap(), || check_foreign_relocs(&elf));
    overlap.map_err(|error| error.to_string())?;
    foreign?;
    Ok(elf)
}

/// Relocations that name another symbol table than the one there is are taken to mean that one, as the original does.
fn check_foreign_relocs(elf: &ElfFile<'_>) -> Result<(), String> {
    let foreign = elf.section_ids().filter(|id| elf.section(*id).link != elf.symtab.0 || elf.symbols.is_empty());
    for relocs in foreign.filter_map(|id| elf.relocs_in(id)) {
        if let Some(bad) = relocs.iter().find(|reloc| reloc.symbol.index() >= elf.symbols.len()) {
            let name = String::from_utf8_lossy(elf.section(relocs.section).name);
            return Err(format!("can't find reloc entry symbol {} for {name}", bad.symbol.0));
        }
    }
    Ok(())
}

/// Writes the changed file, if anything has changed.
pub(crate) fn write(profile: &Profile, opts: &Opts, elf: &ElfFile<'_>, edits: Vec<Edit>, mut out: Outcome) -> Outcome {
    if edits.is_empty() {
        return out;
    }
    let name = request::name_of(&opts.file);
    let failed = if profile.has(Behaviour::WriteFailureIsOne) { 1 } else { 255 };
    let image = match Image::build(elf, edits, write_rules(profile)) {
        Ok(image) => image,
        // With --dry-run the original creates everything as well, but does not lay it out.
        Err(ImageError::Update { .. }) if opts.dry_run => return out,
        Err(ImageError::Update { what, .. }) => {
            out.stderr.extend(object_line(profile, &name, &format!("elf_update: {what}")));
            return out.with_code(failed);
        }
        Err(ImageError::Edit(error)) => {
            out.stderr.extend(object_line(profile, &name, &error.to_string()));
            return out.with_code(255);
        }
    };
    if opts.dry_run {
        return out;
    }
    if let Err(error) = output::replace(&opts.file, &image) {
        out.stderr.extend(object_line(profile, &name, &error.to_string()));
        return out.with_code(failed);
    }
    out
}

/// How the release rewrites files.
fn write_rules(profile: &Profile) -> WriteRules {
    WriteRules {
        group_follows_signature: profile.has(Behaviour::GroupFollowsSymbol),
        strings_are_aligned: profile.has(Behaviour::StringsAligned),
        section_names_are_unique: profile.has(Behaviour::SectionNamesUnique),
        debug_is_unread: profile.has(Behaviour::DebugUnread),
    }
}

/// `--dump=orc`.
pub(crate) fn dump(
    request: &Request,
    write: impl FnOnce(&mut Vec<u8>, &ElfFile<'_>) -> Result<(), orc::dump::DumpError>,
) -> Outcome {
    let mut out = Outcome::default();
    let data = match std::fs::read(&request.opts.file) {
        Ok(data) => data,
        Err(error) => {
            out.stderr.extend(format!("open: {}\n", output::reason(&error)).into_bytes());
            return out.with_code(255);
        }
    };
    let name = request::name_of(&request.opts.file);
    let result = ElfFile::parse(&data)
        .map_err(|error| error.to_string())
        .and_then(|elf| write(&mut out.stdout, &elf).map_err(|error| error.0));
    if let Err(text) = result {
        out.stderr.extend(object_line(&request.profile, &name, &text));
        return out.with_code(255);
    }
    out
}
