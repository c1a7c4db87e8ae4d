// SPDX-License-Identifier: GPL-2.0-only

//! What a livepatch needs to name the functions of a kernel.

use std::collections::BTreeMap;

use object::elf;

use crate::elf::SymbolId;
use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::finding::counted;
use crate::gate::finding::stem;
use crate::gate::fresh::SectionOffset;
use crate::gate::inputs::BuildStage;
use crate::gate::object::ObjectCx;

check! {
    /// A function cannot be named for a livepatch, or the file is not the one that patches are made from.
    ///
    /// A patch names a function by symbol, source file and position among its namesakes. Under LTO the objects of single
    /// files are bitcode, so patches are made against `vmlinux.o`; `vmlinux` has lost relocations and sections. A function that
    /// its file defines for all to see, and that is local after the link, has to be found by file and position.
    ///
    /// Cause: two functions of one name in files of one name, so that only their order tells them apart, or an LTO link that
    /// made a global function local.
    ///
    /// Remedy: give one of the functions another name, or keep the function (`__visible`, `noinline`); name `vmlinux.o`.
    "livepatch", Error,
    needs: [Need::Vmlinux, Need::Config("LIVEPATCH"), Need::BitcodeSymbols], object: look, world: look_at_world,
}

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    if cx.file.stage != BuildStage::VmlinuxObject {
        return Vec::new();
    }
    if cx.elf.kind != elf::ET_REL {
        let text = format!("{} is a linked program; patches are made from vmlinux.o", cx.file.name);
        return vec![GateFinding::new("not-vmlinux-o", text)];
    }
    let mut findings = Vec::new();
    if cx.inputs.config.has("LIVEPATCH") {
        findings.extend(namesakes(cx));
    }
    findings
}

/// Symbols that the bitcode inputs define for all to see, and that are local in `vmlinux.o`.
fn look_at_world(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let is_kernel = cx.inputs.config.has("LIVEPATCH");
    let vmlinux = cx.facts.iter().find(|facts| facts.file.stage == BuildStage::VmlinuxObject && !facts.is_opaque);
    let Some(vmlinux) = vmlinux.filter(|_| is_kernel) else { return Vec::new() };
    // A name that the compiler gave stands for the one it was made of, unless that is there itself.
    let locals: BTreeMap<&str, &str> = vmlinux.locals.iter().map(|name| (stem(name), name.as_str())).collect();
    let (mut findings, mut n_functions, mut n_objects) = (Vec::new(), 0, 0);
    for input in cx.facts.iter().filter(|facts| facts.file.subject == "vmlinux") {
        for (name, is_code) in input.bitcode.iter().flat_map(|bitcode| &bitcode.globals) {
            let Some(local) = locals.get(name.as_str()).filter(|_| !vmlinux.defines(name)) else { continue };
            *(if *is_code { &mut n_functions } else { &mut n_objects }) += 1;
            let what = if *is_code { "function" } else { "object" };
            let text =
                format!("the {what} '{name}' of {} is global, and local as '{local}' in vmlinux.o", input.file.name);
            let finding = GateFinding::new("became-local", text).symbol(name).counterpart(&input.file.name);
            findings.push(finding.at_most(GateSeverity::Note));
        }
    }
    if !findings.is_empty() {
        let text = format!(
            "global before and local now: {} and {}",
            counted(n_functions, "function"),
            counted(n_objects, "object")
        );
        findings.push(GateFinding::new("local-summary", text).at_most(GateSeverity::Note));
    }
    findings.into_iter().map(|finding| finding.about("vmlinux", &vmlinux.file.name)).collect()
}

/// Functions that share name and file name with another.
fn namesakes(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let mut by_name: BTreeMap<(&[u8], &str), Vec<SectionOffset>> = BTreeMap::new();
    let mut unit = "";
    for (index, symbol) in cx.elf.symbols.iter().enumerate().skip(1) {
        if symbol.kind() == elf::STT_FILE {
            unit = std::str::from_utf8(cx.elf.symbol_name(symbol)).unwrap_or_default();
        } else if symbol.is_func() && symbol.is_local() && !symbol.is_undefined() {
            let name = cx.elf.symbol_name(symbol);
            let is_made =
                name.starts_with(b"__pfx_") || name.starts_with(b"__cfi_") || SymbolId(index as u32) == SymbolId::NULL;
            if !is_made {
                by_name.entry((name, unit)).or_default().push((symbol.section, symbol.value));
            }
        }
    }
    let mut findings = Vec::new();
    for ((name, unit), mut places) in by_name {
        places.sort_unstable();
        places.dedup();
        if places.len() > 1 {
            let name = String::from_utf8_lossy(name).into_owned();
            let text = format!("{} functions are called '{name}' in files called '{unit}'", places.len());
            let mut finding =
                GateFinding::new("namesakes", text).symbol(name).counterpart(unit).at_most(GateSeverity::Note);
            unit.clone_into(&mut finding.unit);
            findings.push(finding);
        }
    }
    findings
}
