// SPDX-License-Identifier: GPL-2.0-only

//! What is found in a build folder.
//!
//! Names only: objects are read later, one by one. What is not there is remembered, so that the report can say what could
//! therefore not be checked.

pub mod below;
pub mod commands;
pub mod compile;
pub mod config;
pub mod kernel;
mod members;
pub mod mod_c;
pub mod package;
pub mod repository;
pub mod rules;
pub mod symvers;
pub mod text;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use tempfile::TempDir;

use super::error::GateError;
use super::plain::plain;
use crate::kernel::series;
use crate::kernel::series::ChosenBy;
use crate::kernel::series::Selection;

pub use commands::RecordedCommand;
pub use config::Config;
pub use kernel::Kernel;
use kernel::Records;
pub use rules::Rules;
pub use symvers::SymversLine;

/// How far a file has come on its way to a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BuildStage {
    /// One translation unit, input of a link.
    Member,
    /// `foo.o`.
    Object,
    /// `foo.lto.o` (5.12 to 5.14).
    Lto,
    /// `foo.prelink.o` (5.15 to 5.18).
    Prelink,
    /// `foo.mod.o`, made from what `modpost` wrote.
    ModObject,
    /// `foo.ko`, compressed or not.
    Module,
    /// `vmlinux.o`.
    VmlinuxObject,
    /// A file that was named on the command line and is none of these.
    Other,
}

impl BuildStage {
    /// Whether this is a linked object: the kernel, or a whole module before its last link.
    pub fn is_linked(self) -> bool {
        matches!(self, Self::VmlinuxObject | Self::Object | Self::Lto | Self::Prelink | Self::Other)
    }
}

/// One object file to look at.
#[derive(Debug, Clone)]
pub struct ObjectFile {
    /// Where it is.
    pub path: PathBuf,
    /// How it is called in the report: relative to the folder.
    pub name: String,
    /// Its module, without suffix; `vmlinux` for the kernel and its members.
    pub subject: String,
    /// What it is.
    pub stage: BuildStage,
    /// How it was made, if that is recorded.
    pub command: Option<RecordedCommand>,
    /// Size in bytes, to begin with the largest.
    pub size: u64,
}

/// One module with its lists.
#[derive(Debug, Clone, Default)]
pub struct ModuleFiles {
    /// Path without suffix, relative to the folder.
    pub name: String,
    /// Names in the `.mod` file, or the inputs of the recorded link; empty if neither is there.
    pub members: Vec<String>,
    /// `foo.mod.c`, if it is there.
    pub mod_c: Option<PathBuf>,
}

/// A build folder.
#[derive(Debug)]
pub struct BuildFolder {
    /// The folder.
    pub root: PathBuf,
    /// How the folder, or what it was unpacked from, was named.
    pub name: String,
    /// The kernel's folder: the same, or another one for external modules; `None` if it is not known.
    pub kernel: Option<Kernel>,
    /// The source tree, without links: places in it are told relative to it.
    pub source: Option<PathBuf>,
    /// The folder that places in the source are told relative to, if what was compiled is in it.
    pub source_root: Option<PathBuf>,
    /// The kernel's release, if its folder says it.
    pub release: Option<String>,
    /// `include/config/auto.conf`.
    pub config: Config,
    /// Which series the kernel is of.
    pub selection: Selection,
    /// `ORC_HASH` of the kernel's headers.
    pub orc_hash: Option<Vec<u8>>,
    /// Modules in the order of `modules.order`.
    pub modules: Vec<ModuleFiles>,
    /// Lines of `modules.order`, as they are.
    pub order: Vec<String>,
    /// Members of `vmlinux.o` by `.vmlinux.objs`, before 5.19 by the archives that its link read.
    pub vmlinux_members: Vec<String>,
    /// `Module.symvers`, if it is there.
    pub symvers: Option<Vec<SymversLine>>,
    /// `.tmp_initcalls.lds`, if it is there.
    pub initcalls_lds: Option<String>,
    /// `scripts/module.lds`, if it is there.
    pub module_lds: Option<String>,
    /// All objects, in a fixed order.
    pub objects: Vec<ObjectFile>,
    /// What was found, in words.
    pub found: Vec<String>,
    /// What was not found, and what could therefore not be checked.
    pub missing: Vec<String>,
    /// The module loader and `modpost` look at a whole folder; single objects have no world.
    pub is_folder: bool,
    /// Names of `objects`.
    names: BTreeSet<String>,
    /// What kbuild has recorded in the folder.
    records: Records,
    /// Folders into which packages were unpacked; they go with this.
    unpacked: Vec<TempDir>,
}

