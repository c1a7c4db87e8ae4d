// SPDX-License-Identifier: GPL-2.0-only

//! The kernel that a folder's modules were built for.
//!
//! The folder of an external module has no configuration, no series and no list of the kernel's exports. Whose it takes is in
//! what kbuild recorded there: the dumps that `modpost` was given, and the folders that the compiler was shown. Up to 6.12
//! kbuild worked in the kernel's folder, so its own paths are relative to that, and those of the module are absolute.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::below;
use super::text;
use crate::contents::packed;
use crate::elf::ElfFile;
use crate::gate::error::GateError;

/// Recorded commands that are looked at; each of a folder names the same kernel.
const MAX_COMMANDS: usize = 16;

/// Modules that are asked for the release; the first one that can be read knows it.
const MAX_MODULES: usize = 4;

/// Where kernels that are installed have links to their build folders.
const INSTALLED: &str = "/lib/modules";

/// A kernel's build folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kernel {
    /// Where it is.
    pub dir: PathBuf,
    /// How it was found, in words.
    pub found_by: &'static str,
}

/// What kbuild has recorded in a folder.
#[derive(Debug, Default)]
pub struct Records {
    /// Names that the folder has or had: as given, resolved, and when it was built.
    roots: Vec<PathBuf>,
    /// kbuild worked in the kernel's folder.
    was_in_kernel: bool,
    /// Dumps of others that `modpost` read, as it was given them.
    dumps: Vec<PathBuf>,
    /// `modpost`'s call is recorded.
    pub has_modpost: bool,
    /// Words of recorded compilations that name folders.
    named: Vec<PathBuf>,
    /// First word of the `vermagic` of a module.
    release: Option<String>,
}

/// Whether this is the output folder of a kernel build.
pub fn is_build(dir: &Path) -> bool {
    dir.join("include/config/auto.conf").is_file()
}

/// Whether this tells what a kernel exports, at least; an external module's dump does not.
fn has_exports(dir: &Path) -> bool {
    text::read(&dir.join("Module.symvers")).is_some_and(|text| text.contains("\tvmlinux\t"))
}

/// The kernel for a folder: as asked for, else the folder itself, else what is recorded in it.
pub fn find(root: &Path, asked: Option<&Path>, records: &Records) -> Result<Option<Kernel>, GateError> {
    let kernel = |dir: &Path, found_by| Some(Kernel { dir: dir.to_owned(), found_by });
    if let Some(dir) = asked {
        return match is_build(dir) || has_exports(dir) {
            true => Ok(kernel(dir, "--kernel")),
            false => {
                let what = "no build folder of a kernel: neither include/config/auto.conf nor a Module.symvers with its exports is there";
                Err(GateError(format!("{}: {what}", dir.display())))
            }
        };
    }
    if is_build(root) {
        return Ok(kernel(root, "it is the folder itself"));
    }
    // As `lib/modules/RELEASE` has it.
    let link = root.join("build");
    if is_build(&link) {
        return Ok(kernel(&link, "the folder's link 'build' leads to it"));
    }
    let dumps = records.dumps.iter().filter_map(|dump| dump.parent());
    if let Some(dir) = dumps.into_iter().find(|dir| dir.is_absolute() && is_build(dir)) {
        return Ok(kernel(dir, "modpost read its dump"));
    }
    if let Some(dir) = records.named.iter().find(|dir| is_build(dir)) {
        return Ok(kernel(dir, "recorded commands name it"));
    }
    if let Some(dir) = records.beside_sources() {
        return Ok(kernel(&dir, "its Makefile names the sources that recorded commands name"));
    }
    let installed = records.release.as_ref().map(|release| Path::new(INSTALLED).join(release).join("build"));
    Ok(installed.filter(|dir| is_build(dir)).and_then(|dir| kernel(&dir, "the modules' vermagic names it")))
}

