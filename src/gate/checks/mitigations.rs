// SPDX-License-Identifier: GPL-2.0-only

//! The tables by which the kernel patches mitigations in, and code that escapes them.

use crate::gate::check::Arm64Need;
use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::fresh::Fresh;
use crate::gate::fresh::SectionOffset;
use crate::gate::object::ObjectCx;
use crate::gate::processed;
use crate::gate::tables;
use crate::gate::tables::Table;
use crate::objtool::finding::Topic;
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
    "mitigations", Error, needs: [Need::Analysis(asks_for_any, Arm64Need::Tables)], topics: [Topic::Mitigations],
    object: look, world: look_at_world,
}

/// One table: its name, whether the options ask for it, and what it should list.
struct SiteTable {
    name: &'static str,
    is_wanted: fn(&Opts) -> bool,
    /// `None` if that is not known.
    expected: fn(&Fresh) -> Option<&Vec<SectionOffset>>,
}

const TABLES: [SiteTable; 5] = [
    SiteTable {
        name: ".retpoline_sites",
        is_wanted: |opts| opts.retpoline,
        expected: |fresh| Some(&fresh.sites.as_ref()?.retpolines),
    },
    SiteTable {
        name: ".return_sites",
        is_wanted: |opts| opts.rethunk,
        expected: |fresh| Some(&fresh.sites.as_ref()?.returns),
    },
    SiteTable {
        name: ".call_sites",
        is_wanted: |opts| opts.rethunk && opts.hack_skylake,
        expected: |fresh| Some(&fresh.sites.as_ref()?.calls),
    },
    SiteTable { name: ".cfi_sites", is_wanted: |opts| opts.cfi, expected: |fresh| Some(&fresh.sites.as_ref()?.cfi) },
    SiteTable { name: ".ibt_endbr_seal", is_wanted: |opts| opts.ibt, expected: |fresh| fresh.seals.as_ref() },
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

fn asks_for_any(opts: &Opts) -> bool {
    opts.retpoline || opts.rethunk || opts.ibt || opts.sls || opts.unret
}

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let mut findings = options(cx);
    if !processed::is_unprocessed(cx)
        && let Some(fresh) = cx.fresh
    {
        for table in TABLES.iter().filter(|table| (table.is_wanted)(&fresh.opts)) {
            let expected = (table.expected)(fresh);
            findings.extend(expected.into_iter().flat_map(|expected| compare(cx, table.name, expected)));
        }
    }
    findings
}

/// Options that the recorded call lacks. A last pass over `vmlinux.o` that only validates is not meant.
fn options(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let command = cx.file.command.as_ref();
    let opts = command.and_then(|command| command.objtool_opts(&cx.inputs.selection.facts()));
    let Some(opts) = opts.filter(|opts| opts.orc || opts.stackval || opts.static_call) else { return Vec::new() };
    let config = &cx.inputs.config;
    let broken = PROMISES.iter().filter(|(.., keeps)| !keeps(&opts));
    let broken = broken.filter_map(|(name, option, _)| Some((config.spelling(name)?, *option)));
    // Up to 7.1 the padding is for type hashes where there are such, and for symbols before functions otherwise.
    let is_padded = config.has("CALL_PADDING") && !config.has("CFI") && !config.has("CFI_CLANG");
    let padding = [("CALL_PADDING", "--prefix")].into_iter().filter(|_| is_padded && opts.prefix == 0);
    let padding = padding.map(|(name, option)| (name.to_owned(), option));
    let broken = broken.map(|(name, option)| (name.to_owned(), option));
    let findings = broken.chain(padding).map(|(name, option)| {
        let text = format!("CONFIG_{name} is set, but objtool was run without {option} on {}", cx.file.name);
        GateFinding::new("option-missing", text).counterpart(option)
    });
    findings.collect()
}

fn compare(cx: &ObjectCx<'_>, name: &'static str, expected: &[SectionOffset]) -> Vec<GateFinding> {
    let found = Table::read(cx.elf, &cx.relocs, name, 4).map(|table| table.places()).unwrap_or_default();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    let (extra, missing) = tables::difference(&found, &expected);
    let listed = |places: Vec<SectionOffset>, kind: &'static str, words: &'static str| {
        places.into_iter().map(move |(section, offset)| {
            let text = format!("{} {words} {name}", cx.place(section, offset));
            let mut finding = cx.finding_at(GateFinding::new(kind, text), section, offset);
            finding.counterpart = name.to_owned();
            finding
        })
    };
    let extra = listed(extra, "extra-site", "does not belong in");
    listed(missing, "missing-site", "is missing in").chain(extra).collect()
}

fn look_at_world(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    processed::lost_in_link(cx, &names)
}
