// SPDX-License-Identifier: GPL-2.0-only

//! The text of the generated files, piece by piece as the original puts it together.

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;

use super::finding::ModpostFinding;
use super::generated::Generated;
use super::options::ModpostOpts;
use super::report::ModpostReport;
use super::resolve::Resolution;
use super::resolve::module_name_len;
use super::scan::ObjectFacts;
use super::text::Name;
use super::text::basename;
use super::text::text;
use super::world::Exported;
use super::world::Module;
use super::world::ModuleId;
use super::world::World;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// At most this much of `-v` is kept, in bytes.
const SCM_VERSION_LEN: usize = 63;

/// What the generators look at.
#[derive(Debug, Clone, Copy)]
pub struct Generator<'a> {
    /// All modules.
    pub world: &'a World<'a>,
    /// Who needs what.
    pub resolution: &'a Resolution,
    /// Options.
    pub opts: &'a ModpostOpts,
    /// What the kernel's `modpost` does.
    pub profile: &'a ModpostProfile,
}

impl Generator<'_> {
    /// The `.mod.c` file of a module. Messages go to `report`.
    ///
    /// Upstream: `write_mod_c_file()`.
    pub fn mod_c(&self, id: ModuleId, report: &mut ModpostReport<'_>) -> Result<Vec<u8>, ModpostFinding> {
        let module = self.world.module(id);
        let mut out = Generated::new(self.profile);
        let Some(facts) = &module.facts else { return Ok(out.into_bytes()) };
        self.header(facts, &mut out)?;
        self.exports(module, &mut out, report)?;
        let imports: Vec<Import<'_>> = self.resolved_imports(id, facts).collect();
        if self.has_versions() {
            self.versions(module, facts, &imports, &mut out, report)?;
        }
        if self.opts.extended_versions {
            self.extended_versions(module, &imports, &mut out, report)?;
        }
        self.depends(&imports, &mut out)?;
        out.lines("\n");
        for alias in &facts.aliases.list {
            out.put(&text!["MODULE_ALIAS(\"", alias.text, "\");\n"])?;
        }
        if !facts.srcversion.is_empty() {
            out.lines("\n");
            out.put(&text!["MODULE_INFO(srcversion, \"", facts.srcversion, "\");\n"])?;
        }
        Ok(out.into_bytes())
    }

    /// The file `.vmlinux.export.c`.
    ///
    /// Upstream: `write_vmlinux_export_c_file()`.
    pub fn vmlinux_export_c(&self, id: ModuleId, report: &mut ModpostReport<'_>) -> Result<Vec<u8>, ModpostFinding> {
        let module = self.world.module(id);
        let mut out = Generated::new(self.profile);
        out.lines("#include <linux/export-internal.h>\n");
        self.exports(module, &mut out, report)?;
        if self.profile.has(Behaviour::VmlinuxAliases) {
            out.lines("#include <linux/module.h>\n#undef __MODULE_INFO_PREFIX\n#define __MODULE_INFO_PREFIX\n");
            for alias in module.facts.iter().flat_map(|facts| &facts.aliases.list) {
                out.put(&text!["MODULE_INFO(", alias.module, ".alias, \"", alias.text, "\");\n"])?;
            }
        }
        Ok(out.into_bytes())
    }

    /// The file that says which namespaces modules should import.
    ///
    /// Upstream: `write_namespace_deps_files()`.
    pub fn namespace_deps(&self) -> Result<Vec<u8>, ModpostFinding> {
        let mut out = Generated::new(self.profile);
        for id in self.world.in_list_order() {
            let module = self.world.module(id);
            let missing = self.resolution.missing_namespaces(id.0 as usize);
            if missing.is_empty() {
                continue;
            }
            out.put(&text![module.name, ".ko:"])?;
            for namespace in missing {
                out.put(&text![" ", namespace])?;
            }
            out.lines("\n");
        }
        Ok(out.into_bytes())
    }

    fn has_versions(&self) -> bool {
        match self.profile.has(Behaviour::OptionBasicVersions) {
            true => self.opts.basic_versions,
            false => self.opts.versions,
        }
    }

    /// Upstream: `add_header()` and the notes after it.
    fn header(&self, facts: &ObjectFacts, out: &mut Generated<'_>) -> Result<(), ModpostFinding> {
        let has = |feature| self.profile.has(feature);
        let only = |feature, lines| if has(feature) { lines } else { "" };
        out.lines("#include <linux/module.h>\n");
        out.lines(only(Behaviour::ModcVermagic, "#define INCLUDE_VERMAGIC\n#include <linux/build-salt.h>\n"));
        out.lines(only(Behaviour::ModcLtoInfo, "#include <linux/elfnote-lto.h>\n"));
        out.lines(only(Behaviour::ModcExportInternal, "#include <linux/export-internal.h>\n"));
        out.lines(only(Behaviour::ModcVermagic, "#include <linux/vermagic.h>\n"));
        out.lines("#include <linux/compiler.h>\n\n");
        let orc = "#ifdef CONFIG_UNWINDER_ORC\n#include <asm/orc_header.h>\nORC_HEADER;\n#endif\n\n";
        out.lines(only(Behaviour::ModcOrcHeader, orc));
        out.lines(only(Behaviour::ModcVermagic, "BUILD_SALT;\n"));
        out.lines(only(Behaviour::ModcLtoInfo, "BUILD_LTO_INFO;\n"));
        out.lines(only(Behaviour::ModcVermagic, "\nMODULE_INFO(vermagic, VERMAGIC_STRING);\n"));
        out.lines("MODULE_INFO(name, KBUILD_MODNAME);\n\n__visible struct module __this_module\n");
        out.lines("__section(\".gnu.linkonce.this_module\") = {\n\t.name = KBUILD_MODNAME,\n");
        if facts.has_init {
            out.lines("\t.init = init_module,\n");
        }
        if facts.has_cleanup {
            out.lines("#ifdef CONFIG_MODULE_UNLOAD\n\t.exit = cleanup_module,\n#endif\n");
        }
        out.lines("\t.arch = MODULE_ARCH_INIT,\n};\n");
        if !self.opts.external {
            out.lines("\nMODULE_INFO(intree, \"Y\");\n");
        }
        if let Some(version) = self.opts.scm_version.as_ref().filter(|version| !version.is_empty()) {
            let version = version.as_bytes();
            let version = version.get(..SCM_VERSION_LEN).unwrap_or(version);
            out.put(&text!["\nMODULE_INFO(scmversion, \"", version, "\");\n"])?;
        }
        let retpoline = "\n#ifdef CONFIG_RETPOLINE\nMODULE_INFO(retpoline, \"Y\");\n#endif\n";
        out.lines(only(Behaviour::ModcRetpoline, retpoline));
        if facts.module.starts_with(b"drivers/staging") {
            out.lines("\nMODULE_INFO(staging, \"Y\");\n");
        }
        if self.profile.has(Behaviour::ModcTestFlag) && facts.module.starts_with(b"tools/testing") {
            out.lines("\nMODULE_INFO(test, \"Y\");\n");
        }
        Ok(())
    }

    /// Upstream: `add_exported_symbols()`.
    fn exports(
        &self,
        module: &Module,
        out: &mut Generated<'_>,
        report: &mut ModpostReport<'_>,
    ) -> Result<(), ModpostFinding> {
        let kept = || module.exports.iter().filter(|&&id| self.resolution.is_kept(id)).map(|&id| self.world.export(id));
        if self.profile.has(Behaviour::ModcKsymtab) {
            out.lines("\n");
            for exported in kept() {
                self.ksymtab(exported, out)?;
            }
        }
        if !self.opts.versions || !self.profile.has(Behaviour::ModcSymbolCrc) {
            return Ok(());
        }
        out.lines("\n");
        for exported in kept() {
            let export = &exported.export;
            if exported.crc.is_none() {
                report.tell(&ModpostFinding::VersionFailed(export.name.clone()), module.subject());
            }
            let crc = format!(", 0x{:08x}", exported.crc.unwrap_or_default());
            let kind = match (self.profile.has(Behaviour::CrcHasSection), export.is_gpl_only()) {
                (false, _) => "",
                (true, true) => ", \"_gpl\"",
                (true, false) => ", \"\"",
            };
            out.put(&text!["SYMBOL_CRC(", export.name, crc, kind, ");\n"])?;
        }
        Ok(())
    }

    fn ksymtab(&self, exported: &Exported, out: &mut Generated<'_>) -> Result<(), ModpostFinding> {
        let export = &exported.export;
        let start = if export.is_func { "KSYMTAB_FUNC(" } else { "KSYMTAB_DATA(" };
        let kind = match (self.profile.has(Behaviour::KsymtabHasSection), export.is_gpl_only()) {
            (false, _) => ", \"",
            (true, true) => ", \"_gpl\", \"",
            (true, false) => ", \"\", \"",
        };
        out.put(&text![start, export.name, kind, export.namespace, "\");\n"])?;
        if !self.profile.has(Behaviour::ModcSymbolFlags) {
            return Ok(());
        }
        let flags = format!(", 0x{:02x});\n", u8::from(export.is_gpl_only()));
        out.put(&text!["SYMBOL_FLAGS(", export.name, flags])
    }

    /// The imports of a module that somebody else exports.
    fn resolved_imports<'a>(&'a self, id: ModuleId, facts: &'a ObjectFacts) -> impl Iterator<Item = Import<'a>> {
        let resolved = self.resolution.imports(id.0 as usize);
        facts.imports.iter().zip(resolved).filter_map(|(import, export)| {
            let exported = self.world.export((*export)?);
            Some(Import { name: &import.name, crc: exported.crc, module: exported.module })
        })
    }

    /// Upstream: `add_versions()`.
    fn versions(
        &self,
        module: &Module,
        facts: &ObjectFacts,
        imports: &[Import<'_>],
        out: &mut Generated<'_>,
        report: &mut ModpostReport<'_>,
    ) -> Result<(), ModpostFinding> {
        out.lines("\nstatic const struct modversion_info ____versions[]\n__used __section(\"__versions\") = {\n");
        for import in imports {
            let Some(crc) = import.crc else {
                report.tell(&ModpostFinding::NoCrc(import.name.clone()), module.subject());
                continue;
            };
            if import.name.len() >= module_name_len(facts.class) {
                if self.opts.extended_versions {
                    continue;
                }
                report.tell(&ModpostFinding::SymbolTooLong(import.name.clone()), module.subject());
                break;
            }
            let crc = match (self.profile.has(Behaviour::VersionsFixedWidth), crc) {
                (true, crc) => format!("0x{crc:08x}"),
                // printf's %#8x: blanks in front, and no prefix for zero.
                (false, 0) => format!("{:>8}", "0"),
                (false, crc) => format!("{:>8}", format!("{crc:#x}")),
            };
            out.put(&text!["\t{ ", crc, ", \"", import.name, "\" },\n"])?;
        }
        out.lines("};\n");
        Ok(())
    }

    /// Upstream: `add_extended_versions()`.
    fn extended_versions(
        &self,
        module: &Module,
        imports: &[Import<'_>],
        out: &mut Generated<'_>,
        report: &mut ModpostReport<'_>,
    ) -> Result<(), ModpostFinding> {
        out.lines("\nstatic const u32 ____version_ext_crcs[]\n__used __section(\"__version_ext_crcs\") = {\n");
        for import in imports {
            match import.crc {
                Some(crc) => out.put(format!("\t0x{crc:08x},\n").as_bytes())?,
                None => report.tell(&ModpostFinding::NoCrc(import.name.clone()), module.subject()),
            }
        }
        out.lines("};\nstatic const char ____version_ext_names[]\n__used __section(\"__version_ext_names\") =\n");
        for import in imports.iter().filter(|import| import.crc.is_some()) {
            out.put(&text!["\t\"", import.name, "\\0\"\n"])?;
        }
        out.lines(";\n");
        Ok(())
    }

    /// Upstream: `add_depends()`.
    fn depends(&self, imports: &[Import<'_>], out: &mut Generated<'_>) -> Result<(), ModpostFinding> {
        out.lines("\nMODULE_INFO(depends, \"");
        let mut seen = HashSet::new();
        let mut comma = "";
        for import in imports {
            let module = self.world.module(import.module);
            if !module.is_vmlinux() && seen.insert(import.module) {
                out.put(&text![comma, basename(&module.name)])?;
                comma = ",";
            }
        }
        out.lines("\");\n");
        Ok(())
    }
}

/// An import and the export it refers to.
struct Import<'a> {
    name: &'a Name,
    crc: Option<u32>,
    module: ModuleId,
}
