// SPDX-License-Identifier: GPL-2.0-only

//! Real code: the executable sections of object files.

use crate::original::Checker;
use crate::sweeps::Random;
use object::Object;
use object::ObjectSection;
use object::SectionFlags;
use object::elf;
use std::path::Path;
use std::path::PathBuf;

/// Every ELF file under `dir`, in order of path.
pub fn objects(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut dirs = vec![dir.to_path_buf()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => dirs.push(entry.path()),
                Ok(kind) if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.retain(|path| is_elf(path));
    found.sort();
    found
}

fn is_elf(path: &Path) -> bool {
    use std::io::Read;
    let mut magic = [0; 4];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == *b"\x7fELF"
}

/// Compares every instruction of the executable sections of `files`, in the order in which we find them.
pub fn text(checker: &mut Checker, files: &[PathBuf]) -> Result<(), String> {
    for path in files {
        for_each_text(path, |bytes| {
            let mut offset = 0;
            while let Some(rest) = bytes.get(offset..).filter(|rest| !rest.is_empty()) {
                checker.check(offset & 1 != 0, offset & 2 != 0, rest)?;
                // Bytes that are refused are skipped one by one.
                offset += checker.length(rest).max(1);
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Compares about `n` real instructions with one to three bytes changed.
pub fn mutated(checker: &mut Checker, files: &[PathBuf], seed: u64, n: u64) -> Result<(), String> {
    let mut random = Random(seed);
    let mut left = n;
    while left > 0 && !files.is_empty() {
        let before = left;
        for path in files {
            for_each_text(path, |bytes| {
                let mut offset = 0;
                while let Some(rest) = bytes.get(offset..).filter(|rest| !rest.is_empty() && left > 0) {
                    let mut code = [0; 16];
                    let size = rest.len().min(16);
                    code[..size].copy_from_slice(&rest[..size]);
                    for _ in 0..=random.next() % 3 {
                        let choice = random.next();
                        code[choice as usize % 6] = (choice >> 8) as u8;
                    }
                    checker.check(offset & 1 != 0, offset & 2 != 0, &code[..size])?;
                    left -= 1;
                    offset += checker.length(rest).max(1);
                }
                Ok(())
            })?;
        }
        if left == before {
            break;
        }
    }
    Ok(())
}

fn for_each_text(path: &Path, mut each: impl FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
    // A corpus may be in the making.
    let Ok(data) = std::fs::read(path) else { return Ok(()) };
    let Ok(file) = object::read::elf::ElfFile64::<object::Endianness>::parse(&*data) else { return Ok(()) };
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
        if sh_flags & u64::from(elf::SHF_EXECINSTR) != 0 {
            each(section.data().unwrap_or_default())?;
        }
    }
    Ok(())
}
