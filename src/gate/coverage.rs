//! Which checks could not look, or not at everything, and why.

use serde::Serialize;

use super::checks::Check;
use super::facts::Facts;
use super::inputs::Inputs;
use super::inputs::Stage;
use super::object::ObjectCx;
use crate::kernel::series::ChosenBy;

/// A check that had nothing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its identifier.
    pub check: &'static str,
    /// Why.
    pub why: String,
}

/// What a check needs, beside objects.
enum Need {
    /// A file of the folder.
    Symvers,
    /// `vmlinux.o`.
    Vmlinux,
    /// Modules.
    Modules,
    /// A symbol of the configuration, if there is a configuration.
    Config(&'static str),
    /// An object that `objtool`'s engine has analysed for this check.
    Analysis,
}

/// The needs of each check that has any.
const NEEDS: [(&str, &[Need]); 16] = [
    ("undefined", &[Need::Modules, Need::Symvers]),
    ("module-flag", &[Need::Config("OBJTOOL"), Need::Analysis]),
    ("static-call", &[Need::Analysis]),
    ("mcount", &[Need::Analysis]),
    ("orc", &[Need::Config("UNWINDER_ORC"), Need::Analysis]),
    ("mitigations", &[Need::Analysis]),
    ("noinstr", &[Need::Analysis]),
    ("uaccess", &[Need::Analysis]),
    ("stack", &[Need::Analysis]),
    ("versions", &[Need::Modules, Need::Symvers, Need::Config("MODVERSIONS")]),
    ("exports", &[Need::Symvers]),
    ("module-name", &[Need::Modules]),
    ("sections", &[Need::Modules]),
    ("initcalls", &[Need::Vmlinux]),
    ("livepatch", &[Need::Vmlinux, Need::Config("LIVEPATCH")]),
    ("trim", &[Need::Modules, Need::Symvers, Need::Config("TRIM_UNUSED_KSYMS")]),
];

/// Checks for which the engine's analysis of an object, with the options it had, says something.
pub fn analysed(cx: &ObjectCx<'_>) -> Vec<&'static str> {
    let Some(fresh) = cx.fresh else { return Vec::new() };
    if crate::arm64::object::is_supported(cx.elf) {
        let stack = fresh.opts.stackval.then_some("stack");
        return ["static-call", "mcount", "mitigations"].into_iter().chain(stack).collect();
    }
    let opts = &fresh.opts;
    let walks = opts.stackval || opts.orc || opts.uaccess || opts.noinstr;
    let asked = [
        ("module-flag", true),
        ("static-call", opts.static_call),
        ("mcount", opts.mcount),
        ("orc", opts.orc),
        ("mitigations", opts.retpoline || opts.rethunk || opts.ibt || opts.sls || opts.unret),
        ("noinstr", opts.noinstr),
        ("uaccess", opts.uaccess),
        ("stack", walks),
    ];
    asked.into_iter().filter(|(_, is_asked)| *is_asked).map(|(check, _)| check).collect()
}

/// The checks that could not look, in their order, each with the first thing that it lacks.
pub fn skipped(inputs: &Inputs, facts: &[Facts], checks: &[&'static Check]) -> Vec<Skipped> {
    let mut skipped = Vec::new();
    for check in checks {
        let needs = NEEDS.iter().find(|(id, _)| *id == check.id).map_or(&[][..], |(_, needs)| needs);
        if let Some(why) = needs.iter().find_map(|need| lacks(inputs, facts, check.id, need)) {
            skipped.push(Skipped { check: check.id, why });
        }
    }
    skipped
}

fn lacks(inputs: &Inputs, facts: &[Facts], check: &str, need: &Need) -> Option<String> {
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
        Need::Analysis if !facts.iter().any(|facts| facts.analysed.contains(&check)) => {
            Some(not_analysed(inputs, facts, check))
        }
        _ => None,
    }
}

/// Why no object was analysed for a check.
fn not_analysed(inputs: &Inputs, facts: &[Facts], check: &str) -> String {
    let native = || facts.iter().filter(|facts| !facts.is_opaque);
    if native().next().is_none() {
        return "there is no object that could be read".to_owned();
    }
    if native().all(|facts| facts.machine != object::elf::EM_X86_64) {
        return match check {
            "noinstr" => "arm64 kernels do not mark which calls may leave noinstr code".to_owned(),
            "orc" | "uaccess" | "stack" | "module-flag" => "the gate does not do this for this machine".to_owned(),
            _ => "the objects are of a machine, word size or byte order that is not known here".to_owned(),
        };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::checks;

    #[test]
    fn needs_are_those_of_checks() {
        for (id, _) in &NEEDS {
            assert!(checks::by_id(id).is_some(), "{id}");
        }
    }
}
