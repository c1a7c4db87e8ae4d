// SPDX-License-Identifier: GPL-2.0-only

//! The gate's command line, and what becomes of an outcome.

use std::fs;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::ColorChoice;
use clap::ValueEnum;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;

use super::error::GateError;
use super::finding::GateSeverity;
use super::plain::plain;
use super::report;
use super::report::Look;
use super::report::ReportDetail;
use super::report::ReportFormat;
use super::run;
use super::run::GateOptions;
use super::run::Progress;
use super::verdict::FailOn;
use crate::stdio;

/// Options of `postlink gate`.
#[derive(Debug, Args)]
pub struct GateArgs {
    /// A kbuild output folder, or an external module's folder, or single objects; the working directory when not given.
    build_dir: Vec<PathBuf>,
    /// Kernel series, such as 6.12; found out from the folder when not given.
    #[arg(long, visible_alias = "kernel-series")]
    series: Option<String>,
    /// The kernel's build folder, for external modules; found by what kbuild recorded in theirs when not given.
    #[arg(long, value_name = "DIR")]
    kernel: Option<PathBuf>,
    /// Accepted findings; what is in there does not fail the run. Any number of files.
    #[arg(long, value_name = "FILE")]
    baseline: Vec<PathBuf>,
    /// Bring this baseline up to date: add what is new, remove what is gone, keep reasons.
    #[arg(long, value_name = "FILE")]
    update_baseline: Option<PathBuf>,
    /// Compare with another build, before a patch for example: what is there as well counts as accepted.
    #[arg(long, value_name = "OTHER_DIR", conflicts_with = "baseline")]
    compare: Option<PathBuf>,
    /// What fails the run; `error` without, `new` with a baseline or a build to compare with.
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<Level>,
    /// Fail if one of these checks could not look; `all` for all that a build of this sort has something for.
    #[arg(long, value_delimiter = ',', value_name = "CHECK")]
    require: Vec<String>,
    /// Fail if a check could not look; the same as `--require all`.
    #[arg(long)]
    fail_on_skipped: bool,
    /// The report's format.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
    /// Where to write the report; standard output when not given.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// One more report, such as html=gate.html; any number of them.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = one_more)]
    report: Vec<(ReportFormat, PathBuf)>,
    /// Say no more than the verdict.
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Show all notes, and all objects that a finding is about.
    #[arg(short, long)]
    verbose: bool,
    /// Colours in the text report; by itself on a terminal, if NO_COLOR is not set.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
    /// Show with each finding the line that accepts it in a baseline.
    #[arg(long)]
    keys: bool,
    /// Explain the checks in the JSON report.
    #[arg(long)]
    explain: bool,
    /// Print the schema of the JSON report, and do nothing else.
    #[arg(long)]
    schema: bool,
    /// Tell places in the source relative to this folder; to the repository of the working directory when not given.
    #[arg(long, value_name = "DIR")]
    source_root: Option<PathBuf>,
    /// KCIDB: the name of the system that submits.
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
    /// KCIDB: the build, as ORIGIN:ID; made from release, configuration and time when not given.
    #[arg(long, value_name = "ORIGIN:ID")]
    build_id: Option<String>,
    /// Run only these checks.
    #[arg(long, value_delimiter = ',', value_name = "CHECK")]
    only: Vec<String>,
    /// Do not run these checks.
    #[arg(long, value_delimiter = ',', value_name = "CHECK")]
    skip: Vec<String>,
    /// Threads; one for each core when not given.
    #[arg(short, long = "jobs", default_value_t = 0, value_name = "N")]
    jobs: usize,
}

/// Words of `--fail-on`.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    /// Errors.
    Error,
    /// Errors and warnings.
    Warning,
    /// Whatever no baseline accepts, notes too.
    New,
}

/// Runs the gate: exit status 0 for pass, 1 for findings at the level, 2 when it could not do its work.
pub fn main(args: GateArgs) -> ExitCode {
    match gate(args) {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::from(1),
        Err(error) => stdio::refuse("gate", &plain(&error.to_string())),
    }
}

