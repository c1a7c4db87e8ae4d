//! What is found in a build folder.
//!
//! Names only: objects are read later, one by one. What is not there is remembered, so that the report can say what could
//! therefore not be checked.

pub mod commands;
pub mod config;
pub mod symvers;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::GateError;
use crate::profile::series;
use crate::profile::series::Selection;

pub use commands::Command;
pub use config::Config;
pub use symvers::SymversLine;

/// How far a file has come on its way to a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
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
    pub stage: Stage,
    /// How it was made, if that is recorded.
    pub command: Option<Command>,
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
pub struct Inputs {
    /// The folder.
    pub root: PathBuf,
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
    /// Members of `vmlinux.o` by `.vmlinux.objs`.
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
}

impl Inputs {
    /// Looks around in `root`.
    pub fn of_folder(root: &Path, asked: Option<&str>) -> Result<Self, GateError> {
        if !root.is_dir() {
            return Err(GateError(format!("{}: no such folder", root.display())));
        }
        let mut inputs = Self::empty(root, asked)?;
        inputs.is_folder = true;
        inputs.find_modules();
        inputs.find_objects();
        if inputs.objects.is_empty() {
            let what = "neither vmlinux.o nor a module is there";
            return Err(GateError(format!("{}: {what}; name a kbuild output folder, or objects", root.display())));
        }
        inputs.tell();
        Ok(inputs)
    }

    /// Takes single objects; what lies around them is read where it is usual.
    pub fn of_files(files: &[PathBuf], asked: Option<&str>) -> Result<Self, GateError> {
        let root = build_root(files.first().and_then(|file| file.parent()).unwrap_or(Path::new("")));
        let mut inputs = Self::empty(&root, asked)?;
        for file in files {
            let meta = fs::metadata(file).map_err(|error| GateError(format!("{}: {error}", file.display())))?;
            let name = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().into_owned();
            let (subject, stage) = stage_of(&name);
            let command = Command::read(&root, &name);
            inputs.objects.push(ObjectFile { path: file.clone(), name, subject, stage, command, size: meta.len() });
        }
        inputs.missing.push("single objects were named: what needs the whole build was not checked".to_owned());
        Ok(inputs)
    }

    fn empty(root: &Path, asked: Option<&str>) -> Result<Self, GateError> {
        let text = |name: &str| fs::read_to_string(root.join(name)).ok();
        let dumps = if root.join("include/config/auto.conf").is_file() { Vec::new() } else { dumps_read(root) };
        // What the folder of an external module does not have itself is the kernel's.
        let kernel =
            dumps.iter().filter_map(|dump| dump.parent()).find(|dir| dir.join("include/config/auto.conf").is_file());
        let kernel = kernel.unwrap_or(root);
        let kernel_text = |name: &str| fs::read_to_string(kernel.join(name)).ok();
        let config = Config::read(kernel);
        Ok(Self {
            selection: select_series(kernel, asked)?,
            orc_hash: kernel_text("arch/x86/include/generated/asm/orc_hash.h").and_then(|text| config::orc_hash(&text)),
            modules: Vec::new(),
            order: lines(text("modules.order")),
            vmlinux_members: lines(text(".vmlinux.objs")),
            symvers: read_dumps(root, &dumps),
            initcalls_lds: text(".tmp_initcalls.lds"),
            module_lds: kernel_text("scripts/module.lds"),
            objects: Vec::new(),
            found: Vec::new(),
            missing: Vec::new(),
            is_folder: false,
            names: BTreeSet::new(),
            config,
            root: root.to_owned(),
        })
    }

