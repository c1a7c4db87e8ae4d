// SPDX-License-Identifier: GPL-2.0-only

//! Which kernel a run works for.
//!
//! Asked for explicitly, else what the source tree in kbuild's environment is by its content, else by a version number,
//! else the newest. kbuild starts the tools thousands of times, so this reads few files, and each once.

pub mod tree;

pub use tree::Tree;

pub use super::releases::Series;

use super::Facts;
use super::Profile;
use super::differences;
use super::releases;
use super::releases::Point;
use super::releases::RELEASES;
use super::survey::Survey;
use std::ffi::OsStr;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::Path;

/// A kernel and how it was found.
#[derive(Debug)]
pub struct Selection {
    /// The release to behave like, or the nearest one.
    pub series: Series,
    /// The stable release to behave like, or the nearest one.
    pub point: &'static Point,
    /// Why.
    pub chosen_by: ChosenBy,
    /// How much is known about it.
    pub standing: Standing,
    /// The source tree that kbuild's environment names, if it is one.
    pub tree: Option<Tree>,
    /// What the tree says about its objtool, where it decides.
    pub survey: Option<Survey>,
}

/// How much is known about the kernel that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// What it does was compared with an original, or the user says so.
    Compared,
    /// Its sources are a mixture of known things that was never compared; in how many it differs from the nearest.
    Mixture {
        /// Number of differences from the nearest release.
        n_differing: usize,
    },
    /// There are no sources to look at, and its version is between those that were compared.
    Between {
        /// The version.
        version: String,
    },
    /// It is older or newer than everything that is known.
    Outside {
        /// The version.
        version: String,
    },
}

/// What decided about the series. `Display` says it in words for `--verbose`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChosenBy {
    /// `--kernel-series`.
    Option,
    /// The variable `POSTLINK_SERIES`.
    Variable,
    /// The content of this tree.
    Tree(String),
    /// The version that the source tree's `Makefile` begins with.
    Makefile(String),
    /// `KERNELVERSION` in kbuild's environment.
    KernelVersion(String),
    /// `include/config/kernel.release` in the working directory.
    KernelRelease(String),
    /// The release in a module's `vermagic`; only where objects are looked at after the build.
    Vermagic(String),
    /// Nothing said anything.
    Newest,
}

/// A series that was asked for and is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSeries {
    asked: String,
    by: &'static str,
}

impl Selection {
    /// The profile of `objtool`, or `None` for a release whose objtool is not rebuilt.
    pub fn profile(&self) -> Option<Profile> {
        let is_rebuilt = self.series.release().has_objtool;
        is_rebuilt.then(|| match &self.survey {
            Some(survey) => survey.profile(self.point),
            None => Profile::of_point(self.point),
        })
    }

    /// Functions that the tree lists as never returning, where [`Selection::profile`] does not have them already.
    pub fn noreturns(&self) -> Option<Vec<String>> {
        self.tree.as_ref().filter(|_| self.survey.is_none()).and_then(Tree::noreturns)
    }

    /// What its `objtool` does, also for a release whose objtool is not rebuilt.
    pub fn facts(&self) -> Facts {
        self.survey.as_ref().map_or_else(|| differences::of_point(self.point.bit), |survey| survey.facts)
    }

    /// What is to be said about a kernel that was not compared; `None` if there is nothing.
    pub fn notice(&self) -> Option<String> {
        let nearest = self.point.version;
        let how = "POSTLINK_SERIES says which to behave like and silences this";
        match &self.standing {
            Standing::Compared | Standing::Outside { .. } => None,
            Standing::Mixture { n_differing } => {
                let things = if *n_differing == 1 { "thing" } else { "things" };
                Some(format!(
                    "this source tree's objtool was not compared; nearest is {nearest}, from which it differs in \
                     {n_differing} {things} ({how})"
                ))
            }
            Standing::Between { version } => {
                Some(format!("kernel {version} was not compared, taken for {nearest} ({how})"))
            }
        }
    }

    /// Why nothing can be done for a kernel that is outside of what is known; `None` if something can.
    pub fn refusal(&self) -> Option<String> {
        let Standing::Outside { version } = &self.standing else { return None };
        let (oldest, newest) = (RELEASES[0].name, Series::NEWEST.name());
        let nearest = self.series.name();
        Some(format!(
            "kernel {version} is not among those that are known, {oldest} to {newest}; POSTLINK_SERIES={nearest} has it \
             treated as the nearest"
        ))
    }

