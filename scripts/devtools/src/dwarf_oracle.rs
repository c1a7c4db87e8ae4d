// SPDX-License-Identifier: GPL-2.0-only

//! Our frame states against the compiler's own description of its frames.
//!
//! A compiler that is asked for unwind tables (`-fasynchronous-unwind-tables`) says for every instruction how to find the
//! frame address and where it saved the frame pointer and the return address. Our analysis says the same from the
//! instructions alone. This compares the two, instruction by instruction. Nothing is shared between them but the object
//! file, so what both agree on is very likely so. Kernels are usually built without such tables; the oracle is for builds
//! made on purpose.

mod arm64;
pub mod cfi_rows;
mod second_opinion;
mod tally;
mod x86_64;

use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;

use object::elf;

use postlink::elf::ElfFile;

pub use tally::Tally;

/// How much to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Functions that disagree or could not be followed, and totals.
    Functions,
    /// Also every range of instructions that no way leads to.
    Unreached,
}

/// Compares one object with its own unwind tables and writes the outcome to `out`.
pub fn run(path: &Path, detail: Detail, out: &mut dyn Write) -> io::Result<Tally> {
    let bad = |text: String| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {text}", path.display()));
    let data = fs::read(path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let elf = ElfFile::parse(&data).map_err(|error| bad(error.to_string()))?;
    if elf.kind != elf::ET_REL {
        return Err(bad("only relocatable objects can be compared".to_owned()));
    }
    let tally = match elf.machine {
        elf::EM_AARCH64 if postlink::arm64::object::is_supported(&elf) => arm64::compare(&elf),
        elf::EM_X86_64 => x86_64::compare(&elf, path),
        machine => return Err(bad(format!("e_machine {machine} is not one whose stack is analysed"))),
    };
    tally.write(detail, out)?;
    Ok(tally)
}
