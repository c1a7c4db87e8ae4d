//! Order and targets of initcalls and PCI fixups.

use std::collections::BTreeMap;

use object::elf;

use super::check;
use crate::elf::Reloc;
use crate::elf::SectionId;
use crate::gate::Finding;
use crate::gate::inputs::Stage;
use crate::gate::object::ObjectCx;

check! {
    /// Initcalls are in another order than without LTO, or an entry is no reference to a function.
    ///
    /// Initcalls of one level run in the order of the link, and drivers rely on it. LTO reorders, so the order is taken from
    /// a linker script made of the inputs. An entry is a 32-bit distance to its function; one that is not is called all
    /// the same.
    ///
    /// Cause: `vmlinux.o` was linked without `.tmp_initcalls.lds` or with an old one; relocations were changed by a tool.
    ///
    /// Remedy: remove `vmlinux.o` and `.tmp_initcalls.lds`, and build again.
    "initcalls", Error, object: look,
}

fn look(cx: &ObjectCx<'_>) -> Vec<Finding> {
    if cx.file.stage != Stage::VmlinuxObject || cx.elf.machine != elf::EM_X86_64 {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for id in cx.elf.section_ids() {
        let name = cx.section_name(id);
        if is_initcall(&name) {
            findings.extend(entries(cx, id, 4, 0, "initcall"));
        } else if name.starts_with(".pci_fixup") {
            findings.extend(entries(cx, id, 16, 12, "PCI fixup"));
        }
    }
    findings.extend(order(cx));
    findings
}

fn is_initcall(name: &str) -> bool {
    (name.starts_with(".initcall") || name.starts_with(".con_initcall")) && name.ends_with(".init")
}

/// Every entry must be a 32-bit distance to a function.
fn entries(cx: &ObjectCx<'_>, id: SectionId, size: u64, at: u64, what: &str) -> Vec<Finding> {
    let name = cx.section_name(id);
    let mut findings = Vec::new();
    for index in 0..cx.elf.section(id).size / size {
        let offset = index * size + at;
        let reloc = cx.relocs.at(id, offset).map(|found| found.reloc);
        let problem = match reloc {
            None => Some(("no-target", "has no relocation".to_owned())),
            Some(reloc) if reloc.kind != elf::R_X86_64_PC32 => {
                Some(("no-distance", format!("has relocation type {} instead of a 32-bit distance", reloc.kind)))
            }
            Some(reloc) if !is_function(cx, reloc) => Some(("no-function", "does not lead to a function".to_owned())),
            Some(_) => None,
        };
        if let Some((kind, words)) = problem {
            let target = reloc.map(|reloc| cx.symbol_name(reloc.symbol)).unwrap_or_default();
            let text = format!("{what} at {name}+{offset:#x} ({target}) {words}");
            findings.push(Finding::new(kind, text).section(&name).at(offset).symbol(target));
        }
    }
    findings
}

fn is_function(cx: &ObjectCx<'_>, reloc: Reloc) -> bool {
    // A place-relative relocation at the place itself has no correction in its addend.
    let Some((section, offset)) = cx.target(reloc.symbol, reloc.addend) else { return false };
    let is_code = cx.elf.section(section).is_exec();
    is_code && cx.places.starting_at(section, offset).next().is_some()
}

/// The order that the linker script gives, against the order in the file.
fn order(cx: &ObjectCx<'_>) -> Vec<Finding> {
    let Some(script) = &cx.inputs.initcalls_lds else { return Vec::new() };
    let mut findings = Vec::new();
    for (name, wanted) in parse(script) {
        let Some(id) = cx.section(&name) else { continue };
        let Some(relocs) = cx.relocs.of(id) else { continue };
        let mut found: Vec<Reloc> = relocs.relocs.iter().collect();
        found.sort_by_key(|reloc| reloc.offset);
        let found: Vec<String> = found.iter().map(|reloc| cx.symbol_name(reloc.symbol)).collect();
        let rank: BTreeMap<&str, usize> = wanted.iter().enumerate().map(|(rank, name)| (name.as_str(), rank)).collect();
        let mut last = 0;
        for symbol in &found {
            let Some(rank) = stub_of(symbol).and_then(|stub| rank_of(&rank, stub)) else { continue };
            if rank < last {
                let text = format!("{name}: '{symbol}' runs later than the order of the inputs says");
                findings.push(Finding::new("order", text).section(&name).symbol(symbol));
                break;
            }
            last = rank;
        }
        if found.len() < wanted.len() {
            let text = format!("{name}: {} initcalls for {} inputs", found.len(), wanted.len());
            findings.push(Finding::new("lost", text).section(&name));
        }
    }
    findings
}

/// `__initstub__kmod_x__1_2_f6` is the stub of `kmod_x__1_2_f` in level 6.
fn stub_of(symbol: &str) -> Option<&str> {
    symbol.strip_prefix("__initstub__")
}

/// The level follows the name without a separator: the longest name that fits.
fn rank_of(ranks: &BTreeMap<&str, usize>, stub: &str) -> Option<usize> {
    const LONGEST_LEVEL: usize = 8;
    let shortest = stub.len().saturating_sub(LONGEST_LEVEL);
    (shortest..=stub.len()).rev().find_map(|end| ranks.get(stub.get(..end)?).copied())
}

/// Sections with the names of their inputs, in order.
fn parse(script: &str) -> Vec<(String, Vec<String>)> {
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    for line in script.lines().map(str::trim) {
        if let Some(name) = line.strip_suffix(" : {") {
            sections.push((name.to_owned(), Vec::new()));
        } else if let Some(input) = line.strip_prefix("*(").and_then(|rest| rest.split(')').next())
            && let Some((_, names)) = sections.last_mut()
            && let Some((_, name)) = input.split_once("..")
        {
            names.push(name.to_owned());
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_gives_the_order() {
        let script = "SECTIONS {\n\t.initcall0.init : {\n\t\t*(.initcall0.init..kmod_a__1_2_f) ;\n\t}\n}\n";
        assert_eq!(parse(script), [(".initcall0.init".to_owned(), vec!["kmod_a__1_2_f".to_owned()])]);
        let ranks = BTreeMap::from([("kmod_a__1_2_f", 3), ("kmod_a__1_2_f6", 4)]);
        assert_eq!(rank_of(&ranks, "kmod_a__1_2_frootfs"), Some(3));
        assert_eq!(rank_of(&ranks, "kmod_a__1_2_f6s"), Some(4));
        assert_eq!(rank_of(&ranks, "other"), None);
    }
}
