// SPDX-License-Identifier: GPL-2.0-only

//! Splits one encoding into its fields exactly as the kernel's instruction decoder does.
//!
//! Upstream: `insn_decode()` and what it calls.

use super::cell::Cell;
use super::cell::Imm;
use super::opcode_map::OpcodeMap;
use super::opcode_map::regs_of;
use crate::x86_64::MAX_INSN_LEN;

/// A `ud2` followed by one of these asks a hypervisor to emulate the next instruction; both count as one.
const EMULATE_PREFIXES: [[u8; 5]; 2] = [[0x0f, 0x0b, b'x', b'e', b'n'], [0x0f, 0x0b, b'k', b'v', b'm']];

/// The fields of one instruction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    /// Length in bytes.
    pub(crate) len: u8,
    /// Whether a VEX, EVEX or XOP prefix was found. Nothing else is of interest then.
    pub(crate) is_vex: bool,
    pub(crate) prefixes: Prefixes,
    /// The REX prefix, or the first byte of a REX2 prefix: the original takes that for a REX prefix. 0 without one.
    pub(crate) rex: u8,
    /// Opcode bytes, escapes included; behind REX2 the escape is missing.
    pub(crate) opcode: [u8; 3],
    /// ModRM, 0 without one.
    pub(crate) modrm: u8,
    pub(crate) has_modrm: bool,
    /// SIB, 0 without one.
    pub(crate) sib: u8,
    /// Bytes of the displacement.
    pub(crate) disp_len: u8,
    /// Bytes of the immediate's first part.
    pub(crate) imm_len: u8,
    /// Displacement, sign-extended.
    pub(crate) disp: i32,
    /// First part of the immediate, sign-extended.
    pub(crate) imm: i32,
}

/// Legacy prefixes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Prefixes {
    /// Distinct prefixes in order of appearance, except that the last one of the instruction is always in `bytes[3]`.
    pub(crate) bytes: [u8; 4],
    /// Number of prefix bytes, repeated ones included.
    pub(crate) count: u8,
}

impl Prefixes {
    /// Whether `prefix` is one of them.
    pub(crate) fn contains(&self, prefix: u8) -> bool {
        self.bytes.iter().take(usize::from(self.count)).any(|&byte| byte == prefix)
    }

    /// Number under which the opcode maps know the last prefix: 1 for `66`, 2 for `f3`, 3 for `f2`, else 0.
    pub(crate) const fn last_id(&self) -> u8 {
        match self.bytes[3] {
            0x66 => 1,
            0xf3 => 2,
            0xf2 => 3,
            _ => 0,
        }
    }
}

/// Splits the instruction at the start of `bytes`, or returns `None` where the kernel's decoder refuses.
pub(super) fn split(map: &OpcodeMap, bytes: &[u8]) -> Option<Fields> {
    let mut splitter = Splitter {
        at: Cursor { bytes: bytes.get(..MAX_INSN_LEN).unwrap_or(bytes), pos: 0 },
        fields: Fields::default(),
        operand_size: 4,
        address_size: 8,
    };
    splitter.emulate_prefix();
    splitter.legacy_prefixes()?;
    let found = splitter.opcode(map)?;
    let cell = splitter.modrm(found)?;
    splitter.immediate(cell.imm())?;
    let mut fields = splitter.fields;
    fields.len = splitter.at.pos as u8;
    Some(fields)
}

/// Whether `byte` is a legacy prefix.
pub(super) const fn is_legacy_prefix(byte: u8) -> bool {
    matches!(byte, 0x26 | 0x2e | 0x36 | 0x3e | 0x64..=0x67 | 0xf0 | 0xf2 | 0xf3)
}

/// Where the opcode was found.
struct Found {
    cell: Cell,
    /// 0 for one-byte opcodes, 1 to 3 behind escapes, otherwise the number in the VEX, EVEX or XOP prefix.
    map: u8,
    prefix: u8,
    op: u8,
}

struct Splitter<'a> {
    at: Cursor<'a>,
    fields: Fields,
    /// 2, 4 or 8.
    operand_size: u8,
    /// 4 or 8.
    address_size: u8,
}

