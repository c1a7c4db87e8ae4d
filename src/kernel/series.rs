//! Which kernel series a run works for.
//!
//! Asked for explicitly, else what the source tree in kbuild's environment is by its content, else by a version number,
//! else the newest. kbuild starts the tools thousands of times, so this reads one or two small files and no more.

mod tree;

pub use tree::Tree;

use std::ffi::OsStr;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::Path;

/// A kernel series with behaviour of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Series {
    /// 5.10 and what came before 5.12.
    V5_10,
    /// 5.12 to 5.18: as 5.10, with the file names of Clang's LTO in `modpost`.
    Lto,
    /// 5.19 to 6.3.
    V6_1,
    /// 6.4 to 6.18.
    V6_12,
    /// 6.19 and newer.
    V7_3,
}

/// A series and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// What to behave like.
    pub series: Series,
    /// Why.
    pub chosen_by: ChosenBy,
    /// The source tree that kbuild's environment names, if it is one.
    pub tree: Option<Tree>,
}

/// The first version that is no longer in a series.
const ENDS: [(Series, (u32, u32)); 4] =
    [(Series::V5_10, (5, 12)), (Series::Lto, (5, 19)), (Series::V6_1, (6, 4)), (Series::V6_12, (6, 19))];

/// What decided about the series. `Display` says it in words for `--verbose`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChosenBy {
    /// `--kernel-series`.
    Option,
    /// The variable `POSTLINK_SERIES`.
    Variable,
    /// The content of this tree: the file that was telling.
    Tree(String),
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

impl Series {
    /// The series that a name or a version such as `6.12`, `6.12.117` or `7.3.4-amd64` belongs to.
    pub fn of_version(version: &str) -> Option<Self> {
        let (major, rest) = version.trim_start_matches('v').split_once('.')?;
        let minor = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        let version = (number(major)?, number(minor)?);
        let end_of = |(_, end): &&(Self, (u32, u32))| version < *end;
        Some(ENDS.iter().find(end_of).map_or(Self::V7_3, |(series, _)| *series))
    }

    /// The name users give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::V5_10 => "5.10",
            Self::Lto => "5.12",
            Self::V6_1 => "6.1",
            Self::V6_12 => "6.12",
            Self::V7_3 => "7.3",
        }
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

/// Finds the series: `asked` is what [`take_option`] found, `environ` the environment, `dir` the working directory.
pub fn select(asked: Option<&OsStr>, environ: &[(OsString, OsString)], dir: &Path) -> Result<Selection, UnknownSeries> {
    let variable = |name: &str| environ.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_os_str());
    let tree = variable("srctree").and_then(|root| Tree::open(&dir.join(root)));
    if let Some(value) = asked {
        return Ok(Selection { series: explicit(value, "--kernel-series")?, chosen_by: ChosenBy::Option, tree });
    }
    if let Some(value) = variable("POSTLINK_SERIES").filter(|value| !value.is_empty()) {
        return Ok(Selection { series: explicit(value, "POSTLINK_SERIES")?, chosen_by: ChosenBy::Variable, tree });
    }
    let version = variable("KERNELVERSION").and_then(OsStr::to_str);
    let (series, chosen_by) = tree
        .as_ref()
        .and_then(|tree| of_tree(tree, version))
        .or_else(|| {
            let version = version?;
            Some((Series::of_version(version)?, ChosenBy::KernelVersion(version.to_owned())))
        })
        .or_else(|| {
            let release = release(dir)?;
            Some((Series::of_version(&release)?, ChosenBy::KernelRelease(release)))
        })
        .unwrap_or((Series::V7_3, ChosenBy::Newest));
    Ok(Selection { series, chosen_by, tree })
}

impl fmt::Display for ChosenBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option => f.write_str("asked for by --kernel-series"),
            Self::Variable => f.write_str("asked for by POSTLINK_SERIES"),
            Self::Tree(file) => write!(f, "by the content of the source tree, {file}"),
            Self::KernelVersion(version) => write!(f, "by kbuild's KERNELVERSION {version}"),
            Self::KernelRelease(release) => write!(f, "by include/config/kernel.release, {release}"),
            Self::Vermagic(release) => write!(f, "by the modules' vermagic, {release}"),
            Self::Newest => f.write_str("the newest; nothing names another"),
        }
    }
}

