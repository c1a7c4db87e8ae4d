// SPDX-License-Identifier: GPL-2.0-only

//! Damages of what the module loader, boot-time code and the steps of the build rely on, as `docs/relied-on.md` lists it.

use postlink::elf::ElfFile;
use postlink::elf::Symbol;

use crate::damages::CONF;
use crate::damages::Damage;
use crate::damages::VMLINUX;
use crate::damages::damage;
use crate::damages::object;
use crate::damages::text;
use crate::object::*;
use crate::parts::Parts;

const ST_SHNDX: Field = (6, 2);
const SH_TYPE: Field = (4, 4);
const E_TYPE: Field = (16, 2);
const IMAGE: &str = "vmlinux";
const UNDEFINED_MACHINE_WORD: u64 = u64::MAX - 0xff;

/// Overwrites all occurrences.
fn replace_all(o: &mut Object, old: &[u8], new: &[u8]) {
    assert_eq!(old.len(), new.len(), "bytes are overwritten in place");
    let places: Vec<usize> = memchr::memmem::find_iter(&o.0, old).collect();
    assert!(!places.is_empty(), "{:?} is not there", String::from_utf8_lossy(old));
    for at in places {
        o.0[at..at + new.len()].copy_from_slice(new);
    }
}

fn add_config(c: &Parts, line: &str) {
    c.write(CONF, format!("{}{line}\n", c.read_text(CONF)));
}

/// Removes a word from the recorded command of an object.
fn without_word(c: &Parts, file: &str, word: &str) {
    let command = c.command_of(file);
    let all = c.read_text(&command);
    let (first, rest) = all.split_once('\n').expect("a command");
    let kept: Vec<&str> = first.split(' ').filter(|known| *known != word).collect();
    assert_ne!(kept.join(" "), first, "{command} has no {word}");
    c.write(&command, format!("{}\n{rest}", kept.join(" ")));
}

/// Place in the file of a byte of code that no relocation writes and no table leads to: inside of a function's last bytes.
fn plain_code(o: &Object) -> usize {
    let find = |elf: &ElfFile<'_>| {
        let id = elf.section_ids().find(|id| elf.section(*id).name == b".text").expect("code");
        let relocs: Vec<u64> = elf
            .section_ids()
            .filter_map(|other| elf.relocs_in(other).filter(|relocs| relocs.target == id))
            .flat_map(|relocs| relocs.iter().map(|reloc| reloc.offset))
            .collect();
        let is_free = |at: u64| !relocs.iter().any(|reloc| (*reloc..reloc + 8).contains(&at));
        let functions = elf.symbols.iter().filter(|symbol| symbol.is_func() && symbol.section == id && symbol.size > 8);
        let mut places = functions.flat_map(|symbol| symbol.value + 5..symbol.value + symbol.size - 1);
        elf.section(id).offset + places.find(|at| is_free(*at)).expect("code without relocation")
    };
    o.with(find) as usize
}

/// Place in the file of what a symbol of the finished kernel names.
fn place_of(o: &Object, name: &str) -> usize {
    let find = |elf: &ElfFile<'_>| {
        let symbol = elf.symbols.iter().find(|symbol| elf.symbol_name(symbol) == name.as_bytes());
        let value = symbol.unwrap_or_else(|| panic!("no symbol {name}")).value;
        let holds = |section: &&postlink::elf::Section<'_>| {
            section.is_alloc() && (section.addr..section.addr + section.size.max(1)).contains(&value)
        };
        let section = elf.sections.iter().find(holds).expect("a section");
        section.offset + value - section.addr
    };
    o.with(find) as usize
}

/// Makes the first distance of a table of the finished kernel lead further than the second.
fn lead_astray(c: &Parts, start: &str) {
    object(c, IMAGE, |o| {
        let field = (place_of(o, start), 4);
        o.set(field, (o.get(field) as u32).wrapping_add(0x0400_0000).into());
    });
}

