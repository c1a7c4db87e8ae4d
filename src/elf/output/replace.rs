// SPDX-License-Identifier: GPL-2.0-only

//! Putting new content in a file's place.

use super::Left;
use super::WriteError;
use std::fs;
use std::fs::File;
use std::fs::Metadata;
use std::fs::OpenOptions;
use std::fs::Permissions;
use std::io;
use std::io::Seek;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::fchown;
use std::path::Path;
use std::path::PathBuf;
use tempfile::NamedTempFile;

/// What to put into a file. It may have to be written more than once.
pub trait Content {
    /// Writes all of it to a file that stands at its start, and leaves the file standing behind it.
    fn write_to(&self, file: &mut File) -> io::Result<()>;
}

/// Pieces one after another.
impl Content for [&[u8]] {
    fn write_to(&self, file: &mut File) -> io::Result<()> {
        let mut out = Joined::in_order(file);
        self.iter().try_for_each(|chunk| out.add(chunk))?;
        out.finish()
    }
}

/// Replaces the file at `path` (through symbolic links), or makes it, with this content.
///
/// A file that may not be written is not replaced, although its folder may allow it.
pub fn replace(path: &Path, content: &(impl Content + ?Sized)) -> Result<(), WriteError> {
    let fail = |left| move |source| WriteError { path: path.to_owned(), source, left };
    let target = resolve(path);
    let old = match OpenOptions::new().write(true).open(&target) {
        Ok(file) => Some(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(fail(Left::AsItWas)(error)),
    };
    let Some(mut old) = old else {
        return create(&target, content).map_err(fail(Left::AsItWas));
    };
    let metadata = old.metadata().map_err(fail(Left::AsItWas))?;
    if !metadata.is_file() {
        return content.write_to(&mut old).map_err(fail(Left::AsItWas));
    }
    match rename_over(&target, &metadata, content).map_err(fail(Left::AsItWas))? {
        Renamed::Done => Ok(()),
        Renamed::Impossible => {
            in_place(&target, old, content).map_err(|(source, left)| WriteError { path: path.to_owned(), source, left })
        }
    }
}

enum Renamed {
    Done,
    /// Nothing happened, and it never will this way.
    Impossible,
}

fn rename_over(target: &Path, old: &Metadata, content: &(impl Content + ?Sized)) -> io::Result<Renamed> {
    let mut new = match beside(target) {
        Ok(new) => new,
        Err(error) if is_impossible(&error) => return Ok(Renamed::Impossible),
        Err(error) => return Err(error),
    };
    content.write_to(new.as_file_mut())?;
    let made = new.as_file().metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) {
        // Only root may give a file away; for anybody else the new owner is the one who ran the build.
        let _ = fchown(new.as_file(), Some(old.uid()), Some(old.gid()));
    }
    new.as_file().set_permissions(Permissions::from_mode(old.mode() & 0o7777))?;
    match new.persist(target) {
        Ok(_) => Ok(Renamed::Done),
        Err(failed) if is_impossible(&failed.error) => Ok(Renamed::Impossible),
        Err(failed) => Err(failed.error),
    }
}

/// Makes a file that is not there yet, with the mode every new file gets.
fn create(target: &Path, content: &(impl Content + ?Sized)) -> io::Result<()> {
    let mut new = beside(target)?;
    content.write_to(new.as_file_mut())?;
    new.persist(target)?;
    Ok(())
}

/// A temporary file in the target's folder. kbuild ignores and cleans names that start like this.
fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    tempfile::Builder::new().prefix(".tmp_postlink.").permissions(Permissions::from_mode(0o666)).tempfile_in(folder)
}

/// Errors that say that the way is barred, not that the disk is full or broken.
fn is_impossible(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::ResourceBusy
            | io::ErrorKind::CrossesDevices
    )
}

/// Writes over the old content, and puts that back if it fails.
fn in_place(target: &Path, mut file: File, content: &(impl Content + ?Sized)) -> Result<(), (io::Error, Left)> {
    let old = fs::read(target).map_err(|error| (error, Left::AsItWas))?;
    let Err(error) = overwrite(&mut file, content) else { return Ok(()) };
    match overwrite(&mut file, &[&*old][..]) {
        Ok(()) => Err((error, Left::AsItWas)),
        Err(_) => Err((error, Left::Damaged)),
    }
}

fn overwrite(file: &mut File, content: &(impl Content + ?Sized)) -> io::Result<()> {
    file.rewind()?;
    content.write_to(file)?;
    let length = file.stream_position()?;
    file.set_len(length)
}

/// Bytes that are written at once, at least, and joined for it.
const JOINED: usize = 256 << 10;

