// SPDX-License-Identifier: GPL-2.0-only

//! What the gate says about the cause, where bitcode tells it.

use std::fs;

use postlink::gate;
use postlink::gate::run::Quiet;

use crate::copy;
use crate::object::Object;
use crate::object::ST_INFO;
use crate::options;
use crate::parts::Parts;

const CONF: &str = "include/config/auto.conf";

/// Messages of one check in a copy of the kernel that was damaged.
fn messages(check: &str, damage: impl FnOnce(&Parts)) -> Vec<String> {
    let dir = copy();
    damage(&Parts::of(dir.path()));
    let outcome = gate::run(&options(dir.path()), &Quiet).expect("the gate runs");
    let found = outcome.findings.into_iter().map(|judged| judged.finding).filter(|finding| finding.check == check);
    found.map(|finding| finding.message).collect()
}

fn change(parts: &Parts, file: &str, change: impl FnOnce(&mut Object)) {
    let mut object = Object(parts.read(file));
    change(&mut object);
    parts.write(file, object.0);
}

/// `set_up_once` is the kernel's and not exported; here a module needs it.
fn needs_set_up_once(parts: &Parts) {
    change(parts, &parts.two_ko(), |o| {
        o.add_undefined("set_up_once");
    });
}

#[test]
fn a_symbol_that_lto_dropped_or_made_local() {
    let start = "drivers/two.ko needs 'set_up_once', which nothing exports: ";
    assert_eq!(
        messages("undefined", needs_set_up_once),
        [format!("{start}vmlinux.o defines it, but does not export it")]
    );
    let dropped = messages("undefined", |parts| {
        needs_set_up_once(parts);
        change(parts, "vmlinux.o", |o| o.rename("set_up_once", "sat_up_once"));
    });
    assert_eq!(dropped, [format!("{start}dropped by LTO: lib.o defines it, vmlinux.o does not")]);
    let local = messages("undefined", |parts| {
        needs_set_up_once(parts);
        change(parts, "vmlinux.o", |o| o.set(o.symbol_field("set_up_once", ST_INFO), 2));
    });
    let words = "vmlinux.o has it, but LTO has made it local: for others to see it is defined by lib.o";
    assert_eq!(local, [format!("{start}{words}")]);
}

#[test]
fn a_trimmed_export_and_who_uses_it() {
    let trim = |parts: &Parts, symbol: &str| {
        let word = format!("\t{symbol}\t");
        let dump = parts.read_text("Module.symvers");
        let left: String = dump.lines().filter(|line| !line.contains(&word)).map(|line| format!("{line}\n")).collect();
        parts.write("Module.symvers", left);
        parts.write(CONF, format!("{}CONFIG_TRIM_UNUSED_KSYMS=y\n", parts.read_text(CONF)));
    };
    let seen = messages("trim", |parts| trim(parts, "count_last"));
    assert_eq!(seen, ["drivers/two.ko uses 'count_last', whose export was trimmed"]);
    let unseen = messages("trim", |parts| {
        trim(parts, "count_last");
        // A part that needs nothing of the kind stands for one whose inline assembly does.
        let part = parts.root.join("drivers/two-main.o");
        fs::copy(parts.root.join("drivers/two-part.o"), part).expect("it can be copied");
    });
    let by = "(in inline assembly or by the compiler: the bitcode does not have it)";
    assert_eq!(unseen, [format!("drivers/two.ko uses 'count_last' {by}, whose export was trimmed")]);
}

#[test]
fn the_order_of_initcalls_comes_from_the_script_where_inputs_cannot_be_read() {
    let swapped = |parts: &Parts| {
        let script = parts.read_text(".tmp_initcalls.lds");
        let lines: Vec<&str> = script.lines().filter(|line| line.contains("*(")).collect();
        let other = script.replace(lines[0], "@").replace(lines[1], lines[0]).replace('@', lines[1]);
        parts.write(".tmp_initcalls.lds", other);
    };
    let stale = messages("initcalls", swapped);
    assert!(stale.len() == 1 && stale[0].contains("where the inputs have 'kmod_main__1_1_first_init6'"), "{stale:?}");
    let by_script = messages("initcalls", |parts| {
        swapped(parts);
        let data = parts.read("lib.o");
        parts.write("lib.o", &data[..data.len() / 2]);
    });
    assert!(by_script.len() == 1 && by_script[0].contains("runs later than the order"), "{by_script:?}");
}
