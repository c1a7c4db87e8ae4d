// SPDX-License-Identifier: GPL-2.0-only

//! What is damaged: the folder, and which of its files and symbols stand for the parts that the damages speak of.
//!
//! They are found by looking for what fits, so that the same damages are done to the small test kernel and to a real kernel's
//! build folder.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use postlink::contents::bitcode::Symtab;
use postlink::elf::ElfFile;
use postlink::elf::Symbol;
use postlink::gate::inputs::Asked;
use postlink::gate::inputs::BuildFolder;

use crate::object::Object;

/// As many doubled symbols of two files are named one by one.
const MOST_NAMED: usize = 20;

/// A private copy of a build folder, and the parts.
pub struct Parts {
    pub root: PathBuf,
    /// A module of one source file, without suffix; it has static calls.
    pub one: String,
    /// A module of several source files that depends on another.
    pub two: String,
    /// The module that `two` depends on, without folder.
    pub depends: String,
    /// The last member of `two`.
    pub two_last: String,
    /// A member that is bitcode.
    pub bitcode: String,
    /// A native member of `vmlinux.o` with global definitions.
    pub native: String,
    /// A function that the kernel exports and only `one` uses.
    pub import: String,
    /// A function that the kernel exports and no module uses.
    pub export: String,
    /// A symbol that the kernel exports for GPL only and no other module than `one` uses.
    pub gpl_export: String,
    /// A runtime function that nobody exports.
    pub runtime: String,
    /// A module that exports, and the first symbol it exports by the dump.
    pub exporter: String,
    pub exported: String,
    /// A module that imports a namespace.
    pub ns_user: String,
    /// A module with a device table, and aliases of it.
    pub aliased: String,
    /// A module with landing pads to seal.
    pub sealed: String,
    /// A module of several files, a bitcode one of which defines exactly one symbol for others, and that symbol.
    pub single: (String, String, String),
    /// A function of the kernel that comes from bitcode, that others see, and that is not exported.
    pub internal: String,
    /// How many inputs of links are bitcode; symbols that `native` defines; imports of `ns_user` from the namespace that it
    /// imports first; imports of `one` that are for GPL only.
    pub counts: [(&'static str, usize); 4],
    /// A kernel before 5.19: there is no list of the kernel's members, and not everything that damages need.
    pub is_old: bool,
    /// Files that a damage has changed, with what was in them; `None` for a new file.
    changed: RefCell<BTreeMap<String, Option<Vec<u8>>>>,
}

/// A line of `Module.symvers`.
struct Export {
    symbol: String,
    owner: String,
    is_gpl_only: bool,
    namespace: String,
}

/// A module and the symbols it needs.
struct Module {
    name: String,
    n_members: usize,
    imports: BTreeSet<String>,
}

impl Parts {
    /// Casts the parts in a folder.
    pub fn of(root: &Path) -> Self {
        let exports = exports(root);
        let is_old = !root.join(".vmlinux.objs").exists();
        let kernel = kernel_members(root);
        let modules: Vec<Module> = lines(root, "modules.order").iter().map(|line| module(root, line)).collect();
        let has_table = |name: &str, table: &str| {
            let data = read(root, &object_of(root, name));
            let elf = ElfFile::parse(&data).expect("a native object");
            elf.sections.iter().any(|section| section.name == table.as_bytes() && section.size > 0)
        };
        let first = |what: &str, fits: &dyn Fn(&Module) -> bool| {
            let found = modules.iter().find(|module| fits(module));
            found.unwrap_or_else(|| panic!("no module {what}"))
        };
        // Without its part a damage fails, which counts as skipped in an old kernel alone.
        let name = |what: &str, found: Option<String>| match found {
            Some(name) => name,
            None if is_old => String::new(),
            None => panic!("no {what}"),
        };
        let users = |symbol: &str| modules.iter().filter(|module| module.imports.contains(symbol)).count();
        let vmlinux = Object(read(root, "vmlinux.o"));
        let functions = vmlinux.global_functions(b".text");
        let is_function = |export: &&Export| export.owner == "vmlinux" && functions.contains(&export.symbol);
        // Calls of the runtime library and of static calls are other checks' business.
        let is_plain = |export: &&Export| !export.symbol.starts_with("mem") && !export.symbol.starts_with("__SC");
        let own_import = |module: &Module| {
            let mut plain = exports.iter().filter(is_function).filter(is_plain);
            plain.find(|export| users(&export.symbol) == 1 && module.imports.contains(&export.symbol))
        };
        let one = first("of one file with static calls", &|module| {
            module.n_members == 1 && has_table(&module.name, ".static_call_sites") && own_import(module).is_some()
        });
        let is_dependent = |module: &Module| {
            module.n_members > 1 && depends(root, &module.name).is_some() && has_table(&module.name, "__mcount_loc")
        };
        // Objtool looks at code for initialization with other eyes when it knows that it is a module's.
        let two = modules.iter().find(|module| is_dependent(module) && !has_table(&module.name, ".init.text"));
        let two = two.unwrap_or_else(|| first("of several files that depends on another", &is_dependent));
        let members = module_members(root, &two.name);
        let unused = exports.iter().filter(is_function).find(|export| users(&export.symbol) == 0);
        let is_private = |export: &&Export| users(&export.symbol) == usize::from(one.imports.contains(&export.symbol));
        let gpl = exports.iter().filter(is_function).find(|export| export.is_gpl_only && is_private(export));
        let exporter = exports.iter().find(|export| export.owner != "vmlinux").expect("a module exports something");
        let is_exported = |name: &&str| exports.iter().any(|export| export.symbol == *name);
        let ns_user = modules.iter().find(|module| namespace(root, module).is_some());
        let aliased = modules.iter().find(|module| has_device_table(root, module));
        let sealed = modules.iter().find(|module| has_table(&module.name, ".ibt_endbr_seal"));
        let bitcode = members.iter().find(|name| read(root, name).starts_with(b"BC"));
        let native = native(root, &kernel);
        let runtime = ["strncpy", "memset", "strcat"].into_iter().find(|name| !is_exported(name));
        Self {
            depends: depends(root, &two.name).expect("it depends on something"),
            two_last: members.last().expect("it has members").clone(),
            bitcode: name("bitcode", bitcode.cloned()),
            import: own_import(one).expect("it has one").symbol.clone(),
            export: unused.expect("an export that no module uses").symbol.clone(),
            gpl_export: gpl.expect("an export for GPL only").symbol.clone(),
            runtime: name("runtime function that is not exported", runtime.map(str::to_owned)),
            exporter: exporter.owner.clone(),
            exported: exporter.symbol.clone(),
            ns_user: name("module that imports a namespace", ns_user.map(|module| module.name.clone())),
            sealed: name("module with landing pads to seal", sealed.map(|module| module.name.clone())),
            single: single(root, &modules).unwrap_or_else(|| {
                let nothing = || name("bitcode with one definition", None);
                (nothing(), nothing(), nothing())
            }),
            internal: name("function that is not exported", internal(root, &kernel, &vmlinux, &exports)),
            aliased: name("module with a device table", aliased.map(|module| module.name.clone())),
            counts: [
                ("{n_bitcode}", n_bitcode(root, &kernel, &modules)),
                ("{n_native}", n_strong(&read(root, &native)).min(MOST_NAMED)),
                ("{n_ns}", ns_user.map_or(0, |user| n_from_namespace(&exports, user, root))),
                ("{n_gpl}", exports.iter().filter(|e| e.is_gpl_only && one.imports.contains(&e.symbol)).count()),
            ],
            one: one.name.clone(),
            two: two.name.clone(),
            native,
            is_old,
            changed: RefCell::default(),
            root: root.to_owned(),
        }
    }

    /// An expected line with the names of the parts for `{one}` and the like.
    pub fn fill(&self, line: &str) -> String {
        let parts = [
            ("{one}", &self.one),
            ("{two}", &self.two),
            ("{import}", &self.import),
            ("{export}", &self.export),
            ("{gpl_export}", &self.gpl_export),
            ("{runtime}", &self.runtime),
            ("{exporter}", &self.exporter),
            ("{exported}", &self.exported),
            ("{ns_user}", &self.ns_user),
            ("{sealed}", &self.sealed),
            ("{aliased}", &self.aliased),
            ("{single}", &self.single.0),
            ("{single_symbol}", &self.single.2),
            ("{internal}", &self.internal),
        ];
        let line = parts.iter().fold(line.to_owned(), |line, (part, name)| line.replace(part, name));
        self.counts.iter().fold(line, |line, (part, count)| line.replace(part, &count.to_string()))
    }

    pub fn one_o(&self) -> String {
        object_of(&self.root, &self.one)
    }

    pub fn sealed_o(&self) -> String {
        object_of(&self.root, &self.sealed)
    }

    pub fn two_o(&self) -> String {
        object_of(&self.root, &self.two)
    }

    pub fn one_ko(&self) -> String {
        format!("{}.ko", self.one)
    }

    pub fn two_ko(&self) -> String {
        format!("{}.ko", self.two)
    }

    /// The recorded command of an object.
    pub fn command_of(&self, object: &str) -> String {
        match object.rsplit_once('/') {
            Some((dir, name)) => format!("{dir}/.{name}.cmd"),
            None => format!(".{object}.cmd"),
        }
    }

    /// Contents of a file.
    pub fn read(&self, file: &str) -> Vec<u8> {
        read(&self.root, file)
    }

    /// Contents of a text file.
    pub fn read_text(&self, file: &str) -> String {
        String::from_utf8(self.read(file)).expect("text")
    }

    /// Replaces a file, or makes it, until the next `restore`.
    pub fn write(&self, file: &str, contents: impl AsRef<[u8]>) {
        let path = self.root.join(file);
        self.changed.borrow_mut().entry(file.to_owned()).or_insert_with(|| fs::read(&path).ok());
        fs::write(path, contents).expect("it can be written");
    }

    /// Undoes every change.
    pub fn restore(&self) {
        for (file, contents) in self.changed.take() {
            let path = self.root.join(file);
            match contents {
                Some(contents) => fs::write(path, contents).expect("it can be written"),
                None => fs::remove_file(path).expect("it can be removed"),
            }
        }
    }
}

fn read(root: &Path, file: &str) -> Vec<u8> {
    fs::read(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn lines(root: &Path, file: &str) -> Vec<String> {
    String::from_utf8(read(root, file)).expect("text").lines().map(str::to_owned).collect()
}

/// The object of a module that objtool has worked on.
fn object_of(root: &Path, module: &str) -> String {
    let linked = format!("{module}.lto.o");
    if root.join(&linked).exists() { linked } else { format!("{module}.o") }
}

/// What a module is made of. Up to 5.16 all names are on one line.
fn module_members(root: &Path, module: &str) -> Vec<String> {
    lines(root, &format!("{module}.mod")).iter().flat_map(|line| line.split_whitespace()).map(str::to_owned).collect()
}

/// What the kernel is made of.
fn kernel_members(root: &Path) -> Vec<String> {
    let inputs = BuildFolder::of_folder(root, &Asked::default()).expect("a build folder");
    inputs.vmlinux_members.into_iter().filter(|name| root.join(name).exists()).collect()
}

fn exports(root: &Path) -> Vec<Export> {
    let export = |line: &String| {
        let fields: Vec<&str> = line.split('\t').collect();
        let is_gpl_only = fields[3].ends_with("_GPL");
        let namespace = fields.get(4).copied().unwrap_or_default().to_owned();
        Export { symbol: fields[1].to_owned(), owner: fields[2].to_owned(), is_gpl_only, namespace }
    };
    lines(root, "Module.symvers").iter().map(export).collect()
}

fn module(root: &Path, line: &str) -> Module {
    let name = line.strip_suffix(".o").or(line.strip_suffix(".ko")).expect("a line of modules.order").to_owned();
    let data = read(root, &format!("{name}.ko"));
    let elf = ElfFile::parse(&data).expect("a module");
    let undefined = elf.symbols.iter().filter(|symbol| symbol.is_undefined());
    let imports = undefined.map(|symbol| String::from_utf8_lossy(elf.symbol_name(symbol)).into_owned()).collect();
    Module { n_members: module_members(root, &name).len(), imports, name }
}

/// The first module that a module depends on, by its generated source.
fn depends(root: &Path, module: &str) -> Option<String> {
    let text = String::from_utf8(read(root, &format!("{module}.mod.c"))).expect("text");
    let (_, rest) = text.split_once("MODULE_INFO(depends, \"")?;
    let (list, _) = rest.split_once('"')?;
    list.split(',').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The first member of the kernel that is no bitcode and defines global functions.
fn native(root: &Path, members: &[String]) -> String {
    let is_native = |name: &&String| {
        let data = read(root, name);
        data.starts_with(b"\x7fELF") && !Object(data).global_functions(b"").is_empty()
    };
    members.iter().find(is_native).expect("a native member").clone()
}

/// The first namespace that a module imports.
fn namespace(root: &Path, module: &Module) -> Option<String> {
    const TAG: &[u8] = b"import_ns=";
    let data = read(root, &format!("{}.ko", module.name));
    let start = memchr::memmem::find(&data, TAG)? + TAG.len();
    let end = start + memchr::memchr(0, &data[start..])?;
    Some(String::from_utf8_lossy(&data[start..end]).into_owned())
}

/// Whether `modpost` made aliases for the devices of a module.
fn has_device_table(root: &Path, module: &Module) -> bool {
    let (object, finished) = (read(root, &format!("{}.o", module.name)), read(root, &format!("{}.ko", module.name)));
    // Before 5.19 the object with this name is no ELF file but a list of others.
    let Ok(elf) = ElfFile::parse(&object) else { return false };
    let is_table = |name: &[u8]| name.starts_with(b"__mod_") && memchr::memmem::find(name, b"device_table").is_some();
    elf.symbols.iter().any(|symbol| is_table(elf.symbol_name(symbol)) && symbol.size > 0)
        && memchr::memmem::find(&finished, b"\0alias=").is_some()
}

fn n_from_namespace(exports: &[Export], user: &Module, root: &Path) -> usize {
    let namespace = namespace(root, user).expect("it imports one");
    exports.iter().filter(|export| export.namespace == namespace && user.imports.contains(&export.symbol)).count()
}

/// The inputs of links that are there.
fn members(root: &Path, kernel: &[String], modules: &[Module]) -> BTreeSet<String> {
    let mut members: BTreeSet<String> = kernel.iter().cloned().collect();
    for module in modules {
        members.extend(module_members(root, &module.name));
    }
    members
}

/// Number of strong definitions of an object, outside of groups.
fn n_strong(object: &[u8]) -> usize {
    let elf = ElfFile::parse(object).expect("an object");
    let is_grouped = |symbol: &Symbol| elf.section(symbol.section).flags & u64::from(object::elf::SHF_GROUP) != 0;
    elf.symbols.iter().filter(|sym| sym.is_global() && !sym.is_undefined() && !is_grouped(sym)).count()
}

fn n_bitcode(root: &Path, kernel: &[String], modules: &[Module]) -> usize {
    members(root, kernel, modules).iter().filter(|name| read(root, name).starts_with(b"BC")).count()
}

/// A module, its file, and the only symbol that the file defines for others.
fn single(root: &Path, modules: &[Module]) -> Option<(String, String, String)> {
    for module in modules.iter().filter(|module| module.n_members > 1) {
        for file in module_members(root, &module.name) {
            let data = read(root, &file);
            let Ok(symtab) = Symtab::read(&data[..]) else { continue };
            let strong: Vec<_> = symtab.symbols().filter(|symbol| symbol.is_strong_definition()).collect();
            if let [symbol] = &strong[..] {
                return Some((module.name.clone(), file, String::from_utf8_lossy(symbol.name).into_owned()));
            }
        }
    }
    None
}

/// A function of the kernel that bitcode defines for others to see and nobody exports.
fn internal(root: &Path, members: &[String], vmlinux: &Object, exports: &[Export]) -> Option<String> {
    let functions = vmlinux.global_functions(b".text");
    for file in members {
        let data = read(root, file);
        let Ok(symtab) = Symtab::read(&data[..]) else { continue };
        for symbol in symtab.symbols().filter(|symbol| symbol.is_strong_definition()) {
            let name = String::from_utf8_lossy(symbol.name).into_owned();
            if functions.contains(&name) && exports.iter().all(|export| export.symbol != name) {
                return Some(name);
            }
        }
    }
    None
}
