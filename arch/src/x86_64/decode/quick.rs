// SPDX-License-Identifier: GPL-2.0-only

//! The short way for the instructions that nearly all code consists of: an optional REX prefix, a one-byte opcode or one
//! behind `0f`, ModRM, and an immediate of fixed size.
//!
//! Everything else is left to [`super::fields::split`], which gives the same answer for these, only slower; a test holds
//! the two against each other.
//!
//! Where an instruction starts is known only when the one before is measured, so the way from a load to the length has to
//! be short. The branches below are there for that: what a processor predicts it does not wait for. Written with
//! conditional moves instead, decoding takes a quarter longer.

use super::cell::Cell;
use super::cell::Imm;
use super::fields::Fields;
use super::fields::is_legacy_prefix;
use super::interest::Interest;
use super::interest::interest;
use super::opcode_map::OpcodeMap;

/// Bytes in front of the instruction that [`quick`] wants to see.
pub(super) const BEFORE: usize = 4;
/// Bytes that [`quick`] wants to see. No instruction it takes is longer than 13 bytes.
pub(super) const WINDOW: usize = BEFORE + 16;

/// What the short way has to know of an opcode.
///
/// Bits 0-2: bytes of the immediate; bit 3: ModRM; bits 8-15: go the long way if one of these bits is set in REX (bit 5:
/// in any case); bits 16-31: [`Interest`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Quick(u32);

impl Quick {
    const MODRM: u32 = 1 << 3;
    const OTHER: u32 = 1 << 13;
    const OTHER_WITH_W: u32 = 8 << 8;
    const OTHER_WITH_R: u32 = 4 << 8;
    const OTHER_WITH_B: u32 = 1 << 8;

    const fn new(layout: u32, interest: Interest) -> Quick {
        Quick((interest.bits() as u32) << 16 | layout)
    }

    #[inline]
    const fn is_other(self, rex: u8) -> bool {
        (self.0 >> 8) as u8 & (rex | 1 << 5) != 0
    }

    #[inline]
    const fn imm_len(self) -> u8 {
        self.0 as u8 & 7
    }

    #[inline]
    const fn has_modrm(self) -> bool {
        self.0 & Quick::MODRM != 0
    }

    #[inline]
    const fn interest(self) -> Interest {
        Interest::from_bits((self.0 >> 16) as u16)
    }
}

/// The table for [`quick`] of the opcodes without (`escape` = `None`) or behind an escape byte.
#[allow(clippy::indexing_slicing)] // Evaluated at compile time only.
pub(super) const fn table(cells: &[Cell; 256], escape: Option<u8>) -> [Quick; 256] {
    let mut table = [Quick::new(Quick::OTHER, Interest::NONE); 256];
    let mut op = 0;
    while op < 256 {
        let byte = op as u8;
        let (is_other, opcode) = match escape {
            // Prefixes of all kinds, and the escape.
            None => {
                let is_prefix = matches!(byte, 0x0f | 0x40..=0x4f | 0x62 | 0xc4 | 0xc5 | 0x8f | 0xd5);
                (is_prefix || is_legacy_prefix(byte), [byte, 0])
            }
            // Longer escapes, and ud2, which may be the start of an emulation prefix.
            Some(escape) => (matches!(byte, 0x38 | 0x3a | 0x0b), [escape, byte]),
        };
        if !is_other {
            table[op] = Quick::new(layout(cells[op], opcode), interest(opcode));
        }
        op += 1;
    }
    table
}

const fn layout(cell: Cell, opcode: [u8; 2]) -> u32 {
    if cell.is(Cell::BY_REG) || cell.is(Cell::REJECTED) {
        return Quick::OTHER;
    }
    let size = match cell.imm() {
        Imm::None => 0,
        Imm::Byte => 1,
        Imm::Word => 2,
        Imm::Dword | Imm::WordOrDword => 4,
        Imm::Any => 4 | Quick::OTHER_WITH_W,
        Imm::FarPointer | Imm::Moffs | Imm::WordByte => return Quick::OTHER,
    };
    let modrm = if cell.is(Cell::MODRM) { Quick::MODRM } else { 0 };
    let rex = match opcode {
        // An exchange.
        [0x90, _] => Quick::OTHER_WITH_B,
        // No NOP in the eyes of 7.3: its reg field is not 0.
        [0x0f, 0x1f] => Quick::OTHER_WITH_R,
        _ => 0,
    };
    size | modrm | rex
}

/// What a ModRM byte means; all zero where there is none.
///
/// Bits 0-2: bytes of ModRM, SIB and displacement together; bits 4-6: bytes of the displacement; bit 7: the base in the SIB
/// byte may add a displacement; bits 16-31: traits for [`Interest::applies`].
#[derive(Debug, Clone, Copy)]
struct Shape(u32);

impl Shape {
    const CHECKS_BASE: u32 = 1 << 7;

    const fn of_modrm(modrm: u8) -> Shape {
        let (mode, rm) = (modrm >> 6, modrm & 7);
        let disp_len = match mode {
            1 => 1,
            2 => 4,
            0 if rm == 5 => 4,
            _ => 0,
        };
        let len = 1 + (mode != 3 && rm == 4) as u32 + disp_len;
        let checks_base = if mode == 0 && rm == 4 { Shape::CHECKS_BASE } else { 0 };
        Shape(len | disp_len << 4 | checks_base | (Interest::traits_of(modrm) as u32) << 16)
    }

