// SPDX-License-Identifier: GPL-2.0-only

//! Damages to arm64 folders: to a small one of the objects in testdata/arm64, and to a real kernel's when
//! `POSTLINK_GATE_ARM64_BUILD` names one, which has what the other checks look at as well.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use postlink::elf::ElfFile;
use postlink::elf::Symbol;
use postlink::gate;
use postlink::gate::GateSeverity;
use postlink::gate::run::Quiet;

use crate::common::tally::Tally;
use crate::fits;
use crate::keys;
use crate::new_findings;
use crate::object::*;
use crate::options;

const NOP: [u8; 4] = [0x1f, 0x20, 0x03, 0xd5];
const BTI_C: [u8; 4] = [0x5f, 0x24, 0x03, 0xd5];
const AUTIASP: u32 = 0xd503_23bf;
const RET: u32 = 0xd65f_03c0;
const CALL26: u64 = 283;
const X86_64: u64 = 62;

/// A folder that is damaged and mended.
struct Folder {
    root: PathBuf,
    /// Modules, without suffix.
    modules: Vec<String>,
    is_real: bool,
}

/// One damage: a name, what it is done to, and what must be found. `None` if the folder has nothing that it could be done to.
struct Damage {
    name: &'static str,
    /// Needs what only a real build has.
    is_real: bool,
    expected: &'static [&'static str],
    make: fn(&Folder) -> Option<Change>,
}

/// A file with new contents, and the names in the expected lines.
struct Change {
    file: String,
    contents: Vec<u8>,
    subject: String,
}

impl Folder {
    fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// The first module's object, or the kernel's, that has a section and that the change succeeds with.
    fn object(&self, section: &str, change: impl Fn(&mut Object) -> bool) -> Option<Change> {
        let modules = self.modules.iter().map(|module| (format!("{module}.o"), module.clone()));
        let kernel = [("vmlinux.o".to_owned(), "vmlinux".to_owned())];
        let all = modules.chain(kernel.into_iter().filter(|_| self.is_real));
        self.first(all, section, change)
    }

    /// The first finished module likewise.
    fn module(&self, section: &str, change: impl Fn(&mut Object) -> bool) -> Option<Change> {
        let modules = self.modules.iter().map(|module| (format!("{module}.ko"), module.clone()));
        self.first(modules, section, change)
    }

    /// The kernel.
    fn kernel(&self, section: &str, change: impl Fn(&mut Object) -> bool) -> Option<Change> {
        self.first([("vmlinux.o".to_owned(), "vmlinux".to_owned())].into_iter(), section, change)
    }

    fn first(
        &self,
        files: impl Iterator<Item = (String, String)>,
        section: &str,
        change: impl Fn(&mut Object) -> bool,
    ) -> Option<Change> {
        for (file, subject) in files {
            let mut object = Object(self.read(&file));
            if object.has(section) && change(&mut object) {
                return Some(Change { file, contents: object.0, subject });
            }
        }
        None
    }

    fn text(&self, file: &str, subject: &str, change: impl FnOnce(String) -> String) -> Option<Change> {
        let before = String::from_utf8(self.read(file)).expect("text");
        let after = change(before.clone());
        assert_ne!(before, after, "{file} is as before");
        Some(Change { file: file.to_owned(), contents: after.into_bytes(), subject: subject.to_owned() })
    }

    /// A symbol of the kernel that only one module needs, its line of the dump, and the module.
    fn import(&self) -> (String, String, String) {
        let needs: Vec<BTreeSet<String>> = self.modules.iter().map(|module| self.needs(module)).collect();
        let dump = String::from_utf8(self.read("Module.symvers")).expect("text");
        for line in dump.lines().filter(|line| line.split('\t').nth(2) == Some("vmlinux")) {
            let symbol = line.split('\t').nth(1).unwrap_or_default();
            let mut users = (0..self.modules.len()).filter(|nth| needs[*nth].contains(symbol));
            if let (Some(user), None) = (users.next(), users.next())
                && symbol.len() > 6
            {
                return (symbol.to_owned(), line.to_owned(), self.modules[user].clone());
            }
        }
        panic!("no module needs anything for itself");
    }

    fn needs(&self, module: &str) -> BTreeSet<String> {
        let data = self.read(&format!("{module}.ko"));
        let elf = ElfFile::parse(&data).expect("a module");
        let undefined = elf.symbols.iter().filter(|symbol| symbol.is_undefined());
        undefined.map(|symbol| String::from_utf8_lossy(elf.symbol_name(symbol)).into_owned()).collect()
    }
}

fn add(object: &mut Object, field: (usize, usize), n: u64) -> bool {
    object.set(field, object.get(field) + n);
    true
}

