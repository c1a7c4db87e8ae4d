// SPDX-License-Identifier: GPL-2.0-only

//! `modpost`, as kbuild calls it.

use std::process::ExitCode;

fn main() -> ExitCode {
    postlink::modpost::drop_in(std::env::args_os())
}