    /// The kernel of a version, where there is nothing else to go by.
    pub fn of_version(version: &str, chosen_by: ChosenBy) -> Option<Self> {
        let series = Series::of_version(version)?;
        let point = series.release().point_of(version);
        let standing = standing_of_version(version);
        Some(Self { series, point, chosen_by, standing, tree: None, survey: None })
    }
}

/// Takes `--kernel-series=X` and `--kernel-series X` out of the words before `--`, since the original's parser does not
/// know them. The last one counts; a missing value is an empty one.
pub fn take_option(argv: &mut Vec<OsString>) -> Option<OsString> {
    let mut series = None;
    let mut kept = Vec::with_capacity(argv.len());
    let mut words = std::mem::take(argv).into_iter();
    while let Some(word) = words.next() {
        if word == "--" {
            kept.push(word);
            break;
        }
        if word == "--kernel-series" {
            series = Some(words.next().unwrap_or_default());
        } else if let Some(value) = word.as_encoded_bytes().strip_prefix(b"--kernel-series=") {
            use std::os::unix::ffi::OsStrExt;
            series = Some(OsStr::from_bytes(value).to_owned());
        } else {
            kept.push(word);
        }
    }
    kept.extend(words);
    *argv = kept;
    series
}

/// Finds the kernel: `asked` is what [`take_option`] found, `environ` the environment, `dir` the working directory.
pub fn select(asked: Option<&OsStr>, environ: &[(OsString, OsString)], dir: &Path) -> Result<Selection, UnknownSeries> {
    select_as(asked, environ, dir, found)
}

/// As [`select`], for whoever looks at the tree's sources himself.
pub fn select_by_version(
    asked: Option<&OsStr>,
    environ: &[(OsString, OsString)],
    dir: &Path,
) -> Result<Selection, UnknownSeries> {
    select_as(asked, environ, dir, found_by_version)
}

fn select_as(
    asked: Option<&OsStr>,
    environ: &[(OsString, OsString)],
    dir: &Path,
    found: fn(Option<&Tree>, Option<&str>, &Path) -> Selection,
) -> Result<Selection, UnknownSeries> {
    let variable = |name: &str| environ.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_os_str());
    let tree = variable("srctree").and_then(|root| Tree::open(&dir.join(root)));
    let forced = variable("POSTLINK_SERIES").filter(|value| !value.is_empty());
    let selection = match (asked, forced) {
        (Some(value), _) => explicit(value, "--kernel-series", ChosenBy::Option)?,
        (None, Some(value)) => explicit(value, "POSTLINK_SERIES", ChosenBy::Variable)?,
        (None, None) => found(tree.as_ref(), variable("KERNELVERSION").and_then(OsStr::to_str), dir),
    };
    Ok(Selection { tree, ..selection })
}

/// What the tree is by its content; else what the versions say, the more specific one first.
fn found(tree: Option<&Tree>, kbuild: Option<&str>, dir: &Path) -> Selection {
    let kbuild = kbuild.filter(|version| Series::of_version(version).is_some());
    if let Some((tree, survey)) = tree.and_then(|tree| Some((tree, Survey::of(tree)?))) {
        let version = kbuild.map(str::to_owned).or_else(|| tree.version());
        return of_survey(survey, version.as_deref(), tree.root());
    }
    found_by_version(tree, kbuild, dir)
}

/// What the versions say, the more specific one first.
fn found_by_version(tree: Option<&Tree>, kbuild: Option<&str>, dir: &Path) -> Selection {
    let kbuild = kbuild.filter(|version| Series::of_version(version).is_some());
    let by_kbuild = || Selection::of_version(kbuild?, ChosenBy::KernelVersion(kbuild?.to_owned()));
    let by_makefile = || {
        let version = tree?.version()?;
        Selection::of_version(&version, ChosenBy::Makefile(version.clone()))
    };
    let by_release = || {
        let release = release(dir)?;
        Selection::of_version(&release, ChosenBy::KernelRelease(release.clone()))
    };
    by_kbuild().or_else(by_makefile).or_else(by_release).unwrap_or_else(|| {
        let point = Series::NEWEST.release().newest();
        let (chosen_by, standing) = (ChosenBy::Newest, Standing::Compared);
        Selection { series: Series::NEWEST, point, chosen_by, standing, tree: None, survey: None }
    })
}

