// SPDX-License-Identifier: GPL-2.0-only

//! The damages: what is done to a copy of a build folder, and exactly what the gate must find then.

use postlink::elf::ElfFile;
use postlink::elf::Symbol;

use crate::object::*;
use crate::parts::Parts;

/// One damage.
pub struct Damage {
    pub name: &'static str,
    /// `check/kind subject symbol`; the symbol is `-` if there is none. A part's name stands in braces. As symbol `?` stands
    /// for any one, `*` for any, any number of times but at least once; as subject `*` stands for any. `3x ` before a line
    /// says how often exactly. A line that begins with `~` may be found any number of times, and need not be.
    pub expected: &'static [&'static str],
    pub make: fn(&Parts),
}

pub fn object(c: &Parts, file: &str, change: impl FnOnce(&mut Object)) {
    let mut object = Object(c.read(file));
    change(&mut object);
    c.write(file, object.0);
}

pub fn text(c: &Parts, file: &str, old: &str, new: &str) {
    let before = c.read_text(file);
    let after = before.replacen(old, new, 1);
    assert_ne!(before, after, "{file} has no '{old}'");
    c.write(file, after);
}

fn remove_line(c: &Parts, file: &str, word: &str) {
    let before = c.read_text(file);
    let after: String = before.lines().filter(|line| !line.contains(word)).map(|line| format!("{line}\n")).collect();
    assert_ne!(before, after, "{file} has no line with '{word}'");
    c.write(file, after);
}

pub fn copy(c: &Parts, from: &str, to: &str) {
    c.write(to, c.read(from));
}

/// The line of `Module.symvers` about a symbol.
fn dump_line(c: &Parts, symbol: &str) -> String {
    let dump = c.read_text("Module.symvers");
    let word = format!("\t{symbol}\t");
    dump.lines().find(|line| line.contains(&word)).expect("it is exported").to_owned()
}

/// Number of the first static-call site whose key's name fits, and the name.
fn site(o: &Object, fits: impl Fn(&str) -> bool) -> (usize, String) {
    let n_sites = o.get(o.header(".static_call_sites", SH_SIZE)) as usize / 8;
    let key = |nth: &usize| o.name(o.get(o.reloc(".static_call_sites", nth * 2 + 1, R_SYM)) as usize);
    let found = (0..n_sites).map(|nth| (nth, key(&nth))).find(|(_, name)| fits(name));
    found.expect("a site with such a key")
}

fn is_text(section: &str) -> bool {
    section == ".text" || section.starts_with(".text.")
}

fn is_function_in(elf: &ElfFile<'_>, symbol: &Symbol, sections: &[u8]) -> bool {
    symbol.is_func() && symbol.is_global() && elf.section(symbol.section).name.starts_with(sections)
}

fn is_object(elf: &ElfFile<'_>, symbol: &Symbol) -> bool {
    symbol.kind() == 1 && elf.section(symbol.section).name.starts_with(b".data")
}

fn is_called(elf: &ElfFile<'_>, symbol: &Symbol, name: &[u8]) -> bool {
    elf.symbol_name(symbol) == name
}

fn is_promoted(elf: &ElfFile<'_>, symbol: &Symbol) -> bool {
    let name = elf.symbol_name(symbol);
    symbol.is_func()
        && !symbol.is_undefined()
        && !name.starts_with(b"__")
        && memchr::memmem::find(name, b".llvm.").is_some()
}

pub const CONF: &str = "include/config/auto.conf";
pub const VMLINUX: &str = "vmlinux.o";

macro_rules! damage {
    ($name:literal, [$($expected:literal),+ $(,)?], $make:expr) => {
        $crate::damages::Damage { name: $name, expected: &[$($expected),+], make: $make }
    };
}

pub(crate) use damage;