/// What the command line says about a folder.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// `--series`.
    pub series: Option<&'a str>,
    /// `--kernel`.
    pub kernel: Option<&'a Path>,
    /// `--source-root`.
    pub source_root: Option<&'a Path>,
}

impl BuildFolder {
    /// Looks around in `root`.
    pub fn of_folder(root: &Path, asked: &Asked<'_>) -> Result<Self, GateError> {
        if !root.is_dir() {
            return Err(GateError(format!("{}: no such folder", root.display())));
        }
        let mut inputs = Self::empty(root, asked)?;
        inputs.is_folder = true;
        inputs.find_modules();
        inputs.forget_exports_if_some_are_unknown();
        inputs.find_objects();
        if inputs.objects.is_empty() {
            let what = "neither vmlinux.o nor a module is there";
            return Err(GateError(format!("{}: {what}; name a kbuild output folder, or objects", root.display())));
        }
        inputs.tell();
        for line in inputs.found.iter_mut().chain(&mut inputs.missing) {
            *line = plain(line);
        }
        Ok(inputs)
    }

    /// Takes single objects; what lies around them is read where it is usual.
    pub fn of_files(files: &[PathBuf], asked: &Asked<'_>) -> Result<Self, GateError> {
        let root = build_root(files.first().and_then(|file| file.parent()).unwrap_or(Path::new("")));
        let mut inputs = Self::empty(&root, asked)?;
        for file in files {
            let fail = |what: &str| GateError(format!("{}: {what}", file.display()));
            let meta = fs::metadata(file).map_err(|error| fail(&error.to_string()))?;
            if meta.is_dir() {
                return Err(fail("a folder must be named alone"));
            }
            if !meta.is_file() {
                return Err(fail("not a regular file"));
            }
            let name = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().into_owned();
            let (subject, stage) = stage_of(&name);
            let command = RecordedCommand::read(&root, &name);
            inputs.objects.push(ObjectFile { path: file.clone(), name, subject, stage, command, size: meta.len() });
        }
        inputs.missing.push("single objects were named: what needs the whole build was not checked".to_owned());
        Ok(inputs)
    }

    /// Takes what packages hold, as the folder that they would be installed as.
    pub fn of_packages(packages: &[PathBuf], asked: &Asked<'_>) -> Result<Self, GateError> {
        let unpacked = package::unpack(packages)?;
        let names: Vec<String> = packages.iter().map(|package| package.display().to_string()).collect();
        let name = plain(&names.join(", "));
        let root = package::modules_root(unpacked.path());
        if below::modules(&root).is_empty() && !root.join("vmlinux.o").is_file() {
            return Err(GateError(format!("{name}: neither vmlinux.o nor a module is in there")));
        }
        let mut inputs = Self::of_folder(&root, asked)?;
        inputs.unpacked.push(unpacked);
        Ok(Self { name, ..inputs })
    }

    /// By which release's rules the build is judged.
    pub fn rules(&self) -> Rules {
        Rules::of(&self.selection, self.release.as_deref().or(self.records.release()))
    }

    /// Whether the folder is of modules for the kernel of another folder.
    pub fn is_external(&self) -> bool {
        self.kernel.as_ref().is_some_and(|kernel| kernel.dir != self.root)
    }

    /// How the kernel's folder is called: what is in a package, by its place there.
    fn kernel_name(&self, kernel: &Kernel) -> String {
        let inside = self.unpacked.iter().find_map(|dir| kernel.dir.strip_prefix(dir.path()).ok());
        plain(&inside.unwrap_or(&kernel.dir).display().to_string())
    }

    /// Whether a module's own link came after this file: `foo.o` is then bitcode or a list of it, `foo.lto.o` native.
    pub fn is_input_of_link(&self, file: &ObjectFile) -> bool {
        let is_linked = |stage: BuildStage| matches!(stage, BuildStage::Lto | BuildStage::Prelink);
        file.stage == BuildStage::Object
            && self.objects.iter().any(|other| other.subject == file.subject && is_linked(other.stage))
    }

    /// Whether a module is there both before and after its last link.
    pub fn has_before_and_after_link(&self, module: &str) -> bool {
        self.is_folder
            && [".ko", ".ko.xz", ".ko.gz", ".ko.zst"].iter().any(|suffix| self.has(module, suffix))
            && [".o", ".lto.o", ".prelink.o"].iter().any(|suffix| self.has(module, suffix))
    }

