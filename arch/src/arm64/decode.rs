//! Decoding of text into the machine-neutral model: one word, one instruction.

use super::Effect;
use super::INSN_SIZE;
use super::branch::adr_disp;
use super::class::Class;
use super::class::class;
use super::effects::effects;
use super::is_allocated;
use super::word_at;
use crate::DecodeError;
use crate::Decoded;
use crate::Insn;
use crate::OpDest;
use crate::OpSrc;
use crate::StackOp;
use crate::TextSection;

/// Decodes from `start` on. See [`crate::Arch::decode`].
pub(super) fn decode(text: &TextSection<'_>, start: u32, end: u32, out: &mut Decoded) -> Result<u32, DecodeError> {
    let mut offset = start;
    while offset < end {
        let error = DecodeError { offset };
        let word = word_at(text.data, offset as usize).filter(|word| is_allocated(*word)).ok_or(error)?;
        let next = offset.checked_add(INSN_SIZE).filter(|_| offset.is_multiple_of(INSN_SIZE)).ok_or(error)?;
        let first_op = out.ops.len() as u32;
        out.ops.extend(effects(word).iter().filter_map(|effect| stack_op(*effect)));
        let class = class(word);
        out.insns.push(Insn {
            offset,
            imm: imm(word, class),
            first_op,
            len: INSN_SIZE as u8,
            kind: class.kind(),
            n_ops: (out.ops.len() as u32 - first_op) as u8,
            imm_len: 0,
        });
        offset = next;
    }
    Ok(offset)
}

/// Distances of branches and `adr` from the end of the instruction, which is what [`Insn::imm`] counts from.
fn imm(word: u32, class: Class) -> i32 {
    match class {
        Class::Branch(branch) => branch.disp - INSN_SIZE as i32,
        Class::Adr { is_page: false, .. } => (adr_disp(word) - i64::from(INSN_SIZE)) as i32,
        _ => 0,
    }
}

/// An effect as a stack operation. Signing is none: it changes what the return address looks like, not where it is.
fn stack_op(effect: Effect) -> Option<StackOp> {
    let to_reg = |dest_reg, src, src_reg, src_offset| StackOp {
        dest: OpDest::Reg,
        dest_reg,
        src,
        src_reg,
        dest_offset: 0,
        src_offset,
    };
    Some(match effect {
        Effect::Add { dest, base, offset: 0 } if dest != base => to_reg(dest, OpSrc::Reg, base, 0),
        Effect::Add { dest, base, offset } => to_reg(dest, OpSrc::Add, base, offset),
        Effect::Align { dest, base, zeros } => {
            let mask = u64::MAX.checked_shl(zeros.into()).unwrap_or(0);
            match i32::try_from(mask.cast_signed()) {
                Ok(mask) => to_reg(dest, OpSrc::And, base, mask),
                Err(_) => to_reg(dest, OpSrc::Unknown, 0, 0),
            }
        }
        Effect::Const { dest, value } => to_reg(dest, OpSrc::Const, 0, value),
        Effect::AddReg { dest, .. } | Effect::Insert { dest, .. } | Effect::Clobber { dest } => {
            to_reg(dest, OpSrc::Unknown, 0, 0)
        }
        Effect::Load { reg, base, offset } => to_reg(reg, OpSrc::RegIndirect, base, offset),
        Effect::Save { reg, base, offset } => StackOp {
            dest: OpDest::RegIndirect,
            dest_reg: base,
            src: OpSrc::Reg,
            src_reg: reg,
            dest_offset: offset,
            src_offset: 0,
        },
        Effect::Sign { .. } | Effect::Auth { .. } | Effect::Strip => return None,
    })
}

