// SPDX-License-Identifier: GPL-2.0-only

//! Damages that show only where the gate reads bitcode: what the inputs of LTO links define, and in which order.

use crate::damages::CONF;
use crate::damages::Damage;
use crate::damages::VMLINUX;
use crate::damages::copy;
use crate::damages::damage;
use crate::damages::object;
use crate::damages::text;
use crate::object::*;
use crate::parts::Parts;

const SCRIPT: &str = ".tmp_initcalls.lds";

/// Adds an input to the list of the module's parts.
fn add_member(c: &Parts, module: &str, after: &str, member: &str) {
    let line = format!("{after}\n");
    text(c, &format!("{module}.mod"), &line, &format!("{line}{member}\n"));
}

fn lto_name(object: &str) -> String {
    object.replace(".o", ".lto.o")
}

/// Makes the table of symbols of a bitcode file one of another version.
pub fn set_table_version(c: &Parts, file: &str, version: u32) {
    let mut data = c.read(file);
    // Behind the version and the producer's name: one module, whose record follows the header.
    let modules = [76_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat();
    let places = (12..data.len()).filter(|at| data[*at..].starts_with(&modules)).map(|at| at - 12);
    let mut places = places.filter(|at| matches!(data[*at..at + 4], [2..=4, 0, 0, 0]));
    let at = places.next_back().expect("a table of symbols");
    data[at..at + 4].copy_from_slice(&version.to_le_bytes());
    c.write(file, data);
}

pub const ALL: &[Damage] = &[
    damage!("bitcode that is cut", ["bitcode/no-symbols {two} -"], |c| {
        let data = c.read(&c.bitcode);
        c.write(&c.bitcode, &data[..data.len() - data.len() / 8]);
    }),
    damage!("bitcode of a compiler that is not known yet", ["bitcode/unknown-version {two} -"], |c| {
        set_table_version(c, &c.bitcode, 99);
    }),
    damage!("a definition in two bitcode inputs", ["duplicate-symbol/defined-twice {single} {single_symbol}"], |c| {
        let (module, file, _) = &c.single;
        let again = file.replace(".o", "-again.o");
        copy(c, file, &again);
        add_member(c, module, file, &again);
    }),
    damage!("bitcode beside the object that was made of it", ["duplicate-symbol/twin-inputs {single} -"], |c| {
        let (module, file, _) = &c.single;
        copy(c, file, &lto_name(file));
        add_member(c, module, file, &lto_name(file));
    }),
    damage!("a link that was given an object twice", ["duplicate-symbol/twin-inputs {two} -"], |c| {
        let list = format!("@{}.mod", c.two);
        let lists = format!("{list} {}", lto_name(&c.two_last));
        text(c, &c.command_of(&c.two_o()), &list, &lists);
    }),
    damage!(
        "a global function that LTO made local",
        ["livepatch/became-local vmlinux {internal}", "livepatch/local-summary vmlinux -"],
        |c| {
            // Only what can be patched has to be named.
            let conf = c.read_text(CONF).replace("CONFIG_LIVEPATCH=y\n", "");
            c.write(CONF, format!("{conf}CONFIG_LIVEPATCH=y\n"));
            object(c, VMLINUX, |o| o.set(o.symbol_field(&c.internal, ST_INFO), 2));
        }
    ),
    damage!("a script for the initcalls of other inputs", ["initcalls/stale-script vmlinux ?"], |c| {
        let script = c.read_text(SCRIPT);
        let start = script.find(".initcall6.init :").expect("a section");
        let line = script[start..].lines().nth(1).expect("an input");
        text(c, SCRIPT, &format!("{line}\n"), "");
    }),
];
