// SPDX-License-Identifier: GPL-2.0-only

//! What lies below a folder, however deep within reason, without following links.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Folders in folders that are looked into.
const MAX_DEPTH: usize = 16;

/// Endings of modules, packed or not.
const MODULES: [&str; 4] = [".ko", ".ko.xz", ".ko.gz", ".ko.zst"];

/// Modules below a folder, relative to it, in the order of their names.
pub fn modules(root: &Path) -> Vec<String> {
    let mut names = BTreeSet::new();
    let mut stack = vec![(root.to_owned(), 0)];
    while let Some((dir, depth)) = stack.pop() {
        let Ok(entries) = fs::read_dir(&dir) else { continue };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            if kind.is_dir() && depth < MAX_DEPTH {
                stack.push((path, depth + 1));
            } else if let Ok(inside) = path.strip_prefix(root) {
                let name = inside.to_string_lossy().into_owned();
                if MODULES.iter().any(|ending| name.ends_with(ending)) {
                    names.insert(name);
                }
            }
        }
    }
    names.into_iter().collect()
}

/// Folders in a folder, in the order of their names.
pub fn folders(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
    folders.sort();
    folders
}