impl Records {
    /// Reads what there is in a folder; `order` are the lines of its `modules.order`.
    pub fn read(root: &Path, order: &[String]) -> Self {
        let mut records = Self { roots: vec![root.to_owned()], ..Self::default() };
        records.roots.extend(fs::canonicalize(root));
        let built_in = built_in(root);
        records.was_in_kernel = built_in.is_some();
        records.roots.extend(built_in);
        records.read_modpost(root);
        let folders: BTreeSet<PathBuf> = order
            .iter()
            .filter_map(|line| Some(root.join(Path::new(&records.relative(line)).parent()?)))
            .chain([root.to_owned()])
            .collect();
        let listed = |suffix: &'static str| folders.iter().flat_map(move |folder| files_in(folder, suffix));
        let commands = listed(".o.cmd").take(MAX_COMMANDS).filter_map(|path| text::read(&path));
        for command in commands {
            // The first line is the command; the others list every header.
            records.named.extend(command.lines().next().into_iter().flat_map(folders_named));
        }
        let modules = [".ko", ".ko.xz", ".ko.zst", ".ko.gz"].into_iter().flat_map(listed);
        records.release = modules.take(MAX_MODULES).find_map(|path| release_of(&path));
        if records.release.is_none() && !is_build(root) {
            let modules = below::modules(root).into_iter().map(|name| root.join(name));
            records.release = modules.take(MAX_MODULES).find_map(|path| release_of(&path));
        }
        records
    }

    /// First word of the `vermagic` of a module, such as `6.12.117-amd64`.
    pub fn release(&self) -> Option<&str> {
        self.release.as_deref()
    }

    /// Dumps of others that `modpost` read; the kernel's if that is not recorded.
    pub fn dumps(&self, root: &Path, kernel: Option<&Path>) -> Vec<PathBuf> {
        if !self.has_modpost {
            return kernel.map(|kernel| kernel.join("Module.symvers")).into_iter().collect();
        }
        let base = if self.was_in_kernel { kernel } else { Some(root) };
        let known = |dump: &PathBuf| if dump.is_absolute() { Some(dump.clone()) } else { Some(base?.join(dump)) };
        self.dumps.iter().filter_map(known).collect()
    }

    /// The name of a file of the folder, relative to it, from any of the ways in which it may have been recorded.
    pub fn relative(&self, name: &str) -> String {
        let path = Path::new(name);
        let inside = self.roots.iter().filter(|root| root.is_absolute()).find_map(|root| path.strip_prefix(root).ok());
        let name = inside.unwrap_or(path).to_string_lossy();
        name.strip_prefix("./").unwrap_or(&name).to_owned()
    }

    fn read_modpost(&mut self, root: &Path) {
        let Some(command) = text::read(&root.join(".Module.symvers.cmd")) else { return };
        self.has_modpost = true;
        let words: Vec<&str> = command.split_whitespace().collect();
        let pairs = words.windows(2).filter(|pair| pair.first() == Some(&"-i"));
        self.dumps = pairs.filter_map(|pair| pair.get(1)).map(PathBuf::from).collect();
    }

    /// A build folder beside the sources whose `Makefile` leads to them, as distributions install them. If there are
    /// several, for flavours of a kernel, the one of the modules' release.
    fn beside_sources(&self) -> Option<PathBuf> {
        let sources = self.named.iter().find(|dir| dir.join("scripts/mod").is_dir() || dir.join("Kbuild").is_file())?;
        let makefile = format!("include {}/Makefile", sources.display());
        let leads_there = |dir: &PathBuf| {
            let text = text::read(&dir.join("Makefile")).unwrap_or_default();
            is_build(dir) && text.lines().any(|line| line.trim() == makefile)
        };
        let entries = fs::read_dir(sources.parent()?).ok()?;
        let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(leads_there).collect();
        found.sort();
        let is_release = |dir: &&PathBuf| {
            let text = text::read(&dir.join("include/config/kernel.release"));
            text.is_some_and(|text| self.release.as_deref() == Some(text.trim()))
        };
        match found.as_slice() {
            [only] => Some(only.clone()),
            several => several.iter().find(is_release).cloned(),
        }
    }
}

/// The absolute name that a folder had when modules were built in it, by `savedcmd_/its/name/modules.order := …`.
fn built_in(root: &Path) -> Option<PathBuf> {
    let command = text::read(&root.join(".modules.order.cmd"))?;
    let (target, _) = command.split_once(" := ")?;
    let (_, target) = target.split_once("cmd_")?;
    let dir = target.strip_suffix("/modules.order")?;
    dir.starts_with('/').then(|| PathBuf::from(dir))
}

/// Folders that a recorded command names as the kernel's: what has `include`, and what has `objtool`.
fn folders_named(command: &str) -> impl Iterator<Item = PathBuf> + '_ {
    let words = command.split_whitespace();
    let folder = |word: &str| {
        let include = word.strip_prefix("-I").and_then(|dir| dir.strip_suffix("/include"));
        let dir = include.or_else(|| word.strip_suffix("/tools/objtool/objtool"))?;
        dir.starts_with('/').then(|| PathBuf::from(dir))
    };
    words.filter_map(folder)
}

