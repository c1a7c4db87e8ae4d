// SPDX-License-Identifier: GPL-2.0-only

//! The whole copies the original makes: `--output` and `--backup`.

use super::reason;
use std::fmt;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;

/// A copy that failed. `Display` is the original's sentence where it has one.
#[derive(Debug)]
pub struct CopyError {
    path: PathBuf,
    step: &'static str,
    source: io::Error,
}

/// Copies a file with its mode. The target is written in place, as nothing of it is kept anyway.
///
/// Upstream: `copy_file()` of 7.3.
pub fn copy(from: &Path, to: &Path) -> Result<(), CopyError> {
    let fail = |path: &Path, step| {
        let path = path.to_owned();
        move |source| CopyError { path, step, source }
    };
    let mut source = File::open(from).map_err(fail(from, "can't open {} for reading"))?;
    let mut target = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o400)
        .open(to)
        .map_err(fail(to, "can't open {} for writing"))?;
    let permissions = source.metadata().map_err(fail(from, "can't read the mode of {}"))?.permissions();
    target.set_permissions(permissions).map_err(fail(to, "can't set the mode of {}"))?;
    io::copy(&mut source, &mut target).map_err(fail(to, "can't write {}"))?;
    Ok(())
}

impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display().to_string();
        write!(f, "{}: {}", self.step.replace("{}", &path), reason(&self.source))
    }
}

impl std::error::Error for CopyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn mode_and_content_are_copied() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        fs::write(at("a.o"), "content").expect("written");
        fs::set_permissions(at("a.o"), Permissions::from_mode(0o754)).expect("its mode is ours");
        fs::write(at("b.o"), "something longer").expect("written");
        copy(&at("a.o"), &at("b.o")).expect("copied");
        assert_eq!(fs::read(at("b.o")).expect("there"), b"content");
        assert_eq!(fs::metadata(at("b.o")).expect("there").permissions().mode() & 0o7777, 0o754);
    }

    #[test]
    fn sentences_are_the_originals() {
        let gone = Path::new("/nonexistent/a.o");
        let error = copy(gone, Path::new("/dev/null")).expect_err("no such file");
        assert_eq!(error.to_string(), "can't open /nonexistent/a.o for reading: No such file or directory");
        let error = copy(Path::new("/dev/null"), gone).expect_err("no such folder");
        assert_eq!(error.to_string(), "can't open /nonexistent/a.o for writing: No such file or directory");
    }
}
