// SPDX-License-Identifier: GPL-2.0-only

//! Instructions, laid out as the GNU disassembler does, and stack operations as text.

use crate::InsnText;
use crate::Mention;
use iced_x86::Decoder;
use iced_x86::DecoderOptions;
use iced_x86::Formatter;
use iced_x86::GasFormatter;
use iced_x86::Instruction;
use iced_x86::OpKind;

/// Column of the operands.
const OPERANDS: usize = 7;

/// The instruction at the start of `bytes` in AT&T syntax, `(bad)` where there is none. `address` is where it stands.
pub(super) fn disassemble(bytes: &[u8], address: u64) -> InsnText {
    let mut decoder = Decoder::with_ip(64, bytes, address, DecoderOptions::NONE);
    let insn = decoder.decode();
    let mut formatter = GasFormatter::new();
    let options = formatter.options_mut();
    options.set_branch_leading_zeros(false);
    options.set_uppercase_hex(false);
    options.set_rip_relative_addresses(true);
    options.set_show_zero_displacements(true);
    options.set_small_hex_numbers_in_decimal(false);
    let mut text = String::new();
    formatter.format_mnemonic(&insn, &mut text);
    if let Some(target) = branch_target(&insn) {
        pad(&mut text);
        return InsnText { text, mention: Mention::Operand(target) };
    }
    if insn.op_count() != 0 {
        pad(&mut text);
        formatter.format_all_operands(&insn, &mut text);
    }
    let mention = match insn.is_ip_rel_memory_operand() {
        true => Mention::Aside(insn.ip_rel_memory_address()),
        false => Mention::Nothing,
    };
    InsnText { text: text.trim_end().to_owned(), mention }
}

fn branch_target(insn: &Instruction) -> Option<u64> {
    let is_near = matches!(insn.op0_kind(), OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64);
    (insn.op_count() == 1 && is_near).then(|| insn.near_branch_target())
}

fn pad(text: &mut String) {
    text.push(' ');
    while text.len() < OPERANDS {
        text.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_laid_out_as_by_the_gnu_disassembler() {
        let text = |bytes: &[u8]| disassemble(bytes, 0x10).text;
        assert_eq!(text(&[0x48, 0x89, 0xe5]), "mov    %rsp,%rbp");
        assert_eq!(text(&[0xc3]), "ret");
        assert_eq!(text(&[0x48, 0x83, 0xec, 0x08]), "sub    $0x8,%rsp");
        assert_eq!(text(&[0x48, 0x8b, 0x45, 0xf8]), "mov    -0x8(%rbp),%rax");
        assert_eq!(text(&[0x06]), "(bad)");
    }

    #[test]
    fn addresses_are_left_to_the_caller_to_name() {
        let call = disassemble(&[0xe8, 1, 0, 0, 0], 0x10);
        assert_eq!((call.text.as_str(), call.mention), ("call   ", Mention::Operand(0x16)));
        let load = disassemble(&[0x48, 0x8d, 0x3d, 0, 0, 0, 0], 0x10);
        assert_eq!((load.text.as_str(), load.mention), ("lea    0x0(%rip),%rdi", Mention::Aside(0x17)));
    }
}
