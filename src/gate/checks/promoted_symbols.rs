// SPDX-License-Identifier: GPL-2.0-only

//! Local symbols that ThinLTO made global under another name.

use std::collections::BTreeMap;

use crate::elf::SymbolId;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::finding::counted;
use crate::gate::finding::stem;
use crate::gate::object::ObjectCx;

check! {
    /// ThinLTO has promoted a local symbol to a global one called `name.llvm.<hash>`.
    ///
    /// Code of one file was imported into another, so what was `static` had to become visible, with a hash of its file in
    /// the name. The hash changes with the source, so names differ from build to build: livepatches, traces and probes that
    /// were made for one build do not find the function in the next.
    ///
    /// Cause: ThinLTO imports across files (`-import-instr-limit` decides how much).
    ///
    /// Remedy: none is needed for a kernel that is not livepatched. Else link with `--lto-whole-program-visibility -mllvm
    /// -always-rename-promoted-locals=false`, where the linker knows that (a 7.3 kernel then does it by itself), which keeps
    /// nearly all names, or without importing (`-mllvm -import-instr-limit=0`); and watch the growth against a baseline.
    "promoted-symbols", Note, object: look,
}

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    if !cx.is_linked_object() {
        return Vec::new();
    }
    let mut functions: BTreeMap<SymbolId, String> = BTreeMap::new();
    let (mut n_objects, mut n_strings) = (0u32, 0u32);
    for (index, symbol) in cx.elf.symbols.iter().enumerate() {
        let name = cx.elf.symbol_name(symbol);
        if symbol.is_undefined() || !is_promoted(name) || name.starts_with(b"__pfx_") {
            continue;
        }
        let name = String::from_utf8_lossy(name).into_owned();
        if symbol.is_func() {
            functions.insert(SymbolId(index as u32), name);
        } else if name.starts_with(".L") || name.contains(".str.") || name.starts_with(".str") {
            n_strings += 1;
        } else {
            n_objects += 1;
        }
    }
    let n_functions = functions.len();
    if n_functions == 0 && n_objects == 0 && n_strings == 0 {
        return Vec::new();
    }
    let n_calls = count_calls(cx, &functions);
    let (objects, strings) = (counted(n_objects as usize, "object"), counted(n_strings as usize, "string"));
    let counted_functions = counted(n_functions, "function");
    let calls = counted(usize::try_from(n_calls).unwrap_or(usize::MAX), "reference");
    let text = format!("promoted: {counted_functions}, {objects} and {strings}; {calls} to the functions");
    let mut findings = vec![GateFinding::new("summary", text).at_most(GateSeverity::Note)];
    for (id, name) in functions {
        let place = cx.elf.symbol(id).map_or(crate::elf::SectionId::UNDEF, |symbol| symbol.section);
        let text = format!("'{}' is called '{name}' in this build", stem(&name));
        findings.push(GateFinding::new("function", text).symbol(name).section(cx.section_name(place)));
    }
    findings
}

/// Whether a name ends in `.llvm.<number>`, perhaps with more compiler suffixes.
fn is_promoted(name: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(name, b".llvm.") else { return false };
    name.get(at + 6..).and_then(<[u8]>::first).is_some_and(u8::is_ascii_digit)
}

fn count_calls(cx: &ObjectCx<'_>, functions: &BTreeMap<SymbolId, String>) -> u64 {
    let mut is_promoted = vec![false; cx.elf.symbols.len()];
    for id in functions.keys() {
        if let Some(mark) = is_promoted.get_mut(id.index()) {
            *mark = true;
        }
    }
    let mut n_calls = 0;
    for id in cx.elf.section_ids().filter(|id| cx.elf.section(*id).is_exec()) {
        let Some(relocs) = cx.relocs.of(id) else { continue };
        let calls = relocs.relocs.iter().filter(|reloc| is_promoted.get(reloc.symbol.index()) == Some(&true));
        n_calls += calls.count() as u64;
    }
    n_calls
}

#[cfg(test)]
mod tests {
    use super::is_promoted;

    #[test]
    fn hashes_in_names() {
        assert!(is_promoted(b"foo.llvm.123456") && is_promoted(b"foo.llvm.123.cold"));
        assert!(!is_promoted(b"foo.llvm.") && !is_promoted(b"llvm") && !is_promoted(b"foo.constprop.0"));
    }
}
