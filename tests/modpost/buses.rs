// SPDX-License-Identifier: GPL-2.0-only

//! Device tables of every bus, for both classes and byte orders: chosen entries with known aliases, and entries with
//! pseudo-random contents, whose aliases the original confirmed.

use std::env;
use std::fs;
use std::path::Path;

use crate::RELEASES;
use crate::case::Case;
use crate::case::Entry;
use crate::case::fields;
use crate::case::is_of;
use crate::case::module_with_tables;
use crate::common::elf_object::Target;
use crate::common::program::Program;
use crate::export;
use crate::write_inputs;

/// A bus: its name, the size of an entry for 64 and 32 bits, and whether any contents make sense.
struct Bus {
    kind: &'static str,
    size: (usize, usize),
    takes_anything: bool,
}

const fn bus(kind: &'static str, size64: usize, size32: usize) -> Bus {
    Bus { kind, size: (size64, size32), takes_anything: true }
}

/// A bus whose odd entries stop the run or overflow the original's buffers.
const fn picky(kind: &'static str, size64: usize, size32: usize) -> Bus {
    Bus { kind, size: (size64, size32), takes_anything: false }
}

/// Sizes as of 7.3; [`size`] knows where older series differ.
const BUSES: [Bus; 57] = [
    bus("usb", 32, 24),
    bus("hid", 24, 16),
    bus("ieee1394", 32, 24),
    bus("pci", 40, 32),
    bus("ccw", 16, 12),
    bus("ap", 4, 4),
    bus("css", 16, 8),
    bus("serio", 4, 4),
    bus("acpi", 32, 28),
    picky("pnp", 16, 12),
    picky("pnp_card", 80, 76),
    bus("pcmcia", 80, 52),
    bus("of", 200, 196),
    bus("vio", 64, 64),
    picky("input", 200, 164),
    bus("eisa", 16, 12),
    bus("parisc", 8, 8),
    bus("sdio", 16, 12),
    bus("ssb", 6, 6),
    bus("bcma", 6, 6),
    bus("virtio", 8, 8),
    bus("vmbus", 24, 20),
    bus("rpmsg", 40, 36),
    bus("i2c", 32, 24),
    bus("i3c", 16, 12),
    bus("slim", 16, 12),
    bus("spi", 40, 36),
    picky("dmi", 344, 332),
    bus("platform", 32, 28),
    bus("mdio", 8, 8),
    bus("zorro", 16, 8),
    bus("isapnp", 16, 12),
    bus("ipack", 12, 12),
    picky("amba", 16, 12),
    bus("mipscdmm", 1, 1),
    bus("x86cpu", 24, 20),
    bus("cpu", 2, 2),
    bus("mcb", 16, 8),
    bus("mei", 64, 56),
    bus("rapidio", 8, 8),
    bus("ulpi", 16, 8),
    bus("hdaudio", 32, 20),
    bus("sdw", 16, 12),
    bus("fslmc", 18, 18),
    bus("tbsvc", 40, 32),
    bus("typec", 16, 8),
    bus("tee", 16, 16),
    bus("wmi", 48, 44),
    bus("mhi", 40, 36),
    bus("mhi_ep", 40, 36),
    bus("auxiliary", 48, 44),
    bus("ssam", 16, 12),
    bus("dfl", 16, 8),
    bus("ishtp", 24, 20),
    bus("cdx", 20, 20),
    bus("vchiq", 32, 32),
    bus("coreboot", 16, 8),
];

