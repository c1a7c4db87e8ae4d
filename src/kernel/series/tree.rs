// SPDX-License-Identifier: GPL-2.0-only

//! The kernel source tree that kbuild's environment names.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use crate::kernel::names::is_name;

/// What is read of a tree are headers of a few kilobytes; a larger file is none of them.
const LONGEST: u64 = 64 * 1024;

/// A folder that looks like a kernel's source or header tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The tree at `root`; `None` if there is none.
    pub fn open(root: &Path) -> Option<Self> {
        let tree = Self { root: root.to_owned() };
        (!root.as_os_str().is_empty() && tree.root.is_dir()).then_some(tree)
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The whole path of `file` in the tree.
    pub fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    /// The version that its `Makefile` begins with, or `None` if there is none.
    pub fn version(&self) -> Option<String> {
        let text = self.read_start("Makefile").or_else(|| self.read_start("VERSION"))?;
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='))?;
            let value = line.trim();
            value.bytes().all(|byte| byte.is_ascii_graphic()).then(|| value.to_owned())
        };
        let numbers = [value("VERSION")?, value("PATCHLEVEL")?, value("SUBLEVEL").unwrap_or_else(|| "0".to_owned())];
        Some(numbers.join(".") + &value("EXTRAVERSION").unwrap_or_default())
    }

    /// The text of a small file; `None` if it is absent, unreadable, not text, or absurdly large.
    pub fn read(&self, file: &str) -> Option<String> {
        let path = self.path(file);
        let known = fs::metadata(&path).ok()?;
        if known.is_file() && known.len() <= LONGEST { fs::read_to_string(&path).ok() } else { None }
    }

    /// The first lines of a file that may be larger.
    fn read_start(&self, file: &str) -> Option<String> {
        let path = self.path(file);
        let mut start = Vec::new();
        if fs::metadata(&path).ok()?.is_file() {
            fs::File::open(&path).ok()?.take(512).read_to_end(&mut start).ok()?;
        }
        Some(String::from_utf8_lossy(&start).into_owned())
    }

    /// The functions the tree lists as never returning, in its order.
    ///
    /// `None` if it has no such list; trees before 6.5 have it inside objtool's source. Upstream: `noreturns.h`.
    pub fn noreturns(&self) -> Option<Vec<String>> {
        noreturns(&self.read("tools/objtool/noreturns.h")?)
    }
}

/// The functions that a text lists as never returning; `None` if there is none.
pub fn noreturns(text: &str) -> Option<Vec<String>> {
    let names: Vec<String> = text.lines().filter_map(noreturn).map(str::to_owned).collect();
    (!names.is_empty()).then_some(names)
}

/// The name in a line `NORETURN(name)`.
fn noreturn(line: &str) -> Option<&str> {
    let (name, _) = line.trim_start().strip_prefix("NORETURN(")?.split_once(')')?;
    Some(name.trim()).filter(|name| is_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_and_the_rest_is_not() {
        assert_eq!(noreturn("NORETURN(__stack_chk_fail)"), Some("__stack_chk_fail"));
        assert_eq!(noreturn("  NORETURN( panic ) /* why */"), Some("panic"));
        for line in ["/* NORETURN(x) */", "NORETURN()", "NORETURN(x", "NORETURN(a b)", "#define NORETURN(func) x", ""] {
            assert_eq!(noreturn(line), None, "{line}");
        }
    }

    #[test]
    fn absurd_files_are_no_list() {
        let dir = std::env::temp_dir().join(format!("postlink-tree-{}", std::process::id()));
        let folder = dir.join("tools/objtool");
        fs::create_dir_all(&folder).expect("a folder can be made");
        let tree = Tree::open(&dir).expect("the folder exists");
        let file = folder.join("noreturns.h");
        assert_eq!(tree.noreturns(), None);
        for text in [b"".to_vec(), b"NORETURN(a)\xff\n".to_vec(), b"NORETURN(a)\n".repeat(10_000)] {
            fs::write(&file, text).expect("a file can be written");
            assert_eq!(tree.noreturns(), None);
        }
        fs::write(&file, "/* x */\nNORETURN(a)\nNORETURN(b)\n").expect("a file can be written");
        assert_eq!(tree.noreturns(), Some(vec!["a".to_owned(), "b".to_owned()]));
        fs::remove_file(&file).expect("it is there");
        fs::create_dir(&file).expect("a folder can be made");
        assert_eq!(tree.noreturns(), None);
        fs::remove_dir_all(&dir).expect("it is there");
    }
}
