//! `objtool`, to be put where the kernel's own stands.

use postlink::cli::Exit;
use postlink::cli::objtool;
use postlink::cli::objtool::Parsed;
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
        Parsed::Run(run) => end(&Exit::not_implemented(&run.opts.file)),
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
