// SPDX-License-Identifier: GPL-2.0-only

//! What the kernel's module loader refuses, or takes without a word and should not.
//!
//! `kernel/module/main.c` and the `module.c` of the machine: the file's kind, `struct module`, relocations, symbols, sections.

mod relocs;
mod together;

use object::elf;

use crate::elf::SectionId;
use crate::gate::check::Need;
use crate::gate::check::check;
use crate::gate::facts::module::THIS_MODULE;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::inputs::BuildStage;
use crate::gate::object::ObjectCx;

check! {
    /// A module is not what the kernel's module loader expects.
    ///
    /// The loader takes a relocatable file with one `struct module` of the running kernel's size, with relocations that it knows
    /// and places that are still empty, without common symbols, with `.modinfo` that names the licence, the kernel it is for
    /// and the modules it uses. What it does not find so, it refuses, or it loads a module whose init function never runs.
    ///
    /// Cause: a unit compiled with flags that are not the kernel's (`-fPIC`, `-fcommon`), a last link without the kernel's
    /// `module.lds`, an object of another configuration, or a tool that wrote into the module after its link.
    ///
    /// Remedy: build the module again with the kernel's own flags: `make modules`, outside of the tree `make M=... modules`; a
    /// relocation or a common symbol names the unit to look at.
    "loader", Error, needs: [Need::Modules], object: look, world: together::look, afterwards: together::own_versions,
}

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    if cx.file.stage != BuildStage::Module {
        return Vec::new();
    }
    if cx.elf.kind != elf::ET_REL {
        let text = format!("{} is no relocatable file (ELF type {}, not ET_REL)", cx.file.name, cx.elf.kind);
        return vec![GateFinding::new("not-relocatable", text)];
    }
    let mut findings = structure(cx);
    if cx.section(".modinfo").is_none() {
        findings.push(GateFinding::new("no-modinfo", format!("{} has no .modinfo", cx.file.name)).section(".modinfo"));
    }
    findings.extend(common(cx));
    findings.extend(left_in(cx));
    findings.extend(relocs::look(cx));
    findings
}

/// Exactly one `struct module`, in memory and with contents.
fn structure(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let found: Vec<SectionId> = cx.elf.section_ids().filter(|id| cx.elf.section(*id).name == THIS_MODULE).collect();
    let what = match found[..] {
        [id] => {
            let section = cx.elf.section(id);
            if section.kind != elf::SHT_NOBITS && section.is_alloc() {
                return Vec::new();
            }
            "has a struct module that is not loaded".to_owned()
        }
        [] => "has no struct module".to_owned(),
        _ => format!("has {} struct module", found.len()),
    };
    let text = format!("{} {what}: its .mod.o was not linked, or not by the kernel's module.lds", cx.file.name);
    vec![GateFinding::new("struct-module", text).section(".gnu.linkonce.this_module")]
}

/// "please compile with -fno-common": the loader places no common symbols.
fn common(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let common = cx.elf.symbols.iter().filter(|symbol| symbol.shndx == elf::SHN_COMMON);
    let named = common.map(|symbol| String::from_utf8_lossy(cx.elf.symbol_name(symbol)).into_owned());
    let finding = |name: String| {
        let text = format!("'{name}' is a common symbol, which the loader does not place: compile with -fno-common");
        GateFinding::new("common-symbol", text).symbol(name)
    };
    named.filter(|name| !name.starts_with("__gnu_lto")).map(finding).collect()
}

/// Sections that only the build needs, and groups that the last link dissolves.
fn left_in(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    let dissolves = cx.file.command.as_ref().map(|command| command.dissolves_groups);
    for id in cx.elf.section_ids() {
        let (section, name) = (cx.elf.section(id), cx.section_name(id));
        let is_for_build = name == ".discard" || name.starts_with(".discard.") || name == ".export_symbol";
        if is_for_build && !section.is_reloc() {
            let text =
                format!("{name} is for the build alone, and the last link left it in: it did not use module.lds");
            findings.push(GateFinding::new("left-in", text).section(name));
        } else if section.kind == elf::SHT_GROUP && dissolves != Some(false) {
            let text = format!("section group {} ({name}): the last link should have dissolved groups", id.0);
            // Without the command nobody knows whether the link was asked to.
            let severity = if dissolves.is_some() { GateSeverity::Error } else { GateSeverity::Warning };
            findings.push(GateFinding::new("group", text).section(name).at_most(severity));
        }
    }
    findings
}