/// A stack operation as an assignment such as `sp = sp - 32` or `[sp + 16] = x19`.
pub(super) fn describe(op: &StackOp) -> String {
    let names = super::FACTS.reg_names;
    let reg = |number: u8| names.get(usize::from(number)).copied().unwrap_or("?");
    let plus = |base: u8, offset: i32| match offset {
        0 => reg(base).to_owned(),
        ..0 => format!("{} - {}", reg(base), offset.unsigned_abs()),
        _ => format!("{} + {offset}", reg(base)),
    };
    let dest = match op.dest {
        OpDest::RegIndirect => format!("[{}]", plus(op.dest_reg, op.dest_offset)),
        _ => reg(op.dest_reg).to_owned(),
    };
    let src = match op.src {
        OpSrc::Reg => reg(op.src_reg).to_owned(),
        OpSrc::Add => plus(op.src_reg, op.src_offset),
        OpSrc::And => format!("{} & {}", reg(op.src_reg), op.src_offset),
        OpSrc::Const => op.src_offset.to_string(),
        OpSrc::RegIndirect => format!("[{}]", plus(op.src_reg, op.src_offset)),
        OpSrc::Pop | OpSrc::Popf | OpSrc::Unknown => "?".to_owned(),
    };
    format!("{dest} = {src}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DecodeFlags;
    use crate::InsnKind;

    fn decoded(words: &[u32]) -> (Decoded, Result<u32, DecodeError>) {
        let data: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let text = TextSection { data: &data, is_in_func: &|_| true, is_init: false, flags: DecodeFlags::empty() };
        let mut out = Decoded::default();
        let end = decode(&text, 0, data.len() as u32, &mut out);
        (out, end)
    }

    #[test]
    fn a_function_becomes_kinds_and_operations() {
        let (out, end) =
            decoded(&[0xd503_233f, 0xa9be_7bfd, 0x9100_03fd, 0x9400_0001, 0xa8c2_7bfd, 0xd503_23bf, 0xd65f_03c0]);
        assert_eq!(end, Ok(28));
        let kinds: Vec<InsnKind> = out.insns.iter().map(|insn| insn.kind).collect();
        use InsnKind::Call;
        use InsnKind::Other;
        assert_eq!(kinds, [Other, Other, Other, Call, Other, Other, InsnKind::Return]);
        assert_eq!(out.insns.iter().map(|insn| insn.imm).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 0, 0]);
        let of = |nth: usize| -> Vec<String> {
            let insn = out.insns[nth];
            let first = insn.first_op as usize;
            out.ops[first..first + usize::from(insn.n_ops)].iter().map(describe).collect()
        };
        assert_eq!(of(0), Vec::<String>::new());
        assert_eq!(of(1), ["sp = sp - 32", "[sp] = x29", "[sp + 8] = x30"]);
        assert_eq!(of(2), ["x29 = sp"]);
        assert_eq!(of(4), ["x29 = [sp]", "x30 = [sp + 8]", "sp = sp + 32"]);
    }

    #[test]
    fn operations_say_what_is_not_known() {
        let (out, _) = decoded(&[0xcb30_63ff, 0x927b_e93f, 0xd282_4610, 0xb940_03fe]);
        let ops: Vec<String> = out.ops.iter().map(describe).collect();
        assert_eq!(ops, ["sp = ?", "sp = x9 & -32", "x16 = 4656", "x30 = ?"]);
    }

    #[test]
    fn distances_count_from_the_end() {
        let (out, _) = decoded(&[0x9400_0003, 0x1000_0020, 0x9000_0020]);
        assert_eq!(out.insns.iter().map(|insn| insn.imm).collect::<Vec<_>>(), [8, 0, 0]);
    }

    #[test]
    fn what_is_no_instruction_is_an_error_where_it_stands() {
        assert_eq!(decoded(&[super::super::NOP, 0x0001_0000]).1, Err(DecodeError { offset: 4 }));
        let text =
            TextSection { data: &[0x1f, 0x20, 3], is_in_func: &|_| true, is_init: false, flags: DecodeFlags::empty() };
        assert_eq!(decode(&text, 0, 3, &mut Decoded::default()), Err(DecodeError { offset: 0 }));
    }
}
