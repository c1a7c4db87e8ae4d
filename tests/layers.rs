// SPDX-License-Identifier: GPL-2.0-only

//! A module imports only from modules below its own.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The rooms of the library, lowest first, and the parts of those in which the order matters. `DESIGN.md` says what each is for.
const LAYERS: &[&str] = &[
    "stdio",
    "elf",
    "contents",
    "kernel",
    "objtool::opts",
    "objtool::finding",
    "objtool::cfi",
    "objtool::code",
    "objtool::wording",
    "objtool::disas",
    "objtool::report",
    "objtool::listing",
    "objtool::check",
    "objtool::trace",
    "objtool::annotate",
    "objtool::orc",
    "objtool::options",
    "objtool",
    "arm64",
    "modpost",
    "gate::error",
    "gate::plain",
    "gate::finding",
    "gate::inputs",
    "gate::contents",
    "gate::tables",
    "gate::fresh",
    "gate::scan",
    "gate::object",
    "gate::image",
    "gate::facts",
    "gate::check",
    "gate::processed",
    "gate::checks",
    "gate::kinds",
    "gate::coverage",
    "gate::look",
    "gate::baseline",
    "gate::verdict",
    "gate::run",
    "gate::report",
    "gate::args",
    "gate",
    "cli",
];

/// Parts that do not know each other at all, in whatever order they stand above.
const STRANGERS: &[&str] = &["gate::tables", "gate::object", "gate::facts"];

/// Imports that break the rule.
const KNOWN: &[&str] = &[];

#[test]
fn modules_import_only_from_lower_layers() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut n_imports = 0;
    for file in rust_files(&src) {
        let inside = file.strip_prefix(&src).expect("it is in there").to_str().expect("plain");
        let own = inside.trim_end_matches(".rs").replace('/', "::");
        if own == "lib" || own.starts_with("bin::") {
            continue;
        }
        let Some(rank) = layer(&own) else {
            wrong.push(format!("{inside} has no layer: give it one in tests/layers.rs and DESIGN.md"));
            continue;
        };
        let text = fs::read_to_string(&file).expect("a source file");
        for used in imports(&own, &text) {
            n_imports += 1;
            let are_strangers = [&own, &used].map(|path| STRANGERS.iter().position(|part| is_in(path, part)));
            let are_strangers = matches!(are_strangers, [Some(one), Some(other)] if one != other);
            if are_strangers || layer(&used).is_none_or(|other| other > rank) {
                wrong.push(format!("{inside} imports {used}"));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert_eq!(wrong, KNOWN, "above its own layer, or in none");
    assert!(n_imports > 5, "only {n_imports} imports found: this test no longer sees them");
}

#[test]
fn paths_through_the_crate_are_seen() {
    let text = "use crate::elf::ElfFile;\n// use crate::cli;\nfn f() -> crate::orc::X {}\nuse super::y;\nuse super::super::z;\n\
                #[cfg(test)]\nmod tests {\n    use super::w;\n}\n";
    assert_eq!(imports("a::b::c", text), ["elf::ElfFile", "orc::X", "a::b::y", "a::z"]);
    assert!(
        layer("objtool::code::jumps") < layer("objtool::report::lines") && layer("kernel::Profile") < layer("objtool")
    );
    assert_eq!(layer("codec"), None);
}

/// Whether `part` is the module at `path`, or holds it.
fn is_in(path: &str, part: &str) -> bool {
    path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The rank of the longest path in [`LAYERS`] that holds this one.
fn layer(path: &str) -> Option<usize> {
    let ranked = LAYERS.iter().enumerate().filter(|(_, layer)| is_in(path, layer));
    ranked.max_by_key(|(_, layer)| layer.len()).map(|(rank, _)| rank)
}

/// The paths behind `crate::` and `super::` in the module `own`; comments and its tests do not count.
fn imports(own: &str, text: &str) -> Vec<String> {
    let text = text.split("\nmod tests {").next().unwrap_or_default();
    let code = || text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let path =
        |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect::<String>();
    // Who may see something is no import.
    let uses = code().map(|line| line.replace("(in crate::", "(in "));
    let absolute = uses.flat_map(|line| line.split("crate::").skip(1).map(path).collect::<Vec<_>>());
    let starts = code().filter_map(|line| line.trim_start().strip_prefix("use super::"));
    let relative = starts.map(|rest| {
        let mut parents: Vec<&str> = own.split("::").collect();
        parents.pop();
        let mut rest = rest;
        while let Some(further) = rest.strip_prefix("super::") {
            parents.pop();
            rest = further;
        }
        parents.push(rest);
        path(&parents.join("::"))
    });
    absolute.chain(relative).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
