// SPDX-License-Identifier: GPL-2.0-only

//! `modpost`: decides what a module may link against.
//!
//! It reads `vmlinux.o` and the modules' objects, checks what they export, import and refer to, and generates the files
//! from which kbuild makes `.ko` files. [`run`] is the table of contents: inputs become [`scan::ObjectFacts`], those are
//! merged to a [`world::World`], which is resolved, and written.

mod addend;
mod clones;
mod crc;
mod devtable;
mod event;
pub mod explain;
mod export;
mod export_section;
mod extended;
mod files;
mod finding;
mod generate;
mod generated;
mod getopt;
mod inputs;
mod ksymtab;
mod located;
mod md4;
mod modinfo;
mod names;
mod object;
mod options;
mod pattern;
pub mod readers;
mod references;
mod report;
mod resolve;
mod scan;
mod section_class;
mod sections;
mod srcversion;
mod statics;
pub mod survey;
mod symscan;
mod symsearch;
mod symtab;
mod symvers;
mod text;
mod wording;
mod world;

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::ExitCode;

pub use self::extended::Sighting;
pub use self::extended::UndefinedSymbol;
use self::finding::ModpostFinding;
use self::finding::Stop;
use self::generate::Generator;
use self::options::ModpostOpts;
pub use self::options::listed;
use self::report::ModpostReport;
use self::report::NOBODY;
use self::resolve::Resolution;
use self::text::text;
use self::world::ModuleId;
use self::world::World;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;
use crate::kernel::modpost::choice;
use crate::kernel::series;

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModpostOutcome {
    /// The messages for standard error.
    pub text: Vec<u8>,
    /// What there is to say about undefined symbols. Only of [`extended`].
    pub undefined: Vec<UndefinedSymbol>,
    /// Whether the exit status is 1.
    pub has_failed: bool,
}

/// The drop-in command: behaves like the kernel's `modpost` of the series it finds itself in.
pub fn drop_in(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    end(&run(args, Voice::Original))
}

/// The command of the project's own: does the same, and says more.
pub fn run_extended(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    end(&extended(args))
}

/// Does what [`run_extended`] does, but prints nothing.
pub fn extended(args: impl IntoIterator<Item = OsString>) -> ModpostOutcome {
    run(args, Voice::Extended)
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    /// The kernel's tool, byte for byte.
    Original,
    /// We.
    Extended,
}

/// Prints an outcome; the exit status.
fn end(outcome: &ModpostOutcome) -> ExitCode {
    let mut text = outcome.text.clone();
    text.extend(outcome.undefined.iter().flat_map(|symbol| symbol.lines().into_bytes()));
    // Nobody can be told when standard error is closed.
    let _ = std::io::stderr().lock().write_all(&text);
    if outcome.has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Runs a command line, the program's name first.
fn run(args: impl IntoIterator<Item = OsString>, voice: Voice) -> ModpostOutcome {
    let mut argv: Vec<OsString> = args.into_iter().collect();
    let asked = series::take_option(&mut argv);
    let mut args = argv.into_iter();
    let argv0 = args.next().unwrap_or_else(|| "modpost".into());
    let args: Vec<OsString> = args.collect();
    let environ: Vec<(OsString, OsString)> = env::vars_os().collect();
    let usage_error = |text| ModpostOutcome { text, undefined: Vec::new(), has_failed: true };
    let choice = match choice::choose(asked.as_deref(), &environ, Path::new(".")) {
        Ok(choice) => choice,
        Err(error) => return usage_error(format!("modpost: {error}\n").into_bytes()),
    };
    if let Some(line) = choice.refusal {
        return usage_error(format!("postlink: {line}\n").into_bytes());
    }
    let profile = ModpostProfile::new(choice.behaviours);
    let opts = match ModpostOpts::parse(&args, &profile, env::var_os("POSIXLY_CORRECT").is_some()) {
        Ok(opts) => opts,
        Err(error) => return usage_error(error.line(&argv0)),
    };
    let mut report = match voice {
        Voice::Original => ModpostReport::new(&profile),
        Voice::Extended => ModpostReport::extended(&profile),
    };
    report.raw(choice.notice.map(|line| format!("postlink: {line}\n")).unwrap_or_default().as_bytes());
    let mut undefined = Vec::new();
    if let Err(stop) = run_until_stop(&opts, &profile, voice, &mut undefined, &mut report) {
        report.stop(&stop, NOBODY);
    }
    let (text, has_failed) = report.into_parts();
    ModpostOutcome { text, undefined, has_failed }
}

/// Does everything, until something is fatal.
fn run_until_stop(
    opts: &ModpostOpts,
    profile: &ModpostProfile,
    voice: Voice,
    undefined: &mut Vec<UndefinedSymbol>,
    report: &mut ModpostReport<'_>,
) -> Result<(), Stop> {
    // What other builds exported goes first: an object's export may conflict with it.
    let mut world = World::new(profile, opts.external);
    for dump in symvers::numbered(&opts.dumps) {
        symvers::read(&mut world, dump, profile, report)?;
    }

    // Objects are read in parallel, and merged in the order they were given in.
    let inputs = inputs::list(opts, profile);
    let mut facts = inputs::scan_all(&inputs.objects, opts, profile).into_iter();
    if !facts.all(|facts| world.add_object(facts, report)) {
        return Ok(());
    }
    inputs.end?;
    if profile.has(Behaviour::UndefinedNeedsVmlinux) && !world.has_vmlinux() {
        report.tell(&ModpostFinding::NoVmlinux, NOBODY);
    }

    // From here on all exports are known, and modules are checked against them and written.
    let mut resolution = Resolution::new(&world, opts);
    let job = Job { world: &world, opts, profile };
    let written = job.check_and_write(&mut resolution, report);
    if voice == Voice::Extended {
        *undefined = extended::undefined_symbols(&world, &resolution, profile, Path::new("."));
    }
    written?;
    if let Some(name) = &opts.namespace_deps {
        files::write_if_changed(name.as_bytes(), &job.generator(&resolution).namespace_deps()?, report)?;
    }
    if let Some(name) = &opts.dump {
        files::write(name.as_bytes(), &symvers::write(&world, &resolution, profile)?, report)?;
    }
    say_verdict(&mut world, &resolution, opts, profile, report)
}

/// What checking and writing look at.
struct Job<'a> {
    world: &'a World<'a>,
    opts: &'a ModpostOpts,
    profile: &'a ModpostProfile,
}