    #[inline]
    const fn len(self) -> u8 {
        self.0 as u8 & 7
    }

    #[inline]
    const fn disp_len(self) -> u8 {
        self.0 as u8 >> 4 & 7
    }

    #[inline]
    const fn traits(self) -> u16 {
        (self.0 >> 16) as u16
    }
}

static SHAPES: [Shape; 256] = {
    let mut shapes = [Shape(0); 256];
    let mut modrm = 0;
    while modrm < 256 {
        shapes[modrm] = Shape::of_modrm(modrm as u8);
        modrm += 1;
    }
    shapes
};

/// An instruction that went the short way.
#[derive(Clone, Copy)]
pub(super) struct Short {
    quick: Quick,
    shape: Shape,
    rex: u8,
    op: u8,
    /// Length in bytes.
    pub(super) len: u8,
}

/// Takes the instruction at offset [`BEFORE`] of `window`, or `None` if it has to go the long way.
#[inline]
pub(super) fn quick(map: &OpcodeMap, window: &[u8; WINDOW]) -> Option<Short> {
    let word = u64::from_le_bytes(*window.get(BEFORE..)?.first_chunk()?);
    if word & 0xf0 == 0x40 { behind_rex::<1>(map, word >> 8, word as u8) } else { behind_rex::<0>(map, word, 0) }
}

/// `word` starts behind the REX prefix, `N` bytes behind the start.
#[inline(always)]
fn behind_rex<const N: u8>(map: &OpcodeMap, word: u64, rex: u8) -> Option<Short> {
    if word as u8 == 0x0f {
        let quick = map.quick_escaped[usize::from((word >> 8) as u8)];
        return at_opcode(quick, word >> 8, rex, N + 1);
    }
    let quick = map.quick_primary[usize::from(word as u8)];
    at_opcode(quick, word, rex, N)
}

/// `word` starts with the opcode, `n` bytes behind the start.
#[inline(always)]
fn at_opcode(quick: Quick, word: u64, rex: u8, n: u8) -> Option<Short> {
    if quick.is_other(rex) {
        return None;
    }
    let op = word as u8;
    if !quick.has_modrm() {
        return Some(Short { quick, shape: Shape(0), rex, op, len: n + 1 + quick.imm_len() });
    }
    let shape = SHAPES[usize::from((word >> 8) as u8)];
    if shape.0 & Shape::CHECKS_BASE != 0 && word >> 16 & 7 == 5 {
        return None;
    }
    Some(Short { quick, shape, rex, op, len: n + 1 + shape.len() + quick.imm_len() })
}

impl Short {
    /// What the opcode alone tells.
    #[inline]
    pub(super) fn interest(&self) -> Interest {
        self.quick.interest()
    }

    /// Whether more than the opcode has to be looked at. `heeded` are the traits that count in this section.
    #[inline]
    pub(super) fn has_effect(&self, heeded: u16) -> bool {
        self.interest().applies(self.rex, self.shape.traits() & heeded)
    }

    /// The register in the low bits of the opcode.
    #[inline]
    pub(super) fn op_reg(&self) -> u8 {
        self.op & 7 | (self.rex & 1) << 3
    }

    /// Bytes of the immediate.
    #[inline]
    pub(super) fn imm_len(&self) -> u8 {
        self.quick.imm_len()
    }

    /// Bytes of the displacement.
    #[inline]
    pub(super) fn disp_len(&self) -> u8 {
        self.shape.disp_len()
    }

    /// The little-endian signed number in the last `size` (0, 1, 2 or 4) bytes of the instruction.
    #[inline]
    pub(super) fn last(&self, window: &[u8; WINDOW], size: u8) -> i32 {
        number(window, self.len, size)
    }

    /// All fields, as the long way gives them.
    pub(super) fn fields(&self, window: &[u8; WINDOW]) -> Fields {
        let has_modrm = self.shape.len() > 0;
        let has_sib = self.shape.len() > self.disp_len() + 1;
        let imm_at = self.len - self.imm_len();
        let modrm_at = imm_at - self.shape.len();
        let byte = |at: u8, is_there| match window.get(BEFORE + usize::from(at)) {
            Some(&byte) if is_there => byte,
            _ => 0,
        };
        let is_escaped = modrm_at - 1 > u8::from(self.rex != 0);
        Fields {
            len: self.len,
            rex: self.rex,
            opcode: if is_escaped { [0x0f, self.op, 0] } else { [self.op, 0, 0] },
            modrm: byte(modrm_at, has_modrm),
            has_modrm,
            sib: byte(modrm_at + 1, has_sib),
            disp_len: self.disp_len(),
            imm_len: self.imm_len(),
            disp: number(window, imm_at, self.disp_len()),
            imm: number(window, self.len, self.imm_len()),
            ..Fields::default()
        }
    }
}

/// The little-endian signed number of `size` (0, 1, 2 or 4) bytes that ends `end` bytes behind the start of the
/// instruction.
#[inline]
fn number(window: &[u8; WINDOW], end: u8, size: u8) -> i32 {
    let start = usize::from(end & 15);
    let bytes = [window[start], window[start + 1], window[start + 2], window[start + 3]];
    let value = i32::from_le_bytes(bytes).wrapping_shr(32 - u32::from(size) * 8);
    if size == 0 { 0 } else { value }
}
