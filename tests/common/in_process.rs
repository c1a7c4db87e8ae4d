// SPDX-License-Identifier: GPL-2.0-only

//! Runs of `objtool` in the test's own process, which is quicker and can be told what name it was called by.

use std::ffi::OsString;
use std::fs;

use postlink::cli::run;
use postlink::cli::run::CalledAs;
use postlink::objtool::options::Exit;
use tempfile::TempDir;

/// What came of a run; texts are without the name of the folder.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: u8,
    /// The object afterwards.
    pub file: Vec<u8>,
}

/// Runs it for a kernel release on an object of this name and these bytes. Options are separated by blanks.
pub fn objtool(
    name: CalledAs,
    release: &str,
    (file, object): (&str, &[u8]),
    options: &str,
    environ: &[(&str, &str)],
) -> Ran {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join(file);
    fs::write(&path, object).expect("a copy");
    let mut argv: Vec<OsString> = vec!["objtool".into(), format!("--kernel-series={release}").into()];
    argv.extend(options.split_whitespace().map(OsString::from));
    argv.push(path.clone().into());
    let environ: Vec<(OsString, OsString)> = environ.iter().map(|(key, value)| (key.into(), value.into())).collect();
    let Exit { stdout, stderr, code } = run::objtool(argv, &environ, name);
    let prefix = format!("{}/", folder.path().display());
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace(&prefix, "");
    Ran { stdout: text(stdout), stderr: text(stderr), code, file: fs::read(&path).expect("the file") }
}
