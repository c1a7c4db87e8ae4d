// SPDX-License-Identifier: GPL-2.0-only

//! `CONTRIBUTING.md` names files, tables, tests and commands that are there.

mod common;

use std::fs;

/// What stands in code font on the page.
fn spans(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// A path without what is only an example: capital letters stand for any name.
fn known_part(span: &str) -> Option<&str> {
    let path = span.split(' ').next()?;
    let top = ["src/", "tests/", "testdata/", "scripts/"].iter().any(|folder| path.starts_with(folder));
    let is_name = |part: &str| !part.starts_with(|c: char| c.is_ascii_uppercase());
    let known = path.split('/').take_while(|part| is_name(part)).map(str::len).map(|len| len + 1).sum::<usize>();
    (top || path.ends_with(".md")).then(|| if path.ends_with(".md") { path } else { &path[..known - 1] })
}

#[test]
fn the_page_names_what_is_there() {
    let text = fs::read_to_string(common::root().join("CONTRIBUTING.md")).expect("the page");
    let (mut n_paths, mut n_tables) = (0, 0);
    for path in spans(&text).into_iter().filter_map(known_part) {
        n_paths += 1;
        assert!(common::root().join(path).exists(), "CONTRIBUTING.md names {path}, which is not there");
    }
    // `NAME` in `PATH`.
    let parts: Vec<&str> = text.split('`').collect();
    for window in parts.windows(4).skip(1).step_by(2) {
        let [name, between, path, _] = window else { unreachable!("four of them") };
        if between.split_whitespace().collect::<Vec<_>>() != ["in"] || known_part(path).is_none() {
            continue;
        }
        n_tables += 1;
        let source = fs::read_to_string(common::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let declares = ["fn ", "struct ", "enum ", "static ", "const ", "macro_rules! "]
            .iter()
            .any(|kind| source.split(kind).skip(1).any(|rest| is_whole(rest, name)));
        assert!(declares, "CONTRIBUTING.md says that {path} has {name}");
    }
    assert!(n_paths > 25 && n_tables > 8, "only {n_paths} paths and {n_tables} names are seen");
}

/// Whether a name stands at the start of a text as a whole word.
fn is_whole(text: &str, name: &str) -> bool {
    text.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[test]
fn the_page_names_commands_that_work() {
    let text = fs::read_to_string(common::root().join("CONTRIBUTING.md")).expect("the page");
    let makefile = fs::read_to_string(common::root().join("Makefile")).expect("the Makefile");
    let commands = text.lines().filter_map(|line| line.strip_prefix("    ")).chain(spans(&text));
    let targets: Vec<&str> = commands.filter_map(|line| line.strip_prefix("make ")?.split(' ').next()).collect();
    assert!(targets.len() >= 3, "{targets:?}");
    for target in targets {
        assert!(makefile.contains(&format!("\n{target}:")), "no target {target}");
    }
    for test in text.split("cargo test --test ").skip(1).filter_map(|rest| rest.split(['`', '\n']).next()) {
        assert!(common::root().join(format!("tests/{test}.rs")).exists(), "no test {test}");
    }
    let help = fs::read_to_string(common::root().join("scripts/parity/fixtures")).expect("the script");
    let options = ["--update", "--accept-differences", "--release"];
    assert!(options.iter().all(|option| text.contains(option) && help.contains(&format!("\"{option}\""))));
}

#[test]
fn the_page_is_found() {
    let readme = fs::read_to_string(common::root().join("README.md")).expect("the README");
    assert!(readme.contains("CONTRIBUTING.md"), "README.md does not lead to CONTRIBUTING.md");
}
