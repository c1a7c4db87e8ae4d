// SPDX-License-Identifier: GPL-2.0-only

//! Which bytes follow which opcode, as the kernel's instruction decoder believes.
//!
//! This is not what a processor does. The original's decoder knows a map of opcodes that grew with the kernel: an opcode
//! missing from it is an instruction without operands, and encodings the architecture forbids may pass. Since data in a
//! text section is decoded as well, all of that decides where the next instruction starts, so it is kept exactly.
//!
//! The rows state what the newest decoders know; what older ones did not know or saw differently follows as rows that
//! overwrite. Everything is expanded into tables at compile time.
//!
//! Upstream: `tools/arch/x86/lib/x86-opcode-map.txt` and the tables made from it.

use super::cell::Cell;
use super::cell::fill;
use super::quick::Quick;
use super::quick::table;

/// Opcode maps behind an escape byte or a VEX, EVEX or XOP prefix, and what they hold.
pub(super) struct OpcodeMap {
    /// One-byte opcodes for the short way.
    pub(super) quick_primary: [Quick; 256],
    /// Opcodes behind `0f` for the short way.
    pub(super) quick_escaped: [Quick; 256],
    /// One-byte opcodes.
    pub(super) primary: [Cell; 256],
    /// One-byte opcodes after a REX2 prefix, where nothing is invalid.
    pub(super) primary_rex2: [Cell; 256],
    /// Opcodes behind `0f`, `0f 38` and `0f 3a`, by last prefix (none, `66`, `f3`, `f2`).
    pub(super) escaped: [[[Cell; 256]; 4]; 3],
    /// Opcodes of VEX and EVEX maps 1 to 7, by `pp`.
    pub(super) vex: [[[Cell; 256]; 4]; 7],
    /// Opcodes of XOP maps 8 to 10.
    pub(super) xop: [[Cell; 256]; 3],
    /// The bits of an EVEX prefix that hold the map's number.
    pub(super) evex_map_bits: u8,
    /// `8f` may start an XOP prefix, and a VEX prefix is not looked for behind a REX prefix (7.3).
    pub(super) has_xop: bool,
    /// `d5` is the REX2 prefix (6.12 and newer).
    pub(super) has_rex2: bool,
}

/// 7.3's decoder.
pub(super) static MAP_7_3: OpcodeMap = build(703);
/// 6.12's decoder.
pub(super) static MAP_6_12: OpcodeMap = build(612);
/// 6.1's decoder.
pub(super) static MAP_6_1: OpcodeMap = build(601);
/// 5.10's decoder.
pub(super) static MAP_5_10: OpcodeMap = build(510);

const NONE: u8 = 1;
const P66: u8 = 2;
const PF3: u8 = 4;
const PF2: u8 = 8;
const ANY: u8 = 15;