fn gate(args: GateArgs) -> Result<bool, GateError> {
    if args.schema {
        return write(None, report::SCHEMA.as_bytes()).map(|()| false);
    }
    let (reports, look) = (reports(&args), look(&args));
    let is_quiet = args.quiet;
    let options = options(args);
    let bar = Bar::new();
    let outcome = run::run(&options, &bar);
    bar.clear();
    let outcome = outcome?;
    for (format, path) in &reports {
        // What is written to a file is for others, who want all of it, and no colours.
        let look = match path {
            Some(_) => Look { detail: look.detail.max(ReportDetail::Usual), has_colour: false, ..look.clone() },
            None => look.clone(),
        };
        write(path.as_deref(), &report::render(&outcome, *format, &look)?)?;
    }
    // Who has all reports in files sees here what they come to.
    if reports.iter().all(|(_, path)| path.is_some()) && !is_quiet {
        stdio::tell("gate", &outcome.verdict.line());
    }
    Ok(outcome.verdict.has_failed)
}

/// The reports that are wanted, with the file of each; the one without a file comes first, and a second one is none.
fn reports(args: &GateArgs) -> Vec<(ReportFormat, Option<PathBuf>)> {
    let main = (args.format, args.output.clone());
    let more = args.report.iter().map(|(format, path)| (*format, Some(path.clone())));
    std::iter::once(main).chain(more).collect()
}

fn look(args: &GateArgs) -> Look {
    let stdout = anstream::AutoStream::choice(&io::stdout());
    Look {
        detail: match (args.quiet, args.verbose) {
            (true, _) => ReportDetail::Verdict,
            (_, true) => ReportDetail::All,
            _ => ReportDetail::Usual,
        },
        has_colour: match args.color {
            ColorChoice::Auto => stdout != anstream::ColorChoice::Never,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        },
        has_keys: args.keys,
        is_explained: args.explain,
        origin: args.origin.clone(),
        build_id: args.build_id.clone(),
    }
}

/// Writes a report to its file, or to standard output, whose reader may have gone away and has seen enough then.
fn write(path: Option<&Path>, text: &[u8]) -> Result<(), GateError> {
    let Some(path) = path else {
        let mut out = io::stdout().lock();
        return match out.write_all(text).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(GateError(format!("standard output: {error}")))
            }
            _ => Ok(()),
        };
    };
    fs::write(path, text).map_err(|error| GateError(format!("{}: {error}", path.display())))
}

/// `FORMAT=FILE`.
fn one_more(text: &str) -> Result<(ReportFormat, PathBuf), String> {
    let (format, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or("it is FORMAT=FILE")?;
    Ok((ReportFormat::from_str(format, false)?, PathBuf::from(file)))
}

fn options(args: GateArgs) -> GateOptions {
    let fail_on = args.fail_on.map(|level| match level {
        Level::Error => FailOn::Severity(GateSeverity::Error),
        Level::Warning => FailOn::Severity(GateSeverity::Warning),
        Level::New => FailOn::New,
    });
    GateOptions {
        paths: if args.build_dir.is_empty() { vec![PathBuf::from(".")] } else { args.build_dir },
        series: args.series,
        kernel: args.kernel,
        source_root: args.source_root,
        baseline: args.baseline,
        update_baseline: args.update_baseline,
        compare: args.compare,
        fail_on,
        require: if args.fail_on_skipped { vec!["all".to_owned()] } else { args.require },
        only: args.only,
        skip: args.skip,
        n_threads: args.jobs,
    }
}

/// A progress bar on a terminal, nothing elsewhere.
struct Bar(Option<ProgressBar>);

impl Bar {
    fn new() -> Self {
        Self(io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }))
    }

    fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn step(&self, done: usize, all: usize, name: &str) {
        if let Some(bar) = &self.0 {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
            bar.set_message(plain(name));
        }
    }
}
