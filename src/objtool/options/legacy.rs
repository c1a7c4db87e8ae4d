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

const CHECK_USAGE: &[&str] = &["objtool check [<options>] file.o"];
const ORC_USAGE: &[&str] = &["objtool orc generate [<options>] file.o", "objtool orc dump file.o"];

const COMMANDS: &str = "
 usage: objtool COMMAND [ARGS]

 Commands:
   check   Perform stack metadata validation on an object file
   orc     Generate in-place ORC unwind tables for an object file

";

pub(super) fn parse(words: &Words, facts: &Facts) -> Result<Invocation, Exit> {
    let run = |opts| Invocation { opts, rules: OptionRules::new(facts) };
    match word(words, 1) {
        Some(b"check") => check(words).map(run),
        Some(b"orc") => orc(words).map(run),
        Some(b"-h" | b"--help") => Err(Exit { stdout: COMMANDS.into(), stderr: Vec::new(), code: 0 }),
        Some(option @ [b'-', ..]) => {
            let stderr = [b"Unknown option: ", option, b"\n"].concat();
            Err(Exit { stdout: COMMANDS.into(), stderr, code: Exit::USAGE })
        }
        Some(_) | None => Err(Exit { stdout: COMMANDS.into(), stderr: Vec::new(), code: Exit::USAGE }),
    }
}

fn check(words: &Words) -> Result<Opts, Exit> {
    let mut opts = options(words, 2, CHECK_USAGE)?;
    opts.vmlinux |= is_vmlinux(opts.file.as_os_str().as_encoded_bytes());
    Ok(opts)
}

fn orc(words: &Words) -> Result<Opts, Exit> {
    match word(words, 2) {
        Some([b'g', b'e', b'n', ..]) => Ok(Opts { orc: true, ..options(words, 3, ORC_USAGE)? }),
        Some(b"dump") => match (word(words, 3), word(words, 4)) {
            (Some(file), None) => Ok(Opts { dump_orc: true, ..of_file(file.to_vec()) }),
            _ => Err(usage_error(ORC_USAGE)),
        },
        Some(_) | None => Err(usage_error(ORC_USAGE)),
    }
}

fn options(words: &Words, first: usize, usage: &[&str]) -> Result<Opts, Exit> {
    let mut opts = Opts::default();
    let files = subcmd::parse(words, first, &rows::of(OptionTable::Subcommands), usage, &mut opts)?;
    let [file] = <[Vec<u8>; 1]>::try_from(files).map_err(|_| usage_error(usage))?;
    Ok(Opts { file: OsString::from_vec(file).into(), stackval: !opts.no_fp, static_call: true, ..opts })
}

fn of_file(file: Vec<u8>) -> Opts {
    Opts { file: OsString::from_vec(file).into(), ..Opts::default() }
}

fn usage_error(usage: &[&str]) -> Exit {
    Exit::failure(Exit::USAGE, usage::full(usage, &rows::of(OptionTable::Subcommands), None))
}

/// Whether the first `vmlinux.o` in the name ends it.
fn is_vmlinux(name: &[u8]) -> bool {
    let part = b"vmlinux.o";
    memchr::memmem::find(name, part).is_some_and(|at| at.saturating_add(part.len()) == name.len())
}

fn word(words: &Words, index: usize) -> Option<&[u8]> {
    words.start(index).map(|start| words.text(start))
}