/// Size of an entry, or `None` if the series does not know the bus by this size or at all.
fn size(bus: &Bus, target: Target, series: &str) -> usize {
    let before = |names: &[&str]| names.iter().any(|name| is_of(series, name));
    const UP_TO_6_12: &[&str] = &["5.10", "5.15", "6.1", "6.6", "6.12"];
    let (size64, size32) = match bus.kind {
        "ap" if series != "7.3" => (16, 8),
        "auxiliary" if before(UP_TO_6_12) || before(&["6.18"]) => (40, 36),
        "platform" if before(UP_TO_6_12) => (32, 24),
        "x86cpu" if before(UP_TO_6_12) => (24, 16),
        "cdx" if before(&["6.6"]) => (8, 8),
        "pci" if before(&["5.10"]) => (32, 28),
        "acpi" if before(&["5.10", "5.15"]) => (32, 24),
        "rpmsg" if before(&["5.10"]) => (32, 32),
        _ => bus.size,
    };
    if target.is_64 { size64 } else { size32 }
}

/// Numbers that look random and are always the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// A byte as device tables have them: often zero, a letter, or all ones.
    fn byte(&mut self) -> u8 {
        match self.next() % 8 {
            0 | 1 => 0,
            2 => 0xff,
            3 => self.next() as u8,
            4 => b"0123456789 :-\t"[(self.next() % 14) as usize],
            _ => b'A' + (self.next() % 58) as u8,
        }
    }
}

/// An offset that depends on the class.
fn at(target: Target, offset64: usize, offset32: usize) -> usize {
    if target.is_64 { offset64 } else { offset32 }
}

/// An entry of `size` bytes with these strings in it.
fn strings(size: usize, values: &[(usize, &[u8])]) -> Vec<u8> {
    let mut entry = vec![0; size];
    for (at, text) in values {
        entry[*at..at + text.len()].copy_from_slice(text);
    }
    entry
}

/// Chosen entries of a bus.
fn chosen(kind: &str, size: usize, target: Target) -> Vec<Vec<u8>> {
    let numbers = |values: &[(usize, usize, u64)]| fields(target, size, values);
    let strings = |values: &[(usize, &[u8])]| strings(size, values);
    let counting: Vec<u8> = (0..16).collect();
    match kind {
        "usb" => usb(size, target),
        "pci" => pci(size, target),
        "input" => input(size, target),
        "dmi" => {
            let matches = at(target, 16, 8);
            vec![strings(&[
                (matches, b"\x07Pro duct:1"),
                (matches + 80, b"\x06ACME \xe9"),
                (matches + 160, b"\x84r"),
                (matches + 240, b"\x03"),
            ])]
        }
        "amba" => vec![
            numbers(&[(0, 4, 0x00041011), (4, 4, 0x000fff9f)]),
            numbers(&[(0, 4, 0xffff_ffff), (4, 4, 0xffff_ffff)]),
            numbers(&[(4, 4, 0x8421_8421)]),
        ],
        "acpi" => {
            // Where the class is depends on the series; only what fits all of them is chosen here.
            let class = |class: usize| numbers(&[(class, 4, 0x010601), (class + 4, 4, 0xff00ff)]);
            vec![class(at(target, 24, size - 8)), strings(&[(0, b"LNXVIDEO")])]
        }
        "pnp" => vec![strings(&[(0, b"pnp0c02")]), strings(&[(0, b"")])],
        "pnp_card" => {
            let devices = at(target, 16, 12);
            vec![
                strings(&[(devices, b"abc0001"), (devices + 8, b"abc0001"), (devices + 16, b"def0002")]),
                strings(&[(devices, b"def0002"), (devices + 8, b"GHI0003")]),
            ]
        }
        "of" => {
            vec![strings(&[(64, b"ven,dev x")]), strings(&[(0, b"n"), (32, b"t")]), strings(&[(32, b"t"), (64, b"c")])]
        }
        "x86cpu" => vec![numbers(&[(2, 2, 6), (4, 2, 0x9e), (8, 2, 0x81)]), numbers(&[(0, 2, 0xffff)])],
        "mdio" => vec![numbers(&[(0, 4, 0x0022_1550), (4, 4, 0xffff_fff0)])],
        "typec" => vec![numbers(&[(0, 2, 0xff01), (2, 1, 1)]), numbers(&[(0, 2, 0xff01), (2, 1, 7)])],
        "wmi" => vec![
            strings(&[(0, b"8c5dA44C-cdc3-46b3-8619-4e26d34390b7")]),
            strings(&[(0, b"8c5dA44C-cdc3-46b3-8619-4e26d34390b")]),
            strings(&[(0, b"8c5dA44C+cdc3-46b3-8619-4e26d34390b7")]),
            strings(&[(0, b"8c5dA44C-cdc3-46b3-8619-4e26d34390bx")]),
        ],
        "isapnp" => vec![numbers(&[(4, 2, 0x630e), (6, 2, 0x0102)])],
        "hdaudio" => vec![numbers(&[(0, 4, 0x10ec_0255), (8, 1, 1)])],
        "ishtp" => vec![strings(&[(0, &counting)])],
        "mei" => vec![strings(&[(32, &counting), (48, b"\x02")])],
        "cdx" if size == 8 => vec![numbers(&[(0, 2, 1), (2, 2, 2), (4, 4, 1)]), numbers(&[(0, 2, 1), (4, 4, 2)])],
        "cdx" => {
            let ids = [(4, 2, 0xffff), (6, 2, 0xffff), (0, 2, 1), (2, 2, 2)];
            let with = |rest: &[(usize, usize, u64)]| numbers(&[&ids, rest].concat());
            vec![with(&[(8, 4, 0xabc), (12, 4, 0xff_ffff)]), with(&[(16, 4, 1)]), with(&[(16, 4, 2)])]
        }
        _ => Vec::new(),
    }
}