/// Replaces the first instruction that fits, with what follows it, by a NOP.
fn no_op(object: &mut Object, section: &str, fits: impl Fn(u32, u32) -> bool) -> bool {
    let start = object.contents(section);
    let size = object.get(object.header(section, SH_SIZE)) as usize;
    let words = object.0[start..start + size].chunks_exact(4);
    let words: Vec<u32> = words.map(|word| u32::from_le_bytes(word.try_into().expect("four bytes"))).collect();
    let Some(nth) = words.windows(2).position(|pair| fits(pair[0], pair[1])) else { return false };
    object.put(section, nth * 4, &NOP);
    true
}

/// `ldp x29, x30, [sp], #n`.
fn is_pop(word: u32) -> bool {
    word & 0xffc0_7fff == 0xa8c0_7bfd
}

/// The first key whose trampoline is here as well.
fn own_key(o: &Object) -> String {
    let elf = ElfFile::parse(&o.0).expect("an object");
    let defined = elf.symbols.iter().filter(|symbol| !symbol.is_undefined());
    let names: BTreeSet<String> =
        defined.map(|symbol| String::from_utf8_lossy(elf.symbol_name(symbol)).into_owned()).collect();
    let is_pair = |key: &&String| key.starts_with("__SCK__") && names.contains(&key.replacen("__SCK__", "__SCT__", 1));
    names.iter().find(is_pair).expect("a key").clone()
}

/// Takes the pad from a function that is exported, by the kernel's list of names.
fn without_pad(o: &mut Object) -> bool {
    let elf = ElfFile::parse(&o.0).expect("an object");
    let declared = |symbol: &Symbol| elf.symbol_name(symbol).strip_prefix(b"__export_symbol_");
    let exported: BTreeSet<&[u8]> = elf.symbols.iter().filter_map(declared).collect();
    let pad = elf.symbols.iter().find_map(|symbol| {
        let section = elf.section(symbol.section);
        let start = symbol.value as usize;
        let has_pad = symbol.is_func() && section.data.get(start..start + 4) == Some(&BTI_C);
        (has_pad && exported.contains(elf.symbol_name(symbol))).then_some(section.offset as usize + start)
    });
    let Some(at) = pad else { return false };
    o.0[at..at + 4].copy_from_slice(&NOP);
    true
}

macro_rules! damage {
    ($name:literal, $is_real:literal, [$($expected:literal),* $(,)?], $make:expr) => {
        Damage { name: $name, is_real: $is_real, expected: &[$($expected),*], make: $make }
    };
}

const TRACED: &str = "__patchable_function_entries";

