// SPDX-License-Identifier: GPL-2.0-only

//! What a run is asked to do and what it answers.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::path::PathBuf;

use arch::Arch;
use rayon::prelude::*;

use super::ModuleRule;
use crate::elf::ElfFile;
use crate::elf::output;
use crate::kernel::Profile;
use crate::objtool::finding::Message;
use crate::objtool::opts::Opts;
use crate::objtool::opts::conflicts::OptionRules;
use crate::objtool::wording;

/// One call of the tool.
#[derive(Debug, Clone)]
pub struct Request {
    /// The options.
    pub opts: Opts,
    /// When which combinations of options are refused.
    pub rules: OptionRules,
    /// The series.
    pub profile: Profile,
    /// Noreturn functions as the kernel tree lists them, in place of the profile's.
    pub noreturns: Option<Vec<String>>,
    /// The words of the command line, for the line that says how to repeat a failed run.
    pub argv: Vec<Vec<u8>>,
    /// What to do about a module without `--module`.
    pub module_rule: ModuleRule,
    /// Say below each finding where in the source it is.
    pub source: bool,
}

/// What a run leaves behind besides the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// For standard output.
    pub stdout: Vec<u8>,
    /// For standard error.
    pub stderr: Vec<u8>,
    /// Exit status.
    pub code: u8,
}

impl Outcome {
    pub(crate) fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }
}

/// The machine that the file is for, or what there is to say about one that is not supported.
pub(super) fn machine(elf: &ElfFile<'_>) -> Result<&'static dyn Arch, String> {
    let unknown = Message::BadMachine { machine: elf.machine };
    arch::with_upstream(elf.machine).ok_or_else(|| wording::of_file(&unknown).unwrap_or_default())
}

/// The file's name as messages give it.
pub(super) fn name_of(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

/// Reads the file, or says why not; the error is the exit status.
pub(super) fn read(path: &Path, out: &mut Outcome) -> Result<Vec<u8>, u8> {
    let fail = |out: &mut Outcome, error: &std::io::Error| {
        let line = [b"objtool: Can't open '", path.as_os_str().as_encoded_bytes(), b"': "].concat();
        out.stderr.extend(line);
        out.stderr.extend(format!("{}\n", output::reason(error)).into_bytes());
        1
    };
    // The original opens for writing, so a file that cannot be written is refused before anything is done.
    let opened = std::fs::OpenOptions::new().read(true).write(true).open(path);
    let mut file = opened.map_err(|error| fail(out, &error))?;
    if let Some(data) = read_side_by_side(&file) {
        return Ok(data);
    }
    let mut data = Vec::new();
    if let Ok(meta) = file.metadata() {
        data.reserve_exact(usize::try_from(meta.len()).unwrap_or(0).min(1 << 36));
    }
    std::io::Read::read_to_end(&mut file, &mut data).map_err(|error| fail(out, &error))?;
    Ok(data)
}

/// Reads a large file on all threads: clearing and filling memory takes longer than everything else about reading. `None`
/// for other files, and for those that cannot be read so.
fn read_side_by_side(file: &File) -> Option<Vec<u8>> {
    const FROM: u64 = 4 << 20;
    const AT_ONCE: usize = 1 << 20;
    let meta = file.metadata().ok().filter(|meta| meta.is_file() && (FROM..1 << 36).contains(&meta.len()))?;
    let mut data = vec![0; usize::try_from(meta.len()).ok()?];
    let read = |(nth, part): (usize, &mut [u8])| file.read_exact_at(part, (nth * AT_ONCE) as u64).is_ok();
    let is_read: Vec<bool> = data.par_chunks_mut(AT_ONCE).enumerate().map(read).collect();
    is_read.into_iter().all(|is_read| is_read).then_some(data)
}

/// `--output`: copies the input and goes on with the copy. The error is the exit status.
pub(super) fn take_copy(opts: &mut Opts, out: &mut Outcome) -> Result<(), u8> {
    let Some(target) = opts.output.clone().filter(|_| !opts.dry_run) else { return Ok(()) };
    if let Err(error) = output::copy(&opts.file, &target) {
        out.stderr.extend(copy_error_line(&opts.file, &error));
        return Err(1);
    }
    opts.file = target;
    Ok(())
}

/// `--backup` after a failure: keeps the input and says how to repeat the run (from 7.2 on).
pub(crate) fn backup(request: &Request, opts: &Opts, out: &mut Outcome) {
    if let Some(kept) = keep(opts, &mut out.stderr) {
        say_call(request, opts, Some(&*kept).filter(|_| opts.output.is_none()), &mut out.stderr);
    }
}

/// `--verbose` after a failure: says how to repeat the run, and keeps the input where it would be gone (6.18).
pub(crate) fn repeat(request: &Request, opts: &Opts, out: &mut Vec<u8>) {
    let is_lost = opts.output.is_none() && !opts.dry_run;
    let kept = if is_lost { keep(opts, out) } else { None };
    say_call(request, opts, kept.as_deref(), out);
}

/// Copies the input, or says why not.
fn keep(opts: &Opts, out: &mut Vec<u8>) -> Option<PathBuf> {
    let mut kept = opts.file.clone().into_os_string();
    kept.push(".orig");
    let kept = PathBuf::from(kept);
    let copied = output::copy(&opts.file, &kept);
    copied.map_err(|error| out.extend(copy_error_line(&opts.file, &error))).ok().map(|()| kept)
}

/// The words of the command line, with the copy in place of the input.
fn say_call(request: &Request, opts: &Opts, kept: Option<&Path>, out: &mut Vec<u8>) {
    let name = name_of(&opts.file);
    for (index, word) in request.argv.iter().enumerate() {
        if index != 0 {
            out.push(b' ');
        }
        match kept {
            Some(kept) if index != 0 && *word == name => out.extend([&name_of(kept), &b" -o "[..], &name].concat()),
            _ => out.extend_from_slice(word),
        }
    }
    out.push(b'\n');
}

fn copy_error_line(file: &Path, error: &output::CopyError) -> Vec<u8> {
    [&name_of(file)[..], format!(": error: objtool: {error}\n").as_bytes()].concat()
}

/// `--backup` up to 6.12: keeps the input beside the file before anything else is done. The error is the exit status.
pub(super) fn backup_first(opts: &Opts, data: &[u8], out: &mut Outcome) -> Result<(), u8> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut kept = opts.file.clone().into_os_string();
    kept.push(".orig");
    let opened = std::fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o644).open(kept);
    let (what, result) = match opened {
        Ok(mut file) => ("failed backup write", file.write_all(data)),
        Err(error) => ("failed to create backup file", Err(error)),
    };
    result.map_err(|error| {
        out.stderr.extend(format!("{what}: {}\n", output::reason(&error)).into_bytes());
        let line = [&name_of(&opts.file)[..], b": warning: objtool: can't create backup file\n"].concat();
        out.stderr.extend(line);
        1
    })
}
