// SPDX-License-Identifier: GPL-2.0-only

//! 5.10's sub-commands: `check`, `orc generate` and `orc dump`.
//!
//! Their options are mostly off-switches; what later series have to be asked for is always on.

use super::Exit;
use super::Invocation;
use super::rows;
use super::subcmd;
use super::usage;
use super::words::Words;
use crate::kernel::Facts;
use crate::kernel::OptionTable;
use crate::objtool::opts::Opts;
use crate::objtool::opts::conflicts::OptionRules;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

pub(super) const CHECK_USAGE: &[&str] = &["objtool check [<options>] file.o"];
pub(super) const ORC_USAGE: &[&str] = &["objtool orc generate [<options>] file.o", "objtool orc dump file.o"];

const COMMANDS: &str = "
 usage: objtool COMMAND [ARGS]

 Commands:
   check   Perform stack metadata validation on an object file
   orc     Generate in-place ORC unwind tables for an object file

";

/// Parses `words` of a release with sub-commands. 5.10 takes no options from the environment and knows `vmlinux.o` by name.
pub(super) fn parse(facts: &Facts, words: &Words, environ: &[(OsString, OsString)]) -> Result<Invocation, Exit> {
    let cx = Cx { table: facts.options, words, environ };
    let run = |opts| Invocation { opts, rules: OptionRules::new(facts) };
    match word(words, 1) {
        Some(b"check") => check(&cx).map(run),
        Some(b"orc") => orc(&cx).map(run),
        Some(b"-h" | b"--help") => Err(Exit { stdout: COMMANDS.into(), stderr: Vec::new(), code: 0 }),
        Some(option @ [b'-', ..]) => {
            let stderr = [b"Unknown option: ", option, b"\n"].concat();
            Err(Exit { stdout: COMMANDS.into(), stderr, code: Exit::USAGE })
        }
        Some(_) | None => Err(Exit { stdout: COMMANDS.into(), stderr: Vec::new(), code: Exit::USAGE }),
    }
}

/// What parsing depends on.
struct Cx<'a> {
    table: OptionTable,
    words: &'a Words,
    environ: &'a [(OsString, OsString)],
}

fn check(cx: &Cx<'_>) -> Result<Opts, Exit> {
    let mut opts = options(cx, 2, CHECK_USAGE)?;
    opts.vmlinux |= cx.table == OptionTable::Subcommands && is_vmlinux(opts.file.as_os_str().as_encoded_bytes());
    Ok(opts)
}

fn orc(cx: &Cx<'_>) -> Result<Opts, Exit> {
    match word(cx.words, 2) {
        Some([b'g', b'e', b'n', ..]) => Ok(Opts { orc: true, ..options(cx, 3, ORC_USAGE)? }),
        Some(b"dump") => match (word(cx.words, 3), word(cx.words, 4)) {
            (Some(file), None) => Ok(Opts { dump_orc: true, ..of_file(file.to_vec()) }),
            _ => Err(usage_error(cx.table, ORC_USAGE)),
        },
        Some(_) | None => Err(usage_error(cx.table, ORC_USAGE)),
    }
}

fn options(cx: &Cx<'_>, first: usize, usage: &[&str]) -> Result<Opts, Exit> {
    let mut opts = Opts::default();
    let rows = rows::of(cx.table);
    if cx.table != OptionTable::Subcommands {
        super::parse_variable(cx.environ, &rows, &mut opts)?;
    }
    let files = subcmd::parse(cx.words, first, &rows, usage, &mut opts)?;
    let [file] = <[Vec<u8>; 1]>::try_from(files).map_err(|_| usage_error(cx.table, usage))?;
    Ok(Opts {
        file: OsString::from_vec(file).into(),
        stackval: !opts.no_fp,
        static_call: true,
        hack_jump_label: true,
        hack_noinstr: true,
        ..opts
    })
}

fn of_file(file: Vec<u8>) -> Opts {
    Opts { file: OsString::from_vec(file).into(), ..Opts::default() }
}

fn usage_error(table: OptionTable, usage: &[&str]) -> Exit {
    Exit::failure(Exit::USAGE, usage::full(usage, &rows::of(table), None))
}

/// Whether the first `vmlinux.o` in the name ends it.
fn is_vmlinux(name: &[u8]) -> bool {
    let part = b"vmlinux.o";
    memchr::memmem::find(name, part).is_some_and(|at| at.saturating_add(part.len()) == name.len())
}

fn word(words: &Words, index: usize) -> Option<&[u8]> {
    words.start(index).map(|start| words.text(start))
}
