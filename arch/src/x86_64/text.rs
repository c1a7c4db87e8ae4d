//! Instructions and stack operations as text.

use super::FACTS;
use crate::OpDest;
use crate::OpSrc;
use crate::StackOp;
use iced_x86::Decoder;
use iced_x86::DecoderOptions;
use iced_x86::Formatter;
use iced_x86::GasFormatter;

/// The instruction at the start of `bytes` in AT&T syntax, `(bad)` where there is none. `address` is where it stands.
pub(super) fn disassemble(bytes: &[u8], address: u64) -> String {
    let mut decoder = Decoder::with_ip(64, bytes, address, DecoderOptions::NONE);
    let mut formatter = GasFormatter::new();
    formatter.options_mut().set_branch_leading_zeros(false);
    formatter.options_mut().set_uppercase_hex(false);
    let mut text = String::new();
    formatter.format(&decoder.decode(), &mut text);
    text
}

/// A stack operation as an assignment such as `rsp = rsp + 8` or `push = rbx`.
pub(super) fn describe(op: &StackOp) -> String {
    let dest = match op.dest {
        OpDest::Reg => reg(op.dest_reg).to_owned(),
        OpDest::RegIndirect => place(op.dest_reg, op.dest_offset),
        OpDest::Mem => "mem".to_owned(),
        OpDest::Push => "push".to_owned(),
        OpDest::Pushf => "pushf".to_owned(),
        OpDest::Leave => return "leave".to_owned(),
    };
    let src = match op.src {
        OpSrc::Reg => reg(op.src_reg).to_owned(),
        OpSrc::RegIndirect => place(op.src_reg, op.src_offset),
        OpSrc::Const => "const".to_owned(),
        OpSrc::Pop => "pop".to_owned(),
        OpSrc::Popf => "popf".to_owned(),
        OpSrc::Add => format!("{} + {}", reg(op.src_reg), op.src_offset),
        OpSrc::And => format!("{} & {}", reg(op.src_reg), op.src_offset),
    };
    format!("{dest} = {src}")
}

fn reg(number: u8) -> &'static str {
    FACTS.reg_names.get(usize::from(number)).copied().unwrap_or("?")
}

fn place(base: u8, offset: i32) -> String {
    format!("[{} + {offset}]", reg(base))
}

#[cfg(test)]
mod tests {
    use super::disassemble;

    #[test]
    fn writes_at_and_t_syntax() {
        assert_eq!(disassemble(&[0x48, 0x89, 0xe5], 0), "mov %rsp,%rbp");
        assert_eq!(disassemble(&[0x75, 0x02], 0x10), "jne 0x14");
        assert_eq!(disassemble(&[0x06], 0), "(bad)");
    }
}
