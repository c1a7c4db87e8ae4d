// SPDX-License-Identifier: GPL-2.0-only

//! The verdict: the one place that says whether a run fails and why. Every report takes it from here.

use serde::Serialize;

use super::baseline::Judged;
use super::check::Check;
use super::coverage::Skipped;
use super::error::GateError;
use super::finding::GateSeverity;
use super::finding::counted;

/// What makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Findings of this severity or graver that no baseline accepts.
    Severity(GateSeverity),
    /// Any finding that no baseline accepts.
    New,
}

impl FailOn {
    /// As on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Severity(GateSeverity::Error) => "error",
            Self::Severity(GateSeverity::Warning) => "warning",
            Self::Severity(GateSeverity::Note) => "note",
            Self::New => "new",
        }
    }

    /// Whether an open finding of this severity makes the run fail.
    pub fn is_met_by(self, severity: GateSeverity) -> bool {
        match self {
            Self::Severity(least) => severity >= least,
            Self::New => true,
        }
    }
}

/// The checks that must have looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Required {
    /// These, whatever the reason why they could not.
    Named(Vec<String>),
    /// All that have something to look at in a build of this sort.
    All,
}

/// What came of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It makes the run fail.
    Failed,
    /// It has looked, and nothing that it found makes the run fail.
    Passed,
    /// A build of this sort has nothing for it to look at.
    NotApplicable,
    /// Something that it needs is not there.
    CouldNotLook,
}

/// Whether a run fails, why, and how much was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The run fails.
    pub has_failed: bool,
    /// Why, in words; nothing if it does not.
    pub reasons: Vec<String>,
    /// Checks that were to run.
    pub n_checks: usize,
    /// Those of them with nothing to look at in a build of this sort.
    pub n_not_applicable: usize,
    /// Those that lack something.
    pub n_could_not_look: usize,
}

impl Required {
    /// By the words of `--require`, each a check or `all`; `is_run` says which checks run.
    pub fn parse(words: &[String], is_run: &dyn Fn(&str) -> bool) -> Result<Self, GateError> {
        if words.iter().any(|word| word == "all") {
            return Ok(Self::All);
        }
        match words.iter().find(|word| !is_run(word)) {
            Some(word) => Err(GateError(format!("the check '{word}' is required and does not run"))),
            None => Ok(Self::Named(words.to_vec())),
        }
    }

    /// Whether a check that could not look makes the run fail.
    pub fn is_missed(&self, skipped: &Skipped) -> bool {
        match self {
            Self::Named(names) => names.iter().any(|name| name == skipped.check),
            Self::All => skipped.is_applicable,
        }
    }
}

impl Verdict {
    /// The verdict by what was marked as failing.
    pub fn of(checks: &[&'static Check], skipped: &[Skipped], findings: &[Judged], fail_on: FailOn) -> Self {
        let mut reasons = Vec::new();
        let failing = findings.iter().filter(|judged| judged.fails).count();
        if failing > 0 {
            reasons.push(match fail_on {
                FailOn::Severity(GateSeverity::Error) => counted(failing, "error"),
                FailOn::Severity(_) => format!("{} of the level that was asked for", counted(failing, "finding")),
                FailOn::New => format!("{} that nothing accepts", counted(failing, "finding")),
            });
        }
        let missed: Vec<&str> = skipped.iter().filter(|skipped| skipped.fails).map(|skipped| skipped.check).collect();
        if !missed.is_empty() {
            reasons.push(format!("required and could not look: {}", missed.join(", ")));
        }
        let n_not_applicable = skipped.iter().filter(|skipped| !skipped.is_applicable).count();
        Self {
            has_failed: !reasons.is_empty(),
            reasons,
            n_checks: checks.len(),
            n_not_applicable,
            n_could_not_look: skipped.len().saturating_sub(n_not_applicable),
        }
    }

    /// Checks that have looked.
    pub fn n_looked(&self) -> usize {
        self.n_checks.saturating_sub(self.n_not_applicable).saturating_sub(self.n_could_not_look)
    }

    /// `pass` or `fail`.
    pub fn word(&self) -> &'static str {
        if self.has_failed { "fail" } else { "pass" }
    }

    /// The verdict as a line: the word, why, and how much was looked at.
    pub fn line(&self) -> String {
        let mut line = format!("{}: ", self.word().to_uppercase());
        for reason in &self.reasons {
            line.push_str(reason);
            line.push_str("; ");
        }
        line.push_str(&format!("{} of {} ran", self.n_looked(), counted(self.n_checks, "check")));
        if self.n_not_applicable > 0 {
            line.push_str(&format!(", {} not for this build", self.n_not_applicable));
        }
        if self.n_could_not_look > 0 {
            line.push_str(&format!(", {} could not look", self.n_could_not_look));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_why_and_how_much() {
        let verdict = |reasons: &[&str], n_not_applicable, n_could_not_look| Verdict {
            has_failed: !reasons.is_empty(),
            reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
            n_checks: 21,
            n_not_applicable,
            n_could_not_look,
        };
        assert_eq!(verdict(&[], 0, 0).line(), "PASS: 21 of 21 checks ran");
        assert_eq!(verdict(&[], 0, 14).line(), "PASS: 7 of 21 checks ran, 14 could not look");
        let line = verdict(&["1 error", "required and could not look: orc"], 2, 1).line();
        let wanted = "FAIL: 1 error; required and could not look: orc; 18 of 21 checks ran, 2 not for this build, \
                      1 could not look";
        assert_eq!(line, wanted);
    }
}