impl Job<'_> {
    fn generator<'b>(&'b self, resolution: &'b Resolution) -> Generator<'b> {
        Generator { world: self.world, resolution, opts: self.opts, profile: self.profile }
    }

    /// Checks and writes all modules. Newer series do not write any before all are checked.
    fn check_and_write(&self, resolution: &mut Resolution, report: &mut ModpostReport<'_>) -> Result<(), Stop> {
        let ids = self.world.in_list_order();
        if !self.profile.has(Behaviour::CheckAllBeforeWrite) {
            for id in ids {
                resolution.check(self.world, id, self.opts, self.profile, report)?;
                self.write(id, resolution, report)?;
            }
            return Ok(());
        }
        for &id in &ids {
            resolution.check(self.world, id, self.opts, self.profile, report)?;
        }
        if let Some(list) = &self.opts.keep_list {
            resolution.keep_listed(self.world, &srcversion::read_named(list.as_bytes())?);
        }
        for id in ids {
            self.write(id, resolution, report)?;
        }
        Ok(())
    }

    /// Writes the file made of one module.
    fn write(&self, id: ModuleId, resolution: &Resolution, report: &mut ModpostReport<'_>) -> Result<(), Stop> {
        let module = self.world.module(id);
        let generator = self.generator(resolution);
        if module.facts.is_none() {
            return Ok(());
        }
        if module.is_vmlinux() {
            if !self.profile.has(Behaviour::VmlinuxExportC) {
                return Ok(());
            }
            let text = generator.vmlinux_export_c(id, report)?;
            return files::write_if_changed(b".vmlinux.export.c", &text, report);
        }
        let text = generator.mod_c(id, report)?;
        let name = text![module.name, ".mod.c"];
        match name.get(..crc::PATH_MAX - 1).filter(|_| name.len() >= crc::PATH_MAX) {
            Some(path) => {
                report.tell(&ModpostFinding::PathTooLong { path: path.into() }, NOBODY);
                Ok(())
            }
            None => files::write_if_changed(&name, &text, report),
        }
    }
}

/// What is said about all objects together.
fn say_verdict(
    world: &mut World<'_>,
    resolution: &Resolution,
    opts: &ModpostOpts,
    profile: &ModpostProfile,
    report: &mut ModpostReport<'_>,
) -> Result<(), Stop> {
    if world.mismatches > 0 && opts.mismatch_is_error {
        if profile.has(Behaviour::MismatchFatal) {
            return Err(ModpostFinding::MismatchesDetected.into());
        }
        report.tell(&ModpostFinding::MismatchesDetected, NOBODY);
    }
    if profile.has(Behaviour::StaticExportTold) {
        statics::settle(world, profile);
        for id in symvers::in_hash_order(world) {
            let exported = world.export(id);
            if exported.is_static {
                let (symbol, kind) = (exported.export.name.clone(), exported.export.kind.name());
                report.tell(&ModpostFinding::StaticExport { symbol, kind }, world.module(exported.module).subject());
            }
        }
    }
    if let Some(count) = resolution.n_suppressed(profile) {
        report.tell(&ModpostFinding::SuppressedUndefined(count), NOBODY);
    }
    Ok(())
}
