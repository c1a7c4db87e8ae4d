//! Writing what was generated, if nothing has failed so far.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs;
use std::fs::OpenOptions;
use std::io;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::path::PathBuf;
use std::process;

use super::finding::Stop;
use super::report::Report;
use super::text::error_text;

/// Writes a file unless it has that text already.
///
/// Upstream: `write_if_changed()`.
pub fn write_if_changed(name: &[u8], text: &[u8], report: &Report) -> Result<(), Stop> {
    let path = Path::new(OsStr::from_bytes(name));
    let is_same_size = fs::metadata(path).is_ok_and(|meta| meta.len() == text.len() as u64);
    if is_same_size && fs::read(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    write(name, text, report)
}

/// Writes a file.
///
/// Upstream: `write_buf()`.
pub fn write(name: &[u8], text: &[u8], report: &Report) -> Result<(), Stop> {
    if report.has_failed() {
        return Ok(());
    }
    let path = Path::new(OsStr::from_bytes(name));
    replace(path, text).map_err(|error| Stop::File { file: name.into(), error: error_text(&error) })
}

/// Replaces a file at once, so that nobody ever finds half of it. What cannot be replaced is written in place.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = fs::metadata(&target).ok();
    if let Some(meta) = &old {
        // The original opens the file for writing, which may be forbidden.
        OpenOptions::new().write(true).open(&target)?;
        if !meta.is_file() {
            return fs::write(&target, text);
        }
    }
    let Some(temporary) = temporary_name(&target) else { return fs::write(&target, text) };
    let Ok(mut file) = OpenOptions::new().write(true).create_new(true).open(&temporary) else {
        return fs::write(&target, text);
    };
    let written = file
        .write_all(text)
        .and_then(|()| old.map_or(Ok(()), |meta| file.set_permissions(meta.permissions())))
        .and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A name beside `target` that nobody else uses.
fn temporary_name(target: &Path) -> Option<PathBuf> {
    let mut name = OsString::from(".");
    name.push(target.file_name()?);
    name.push(format!(".{}.tmp", process::id()));
    Some(target.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::replace;
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    #[test]
    fn files_are_replaced_and_special_ones_written() {
        let dir = std::env::temp_dir().join(format!("postlink-modpost-files-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let (file, link) = (dir.join("a"), dir.join("b"));
        replace(&file, b"old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("a", &link).unwrap();
        let before = fs::metadata(&file).unwrap().ino();
        replace(&link, b"new").unwrap();
        let after = fs::metadata(&file).unwrap();
        assert!(after.ino() != before && after.mode() & 0o777 == 0o640);
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 2);
        replace(Path::new("/dev/null"), b"x").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        assert!(replace(&dir.join("none/x"), b"").is_err());
        fs::remove_dir_all(&dir).unwrap();
    }
}