/// The release that a tree's objtool was found to be, or the nearest one.
fn of_survey(survey: Survey, version: Option<&str>, root: &Path) -> Selection {
    let compared = survey.compared();
    let of_version = version.and_then(|version| Some(Series::of_version(version)?.release().point_of(version)));
    let is_of_version = |point: &&&'static Point| of_version.is_some_and(|known| point.bit == known.bit);
    let is_of_series =
        |point: &&&'static Point| of_version.is_some_and(|known| point.release().series == known.release().series);
    let named = compared.iter().find(is_of_version).or_else(|| compared.iter().rfind(is_of_series));
    let named = named.or(compared.last()).copied();
    let point = named.unwrap_or_else(|| survey.nearest());
    let standing = match version {
        Some(version) if is_outside(version, named.is_some()) => Standing::Outside { version: version.to_owned() },
        _ if named.is_some() => Standing::Compared,
        _ => Standing::Mixture { n_differing: survey.differing(point).count() },
    };
    let chosen_by = ChosenBy::Tree(root.display().to_string());
    Selection { series: point.release().series, point, chosen_by, standing, tree: None, survey: Some(survey) }
}

fn standing_of_version(version: &str) -> Standing {
    if is_outside(version, false) {
        return Standing::Outside { version: version.to_owned() };
    }
    let of_release = |(major, minor, _)| RELEASES.iter().any(|release| release.name == format!("{major}.{minor}"));
    match releases::parts(version).is_some_and(of_release) {
        true => Standing::Compared,
        false => Standing::Between { version: version.to_owned() },
    }
}

/// Whether a version is older than the oldest release, or newer than the newest and not known by its sources.
fn is_outside(version: &str, is_known: bool) -> bool {
    let Some((major, minor, _)) = releases::parts(version) else { return false };
    let newest = releases::parts(Series::NEWEST.name()).map_or((0, 0), |(major, minor, _)| (major, minor));
    (major, minor) < RELEASES[0].from || (major, minor) > newest && !is_known
}

impl fmt::Display for ChosenBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option => f.write_str("asked for by --kernel-series"),
            Self::Variable => f.write_str("asked for by POSTLINK_SERIES"),
            Self::Tree(root) => write!(f, "by the content of the source tree, {root}"),
            Self::Makefile(version) => write!(f, "by the source tree's Makefile, {version}"),
            Self::KernelVersion(version) => write!(f, "by kbuild's KERNELVERSION {version}"),
            Self::KernelRelease(version) => write!(f, "by include/config/kernel.release, {version}"),
            Self::Vermagic(version) => write!(f, "by the modules' vermagic, {version}"),
            Self::Newest => f.write_str("the newest; nothing names another"),
        }
    }
}

impl fmt::Display for UnknownSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = RELEASES.iter().map(|release| release.name).collect();
        write!(
            f,
            "{}: '{}' is not a kernel series that is known ({}, or a version between them)",
            self.by,
            self.asked,
            names.join(", ")
        )
    }
}

impl std::error::Error for UnknownSeries {}

/// An explicit name must be a version between the oldest and the newest release; a slip such as `6.x` is not guessed at.
fn explicit(value: &OsStr, by: &'static str, chosen_by: ChosenBy) -> Result<Selection, UnknownSeries> {
    let unknown = || UnknownSeries { asked: value.to_string_lossy().into_owned(), by };
    let version = value.to_str().filter(|version| !is_outside(version, false)).ok_or_else(unknown)?;
    let selection = Selection::of_version(version, chosen_by).ok_or_else(unknown)?;
    Ok(Selection { standing: Standing::Compared, ..selection })
}

fn release(dir: &Path) -> Option<String> {
    /// `uname -r` has at most 64 characters.
    const LONGEST: u64 = 256;
    let path = dir.join("include/config/kernel.release");
    let size = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?.len();
    let text = if size <= LONGEST { fs::read_to_string(&path).ok()? } else { return None };
    Some(text.trim_end().to_owned())
}

#[cfg(test)]
mod tests;
