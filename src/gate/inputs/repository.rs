// SPDX-License-Identifier: GPL-2.0-only

//! Places in the source as readers find them: relative to the repository that they work in.

use std::env;
use std::fs;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use crate::gate::error::GateError;

/// The folder that places are told relative to: as asked for, else the repository that the working directory is in.
pub fn root(asked: Option<&Path>) -> Result<Option<PathBuf>, GateError> {
    if let Some(asked) = asked {
        let fail = |error| GateError(format!("{}: {error}", asked.display()));
        return fs::canonicalize(asked).map(Some).map_err(fail);
    }
    let dir = env::current_dir().ok();
    Ok(dir.and_then(|dir| dir.ancestors().find(|dir| dir.join(".git").exists()).map(Path::to_owned)))
}

/// A file of debug information as it is told: relative to `root` if it lies there, else to the `tree` that was compiled.
pub fn told(file: &Path, tree: Option<&Path>, root: Option<&Path>) -> PathBuf {
    let whole = match tree {
        Some(tree) if file.is_relative() => plain(&tree.join(file)),
        _ if file.is_absolute() => plain(file),
        _ => return file.to_owned(),
    };
    let inside = |dir: Option<&Path>| dir.and_then(|dir| whole.strip_prefix(dir).ok()).map(Path::to_owned);
    inside(root).or_else(|| inside(tree)).unwrap_or_else(|| file.to_owned())
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_from_where_readers_are() {
        let told = |file: &str, tree: Option<&str>, root: Option<&str>| {
            super::told(Path::new(file), tree.map(Path::new), root.map(Path::new)).display().to_string()
        };
        // The tree is the repository, is in it, or is elsewhere.
        assert_eq!(told("fs/a.c", Some("/linux"), Some("/linux")), "fs/a.c");
        assert_eq!(told("fs/a.c", Some("/ci/linux"), Some("/ci")), "linux/fs/a.c");
        assert_eq!(told("/ci/linux/fs/a.c", Some("/ci/linux"), Some("/ci")), "linux/fs/a.c");
        assert_eq!(told("/linux/fs/a.c", Some("/linux"), Some("/home")), "fs/a.c");
        assert_eq!(told("../linux/fs/a.c", Some("/ci/build"), Some("/ci")), "linux/fs/a.c");
        // Nothing is known, or it is of neither.
        assert_eq!(told("fs/a.c", None, Some("/ci")), "fs/a.c");
        assert_eq!(told("/usr/include/x.h", Some("/linux"), None), "/usr/include/x.h");
    }
}
