// SPDX-License-Identifier: GPL-2.0-only

//! By which release's rules a build is judged, in words for every report.

use serde::Serialize;

use crate::gate::plain::plain;
use crate::kernel::series::ChosenBy;
use crate::kernel::series::Selection;
use crate::kernel::series::Standing;

/// The kernel of a build, and the release by whose rules it is judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// The kernel's release, by its folder or the modules' `vermagic`.
    pub release: Option<String>,
    /// Its series.
    pub series: &'static str,
    /// What said so.
    pub chosen_by: String,
    /// The stable release whose rules apply, or the nearest one; nothing if none do.
    pub rules_of: Option<&'static str>,
    /// These rules were compared with what the kernel's own tools do, for just this kernel.
    pub is_compared: bool,
    /// All that in words.
    pub text: String,
}

impl Rules {
    /// By what was found out about the kernel.
    pub fn of(selection: &Selection, release: Option<&str>) -> Self {
        let point = selection.point.version;
        let is_known = selection.chosen_by != ChosenBy::Newest && selection.refusal().is_none();
        let text = match &selection.standing {
            _ if selection.chosen_by == ChosenBy::Newest => {
                "none of objtool's: nothing tells which release the kernel is of (--series does)".to_owned()
            }
            Standing::Compared => format!("those of {point}, compared with the original"),
            Standing::Mixture { n_differing } => {
                let things = if *n_differing == 1 { "thing" } else { "things" };
                format!(
                    "those that its sources show, not compared with the original; they differ from {point} in {n_differing} \
                     {things}"
                )
            }
            Standing::Between { version } => {
                format!("those of {point}, compared with the original; {version} itself was not")
            }
            Standing::Outside { version } => {
                format!("none of objtool's: {version} is not among the releases that are known")
            }
        };
        Self {
            release: release.map(plain),
            series: selection.series.name(),
            chosen_by: plain(&selection.chosen_by.to_string()),
            rules_of: is_known.then_some(point),
            is_compared: is_known && selection.standing == Standing::Compared,
            text: plain(&text),
        }
    }

    /// One line: release, series and why, rules.
    pub fn line(&self) -> String {
        let release = self.release.as_deref().unwrap_or("unknown");
        format!("kernel {release}, series {} ({}); rules: {}", self.series, self.chosen_by, self.text)
    }
}