    /// Modules by `modules.order`, else by the `.ko` files there are.
    fn find_modules(&mut self) {
        let names: Vec<String> = if self.order.is_empty() {
            modules_below(&self.root)
        } else {
            self.order.iter().map(|line| module_name(&self.root, line)).collect()
        };
        let mut seen = BTreeSet::new();
        for name in names.into_iter().filter(|name| seen.insert(name.clone())) {
            let mod_file = fs::read_to_string(self.root.join(format!("{name}.mod"))).ok();
            // Up to 5.16 the first line has all names.
            let listed = mod_file.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned);
            let mut members: Vec<String> = listed.collect();
            for suffix in [".lto.o", ".prelink.o", ".o"] {
                if members.is_empty()
                    && let Some(command) = Command::read(&self.root, &format!("{name}{suffix}"))
                {
                    members = command.link_inputs;
                }
            }
            let mod_c = Some(self.root.join(format!("{name}.mod.c"))).filter(|path| path.is_file());
            self.modules.push(ModuleFiles { name, members, mod_c });
        }
    }

    fn find_objects(&mut self) {
        self.add("vmlinux.o", "vmlinux", Stage::VmlinuxObject);
        if !self.objects.is_empty() {
            for member in self.vmlinux_members.clone() {
                self.add(&member, "vmlinux", Stage::Member);
            }
        }
        const STAGES: [(&str, Stage); 8] = [
            (".o", Stage::Object),
            (".lto.o", Stage::Lto),
            (".prelink.o", Stage::Prelink),
            (".mod.o", Stage::ModObject),
            (".ko", Stage::Module),
            (".ko.xz", Stage::Module),
            (".ko.gz", Stage::Module),
            (".ko.zst", Stage::Module),
        ];
        for module in self.modules.clone() {
            for (suffix, stage) in STAGES {
                self.add(&format!("{}{suffix}", module.name), &module.name, stage);
            }
            for member in &module.members {
                if *member != format!("{}.o", module.name) {
                    self.add(member, &module.name, Stage::Member);
                }
            }
        }
    }

    fn add(&mut self, name: &str, subject: &str, stage: Stage) {
        let path = self.root.join(name);
        let Ok(meta) = fs::metadata(&path) else { return };
        if meta.is_file() && self.names.insert(name.to_owned()) {
            let command = Command::read(&self.root, name);
            let (name, subject) = (name.to_owned(), subject.to_owned());
            self.objects.push(ObjectFile { path, name, subject, stage, command, size: meta.len() });
        }
    }

    /// Says what is there and what is not.
    fn tell(&mut self) {
        let count = |stage: Stage| self.objects.iter().filter(|object| object.stage == stage).count();
        let has_vmlinux = count(Stage::VmlinuxObject) > 0;
        let kinds = [
            (Stage::VmlinuxObject, "vmlinux.o"),
            (Stage::Object, "linked module objects (.o)"),
            (Stage::Lto, "linked module objects (.lto.o)"),
            (Stage::Prelink, "linked module objects (.prelink.o)"),
            (Stage::ModObject, ".mod.o files"),
            (Stage::Module, "modules (.ko)"),
            (Stage::Member, "translation units"),
        ];
        let found = kinds.iter().map(|(stage, what)| (count(*stage), what)).filter(|(count, _)| *count > 0);
        self.found = found.map(|(count, what)| format!("{count} {what}")).collect();
        let mut missing = |is_there: bool, what: &str| {
            if !is_there {
                self.missing.push(what.to_owned());
            }
        };
        missing(has_vmlinux, "vmlinux.o: the kernel itself was not checked");
        missing(
            !self.config.is_empty(),
            "include/config/auto.conf: what the configuration promises is not known; recorded commands decided alone",
        );
        missing(
            self.symvers.is_some(),
            "Module.symvers with the kernel's exports: exports, undefined symbols and versions were not checked",
        );
        missing(!self.order.is_empty(), "modules.order: the modules are those whose .ko files are there");
        let has_modules = self.modules.is_empty() || self.objects.iter().any(|file| file.stage == Stage::Module);
        missing(has_modules, ".ko files: what the last link of modules does was not checked");
        let has_commands = self.objects.iter().any(|file| file.command.is_some());
        missing(has_commands, ".cmd files: objtool's options were derived from the configuration");
    }
}

/// What an object is by its name.
fn stage_of(name: &str) -> (String, Stage) {
    const SUFFIXES: [(&str, Stage); 7] = [
        (".ko.xz", Stage::Module),
        (".ko.gz", Stage::Module),
        (".ko.zst", Stage::Module),
        (".ko", Stage::Module),
        (".lto.o", Stage::Lto),
        (".prelink.o", Stage::Prelink),
        (".mod.o", Stage::ModObject),
    ];
    if Path::new(name).file_name().is_some_and(|file| file == "vmlinux.o") {
        return ("vmlinux".to_owned(), Stage::VmlinuxObject);
    }
    for (suffix, stage) in SUFFIXES {
        if let Some(stem) = name.strip_suffix(suffix) {
            return (stem.to_owned(), stage);
        }
    }
    let is_vmlinux = Path::new(name).file_name().is_some_and(|file| file == "vmlinux");
    let stage = if is_vmlinux { Stage::VmlinuxObject } else { Stage::Other };
    (name.strip_suffix(".o").unwrap_or(name).to_owned(), stage)
}

