// SPDX-License-Identifier: GPL-2.0-only

//! What the configuration promises of finished files, beside what objtool does: type information and signatures.

use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::facts::FileFacts;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;

check! {
    /// A finished file lacks what the configuration promises.
    ///
    /// With `CONFIG_DEBUG_INFO_BTF` the kernel and its modules carry their types, without which BPF programs are refused. A signed
    /// module is refused, or taints the kernel, if anything was changed or added behind the signature's back.
    ///
    /// Cause: `pahole` or `resolve_btfids` was missing or failed, a module was built without `vmlinux`, or was stripped or changed
    /// after it was signed.
    ///
    /// Remedy: install `pahole` and `rm vmlinux && make`; sign the module again (`make modules_install`, `scripts/sign-file`).
    "promises", Error, world: look,
}

fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let mut findings: Vec<GateFinding> = types(cx).into_iter().collect();
    let modules: Vec<&FileFacts> =
        cx.facts.iter().filter(|f| f.file.stage == BuildStage::Module && !f.is_opaque).collect();
    let signature = |facts: &FileFacts| facts.module.as_ref().and_then(|module| module.signature);
    let is_any_signed = modules.iter().any(|facts| signature(facts).is_some());
    let with_types = cx.inputs.config.has("DEBUG_INFO_BTF_MODULES") && cx.inputs.root.join("vmlinux").is_file();
    for facts in modules {
        let name = &facts.file.name;
        let own = match signature(facts) {
            Some(false) => {
                let text =
                    format!("{name}: its signature does not follow the module at once: it was changed after signing");
                Some(GateFinding::new("signature", text))
            }
            None if is_any_signed && cx.inputs.config.has("MODULE_SIG_FORCE") => {
                let text = format!("{name} is not signed, the others are, and the kernel refuses what is not");
                Some(GateFinding::new("unsigned", text))
            }
            _ => None,
        };
        let has_types = facts.module.as_ref().is_none_or(|module| module.has_btf);
        let lacks = with_types && !has_types && !findings.iter().any(|finding| finding.kind == "no-btf");
        let untyped = lacks.then(|| {
            GateFinding::new("no-module-btf", format!("{name} has no .BTF, and CONFIG_DEBUG_INFO_BTF_MODULES is set"))
        });
        findings.extend(own.into_iter().chain(untyped).map(|finding| finding.about(&facts.file.subject, name)));
    }
    findings
}

/// The kernel has its types.
fn types(cx: &WorldCx<'_>) -> Option<GateFinding> {
    let kernel = cx.facts.iter().find(|facts| facts.file.stage == BuildStage::VmlinuxObject)?;
    let image = kernel.image.as_ref().filter(|_| cx.inputs.config.has("DEBUG_INFO_BTF"))?;
    if image.sections.iter().any(|name| name == ".BTF") {
        return None;
    }
    let mut finding = GateFinding::new("no-btf", "vmlinux has no .BTF, and CONFIG_DEBUG_INFO_BTF is set");
    finding.detail.push("mend: install pahole; rm vmlinux && make".to_owned());
    Some(finding.section(".BTF").about("vmlinux", "vmlinux"))
}