// What nothing refers to any more needs no landing pad: that the table of those to seal lacks it follows from the damage.
pub const ALL: &[Damage] = &[
    damage!("a linked module is still bitcode", ["bitcode/not-native {one} -"], |c| copy(c, &c.bitcode, &c.one_o())),
    damage!("vmlinux.o is still bitcode", ["bitcode/not-native vmlinux -"], |c| copy(c, &c.bitcode, VMLINUX)),
    damage!("a .ko is still bitcode", ["bitcode/not-native {two} -"], |c| copy(c, &c.bitcode, &c.two_ko())),
    damage!("bitcode in a kernel without LTO", ["{n_bitcode}x bitcode/not-native * -"], |c| {
        assert!(!c.is_old, "objects of modules are bitcode as well there, beside their links");
        remove_line(c, CONF, "CONFIG_LTO_CLANG=");
    }),
    damage!("a truncated vmlinux.o", ["elf/malformed vmlinux -"], |c| {
        let data = c.read(VMLINUX);
        c.write(VMLINUX, &data[..data.len() / 2]);
    }),
    damage!("an empty module", ["elf/malformed {one} -"], |c| c.write(&c.one_ko(), "")),
    damage!("a symbol index out of range", ["elf/malformed {one} -"], |c| object(c, &c.one_ko(), |o| {
        o.set(o.reloc(".text", 0, R_SYM), 60_000);
    })),
    damage!("relocations that belong to no symbol table", ["elf/reloc-link {two} -"], |c| object(
        c,
        &c.two_ko(),
        |o| {
            o.set(o.header(".rela.text", SH_LINK), 1);
        }
    )),
    damage!("a relocation past the end of its section", ["elf/reloc-offset {two} -"], |c| object(
        c,
        &c.two_ko(),
        |o| {
            o.set(o.reloc(".text", 0, R_OFFSET), 0x1000_0000);
        }
    )),
    damage!("a symbol past the end of its section", ["elf/symbol-value {two} ?"], |c| object(c, &c.two_ko(), |o| {
        let symbol = o.symbol_that(|elf, symbol| is_function_in(elf, symbol, b".text"));
        o.set(o.field_of(symbol, ST_VALUE), 0x1000_0000);
    })),
    damage!("a module for another machine", ["elf/mixed-machines {two} -"], |c| object(c, &c.two_ko(), |o| {
        o.set((18, 2), 243);
    })),
    damage!("an object beside the one it was linked into", ["duplicate-symbol/twin-inputs {two} -"], |c| {
        let last = format!("{}\n", c.two_last);
        text(c, &format!("{}.mod", c.two), &last, &format!("{last}{}", last.replace(".o\n", ".lto.o\n")));
    }),
    damage!("definitions in two inputs of a link", ["{n_native}x duplicate-symbol/defined-twice vmlinux ?"], |c| {
        copy(c, &c.native, "other.o");
        let line = format!("{}\n", c.native);
        text(c, ".vmlinux.objs", &line, &format!("{line}other.o\n"));
    }),
    damage!("a symbol that nobody has", ["undefined/undefined {one} zzzz"], |c| object(c, &c.one_ko(), |o| {
        o.rename(&c.import, "zzzz");
    })),
    damage!("a runtime function that was dropped", ["undefined/runtime-library {one} {runtime}"], |c| {
        assert!(!c.runtime.is_empty(), "all of them are exported");
        object(c, &c.one_ko(), |o| o.rename(&c.import, &c.runtime));
    }),
    damage!("a trimmed export", ["trim/trimmed {one} {import}"], |c| {
        remove_line(c, "Module.symvers", &format!("\t{}\t", c.import));
        text(c, CONF, "CONFIG_X86_64=y\n", "CONFIG_X86_64=y\nCONFIG_TRIM_UNUSED_KSYMS=y\n");
    }),
    damage!("objtool without --module", ["module-flag/no-module-option {two} -"], |c| {
        text(c, &c.command_of(&c.two_o()), " --module", "");
    }),
    damage!("a key as if --module had been missing", ["module-flag/key-in-module {one} ?"], |c| {
        let dump = c.read_text("Module.symvers");
        let key_of = |trampoline: &str| trampoline.replacen("__SCT__", "__SCK__", 1);
        let is_exported = |name: &str| dump.contains(&format!("\t{name}\t"));
        object(c, &c.one_o(), |o| {
            let (nth, name) = site(o, |name| name.starts_with("__SCT__") && !is_exported(&key_of(name)));
            let symbol = o.add_undefined(&key_of(&name)) as u64;
            o.set(o.reloc(".static_call_sites", nth * 2 + 1, R_SYM), symbol);
        });
    }),
    damage!("a trampoline as key in the kernel", ["module-flag/trampoline-in-kernel vmlinux ?"], |c| {
        object(c, VMLINUX, |o| {
            let (nth, name) = site(o, |name| name.starts_with("__SCK__"));
            let symbol = o.symbol(&name.replacen("__SCK__", "__SCT__", 1)) as u64;
            o.set(o.reloc(".static_call_sites", nth * 2 + 1, R_SYM), symbol);
        });
    }),
    damage!("objtool never ran", ["module-flag/not-processed {two} -"], |c| object(c, &c.two_o(), |o| {
        for table in [
            ".orc_unwind",
            ".orc_unwind_ip",
            ".static_call_sites",
            ".retpoline_sites",
            ".return_sites",
            ".call_sites",
            ".ibt_endbr_seal",
        ] {
            if o.has(table) {
                o.empty(table);
            }
        }
    })),
    damage!("a static call that is not listed", ["static-call/missing {one} ?"], |c| object(c, &c.one_o(), |o| {
        o.shorten(".static_call_sites", 8, 2);
    })),
    damage!("a wrong tail flag", ["static-call/tail-flag vmlinux ?"], |c| object(c, VMLINUX, |o| {
        let addend = o.reloc(".static_call_sites", 1, R_ADDEND);
        o.set(addend, o.get(addend) ^ 1);
    })),
    damage!("a site that is no call", ["static-call/missing vmlinux ?", "static-call/no-call vmlinux ?"], |c| {
        object(c, VMLINUX, |o| {
            let addend = o.reloc(".static_call_sites", 0, R_ADDEND);
            o.set(addend, o.get(addend) + 1);
        });
    }),
    damage!("a key of something else", ["static-call/wrong-key vmlinux ?"], |c| object(c, VMLINUX, |o| {
        let symbol = o.symbol(&c.export) as u64;
        o.set(o.reloc(".static_call_sites", 1, R_SYM), symbol);
    })),
    damage!("static calls lost in the last link", ["static-call/lost-in-link {one} -"], |c| {
        object(c, &c.one_ko(), |o| o.shorten(".static_call_sites", 8, 2));
    }),
    damage!("a traced call that is not listed", ["mcount/missing {one} ?"], |c| object(c, &c.one_o(), |o| {
        o.shorten("__mcount_loc", 8, 1);
    })),
    damage!("a traced call listed twice", ["mcount/missing {one} ?", "mcount/twice {one} ?"], |c| {
        object(c, &c.one_o(), |o| {
            for field in [R_SYM, R_ADDEND] {
                let first = o.get(o.reloc("__mcount_loc", 0, field));
                o.set(o.reloc("__mcount_loc", 1, field), first);
            }
        });
    }),
    damage!("a listed place that is no traced call", ["mcount/missing {two} ?", "mcount/no-site {two} ?"], |c| {
        object(c, &c.two_o(), |o| {
            let addend = o.reloc("__mcount_loc", 0, R_ADDEND);
            o.set(addend, o.get(addend) + 2);
        });
    }),
    damage!("a record of another relocation type", ["mcount/wrong-relocation {two} -"], |c| {
        object(c, &c.two_o(), |o| o.set(o.reloc("__mcount_loc", 0, R_TYPE), 10));
    }),
    damage!("traced calls lost in the last link", ["mcount/lost-in-link {two} -"], |c| object(c, &c.two_ko(), |o| {
        o.shorten("__mcount_loc", 8, 1);
    })),
    damage!("a wrong ORC entry", ["orc/wrong-entry {one} ?"], |c| object(c, &c.one_o(), |o| {
        let at = o.contents(".orc_unwind");
        o.0[at] ^= 0x40;
    })),
    damage!("a wrong ORC entry in the kernel", ["1x orc/wrong-entry vmlinux *"], |c| object(c, VMLINUX, |o| {
        let at = o.contents(".orc_unwind") + o.get(o.header(".orc_unwind", SH_SIZE)) as usize / 12 * 6;
        o.0[at] ^= 0x40;
    })),
    damage!("ORC tables of different lengths", ["orc/lengths {two} -"], |c| object(c, &c.two_o(), |o| {
        o.shorten(".orc_unwind", 6, 0);
    })),
    damage!("no ORC tables", ["orc/missing vmlinux -"], |c| object(c, VMLINUX, |o| {
        o.empty(".orc_unwind");
        o.empty(".orc_unwind_ip");
    })),
    damage!("ORC tables of another kernel's format", ["orc/header {one} -"], |c| object(c, &c.one_ko(), |o| {
        o.put(".orc_header", 0, &[0xff]);
    })),
    damage!("ORC entries lost in the last link", ["orc/lost-in-link {one} -"], |c| object(c, &c.one_ko(), |o| {
        o.shorten(".orc_unwind", 6, 0);
        o.shorten(".orc_unwind_ip", 4, 1);
    })),
    damage!("a return that is not listed", ["mitigations/missing-site vmlinux ?"], |c| object(c, VMLINUX, |o| {
        o.shorten(".return_sites", 4, 1);
    })),
    damage!("an indirect branch that is not listed", ["mitigations/missing-site vmlinux ?"], |c| {
        object(c, VMLINUX, |o| o.shorten(".retpoline_sites", 4, 1));
    }),
    damage!(
        "a sealed place that is no landing pad",
        ["mitigations/extra-site {sealed} ?", "mitigations/missing-site {sealed} ?"],
        |c| object(c, &c.sealed_o(), |o| {
            let addend = o.reloc(".ibt_endbr_seal", 0, R_ADDEND);
            o.set(addend, o.get(addend) + 4);
        })
    ),
    damage!("objtool without an option that the configuration promises", ["mitigations/option-missing {one} -"], |c| {
        text(c, &c.command_of(&c.one_o()), " --sls", "")
    }),
    damage!(
        "a return that escapes its thunk",
        ["mitigations/extra-site vmlinux ?", "mitigations/naked-return vmlinux ?"],
        |c| object(c, VMLINUX, |o| {
            let at = o.code_reloc(is_text, &[0xe9], |elf, symbol| is_called(elf, symbol, b"__x86_return_thunk"));
            o.set(o.reloc(&at.section, at.nth, R_TYPE), 0);
            o.put(&at.section, at.offset - 1, &[0xc3, 0xcc, 0xcc, 0xcc, 0xcc]);
        })
    ),
    damage!("entry code that calls instrumented code", ["noinstr/leaves-noinstr vmlinux ?"], |c| {
        object(c, VMLINUX, |o| {
            let is_noinstr = |section: &str| section == ".noinstr.text";
            let at = o.code_reloc(is_noinstr, &[0xe8], |elf, symbol| is_function_in(elf, symbol, b".noinstr.text"));
            let symbol = o.symbol(&c.export) as u64;
            o.set(o.reloc(&at.section, at.nth, R_SYM), symbol);
        });
    }),
    damage!("user memory left open", ["uaccess/return-with-uaccess vmlinux ?", "~orc/missing-entry vmlinux -"], |c| {
        object(c, VMLINUX, |o| {
            // STAC and CLAC are alternatives of nothing, or stand in the code of a function.
            let section = if o.has(".altinstr_replacement") { ".altinstr_replacement" } else { ".text" };
            let opened = o.find(section, 0, &[0x0f, 0x01, 0xcb]);
            let closed = o.find(section, opened, &[0x0f, 0x01, 0xca]);
            o.put(section, closed, &[0x0f, 0x1f, 0x00]);
        })
    }),
    damage!("a frame that is not taken down", ["stack/return-modified-frame vmlinux ?"], |c| object(c, VMLINUX, |o| {
        let is_code = |section: &str| is_text(section) || section == ".noinstr.text";
        let is_thunk = |elf: &ElfFile<'_>, symbol: &Symbol| is_called(elf, symbol, b"__x86_return_thunk");
        let at = o.code_reloc(is_code, &[0x5d, 0xe9], is_thunk);
        o.put(&at.section, at.offset - 2, &[0x90]);
    })),
    damage!("a module that is listed and not there", ["modules-order/not-there no/such/module -"], |c| {
        let order = c.read_text("modules.order");
        c.write("modules.order", format!("{order}no/such/module.o\n"));
    }),
    damage!("another version", ["versions/wrong {one} {import}"], |c| {
        let line = dump_line(c, &c.import);
        text(c, "Module.symvers", &line, &format!("0xdeadbeef{}", &line[10..]));
    }),
    damage!("no version", ["versions/missing {one} {import}"], |c| object(c, &c.one_ko(), |o| {
        let at = o.find("__versions", 0, format!("{}\0", c.import).as_bytes());
        o.put("__versions", at, b"@");
    })),
    damage!("another vermagic", ["versions/vermagic {two} -"], |c| object(c, &c.two_ko(), |o| {
        let at = o.find(".modinfo", 0, b"vermagic=");
        o.put(".modinfo", at + b"vermagic=".len(), b"9");
    })),
    damage!("no srcversion", ["versions/no-srcversion {one} -"], |c| object(c, &c.one_ko(), |o| {
        o.replace(b"srcversion=", b"srcVersion=");
    })),
    damage!("an export listed twice", ["exports/exported-twice Module.symvers {export}"], |c| {
        let (dump, line) = (c.read_text("Module.symvers"), dump_line(c, &c.export));
        c.write("Module.symvers", format!("{dump}{line}\n"));
    }),
    damage!("an export of another licence class", ["exports/licence-class vmlinux {gpl_export}"], |c| {
        let line = dump_line(c, &c.gpl_export);
        text(c, "Module.symvers", &line, &line.replace("SYMBOL_GPL", "SYMBOL"));
    }),
    damage!("an export that is not listed", ["exports/not-listed vmlinux {export}"], |c| {
        remove_line(c, "Module.symvers", &format!("\t{}\t", c.export));
    }),
    damage!("a listed export that nobody makes", ["exports/not-exported Module.symvers phantom"], |c| {
        let dump = format!("{}0x00000001\tphantom\tvmlinux\tEXPORT_SYMBOL\t\n", c.read_text("Module.symvers"));
        c.write("Module.symvers", dump);
    }),
    damage!("a namespace that is not imported", ["{n_ns}x exports/namespace {ns_user} ?"], |c| {
        object(c, &format!("{}.ko", c.ns_user), |o| {
            let at = o.find(".modinfo", 0, b"import_ns=");
            o.put(".modinfo", at + b"import_ns=".len(), b"@");
        });
    }),
    damage!("a proprietary user of GPL-only symbols", ["{n_gpl}x exports/gpl-only {one} ?"], |c| {
        object(c, &c.one_ko(), |o| o.replace(b"license=GPL", b"license=XYZ"));
    }),
    damage!(
        "an exported symbol that became local",
        [
            "exports/bad-export vmlinux {export}",
            "exports/not-exported Module.symvers {export}",
            "~livepatch/became-local vmlinux {export}",
            "~livepatch/local-summary vmlinux -",
        ],
        |c| {
            assert!(!c.is_old, "what is exported there is what has an entry, under whatever name");
            object(c, VMLINUX, |o| o.set(o.symbol_field(&c.export, ST_INFO), 2));
        }
    ),
    damage!("a suffix in struct module", ["module-name/this-module {one} -"], |c| object(c, &c.one_ko(), |o| {
        let name = c.one.rsplit('/').next().expect("a name");
        o.put(".gnu.linkonce.this_module", 24, format!("{name}.lto\0").as_bytes());
    })),
    damage!("a suffix in a generated source", ["module-name/mod-c {two} -"], |c| {
        let depends = format!("depends, \"{}", c.depends);
        text(c, &format!("{}.mod.c", c.two), &depends, &format!("{depends}.lto"));
    }),
    damage!(
        "a suffix in the dump",
        ["exports/not-listed {exporter} {exported}", "module-name/dump Module.symvers {exported}"],
        |c| text(c, "Module.symvers", &format!("\t{}\t", c.exporter), &format!("\t{}.lto\t", c.exporter))
    ),
    damage!("a section that was not merged", ["sections/unmerged {one} -"], |c| object(c, &c.one_ko(), |o| {
        o.replace(b".init.text\0", b".text.init\0");
    })),
    damage!("memory that can be written and run", ["sections/writable-code {two} -"], |c| object(
        c,
        &c.two_ko(),
        |o| {
            let flags = o.header(".text", SH_FLAGS);
            o.set(flags, o.get(flags) | 1);
        }
    )),
    damage!("initcalls in another order", ["initcalls/order vmlinux ?"], |c| object(c, VMLINUX, |o| {
        let (first, second) = (o.reloc(".initcall6.init", 0, R_SYM), o.reloc(".initcall6.init", 1, R_SYM));
        let (a, b) = (o.get(first), o.get(second));
        o.set(first, b);
        o.set(second, a);
    })),
    damage!("an initcall that is no distance", ["initcalls/no-distance vmlinux ?"], |c| object(c, VMLINUX, |o| {
        o.set(o.reloc(".initcall6.init", 0, R_TYPE), 10);
    })),
    damage!("a lost initcall", ["initcalls/lost vmlinux ?", "~mitigations/missing-site vmlinux *"], |c| {
        object(c, VMLINUX, |o| o.shorten(".initcall6.init", 4, 1));
    }),
    damage!(
        "a PCI fixup that calls data",
        ["initcalls/no-function vmlinux ?", "~mitigations/missing-site vmlinux *"],
        |c| object(c, VMLINUX, |o| {
            let is_data = |elf: &ElfFile<'_>, symbol: &Symbol| symbol.is_global() && is_object(elf, symbol);
            let symbol = o.symbol_that(is_data) as u64;
            o.set(o.reloc(".pci_fixup_final", 0, R_SYM), symbol);
        })
    ),
    damage!("one more promoted function", ["promoted-symbols/function vmlinux ?"], |c| object(c, VMLINUX, |o| {
        let at = o.name_place(o.symbol_that(is_promoted));
        o.0[at] = b'@';
    })),
    damage!("vmlinux in place of vmlinux.o", ["livepatch/not-vmlinux-o vmlinux -"], |c| object(c, VMLINUX, |o| {
        o.set((16, 2), 2);
    })),
    damage!("code that stays calls code that goes", ["section-mismatch/to-init vmlinux ?"], |c| {
        object(c, VMLINUX, |o| {
            let at = o.code_reloc(is_text, &[0xe8], |elf, symbol| is_function_in(elf, symbol, b".text"));
            let symbol = o.symbol_that(|elf, symbol| is_function_in(elf, symbol, b".init.text")) as u64;
            o.set(o.reloc(&at.section, at.nth, R_SYM), symbol);
        });
    }),
];