/// Files of a folder whose names end so, in the order of their names.
fn files_in(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().ends_with(suffix));
    let mut paths: Vec<PathBuf> = paths.collect();
    paths.sort();
    paths
}

/// The kernel's release in a module's `vermagic`.
fn release_of(path: &Path) -> Option<String> {
    let data = packed::read(path).ok()?;
    let elf = ElfFile::parse(&data).ok()?;
    let modinfo = elf.sections.iter().find(|section| section.name == b".modinfo")?.data;
    let magic = modinfo.split(|byte| *byte == 0).find_map(|string| string.strip_prefix(b"vermagic="))?;
    let release = magic.split(|byte| *byte == b' ').next().unwrap_or_default();
    Some(String::from_utf8_lossy(release).into_owned()).filter(|release| !release.is_empty() && !release.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
            fs::write(path, text.replace("DIR", &dir.path().display().to_string())).expect("it can be written");
        }
        dir
    }

    fn found(dir: &Path) -> Option<(PathBuf, &'static str)> {
        let root = dir.join("mod");
        let order = text::lines(text::read(&root.join("modules.order")));
        let kernel = find(&root, None, &Records::read(&root, &order)).expect("nothing was asked for");
        kernel.map(|kernel| (kernel.dir, kernel.found_by))
    }

    const CONF: (&str, &str) = ("build/include/config/auto.conf", "CONFIG_X=y\n");

    #[test]
    fn a_dump_names_the_kernel() {
        let command = "savedcmd_Module.symvers := modpost -o Module.symvers -i DIR/build/Module.symvers -e\n";
        let dir = folder_with(&[CONF, ("mod/.Module.symvers.cmd", command)]);
        assert_eq!(found(dir.path()), Some((dir.path().join("build"), "modpost read its dump")));
    }

    #[test]
    fn commands_name_the_kernel() {
        for command in ["cc -IDIR/build/include -c x.c", "ld -r x.o ; DIR/build/tools/objtool/objtool --orc x.o"] {
            let dir = folder_with(&[
                CONF,
                ("mod/modules.order", "sub/x.o\n"),
                ("mod/sub/.x.o.cmd", &format!("savedcmd_sub/x.o := {command}\n")),
            ]);
            assert_eq!(found(dir.path()), Some((dir.path().join("build"), "recorded commands name it")));
        }
    }

    #[test]
    fn sources_lead_to_the_build_beside_them() {
        let command = "savedcmd_DIR/mod/x.o := cc -IDIR/common/include -I./include -c x.c\n";
        let dir = folder_with(&[
            CONF,
            ("build/Makefile", "include DIR/common/Makefile\n"),
            ("other/include/config/auto.conf", ""),
            ("common/Kbuild", ""),
            ("mod/.x.o.cmd", command),
        ]);
        let how = "its Makefile names the sources that recorded commands name";
        assert_eq!(found(dir.path()), Some((dir.path().join("build"), how)));
        // Two flavours, and no module to say which.
        fs::write(dir.path().join("other/Makefile"), format!("include {}/common/Makefile\n", dir.path().display()))
            .expect("it can be written");
        assert_eq!(found(dir.path()), None);
    }

    #[test]
    fn names_of_a_folder_that_was_moved() {
        let dir = folder_with(&[
            ("mod/.modules.order.cmd", "savedcmd_/old/place/modules.order := x\n"),
            ("mod/.Module.symvers.cmd", "savedcmd_/old/place/Module.symvers := modpost -i Module.symvers -e\n"),
        ]);
        let root = dir.path().join("mod");
        let records = Records::read(&root, &[]);
        assert_eq!(records.relative("/old/place/a/x.o"), "a/x.o");
        assert_eq!(records.relative("./a/x.o"), "a/x.o");
        assert_eq!(records.relative("/elsewhere/x.o"), "/elsewhere/x.o");
        // Up to 6.12 modpost ran in the kernel's folder.
        assert_eq!(records.dumps(&root, Some(Path::new("/k"))), [PathBuf::from("/k/Module.symvers")]);
        assert_eq!(records.dumps(&root, None), Vec::<PathBuf>::new());
    }

    #[test]
    fn what_is_asked_for_must_be_a_build() {
        let dir = folder_with(&[CONF]);
        let asked = |name: &str| find(dir.path(), Some(&dir.path().join(name)), &Records::default());
        assert!(asked("build").is_ok_and(|kernel| kernel.is_some_and(|kernel| kernel.found_by == "--kernel")));
        assert!(asked("mod").is_err_and(|error| error.to_string().contains("nor a Module.symvers")));
    }
}
