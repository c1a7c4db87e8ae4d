//! A module imports only from modules below its own.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The modules of the library, lowest first. `DESIGN.md` says what each is for.
const LAYERS: &[&str] = &[
    "elf", "output", "threads", "opts", "profile", "diag", "code", "cfi", "check", "annotate", "orc", "compare",
    "explain", "objtool", "modpost", "gate", "cli",
];

#[test]
fn modules_import_only_from_lower_layers() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut n_imports = 0;
    for file in rust_files(&src) {
        let inside = file.strip_prefix(&src).expect("it is in there");
        let own = inside.iter().next().expect("a file name").to_str().expect("plain").trim_end_matches(".rs");
        if own == "lib" || own == "bin" {
            continue;
        }
        let Some(rank) = layer(own) else {
            wrong.push(format!("src/{own} has no layer: give it one in tests/layers.rs and DESIGN.md"));
            continue;
        };
        let text = fs::read_to_string(&file).expect("a source file");
        for (line, used) in imports(&text) {
            n_imports += 1;
            match layer(&used) {
                Some(other) if other <= rank => {}
                Some(_) => wrong.push(format!("{}:{line}: {own} imports {used}, which is above it", inside.display())),
                None => wrong.push(format!("{}:{line}: crate::{used} is no layer", inside.display())),
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_imports > 5, "only {n_imports} imports found: this test no longer sees them");
}

#[test]
fn paths_through_the_crate_are_seen() {
    let text = "use crate::elf::ElfFile;\n// use crate::cli;\nfn f() -> crate::orc::X {}\nuse super::y;\n";
    assert_eq!(imports(text), [(1, "elf".to_owned()), (3, "orc".to_owned())]);
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == name)
}

/// The modules named after `crate::`, with their lines; comments do not count.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        for part in code.split("crate::").skip(1) {
            let name: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.push((at + 1, name));
        }
    }
    found
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
