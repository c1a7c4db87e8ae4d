//! Which checks could not look, or not at everything, and why.

use serde::Serialize;

use super::check::Arm64;
use super::check::Check;
use super::check::Need;
use super::checks;
use super::facts::Facts;
use super::inputs::Inputs;
use super::inputs::Stage;
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
}

/// Checks for which the engine's analysis of an object, with the options it had, says something.
pub fn analysed(cx: &ObjectCx<'_>) -> Vec<&'static str> {
    let Some(fresh) = cx.fresh else { return Vec::new() };
    let is_arm64 = arm64::object::is_supported(cx.elf);
    let says_something = |check: &&&Check| match check.analysis() {
        Some((_, arm64)) if is_arm64 => match arm64 {
            Arm64::Tables => true,
            Arm64::Frames => fresh.opts.stackval,
            Arm64::Nothing(_) => false,
        },
        Some((is_asked, _)) => is_asked(&fresh.opts),
        None => false,
    };
    checks::ALL.iter().filter(says_something).map(|check| check.id).collect()
}

/// Whether a check has something to say about arm64 objects.
pub fn looks_at_arm64(check: &Check) -> bool {
    match check.analysis() {
        Some((_, arm64)) => !matches!(arm64, Arm64::Nothing(_)),
        None => !check.topics.is_empty(),
    }
}

/// The checks that could not look, in their order, each with the first thing that it lacks.
pub fn skipped(inputs: &Inputs, facts: &[Facts], checks: &[&'static Check]) -> Vec<Skipped> {
    let mut skipped = Vec::new();
    for check in checks {
        if let Some(why) = check.needs.iter().find_map(|need| lacks(inputs, facts, check, need)) {
            skipped.push(Skipped { check: check.id, why });
        }
    }
    skipped
}

fn lacks(inputs: &Inputs, facts: &[Facts], check: &Check, need: &Need) -> Option<String> {
    let has_stage = |wanted: &dyn Fn(Stage) -> bool| facts.iter().any(|facts| wanted(facts.file.stage));
    let is_kernel = |stage: Stage| matches!(stage, Stage::VmlinuxObject | Stage::Member);
    match need {
        Need::Symvers if inputs.symvers.is_none() => {
            Some("there is no Module.symvers with the kernel's exports".to_owned())
        }
        Need::Symvers if !inputs.is_folder => {
            Some("it needs the whole build, and single objects were named".to_owned())
        }
        Need::Vmlinux if !has_stage(&|stage| stage == Stage::VmlinuxObject) => {
            Some("vmlinux.o is not there".to_owned())
        }
        Need::Modules if !has_stage(&|stage| !is_kernel(stage)) => Some("there are no modules".to_owned()),
        Need::Config(name) if !inputs.config.is_empty() && !inputs.config.has(name) => {
            Some(format!("CONFIG_{name} is not set"))
        }
        Need::Analysis(..) if !facts.iter().any(|facts| facts.analysed.contains(&check.id)) => {
            Some(not_analysed(inputs, facts, check))
        }
        _ => None,
    }
}

/// Why no object was analysed for a check.
fn not_analysed(inputs: &Inputs, facts: &[Facts], check: &Check) -> String {
    let native = || facts.iter().filter(|facts| !facts.is_opaque);
    if native().next().is_none() {
        return "there is no object that could be read".to_owned();
    }
    if native().all(|facts| facts.machine != object::elf::EM_X86_64) {
        let why = match check.analysis() {
            Some((_, Arm64::Nothing(why))) => why,
            _ => "the objects are of a machine, word size or byte order that is not known here",
        };
        return why.to_owned();
    }
    if inputs.selection.chosen_by == ChosenBy::Newest {
        return "nothing tells which series the kernel is of, and objtool's rules differ; name it with --series"
            .to_owned();
    }
    if native().all(|facts| facts.analysed.is_empty()) {
        return "objtool's recorded options are not there, the configuration does not tell them, or its rules for this series \
                are not known"
            .to_owned();
    }
    "objtool was not asked for it when the kernel was built".to_owned()
}
