// SPDX-License-Identifier: GPL-2.0-only

//! What a module needs of the kernel and of other modules to be loaded.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::gate::check::WorldCx;
use crate::gate::facts::FileFacts;
use crate::gate::facts::module::ENTRIES;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;

/// Words of `vermagic` and the symbols of the configuration that put them there.
const MAGIC: [(&str, &str); 5] = [
    ("SMP", "SMP"),
    ("preempt", "PREEMPT_BUILD"),
    ("preempt_rt", "PREEMPT_RT"),
    ("mod_unload", "MODULE_UNLOAD"),
    ("modversions", "MODVERSIONS"),
];

/// All modules.
pub fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let finished: Vec<&FileFacts> =
        cx.facts.iter().filter(|f| f.file.stage == BuildStage::Module && !f.is_opaque).collect();
    let usual = usual_size(cx, &finished);
    let exports = Exports::of(cx);
    let mut findings = Vec::new();
    for module in finished.into_iter().filter(|module| !module.modinfo.is_empty()) {
        let found = struct_size(cx, module, usual).into_iter();
        let found = found.chain(dropped_entries(cx, module)).chain(licence(module));
        let found = found.chain(exports.depends(module));
        findings.extend(found.map(|finding| finding.about(&module.file.subject, &module.file.name)));
    }
    findings.extend(magic(cx));
    findings
}

/// `sizeof(struct module)` in most of the objects that have one.
fn usual_size(cx: &WorldCx<'_>, finished: &[&FileFacts]) -> Option<u64> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    let objects = cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::ModObject);
    for size in finished.iter().copied().chain(objects).filter_map(|facts| facts.module.as_ref()?.struct_size) {
        *counts.entry(size).or_default() += 1;
    }
    // Of two that are as frequent the larger: what was cut is the other.
    counts.into_iter().max_by_key(|(size, count)| (*count, *size)).map(|(size, _)| size)
}

fn struct_size(cx: &WorldCx<'_>, module: &FileFacts, usual: Option<u64>) -> Option<GateFinding> {
    let size = module.module.as_ref()?.struct_size?;
    let own = cx.facts.iter().find(|f| f.file.stage == BuildStage::ModObject && f.file.subject == module.file.subject);
    let own = own.and_then(|facts| Some((facts.file.name.as_str(), facts.module.as_ref()?.struct_size?)));
    let (of, wanted) = match own.filter(|(_, own)| *own != size) {
        Some((name, own)) => (name, own),
        None => ("the others", usual?),
    };
    if size == wanted {
        return None;
    }
    let text = format!(
        "{}: struct module has {size} bytes, that of {of} {wanted}: it was compiled with another configuration or other headers",
        module.file.name
    );
    Some(GateFinding::new("struct-size", text).section(".gnu.linkonce.this_module"))
}

/// An input defines `init_module`, and the module has none, or none that `struct module` leads to.
fn dropped_entries(cx: &WorldCx<'_>, module: &FileFacts) -> Vec<GateFinding> {
    let inputs = || {
        let stages = [BuildStage::Object, BuildStage::Lto, BuildStage::Prelink, BuildStage::Member];
        cx.facts.iter().filter(move |f| f.file.subject == module.file.subject && stages.contains(&f.file.stage))
    };
    let Some(own) = module.module.as_ref().filter(|own| own.struct_size.is_some()) else { return Vec::new() };
    let refers = |name: &str| own.struct_refers.iter().any(|known| known == name);
    let lost = ENTRIES.into_iter().filter_map(|name| {
        if own.entries.contains(&name) {
            // A relocation may go to the function's own name, which is another of the same place.
            let text = format!("{}: struct module does not lead to '{name}': it never runs", module.file.name);
            return own.struct_refers.is_empty().then(|| GateFinding::new("entry-unused", text).symbol(name));
        }
        let definer = inputs().find(|facts| facts.definitions.iter().any(|known| known == name));
        let text = definer.map(|facts| {
            format!("{} has no '{name}', which {} defines: it never runs", module.file.name, facts.file.name)
        });
        let text = text.or_else(|| {
            refers(name).then(|| format!("{}: struct module leads to '{name}', which is not there", module.file.name))
        })?;
        Some(GateFinding::new("entry-lost", text).symbol(name))
    });
    lost.collect()
}

fn licence(module: &FileFacts) -> Option<GateFinding> {
    let text = format!(
        "{} names no licence: the loader takes it for proprietary, refuses it GPL-only symbols and taints the kernel",
        module.file.name
    );
    module.info("license").is_none().then(|| GateFinding::new("no-licence", text).section(".modinfo"))
}

