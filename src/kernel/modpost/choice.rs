// SPDX-License-Identifier: GPL-2.0-only

//! Which kernel's `modpost` a run works as.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::path::Path;

use super::Behaviours;
use super::differences;
use super::survey::ModpostSurvey;
use crate::kernel::series;
use crate::kernel::series::ChosenBy;
use crate::kernel::series::Series;
use crate::kernel::series::UnknownSeries;

/// What to do, and what to say about that.
#[derive(Debug)]
pub struct Choice {
    /// What the `modpost` does.
    pub behaviours: Behaviours,
    /// The release, or the nearest one.
    pub series: Series,
    /// Why that one.
    pub chosen_by: ChosenBy,
    /// What is to be said about a kernel that was not compared.
    pub notice: Option<String>,
    /// Why nothing can be done for a kernel that is outside of what is known.
    pub refusal: Option<String>,
}

/// The release that was asked for, else what the tree at hand does, else what its version says; see [`series::select`].
pub fn choose(asked: Option<&OsStr>, environ: &[(OsString, OsString)], dir: &Path) -> Result<Choice, UnknownSeries> {
    let selection = series::select_by_version(asked, environ, dir)?;
    let is_forced = matches!(selection.chosen_by, ChosenBy::Option | ChosenBy::Variable);
    let (notice, refusal) = (selection.notice(), selection.refusal());
    let (series, chosen_by) = (selection.series, selection.chosen_by.clone());
    let Some(survey) = selection.tree.as_ref().filter(|_| !is_forced).and_then(ModpostSurvey::of) else {
        let behaviours = differences::of_point(selection.point.bit);
        return Ok(Choice { behaviours, series, chosen_by, notice, refusal });
    };
    let behaviours = survey.behaviours;
    let (notice, refusal) = match survey.compared().is_empty() {
        true => (Some(mixture(&survey)), refusal),
        false => (None, None),
    };
    Ok(Choice { behaviours, series, chosen_by, notice, refusal })
}

/// What there is to say about a tree whose `modpost` is none that was compared.
fn mixture(survey: &ModpostSurvey) -> String {
    let nearest = survey.nearest();
    let count = survey.differing(nearest).count();
    let things = if count == 1 { "thing" } else { "things" };
    format!(
        "this source tree's modpost was not compared; nearest is {}, from which it differs in {count} {things} \
         (POSTLINK_SERIES says which to behave like and silences this)",
        nearest.version
    )
}
