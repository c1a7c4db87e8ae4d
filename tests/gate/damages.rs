//! The damages: what is done to a copy of the test kernel, and exactly what the gate must find then.

use std::fs;
use std::path::Path;

use crate::object::*;

/// One damage.
pub struct Damage {
    pub name: &'static str,
    /// `check/kind subject symbol`, sorted; the symbol is `-` if there is none, and `*` stands for any number of any.
    pub expected: &'static [&'static str],
    pub make: fn(&Path),
}

fn object(root: &Path, file: &str, change: impl FnOnce(&mut Object)) {
    let mut object = Object(fs::read(root.join(file)).expect("the object is there"));
    change(&mut object);
    fs::write(root.join(file), object.0).expect("it can be written");
}

fn text(root: &Path, file: &str, old: &str, new: &str) {
    let before = fs::read_to_string(root.join(file)).expect("the file is there");
    let after = before.replacen(old, new, 1);
    assert_ne!(before, after, "{file} has no '{old}'");
    fs::write(root.join(file), after).expect("it can be written");
}

fn remove_line(root: &Path, file: &str, word: &str) {
    let before = fs::read_to_string(root.join(file)).expect("the file is there");
    let after: String = before.lines().filter(|line| !line.contains(word)).map(|line| format!("{line}\n")).collect();
    assert_ne!(before, after, "{file} has no line with '{word}'");
    fs::write(root.join(file), after).expect("it can be written");
}

fn copy(root: &Path, from: &str, to: &str) {
    fs::copy(root.join(from), root.join(to)).expect("it can be copied");
}

const CONF: &str = "include/config/auto.conf";
const VMLINUX: &str = "vmlinux.o";
const ONE_O: &str = "drivers/one.o";
const TWO_O: &str = "drivers/two.o";
const ONE_KO: &str = "drivers/one.ko";
const TWO_KO: &str = "drivers/two.ko";

macro_rules! damage {
    ($name:literal, [$($expected:literal),+ $(,)?], $make:expr) => {
        Damage { name: $name, expected: &[$($expected),+], make: $make }
    };
}