    /// Whether a module is there both packed and not.
    pub fn is_there_packed_and_plain(&self, module: &str) -> bool {
        self.has(module, ".ko") && [".ko.xz", ".ko.gz", ".ko.zst"].iter().any(|suffix| self.has(module, suffix))
    }

    fn has(&self, module: &str, suffix: &str) -> bool {
        self.names.contains(&format!("{module}{suffix}"))
    }

    fn empty(root: &Path, asked: &Asked<'_>) -> Result<Self, GateError> {
        let order = text::lines(text::read(&root.join("modules.order")));
        let records = Records::read(root, &order);
        let (mut asked_kernel, mut unpacked) = (asked.kernel.map(Path::to_owned), Vec::new());
        if let Some(file) = asked.kernel.filter(|path| package::is_package(path)) {
            let opened = package::unpack(&[file.to_owned()])?;
            let what = "no build folder of a kernel is in there: Module.symvers is missing";
            let found = package::kernel_root(opened.path());
            asked_kernel = Some(found.ok_or_else(|| GateError(format!("{}: {what}", file.display())))?);
            unpacked.push(opened);
        }
        let kernel = kernel::find(root, asked_kernel.as_deref(), &records)?;
        let dir = kernel.as_ref().map(|kernel| kernel.dir.as_path());
        // What the folder of an external module does not have itself is the kernel's.
        let of_kernel = |name: &str| text::read(&dir.unwrap_or(root).join(name));
        let config = Config::parse(&of_kernel("include/config/auto.conf").unwrap_or_default());
        let dumps = if dir == Some(root) { Vec::new() } else { records.dumps(root, dir) };
        Ok(Self {
            selection: select_series(dir.unwrap_or(root), asked.series, &records)?,
            source: source_tree(root, dir),
            source_root: repository::root(asked.source_root)?,
            release: of_kernel("include/config/kernel.release").map(|text| text.trim().to_owned()),
            orc_hash: of_kernel("arch/x86/include/generated/asm/orc_hash.h").and_then(|text| config::orc_hash(&text)),
            modules: Vec::new(),
            order,
            vmlinux_members: members::of_vmlinux(root),
            symvers: symvers::read(root, &dumps, &records),
            initcalls_lds: text::read(&root.join(".tmp_initcalls.lds")),
            module_lds: of_kernel("scripts/module.lds"),
            objects: Vec::new(),
            found: Vec::new(),
            missing: Vec::new(),
            is_folder: false,
            names: BTreeSet::new(),
            name: plain(&root.display().to_string()),
            unpacked,
            config,
            kernel,
            records,
            root: root.to_owned(),
        })
    }