const DAMAGES: &[Damage] = &[
    damage!(
        "a traced function that is not listed",
        false,
        ["mcount/arm64-mcount-missing {subject} ?", "~mcount/arm64-mcount-missing {subject} ?"],
        |f| {
            // The last record of the small table is of a function that was dropped.
            f.object(TRACED, |o| {
                let n_records = if o.get(o.header(TRACED, SH_SIZE)) > 8 { 2 } else { 1 };
                o.shorten(TRACED, n_records * 8, n_records);
                true
            })
        }
    ),
    damage!(
        "a listed place where no code is",
        false,
        ["mcount/arm64-mcount-no-code {subject} -", "~mcount/arm64-mcount-link-order {subject} -"],
        |f| { f.object(TRACED, |o| add(o, o.reloc(TRACED, 0, R_ADDEND), 0x400_0000)) }
    ),
    damage!("half a record of a table", false, ["elf/arm64-table-size {subject} -"], |f| {
        f.object("__ex_table", |o| {
            o.shorten("__ex_table", 2, 0);
            true
        })
    }),
    damage!(
        "an exception of a type that the kernel does not know",
        false,
        ["elf/arm64-extable-type {subject} -"],
        |f| {
            f.object("__ex_table", |o| {
                o.put("__ex_table", 8, &[0x77, 0]);
                true
            })
        }
    ),
    damage!("an alternative of no whole instruction", false, ["elf/arm64-alternative-length {subject} ?"], |f| {
        f.object(".altinstructions", |o| {
            o.put(".altinstructions", 10, &[6]);
            true
        })
    }),
    damage!("a bug that is nowhere", false, ["elf/arm64-bug-no-brk {subject} ?"], |f| {
        f.object("__bug_table", |o| add(o, o.reloc("__bug_table", 0, R_ADDEND), 4))
    }),
    damage!("a static branch without a key", false, ["elf/arm64-jump-label-key {subject} ?"], |f| {
        f.object("__jump_table", |o| {
            o.set(o.reloc("__jump_table", 2, R_TYPE), 0);
            true
        })
    }),
    damage!("a return without what was saved", false, ["stack/arm64-stack-return-lost {subject} ?"], |f| {
        f.object(".text", |o| no_op(o, ".text", |word, next| is_pop(word) && next == RET))
    }),
    damage!("a return to a signed address", false, ["stack/arm64-stack-return-signed {subject} ?"], |f| {
        f.object(".text", |o| no_op(o, ".text", |word, next| word == AUTIASP && next == RET))
    }),
    damage!("a static call without a key", false, ["static-call/arm64-static-call-no-key {subject} ?"], |f| {
        // Of the kernels only those with kCFI have trampolines.
        f.object(".static_call.text", |o| {
            let key = own_key(o);
            o.rename(&key, &key.replacen("__SCK__", "__SCX__", 1));
            true
        })
    }),
    damage!(
        "an exported function without a landing pad",
        true,
        ["mitigations/arm64-no-landing-pad {subject} ?"],
        |f| {
            // With gcc the kernel itself is built without.
            let config = String::from_utf8(f.read("include/config/auto.conf")).expect("text");
            let has_pads = config.contains("CONFIG_ARM64_BTI_KERNEL=y");
            has_pads.then(|| f.kernel(".text", without_pad))?
        }
    ),
    // Its tables are then judged by the other machine's rules.
    damage!(
        "a module for another machine",
        true,
        ["elf/mixed-machines {subject} -", "~mcount/wrong-relocation {subject} *"],
        |f| {
            f.module(".text", |o| {
                o.set((18, 2), X86_64);
                true
            })
        }
    ),
    damage!("a truncated kernel", true, ["elf/malformed {subject} -"], |f| {
        f.kernel(".text", |o| {
            o.0.truncate(o.0.len() / 2);
            true
        })
    }),
    damage!("a symbol that nobody has", true, ["undefined/undefined {subject} zzzz"], |f| {
        let (symbol, _, module) = f.import();
        let mut object = Object(f.read(&format!("{module}.ko")));
        object.rename(&symbol, "zzzz");
        Some(Change { file: format!("{module}.ko"), contents: object.0, subject: module })
    }),
    damage!("another version", true, ["versions/wrong {subject} ?"], |f| {
        let (_, line, module) = f.import();
        f.text("Module.symvers", &module, |dump| dump.replace(&line, &format!("0xdeadbeef{}", &line[10..])))
    }),
    damage!("an export that is not listed", true, ["exports/not-listed vmlinux ?"], |f| {
        let (_, line, module) = f.import();
        f.text("Module.symvers", &module, |dump| dump.replace(&format!("{line}\n"), ""))
    }),
    damage!("another vermagic", true, ["versions/vermagic {subject} -"], |f| {
        f.module(".modinfo", |o| {
            o.replace(b"vermagic=7.", b"vermagic=9.");
            true
        })
    }),
    damage!("a suffix in struct module", true, ["module-name/this-module {subject} -"], |f| {
        f.module(".gnu.linkonce.this_module", |o| {
            o.put(".gnu.linkonce.this_module", 24, b"x.lto\0");
            true
        })
    }),
    damage!("memory that can be written and run", true, ["sections/writable-code {subject} -"], |f| {
        f.module(".text", |o| {
            let flags = o.header(".text", SH_FLAGS);
            o.set(flags, o.get(flags) | 1);
            true
        })
    }),
    damage!("an initcall that is no distance", true, ["initcalls/no-distance vmlinux ?"], |f| {
        f.kernel(".initcall6.init", |o| {
            o.set(o.reloc(".initcall6.init", 0, R_TYPE), 258);
            true
        })
    }),
    damage!("code that stays calls code that goes", true, ["section-mismatch/to-init vmlinux ?"], |f| {
        f.kernel(".text", |o| {
            let is_call = |o: &Object, nth: usize| o.get(o.reloc(".text", nth, R_TYPE)) == CALL26;
            let Some(nth) = (0..5000).find(|nth| is_call(o, *nth)) else { return false };
            let in_init = |elf: &ElfFile<'_>, symbol: &Symbol| {
                symbol.is_func() && symbol.is_global() && elf.section(symbol.section).name == b".init.text"
            };
            let symbol = o.symbol_that(in_init) as u64;
            o.set(o.reloc(".text", nth, R_SYM), symbol);
            true
        })
    }),
];

/// A folder of objects that are sound.
fn small(root: &Path) -> Folder {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/arm64");
    let modules = ["patched", "mcount-before", "static-call", "stack/sound"];
    fs::create_dir_all(root.join("include/config")).expect("a folder");
    fs::write(root.join("include/config/auto.conf"), "CONFIG_ARM64=y\nCONFIG_CC_IS_CLANG=y\n").expect("a file");
    fs::write(root.join("include/config/kernel.release"), "7.3.0-arm64\n").expect("a file");
    let names = modules.map(|module| module.rsplit('/').next().expect("a name").to_owned());
    for (module, name) in modules.iter().zip(&names) {
        let object = root.join(format!("{name}.o"));
        fs::copy(testdata.join(format!("{module}.o")), object).expect("it can be copied");
    }
    fs::write(root.join("modules.order"), names.iter().map(|name| format!("{name}.o\n")).collect::<String>())
        .expect("a file");
    Folder { root: root.to_owned(), modules: names.to_vec(), is_real: false }
}

