//! Decodes a text section.

use super::effects::Place;
use super::effects::effects;
use super::fields::Fields;
use super::fields::split;
use super::opcode_map::MAP_6_12;
use super::opcode_map::MAP_7_3;
use super::opcode_map::OpcodeMap;
use crate::DecodeError;
use crate::DecodeFlags;
use crate::Decoded;
use crate::Insn;
use crate::InsnKind;
use crate::Note;
use crate::TextSection;

/// Upstream: the loop of `decode_instructions()` and `arch_decode_instruction()`.
pub(super) fn decode(text: &TextSection<'_>, start: u32, end: u32, out: &mut Decoded) -> Result<u32, DecodeError> {
    let map = map_of(text.flags);
    let size = u32::try_from(text.data.len()).unwrap_or(u32::MAX);
    let end = end.min(size);
    out.insns.reserve((end.saturating_sub(start) / 4) as usize);
    let mut offset = start;
    while offset < end {
        let bytes = text.data.get(offset as usize..).unwrap_or_default();
        let fields = split(map, bytes).ok_or(DecodeError { offset })?;
        push(text, offset, &fields, out);
        offset = offset.checked_add(u32::from(fields.len)).ok_or(DecodeError { offset })?;
    }
    Ok(offset)
}

fn map_of(flags: DecodeFlags) -> &'static OpcodeMap {
    if flags.contains(DecodeFlags::INVALID64_AS_BARE) { &MAP_7_3 } else { &MAP_6_12 }
}

fn push(text: &TextSection<'_>, offset: u32, fields: &Fields, out: &mut Decoded) {
    let first_op = out.ops.len();
    let mut insn = Insn {
        offset,
        imm: 0,
        first_op: first_op as u32,
        len: fields.len,
        kind: InsnKind::Other,
        n_ops: 0,
        imm_len: 0,
    };
    if !fields.is_vex {
        let is_in_func = || (text.is_in_func)(offset);
        let place = Place { flags: text.flags, is_init: text.is_init, is_in_func: &is_in_func };
        let (kind, note) = effects(fields, &place, &mut out.ops);
        insn.kind = kind;
        insn.n_ops = (out.ops.len() - first_op) as u8;
        (insn.imm, insn.imm_len) = immediate(fields, text.flags);
        out.notes.extend(note.map(|kind| Note { offset, kind }));
    }
    out.insns.push(insn);
}

/// The immediate, and from 7.3 on the displacement where there is none.
fn immediate(fields: &Fields, flags: DecodeFlags) -> (i32, u8) {
    if !flags.contains(DecodeFlags::LEA_RIP) {
        return (fields.imm, 0);
    }
    if fields.imm_len > 0 { (fields.imm, fields.imm_len) } else { (fields.disp, fields.disp_len) }
}
