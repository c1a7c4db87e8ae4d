// SPDX-License-Identifier: GPL-2.0-only

//! Which checks could not look, or not at everything, and why.

use serde::Serialize;

use super::check::Arm64Need;
use super::check::Check;
use super::check::Need;
use super::checks;
use super::facts::FileFacts;
use super::fresh::Fresh;
use super::inputs::BuildFolder;
use super::inputs::BuildStage;
use super::object::ObjectCx;
use crate::arm64;
use crate::kernel::series::ChosenBy;

/// A check that had nothing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its identifier.
    pub check: &'static str,
    /// Why.
    pub why: String,
    /// A build of this sort has something for it to look at, and something else is not there.
    pub is_applicable: bool,
    /// It was required, so the run fails.
    #[serde(skip)]
    pub fails: bool,
}

/// Checks for which the engine's analysis of an object, with the options it had, says something.
pub fn analysed(cx: &ObjectCx<'_>) -> Vec<&'static str> {
    let Some(fresh) = cx.fresh else { return Vec::new() };
    let is_arm64 = arm64::object::is_supported(cx.elf);
    let says_something = |check: &&&Check| match check.analysis() {
        Some((_, arm64)) if is_arm64 => match arm64 {
            Arm64Need::Tables => true,
            Arm64Need::Frames => fresh.opts.stackval,
            Arm64Need::Nothing(_) => false,
        },
        Some((is_asked, _)) => is_asked(&fresh.opts) && knows_enough(fresh, check),
        None => false,
    };
    checks::ALL.iter().filter(says_something).map(|check| check.id).collect()
}

/// Whether an analysis that gave up came as far as a check needs: to the sites, or to a finding of the check.
fn knows_enough(fresh: &Fresh, check: &Check) -> bool {
    let has_found = || fresh.findings.iter().any(|finding| check.topics.contains(&finding.topic));
    fresh.sites.is_some() || has_found()
}

/// Whether a check has something to say about arm64 objects.
pub fn looks_at_arm64(check: &Check) -> bool {
    match check.analysis() {
        Some((_, arm64)) => !matches!(arm64, Arm64Need::Nothing(_)),
        None => !check.topics.is_empty(),
    }
}

/// The checks that could not look, in their order, each with the first thing that it lacks.
pub fn skipped(inputs: &BuildFolder, facts: &[FileFacts], checks: &[&'static Check]) -> Vec<Skipped> {
    let mut skipped = Vec::new();
    for check in checks {
        if let Some(lack) = check.needs.iter().find_map(|need| lacks(inputs, facts, check, need)) {
            let (is_applicable, why) = match lack {
                Lack::Missing(why) => (true, why),
                Lack::NotApplicable(why) => (false, why),
            };
            skipped.push(Skipped { check: check.id, why, is_applicable, fails: false });
        }
    }
    skipped
}

/// Why a check could not look.
enum Lack {
    /// Something is not there.
    Missing(String),
    /// A build of this sort does not have it.
    NotApplicable(String),
}

fn lacks(inputs: &BuildFolder, facts: &[FileFacts], check: &Check, need: &Need) -> Option<Lack> {
    let has_stage = |wanted: &dyn Fn(BuildStage) -> bool| facts.iter().any(|facts| wanted(facts.file.stage));
    let is_kernel = |stage: BuildStage| matches!(stage, BuildStage::VmlinuxObject | BuildStage::Member);
    let (is_known, has) = (!inputs.config.is_empty(), |name| inputs.config.has(name));
    let missing = |why: &str| Some(Lack::Missing(why.to_owned()));
    let not_applicable = |why: &str| Some(Lack::NotApplicable(why.to_owned()));
    match need {
        Need::Symvers if inputs.symvers.is_none() => missing("there is no Module.symvers with the kernel's exports"),
        Need::Symvers if !inputs.is_folder => missing("it needs the whole build, and single objects were named"),
        Need::Vmlinux if !has_stage(&|stage| stage == BuildStage::VmlinuxObject) => match inputs.is_external() {
            true => not_applicable("vmlinux.o is not there: the folder is of external modules"),
            false => missing("vmlinux.o is not there"),
        },
        Need::Modules if !has_stage(&|stage| !is_kernel(stage)) => match is_known && !has("MODULES") {
            true => not_applicable("there are no modules: CONFIG_MODULES is not set"),
            false => missing("there are no modules"),
        },
        Need::BitcodeSymbols => {
            let version = facts.iter().find_map(|facts| facts.unknown_table)?;
            missing(&format!("bitcode has tables of symbols of version {version}, which is not known here"))
        }
        Need::Config(name) if is_known && !has(name) => not_applicable(&format!("CONFIG_{name} is not set")),
        Need::Analysis(..) if !facts.iter().any(|facts| facts.analysed.contains(&check.id)) => {
            Some(not_analysed(inputs, facts, check))
        }
        _ => None,
    }
}

/// Why no object was analysed for a check.
fn not_analysed(inputs: &BuildFolder, facts: &[FileFacts], check: &Check) -> Lack {
    let native = || facts.iter().filter(|facts| !facts.is_opaque);
    let missing = |why: &str| Lack::Missing(why.to_owned());
    if native().next().is_none() {
        return missing("there is no object that could be read");
    }
    if native().all(|facts| facts.machine != object::elf::EM_X86_64) {
        return match check.analysis() {
            Some((_, Arm64Need::Nothing(why))) => Lack::NotApplicable(why.to_owned()),
            _ => missing("the objects are of a machine, word size or byte order that is not known here"),
        };
    }
    if inputs.selection.chosen_by == ChosenBy::Newest {
        return missing(
            "nothing tells which series the kernel is of, and objtool's rules differ; name it with --series",
        );
    }
    if native().any(|facts| facts.gave_up) {
        return missing("the analysis gave up before it came to this; the finding that ended it says why");
    }
    if native().all(|facts| facts.analysed.is_empty()) {
        return missing(
            "objtool's recorded options are not there, the configuration does not tell them, or its rules for this series \
             are not known",
        );
    }
    Lack::NotApplicable("objtool was not asked for it when the kernel was built".to_owned())
}