// What nothing refers to any more needs no landing pad: that the table of those to seal lacks it follows from the damage.
pub const ALL: &[Damage] = &[
    damage!("a linked module is still bitcode", ["bitcode/not-native drivers/one -"], |root| {
        copy(root, "drivers/two-main.o", ONE_O);
    }),
    damage!("vmlinux.o is still bitcode", ["bitcode/not-native vmlinux -"], |root| copy(root, "main.o", VMLINUX)),
    damage!("a .ko is still bitcode", ["bitcode/not-native drivers/two -"], |root| copy(root, "main.o", TWO_KO)),
    damage!(
        "bitcode in a kernel without LTO",
        [
            "bitcode/not-native drivers/two -",
            "bitcode/not-native drivers/two -",
            "bitcode/not-native vmlinux -",
            "bitcode/not-native vmlinux -"
        ],
        |root| remove_line(root, CONF, "CONFIG_LTO_CLANG=")
    ),
    damage!("a truncated vmlinux.o", ["elf/malformed vmlinux -"], |root| {
        let data = fs::read(root.join(VMLINUX)).expect("it is there");
        fs::write(root.join(VMLINUX), &data[..data.len() / 2]).expect("it can be written");
    }),
    damage!("an empty module", ["elf/malformed drivers/one -"], |root| fs::write(root.join(ONE_KO), b"")
        .expect("it can be")),
    damage!("a symbol index out of range", ["elf/malformed drivers/one -"], |root| object(root, ONE_KO, |o| {
        o.set(o.reloc(".text", 0, R_SYM), 60_000);
    })),
    damage!("relocations that belong to no symbol table", ["elf/reloc-link drivers/two -"], |root| object(
        root,
        TWO_KO,
        |o| {
            o.set(o.header(".rela.text", SH_LINK), 1);
        }
    )),
    damage!("a relocation past the end of its section", ["elf/reloc-offset drivers/two -"], |root| object(
        root,
        TWO_KO,
        |o| {
            o.set(o.reloc(".text", 0, R_OFFSET), 0x10_0000);
        }
    )),
    damage!("a symbol past the end of its section", ["elf/symbol-value drivers/two two_work"], |root| object(
        root,
        TWO_KO,
        |o| {
            o.set(o.symbol_field("two_work", ST_VALUE), 0x10_0000);
        }
    )),
    damage!("a module for another machine", ["elf/mixed-machines drivers/two -"], |root| object(root, TWO_KO, |o| {
        o.set((18, 2), 243);
    })),
    damage!("an object beside the one it was linked into", ["duplicate-symbol/twin-inputs drivers/two -"], |root| {
        text(root, "drivers/two.mod", "drivers/two-part.o\n", "drivers/two-part.o\ndrivers/two-part.lto.o\n");
    }),
    damage!("definitions in two inputs of a link", ["duplicate-symbol/defined-twice vmlinux *"], |root| {
        copy(root, "entry.o", "other.o");
        text(root, ".vmlinux.objs", "entry.o\n", "entry.o\nother.o\n");
    }),
    damage!("a symbol that nobody has", ["undefined/undefined drivers/one count_tickz"], |root| object(
        root,
        ONE_KO,
        |o| {
            o.rename("count_ticks", "count_tickz");
        }
    )),
    damage!("a runtime function that was dropped", ["undefined/runtime-library drivers/one memset"], |root| {
        object(root, ONE_KO, |o| o.rename("memcpy", "memset"));
    }),
    damage!("a trimmed export", ["trim/trimmed drivers/one memcpy"], |root| {
        remove_line(root, "Module.symvers", "memcpy");
        text(root, CONF, "CONFIG_X86_64=y\n", "CONFIG_X86_64=y\nCONFIG_TRIM_UNUSED_KSYMS=y\n");
    }),
    damage!("objtool without --module", ["module-flag/no-module-option drivers/two -"], |root| {
        text(root, "drivers/.two.o.cmd", " --module", "");
    }),
    damage!("a key as if --module had been missing", ["module-flag/key-in-module drivers/one one_last"], |root| {
        object(root, ONE_O, |o| {
            let symbol = o.symbol("count_ticks") as u64;
            o.rename("count_ticks", "__SCK__tick");
            let tail = (0..).find(|nth| o.get(o.reloc(".static_call_sites", nth * 2 + 1, R_ADDEND)) == 1);
            o.set(o.reloc(".static_call_sites", tail.expect("a tail call") * 2 + 1, R_SYM), symbol);
        });
    }),
    damage!("a trampoline as key in the kernel", ["module-flag/trampoline-in-kernel vmlinux count_last"], |root| {
        object(root, VMLINUX, |o| {
            let symbol = o.symbol("__SCT__tick") as u64;
            o.set(o.reloc(".static_call_sites", 1, R_SYM), symbol);
        });
    }),
    damage!("objtool never ran", ["module-flag/not-processed drivers/two -"], |root| object(root, TWO_O, |o| {
        for table in
            [".orc_unwind", ".orc_unwind_ip", ".static_call_sites", ".return_sites", ".call_sites", ".ibt_endbr_seal"]
        {
            o.empty(table);
        }
    })),
    damage!("a static call that is not listed", ["static-call/missing drivers/one one_work"], |root| object(
        root,
        ONE_O,
        |o| {
            o.shorten(".static_call_sites", 8, 2);
        }
    )),
    damage!("a wrong tail flag", ["static-call/tail-flag vmlinux count_last"], |root| object(root, VMLINUX, |o| {
        let addend = o.reloc(".static_call_sites", 1, R_ADDEND);
        o.set(addend, o.get(addend) ^ 1);
    })),
    damage!(
        "a site that is no call",
        ["static-call/missing vmlinux count_last", "static-call/no-call vmlinux count_last"],
        |root| object(root, VMLINUX, |o| {
            let addend = o.reloc(".static_call_sites", 0, R_ADDEND);
            o.set(addend, o.get(addend) + 1);
        })
    ),
    damage!("a key of something else", ["static-call/wrong-key vmlinux count_last"], |root| object(
        root,
        VMLINUX,
        |o| {
            let symbol = o.symbol("shared_count") as u64;
            o.set(o.reloc(".static_call_sites", 1, R_SYM), symbol);
        }
    )),
    damage!("static calls lost in the last link", ["static-call/lost-in-link drivers/one -"], |root| object(
        root,
        ONE_KO,
        |o| {
            o.shorten(".static_call_sites", 8, 2);
        }
    )),
    damage!("a traced call that is not listed", ["mcount/missing drivers/one *"], |root| object(root, ONE_O, |o| {
        o.shorten("__mcount_loc", 8, 1);
    })),
    damage!("a traced call listed twice", ["mcount/missing drivers/one *", "mcount/twice drivers/one *"], |root| {
        object(root, ONE_O, |o| {
            for field in [R_SYM, R_ADDEND] {
                let first = o.get(o.reloc("__mcount_loc", 0, field));
                o.set(o.reloc("__mcount_loc", 1, field), first);
            }
        });
    }),
    damage!(
        "a listed place that is no traced call",
        ["mcount/missing drivers/two *", "mcount/no-site drivers/two *"],
        |root| {
            object(root, TWO_O, |o| {
                let addend = o.reloc("__mcount_loc", 0, R_ADDEND);
                o.set(addend, o.get(addend) + 2);
            });
        }
    ),
    damage!("a record of another relocation type", ["mcount/wrong-relocation drivers/two -"], |root| object(
        root,
        TWO_O,
        |o| {
            o.set(o.reloc("__mcount_loc", 0, R_TYPE), 10);
        }
    )),
    damage!("traced calls lost in the last link", ["mcount/lost-in-link drivers/two -"], |root| object(
        root,
        TWO_KO,
        |o| {
            o.shorten("__mcount_loc", 8, 1);
        }
    )),
    damage!("a wrong ORC entry", ["orc/wrong-entry drivers/one *"], |root| object(root, ONE_O, |o| {
        let at = o.contents(".orc_unwind");
        o.0[at] ^= 0x40;
    })),
    damage!("ORC tables of different lengths", ["orc/lengths drivers/two -"], |root| object(root, TWO_O, |o| {
        o.shorten(".orc_unwind", 6, 0);
    })),
    damage!("no ORC tables", ["orc/missing vmlinux -"], |root| object(root, VMLINUX, |o| {
        o.empty(".orc_unwind");
        o.empty(".orc_unwind_ip");
    })),
    damage!("ORC tables of another kernel's format", ["orc/header drivers/one -"], |root| object(root, ONE_KO, |o| {
        o.put(".orc_header", 0, &[0xff]);
    })),
    damage!("ORC entries lost in the last link", ["orc/lost-in-link drivers/one -"], |root| object(
        root,
        ONE_KO,
        |o| {
            o.shorten(".orc_unwind", 6, 0);
            o.shorten(".orc_unwind_ip", 4, 1);
        }
    )),
    damage!("a return that is not listed", ["mitigations/missing-site vmlinux *"], |root| object(root, VMLINUX, |o| {
        o.shorten(".return_sites", 4, 1);
    })),
    damage!("an indirect branch that is not listed", ["mitigations/missing-site vmlinux call_hook"], |root| {
        object(root, VMLINUX, |o| o.shorten(".retpoline_sites", 4, 1));
    }),
    damage!(
        "a sealed place that is no landing pad",
        ["mitigations/extra-site drivers/one *", "mitigations/missing-site drivers/one *"],
        |root| object(root, ONE_O, |o| {
            let addend = o.reloc(".ibt_endbr_seal", 0, R_ADDEND);
            o.set(addend, o.get(addend) + 4);
        })
    ),
    damage!(
        "objtool without an option that the configuration promises",
        ["mitigations/option-missing drivers/one -"],
        |root| {
            text(root, "drivers/.one.o.cmd", " --sls", "");
        }
    ),
    damage!(
        "a return that escapes its thunk",
        ["mitigations/extra-site vmlinux peek_user", "mitigations/naked-return vmlinux peek_user"],
        |root| object(root, VMLINUX, |o| {
            let nth = o.with_code_reloc(".text", "peek_user");
            let at = o.get(o.reloc(".text", nth, R_OFFSET)) as usize - 1;
            o.set(o.reloc(".text", nth, R_TYPE), 0);
            o.put(".text", at, &[0xc3, 0xcc, 0xcc, 0xcc, 0xcc]);
        })
    ),
    damage!("entry code that calls instrumented code", ["noinstr/leaves-noinstr vmlinux quiet_entry"], |root| {
        object(root, VMLINUX, |o| {
            let nth = o.reloc_to(".noinstr.text", "quiet_helper");
            let symbol = o.symbol("peek_user") as u64;
            o.set(o.reloc(".noinstr.text", nth, R_SYM), symbol);
        });
    }),
    damage!("user memory left open", ["uaccess/return-with-uaccess vmlinux peek_user"], |root| object(
        root,
        VMLINUX,
        |o| {
            o.replace(&[0x0f, 0x01, 0xca], &[0x0f, 0x1f, 0x00]);
        }
    )),
    damage!("a frame that is not taken down", ["stack/return-modified-frame vmlinux quiet_entry"], |root| object(
        root,
        VMLINUX,
        |o| {
            let at = o.get(o.symbol_field("quiet_entry", ST_VALUE)) as usize;
            let pop = o.find(".noinstr.text", at, 0x5d);
            o.put(".noinstr.text", pop, &[0x90]);
        }
    )),
    damage!("another version", ["versions/wrong drivers/one count_ticks"], |root| {
        let dump = fs::read_to_string(root.join("Module.symvers")).expect("it is there");
        let line = dump.lines().find(|line| line.contains("\tcount_ticks\t")).expect("it is exported");
        text(root, "Module.symvers", line, &format!("0xdeadbeef{}", &line[10..]));
    }),
    damage!("no version", ["versions/missing drivers/one count_ticks"], |root| object(root, ONE_KO, |o| {
        let at = o.contents("__versions");
        let name = o.0[at..].windows(12).position(|window| window == b"count_ticks\0").expect("it has a version");
        o.0[at + name] = b'x';
    })),
    damage!("another vermagic", ["versions/vermagic drivers/two -"], |root| object(root, TWO_KO, |o| {
        o.replace(b"vermagic=7.3.0", b"vermagic=7.3.9");
    })),
    damage!("no srcversion", ["versions/no-srcversion drivers/one -"], |root| object(root, ONE_KO, |o| {
        o.replace(b"srcversion=", b"srcVersion=");
    })),
    damage!("an export listed twice", ["exports/exported-twice Module.symvers helper"], |root| {
        let dump = fs::read_to_string(root.join("Module.symvers")).expect("it is there");
        let line = dump.lines().find(|line| line.contains("\thelper\t")).expect("it is exported");
        fs::write(root.join("Module.symvers"), format!("{dump}{line}\n")).expect("it can be written");
    }),
    damage!("an export of another licence class", ["exports/licence-class vmlinux call_hook"], |root| {
        let dump = fs::read_to_string(root.join("Module.symvers")).expect("it is there");
        let line = dump.lines().find(|line| line.contains("\tcall_hook\t")).expect("it is exported");
        text(root, "Module.symvers", line, &line.replace("_GPL", ""));
    }),
    damage!("an export that is not listed", ["exports/not-listed vmlinux helper"], |root| {
        remove_line(root, "Module.symvers", "\thelper\t");
    }),
    damage!("a listed export that nobody makes", ["exports/not-exported Module.symvers phantom"], |root| {
        let dump = fs::read_to_string(root.join("Module.symvers")).expect("it is there");
        let dump = format!("{dump}0x00000001\tphantom\tvmlinux\tEXPORT_SYMBOL\t\n");
        fs::write(root.join("Module.symvers"), dump).expect("it can be written");
    }),
    damage!("a namespace that is not imported", ["exports/namespace drivers/two count_last"], |root| object(
        root,
        TWO_KO,
        |o| {
            o.replace(b"import_ns=TICKS", b"import_ns=TOCKS");
        }
    )),
    damage!("a proprietary user of GPL-only symbols", ["exports/gpl-only drivers/one call_hook"], |root| {
        object(root, ONE_KO, |o| o.replace(b"license=GPL\0", b"license=XYZ\0"));
    }),
    damage!(
        "an exported symbol that became local",
        ["exports/bad-export vmlinux helper", "exports/not-exported Module.symvers helper"],
        |root| object(root, VMLINUX, |o| o.set(o.symbol_field("helper", ST_INFO), 2))
    ),
    damage!("a suffix in struct module", ["module-name/this-module drivers/one -"], |root| object(root, ONE_KO, |o| {
        o.put(".gnu.linkonce.this_module", 24, b"one.lto\0");
    })),
    damage!("a suffix in a generated source", ["module-name/mod-c drivers/two -"], |root| {
        text(root, "drivers/two.mod.c", "\"one\"", "\"one.lto\"");
    }),
    damage!(
        "a suffix in the dump",
        ["exports/not-listed drivers/one one_shared", "module-name/dump Module.symvers one_shared"],
        |root| text(root, "Module.symvers", "drivers/one\t", "drivers/one.lto\t")
    ),
    damage!("a section that was not merged", ["sections/unmerged drivers/one -"], |root| object(root, ONE_KO, |o| {
        o.replace(b".init.text\0", b".text.init\0");
    })),
    damage!("memory that can be written and run", ["sections/writable-code drivers/two -"], |root| object(
        root,
        TWO_KO,
        |o| {
            let flags = o.header(".text", SH_FLAGS);
            o.set(flags, o.get(flags) | 1);
        }
    )),
    damage!("initcalls in another order", ["initcalls/order vmlinux *"], |root| object(root, VMLINUX, |o| {
        let (first, second) = (o.reloc(".initcall6.init", 0, R_SYM), o.reloc(".initcall6.init", 1, R_SYM));
        let (a, b) = (o.get(first), o.get(second));
        o.set(first, b);
        o.set(second, a);
    })),
    damage!("an initcall that is no distance", ["initcalls/no-distance vmlinux *"], |root| object(
        root,
        VMLINUX,
        |o| {
            o.set(o.reloc(".initcall6.init", 0, R_TYPE), 10);
        }
    )),
    damage!("a lost initcall", ["initcalls/lost vmlinux -", "mitigations/missing-site vmlinux *"], |root| object(
        root,
        VMLINUX,
        |o| o.shorten(".initcall6.init", 4, 1)
    )),
    damage!(
        "a PCI fixup that calls data",
        ["initcalls/no-function vmlinux shared_count", "mitigations/missing-site vmlinux fix_device"],
        |root| object(root, VMLINUX, |o| {
            let symbol = o.symbol("shared_count") as u64;
            o.set(o.reloc(".pci_fixup_final", 0, R_SYM), symbol);
        })
    ),
    damage!("one more promoted function", ["promoted-symbols/function vmlinux slow_pith"], |root| object(
        root,
        VMLINUX,
        |o| {
            o.replace(b"\0slow_path.llvm.", b"\0slow_pith.llvm.");
        }
    )),
    damage!("vmlinux in place of vmlinux.o", ["livepatch/not-vmlinux-o vmlinux -"], |root| object(
        root,
        VMLINUX,
        |o| {
            o.set((16, 2), 2);
        }
    )),
    damage!("code that stays calls code that goes", ["section-mismatch/to-init vmlinux count_ticks"], |root| {
        object(root, VMLINUX, |o| {
            let promoted = o.name_starting("slow_path.llvm.");
            let nth = o.reloc_to(".text.count_ticks", &promoted);
            let symbol = o.symbol("set_up_once") as u64;
            o.set(o.reloc(".text.count_ticks", nth, R_SYM), symbol);
        });
    }),
];