/// Writes pieces. Small ones are joined: a changed object is hundreds of thousands of them, and a list of so many costs
/// the kernel more than it takes to copy them together.
pub struct Joined<'f> {
    file: &'f File,
    /// Where the next bytes go; `None` for where the file stands.
    place: Option<u64>,
    bytes: Vec<u8>,
}

impl<'f> Joined<'f> {
    /// Writes where the file stands.
    pub fn in_order(file: &'f File) -> Self {
        Self { file, place: None, bytes: Vec::new() }
    }

    /// Writes from `place` on, while others may write elsewhere.
    pub fn at(file: &'f File, place: u64) -> Self {
        Self { file, place: Some(place), bytes: Vec::new() }
    }

    /// Adds a piece.
    #[inline]
    pub fn add(&mut self, chunk: &[u8]) -> io::Result<()> {
        if self.bytes.len() + chunk.len() > JOINED {
            self.flush()?;
        }
        if chunk.len() > JOINED {
            return write(self.file, &mut self.place, chunk);
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// Writes what is left.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        write(self.file, &mut self.place, &self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

fn write(mut file: &File, place: &mut Option<u64>, bytes: &[u8]) -> io::Result<()> {
    let Some(place) = place else { return file.write_all(bytes) };
    file.write_all_at(bytes, *place)?;
    *place += bytes.len() as u64;
    Ok(())
}

/// Where symbolic links lead, also if nothing is there yet.
fn resolve(path: &Path) -> PathBuf {
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(link) = fs::read_link(&target) else { return target };
        target = match target.parent() {
            Some(folder) => folder.join(link),
            None => link,
        };
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn mode_is_kept_and_nothing_is_left_over() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("x.o");
        fs::write(&path, "old").expect("written");
        fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("its mode is ours");
        replace(&path, &[&b"ne"[..], &b""[..], &b"w"[..]][..]).expect("replaced");
        assert_eq!(fs::read(&path).expect("there"), b"new");
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o7777, 0o640);
        assert_eq!(names(dir.path()), ["x.o"]);
    }

    #[test]
    fn links_lead_to_the_target_even_if_it_is_not_there() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        fs::create_dir(at("sub")).expect("made");
        symlink("second", at("first")).expect("linked");
        symlink("sub/x.o", at("second")).expect("linked");
        replace(&at("first"), &[&b"a"[..]][..]).expect("made");
        replace(&at("first"), &[&b"b"[..]][..]).expect("replaced");
        assert_eq!(fs::read(at("sub/x.o")).expect("there"), b"b");
        assert!(at("first").is_symlink() && at("second").is_symlink());
        assert_eq!(names(dir.path()), ["first", "second", "sub"]);
    }

    #[test]
    fn other_hard_links_keep_the_old_content() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        fs::write(at("x.o"), "old").expect("written");
        fs::hard_link(at("x.o"), at("cached")).expect("linked");
        replace(&at("x.o"), &[&b"new"[..]][..]).expect("replaced");
        assert_eq!(fs::read(at("cached")).expect("there"), b"old");
    }

    #[test]
    fn more_chunks_than_one_call_takes() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("x.o");
        let content: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        let chunks: Vec<&[u8]> = content.chunks(4).collect();
        replace(&path, &chunks[..]).expect("made");
        assert_eq!(fs::read(&path).expect("there"), content);
    }

    #[test]
    fn a_device_is_written_to() {
        replace(Path::new("/dev/null"), &[&b"x"[..]][..]).expect("it takes anything");
        let full = replace(Path::new("/dev/full"), &[&b"x"[..]][..]).expect_err("it takes nothing");
        assert_eq!(full.to_string(), "/dev/full: cannot be written: No space left on device; it is left as it was");
    }

    #[test]
    fn a_folder_is_no_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let error = replace(dir.path(), &[&b"x"[..]][..]).expect_err("a folder");
        assert!(error.to_string().contains("cannot be written: Is a directory"), "{error}");
        let error = replace(&dir.path().join("no/x.o"), &[&b"x"[..]][..]).expect_err("no folder");
        assert!(error.to_string().contains("No such file or directory"), "{error}");
    }

    #[test]
    fn in_place_shortens_and_restores() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("x.o");
        fs::write(&path, "a longer text").expect("written");
        let open = |write| OpenOptions::new().read(true).write(write).open(&path).expect("there");
        in_place(&path, open(true), &[&b"short"[..]][..]).expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"short");
        let (_, left) = in_place(&path, open(false), &[&b"x"[..]][..]).expect_err("not open for writing");
        assert_eq!(left, Left::Damaged);
        assert_eq!(fs::read(&path).expect("there"), b"short");
    }
}