/// Opcodes (hexadecimal numbers and ranges) of one map that share a cell under the prefixes of a bit mask.
struct Opcodes(u8, u8, Cell, &'static str);

const BARE: Cell = Cell::BARE;
const M: Cell = Cell::MODRM;
const MB: Cell = Cell::MODRM.with(Cell::IMM_B);
const MZ: Cell = Cell::MODRM.with(Cell::IMM_Z);
const MD: Cell = Cell::MODRM.with(Cell::IMM_D);
const BAD: Cell = Cell::REJECTED;
/// Refused, but behind REX2 nothing is, and there the operands count.
const BAD_M: Cell = M.with(Cell::REJECTED);
/// Accepted behind VEX or EVEX.
const V: Cell = Cell::MODRM.with(Cell::VEX);
const VB: Cell = MB.with(Cell::VEX);
const VD: Cell = MD.with(Cell::VEX);
/// Accepted behind EVEX only.
const E: Cell = V.with(Cell::EVEX_ONLY);
const EB: Cell = VB.with(Cell::EVEX_ONLY);
const EZ: Cell = MZ.with(Cell::VEX).with(Cell::EVEX_ONLY);
/// The reg field of ModRM decides ([`regs_of`]).
const BY_REG: Cell = Cell::BY_REG;

/// One-byte opcodes. Prefixes are listed as the opcodes they are when one too many of them stands before an instruction.
const PRIMARY: &[Opcodes] = &[
    Opcodes(0, ANY, M, "00-03 08-0b 10-13 18-1b 20-23 28-2b 30-33 38-3b 62-63 84-8f c4-c5 d0-d3 d8-df fe-ff"),
    Opcodes(0, ANY, Cell::IMM_B, "04 0c 14 1c 24 2c 34 3c 6a 70-7f a8 b0-b7 cd d4-d5 e0-e7 eb"),
    Opcodes(0, ANY, Cell::IMM_Z, "05 0d 15 1d 25 2d 35 3d 68 a9"),
    Opcodes(0, ANY, Cell::IMM_D, "e8-e9"),
    Opcodes(0, ANY, Cell::IMM_V, "b8-bf"),
    Opcodes(0, ANY, Cell::IMM_W, "c2 ca"),
    Opcodes(0, ANY, Cell::IMM_WB, "c8"),
    Opcodes(0, ANY, Cell::FAR_POINTER, "9a ea"),
    Opcodes(0, ANY, Cell::MOFFS, "a0-a3"),
    Opcodes(0, ANY, MB, "6b 80 82-83 c0-c1 c6"),
    Opcodes(0, ANY, MZ, "69 81 c7"),
    Opcodes(0, ANY, MB.with(BY_REG), "f6"),
    Opcodes(0, ANY, MZ.with(BY_REG), "f7"),
];

/// Since 7.3 these are instructions of their own length: "invalid in 64-bit mode, stop here".
const PRIMARY_INVALID: &[Opcodes] = &[Opcodes(0, ANY, BARE, "82 9a d4 ea")];

/// Opcodes behind `0f` (map 1), `0f 38` (map 2) and `0f 3a` (map 3).
///
/// Many opcodes lose their operands under a prefix that the map does not list for them.
const ESCAPED: &[Opcodes] = &[
    Opcodes(1, ANY, Cell::IMM_D, "80-8f"),
    Opcodes(1, ANY, M, "00-03 0d 10-12 18 1a-1c 1e-23 2a 2c-2d 40 43 48-49 4c-4f 51 58-5a 5c-5f 94-97 9a-9f a3"),
    Opcodes(1, ANY, M, "a5-a7 ab ad-b7 b9 bb-c1 c3 c7"),
    Opcodes(1, NONE, M, "13-17 28-29 2b 2e-2f 41-42 44-47 4a-4b 50 52-57 5b 60-6b 6e-6f 74-76 78-79 7e-7f 90-93"),
    Opcodes(1, NONE, M, "98-99 d1-d5 d7-e5 e7-ef f1-fe"),
    Opcodes(1, P66, M, "13-17 28-29 2b 2e-2f 41-42 44-47 4a-4b 50 54-57 5b 60-6f 74-76 7c-7f 90-93 98-99 d0-ef f1-fe"),
    Opcodes(1, PF3, M, "16 52-53 5b 6f 7e-7f b8 d6 e6"),
    Opcodes(1, PF2, M, "7c-7d 92-93 d0 d6 e6 f0"),
    Opcodes(1, ANY, MB, "0f 70 a4 ac ba c2"),
    Opcodes(1, NONE | P66, MB, "c4-c6"),
    Opcodes(1, ANY, MB.with(BY_REG), "71-73"),
    Opcodes(1, P66 | PF3 | PF2, BAD_M, "78-7b"),
    Opcodes(1, PF2, BAD_M, "6f 7f"),
    Opcodes(2, ANY, M, "5e c6-c7 c9 f3 f9 fc"),
    Opcodes(2, NONE, M, "00-0b 1c-1e 49 6c c8 ca-cd da f0-f1 f6"),
    Opcodes(2, P66, M, "00-0b 10 14-15 17 1c-1e 20-25 28-2b 30-35 37-41 49 4b 50-53 6c 80-82 b4-b5 cf da-f1 f5-f6 f8"),
    Opcodes(2, PF3, M, "5c 72 d8 dc-df f6 f8 fa-fb"),
    Opcodes(2, PF2, M, "49 4b 5c f0-f1 f8"),
    Opcodes(2, ANY, BAD, "b0 f2 f7"),
    Opcodes(2, NONE, BAD, "50-51 d2-d3 f5"),
    Opcodes(2, P66, BAD, "0c-0f 11-13 16 18-1b 1f 26-27 2c-2f 36 42-47 4c-4f 54-55 58-5b 62-66 70-73 75-7f 83 88-93"),
    Opcodes(2, P66, BAD, "96-a3 a6-af b1 b6-bf c4 c8 ca-cd d2-d3"),
    Opcodes(2, PF3, BAD, "10-15 20-2a 30-35 38-3a 4b 50-52 b1 d2-d3 da f5"),
    Opcodes(2, PF2, BAD, "50-53 68 72 9a-9b aa-ab cb-cd da f5-f6"),
    Opcodes(3, ANY, MB, "cc"),
    Opcodes(3, NONE, MB, "08 0a 0f"),
    Opcodes(3, P66, MB, "08-0f 14-17 20-22 40-42 44 4c 60-63 ce-cf de-df"),
    Opcodes(3, PF3, MB, "f0"),
    Opcodes(3, NONE, BAD, "26-27 56-57 66-67 c2"),
    Opcodes(3, P66, BAD, "00-06 18-1b 1d-1f 23 25-27 30-33 38-3b 3e-3f 43 46 4a-4b 50-51 54-57 66-67 70-73"),
    Opcodes(3, PF3, BAD, "c2"),
    Opcodes(3, PF2, BAD, "f0"),
];

/// Before 6.12 (see [`ESCAPED`]).
const ESCAPED_6_1: &[Opcodes] = &[
    Opcodes(2, NONE | P66, BARE, "6c"),
    Opcodes(2, NONE | P66 | PF3, BARE, "d2-d3"),
    Opcodes(2, ANY, BARE, "b0 da fc"),
    Opcodes(2, NONE | PF3 | PF2, BARE, "50-51"),
    Opcodes(2, P66, BARE, "b1 e0-ef"),
    Opcodes(2, PF3, BARE, "b1 d8 dc-df fa-fb"),
    Opcodes(2, PF2, BARE, "5c cb-cd"),
    Opcodes(2, P66, BAD, "b4-b5"),
    Opcodes(2, PF3, BAD, "72"),
    Opcodes(3, P66, BARE, "de"),
];

/// Before AMX and FP16 came, in 5.10.
const ESCAPED_5_10: &[Opcodes] = &[
    Opcodes(2, ANY, BARE, "5e"),
    Opcodes(2, NONE | P66 | PF2, BARE, "49"),
    Opcodes(2, P66 | PF3 | PF2, BARE, "4b"),
    Opcodes(2, PF3, BARE, "5c"),
    Opcodes(2, P66, BAD, "50-53"),
    Opcodes(3, NONE, BARE, "08 0a 26-27 56-57 66-67 c2"),
    Opcodes(3, PF3, BARE, "c2 f0"),
];

/// Opcodes behind VEX and EVEX prefixes, by map and `pp`. What is not here is refused.
const VEX: &[Opcodes] = &[
    Opcodes(1, NONE, Cell::VEX, "77"),
    Opcodes(1, ANY, V, "10-12 51 58-5a 5c-5f"),
    Opcodes(1, NONE, V, "13-17 28-29 2b 2e-2f 41-42 44-47 4a-4b 50 52-57 5b 78-79 90-93 98-99"),
    Opcodes(1, P66, V, "13-17 28-29 2b 2e-2f 41-42 44-47 4a-4b 50 54-57 5b 60-6f 74-76 7c-7f 90-93 98-99 d0-ef f1-fe"),
    Opcodes(1, PF3, V, "16 2a 2c-2d 52-53 5b 6f 7e-7f e6"),
    Opcodes(1, PF2, V, "2a 2c-2d 7c-7d 92-93 d0 e6 f0"),
    Opcodes(1, P66 | PF3 | PF2, E, "78-7b"),
    Opcodes(1, PF2, E, "6f 7f"),
    Opcodes(1, ANY, VB, "c2"),
    Opcodes(1, NONE, VB, "c6"),
    Opcodes(1, P66, VB, "70 c4-c6"),
    Opcodes(1, PF3 | PF2, VB, "70"),
    Opcodes(1, P66, VB.with(BY_REG), "71-73"),
    Opcodes(1, NONE, V.with(BY_REG), "ae"),
    Opcodes(2, ANY, V, "50-51 5e b0 da f7"),
    Opcodes(2, NONE, V, "49 6c d2-d3 f2 f5"),
    Opcodes(2, P66, V, "00-10 13-1a 1c-1e 20-25 28-41 45-47 49 4b 52-53 58-5a 6c 78-79 8c 8e 90-93 96-9f a6-af b1"),
    Opcodes(2, P66, V, "b4-bf cf d2-d3 db-ef"),
    Opcodes(2, PF3, V, "4b 5c 72 b1 d2-d3 f5"),
    Opcodes(2, PF2, V, "49 4b 5c cb-cd f5-f6"),
    Opcodes(2, P66, E, "11-12 1b 1f 26-27 42-44 4c-4f 54-55 5b 62-66 70-73 75-77 7a-7f 83 88-8b 8d 8f a0-a3 c4 c8"),
    Opcodes(2, P66, E, "ca-cd"),
    Opcodes(2, PF3, E, "10-15 20-2a 30-35 38-3a 52"),
    Opcodes(2, PF2, E, "52-53 68 72 9a-9b aa-ab"),
    Opcodes(2, P66, V.with(BY_REG), "c6-c7"),
    Opcodes(2, ANY, V.with(BY_REG), "f3"),
    Opcodes(3, NONE, VB, "08 0a"),
    Opcodes(3, P66, VB, "00-02 04-06 08-0f 14-19 1d 20-22 30-33 38-39 40-42 44 46 4a-4c 60-63 ce-cf de-df"),
    Opcodes(3, PF2, VB, "f0"),
    Opcodes(3, NONE, EB, "26-27 56-57 66-67 c2"),
    Opcodes(3, P66, EB, "03 1a-1b 1e-1f 23 25-27 3a-3b 3e-3f 43 50-51 54-57 66-67 70-73"),
    Opcodes(3, PF3, EB, "c2"),
    Opcodes(4, NONE, E, "00-03 08-0b 10-13 18-1b 20-23 28-2b 30-33 38-3b 40-4f 60-61 66 84-85 88 8f a5 ad af f0-f1"),
    Opcodes(4, NONE, E, "f4-f5 f9"),
    Opcodes(4, P66, E, "01 03 09 0b 11 13 19 1b 21 23 29 2b 31 33 39 3b 40-4f 60-61 65-66 85 88 a5 ad af f1 f4-f5 f8"),
    Opcodes(4, PF3, E, "66 f0-f2 f8"),
    Opcodes(4, PF2, E, "40-4f f8"),
    Opcodes(4, NONE | P66, EB, "24 2c 6b"),
    Opcodes(4, NONE | P66, EZ, "69"),
    Opcodes(4, ANY, E, "d0-d3 fe-ff"),
    Opcodes(4, ANY, EB, "80 83 c0-c1"),
    Opcodes(4, ANY, EZ, "81"),
    Opcodes(4, ANY, EB.with(BY_REG), "f6"),
    Opcodes(4, ANY, EZ.with(BY_REG), "f7"),
    Opcodes(5, ANY, E, "5a 7d"),
    Opcodes(5, NONE, E, "1d 2e-2f 51 58-59 5b-5f 78-79 7c"),
    Opcodes(5, P66, E, "1d 5b 6e 78-7c 7e"),
    Opcodes(5, PF3, E, "10-11 2a 2c-2d 51 58-59 5b-5f 78-79 7b"),
    Opcodes(5, PF2, E, "7a"),
    Opcodes(6, NONE, E, "13"),
    Opcodes(6, P66, E, "13 2c-2d 42-43 4c-4f 96-9f a6-af b6-bf"),
    Opcodes(6, PF3 | PF2, E, "56-57 d6-d7"),
    Opcodes(7, PF3 | PF2, VD, "f8"),
];

/// Before 6.12 (see [`VEX`]); maps 4 and 7 did not exist.
const VEX_6_1: &[Opcodes] = &[
    Opcodes(2, NONE | P66, BAD, "6c"),
    Opcodes(2, NONE | P66 | PF3, BAD, "d2-d3"),
    Opcodes(2, ANY, BAD, "b0 da"),
    Opcodes(2, NONE | PF3 | PF2, BAD, "50-51"),
    Opcodes(2, P66, BAD, "b1 e0-ef"),
    Opcodes(2, PF3, BAD, "b1"),
    Opcodes(2, PF2, BAD, "5c cb-cd"),
    Opcodes(2, P66, E, "b4-b5"),
    Opcodes(2, PF3, E, "72"),
    Opcodes(3, P66, BAD, "de"),
    Opcodes(4, ANY, BAD, "00-ff"),
    Opcodes(7, ANY, BAD, "00-ff"),
];

/// In 5.10; maps 5 and 6 did not exist either.
const VEX_5_10: &[Opcodes] = &[
    Opcodes(2, ANY, BAD, "5e"),
    Opcodes(2, NONE | P66 | PF2, BAD, "49"),
    Opcodes(2, P66 | PF3 | PF2, BAD, "4b"),
    Opcodes(2, PF3, BAD, "5c"),
    Opcodes(2, P66, E, "50-53"),
    Opcodes(3, NONE, BAD, "08 0a 26-27 56-57 66-67 c2"),
    Opcodes(3, PF3, BAD, "c2"),
    Opcodes(5, ANY, BAD, "00-ff"),
    Opcodes(6, ANY, BAD, "00-ff"),
];

/// Opcodes behind XOP prefixes; `pp` does not matter.
const XOP: &[Opcodes] = &[
    Opcodes(8, ANY, VB, "85-87 8e-8f 95-97 9e-9f a2-a3 a6 b6 c0-c3 cc-cf ec-ef"),
    Opcodes(9, ANY, V, "01-02 12 80-83 90-9b c1-c3 c6-c7 cb d1-d3 d6-d7 db e1-e3"),
    Opcodes(10, ANY, VD, "10"),
    Opcodes(10, ANY, VD.with(BY_REG), "12"),
];

/// Values of ModRM.reg (a bit each) for which a `BY_REG` cell has its immediate or, behind VEX, is accepted.
pub(super) fn regs_of(map: u8, opcode: u8, prefix: u8) -> u8 {
    match (map, opcode, prefix) {
        (0 | 4, 0xf6 | 0xf7, _) => 0b0000_0011,
        (1, 0x71, 0 | 1) | (1, 0x72, 0) => 0b0101_0100,
        (1, 0x72, 1) => 0b0101_0111,
        (1, 0x73, 0) => 0b0100_0100,
        (1, 0x73, 1) => 0b1100_1100,
        (1, 0xae, _) => 0b0000_1100,
        (2, 0xc6 | 0xc7, _) => 0b0110_0110,
        (2, 0xf3, _) => 0b0000_1110,
        (10, 0x12, _) => 0b0000_0011,
        _ => 0,
    }
}

const fn build(series: u32) -> OpcodeMap {
    let primary_rex2 = one_map(PRIMARY, 0, 0, [BARE; 256]);
    let primary = if series >= 703 { one_map(PRIMARY_INVALID, 0, 0, primary_rex2) } else { primary_rex2 };
    let escaped = [
        by_prefix(series, [ESCAPED, ESCAPED_6_1, ESCAPED_5_10], 1, BARE),
        by_prefix(series, [ESCAPED, ESCAPED_6_1, ESCAPED_5_10], 2, BARE),
        by_prefix(series, [ESCAPED, ESCAPED_6_1, ESCAPED_5_10], 3, BARE),
    ];
    OpcodeMap {
        quick_primary: table(&primary, None),
        quick_escaped: table(&escaped[0][0], Some(0x0f)),
        primary,
        primary_rex2,
        escaped,
        vex: [
            by_prefix(series, [VEX, VEX_6_1, VEX_5_10], 1, BAD),
            by_prefix(series, [VEX, VEX_6_1, VEX_5_10], 2, BAD),
            by_prefix(series, [VEX, VEX_6_1, VEX_5_10], 3, BAD),
            by_prefix(series, [VEX, VEX_6_1, VEX_5_10], 4, BAD),
            by_prefix(series, [VEX, VEX_6_1, VEX_5_10], 5, BAD),
            by_prefix(series, [VEX, VEX_6_1, VEX_5_10], 6, BAD),
            by_prefix(series, [VEX, VEX_6_1, VEX_5_10], 7, BAD),
        ],
        xop: [one_map(XOP, 8, 0, [BAD; 256]), one_map(XOP, 9, 0, [BAD; 256]), one_map(XOP, 10, 0, [BAD; 256])],
        evex_map_bits: if series >= 601 { 7 } else { 3 },
        has_xop: series >= 703,
        has_rex2: series >= 612,
    }
}

/// The cells of `map` by prefix; `rows` are the newest ones, what overwrites them before 6.12, and before 6.1.
#[allow(clippy::indexing_slicing)] // Evaluated at compile time only.
const fn by_prefix(series: u32, rows: [&[Opcodes]; 3], map: u8, rest: Cell) -> [[Cell; 256]; 4] {
    let mut tables = [[rest; 256]; 4];
    let mut prefix = 0;
    while prefix < 4 {
        let mut table = one_map(rows[0], map, prefix as u8, tables[prefix]);
        if series < 612 {
            table = one_map(rows[1], map, prefix as u8, table);
        }
        if series < 601 {
            table = one_map(rows[2], map, prefix as u8, table);
        }
        tables[prefix] = table;
        prefix += 1;
    }
    tables
}

/// `table` with the cells of `map` under `prefix` filled in.
#[allow(clippy::indexing_slicing)] // Evaluated at compile time only.
const fn one_map(rows: &[Opcodes], map: u8, prefix: u8, mut table: [Cell; 256]) -> [Cell; 256] {
    let mut i = 0;
    while i < rows.len() {
        let Opcodes(row_map, prefixes, cell, opcodes) = &rows[i];
        if *row_map == map && *prefixes >> prefix & 1 == 1 {
            table = fill(table, *cell, opcodes);
        }
        i += 1;
    }
    table
}