/// What the gate reads of a real folder.
fn real(build: &Path, root: &Path) -> Folder {
    let outcome = gate::run(&options(build), &Quiet).expect("the gate runs");
    let modules: Vec<String> = outcome.inputs.modules.iter().map(|module| module.name.clone()).collect();
    let mut files: Vec<String> = outcome.inputs.objects.iter().map(|object| object.name.clone()).collect();
    let commands = files.iter().map(|file| {
        let (dir, name) = file.rsplit_once('/').map_or(("", &**file), |(dir, name)| (dir, name));
        format!("{dir}/.{name}.cmd").trim_start_matches('/').to_owned()
    });
    let commands: Vec<String> = commands.collect();
    files.extend(commands);
    files.extend(modules.iter().flat_map(|module| [format!("{module}.mod"), format!("{module}.mod.c")]));
    let lists = ["Module.symvers", "modules.order", ".vmlinux.objs", ".tmp_initcalls.lds", "scripts/module.lds"];
    let config = ["include/config/auto.conf", "include/config/kernel.release"];
    files.extend(lists.into_iter().chain(config).map(str::to_owned));
    for file in files.iter().filter(|file| build.join(file).is_file()) {
        let target = root.join(file);
        fs::create_dir_all(target.parent().expect("a folder")).expect("it can be made");
        fs::copy(build.join(file), target).expect("it can be copied");
    }
    Folder { root: root.to_owned(), modules, is_real: true }
}

/// Damages the folder in `POSTLINK_GATE_ARM64_BUILD`, or the small one: one damage at a time.
#[test]
fn each_damage_of_an_arm64_folder_is_found() {
    let dir = tempfile::tempdir().expect("a folder");
    let build = std::env::var_os("POSTLINK_GATE_ARM64_BUILD").map(PathBuf::from);
    let folder = build.map_or_else(|| small(dir.path()), |build| real(&build, dir.path()));
    let whole = keys(&folder.root);
    let outcome = gate::run(&options(&folder.root), &Quiet).expect("the gate runs");
    let grave = outcome.findings.iter().filter(|judged| judged.finding.severity > GateSeverity::Note);
    assert_eq!(grave.map(|judged| &judged.finding.message).collect::<Vec<_>>(), Vec::<&String>::new());
    let mut tally = Tally::default();
    for damage in DAMAGES.iter().filter(|damage| folder.is_real || !damage.is_real) {
        let Some(change) = (damage.make)(&folder) else {
            tally.say(format!("{}: nothing to do it to", damage.name));
            assert!(folder.is_real, "the small folder has everything");
            continue;
        };
        let before = folder.read(&change.file);
        fs::write(folder.root.join(&change.file), &change.contents).expect("it can be written");
        let found = new_findings(&whole, &keys(&folder.root));
        fs::write(folder.root.join(&change.file), before).expect("it can be written");
        let expected: Vec<String> =
            damage.expected.iter().map(|line| line.replace("{subject}", &change.subject)).collect();
        if fits(&found, &expected) {
            tally.pass(format!("{}: {}", damage.name, found.join(", ")));
        } else {
            tally.fail(damage.name, &format!("  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert_eq!(keys(&folder.root), whole, "the copy is as before");
    tally.close();
}

#[test]
fn findings_about_arm64_frames_show_the_way() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = small(dir.path());
    let faulty = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/arm64/stack/faulty.o");
    fs::copy(faulty, dir.path().join("sound.o")).expect("it can be copied");
    let outcome = gate::run(&options(&folder.root), &Quiet).expect("the gate runs");
    assert!(outcome.verdict.has_failed && outcome.why_skipped("stack").is_none());
    let of = |kind: &str| {
        let found = outcome.findings.iter().map(|judged| &judged.finding).find(|found| found.kind == kind);
        found.unwrap_or_else(|| panic!("no {kind}"))
    };
    for (kind, severity) in [
        ("arm64-stack-conflict", GateSeverity::Error),
        ("arm64-stack-falls-through", GateSeverity::Note),
        ("arm64-stack-return", GateSeverity::Error),
        ("arm64-stack-lost", GateSeverity::Note),
        ("arm64-stack-tail-call", GateSeverity::Note),
        ("arm64-stack-unresolved", GateSeverity::Note),
    ] {
        let found = of(kind);
        assert_eq!((found.check, found.severity), ("stack", severity), "{kind}");
        assert!(!found.symbol.is_empty() && found.offset.is_some(), "{found:?}");
    }
    let way = of("arm64-stack-return").detail.join("\n");
    assert!(way.contains("ret") && way.contains("sp"), "{way}");
}
