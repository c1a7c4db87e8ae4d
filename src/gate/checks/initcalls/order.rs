// SPDX-License-Identifier: GPL-2.0-only

//! The order of initcalls: of the inputs, of the linker script made of them, and of `vmlinux.o`.
//!
//! Without LTO the order within a level is that of the inputs, and in a file that of its lines. `generate_initcall_order.pl`
//! writes it into `.tmp_initcalls.lds` for an LTO link. It is worked out here once more, from the labels of the inputs.

use std::collections::BTreeMap;

use crate::gate::check::WorldCx;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::inputs::BuildStage;

/// Sections with the names of their initcalls, in order.
type Order = BTreeMap<String, Vec<String>>;

/// The order in `vmlinux.o` against that of the inputs, or else of the script; and the script against the inputs.
pub fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let script = cx.inputs.initcalls_lds.as_deref().map(parse);
    let inputs = of_inputs(cx);
    let mut findings = Vec::new();
    if let (Some(script), Some(inputs)) = (&script, &inputs) {
        findings.extend(stale(script, inputs));
    }
    let Some(wanted) = inputs.or(script) else { return Vec::new() };
    let vmlinux = cx.facts.iter().find(|facts| facts.file.stage == BuildStage::VmlinuxObject && !facts.is_opaque);
    let Some(vmlinux) = vmlinux else { return Vec::new() };
    for (section, wanted) in &wanted {
        let found = vmlinux.initcall_tables.iter().find(|(name, _)| name == section);
        findings.extend(compare(section, wanted, found.map_or(&[][..], |(_, found)| found)));
    }
    let name = &vmlinux.file.name;
    findings.into_iter().map(|finding| finding.about("vmlinux", name)).collect()
}

/// What the inputs of an LTO link say; `None` if they do not, or not all of them.
fn of_inputs(cx: &WorldCx<'_>) -> Option<Order> {
    let by_name: BTreeMap<&str, _> = cx.facts.iter().map(|facts| (facts.file.name.as_str(), facts)).collect();
    let mut order = Order::new();
    let mut has_bitcode = false;
    for member in &cx.inputs.vmlinux_members {
        let facts = by_name.get(member.as_str()).filter(|facts| !facts.is_opaque || facts.bitcode.is_some())?;
        has_bitcode |= facts.bitcode.is_some();
        let mut labels: Vec<Label<'_>> = facts.initcalls.iter().filter_map(|label| Label::parse(label)).collect();
        labels.sort_by_key(|label| label.counter);
        for label in labels {
            order.entry(label.section()).or_default().push(label.name.to_owned());
        }
    }
    has_bitcode.then_some(order)
}

/// The label of an initcall: `__initcall__kmod_<module>__<counter>_<line>_<function><level>`.
struct Label<'a> {
    /// Everything after `__initcall__`.
    name: &'a str,
    counter: u64,
    level: &'a str,
}

impl<'a> Label<'a> {
    fn parse(label: &'a str) -> Option<Self> {
        let name = label.strip_prefix("__initcall__")?;
        let level = name.get(name.len().checked_sub(level_len(name)?)?..)?;
        // A module's or a function's name may have underscores and digits, too: the last place that fits, as for the script.
        let places = memchr::memmem::rfind_iter(name.as_bytes(), b"__");
        let counter = places.filter_map(|at| counter_at(name.get(at + 2..)?)).next()?;
        Some(Self { name, counter, level })
    }

    fn section(&self) -> String {
        if self.level == "con" { ".con_initcall.init".to_owned() } else { format!(".initcall{}.init", self.level) }
    }
}

/// The number in `<counter>_<line>_<function>`.
fn counter_at(text: &str) -> Option<u64> {
    let mut parts = text.splitn(3, '_');
    let (counter, line, _function) = (parts.next()?, parts.next()?, parts.next()?);
    line.parse::<u64>().ok().and(counter.parse().ok())
}

/// Length of the level that a name ends in: a digit or a word, with an `s` for the second half of it.
fn level_len(name: &str) -> Option<usize> {
    let rest = name.strip_suffix('s').unwrap_or(name);
    let word = ["early", "rootfs", "con"].into_iter().find(|word| rest.ends_with(word) || name.ends_with(word));
    match word {
        Some(word) if name.ends_with(word) => Some(word.len()),
        Some(word) => Some(word.len() + 1),
        None => rest.ends_with(|last: char| last.is_ascii_digit()).then(|| name.len() - rest.len() + 1),
    }
}

/// A script that is not of these inputs.
fn stale(script: &Order, inputs: &Order) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    let sections = inputs.keys().chain(script.keys().filter(|section| !inputs.contains_key(*section)));
    for section in sections {
        let [script, inputs] = [script, inputs].map(|order| order.get(section).map_or(&[][..], Vec::as_slice));
        let is_same = |(script, input): (&String, &String)| names_stub(script, input);
        let n_same = script.iter().zip(inputs).take_while(|pair| is_same(*pair)).count();
        let (has, wants) = (script.get(n_same), inputs.get(n_same));
        if has.is_some() || wants.is_some() {
            let name = |name: Option<&String>| name.map_or("nothing more".to_owned(), |name| format!("'{name}'"));
            let text = format!("{section}: .tmp_initcalls.lds has {} where the inputs have {}", name(has), name(wants));
            let symbol = wants.or(has).cloned().unwrap_or_default();
            findings.push(
                GateFinding::new("stale-script", text).section(section).symbol(symbol).at_most(GateSeverity::Warning),
            );
        }
    }
    findings
}

