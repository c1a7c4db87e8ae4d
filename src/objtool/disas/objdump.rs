// SPDX-License-Identifier: GPL-2.0-only

//! Listings by `objdump`, as series before 7.3 make them.
//!
//! Upstream: `disas_funcs()` (6.12). The pipeline is the original's, with one difference: there, names of symbols and of the
//! file are pasted into the shell's command, so an object could run commands. Here the shell gets them as arguments.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::process::Stdio;

/// `$1` is the object, `$2` the names of the functions, separated by blanks.
const PIPELINE: &str = r#"${CROSS_COMPILE}objdump -wdr "$1" | gawk -M -v _funcs="$2" '
BEGIN { split(_funcs, funcs); }
/^$/ { func_match = 0; }
/<.*>:/ {
	f = gensub(/.*<(.*)>:/, "\\1", 1);
	for (i in funcs) {
		if (funcs[i] == f) {
			func_match = 1;
			base = strtonum("0x" $1);
			break;
		}
	}
}
{
	if (func_match) {
		addr = strtonum("0x" $1);
		printf("%04x ", addr - base);
		print;
	}
}'"#;

/// What the pipeline printed, and its status as `system()` gives it: 0 if all went well.
#[derive(Debug)]
pub struct Dumped {
    /// For standard error.
    pub text: Vec<u8>,
    /// Wait status; -1 if there is no shell.
    pub status: i32,
}

/// Lists functions of `object` by name.
///
/// With `needs_prefix`, the command begins with `(null)` where `CROSS_COMPILE` is not set, which no shell understands.
pub fn dump_functions(object: &[u8], names: &[&[u8]], needs_prefix: bool) -> Dumped {
    let mut shell = Command::new("/bin/sh");
    let is_broken = needs_prefix && std::env::var_os("CROSS_COMPILE").is_none();
    let command = if is_broken { PIPELINE.replacen("${CROSS_COMPILE}", "(null)", 1) } else { PIPELINE.to_owned() };
    shell.args(["-c", &command, "sh"]).arg(OsStr::from_bytes(object)).arg(OsStr::from_bytes(&names.join(&b' ')));
    shell.stdin(Stdio::null());
    match shell.output() {
        Ok(output) => {
            let mut text = output.stderr;
            text.extend_from_slice(&output.stdout);
            Dumped { text, status: output.status.into_raw() }
        }
        Err(_) => Dumped { text: Vec::new(), status: -1 },
    }
}
