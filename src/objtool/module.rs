// SPDX-License-Identifier: GPL-2.0-only

//! Whether an object is evidently part of a module although `--module` was not given.
//!
//! With `--module` a static call's trampoline stands in for a key that is not exported; without it such a call is fatal.
//! Kernels were shipped broken because a build rule lost the option on linked LTO modules.

use crate::elf::ElfFile;
use crate::objtool::opts::Opts;
use std::path::Path;

/// What to do about a module without `--module`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleRule {
    /// Nothing: the original does not look either.
    AsAsked,
    /// Say so.
    Say,
    /// Turn `--module` on and say so.
    Supply,
}

/// Applies the rule and returns the line to print, if there is one.
pub(crate) fn apply(rule: ModuleRule, opts: &mut Opts, elf: &ElfFile<'_>) -> Option<String> {
    if rule == ModuleRule::AsAsked || opts.module {
        return None;
    }
    let evidence = evidence(elf, &opts.file)?;
    let name = opts.file.display();
    Some(match rule {
        ModuleRule::Supply => {
            opts.module = true;
            format!("postlink: {name} is part of a module ({evidence}): --module is on\n")
        }
        ModuleRule::AsAsked | ModuleRule::Say => {
            format!("postlink: {name} is part of a module ({evidence}), but --module is not given\n")
        }
    })
}

/// What shows that the object is part of a module.
fn evidence(elf: &ElfFile<'_>, path: &Path) -> Option<&'static str> {
    const NAMES: [(&[u8], &str); 3] = [
        (b".lto.o", "its name ends in .lto.o"),
        (b".prelink.o", "its name ends in .prelink.o"),
        (b".ko", "its name ends in .ko"),
    ];
    let name = path.as_os_str().as_encoded_bytes();
    if let Some((_, evidence)) = NAMES.iter().find(|(end, _)| name.ends_with(end)) {
        return Some(evidence);
    }
    if elf.sections.iter().any(|sec| sec.name == b".modinfo" && has_module_info(sec.data)) {
        return Some("its .modinfo is a module's");
    }
    let is_this_module = |symbol| elf.symbol_name(symbol) == b"__this_module";
    elf.symbols.iter().any(is_this_module).then_some("it refers to __this_module")
}

/// Whether some entry's key has no prefix: what is built in has a `.modinfo` as well, with `name.` before each key.
fn has_module_info(data: &[u8]) -> bool {
    let keys = data.split(|byte| *byte == 0).filter_map(|entry| entry.split(|byte| *byte == b'=').next());
    keys.filter(|key| !key.is_empty()).any(|key| !key.contains(&b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_information_has_prefixes() {
        assert!(has_module_info(b"license=GPL\0"));
        assert!(has_module_info(b"\0\0ext4.license=GPL\0alias=fs-ext4\0"));
        assert!(!has_module_info(b"ext4.license=GPL\08250.parm=x:y\0"));
        assert!(!has_module_info(b""));
    }
}
