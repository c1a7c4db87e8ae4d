// SPDX-License-Identifier: GPL-2.0-only

//! The licence of the project stands in every source file, and everything that is linked into it may be.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

const OURS: &str = "SPDX-License-Identifier: GPL-2.0-only";

/// Files below a folder, but not what was built there.
fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_left_out = ["target", "corpus", "artifacts", "__pycache__"].iter().any(|name| path.ends_with(name));
        if path.is_dir() && !path.is_symlink() && !is_left_out {
            files_below(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

/// Whether a file is source code: by its name, or because the shell would run it.
fn is_source(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["rs", "py", "sh", "c", "cpp", "h", "html", "toml", "yml"].contains(&extension)
        || path.ends_with("Makefile")
        || fs::read(path).is_ok_and(|data| data.starts_with(b"#!"))
}

#[test]
fn every_source_file_says_its_licence() {
    let mut files = Vec::new();
    for folder in ["src", "arch", "tests", "scripts", "fuzz", "templates", ".ci"] {
        files_below(&common::root().join(folder), &mut files);
    }
    files.extend(
        ["Makefile", "build.rs", "deny.toml", "action.yml", "Cargo.toml"].map(|name| common::root().join(name)),
    );
    let mut n_files = 0;
    for path in files.iter().filter(|path| is_source(path)) {
        n_files += 1;
        let text = fs::read_to_string(path).expect("a text");
        assert!(text.lines().take(2).any(|line| line.contains(OURS)), "{} does not say: {OURS}", path.display());
    }
    assert!(n_files > 400, "only {n_files} are seen");
    // Test data is checked in as it was compiled, and its sources are counted; a file beside it speaks for it.
    let reuse = fs::read_to_string(common::root().join("REUSE.toml")).expect("it is there");
    assert!(reuse.contains("\"testdata/**\"") && reuse.contains("SPDX-License-Identifier = \"GPL-2.0-only\""));
}

/// The licences that `deny.toml` allows.
fn allowed() -> BTreeSet<String> {
    let text = fs::read_to_string(common::root().join("deny.toml")).expect("it is there");
    let (_, list) = text.split_once("\nallow = [\n").expect("a list of licences");
    let lines = list.lines().take_while(|line| *line != "]");
    lines.filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\",")).map(str::to_owned).collect()
}

/// Whether a licence expression can be met: `OR` (in old crates `/`) offers a choice, `AND` asks for both.
fn can_be_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = expression.split_whitespace().collect();
    let (is_met, rest) = either(&words, allowed);
    is_met && rest.is_empty()
}

fn either<'a>(words: &'a [&'a str], allowed: &BTreeSet<String>) -> (bool, &'a [&'a str]) {
    let (mut is_met, mut rest) = both(words, allowed);
    while let ["OR", after @ ..] = rest {
        let (other, next) = both(after, allowed);
        (is_met, rest) = (is_met || other, next);
    }
    (is_met, rest)
}

fn both<'a>(words: &'a [&'a str], allowed: &BTreeSet<String>) -> (bool, &'a [&'a str]) {
    let (mut is_met, mut rest) = one(words, allowed);
    while let ["AND", after @ ..] = rest {
        let (other, next) = one(after, allowed);
        (is_met, rest) = (is_met && other, next);
    }
    (is_met, rest)
}

fn one<'a>(words: &'a [&'a str], allowed: &BTreeSet<String>) -> (bool, &'a [&'a str]) {
    match words {
        ["(", inside @ ..] => {
            let (is_met, rest) = either(inside, allowed);
            (is_met && rest.first() == Some(&")"), rest.get(1..).unwrap_or_default())
        }
        [name, "WITH", exception, rest @ ..] => (allowed.contains(&format!("{name} WITH {exception}")), rest),
        [name, rest @ ..] => (allowed.contains(*name), rest),
        [] => (false, &[]),
    }
}

#[test]
fn expressions_are_understood() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Unicode-3.0".to_owned()]);
    for met in ["MIT", "MIT OR Apache-2.0", "Apache-2.0/MIT", "(MIT OR Apache-2.0) AND Unicode-3.0", "MIT AND MIT"] {
        assert!(can_be_met(met, &allowed), "{met}");
    }
    for refused in [
        "Apache-2.0",
        "",
        "MIT AND Apache-2.0",
        "(MIT OR Apache-2.0) AND OpenSSL",
        "MIT WITH some-exception",
        "(MIT",
        "MIT)",
        "AND MIT",
    ] {
        assert!(!can_be_met(refused, &allowed), "{refused}");
    }
}

#[test]
fn everything_that_is_linked_may_be() {
    let compiler = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let compiler = String::from_utf8(compiler.stdout).expect("text");
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: ")).expect("it says where it runs");
    let cargo = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--filter-platform",
            host,
            "--manifest-path",
        ])
        .arg(common::root().join("Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: Value = serde_json::from_slice(&cargo.stdout).expect("JSON");
    let allowed = allowed();
    assert!(allowed.len() > 2 && !allowed.contains("Apache-2.0"), "{allowed:?}");
    let packages = metadata["packages"].as_array().expect("a list");
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(can_be_met(licence, &allowed), "{name}: '{licence}' does not go with GPL-2.0-only (see deny.toml)");
        let source = package["source"].as_str();
        let is_registry = |source: &str| source == "registry+https://github.com/rust-lang/crates.io-index";
        assert!(source.is_none_or(is_registry), "{name} comes from {source:?}");
    }
    assert!(packages.len() > 30, "only {} packages are seen", packages.len());
}
