// SPDX-License-Identifier: GPL-2.0-only

//! From the words of a call to its end: which series, which options, then the work.

use super::help;
use crate::arm64;
use crate::kernel::modpost::choice;
use crate::kernel::series;
use crate::kernel::series::Selection;
use crate::objtool as upstream;
use crate::objtool::ModuleRule;
use crate::objtool::Request;
use crate::objtool::options;
use crate::objtool::options::Exit;
use crate::objtool::options::Invocation;
use crate::objtool::options::KlpCall;
use crate::objtool::options::Parsed;
use crate::objtool::opts::Opts;
use crate::objtool::opts::conflicts::OptionRules;
use crate::stdio;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// As what `objtool` was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalledAs {
    /// `objtool`, in the original's place: nothing is said that it would not say, unless `--verbose` asks for it.
    DropIn,
    /// `postlink objtool`, which may help.
    Postlink,
}

/// Runs `objtool` on the words `argv`, the first of which is the program's name.
pub fn objtool(mut argv: Vec<OsString>, environ: &[(OsString, OsString)], called_as: CalledAs) -> Exit {
    let source = called_as == CalledAs::Postlink && take_source(&mut argv);
    let asked = series::take_option(&mut argv);
    let selection = match series::select(asked.as_deref(), environ, Path::new("")) {
        Ok(selection) => selection,
        Err(unknown) => return Exit::usage_error(&unknown),
    };
    if let Some(line) = selection.refusal() {
        return Exit::refused(&line);
    }
    let is_klp = argv.get(1).is_some_and(|word| word == "klp");
    if called_as == CalledAs::Postlink && !is_klp && help::is_asked_for(&argv) {
        return Exit { stdout: help::objtool(&selection).into_bytes(), stderr: Vec::new(), code: 0 };
    }
    match options::parse(&selection.facts(), &argv, environ) {
        Parsed::Run(run) => work(*run, &selection, &argv, called_as, source),
        Parsed::Klp(call) => klp(call, &selection),
        Parsed::Exit(exit) => exit,
    }
}

/// Runs `postlink modpost` on the words `argv`, the first of which is the program's name.
pub fn modpost(argv: Vec<OsString>, environ: &[(OsString, OsString)]) -> ExitCode {
    let mut words = argv.clone();
    let asked = series::take_option(&mut words);
    // What cannot be chosen is said by the run.
    match choice::choose(asked.as_deref(), environ, Path::new(".")) {
        Ok(choice) if help::is_asked_for(&words) => stdio::print("modpost", help::modpost(&choice).as_bytes(), 0),
        _ => crate::modpost::run_extended(argv),
    }
}

/// `objtool klp`.
pub(super) fn klp(call: KlpCall, selection: &Selection) -> Exit {
    let Some(profile) = selection.profile() else {
        return Exit::series_unsupported(selection.series.name());
    };
    let rules = OptionRules::new(&selection.facts());
    let outcome = upstream::klp::run(
        call,
        Request {
            opts: Opts::default(),
            rules,
            profile,
            noreturns: selection.noreturns(),
            argv: Vec::new(),
            module_rule: ModuleRule::AsAsked,
            source: false,
        },
    );
    let mut stderr = selection.notice().map(|line| format!("postlink: {line}\n")).unwrap_or_default().into_bytes();
    stderr.extend(outcome.stderr);
    Exit { stdout: outcome.stdout, stderr, code: outcome.code }
}

fn work(run: Invocation, selection: &Selection, argv: &[OsString], called_as: CalledAs, source: bool) -> Exit {
    // The rules are about x86-64's options; for arm64 there is work without any.
    let is_arm64 = arm64::is_file_for(&run.opts.file);
    if let Some(exit) = run.refused().filter(|_| !is_arm64) {
        return exit;
    }
    let Some(profile) = selection.profile() else {
        return Exit::series_unsupported(selection.series.name());
    };
    let verbose = run.opts.verbose;
    let module_rule = match (called_as, verbose) {
        (CalledAs::Postlink, _) => ModuleRule::Supply,
        (CalledAs::DropIn, true) => ModuleRule::Say,
        (CalledAs::DropIn, false) => ModuleRule::AsAsked,
    };
    let engine = if is_arm64 { arm64::run } else { upstream::run };
    let outcome = engine(&Request {
        opts: run.opts,
        rules: run.rules,
        profile,
        noreturns: selection.noreturns(),
        argv: argv.iter().map(|word| word.as_encoded_bytes().to_vec()).collect(),
        module_rule,
        source,
    });
    let mut stderr = Vec::new();
    if verbose {
        let (series, by) = (selection.series.name(), &selection.chosen_by);
        stderr = format!("postlink: kernel series {series}: {by}\n").into_bytes();
    }
    stderr.extend(selection.notice().map(|line| format!("postlink: {line}\n")).unwrap_or_default().into_bytes());
    stderr.extend(outcome.stderr);
    Exit { stdout: outcome.stdout, stderr, code: outcome.code }
}

/// Takes `--source` out of the words before `--`: the original's parser does not know it.
fn take_source(argv: &mut Vec<OsString>) -> bool {
    let end = argv.iter().position(|word| word == "--").unwrap_or(argv.len());
    let rest = argv.split_off(end);
    let n_words = argv.len();
    argv.retain(|word| word != "--source");
    let found = argv.len() != n_words;
    argv.extend(rest);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_is_taken_from_the_options() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        let mut argv = words("objtool --source --orc --source x.o");
        assert!(take_source(&mut argv));
        assert_eq!(argv, words("objtool --orc x.o"));
        let mut argv = words("objtool --orc -- --source");
        assert!(!take_source(&mut argv));
        assert_eq!(argv, words("objtool --orc -- --source"));
    }
}