/// A function that others do not call by name.
fn is_private_function(c: &Parts, elf: &ElfFile<'_>, symbol: &Symbol) -> bool {
    let name = String::from_utf8_lossy(elf.symbol_name(symbol)).into_owned();
    let is_known = name.contains("init") || name.contains("exit") || name.starts_with("__");
    let dump = c.read_text("Module.symvers");
    symbol.is_func()
        && symbol.size > 0
        && !is_known
        && !dump.contains(&format!("\t{name}\t"))
        && elf.section(symbol.section).name.starts_with(b".text")
}

pub const ALL: &[Damage] = &[
    damage!("a module that was linked to run", ["loader/not-relocatable {two} -"], |c| object(c, &c.two_ko(), |o| {
        o.set(E_TYPE, 2);
    })),
    damage!("no struct module", ["loader/struct-module {two} -"], |c| object(c, &c.two_ko(), |o| {
        o.replace(b".gnu.linkonce.this_module", b".gnu.linkonce.that_module");
    })),
    damage!("struct module of another size", ["loader/struct-size {one} -"], |c| object(c, &c.one_ko(), |o| {
        let size = o.header(".gnu.linkonce.this_module", SH_SIZE);
        o.set(size, o.get(size) - 8);
    })),
    damage!("no information about a module", ["loader/no-modinfo {two} -"], |c| object(c, &c.two_ko(), |o| {
        o.replace(b"\0.modinfo\0", b"\0.madinfo\0");
    })),
    damage!("a relocation that the loader does not know", ["loader/relocation-type {two} ?"], |c| {
        object(c, &c.two_ko(), |o| o.set(o.reloc(".text", 0, R_TYPE), 42));
    }),
    damage!("a place that is not empty", ["loader/relocation-place {two} ?"], |c| object(c, &c.two_ko(), |o| {
        let is_thunk = |elf: &ElfFile<'_>, symbol: &Symbol| elf.symbol_name(symbol) == b"__x86_return_thunk";
        let at = o.code_reloc(|section| section == ".text", &[0xe9], is_thunk);
        o.put(".text", at.offset, &[1]);
    })),
    damage!("a common symbol", ["loader/common-symbol {one} ?"], |c| object(c, &c.one_ko(), |o| {
        let symbol = o.symbol_that(|elf, symbol| {
            let name = elf.section(symbol.section).name;
            symbol.kind() == 1 && (name.starts_with(b".bss") || name.starts_with(b".data"))
        });
        o.set(o.field_of(symbol, ST_SHNDX), 0xfff2);
    })),
    damage!("a section of the build alone", ["loader/left-in {two} -"], |c| object(c, &c.two_ko(), |o| {
        o.replace(b".note.GNU-stack\0", b".discard.leftin\0");
    })),
    damage!("a section group", ["loader/group {two} -"], |c| object(c, &c.two_ko(), |o| {
        o.set(o.header(".comment", SH_TYPE), 17);
        o.set(o.header(".comment", SH_SIZE), 4);
    })),
    damage!("an init function that was dropped", ["loader/entry-lost {one} init_module"], |c| {
        object(c, &c.one_ko(), |o| o.rename("init_module", "init_modulx"));
    }),
    damage!("a module that is used and not named", ["loader/depends {two} -"], |c| object(c, &c.two_ko(), |o| {
        let at = o.find(".modinfo", 0, b"depends=") + "depends=".len();
        o.put(".modinfo", at, b"@");
    })),
    damage!("no licence", ["loader/no-licence {one} -"], |c| object(c, &c.one_ko(), |o| {
        replace_all(o, b"\0license=", b"\0licence=");
    })),
    damage!("another version of an own export", ["loader/own-version {exporter} ?"], |c| {
        object(c, &format!("{}.ko", c.exporter), |o| o.put("__kcrctab", 0, &[0xba, 0xad, 0xf0, 0x0d]));
    }),
    damage!("modules of another configuration", ["1x loader/vermagic * -"], |c| {
        let conf = c.read_text(CONF).replace("CONFIG_PREEMPT_BUILD=y\n", "");
        c.write(CONF, format!("{conf}CONFIG_PREEMPT_RT=y\n"));
    }),
    damage!("a .ko with other code", ["stale/module {two} -"], |c| object(c, &c.two_ko(), |o| {
        let at = plain_code(o);
        o.0[at] ^= 0x10;
    })),
    damage!("a .ko with another function", ["stale/module {two} -"], |c| object(c, &c.two_ko(), |o| {
        let symbol = o.symbol_that(|elf, symbol| is_private_function(c, elf, symbol));
        let at = o.name_place(symbol);
        o.0[at] = b'@';
    })),
    damage!("a .ko that is of another source", ["stale/source {two} -"], |c| {
        let srcversion = "MODULE_INFO(srcversion, \"";
        text(c, &format!("{}.mod.c", c.two), srcversion, &format!("{srcversion}0"));
    }),
    damage!("modpost that did not see a version", ["stale/dump {exporter} ?"], |c| {
        let single = format!("{}.o", c.exporter);
        let members = c.read_text(&format!("{}.mod", c.exporter));
        let files = std::iter::once(single.as_str()).chain(members.lines());
        let commands: Vec<String> = files.map(|file| c.command_of(file)).collect();
        let has_version =
            |command: &&String| c.root.join(command).is_file() && c.read_text(command).contains("#SYMVER ");
        let command = commands.iter().find(has_version).expect("recorded versions");
        let line = c.read_text(command);
        let line = line.lines().find(|line| line.starts_with("#SYMVER ")).expect("a version");
        text(c, command, line, &format!("{}deadbeef", &line[..line.len() - 8]));
    }),
    damage!("a packed module of other contents", ["stale/packed {two} -"], |c| {
        let mut data = c.read(&c.two_ko());
        let at = memchr::memmem::find(&data, b"clang").expect("the compiler's name");
        data[at] = b'C';
        let mut packed = Vec::new();
        lzma_rs::xz_compress(&mut &data[..], &mut packed).expect("it packs");
        c.write(&format!("{}.xz", c.two_ko()), packed);
    }),
    damage!("vmlinux of another link", ["stale/kernel vmlinux -"], |c| object(c, IMAGE, |o| {
        let at = place_of(o, &c.export);
        o.0[at] ^= 0x10;
    })),
    damage!("System.map of another link", ["stale/map System.map -"], |c| {
        let map = c.read_text("System.map");
        let word = format!(" {}", c.export);
        let line = map.lines().find(|line| line.ends_with(&word)).expect("it is listed");
        text(c, "System.map", line, &line.replacen(char::is_numeric, "e", 1));
    }),
    damage!("a .ko that is not listed", ["modules-order/not-listed {two} -"], |c| {
        text(c, "modules.order", &format!("{}.o\n", c.two), "");
    }),
    damage!("an input that is not there", ["lost-inputs/not-there vmlinux -"], |c| {
        c.write(".vmlinux.objs", format!("{}no/such/input.o\n", c.read_text(".vmlinux.objs")));
    }),
    damage!("an input that was not linked", ["lost-inputs/not-linked vmlinux ?"], |c| {
        c.write("other.o", c.read(&c.single.1));
        c.write(".vmlinux.objs", format!("{}other.o\n", c.read_text(".vmlinux.objs")));
    }),
    damage!("a weak default that won", ["lost-inputs/not-linked vmlinux ?"], |c| {
        let symbol = Object(c.read(&c.native)).global_functions(b"").into_iter().next().expect("a function");
        object(c, VMLINUX, |o| o.set(o.symbol_field(&symbol, ST_INFO), 0x22));
    }),
    damage!("an initcall that no input has", ["initcalls/lost vmlinux ?", "initcalls/unknown vmlinux ?"], |c| {
        object(c, VMLINUX, |o| {
            let symbol = o.symbol_that(|elf, symbol| {
                elf.symbol_name(symbol).starts_with(b"__initstub__kmod_") && elf.symbol_name(symbol).ends_with(b"6")
            });
            let at = o.name_place(symbol) + "__initstub__kmod_".len();
            o.0[at] = b'@';
        });
    }),
    damage!("a device table without aliases", ["lost-inputs/no-aliases {aliased} -"], |c| {
        object(c, &format!("{}.ko", c.aliased), |o| replace_all(o, b"\0alias=", b"\0alibs="));
    }),
    damage!("a bug-table entry one byte off", ["boot-tables/bug-entry vmlinux ?"], |c| object(c, VMLINUX, |o| {
        let addend = o.reloc("__bug_table", 0, R_ADDEND);
        o.set(addend, o.get(addend) + 1);
    })),
    damage!(
        "a replacement that is too long",
        ["boot-tables/alternative vmlinux ?", "~stack/unreachable-insn vmlinux *"],
        |c| object(c, VMLINUX, |o| {
            let at = o.contents(".altinstructions");
            o.0[at + 13] = o.0[at + 12] + 1;
        })
    ),
    damage!("exceptions that are not sorted", ["boot-tables/unsorted vmlinux -"], |c| {
        lead_astray(c, "__start___ex_table");
    }),
    damage!("ORC entries that are not sorted", ["boot-tables/unsorted vmlinux -"], |c| {
        lead_astray(c, "__start_orc_unwind_ip");
    }),
    damage!("traced functions that are not sorted", ["boot-tables/unsorted vmlinux -"], |c| object(c, IMAGE, |o| {
        let at = place_of(o, "__start_mcount_loc");
        o.set((at, 8), UNDEFINED_MACHINE_WORD);
    })),
    damage!("kernel symbols that are not sorted", ["boot-tables/unsorted vmlinux -"], |c| {
        lead_astray(c, "kallsyms_offsets");
    }),
    damage!("a unit without landing pads", ["unit-flags/flag {two} -"], |c| {
        without_word(c, &c.bitcode, "-fcf-protection=branch");
    }),
    damage!("a unit that cannot be traced", ["unit-flags/flag {two} -"], |c| without_word(c, &c.bitcode, "-mfentry")),
    damage!("bitcode for which LTO is not allowed", ["unit-flags/bitcode {two} -"], |c| {
        without_word(c, &c.bitcode, "-flto=thin");
    }),
    damage!("native code for which LTO was asked", ["unit-flags/native {two} -"], |c| {
        c.write(&c.bitcode, c.read(&c.native));
    }),
    damage!("objtool without the padding's option", ["mitigations/option-missing {one} -"], |c| {
        let conf = c.read_text(CONF);
        if !conf.contains("CONFIG_CALL_PADDING=y") {
            add_config(c, "CONFIG_CALL_PADDING=y");
            for file in [VMLINUX.to_owned(), c.two_o()] {
                text(c, &c.command_of(&file), " --link", " --prefix=16 --link");
            }
        } else {
            without_word(c, &c.one_o(), "--prefix=16");
        }
    }),
    damage!("no types in the kernel", ["promises/no-btf vmlinux -"], |c| add_config(c, "CONFIG_DEBUG_INFO_BTF=y")),
    damage!("no types in a module", ["promises/no-module-btf * *"], |c| {
        add_config(c, "CONFIG_DEBUG_INFO_BTF_MODULES=y");
    }),
    damage!("a signed module that was changed", ["promises/signature {one} -"], |c| {
        let record = [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 4];
        let added = [&b"more"[..], b"sign", &record, b"~Module signature appended~\n"].concat();
        c.write(&c.one_ko(), [c.read(&c.one_ko()), added].concat());
    }),
    damage!("a module that is not signed", ["promises/unsigned * *"], |c| {
        add_config(c, "CONFIG_MODULE_SIG_FORCE=y");
        let record = [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 4];
        let added = [&b"sign"[..], &record, b"~Module signature appended~\n"].concat();
        c.write(&c.one_ko(), [c.read(&c.one_ko()), added].concat());
    }),
];