    /// Modules by `modules.order`, else by the `.ko` files there are.
    fn find_modules(&mut self) {
        // Packages and installed kernels hold what they hold, and have the list of the whole kernel.
        let is_installed = self.order.iter().all(|line| line.starts_with("kernel/"));
        let names: Vec<String> = if is_installed {
            below::modules(&self.root).iter().map(|name| stage_of(name).0).collect()
        } else {
            self.order.iter().map(|line| module_name(&self.records, line)).collect()
        };
        let mut seen = BTreeSet::new();
        for name in names.into_iter().filter(|name| seen.insert(name.clone())) {
            let mod_file = text::read(&self.root.join(format!("{name}.mod")));
            // Up to 5.16 the first line has all names.
            let listed = mod_file.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned);
            let mut members: Vec<String> = listed.collect();
            for suffix in [".lto.o", ".prelink.o", ".o"] {
                if members.is_empty()
                    && let Some(command) = RecordedCommand::read(&self.root, &format!("{name}{suffix}"))
                {
                    members = command.link_inputs;
                }
            }
            if members.is_empty() {
                members = members::of_archive(&self.root, &format!("{name}.o"));
            }
            for member in &mut members {
                *member = self.records.relative(member);
            }
            let mod_c = Some(self.root.join(format!("{name}.mod.c"))).filter(|path| path.is_file());
            self.modules.push(ModuleFiles { name, members, mod_c });
        }
    }

    /// Without a record of `modpost`'s call it may have read dumps that are not known here. Then the modules depend on one
    /// that no known dump names, and what they need from it must not be taken for missing.
    fn forget_exports_if_some_are_unknown(&mut self) {
        let is_own = self.kernel.as_ref().is_none_or(|kernel| kernel.dir == self.root);
        let Some(symvers) = self.symvers.as_ref().filter(|_| !is_own && !self.records.has_modpost) else { return };
        let known: BTreeSet<String> = symvers.iter().map(|line| plain_name(&line.module)).collect();
        let unknown = self.modules.iter().find_map(|module| {
            let depends = depends(&text::read(module.mod_c.as_ref()?)?);
            Some((module.name.clone(), depends.into_iter().find(|name| !known.contains(name))?))
        });
        if let Some((module, other)) = unknown {
            self.symvers = None;
            self.missing.push(format!("the dump with the exports of {other}, on which {module} depends"));
        }
    }

    fn find_objects(&mut self) {
        self.add("vmlinux.o", "vmlinux", BuildStage::VmlinuxObject);
        if !self.objects.is_empty() {
            for member in self.vmlinux_members.clone() {
                self.add(&member, "vmlinux", BuildStage::Member);
            }
        }
        const STAGES: [(&str, BuildStage); 8] = [
            (".o", BuildStage::Object),
            (".lto.o", BuildStage::Lto),
            (".prelink.o", BuildStage::Prelink),
            (".mod.o", BuildStage::ModObject),
            (".ko", BuildStage::Module),
            (".ko.xz", BuildStage::Module),
            (".ko.gz", BuildStage::Module),
            (".ko.zst", BuildStage::Module),
        ];
        for module in self.modules.clone() {
            for (suffix, stage) in STAGES {
                self.add(&format!("{}{suffix}", module.name), &module.name, stage);
            }
            for member in &module.members {
                if *member != format!("{}.o", module.name) {
                    self.add(member, &module.name, BuildStage::Member);
                }
            }
        }
    }

    fn add(&mut self, name: &str, subject: &str, stage: BuildStage) {
        let path = self.root.join(name);
        let Ok(meta) = fs::metadata(&path) else { return };
        if meta.is_file() && self.names.insert(name.to_owned()) {
            let command = RecordedCommand::read(&self.root, name);
            let (name, subject) = (name.to_owned(), subject.to_owned());
            self.objects.push(ObjectFile { path, name, subject, stage, command, size: meta.len() });
        }
    }

    /// Says what is there and what is not.
    fn tell(&mut self) {
        let count = |stage: BuildStage| self.objects.iter().filter(|object| object.stage == stage).count();
        let has_vmlinux = count(BuildStage::VmlinuxObject) > 0;
        let kinds = [
            (BuildStage::VmlinuxObject, "vmlinux.o"),
            (BuildStage::Object, "linked module objects (.o)"),
            (BuildStage::Lto, "linked module objects (.lto.o)"),
            (BuildStage::Prelink, "linked module objects (.prelink.o)"),
            (BuildStage::ModObject, ".mod.o files"),
            (BuildStage::Module, "modules (.ko)"),
            (BuildStage::Member, "translation units"),
        ];
        let found = kinds.iter().map(|(stage, what)| (count(*stage), what)).filter(|(count, _)| *count > 0);
        self.found = found.map(|(count, what)| format!("{count} {what}")).collect();
        if let Some(kernel) = self.kernel.as_ref().filter(|kernel| kernel.dir != self.root) {
            self.found.push(format!("the kernel's folder {} ({})", self.kernel_name(kernel), kernel.found_by));
        }
        if !has_vmlinux {
            self.missing.push("vmlinux.o: the kernel itself was not checked".to_owned());
        }
        if self.kernel.is_none() {
            let what = "what the configuration promises is not known; recorded commands decided alone";
            let how = if has_vmlinux { "" } else { " (--kernel names the folder of the kernel that modules are for)" };
            self.missing.push(format!("include/config/auto.conf: {what}{how}"));
        }
        let has_module = self.objects.iter().any(|file| file.stage == BuildStage::Module);
        let has_commands = self.objects.iter().any(|file| file.command.is_some());
        let needs = [
            (
                self.symvers.is_some(),
                "Module.symvers with the kernel's exports: exports, undefined symbols and versions were not checked",
            ),
            (!self.order.is_empty(), "modules.order: the modules are those whose .ko files are there"),
            (self.modules.is_empty() || has_module, ".ko files: what the last link of modules does was not checked"),
            (has_commands, ".cmd files: objtool's options were derived from the configuration"),
        ];
        let absent = needs.into_iter().filter(|(is_there, _)| !is_there);
        self.missing.extend(absent.map(|(_, what)| what.to_owned()));
    }
}