impl Splitter<'_> {
    fn emulate_prefix(&mut self) {
        if self.at.bytes.first_chunk().is_some_and(|start| EMULATE_PREFIXES.contains(start)) {
            self.at.pos = 5;
        }
    }

    /// Upstream: the first half of `insn_get_prefixes()`. A prefix counts once however often it is repeated. With a fifth
    /// distinct one the scan ends, and that one becomes the opcode.
    fn legacy_prefixes(&mut self) -> Option<()> {
        let prefixes = &mut self.fields.prefixes;
        let mut n_distinct = 0;
        let mut last = 0;
        loop {
            let byte = self.at.peek(0)?;
            if !is_legacy_prefix(byte) {
                break;
            }
            if !prefixes.bytes.contains(&byte) {
                let Some(slot) = prefixes.bytes.get_mut(n_distinct) else { break };
                *slot = byte;
                n_distinct += 1;
                match byte {
                    0x66 => self.operand_size = 2,
                    0x67 => self.address_size = 4,
                    _ => {}
                }
            }
            prefixes.count += 1;
            last = byte;
            self.at.pos += 1;
        }
        prefixes.move_last(last);
        Some(())
    }

    fn opcode(&mut self, map: &OpcodeMap) -> Option<Found> {
        let mut byte = self.at.peek(0)?;
        let mut may_be_vex = true;
        if byte & 0xf0 == 0x40 {
            self.set_rex(byte, byte);
            self.at.pos += 1;
            may_be_vex = !map.has_xop;
            byte = self.at.peek(0)?;
        } else if byte == 0xd5 && map.has_rex2 {
            return self.rex2_opcode(map);
        }
        match byte {
            0xc5 | 0xc4 | 0x62 if may_be_vex => self.vex_opcode(map, byte),
            // An 8f with reg 0 is a pop.
            0x8f if may_be_vex && map.has_xop && self.at.peek(1)? & 0x38 != 0 => self.xop_opcode(map),
            _ => self.plain_opcode(map),
        }
    }

    fn set_rex(&mut self, first: u8, with_w: u8) {
        self.fields.rex = first;
        if with_w & 8 != 0 {
            self.operand_size = 8;
        }
    }

    fn plain_opcode(&mut self, map: &OpcodeMap) -> Option<Found> {
        let op = self.at.next()?;
        self.fields.opcode[0] = op;
        if op != 0x0f {
            return Some(Found { cell: map.primary[usize::from(op)], map: 0, prefix: 0, op });
        }
        let prefix = self.fields.prefixes.last_id();
        let op = self.at.next()?;
        self.fields.opcode[1] = op;
        let found = match op {
            0x38 | 0x3a => {
                let third = self.at.next()?;
                self.fields.opcode[2] = third;
                escaped(map, if op == 0x38 { 2 } else { 3 }, prefix, third)
            }
            _ => escaped(map, 1, prefix, op),
        };
        (!found.cell.is(Cell::REJECTED)).then_some(found)
    }

    /// Behind REX2 the map is a bit of the prefix, longer escapes do not exist and no opcode is refused.
    fn rex2_opcode(&mut self, map: &OpcodeMap) -> Option<Found> {
        let first = self.at.next()?;
        let payload = self.at.next()?;
        self.set_rex(first, payload);
        let op = self.at.next()?;
        self.fields.opcode[0] = op;
        if payload & 0x80 == 0 {
            return Some(Found { cell: map.primary_rex2[usize::from(op)], map: 0, prefix: 0, op });
        }
        let prefix = self.fields.prefixes.last_id();
        Some(escaped(map, 1, prefix, op))
    }

    fn vex_opcode(&mut self, map: &OpcodeMap, first: u8) -> Option<Found> {
        self.fields.is_vex = true;
        self.at.pos += 1;
        let second = self.at.next()?;
        let (number, last, is_evex) = match first {
            0xc5 => (1, second & 0x7f, false),
            0xc4 => (second & 0x1f, self.at.next()?, false),
            _ => (second & map.evex_map_bits, self.at.next()?, true),
        };
        // The original looks for W in the byte behind the one that has it when the prefix is EVEX.
        let w_byte = if is_evex { self.at.next()? } else { last };
        if w_byte & 0x80 != 0 {
            self.operand_size = 8;
        }
        let op = self.at.next()?;
        let prefix = last & 3;
        let cell = number.checked_sub(1).and_then(|n| map.vex.get(usize::from(n)))?;
        let cell = *cell.get(usize::from(prefix))?.get(usize::from(op))?;
        if !cell.is(Cell::VEX) || cell.is(Cell::EVEX_ONLY) && !is_evex {
            return None;
        }
        // Only EVEX map 4 has immediates whose size varies; there pp is the operand size prefix.
        if cell.imm() == Imm::WordOrDword && prefix == 1 && last & 0x80 == 0 {
            self.operand_size = 2;
        }
        Some(Found { cell, map: number, prefix, op })
    }

    fn xop_opcode(&mut self, map: &OpcodeMap) -> Option<Found> {
        self.fields.is_vex = true;
        self.at.pos += 1;
        let number = self.at.next()? & 0x1f;
        let prefix = self.at.next()? & 3;
        let op = self.at.next()?;
        let cell = *number.checked_sub(8).and_then(|n| map.xop.get(usize::from(n)))?.get(usize::from(op))?;
        cell.is(Cell::VEX).then_some(Found { cell, map: number, prefix, op })
    }

    /// Reads ModRM, SIB and displacement, and settles what depends on the reg field.
    fn modrm(&mut self, found: Found) -> Option<Cell> {
        if !found.cell.is(Cell::MODRM) {
            return Some(found.cell);
        }
        let modrm = self.at.next()?;
        self.fields.modrm = modrm;
        self.fields.has_modrm = true;
        let cell = found.by_reg(modrm)?;
        let (mode, rm) = (modrm >> 6, modrm & 7);
        if mode == 3 {
            return Some(cell);
        }
        if rm == 4 {
            self.fields.sib = self.at.next()?;
        }
        let base = self.fields.sib & 7;
        if mode == 1 {
            self.fields.disp = i32::from(self.at.next()? as i8);
            self.fields.disp_len = 1;
        } else if mode == 2 || rm == 5 || base == 5 {
            self.fields.disp = self.at.next_i32()?;
            self.fields.disp_len = 4;
        }
        Some(cell)
    }

    fn immediate(&mut self, imm: Imm) -> Option<()> {
        let size = match imm {
            Imm::None => 0,
            Imm::Byte => 1,
            Imm::Word => 2,
            Imm::Dword => 4,
            Imm::WordOrDword => self.operand_size.min(4),
            Imm::Any => self.operand_size,
            Imm::FarPointer if self.operand_size == 8 => return None,
            Imm::FarPointer => self.operand_size,
            Imm::Moffs => self.address_size,
            Imm::WordByte => 2,
        };
        // Of eight bytes the original keeps the low four as "the immediate".
        self.fields.imm_len = size.min(4);
        self.fields.imm = match size {
            0 => 0,
            1 => i32::from(self.at.next()? as i8),
            2 => i32::from(self.at.next_i16()?),
            _ => self.at.next_i32()?,
        };
        let rest = match imm {
            Imm::FarPointer => 2,
            Imm::WordByte => 1,
            _ if size == 8 => 4,
            _ => 0,
        };
        self.at.skip(rest)
    }
}

