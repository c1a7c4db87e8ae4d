// SPDX-License-Identifier: GPL-2.0-only

//! What iced-x86 says an instruction does, for comparisons that must not share mistakes with our own decoder.

use iced_x86::Decoder;
use iced_x86::DecoderOptions;
use iced_x86::FlowControl;
use iced_x86::InstructionInfoFactory;
use iced_x86::OpAccess;
use iced_x86::Register;

/// What one instruction does to the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// Bytes that the stack grows by, as with `push`; negative if it shrinks. 0 for what computes `rsp`.
    pub pushed: i32,
    /// Whether `rbp`, or a part of it, gets another value.
    pub writes_bp: bool,
    /// Whether the next instruction comes next, after a call at the latest.
    pub goes_on: bool,
}

/// iced-x86, and the memory that it uses again and again.
pub struct SecondOpinion {
    factory: InstructionInfoFactory,
}

impl Default for SecondOpinion {
    fn default() -> Self {
        Self { factory: InstructionInfoFactory::new() }
    }
}

impl SecondOpinion {
    /// The effect of the instruction at the start of `bytes`; `None` if it is not a valid one.
    pub fn effect(&mut self, bytes: &[u8]) -> Option<Effect> {
        let insn = Decoder::new(64, bytes, DecoderOptions::NONE).decode();
        if insn.is_invalid() {
            return None;
        }
        let flow = insn.flow_control();
        let is_next = flow == FlowControl::Next;
        let writes = |access| {
            matches!(access, OpAccess::Write | OpAccess::CondWrite | OpAccess::ReadWrite | OpAccess::ReadCondWrite)
        };
        let used = self.factory.info(&insn).used_registers();
        let writes_bp =
            used.iter().any(|used| used.register().full_register() == Register::RBP && writes(used.access()));
        Some(Effect {
            pushed: if is_next { insn.stack_pointer_increment().saturating_neg() } else { 0 },
            writes_bp,
            goes_on: is_next || matches!(flow, FlowControl::Call | FlowControl::IndirectCall),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pushes_pops_and_writes() {
        let mut iced = SecondOpinion::default();
        let mut is = |bytes: &[u8], pushed, writes_bp, goes_on| {
            assert_eq!(iced.effect(bytes), Some(Effect { pushed, writes_bp, goes_on }), "{bytes:x?}");
        };
        is(&[0x9c], 8, false, true); // pushf
        is(&[0x5d], -8, true, true); // pop %rbp
        is(&[0x55], 8, false, true); // push %rbp
        is(&[0xbd, 1, 0, 0, 0], 0, true, true); // mov $1, %ebp
        is(&[0xe8, 0, 0, 0, 0], 0, false, true); // call
        is(&[0xc3], 0, false, false); // ret
        is(&[0x75, 0], 0, false, false); // jne
        assert_eq!(iced.effect(&[0x06]), None);
    }
}
