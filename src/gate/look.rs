// SPDX-License-Identifier: GPL-2.0-only

//! Looking at one object: it is read once, and everything that is made of it is shared by all checks.

use std::hash::Hash;
use std::hash::Hasher;
use std::path::Path;
use std::sync::Arc;
use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::FxHasher;

use super::check::Arm64Need;
use super::check::Check;
use super::check::FileCx;
use super::contents::Contents;
use super::coverage;
use super::error::GateError;
use super::facts::FileFacts;
use super::facts::print::Print;
use super::finding::GateFinding;
use super::fresh;
use super::fresh::Fresh;
use super::image::ImageFacts;
use super::inputs::BuildFolder;
use super::inputs::BuildStage;
use super::inputs::ObjectFile;
use super::inputs::commands;
use super::inputs::repository;
use super::object::ObjectCx;
use super::object::places;
use super::scan::Scan;
use super::tables;
use crate::arm64;
use crate::contents::source::DebugInfo;
use crate::contents::source::Frame;
use crate::contents::source::Lines;
use crate::elf::ElfFile;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::kernel::noreturns::Noreturns;
use crate::kernel::series::ChosenBy;
use crate::objtool::code::RelocIndex;
use crate::objtool::opts::Opts;

/// What is the same for all objects of a build.
pub struct ObjectReader<'a> {
    inputs: &'a BuildFolder,
    checks: &'a [&'static Check],
    /// Rules of the series' objtool, if they are known.
    profile: Option<Profile>,
    noreturns: Option<Vec<String>>,
}

