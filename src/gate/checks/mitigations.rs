//! The tables by which the kernel patches mitigations in, and code that escapes them.

use super::WorldCx;
use super::check;
use super::validators;
use crate::gate::Finding;
use crate::gate::fresh::Fresh;
use crate::gate::fresh::Place;
use crate::gate::object::ObjectCx;
use crate::gate::tables;
use crate::gate::tables::Table;
use crate::objtool::opts::Opts;

check! {
    /// A mitigation that the configuration promises does not reach all code.
    ///
    /// At boot the kernel rewrites the indirect branches, returns, calls, type hashes (kCFI) and landing pads that these
    /// tables list. A branch that is not listed stays as it is: slow at best, open to speculation at worst. A place that is
    /// listed and is something else is overwritten. A type hash that is not listed stays the one that everybody knows.
    ///
    /// Cause: objtool ran without the option that the configuration asks for, code was added after it, or an object was
    /// built without the compiler's flags.
    ///
    /// Remedy: compare the recorded objtool command with `include/config/auto.conf`, and rebuild the object; for single
    /// places see `postlink explain <kind>`.
    "mitigations", Error, object: look, world: look_at_world,
}

/// One table: its name, whether the options ask for it, and what it should list.
struct SiteTable {
    name: &'static str,
    is_wanted: fn(&Opts) -> bool,
    expected: fn(&Fresh) -> &[Place],
}

const TABLES: [SiteTable; 5] = [
    SiteTable { name: ".retpoline_sites", is_wanted: |opts| opts.retpoline, expected: |fresh| &fresh.retpolines },
    SiteTable { name: ".return_sites", is_wanted: |opts| opts.rethunk, expected: |fresh| &fresh.returns },
    SiteTable {
        name: ".call_sites",
        is_wanted: |opts| opts.rethunk && opts.hack_skylake,
        expected: |fresh| &fresh.calls,
    },
    SiteTable { name: ".cfi_sites", is_wanted: |opts| opts.cfi, expected: |fresh| &fresh.cfi },
    SiteTable { name: ".ibt_endbr_seal", is_wanted: |opts| opts.ibt, expected: |fresh| &fresh.seals },
];

/// Whether options keep a promise.
type KeepsPromise = fn(&Opts) -> bool;

/// What the configuration promises, and the option that keeps the promise.
const PROMISES: [(&str, &str, KeepsPromise); 6] = [
    ("MITIGATION_RETPOLINE", "--retpoline", |opts| opts.retpoline),
    ("MITIGATION_RETHUNK", "--rethunk", |opts| opts.rethunk),
    ("MITIGATION_SLS", "--sls", |opts| opts.sls),
    ("X86_KERNEL_IBT", "--ibt", |opts| opts.ibt),
    ("FINEIBT", "--cfi", |opts| opts.cfi),
    ("MITIGATION_CALL_DEPTH_TRACKING", "--hacks=skylake", |opts| opts.hack_skylake),
];

fn look(cx: &ObjectCx<'_>) -> Vec<Finding> {
    let mut findings = options(cx);
    if !tables::is_unprocessed(cx)
        && let Some(fresh) = cx.fresh
    {
        for table in TABLES.iter().filter(|table| (table.is_wanted)(&fresh.opts)) {
            findings.extend(compare(cx, table.name, (table.expected)(fresh)));
        }
    }
    findings.extend(validators::findings(cx, "mitigations"));
    findings
}

/// Options that the recorded call lacks. A last pass over `vmlinux.o` that only validates is not meant.
fn options(cx: &ObjectCx<'_>) -> Vec<Finding> {
    let command = cx.file.command.as_ref();
    let opts = command.and_then(|command| command.objtool_opts(&cx.inputs.selection.facts()));
    let Some(opts) = opts.filter(|opts| opts.orc || opts.stackval || opts.static_call) else { return Vec::new() };
    let broken = PROMISES.iter().filter(|(name, _, keeps)| cx.inputs.config.has(name) && !keeps(&opts));
    let findings = broken.map(|(name, option, _)| {
        let text = format!("CONFIG_{name} is set, but objtool was run without {option} on {}", cx.file.name);
        Finding::new("option-missing", text).counterpart(*option)
    });
    findings.collect()
}

fn compare(cx: &ObjectCx<'_>, name: &'static str, expected: &[Place]) -> Vec<Finding> {
    let found = Table::read(cx, name, 4).map(|table| table.places()).unwrap_or_default();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    let (extra, missing) = tables::difference(&found, &expected);
    let listed = |places: Vec<Place>, kind: &'static str, words: &'static str| {
        places.into_iter().map(move |(section, offset)| {
            let text = format!("{} {words} {name}", cx.place(section, offset));
            let mut finding = cx.finding_at(Finding::new(kind, text), section, offset);
            finding.counterpart = name.to_owned();
            finding
        })
    };
    let extra = listed(extra, "extra-site", "does not belong in");
    listed(missing, "missing-site", "is missing in").chain(extra).collect()
}

fn look_at_world(cx: &WorldCx<'_>) -> Vec<Finding> {
    let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    validators::lost_in_link(cx, &names)
}