impl fmt::Display for UnknownSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: '{}' is not a kernel series (5.10, 5.12, 6.1, 6.12, 7.3, or a kernel's version)",
            self.by, self.asked
        )
    }
}

impl std::error::Error for UnknownSeries {}

/// Stable trees carry backports, so the content of a tree says more than its number. The number still separates what the
/// content does not: 5.12 to 5.18 have the command line and the ORC format of 5.10.
fn of_tree(tree: &Tree, version: Option<&str>) -> Option<(Series, ChosenBy)> {
    const ORC_TYPES: &str = "arch/x86/include/asm/orc_types.h";
    const SUBCOMMANDS: &str = "tools/objtool/builtin-orc.c";
    const ACTIONS: &str = "tools/objtool/builtin-check.c";
    let found = |series, file: &str| Some((series, ChosenBy::Tree(tree.path(file).display().to_string())));
    let orc_types = tree.read(ORC_TYPES)?;
    if orc_types.contains("ORC_REG_AX") {
        found(Series::V7_3, ORC_TYPES)
    } else if orc_types.contains("ORC_TYPE_UNDEFINED") {
        found(Series::V6_12, ORC_TYPES)
    } else if tree.has(SUBCOMMANDS) {
        let lto = version.and_then(Series::of_version) == Some(Series::Lto);
        found(if lto { Series::Lto } else { Series::V5_10 }, SUBCOMMANDS)
    } else if tree.has(ACTIONS) {
        found(Series::V6_1, ACTIONS)
    } else {
        None
    }
}

/// An explicit name must be a version; a slip such as `6.x` is not guessed at.
fn explicit(value: &OsStr, by: &'static str) -> Result<Series, UnknownSeries> {
    let unknown = || UnknownSeries { asked: value.to_string_lossy().into_owned(), by };
    value.to_str().and_then(Series::of_version).ok_or_else(unknown)
}

