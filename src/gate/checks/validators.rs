//! What several checks share: the engine's findings, and tables that a link lost.

use super::WorldCx;
use crate::gate::Finding;
use crate::gate::Severity;
use crate::gate::fresh::EngineFinding;
use crate::gate::inputs::Stage;
use crate::gate::object::ObjectCx;

/// The check that a message of the engine belongs to.
pub fn check_of(id: &str) -> &'static str {
    if let Some(id) = id.strip_prefix("arm64-") {
        return check_of_arm64(id);
    }
    match id {
        "leaves-noinstr" | "pv-ops-instrumented" | "return-instrumented" => "noinstr",
        "call-with-uaccess"
        | "return-with-uaccess"
        | "return-without-uaccess"
        | "recursive-uaccess"
        | "redundant-uaccess"
        | "uaccess-safe-disables"
        | "call-with-df"
        | "return-with-df"
        | "recursive-std"
        | "redundant-cld" => "uaccess",
        "indirect-branch"
        | "naked-return"
        | "no-cfi-indirect-call"
        | "retpoline-safe-misplaced"
        | "notrack"
        | "missing-int3-after-ret"
        | "missing-int3-after-jump"
        | "early-indirect-call"
        | "ret-before-untrain"
        | "failed-unret"
        | "iret-regs-without-endbr"
        | "reloc-to-non-endbr"
        | "data-reloc-to-non-endbr"
        | "magic-init-module" => "mitigations",
        _ => "stack",
    }
}

/// The check that a finding about an arm64 object belongs to. What is not about a row of its own is structure: records that
/// lead nowhere, code that does not reach.
fn check_of_arm64(id: &str) -> &'static str {
    const ROWS: [(&str, &str); 6] = [
        ("stack-", "stack"),
        ("mcount", "mcount"),
        ("static-call", "static-call"),
        ("leaves-noinstr", "noinstr"),
        ("no-landing-pad", "mitigations"),
        ("no-type-hash", "mitigations"),
    ];
    ROWS.iter().find(|(start, _)| id.starts_with(start)).map_or("elf", |(_, check)| check)
}

/// Findings that are not as grave as others of their check. Code that starts processors, changes stacks or shares the end of
/// another function does on purpose what the last three say, and no build promises otherwise on arm64. Code runs off its end
/// behind a call of a local function that never returns, which no list names.
const MILDER: [(&str, Severity); 5] = [
    ("arm64-branch-near-limit", Severity::Warning),
    ("arm64-stack-falls-through", Severity::Note),
    ("arm64-stack-lost", Severity::Note),
    ("arm64-stack-tail-call", Severity::Note),
    ("arm64-stack-unresolved", Severity::Note),
];

/// The engine's findings that belong to `check`.
pub fn findings(cx: &ObjectCx<'_>, check: &str) -> Vec<Finding> {
    let Some(fresh) = cx.fresh else { return Vec::new() };
    let own = fresh.findings.iter().filter(|finding| check_of(finding.id) == check);
    own.map(|finding| convert(cx, finding)).collect()
}

fn convert(cx: &ObjectCx<'_>, engine: &EngineFinding) -> Finding {
    let text = match engine.place {
        Some((section, offset)) => format!("{}: {}", cx.place(section, offset), engine.text),
        None => engine.text.clone(),
    };
    let mut finding = Finding::new(engine.id, text);
    if let Some((section, offset)) = engine.place {
        finding = cx.finding_at(finding, section, offset);
    }
    if let Some((_, severity)) = MILDER.iter().find(|(id, _)| *id == engine.id) {
        finding = finding.at_most(*severity);
    }
    if !engine.symbol.is_empty() {
        finding.symbol.clone_from(&engine.symbol);
    }
    finding.detail.clone_from(&engine.path);
    finding.counterpart(&engine.callee)
}

/// Tables that a module's linked object has and its `.ko` has not, or has fewer records of.
pub fn lost_in_link(cx: &WorldCx<'_>, names: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for module in cx.facts.iter().filter(|facts| facts.file.stage == Stage::Module && !facts.is_opaque) {
        let stages = [Stage::Object, Stage::Lto, Stage::Prelink];
        let linked = cx.facts.iter().rev().find(|other| {
            other.file.subject == module.file.subject && stages.contains(&other.file.stage) && !other.is_opaque
        });
        let Some(linked) = linked else { continue };
        for name in names {
            let count = |tables: &[(&str, u64)]| tables.iter().find(|(table, _)| table == name).map_or(0, |(_, n)| *n);
            let (before, after) = (count(&linked.tables), count(&module.tables));
            if after < before {
                let text = format!("{name}: {before} records in {}, {after} in {}", linked.file.name, module.file.name);
                let finding = Finding::new("lost-in-link", text).section(*name);
                findings.push(finding.about(&module.file.subject, &module.file.name));
            }
        }
    }
    findings
}
