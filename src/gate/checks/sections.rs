// SPDX-License-Identifier: GPL-2.0-only

//! Sections of modules that the last link should have merged, and memory that is writable and executable.

use object::elf;

use crate::gate::check::Need;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;
use crate::gate::object::ObjectCx;

check! {
    /// A module has sections that its link should have merged, or memory that is both writable and executable.
    ///
    /// LTO puts every function and variable into a section of its own. The module's linker script merges them; where it
    /// does not, the module has thousands of sections, each with an entry in sysfs, and tools that look for `.text` miss code.
    /// Memory that can be written and executed is refused by the loader with strict module memory.
    ///
    /// Cause: the module was linked without `scripts/module.lds`, or with one that does not know a section; wrong flags on a
    /// section in assembly.
    ///
    /// Remedy: link with the kernel's `module.lds`; give assembly sections the flags of their kind (`"ax"`, `"aw"`).
    "sections", Error, needs: [Need::Modules], object: look,
}

const CLASSES: [&str; 4] = [".text", ".data", ".bss", ".rodata"];

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    let writable_code = u64::from(elf::SHF_WRITE | elf::SHF_EXECINSTR | elf::SHF_ALLOC);
    for id in cx.elf.section_ids() {
        let section = cx.elf.section(id);
        let name = cx.section_name(id);
        if section.flags & writable_code == writable_code {
            findings
                .push(GateFinding::new("writable-code", format!("{name} is writable and executable")).section(&name));
        }
        let class = CLASSES.iter().find(|class| is_own_section(&name, class));
        if cx.file.stage == BuildStage::Module
            && let Some(class) = class.filter(|class| is_merged(cx, class))
            && !cx.inputs.module_lds.as_ref().is_some_and(|script| is_made_by(script, &name))
        {
            let mut finding = GateFinding::new("unmerged", format!("{name} should have been merged into {class}"));
            finding.counterpart = name.clone();
            findings.push(finding.section(*class));
        }
    }
    findings
}

/// `.text.foo`, not `.text..foo`.
fn is_own_section(name: &str, class: &str) -> bool {
    let rest = name.strip_prefix(class).and_then(|rest| rest.strip_prefix('.'));
    rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_'))
}

/// Whether the link merges this class: by the linker script of the folder, else by the configuration.
fn is_merged(cx: &ObjectCx<'_>, class: &str) -> bool {
    match &cx.inputs.module_lds {
        Some(script) => script.contains(&format!("{class}.[0-9a-zA-Z_]*")),
        None => cx.inputs.config.has("LTO_CLANG") && class != ".text",
    }
}

/// Whether a linker script makes a section of this name, as arm64's makes `.text.ftrace_trampoline`.
fn is_made_by(script: &str, name: &str) -> bool {
    script.lines().any(|line| {
        let rest = line.trim_start().strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with([' ', '\t', ':']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_that_the_script_makes() {
        let script =
            "SECTIONS {\n .text 0 : {\n  *(.text .text.[0-9a-zA-Z_]*)\n }\n .text.ftrace_trampoline 0 : { BYTE(0) }\n";
        assert!(is_made_by(script, ".text.ftrace_trampoline"));
        assert!(!is_made_by(script, ".text.ftrace") && !is_made_by(script, ".text.[0-9a-zA-Z_]*)"));
    }

    #[test]
    fn sections_of_single_functions() {
        assert!(is_own_section(".text.foo", ".text") && is_own_section(".data._x", ".data"));
        assert!(!is_own_section(".text..refcount", ".text") && !is_own_section(".text", ".text"));
        assert!(!is_own_section(".init.text", ".text"));
    }
}
