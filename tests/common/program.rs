// SPDX-License-Identifier: GPL-2.0-only

//! Runs of our programs in a folder of their own, in an environment that says nothing but what the test says.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;

/// Files by name; folders stand before a slash.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A run that is being prepared.
pub struct Program {
    command: Command,
    folder: TempDir,
}

/// What a run said, and the folder as it left it.
pub struct Ran {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// The exit status; `None` if a signal ended it.
    pub status: Option<i32>,
    folder: TempDir,
}

impl Program {
    /// `objtool` for a kernel release.
    pub fn objtool(release: &str) -> Self {
        // Some lines repeat the name that it was called by.
        Self::new(env!("CARGO_BIN_EXE_objtool"), "objtool").env("POSTLINK_SERIES", release)
    }

    /// `modpost` for a kernel release.
    pub fn modpost(release: &str) -> Self {
        Self::new(env!("CARGO_BIN_EXE_modpost"), "modpost").env("POSTLINK_SERIES", release)
    }

    /// `postlink`.
    pub fn postlink() -> Self {
        Self::new(env!("CARGO_BIN_EXE_postlink"), "postlink")
    }

    /// Another program that runs ours, such as a shell.
    pub fn other(program: &str) -> Self {
        Self::new(program, program)
    }

    fn new(program: &str, name: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut command = Command::new(program);
        command.arg0(name).current_dir(folder.path()).env_clear().env("LC_ALL", "C").stdin(Stdio::null());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        Self { command, folder }
    }

    /// Arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// A variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// A file in the folder.
    pub fn file(self, name: &str, content: &[u8]) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The files in the folder.
    pub fn files(&self) -> Files {
        files_below(self.folder.path(), "")
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Ran {
        let done = self.command.output().unwrap_or_else(|error| panic!("{:?}: {error}", self.command.get_program()));
        Ran { stdout: done.stdout, stderr: done.stderr, status: done.status.code(), folder: self.folder }
    }
}

impl Ran {
    /// A file that it left.
    pub fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The files in the folder.
    pub fn files(&self) -> Files {
        files_below(self.folder.path(), "")
    }

    /// Standard error as text.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// The files below a folder, by name.
fn files_below(folder: &Path, prefix: &str) -> Files {
    let mut files = Files::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            files.extend(files_below(&path, &format!("{name}/")));
        } else {
            files.insert(name, fs::read(path).expect("a file"));
        }
    }
    files
}
