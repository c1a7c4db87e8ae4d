// SPDX-License-Identifier: GPL-2.0-only

//! `objtool`, to be put where the kernel's own stands.

use postlink::cli::run;
use postlink::cli::run::CalledAs;
use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let environ: Vec<_> = env::vars_os().collect();
    run::objtool(env::args_os().collect(), &environ, CalledAs::DropIn).end()
}