/// One section of `vmlinux.o` against what is wanted: what is missing, and the first that runs too late.
fn compare(section: &str, wanted: &[String], found: &[String]) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    let ranks: BTreeMap<&str, usize> = wanted.iter().enumerate().map(|(rank, name)| (name.as_str(), rank)).collect();
    let mut is_there = vec![false; wanted.len()];
    let (mut last, mut is_late) = (0, false);
    for symbol in found {
        let Some(stub) = stub_of(symbol) else { continue };
        let Some(rank) = rank_of(&ranks, stub) else {
            let text = format!("{section}: '{symbol}' is an initcall that no input has");
            findings.push(GateFinding::new("unknown", text).section(section).symbol(symbol));
            continue;
        };
        is_there.get_mut(rank).into_iter().for_each(|mark| *mark = true);
        if rank < last && !is_late {
            is_late = true;
            let text = format!("{section}: '{symbol}' runs later than the order of the inputs says");
            findings.push(GateFinding::new("order", text).section(section).symbol(symbol));
        }
        last = last.max(rank);
    }
    let lost = wanted.iter().zip(&is_there).filter(|(_, is_there)| !**is_there);
    findings.extend(lost.map(|(name, _)| {
        let text = format!("{section}: the initcall '{name}' of the inputs is not there");
        GateFinding::new("lost", text).section(section).symbol(name)
    }));
    findings
}

/// `__initstub__kmod_x__1_2_f6` is the stub of `kmod_x__1_2_f` in level 6.
fn stub_of(symbol: &str) -> Option<&str> {
    symbol.strip_prefix("__initstub__")
}

/// The script does not say the level, which follows the name without a separator: the longest name that fits.
fn rank_of(ranks: &BTreeMap<&str, usize>, stub: &str) -> Option<usize> {
    let shortest = stub.len().saturating_sub(LONGEST_LEVEL);
    (shortest..=stub.len()).rev().find_map(|end| ranks.get(stub.get(..end)?).copied())
}

/// `rootfss`.
const LONGEST_LEVEL: usize = 7;

/// Whether an input's name is a script's with its level.
fn names_stub(script: &str, input: &str) -> bool {
    input.strip_prefix(script).is_some_and(|level| level_len(level) == Some(level.len()))
}

/// Sections with the names of their inputs, in order.
fn parse(script: &str) -> Order {
    let mut order = Order::new();
    let mut section = None;
    for line in script.lines().map(str::trim) {
        if let Some(name) = line.strip_suffix(" : {") {
            section = Some(name);
        } else if let Some(input) = line.strip_prefix("*(").and_then(|rest| rest.split(')').next())
            && let (Some(section), Some((_, name))) = (section, input.split_once(".."))
        {
            order.entry(section.to_owned()).or_default().push(name.to_owned());
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_gives_the_order() {
        let script = "SECTIONS {\n\t.initcall0.init : {\n\t\t*(.initcall0.init..kmod_a__1_2_f) ;\n\t}\n}\n";
        assert_eq!(parse(script), Order::from([(".initcall0.init".to_owned(), vec!["kmod_a__1_2_f".to_owned()])]));
        let ranks = BTreeMap::from([("kmod_a__1_2_f", 3), ("kmod_a__1_2_f6", 4)]);
        assert_eq!(rank_of(&ranks, "kmod_a__1_2_frootfs"), Some(3));
        assert_eq!(rank_of(&ranks, "kmod_a__1_2_f6s"), Some(4));
        assert_eq!(rank_of(&ranks, "other"), None);
    }

    #[test]
    fn labels_tell_section_and_order() {
        let label = |text| Label::parse(text).map(|label| (label.section(), label.counter));
        assert_eq!(label("__initcall__kmod_ipi__229_29_print_ipi_mode7"), Some((".initcall7.init".into(), 229)));
        assert_eq!(label("__initcall__kmod_a__b__9_1_f_2__x6s"), Some((".initcall6s.init".into(), 9)));
        assert_eq!(label("__initcall__kmod_a__1_22_f_early"), Some((".initcallearly.init".into(), 1)));
        assert_eq!(label("__initcall__kmod_a__1_22_populate_rootfsrootfs"), Some((".initcallrootfs.init".into(), 1)));
        assert_eq!(label("__initcall__kmod_a__1_22_con_initcon"), Some((".con_initcall.init".into(), 1)));
        assert_eq!((label("__initcall__kmod_a__1_22_f"), label("__initcall__x6"), label("x")), (None, None, None));
        assert!(names_stub("kmod_a__1_2_f", "kmod_a__1_2_f6s") && !names_stub("kmod_a__1_2_f", "kmod_a__1_2_fo6"));
    }

    #[test]
    fn one_that_is_lost_and_one_that_runs_late() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let wanted = names(&["a6", "b6", "c6", "d6"]);
        let found = compare("s", &wanted, &names(&["__initstub__c6", "__initstub__a6", "__initstub__b6", "other"]));
        let found: Vec<_> = found.iter().map(|finding| (finding.kind, finding.symbol.as_str())).collect();
        assert_eq!(found, [("order", "__initstub__a6"), ("lost", "d6")]);
    }
}
