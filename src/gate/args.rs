// SPDX-License-Identifier: GPL-2.0-only

//! The gate's command line, and what becomes of an outcome.

use std::fs;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::ValueEnum;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;

use super::error::GateError;
use super::finding::Severity;
use super::plain::plain;
use super::report;
use super::report::Format;
use super::run;
use super::run::Options;
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
    /// Accepted findings; what is in there does not fail the run.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
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
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Where to write the report; standard output when not given.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
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
    let (format, output) = (args.format, args.output.clone());
    let options = options(args);
    let bar = Bar::new();
    let outcome = run::run(&options, &bar);
    bar.clear();
    let outcome = outcome?;
    let text = report::render(&outcome, format)?;
    match output {
        Some(path) => fs::write(&path, text).map_err(|error| GateError(format!("{}: {error}", path.display())))?,
        // A reader who has gone away has seen enough.
        None => match io::stdout().lock().write_all(&text) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                return Err(GateError(format!("standard output: {error}")));
            }
            _ => {}
        },
    }
    Ok(outcome.verdict.has_failed)
}

fn options(args: GateArgs) -> Options {
    let fail_on = args.fail_on.map(|level| match level {
        Level::Error => FailOn::Severity(Severity::Error),
        Level::Warning => FailOn::Severity(Severity::Warning),
        Level::New => FailOn::New,
    });
    Options {
        paths: if args.build_dir.is_empty() { vec![PathBuf::from(".")] } else { args.build_dir },
        series: args.series,
        kernel: args.kernel,
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
