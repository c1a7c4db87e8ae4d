//! `modpost`: decides what a module may link against.
//!
//! It reads `vmlinux.o` and the modules' objects, checks what they export, import and refer to, and generates the files
//! from which kbuild makes `.ko` files. [`run`] is the table of contents: inputs become [`scan::ObjectFacts`], those are
//! merged to a [`world::World`], which is resolved, and written.

mod addend;
mod crc;
mod devtable;
mod export_section;
mod files;
mod finding;
mod generate;
mod getopt;
mod inputs;
mod md4;
mod modinfo;
mod object;
mod options;
mod pattern;
mod profile;
mod references;
mod report;
mod resolve;
mod scan;
mod section_class;
mod section_rules;
mod sections;
mod srcversion;
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

use self::finding::Finding;
use self::finding::Stop;
use self::generate::Generator;
use self::options::Opts;
use self::profile::Profile;
use self::report::NOBODY;
use self::report::Report;
use self::resolve::Resolution;
use self::text::text;
use self::world::World;
use crate::profile::series;

/// The drop-in command: behaves like the kernel's `modpost` of the series it finds itself in.
pub fn drop_in(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut argv: Vec<OsString> = args.into_iter().collect();
    let asked = series::take_option(&mut argv);
    let mut args = argv.into_iter();
    let argv0 = args.next().unwrap_or_else(|| "modpost".into());
    let args: Vec<OsString> = args.collect();
    let environ: Vec<(OsString, OsString)> = env::vars_os().collect();
    let profile = match series::select(asked.as_deref(), &environ, Path::new(".")) {
        Ok(selection) => Profile::of(selection.series),
        Err(error) => return usage_error(format!("modpost: {error}\n").as_bytes()),
    };
    match Opts::parse(&args, profile, env::var_os("POSIXLY_CORRECT").is_some()) {
        Ok(opts) => run(&opts, profile),
        Err(error) => usage_error(&error.line(&argv0)),
    }
}

fn usage_error(line: &[u8]) -> ExitCode {
    // Nobody can be told when standard error is closed.
    let _ = std::io::stderr().write_all(line);
    ExitCode::FAILURE
}

/// Runs `modpost` with these options.
pub fn run(opts: &Opts, profile: &'static Profile) -> ExitCode {
    let mut report = Report::new(profile);
    if let Err(stop) = run_until_stop(opts, profile, &mut report) {
        report.stop(&stop, NOBODY);
    }
    report.finish()
}

fn run_until_stop(opts: &Opts, profile: &'static Profile, report: &mut Report) -> Result<(), Stop> {
    // What other builds exported goes first: an object's export may conflict with it.
    let mut world = World::default();
    for dump in symvers::numbered(&opts.dumps) {
        symvers::read(&mut world, dump, opts.external, profile, report)?;
    }

    // Objects are read in parallel, and merged in the order they were given in.
    let inputs = inputs::list(opts, profile);
    let mut facts = inputs::scan_all(&inputs.objects, opts, profile).into_iter();
    if !facts.all(|facts| world.add_object(facts, opts.external, report)) {
        return Ok(());
    }
    inputs.end?;

    // From here on all exports are known.
    let mut resolution = resolve::resolve(&world, opts, profile, report);
    if let Some(list) = &opts.keep_list {
        resolution.keep_listed(&world, &srcversion::read_named(list.as_bytes())?);
    }

    // Nothing more can be wrong with a module but the files made of it.
    let generator = Generator { world: &world, resolution: &resolution, opts, profile };
    write_modules(&generator, report)?;
    if let Some(name) = &opts.namespace_deps {
        files::write_if_changed(name.as_bytes(), &generator.namespace_deps()?, report)?;
    }
    if let Some(name) = &opts.dump {
        files::write(name.as_bytes(), &symvers::write(&world, &resolution, profile)?, report)?;
    }
    say_verdict(&world, &resolution, opts, report);
    Ok(())
}

/// Writes the files made of each module, in order, until something is fatal.
fn write_modules(generator: &Generator<'_>, report: &mut Report) -> Result<(), Stop> {
    for (id, module) in generator.world.modules().filter(|(_, module)| module.facts.is_some()) {
        if module.is_vmlinux() {
            let text = generator.vmlinux_export_c(id, report)?;
            files::write_if_changed(b".vmlinux.export.c", &text, report)?;
            continue;
        }
        let text = generator.mod_c(id, report)?;
        let name = text![module.name, ".mod.c"];
        match name.get(..crc::PATH_MAX - 1).filter(|_| name.len() >= crc::PATH_MAX) {
            Some(path) => report.tell(&Finding::PathTooLong { path: path.into() }, NOBODY),
            None => files::write_if_changed(&name, &text, report)?,
        }
    }
    Ok(())
}

/// What is said about all objects together.
fn say_verdict(world: &World, resolution: &Resolution, opts: &Opts, report: &mut Report) {
    if world.mismatches > 0 && opts.mismatch_is_error {
        report.tell(&Finding::MismatchesDetected, NOBODY);
    }
    if let Some(count) = resolution.n_suppressed() {
        report.tell(&Finding::SuppressedUndefined(count), NOBODY);
    }
}