/// The output folder that `dir` is in: the nearest one with a configuration, else itself.
fn build_root(dir: &Path) -> PathBuf {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let found = dir.ancestors().find(|dir| dir.join("include/config/auto.conf").is_file());
    found.unwrap_or(dir).to_owned()
}

fn lines(text: Option<String>) -> Vec<String> {
    let lines = text.iter().flat_map(|text| text.lines()).map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// The module of a line of `modules.order`: `.o` since 6.3, `.ko` before, absolute in external builds.
fn module_name(root: &Path, line: &str) -> String {
    let path = Path::new(line);
    let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    let path = path.strip_prefix("./").unwrap_or(&path);
    path.strip_suffix(".ko").or(path.strip_suffix(".o")).unwrap_or(path).to_owned()
}

/// Dumps of other builds that `modpost` has read for the modules of a folder.
fn dumps_read(root: &Path) -> Vec<PathBuf> {
    let command = fs::read_to_string(root.join(".Module.symvers.cmd")).unwrap_or_default();
    let words: Vec<&str> = command.split_whitespace().collect();
    let pairs = words.windows(2).filter(|pair| pair.first() == Some(&"-i"));
    pairs.filter_map(|pair| pair.get(1)).map(|name| root.join(name)).collect()
}

/// The folder's dump and those that were read for it; `None` if what the kernel exports is not among them.
fn read_dumps(root: &Path, others: &[PathBuf]) -> Option<Vec<SymversLine>> {
    let own = fs::read(root.join("Module.symvers")).ok()?;
    let mut lines = symvers::parse(&own);
    lines.extend(others.iter().filter_map(|dump| fs::read(dump).ok()).flat_map(|text| symvers::parse(&text)));
    lines.iter().any(|line| line.module == "vmlinux").then_some(lines)
}

/// Modules without a list, in the order of their names.
fn modules_below(root: &Path) -> Vec<String> {
    const MAX_DEPTH: usize = 16;
    let mut names = BTreeSet::new();
    let mut stack = vec![(root.to_owned(), 0)];
    while let Some((dir, depth)) = stack.pop() {
        let Ok(entries) = fs::read_dir(&dir) else { continue };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            if kind.is_dir() && depth < MAX_DEPTH {
                stack.push((path, depth + 1));
            } else if let Ok(inside) = path.strip_prefix(root)
                && let (name, Stage::Module) = stage_of(&inside.to_string_lossy())
            {
                names.insert(name);
            }
        }
    }
    names.into_iter().collect()
}

/// The series: asked for, else what the folder's source tree and release say.
fn select_series(root: &Path, asked: Option<&str>) -> Result<Selection, GateError> {
    let mut environ = Vec::new();
    let tree = root.join("source");
    if tree.is_dir() {
        environ.push(("srctree".into(), tree.into_os_string()));
    } else if root.join("Kbuild").is_file() {
        environ.push(("srctree".into(), root.as_os_str().to_owned()));
    }
    if let Some(series) = std::env::var_os("POSTLINK_SERIES") {
        environ.push(("POSTLINK_SERIES".into(), series));
    }
    series::select(asked.map(std::ffi::OsStr::new), &environ, root).map_err(|error| GateError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_stages() {
        assert_eq!(stage_of("vmlinux.o"), ("vmlinux".to_owned(), Stage::VmlinuxObject));
        assert_eq!(stage_of("a/foo.ko.zst"), ("a/foo".to_owned(), Stage::Module));
        assert_eq!(stage_of("a/foo.lto.o"), ("a/foo".to_owned(), Stage::Lto));
        assert_eq!(stage_of("a/foo.o"), ("a/foo".to_owned(), Stage::Other));
    }

    #[test]
    fn lines_of_modules_order() {
        assert_eq!(module_name(Path::new("/b"), "fs/ext4/ext4.o"), "fs/ext4/ext4");
        assert_eq!(module_name(Path::new("/b"), "/b/x.ko"), "x");
    }
}
