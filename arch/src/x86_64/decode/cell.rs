// SPDX-License-Identifier: GPL-2.0-only

//! One entry of an opcode map: what follows the opcode byte.

/// What follows an opcode, and whether a prefix in front of it is acceptable.
///
/// Bits 0-3: kind of immediate; bit 4: ModRM; bit 5: the reg field of ModRM decides; bit 6: only behind EVEX; bit 7: only
/// behind VEX, EVEX or XOP, which without bit 4 and with bit 6 means nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell(u8);

/// Kind of the immediate behind an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Imm {
    /// No immediate.
    None,
    /// 1 byte.
    Byte,
    /// 2 bytes.
    Word,
    /// 4 bytes.
    Dword,
    /// 2 or 4 bytes, by operand size.
    WordOrDword,
    /// 2, 4 or 8 bytes, by operand size.
    Any,
    /// An offset and a segment of 2 bytes; impossible with REX.W.
    FarPointer,
    /// An address, by address size.
    Moffs,
    /// 2 bytes and 1 byte (`enter`).
    WordByte,
}

impl Cell {
    pub(super) const BARE: Cell = Cell(0);
    pub(super) const IMM_B: Cell = Cell(Imm::Byte as u8);
    pub(super) const IMM_W: Cell = Cell(Imm::Word as u8);
    pub(super) const IMM_D: Cell = Cell(Imm::Dword as u8);
    pub(super) const IMM_Z: Cell = Cell(Imm::WordOrDword as u8);
    pub(super) const IMM_V: Cell = Cell(Imm::Any as u8);
    pub(super) const FAR_POINTER: Cell = Cell(Imm::FarPointer as u8);
    pub(super) const MOFFS: Cell = Cell(Imm::Moffs as u8);
    pub(super) const IMM_WB: Cell = Cell(Imm::WordByte as u8);
    pub(super) const MODRM: Cell = Cell(1 << 4);
    pub(super) const BY_REG: Cell = Cell(1 << 5);
    pub(super) const EVEX_ONLY: Cell = Cell(1 << 6);
    pub(super) const VEX: Cell = Cell(1 << 7);
    /// Refused wherever it is found.
    pub(super) const REJECTED: Cell = Cell(1 << 6);

    pub(super) const fn with(self, other: Cell) -> Cell {
        Cell(self.0 | other.0)
    }

    pub(super) const fn is(self, other: Cell) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) const fn imm(self) -> Imm {
        match self.0 & 15 {
            1 => Imm::Byte,
            2 => Imm::Word,
            3 => Imm::Dword,
            4 => Imm::WordOrDword,
            5 => Imm::Any,
            6 => Imm::FarPointer,
            7 => Imm::Moffs,
            8 => Imm::WordByte,
            _ => Imm::None,
        }
    }
}

/// `table` with `cell` at every opcode named in `opcodes`: two-digit hexadecimal numbers and ranges such as `10-17`,
/// separated by single spaces. Used at compile time, where a mistake in the text stops the build.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
pub(super) const fn fill(mut table: [Cell; 256], cell: Cell, opcodes: &str) -> [Cell; 256] {
    let text = opcodes.as_bytes();
    let mut i = 0;
    while i < text.len() {
        let first = hex(text[i]) * 16 + hex(text[i + 1]);
        i += 2;
        let mut last = first;
        if i < text.len() && text[i] == b'-' {
            last = hex(text[i + 1]) * 16 + hex(text[i + 2]);
            i += 3;
        }
        assert!(last >= first && (i == text.len() || text[i] == b' '));
        i += 1;
        let mut opcode = first;
        while opcode <= last {
            table[opcode] = cell;
            opcode += 1;
        }
    }
    table
}

#[allow(clippy::arithmetic_side_effects)]
const fn hex(digit: u8) -> usize {
    match digit {
        b'0'..=b'9' => (digit - b'0') as usize,
        b'a'..=b'f' => (digit - b'a') as usize + 10,
        _ => panic!("not a hexadecimal digit"),
    }
}