impl Prefixes {
    fn move_last(&mut self, last: u8) {
        let old = self.bytes[3];
        if last == 0 || last == old {
            return;
        }
        if old != 0 {
            for byte in &mut self.bytes {
                if *byte == last {
                    *byte = old;
                }
            }
        }
        self.bytes[3] = last;
    }
}

impl Found {
    /// Settles a cell that depends on ModRM.reg: without a match an immediate falls away, and a VEX encoding is refused (but
    /// the opcodes of EVEX map 4 and of XOP only lose their immediate).
    fn by_reg(&self, modrm: u8) -> Option<Cell> {
        let matches = || regs_of(self.map, self.op, self.prefix) >> (modrm >> 3 & 7) & 1 == 1;
        if !self.cell.is(Cell::BY_REG) || matches() {
            return Some(self.cell);
        }
        (!self.cell.is(Cell::VEX) || self.map >= 4).then_some(Cell::MODRM)
    }
}

fn escaped(map: &OpcodeMap, number: u8, prefix: u8, op: u8) -> Found {
    let table = number.checked_sub(1).and_then(|n| map.escaped.get(usize::from(n))?.get(usize::from(prefix)));
    let cell = table.map_or(Cell::REJECTED, |table| table[usize::from(op)]);
    Found { cell, map: number, prefix, op }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    pos: usize,
}

impl Cursor<'_> {
    fn peek(&self, n: usize) -> Option<u8> {
        self.bytes.get(self.pos.saturating_add(n)).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek(0)?;
        self.pos += 1;
        Some(byte)
    }

    fn next_i16(&mut self) -> Option<i16> {
        let value = self.bytes.get(self.pos..)?.first_chunk()?;
        self.pos += 2;
        Some(i16::from_le_bytes(*value))
    }

    fn next_i32(&mut self) -> Option<i32> {
        let value = self.bytes.get(self.pos..)?.first_chunk()?;
        self.pos += 4;
        Some(i32::from_le_bytes(*value))
    }

    fn skip(&mut self, n: usize) -> Option<()> {
        self.pos += n;
        (self.pos <= self.bytes.len()).then_some(())
    }
}
