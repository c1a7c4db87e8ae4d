// SPDX-License-Identifier: GPL-2.0-only

//! `objtool klp`: its sub-commands and their options (from 7.2 on).
//!
//! Upstream: `cmd_klp()` and the start of each `cmd_klp_*()`. `OBJTOOL_ARGS` is not read here.

use super::Exit;
use super::option_row::OptionRow;
use super::option_row::Takes;
use super::subcmd;
use super::usage;
use super::usage::Listed;
use super::words::Words;
use crate::objtool::opts::Opts;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// What `objtool klp` is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KlpCall {
    /// `klp checksum`: writes a checksum of each function and object into the file.
    Checksum(Box<Opts>),
    /// `klp diff`: makes an object of what changed.
    Diff(KlpDiff),
    /// `klp post-link`: turns what `klp diff` left in a linked module into what the kernel wants.
    PostLink(PathBuf),
}

/// The options of `klp diff`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KlpDiff {
    /// `--debug`: all of the following.
    pub debug: bool,
    /// `--debug-correlate`.
    pub debug_correlate: bool,
    /// `--debug-clone`.
    pub debug_clone: bool,
    /// The object before the patch.
    pub orig: PathBuf,
    /// The object with the patch.
    pub patched: PathBuf,
    /// The object to make.
    pub out: PathBuf,
}

const COMMANDS: &str = "usage: objtool klp <subcommand> [<options>]

Subcommands:
  checksum\tGenerate per-function checksums
  diff\tGenerate binary diff of two object files
  post-link\tFinalize klp symbols/relocs after module linking
";

const CHECKSUM_USAGE: &[&str] = &["objtool klp checksum [<options>] file.o"];
const POST_LINK_USAGE: &[&str] = &["objtool klp post-link <file.ko>"];
const DIFF_USAGE: &[&str] = &["objtool klp diff [<options>] <in1.o> <in2.o> <out.o>"];

const fn flag<T>(letter: u8, name: &'static str, slot: fn(&mut T) -> &mut bool, help: &'static str) -> OptionRow<T> {
    OptionRow { letter, name, takes: Takes::Nothing(slot), help }
}

static CHECKSUM_ROWS: [OptionRow<Opts>; 2] = [
    OptionRow {
        letter: 0,
        name: "debug-checksum",
        takes: Takes::Text {
            what: "syms",
            store: |opts, symbols| opts.debug_checksum = symbols.map(|symbols| OsString::from_vec(symbols.to_vec())),
        },
        help: "enable checksum debug output",
    },
    flag(0, "dry-run", |opts| &mut opts.dry_run, "don't write modifications"),
];

static DIFF_ROWS: [OptionRow<KlpDiff>; 4] = [
    OptionRow { letter: 0, name: "", takes: Takes::Heading, help: "Options:" },
    flag(b'd', "debug", |diff| &mut diff.debug, "enable all debug output"),
    flag(0, "debug-correlate", |diff| &mut diff.debug_correlate, "enable correlation debug output"),
    flag(0, "debug-clone", |diff| &mut diff.debug_clone, "enable cloning debug output"),
];

/// Parses `words`, of which the second is `klp`.
pub(super) fn parse(words: &Words) -> Result<KlpCall, Exit> {
    let word = |nth| words.start(nth).map(|at| words.text(at));
    match word(2) {
        Some(b"checksum") => checksum(words),
        Some(b"diff") => diff(words),
        Some(b"post-link") => match (word(3), word(4)) {
            (Some(file), None) => Ok(KlpCall::PostLink(path(file.to_vec()))),
            _ => {
                let count = words.len().saturating_sub(3);
                Err(Exit::failure(255, format!("{count}\nusage: objtool link <file.ko>\n")))
            }
        },
        Some(_) | None => Err(Exit::failure(1, COMMANDS)),
    }
}

/// The command lines, and the options under headings of their own.
pub(super) fn listed() -> (Vec<&'static str>, Vec<Listed>) {
    let heading = |help| Listed { names: String::new(), help };
    let mut rows = vec![heading("klp checksum:")];
    rows.extend(usage::listed(&CHECKSUM_ROWS.iter().collect::<Vec<_>>()));
    rows.push(heading("klp diff:"));
    let diff = usage::listed(&DIFF_ROWS.iter().collect::<Vec<_>>());
    rows.extend(diff.into_iter().filter(|row| !row.names.is_empty()));
    ([CHECKSUM_USAGE, DIFF_USAGE, POST_LINK_USAGE].concat(), rows)
}

fn checksum(words: &Words) -> Result<KlpCall, Exit> {
    let rows: Vec<_> = CHECKSUM_ROWS.iter().collect();
    let mut opts = Opts { checksum: true, ..Opts::default() };
    let files = subcmd::parse(words, 3, &rows, CHECKSUM_USAGE, &mut opts)?;
    let [file] = <[Vec<u8>; 1]>::try_from(files)
        .map_err(|_| Exit::failure(Exit::USAGE, usage::full(CHECKSUM_USAGE, &rows, None)))?;
    opts.file = path(file);
    Ok(KlpCall::Checksum(Box::new(opts)))
}

fn diff(words: &Words) -> Result<KlpCall, Exit> {
    let rows: Vec<_> = DIFF_ROWS.iter().collect();
    let mut diff = KlpDiff::default();
    let files = subcmd::parse(words, 3, &rows, DIFF_USAGE, &mut diff)?;
    let [orig, patched, out] = <[Vec<u8>; 3]>::try_from(files)
        .map_err(|_| Exit::failure(Exit::USAGE, usage::full(DIFF_USAGE, &rows, None)))?;
    diff.debug_correlate |= diff.debug;
    diff.debug_clone |= diff.debug;
    Ok(KlpCall::Diff(KlpDiff { orig: path(orig), patched: path(patched), out: path(out), ..diff }))
}

fn path(word: Vec<u8>) -> PathBuf {
    OsString::from_vec(word).into()
}