/// What an object is by its name.
fn stage_of(name: &str) -> (String, BuildStage) {
    const SUFFIXES: [(&str, BuildStage); 7] = [
        (".ko.xz", BuildStage::Module),
        (".ko.gz", BuildStage::Module),
        (".ko.zst", BuildStage::Module),
        (".ko", BuildStage::Module),
        (".lto.o", BuildStage::Lto),
        (".prelink.o", BuildStage::Prelink),
        (".mod.o", BuildStage::ModObject),
    ];
    if Path::new(name).file_name().is_some_and(|file| file == "vmlinux.o") {
        return ("vmlinux".to_owned(), BuildStage::VmlinuxObject);
    }
    for (suffix, stage) in SUFFIXES {
        if let Some(stem) = name.strip_suffix(suffix) {
            return (stem.to_owned(), stage);
        }
    }
    let is_vmlinux = Path::new(name).file_name().is_some_and(|file| file == "vmlinux");
    let stage = if is_vmlinux { BuildStage::VmlinuxObject } else { BuildStage::Other };
    (name.strip_suffix(".o").unwrap_or(name).to_owned(), stage)
}

/// The output folder that `dir` is in: the nearest one with a configuration, else itself.
fn build_root(dir: &Path) -> PathBuf {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let found = dir.ancestors().find(|dir| dir.join("include/config/auto.conf").is_file());
    found.unwrap_or(dir).to_owned()
}

/// The module of a line of `modules.order`: `.o` since 6.3, `.ko` before, absolute in external builds up to 6.12.
fn module_name(records: &Records, line: &str) -> String {
    let name = records.relative(line);
    name.strip_suffix(".ko").or(name.strip_suffix(".o")).unwrap_or(&name).to_owned()
}

/// A module as others name it in `depends`: without folders, and with underscores.
pub fn plain_name(module: &str) -> String {
    module.rsplit('/').next().unwrap_or(module).replace('-', "_")
}

/// The modules that a generated source depends on.
fn depends(mod_c: &str) -> Vec<String> {
    let list = mod_c.split_once("MODULE_INFO(depends, \"").and_then(|(_, rest)| rest.split_once('"'));
    let names = list.into_iter().flat_map(|(list, _)| list.split(',')).filter(|name| !name.is_empty());
    names.map(plain_name).collect()
}

/// The tree that was compiled: the kernel's, or the folder of external modules.
fn source_tree(root: &Path, kernel: Option<&Path>) -> Option<PathBuf> {
    let link = root.join("source");
    let tree = if kernel == Some(root) && link.is_dir() { &link } else { root };
    fs::canonicalize(tree).ok()
}

/// The series: asked for, else what the kernel's source tree and release say, else a module's `vermagic`.
fn select_series(root: &Path, asked: Option<&str>, records: &Records) -> Result<Selection, GateError> {
    let mut environ = Vec::new();
    let tree = root.join("source");
    if tree.is_dir() {
        environ.push(("srctree".into(), tree.into_os_string()));
    } else if root.join("Kbuild").is_file() && kernel::is_build(root) {
        environ.push(("srctree".into(), root.as_os_str().to_owned()));
    }
    if let Some(series) = std::env::var_os("POSTLINK_SERIES") {
        environ.push(("POSTLINK_SERIES".into(), series));
    }
    let mut selection = series::select(asked.map(std::ffi::OsStr::new), &environ, root)
        .map_err(|error| GateError(error.to_string()))?;
    if selection.chosen_by == ChosenBy::Newest
        && let Some(release) = records.release()
        && let Some(found) = Selection::of_version(release, ChosenBy::Vermagic(release.to_owned()))
    {
        selection = Selection { tree: selection.tree, ..found };
    }
    Ok(selection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_stages() {
        assert_eq!(stage_of("vmlinux.o"), ("vmlinux".to_owned(), BuildStage::VmlinuxObject));
        assert_eq!(stage_of("a/foo.ko.zst"), ("a/foo".to_owned(), BuildStage::Module));
        assert_eq!(stage_of("a/foo.lto.o"), ("a/foo".to_owned(), BuildStage::Lto));
        assert_eq!(stage_of("a/foo.o"), ("a/foo".to_owned(), BuildStage::Other));
    }

    #[test]
    fn lines_of_modules_order() {
        let records = Records::default();
        assert_eq!(module_name(&records, "fs/ext4/ext4.o"), "fs/ext4/ext4");
        assert_eq!(module_name(&records, "./x.ko"), "x");
    }
}