fn release(dir: &Path) -> Option<String> {
    /// `uname -r` has at most 64 characters.
    const LONGEST: u64 = 256;
    let path = dir.join("include/config/kernel.release");
    let size = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?.len();
    let text = if size <= LONGEST { fs::read_to_string(&path).ok()? } else { return None };
    Some(text.trim_end().to_owned())
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    /// A directory of the test's own, removed in the end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let dir = std::env::temp_dir().join(format!("postlink-series-{}-{name}", std::process::id()));
            for (file, text) in files {
                let file = dir.join(file);
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
                fs::write(file, text).expect("a file can be written");
            }
            fs::create_dir_all(&dir).expect("a folder can be made");
            Self(dir)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn select_in(dir: &Path, environ: &[(&str, &str)]) -> (Series, ChosenBy) {
        let environ: Vec<_> = environ.iter().map(|(key, value)| (key.into(), value.into())).collect();
        let selection = select(None, &environ, dir).expect("a series");
        (selection.series, selection.chosen_by)
    }

    #[test]
    fn versions_belong_to_series() {
        for (version, series) in [
            ("5.10", Some(Series::V5_10)),
            ("4.19.300", Some(Series::V5_10)),
            ("5.12-rc1", Some(Series::Lto)),
            ("5.18.19", Some(Series::Lto)),
            ("6.1.192", Some(Series::V6_1)),
            ("6.12.117-amd64", Some(Series::V6_12)),
            ("7.3.4+deb13-amd64", Some(Series::V7_3)),
            ("v9.0", Some(Series::V7_3)),
            ("7", None),
            ("", None),
            ("x.y", None),
            ("6.x", None),
            ("99999999999.1", None),
        ] {
            assert_eq!(Series::of_version(version), series, "{version}");
        }
    }

    #[test]
    fn option_is_taken_out_in_full_spelling_only() {
        let mut argv = words(&["objtool", "--kernel-series", "6.12", "--orc", "--kernel-series=7.3", "x.o"]);
        assert_eq!(take_option(&mut argv), Some("7.3".into()));
        assert_eq!(argv, words(&["objtool", "--orc", "x.o"]));
        let same = ["objtool", "--kernel-serie=7.3", "--", "--kernel-series=7.3"];
        let mut argv = words(&same);
        assert_eq!(take_option(&mut argv), None);
        assert_eq!(argv, words(&same));
        let mut argv = words(&["objtool", "--kernel-series"]);
        assert_eq!(take_option(&mut argv), Some("".into()));
    }

    #[test]
    fn the_more_explicit_wins() {
        let dir = Scratch::new("order", &[("include/config/kernel.release", "6.1.0-13-amd64\n")]);
        assert_eq!(select_in(&dir.0, &[]), (Series::V6_1, ChosenBy::KernelRelease("6.1.0-13-amd64".into())));
        let kbuild = ("KERNELVERSION", "6.12.9");
        assert_eq!(select_in(&dir.0, &[kbuild]), (Series::V6_12, ChosenBy::KernelVersion("6.12.9".into())));
        let variable = ("POSTLINK_SERIES", "5.10");
        assert_eq!(select_in(&dir.0, &[kbuild, variable]), (Series::V5_10, ChosenBy::Variable));
        let environ = [(variable.0.into(), variable.1.into())];
        let selection = select(Some(OsStr::new("7.3")), &environ, &dir.0).expect("a series");
        assert_eq!((selection.series, selection.chosen_by), (Series::V7_3, ChosenBy::Option));
    }

    #[test]
    fn nothing_known_is_the_newest() {
        let dir = Scratch::new("none", &[]);
        assert_eq!(
            select_in(&dir.0, &[("KERNELVERSION", "odd"), ("srctree", "absent")]),
            (Series::V7_3, ChosenBy::Newest)
        );
        let error = select(Some(OsStr::new("6.x")), &[], &dir.0).expect_err("not a series");
        assert!(error.to_string().starts_with("--kernel-series: '6.x' is not a kernel series"), "{error}");
    }

    #[test]
    fn content_of_the_tree_beats_its_number() {
        let orc_types = "arch/x86/include/asm/orc_types.h";
        let check = ("tools/objtool/builtin-check.c", "");
        let cases = [
            (vec![(orc_types, "#define ORC_REG_AX 1\n#define ORC_TYPE_UNDEFINED 0")], "6.12.1", Series::V7_3),
            (vec![(orc_types, "#define ORC_TYPE_UNDEFINED 0")], "6.1.1", Series::V6_12),
            (vec![(orc_types, ""), check], "6.4.0", Series::V6_1),
            (vec![(orc_types, ""), check, ("tools/objtool/builtin-orc.c", "")], "6.4.0", Series::V5_10),
            (vec![(orc_types, ""), check, ("tools/objtool/builtin-orc.c", "")], "5.15.3", Series::Lto),
        ];
        for (at, (files, version, series)) in cases.into_iter().enumerate() {
            let dir = Scratch::new(&format!("tree{at}"), &files);
            let root = dir.0.to_str().expect("plain");
            let (found, by) = select_in(Path::new("/"), &[("srctree", root), ("KERNELVERSION", version)]);
            assert_eq!(found, series, "case {at}");
            assert!(matches!(by, ChosenBy::Tree(_)), "case {at}: {by}");
        }
    }

    #[test]
    fn a_tree_of_headers_only_is_decided_by_its_number() {
        let dir = Scratch::new("headers", &[("arch/x86/include/asm/orc_types.h", "")]);
        let root = dir.0.to_str().expect("plain");
        let (series, by) = select_in(Path::new("/"), &[("srctree", root), ("KERNELVERSION", "6.1.7")]);
        assert_eq!((series, by), (Series::V6_1, ChosenBy::KernelVersion("6.1.7".into())));
    }
}
