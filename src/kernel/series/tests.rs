// SPDX-License-Identifier: GPL-2.0-only

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

fn select_in(dir: &Path, environ: &[(&str, &str)]) -> Selection {
    let environ: Vec<_> = environ.iter().map(|(key, value)| (key.into(), value.into())).collect();
    select(None, &environ, dir).expect("a series")
}

fn series_in(dir: &Path, environ: &[(&str, &str)]) -> (Series, ChosenBy) {
    let selection = select_in(dir, environ);
    (selection.series, selection.chosen_by)
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
    assert_eq!(series_in(&dir.0, &[]), (Series::V6_1, ChosenBy::KernelRelease("6.1.0-13-amd64".into())));
    let kbuild = ("KERNELVERSION", "6.12.9");
    assert_eq!(series_in(&dir.0, &[kbuild]), (Series::V6_12, ChosenBy::KernelVersion("6.12.9".into())));
    let variable = ("POSTLINK_SERIES", "5.10");
    assert_eq!(series_in(&dir.0, &[kbuild, variable]), (Series::V5_10, ChosenBy::Variable));
    let environ = [(variable.0.into(), variable.1.into())];
    let selection = select(Some(OsStr::new("7.3")), &environ, &dir.0).expect("a series");
    assert_eq!((selection.series, selection.chosen_by), (Series::V7_3, ChosenBy::Option));
}

#[test]
fn nothing_known_is_the_newest() {
    let dir = Scratch::new("none", &[]);
    let environ = [("KERNELVERSION", "odd"), ("srctree", "absent")];
    assert_eq!(series_in(&dir.0, &environ), (Series::NEWEST, ChosenBy::Newest));
    let error = select(Some(OsStr::new("6.x")), &[], &dir.0).expect_err("not a series");
    assert!(error.to_string().starts_with("--kernel-series: '6.x' is not a kernel series"), "{error}");
}

#[test]
fn versions_without_sources() {
    let standing = |version: &str| select_in(Path::new("/"), &[("KERNELVERSION", version)]).standing;
    assert_eq!(standing("6.12.9"), Standing::Compared);
    assert_eq!(standing("7.3.99"), Standing::Compared);
    assert_eq!(standing("6.8.1"), Standing::Between { version: "6.8.1".into() });
    for outside in ["5.9.12", "4.19.300", "7.4", "8.0.1"] {
        let selection = select_in(Path::new("/"), &[("KERNELVERSION", outside)]);
        assert_eq!(selection.standing, Standing::Outside { version: outside.into() });
        assert!(selection.refusal().is_some_and(|line| line.contains("POSTLINK_SERIES=")));
        let forced = select_in(Path::new("/"), &[("KERNELVERSION", outside), ("POSTLINK_SERIES", "6.18.2")]);
        assert_eq!((forced.refusal(), forced.notice(), forced.point.version), (None, None, "6.18.2"));
    }
}

#[test]
fn a_tree_of_headers_only_is_decided_by_its_number() {
    let makefile = "# SPDX\nVERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 7\nEXTRAVERSION =\n";
    let dir = Scratch::new("headers", &[("Makefile", makefile), ("arch/x86/include/asm/orc_types.h", "")]);
    let root = dir.0.to_str().expect("plain");
    let found = series_in(Path::new("/"), &[("srctree", root)]);
    assert_eq!(found, (Series::V6_1, ChosenBy::Makefile("6.1.7".into())));
    let found = series_in(Path::new("/"), &[("srctree", root), ("KERNELVERSION", "6.12.7")]);
    assert_eq!(found, (Series::V6_12, ChosenBy::KernelVersion("6.12.7".into())));
}
