//! `objtool`, to be put where the kernel's own stands.

use postlink::cli::Exit;
use postlink::cli::objtool;
use postlink::cli::objtool::Parsed;
use postlink::objtool::Request;
use postlink::profile::Profile;
use postlink::profile::series;
use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut argv: Vec<OsString> = env::args_os().collect();
    let environ: Vec<(OsString, OsString)> = env::vars_os().collect();
    let asked = series::take_option(&mut argv);
    let selection = match series::select(asked.as_deref(), &environ, Path::new("")) {
        Ok(selection) => selection,
        Err(unknown) => return end(&Exit::usage_error(&unknown)),
    };
    match objtool::parse(selection.series, &argv, &environ) {
        Parsed::Run(run) => {
            let Some(profile) = Profile::of(selection.series) else {
                return end(&Exit::series_unsupported(selection.series.name()));
            };
            if run.opts.verbose {
                eprintln!("objtool: kernel series {} ({})", selection.series.name(), selection.chosen_by);
            }
            let words = argv.iter().map(|word| word.as_encoded_bytes().to_vec());
            let noreturns = selection.tree.as_ref().and_then(postlink::profile::series::Tree::noreturns);
            let outcome = postlink::objtool::run(&Request {
                opts: run.opts,
                rules: run.rules,
                profile,
                noreturns,
                argv: words.collect(),
            });
            end(&Exit { stdout: outcome.stdout, stderr: outcome.stderr, code: outcome.code })
        }
        Parsed::Klp(_) => end(&Exit::klp_not_implemented()),
        Parsed::Exit(exit) => end(&exit),
    }
}

/// Prints what an exit has to say. Nobody is left to tell when that fails.
fn end(exit: &Exit) -> ExitCode {
    let _ = std::io::stderr().write_all(&exit.stderr);
    let _ = std::io::stdout().write_all(&exit.stdout);
    ExitCode::from(exit.code)
}