/// Words that the configuration puts into every module's `vermagic`. One module that differs from the others is the business of
/// `versions`.
fn magic(cx: &WorldCx<'_>) -> Option<GateFinding> {
    let modules = cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::Module && !facts.is_opaque);
    let mut found: Vec<(&str, &FileFacts)> =
        modules.filter_map(|facts| Some((facts.info("vermagic")?, facts))).collect();
    let (first, module) = *found.first()?;
    found.retain(|(magic, _)| *magic != first);
    let words: BTreeSet<&str> = first.split_whitespace().collect();
    // With both, the release decides which of them counts.
    let is_either = cx.inputs.config.has("PREEMPT_RT") && cx.inputs.config.has("PREEMPT_BUILD");
    let is_there = |word: &str| {
        words.contains(word)
            || (is_either && word.starts_with("preempt") && words.iter().any(|word| word.starts_with("preempt")))
    };
    let asked = MAGIC.iter().filter(|(_, name)| cx.inputs.config.has(name)).map(|(word, _)| *word);
    let lacks: Vec<&str> = asked.filter(|word| !is_there(word)).collect();
    if lacks.is_empty() || !found.is_empty() {
        return None;
    }
    let text = format!(
        "the vermagic of all modules, '{}', lacks '{}', which the configuration asks for: they are of another configuration",
        first.trim_end(),
        lacks.join(" ")
    );
    let mut finding = GateFinding::new("vermagic", text).section(".modinfo");
    finding.detail.push("mend: make modules".to_owned());
    Some(finding.about(&module.file.subject, &module.file.name))
}

/// Versions of a module's own exports that are not those of the dump. Whose users were given another one has been named.
pub fn own_versions(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let is_wanted = cx.inputs.is_folder && cx.inputs.config.has("MODVERSIONS");
    let lines = cx.inputs.symvers.iter().flatten().filter(|_| is_wanted);
    let listed: BTreeMap<(&str, &str), u32> =
        lines.filter_map(|line| Some(((line.module.as_str(), line.symbol.as_str()), line.crc?))).collect();
    let is_known =
        |symbol: &str| cx.found.iter().any(|finding| finding.check == "versions" && finding.symbol == symbol);
    let mut findings = Vec::new();
    for module in cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::Module) {
        for (symbol, crc) in module.module.iter().flat_map(|facts| &facts.crcs) {
            let listed = listed.get(&(module.file.subject.as_str(), symbol.as_str()));
            let Some(listed) = listed.filter(|listed| *listed != crc && !is_known(symbol)) else { continue };
            let text = format!(
                "{} exports '{symbol}' with the version {crc:#010x}, Module.symvers has {listed:#010x}: its users are refused",
                module.file.name
            );
            let finding = GateFinding::new("own-version", text).symbol(symbol);
            findings.push(finding.about(&module.file.subject, &module.file.name));
        }
    }
    findings
}

/// Who exports what, by `Module.symvers`.
struct Exports<'a> {
    owners: BTreeMap<&'a str, &'a str>,
}

impl<'a> Exports<'a> {
    fn of(cx: &WorldCx<'a>) -> Self {
        let lines = cx.inputs.symvers.iter().flatten().filter(|_| cx.inputs.is_folder);
        Self { owners: lines.map(|line| (line.symbol.as_str(), line.module.as_str())).collect() }
    }

    /// Modules that one uses and does not name in `depends`: they are not loaded before it.
    fn depends(&self, module: &FileFacts) -> Vec<GateFinding> {
        let plain = |name: &str| name.rsplit('/').next().unwrap_or(name).replace('-', "_");
        let own = plain(&module.file.subject);
        let named: BTreeSet<String> = module.info("depends").unwrap_or_default().split(',').map(plain).collect();
        let mut lacking: BTreeMap<String, &str> = BTreeMap::new();
        for import in module.imports.iter().filter(|import| !import.is_weak) {
            let Some(owner) = self.owners.get(import.name.as_str()) else { continue };
            // A name with a suffix is none that anything could depend on; `module-name` says so.
            let owner = plain(owner);
            if owner != "vmlinux" && owner != own && !owner.contains('.') && !named.contains(&owner) {
                lacking.entry(owner).or_insert(&import.name);
            }
        }
        let finding = |(owner, symbol): (String, &str)| {
            let text = format!(
                "{} uses '{symbol}' of {owner}, which its 'depends' does not name: modprobe does not load {owner} first",
                module.file.name
            );
            GateFinding::new("depends", text).section(".modinfo").counterpart(owner)
        };
        lacking.into_iter().map(finding).collect()
    }
}
