// SPDX-License-Identifier: GPL-2.0-only

//! Decodes a text section.

mod cell;
#[expect(clippy::indexing_slicing, reason = "tables of 256, indexed by bytes")]
pub(super) mod fields;
#[expect(clippy::indexing_slicing, reason = "a table of 8, indexed by three bits")]
mod interest;
mod opcode_map;
#[expect(clippy::indexing_slicing, reason = "tables of 256, indexed by bytes, and a window of fixed size")]
mod quick;

use super::stack_ops::InsnContext;
use super::stack_ops::effects;
use crate::DecodeError;
use crate::DecodeFlags;
use crate::Decoded;
use crate::Insn;
use crate::InsnKind;
use crate::Note;
use crate::TextSection;
use fields::Fields;
use fields::split;
use interest::IN_INIT;
use opcode_map::MAP_5_10;
use opcode_map::MAP_6_1;
use opcode_map::MAP_6_12;
use opcode_map::MAP_7_3;
use opcode_map::OpcodeMap;
use quick::BEFORE;
use quick::Short;
use quick::WINDOW;
use quick::quick;

/// Upstream: the loop of `decode_instructions()` and `arch_decode_instruction()`.
pub(super) fn decode(text: &TextSection<'_>, start: u32, end: u32, out: &mut Decoded) -> Result<u32, DecodeError> {
    let map = map_of(text.flags);
    let size = u32::try_from(text.data.len()).unwrap_or(u32::MAX);
    let end = end.min(size);
    // Instructions of a kernel have a little less than three bytes on average, counting padding.
    out.insns.reserve((end.saturating_sub(start) / 8 * 3) as usize);
    let heeded = if text.is_init { !0 } else { !IN_INIT };
    let mut offset = start;
    while offset < end {
        let padded;
        let window = match offset.checked_sub(BEFORE as u32).and_then(|at| text.data.get(at as usize..)?.first_chunk())
        {
            Some(window) => window,
            None => {
                padded = padded_window(text.data, offset as usize);
                &padded
            }
        };
        let len = match quick(map, window).filter(|short| u32::from(short.len) <= size - offset) {
            Some(short) if short.has_effect(heeded) => push_long(text, offset, &short.fields(window), out),
            Some(short) => push_short(text, offset, window, short, out),
            None => long_way(text, offset, out)?,
        };
        offset = offset.checked_add(u32::from(len)).ok_or(DecodeError { offset })?;
    }
    Ok(offset)
}

/// Decodes one instruction of any kind, and returns its length.
pub(super) fn long_way(text: &TextSection<'_>, offset: u32, out: &mut Decoded) -> Result<u8, DecodeError> {
    let bytes = text.data.get(offset as usize..).unwrap_or_default();
    let fields = split(map_of(text.flags), bytes).ok_or(DecodeError { offset })?;
    Ok(push_long(text, offset, &fields, out))
}

/// The window at `offset` where the section is too short for it: with zeros in front and behind. What is decoded from
/// them is longer than what is left, because every byte that matters belongs to the instruction.
#[cold]
fn padded_window(data: &[u8], offset: usize) -> [u8; WINDOW] {
    let mut window = [0; WINDOW];
    let rest = data.get(offset..).unwrap_or_default();
    for (to, from) in window.iter_mut().skip(BEFORE).zip(rest) {
        *to = *from;
    }
    window
}

fn map_of(flags: DecodeFlags) -> &'static OpcodeMap {
    if flags.contains(DecodeFlags::INVALID64_AS_BARE) {
        &MAP_7_3
    } else if flags.contains(DecodeFlags::APX) {
        &MAP_6_12
    } else if flags.contains(DecodeFlags::FP16) {
        &MAP_6_1
    } else {
        &MAP_5_10
    }
}

/// Appends an instruction of which the opcode tells everything, and returns its length.
#[inline]
fn push_short(text: &TextSection<'_>, offset: u32, window: &[u8; WINDOW], short: Short, out: &mut Decoded) -> u8 {
    let keeps_disp = text.flags.contains(DecodeFlags::LEA_RIP);
    // The immediate or, where there is none, the displacement is the last field.
    let size = if keeps_disp && short.imm_len() == 0 { short.disp_len() } else { short.imm_len() };
    let first_op = out.ops.len() as u32;
    let has_op = short.interest().has_op();
    out.insns.push(Insn {
        offset,
        imm: short.last(window, size),
        first_op,
        len: short.len,
        kind: short.interest().kind(),
        n_ops: u8::from(has_op),
        imm_len: if keeps_disp { size } else { 0 },
    });
    if has_op {
        out.ops.push(short.interest().stack_op(short.op_reg()));
    }
    short.len
}

/// Appends an instruction with a closer look at it, and returns its length.
fn push_long(text: &TextSection<'_>, offset: u32, fields: &Fields, out: &mut Decoded) -> u8 {
    let first_op = out.ops.len();
    if fields.opcode[0] == 0xea && !fields.is_vex && text.flags.contains(DecodeFlags::EA_IS_BUG) {
        let (first_op, kind) = (first_op as u32, InsnKind::Bug);
        out.insns.push(Insn { offset, imm: 0, first_op, len: 1, kind, n_ops: 0, imm_len: 0 });
        return 1;
    }
    let mut kind = InsnKind::Other;
    if !fields.is_vex {
        let is_in_func = || (text.is_in_func)(offset);
        let place = InsnContext { flags: text.flags, is_init: text.is_init, is_in_func: &is_in_func };
        let (found, note) = effects(fields, &place, &mut out.ops);
        kind = found;
        out.notes.extend(note.map(|kind| Note { offset, kind }));
    }
    let (imm, imm_len) = immediate(fields, text.flags);
    let n_ops = (out.ops.len() - first_op) as u8;
    out.insns.push(Insn { offset, imm, first_op: first_op as u32, len: fields.len, kind, n_ops, imm_len });
    fields.len
}

/// The immediate, and from 7.3 on the displacement where there is none. Behind VEX the original does not look.
fn immediate(fields: &Fields, flags: DecodeFlags) -> (i32, u8) {
    match flags.contains(DecodeFlags::LEA_RIP) {
        _ if fields.is_vex => (0, 0),
        false => (fields.imm, 0),
        true if fields.imm_len > 0 => (fields.imm, fields.imm_len),
        true => (fields.disp, fields.disp_len),
    }
}