fn usb(size: usize, target: Target) -> Vec<Vec<u8>> {
    let numbers = |values: &[(usize, usize, u64)]| fields(target, size, values);
    let release =
        |flags: u64, low: u64, high: u64| numbers(&[(0, 2, flags), (2, 2, 1), (4, 2, 2), (6, 2, low), (8, 2, high)]);
    vec![
        numbers(&[(0, 2, 3), (2, 2, 0x1234), (4, 2, 0xabcd)]),
        release(0xf, 0x0100, 0x0299),
        release(0xf, 0x0123, 0x1507),
        release(0xf, 0x0a05, 0x0c0b),
        release(5, 0x0100, 0),
        release(0xf, 0x0008, 0x000b),
        release(0xf, 0x9999, 0x0001),
        release(0xf, 0x0000, 0x9999),
        release(0xf, 0x1234, 0x1234),
        release(0xf, 0x00f0, 0xffff),
        numbers(&[(0, 2, 8)]),
        numbers(&[(0, 2, 0x7f0), (10, 1, 9), (11, 1, 8), (13, 1, 7), (16, 1, 6)]),
    ]
}

fn pci(size: usize, target: Target) -> Vec<Vec<u8>> {
    let all = [(0, 4, 0xffff_ffff), (4, 4, 0xffff_ffff), (8, 4, 0xffff_ffff), (12, 4, 0xffff_ffff)];
    let with = |rest: &[(usize, usize, u64)]| fields(target, size, &[&all, rest].concat());
    let mut entries = vec![
        with(&[(16, 4, 0x0c0330), (20, 4, 0xffff_ffff)]),
        with(&[(0, 4, 0x8086), (4, 4, 1)]),
        with(&[(20, 4, 0xff00)]),
        with(&[(20, 4, 0xf0)]),
    ];
    if size == at(target, 40, 32) {
        entries.push(with(&[(0, 4, 0x8086), (at(target, 32, 28), 4, 1)]));
    }
    entries
}

