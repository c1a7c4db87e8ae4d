// SPDX-License-Identifier: GPL-2.0-only

//! Exported symbols, from `Module.symvers`.
//!
//! Upstream: `read_exports()`.

use std::fs;
use std::io;
use std::path::PathBuf;

use rustc_hash::FxHashMap;

use super::super::say::Refusal;
use super::side::Side;
use crate::elf::SymbolId;
use object::elf;

/// The original's buffer for a line, with the NUL that ends it.
const LINE: usize = 1024;

/// An exported symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Export {
    /// The module that exports it, or `vmlinux`.
    pub module: Vec<u8>,
    /// Its name.
    pub name: Vec<u8>,
    /// It is exported to certain modules alone.
    pub is_for_modules: bool,
}

/// Exported symbols by name.
#[derive(Debug, Default)]
pub(super) struct Exports(FxHashMap<Vec<u8>, Export>);

impl Exports {
    /// Reads `Module.symvers` in the working directory, or in the tree that this program is built in. Without `are_numbered`,
    /// messages about all lines name the first.
    pub fn read(are_numbered: bool) -> Result<Self, Refusal> {
        const NAME: &str = "Module.symvers";
        let text = match fs::read(NAME) {
            Ok(text) => text,
            Err(_) => {
                let Some(path) = top_level(NAME) else {
                    let hint = "\"objtool diff\" should be run from the kernel tree";
                    return Err(format!("can't open '{NAME}', {hint}").into());
                };
                fs::read(path).map_err(|error| Unopened(error).into_refusal())?
            }
        };
        Self::parse(&text, are_numbered)
    }

    fn parse(text: &[u8], are_numbered: bool) -> Result<Self, Refusal> {
        let mut exports = Self::default();
        for (number, line) in (1_u32..).zip(lines(text)) {
            let number = if are_numbered { number } else { 1 };
            let malformed = |what: &str| Refusal::from(format!("malformed Module.symvers{what} at line {number}"));
            let mut fields = line.splitn(5, |byte| *byte == b'\t');
            // The checksum; without a tab behind it there is no symbol.
            fields.next();
            let field = |what: &str, next: Option<&[u8]>| next.map(<[u8]>::to_vec).ok_or_else(|| malformed(what));
            let name = field(" (sym)", fields.next())?;
            let module = field(" (mod)", fields.next())?;
            field(" (type)", fields.next())?;
            let namespace = field(" (namespace)", fields.next())?;
            if name.is_empty() || module.is_empty() {
                return Err(malformed(""));
            }
            let module = if module == b"vmlinux" { module } else { module_name(&module) };
            let is_for_modules = namespace.starts_with(b"module:");
            exports.0.insert(name.clone(), Export { module, name, is_for_modules });
        }
        Ok(exports)
    }

    /// The export that a reference to symbol `id` means: none if it is local (`find_export()`).
    pub fn of(&self, side: &Side<'_>, id: SymbolId) -> Option<&Export> {
        if side.sym(id).binding == elf::STB_LOCAL {
            return None;
        }
        self.0.get(side.name(id))
    }
}

/// The file cannot be opened.
struct Unopened(io::Error);

impl Unopened {
    fn into_refusal(self) -> Refusal {
        // The original's own words, which name the place in its sources.
        Refusal::from(format!("read_exports: fopen failed: {}", crate::elf::output::reason(&self.0)))
            .at("klp-diff.c:134")
    }
}

/// `name` in the folder three levels above this program's file (`top_level_dir()`).
fn top_level(name: &str) -> Option<PathBuf> {
    let this = fs::read_link("/proc/self/exe").ok()?;
    Some(this.parent()?.parent()?.parent()?.join(name))
}

/// Lines as C reads them into a buffer: long ones come in pieces, and each ends at a NUL byte.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = text.split_inclusive(|byte| *byte == b'\n').flat_map(|line| line.chunks(LINE - 1));
    whole.map(|line| line.get(..memchr::memchr(0, line).unwrap_or(line.len())).unwrap_or_default())
}

/// The name that a module has in the kernel, from its path (`normalize_modname()`).
pub(super) fn module_name(path: &[u8]) -> Vec<u8> {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let name = name.split(|byte| *byte == b'.').next().unwrap_or_default();
    name.iter().map(|byte| if *byte == b'-' { b'_' } else { *byte }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let text = b"0x1\tf\tvmlinux\tEXPORT_SYMBOL\t\n0x2\tg\tdrivers/a-b/c-d\tEXPORT_SYMBOL\tmodule:x\n";
        let exports = Exports::parse(text, true).expect("well formed");
        let found = |name: &[u8]| exports.0.get(name).map(|export| (export.module.clone(), export.is_for_modules));
        assert_eq!(found(b"f"), Some((b"vmlinux".to_vec(), false)));
        assert_eq!(found(b"g"), Some((b"c_d".to_vec(), true)));
    }

    #[test]
    fn malformed_lines_are_named() {
        let refused = |text: &[u8], are_numbered| {
            let Refusal { text, .. } = Exports::parse(text, are_numbered).expect_err("malformed");
            String::from_utf8(text).expect("plain")
        };
        assert_eq!(refused(b"0x1\tf\tm\tE\t\nx\n", true), "malformed Module.symvers (sym) at line 2");
        assert_eq!(refused(b"0x1\tf\tm\tE\t\nx\n", false), "malformed Module.symvers (sym) at line 1");
        assert_eq!(refused(b"0x1\tf", true), "malformed Module.symvers (mod) at line 1");
        assert_eq!(refused(b"0x1\tf\tm", true), "malformed Module.symvers (type) at line 1");
        assert_eq!(refused(b"0x1\tf\tm\tE", true), "malformed Module.symvers (namespace) at line 1");
        assert_eq!(refused(b"0x1\t\tm\tE\t\n", true), "malformed Module.symvers at line 1");
    }

    #[test]
    fn modules_have_kernel_names() {
        assert_eq!(module_name(b"arch/x86/kvm/kvm-intel"), b"kvm_intel");
        assert_eq!(module_name(b"vmlinux.o"), b"vmlinux");
    }
}
