// SPDX-License-Identifier: GPL-2.0-only

//! What differs between kernel releases, and which of it holds for a run.
//!
//! A pass never looks at a version: it asks a [`Profile`] for a [`Behaviour`], a format or a word. Where there is a source
//! tree, its text decides about each of them (`differences`, `probe`); without one the release does (`releases`). Both
//! come from one table: a difference is one row that says in which releases it holds and which line shows it.

pub mod behaviour;
pub mod differences;
pub mod facts;
pub mod flags;
pub mod known_trees;
pub mod modpost;
pub mod names;
mod needles;
pub mod noreturns;
pub mod probe;
pub mod releases;
pub mod section_rules;
pub mod series;
pub mod survey;

pub use behaviour::Behaviour;
pub use facts::Facts;
pub use facts::HintPlace;
pub use facts::OptionTable;
pub use facts::OrcFormat;
pub use names::Names;
pub use releases::Series;

use arch::DecodeFlags;

/// Everything that a kernel decides about `objtool`.
#[derive(Debug, Clone)]
pub struct Profile {
    /// What it does, decodes, writes and says.
    pub facts: Facts,
    /// How instructions are decoded; the same as in `facts`.
    pub decode: DecodeFlags,
    /// ORC layout; the same as in `facts`.
    pub orc: OrcFormat,
    /// Names that it knows by heart.
    pub names: Names,
}

impl Profile {
    /// Whether the kernel's objtool does this.
    pub fn has(&self, behaviour: Behaviour) -> bool {
        self.facts.behaviours.contains(behaviour)
    }

    /// The profile of a release, or `None` for one whose `objtool` is not rebuilt: a near miss would write wrong tables.
    pub fn of(series: Series) -> Option<Self> {
        let release = series.release();
        release.has_objtool.then(|| Self::of_point(release.newest()))
    }

    /// The profile of a stable release that was compared.
    pub fn of_point(point: &releases::Point) -> Self {
        Self::new(differences::of_point(point.bit), Names::of_point(point))
    }

    /// A profile with these facts and names.
    pub fn new(facts: Facts, names: Names) -> Self {
        Self { facts, decode: facts.decode, orc: facts.orc, names }
    }

    /// A profile in which all of 7.3 holds, and nothing else: the newest one.
    pub fn newest() -> Self {
        Self::of_point(Series::NEWEST.release().newest())
    }
}