fn input(size: usize, target: Target) -> Vec<Vec<u8>> {
    let word = at(target, 8, 4);
    let bit = |base64: usize, base32: usize, bit: usize| {
        (at(target, base64, base32) + bit / (word * 8) * word, word, 1u64 << (bit % (word * 8)))
    };
    let with = |flags: u64, bits: &[(usize, usize, u64)]| {
        let head = [(0, word, flags), (word, 2, 3)];
        fields(target, size, &[&head, bits].concat())
    };
    vec![
        with(0x1031, &[bit(24, 16, 0x2ff), bit(24, 16, 0x71), bit(16, 12, 0x1f), bit(176, 152, 0x11)]),
        with(0x1fff, &[bit(120, 112, 0xf), bit(128, 116, 0x3f), bit(144, 128, 0xf), bit(176, 152, 0x10)]),
        with(0xfff, &[bit(136, 124, 7), bit(152, 132, 7), bit(160, 136, 0x7f), bit(24, 16, 0x70)]),
    ]
}

/// A case with one module for each bus.
fn case(target: Target, series: &str) -> Case {
    let mut args = if series == "5.10" { Vec::new() } else { vec!["-w".to_owned()] };
    let mut files = Vec::new();
    for (index, bus) in BUSES.iter().enumerate() {
        let size = size(bus, target, series);
        let mut random = Random(index as u64 + 1);
        let mut entries = chosen(bus.kind, size, target);
        for _ in 0..if bus.takes_anything { 8 } else { 0 } {
            let mut entry: Vec<u8> = (0..size).map(|_| random.byte()).collect();
            // The original of 7.3 goes on with an alias it has not begun when the override is unknown.
            let driver = at(target, 32, 28);
            if bus.kind == "pci" && driver < size {
                entry[driver..driver + 4].fill(0);
            }
            entries.push(entry);
        }
        entries.push(vec![0; size]);
        let name = format!("{}.o", bus.kind);
        let object = module_with_tables(target, series, &[(bus.kind, entries.concat())]);
        files.push((name.clone(), Entry::File(object)));
        args.push(name);
    }
    Case { args, files, ..Case::default() }
}

/// The messages and aliases of a run.
fn run(case: &Case, series: &str) -> String {
    let program = Program::modpost(series).args(&case.args);
    write_inputs(case, program.folder());
    let ran = program.run();
    let mut text = ran.stderr.escape_ascii().to_string().replace("\\n", "\n");
    for (_, bytes) in ran.files().iter().filter(|(name, _)| name.ends_with(".mod.c")) {
        let aliases = bytes.split(|&byte| byte == b'\n').filter(|line| line.starts_with(b"MODULE_ALIAS"));
        text.extend(aliases.map(|line| line.escape_ascii().to_string() + "\n"));
    }
    text
}

const TARGETS: [(&str, Target); 4] = [
    ("64-little", Target { is_64: true, is_big: false, machine: 62, kind: 1 }),
    ("64-big", Target { is_64: true, is_big: true, machine: 22, kind: 1 }),
    ("32-little", Target { is_64: false, is_big: false, machine: 40, kind: 1 }),
    ("32-big", Target { is_64: false, is_big: true, machine: 20, kind: 1 }),
];

/// The case for the target of this name.
pub fn case_of(target: &str, release: &str) -> Case {
    let (_, target) = TARGETS.into_iter().find(|(name, _)| *name == target).expect("a target");
    case(target, release)
}

#[test]
fn buses() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/modpost/buses");
    let mut failures = Vec::new();
    for (name, target) in TARGETS {
        for series in RELEASES.iter().copied() {
            let case = case(target, series);
            if let Some(to) = env::var_os("EXPORT_CASES") {
                export(&case, &Path::new(&to).join(series).join(format!("buses+{name}")));
            }
            let text = run(&case, series);
            let file = folder.join(format!("{name}@{series}.expect"));
            if env::var_os("UPDATE_EXPECT").is_some() {
                fs::create_dir_all(&folder).expect("a folder can be made");
                fs::write(&file, &text).expect("a file can be written");
            }
            let expected = fs::read_to_string(&file).unwrap_or_default();
            let difference = expected.lines().zip(text.lines()).find(|(want, have)| want != have);
            if expected != text {
                failures.push(format!("{}: {difference:?}", file.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
