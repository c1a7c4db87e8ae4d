// SPDX-License-Identifier: GPL-2.0-only

//! Compares the symbol tables of LLVM bitcode, as the gate reads them, with what llvm-nm says.
//!
//! usage: bitcode_tables FOLDER...
//!
//! Of every bitcode object below the folders: the symbols, their order, and whether each is undefined, weak, common, global,
//! and code. NM names the llvm-nm, else it is llvm-nm-19. It reads the modules and not the table, so it has to be as new as the
//! compiler. Symbols of file-level assembly have no order of their own, only that of a hash table of the LLVM that lists them:
//! where the compiler's LLVM is another than llvm-nm's, theirs is not compared.
//!
//! Prints each difference and "N passed, N failed". Exits with 1 if anything differs, with 2 if nothing could be compared.
//! Started by scripts/parity/bitcode.

#![expect(clippy::print_stdout, reason = "what it says is its result")]

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitCode;

use postlink::contents::bitcode;
use postlink::contents::bitcode::Flags;
use postlink::contents::bitcode::OnDisk;
use postlink::contents::bitcode::Symbol;
use postlink::contents::bitcode::Symtab;

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if folders.is_empty() || folders.iter().any(|folder| !folder.is_dir()) {
        eprintln!("usage: bitcode_tables FOLDER...");
        return ExitCode::from(2);
    }
    match Nm::named_by_user().and_then(|nm| compare(&nm, &folders)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bitcode_tables: {error}");
            ExitCode::from(2)
        }
    }
}

/// Compares all files; whether all are equal.
fn compare(nm: &Nm, folders: &[PathBuf]) -> Result<bool, String> {
    let mut files = Vec::new();
    for folder in folders {
        bitcode_below(folder, &mut files)?;
    }
    if files.is_empty() {
        return Err("there is no bitcode to compare".to_owned());
    }
    let (mut n_failed, mut n_symbols, mut n_reordered) = (0, 0, 0);
    for file in &files {
        match compare_file(nm, file) {
            Ok(listing) => {
                n_symbols += listing.n_symbols;
                n_reordered += usize::from(listing.is_reordered);
            }
            Err(difference) => {
                n_failed += 1;
                println!("FAILED: {}: {difference}", file.display());
            }
        }
    }
    println!("{n_symbols} symbols by LLVM {}, of {n_reordered} files in another order", nm.version);
    println!("{} passed, {n_failed} failed", files.len() - n_failed);
    Ok(n_failed == 0)
}

/// Every file below a folder that is bitcode, in order.
fn bitcode_below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let wrong = |error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(wrong)?;
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).filter(|path| !path.is_symlink()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            bitcode_below(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "o")
            && bitcode::is_bitcode(&fs::read(&path).map_err(wrong)?)
        {
            files.push(path);
        }
    }
    Ok(())
}

/// What both say of a file.
struct Listing {
    n_symbols: usize,
    /// The symbols of assembly are in another order, and may be.
    is_reordered: bool,
}

/// Compares one file; a difference is told with the first line that is not the same.
fn compare_file(nm: &Nm, file: &Path) -> Result<Listing, String> {
    let mut theirs = nm.listing(file)?;
    let on_disk = fs::File::open(file).and_then(OnDisk::new).map_err(|error| error.to_string())?;
    let symtab = Symtab::read(&on_disk).map_err(|error| error.to_string())?;
    let shown = |symbol: &Symbol<'_>| !symbol.flags.contains(Flags::FORMAT_SPECIFIC);
    let line = |symbol: Symbol<'_>| format!("{} {}", String::from_utf8_lossy(symbol.name), letter(&symbol));
    let mut ours: Vec<String> = symtab.symbols().filter(shown).map(line).collect();
    let is_reordered = nm.version.as_bytes() != symtab.producer() && ours != theirs;
    if is_reordered {
        let n_in_code = symtab.symbols().filter(|symbol| shown(symbol) && !symbol.is_assembly).count();
        for all in [&mut ours, &mut theirs] {
            all.get_mut(n_in_code..).unwrap_or_default().sort_unstable();
        }
    }
    if ours == theirs {
        return Ok(Listing { n_symbols: ours.len(), is_reordered });
    }
    let at = ours.iter().zip(&theirs).take_while(|(ours, theirs)| ours == theirs).count();
    let [our_line, their_line] = [&ours, &theirs].map(|all| all.get(at).map_or("nothing", String::as_str));
    let counts = format!("{} symbols here, {} there", ours.len(), theirs.len());
    Err(format!("number {at} is '{our_line}' here, '{their_line}' there; {counts}"))
}

/// The letter that llvm-nm has for a symbol.
fn letter(symbol: &Symbol<'_>) -> char {
    let has = |flags| symbol.flags.contains(flags);
    let letter = match () {
        () if has(Flags::UNDEFINED) => return if has(Flags::WEAK) { 'w' } else { 'U' },
        () if has(Flags::COMMON) => return 'C',
        () if has(Flags::WEAK) => return 'W',
        () if has(Flags::EXECUTABLE) => 't',
        () => 'd',
    };
    if has(Flags::GLOBAL) { letter.to_ascii_uppercase() } else { letter }
}

/// An llvm-nm.
struct Nm {
    program: String,
    /// Of its LLVM.
    version: String,
}

impl Nm {
    fn named_by_user() -> Result<Self, String> {
        let program = std::env::var("NM").unwrap_or_else(|_| "llvm-nm-19".to_owned());
        let output = output_of(Command::new(&program).arg("--version"), &program)?;
        let mut words = output.split_whitespace().skip_while(|word| *word != "version");
        let version = words.nth(1).ok_or_else(|| format!("{program} does not tell its version"))?.to_owned();
        Ok(Self { program, version })
    }

    /// Its lines about a file: a name, which may be empty, and a letter.
    fn listing(&self, file: &Path) -> Result<Vec<String>, String> {
        let output =
            output_of(Command::new(&self.program).args(["--no-sort", "--format=posix"]).arg(file), &self.program)?;
        let line = |line: &str| {
            let (name, rest) = line.split_once(' ')?;
            Some(format!("{name} {}", rest.get(..1)?))
        };
        output.lines().map(|text| line(text).ok_or_else(|| format!("{} says '{text}'", self.program))).collect()
    }
}

/// What a program prints.
fn output_of(command: &mut Command, program: &str) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{program}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