impl<'a> ObjectReader<'a> {
    /// A reader for the objects of a build, with what these checks need.
    pub fn new(inputs: &'a BuildFolder, checks: &'a [&'static Check]) -> Self {
        // Another series' rules would find what is not there.
        let is_known = inputs.selection.chosen_by != ChosenBy::Newest;
        let is_known = is_known && inputs.selection.refusal().is_none();
        let profile = inputs.selection.profile().filter(|_| is_known);
        Self { inputs, checks, profile, noreturns: inputs.selection.noreturns() }
    }

    /// Reads an object: what the checks find in it, and what is kept of it for those that look at all objects together. What
    /// cannot be read at all says nothing about the build, so that it is no finding.
    pub fn look_at(&self, file: &ObjectFile) -> Result<(Vec<GateFinding>, FileFacts), GateError> {
        let look_at_file = |bitcode, error| {
            let cx = FileCx { inputs: self.inputs, file, bitcode, error };
            self.checks.iter().flat_map(|check| check.look_at_file(&cx)).collect::<Vec<GateFinding>>()
        };
        let fail = |what: &str| GateError(format!("{}: {what}", file.path.display()));
        let data = match Contents::read(&file.path) {
            Ok(Contents::Native(data)) => data,
            Ok(Contents::Bitcode(symtab)) => {
                return Ok((look_at_file(Some(&symtab), None), FileFacts::of_bitcode(file, symtab)));
            }
            Ok(Contents::Archive(members)) => {
                let error = match members {
                    Ok(_) if self.inputs.is_input_of_link(file) => None,
                    Ok(_) => Some("a thin archive, of which no link has made an object".to_owned()),
                    Err(error) => Some(error.to_string()),
                };
                return Ok((look_at_file(None, error.as_deref()), FileFacts::opaque(file)));
            }
            Err(error) if error.raw_os_error().is_some() => return Err(fail(&error.to_string())),
            Err(error) => {
                return Ok((look_at_file(None, Some(&format!("cannot be read: {error}"))), FileFacts::opaque(file)));
            }
        };
        match ElfFile::parse(&data) {
            Ok(elf) => {
                let mut findings = look_at_file(None, None);
                let (found, facts) = self.look_into(file, &data, &elf);
                findings.extend(found);
                Ok((findings, facts))
            }
            // In a build folder the name promises an object; a file that was only named promises nothing.
            Err(_) if file.stage == BuildStage::Other && !data.starts_with(&::object::elf::ELFMAG) => {
                Err(fail("not an object: it is neither ELF nor LLVM bitcode"))
            }
            Err(error) => Ok((look_at_file(None, Some(&error.to_string())), FileFacts::opaque(file))),
        }
    }

    /// Makes everything that the checks need of an object, and has them look.
    fn look_into(&self, file: &ObjectFile, data: &Arc<Vec<u8>>, elf: &ElfFile<'_>) -> (Vec<GateFinding>, FileFacts) {
        let (fresh, (scan, (places, relocs))) = rayon::join(
            || self.fresh(file, elf),
            || rayon::join(|| self.scan(file, data, elf), || (places(elf), RelocIndex::read(elf))),
        );
        let cx = ObjectCx {
            inputs: self.inputs,
            file,
            elf,
            places,
            units: OnceLock::new(),
            relocs,
            fresh: fresh.as_ref(),
            scan: scan.as_ref(),
        };
        let (found, image): (Vec<Vec<GateFinding>>, _) = rayon::join(
            || self.checks.par_iter().with_max_len(1).map(|check| check.look_at_object(&cx)).collect(),
            || self.image(&cx),
        );
        let mut findings: Vec<GateFinding> = found.into_iter().flatten().collect();
        find_lines(self.inputs, elf, &mut findings);
        (findings, FileFacts { image, ..facts(&cx) })
    }

    /// The finished kernel, beside the object that it was linked from.
    fn image(&self, cx: &ObjectCx<'_>) -> Option<ImageFacts> {
        let is_wanted = cx.file.stage == BuildStage::VmlinuxObject && self.inputs.is_folder;
        if is_wanted && cx.elf.kind == ::object::elf::ET_REL {
            ImageFacts::read(self.inputs, cx.elf, &cx.relocs)
        } else {
            None
        }
    }

    /// The engine's analysis, where it was part of the build and the series' rules are known.
    fn fresh(&self, file: &ObjectFile, elf: &ElfFile<'_>) -> Option<Fresh> {
        let is_object = elf.kind == ::object::elf::ET_REL;
        if arm64::object::is_supported(elf) {
            let is_wanted = self.checks.iter().any(|check| coverage::looks_at_arm64(check));
            let has_frames = |check: &&Check| matches!(check.analysis(), Some((_, Arm64Need::Frames)));
            if !(file.stage.is_linked() && is_object && is_wanted) {
                return None;
            }
            // Of a series without rules of its own the newest one's list is as near as any.
            let newest = Profile::newest();
            let profile = self.profile.as_ref().unwrap_or(&newest);
            let with_frames = self.checks.iter().any(has_frames);
            let noreturns = with_frames.then(|| Noreturns::new(profile, self.noreturns.as_ref()));
            return Some(fresh::arm64::check(elf, noreturns.as_ref()));
        }
        let profile = self.profile.as_ref().filter(|_| elf.machine == ::object::elf::EM_X86_64)?;
        let is_wanted = is_object && self.checks.iter().any(|check| check.analysis().is_some());
        let opts = self.objtool_opts(file, elf, profile).filter(|_| is_wanted)?;
        Some(fresh::analyse(opts, profile, elf, self.noreturns.as_ref()))
    }

    /// The options that `objtool` was run with, or should have been.
    fn objtool_opts(&self, file: &ObjectFile, elf: &ElfFile<'_>, profile: &Profile) -> Option<Opts> {
        let config = &self.inputs.config;
        if let Some(command) = &file.command
            && command.objtool.is_some()
        {
            let is_checked = file.stage.is_linked() || file.stage == BuildStage::Member;
            return command.objtool_opts(&profile.facts).filter(|_| is_checked);
        }
        if profile.has(Behaviour::Subcommands) {
            let mut words = self.unrecorded_words(file, elf, profile)?;
            words.push(&file.name);
            let mut opts = commands::opts_of(&profile.facts, words.into_iter())?;
            // What 5.10 does with the kernel without being asked.
            opts.noinstr |= opts.vmlinux && !profile.has(Behaviour::NoinstrOnRequest);
            return Some(opts);
        }
        // Objtool runs after the link where the link makes the code, or where IBT or livepatches need to see all of it.
        let is_delayed = config.has("LTO_CLANG") || config.has("X86_KERNEL_IBT") || config.has("KLP_BUILD");
        let is_derived = file.stage.is_linked() && config.has("OBJTOOL") && is_delayed;
        let words = config.objtool_words(file.subject != "vmlinux", true);
        let words = words.into_iter().chain([file.name.as_str()]);
        if is_derived { commands::opts_of(&profile.facts, words) } else { None }
    }

    /// Before 5.18 only the command of an LTO module has objtool's call in it. Elsewhere the configuration tells it; not
    /// whether a makefile left out this object, so that of objects without tables nothing is known.
    fn unrecorded_words(&self, file: &ObjectFile, elf: &ElfFile<'_>, profile: &Profile) -> Option<Vec<&str>> {
        let config = &self.inputs.config;
        if file.stage == BuildStage::VmlinuxObject {
            return config.vmlinux_check_words(profile.has(Behaviour::NoinstrOnRequest));
        }
        let is_unit = match file.stage {
            BuildStage::Member => true,
            BuildStage::Object => file.command.as_ref().is_some_and(|command| !command.is_link),
            _ => false,
        };
        let is_checked = is_unit && config.has("OBJTOOL") && !config.has("LTO_CLANG") && tables::has_any(elf);
        is_checked.then(|| config.check_words(file.subject != "vmlinux"))
    }

    /// What `modpost` reads.
    fn scan(&self, file: &ObjectFile, data: &Arc<Vec<u8>>, elf: &ElfFile<'_>) -> Option<Scan> {
        let is_input = file.stage.is_linked() && elf.kind == ::object::elf::ET_REL;
        let is_wanted = is_input && self.checks.iter().any(|check| check.needs_scan());
        is_wanted.then(|| Scan::read(&file.path, data, self.inputs.selection.series))
    }
}

/// What is kept of an object.
fn facts(cx: &ObjectCx<'_>) -> FileFacts {
    let is_kernel = cx.file.stage == BuildStage::VmlinuxObject;
    FileFacts {
        initcall_tables: if is_kernel { tables::initcalls(cx.elf, &cx.relocs) } else { Vec::new() },
        tables: tables::counts(cx.elf),
        analysed: coverage::analysed(cx),
        print: print(cx),
        digest: digest(cx),
        gave_up: cx.fresh.is_some_and(|fresh| fresh.gave_up),
        ..FileFacts::read(cx.file, cx.elf, cx.scan)
    }
}

/// What the last link of a module takes over, if the module is there before and after it.
fn print(cx: &ObjectCx<'_>) -> Option<Print> {
    let is_finished = cx.file.stage == BuildStage::Module;
    let takes_part = matches!(cx.file.stage, BuildStage::Module | BuildStage::ModObject) || cx.file.stage.is_linked();
    let is_wanted = takes_part && cx.is_module() && cx.inputs.has_before_and_after_link(&cx.file.subject);
    is_wanted.then(|| Print::read(cx.elf, is_finished))
}

/// A number for the contents of a module that is there several times.
fn digest(cx: &ObjectCx<'_>) -> u64 {
    if cx.file.stage != BuildStage::Module || !cx.inputs.is_there_packed_and_plain(&cx.file.subject) {
        return 0;
    }
    let mut hasher = FxHasher::default();
    cx.elf.data.hash(&mut hasher);
    hasher.finish().max(1)
}

/// Adds file and line to findings about places, if the object has debug information. It is only read if there is a finding.
fn find_lines(inputs: &BuildFolder, elf: &ElfFile<'_>, findings: &mut [GateFinding]) {
    if findings.iter().all(|finding| finding.place.is_none()) {
        return;
    }
    let Some(info) = DebugInfo::read(elf) else { return };
    let Some(lines) = Lines::of(&info) else { return };
    for finding in findings {
        let Some((section, offset)) = finding.place else { continue };
        let frames = lines.at(section, offset);
        let place = |frame: &Frame| {
            let (tree, root) = (inputs.source.as_deref(), inputs.source_root.as_deref());
            format!("{}:{}", repository::told(Path::new(&frame.file), tree, root).display(), frame.line)
        };
        finding.source = frames.iter().map(place).collect::<Vec<_>>().join(", inlined at ");
    }
}
