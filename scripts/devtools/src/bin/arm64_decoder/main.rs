// SPDX-License-Identifier: GPL-2.0-only

//! Compares our AArch64 decoder with LLVM's.
//!
//! usage: arm64_decoder words < RECORDS
//!        arm64_decoder objects DISASSEMBLER FILE...
//!
//! `words` reads what `arm64-decoder.cpp` writes. `objects` has DISASSEMBLER (llvm-objdump) print each file, and compares every
//! word of its code. Both ask yaxpeax-arm about the same words, print the first few differences and "N passed, N failed";
//! words that went by in groups, one for each file or stream, count as one, and so does yaxpeax-arm. Started by
//! scripts/parity/arm64-decoder.

#![expect(clippy::print_stdout, reason = "what it says is its result")]

mod objects;
mod text;
mod words;
mod yaxpeax;

use arch::arm64;
use arch::arm64::Class;
use arch::arm64::Hint;
use arch::arm64::branch;
use arch::arm64::branch::BranchKind;
use std::process::ExitCode;

/// The registers that unwinding is about: `x29`, `x30`, `sp`.
pub const FRAME: u32 = 1 << arm64::FP | 1 << arm64::LR | 1 << arm64::SP;

/// What both decoders say of one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What it does to the flow of control; `other` for nothing, `unknown` for no instruction.
    pub class: &'static str,
    /// What it names by its distance, in bytes.
    pub disp: Option<i64>,
    /// The registers of [`FRAME`] that it writes, but for a call's write of `x30`.
    pub frame: u32,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.split_first() {
        Some((mode, [])) if mode == "words" => words::compare(std::io::stdin().lock()),
        Some((mode, [disassembler, files @ ..])) if mode == "objects" => objects::compare(disassembler, files),
        _ => Err("usage: arm64_decoder words | objects DISASSEMBLER FILE...".to_owned()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("arm64_decoder: {error}");
            ExitCode::from(2)
        }
    }
}

/// Our verdict on `word`. Pages are counted from that of `address`.
pub fn ours(word: u32, address: u64) -> Verdict {
    if !arm64::is_allocated(word) {
        return Verdict { class: "unknown", disp: None, frame: 0 };
    }
    let class = arm64::class(word);
    let disp = match class {
        Class::Branch(branch) => Some(i64::from(branch.disp)),
        Class::Adr { .. } => Some(branch::adr_target(word, address).wrapping_sub(address) as i64),
        Class::Literal => Some(i64::from(branch::literal_disp(word))),
        _ => None,
    };
    let (name, is_call) = match class {
        Class::Branch(branch) => match branch.kind {
            BranchKind::Jump => ("jump", false),
            BranchKind::Call => ("call", true),
            BranchKind::Cond => ("conditional", false),
        },
        Class::JumpReg { .. } => ("indirect jump", false),
        Class::CallReg { .. } => ("indirect call", true),
        Class::Return { .. } => ("return", false),
        Class::ExceptionReturn => ("exception return", false),
        Class::DebugReturn => ("debug return", false),
        Class::Break(_) => ("break", false),
        Class::Halt(_) => ("halt", false),
        Class::Undefined(_) => ("undefined", false),
        Class::SystemCall => ("system call", false),
        Class::Hint(Hint::Nop) => ("nop", false),
        Class::Hint(Hint::Bti(_)) => ("bti", false),
        Class::Hint(Hint::SignLr(_)) => ("sign", false),
        Class::Hint(Hint::AuthLr(_)) => ("authenticate", false),
        Class::Hint(_) | Class::OtherException | Class::Adr { .. } | Class::Literal | Class::Other => ("other", false),
    };
    let frame = arm64::written(word) & FRAME;
    Verdict { class: name, disp, frame: if is_call { frame & !(1 << arm64::LR) } else { frame } }
}

/// The registers of [`FRAME`] that the effects of `word` write.
pub fn frame_of_effects(word: u32) -> u32 {
    use arch::arm64::Effect;
    let dest = |effect: &Effect| match *effect {
        Effect::Add { dest, .. }
        | Effect::AddReg { dest, .. }
        | Effect::Align { dest, .. }
        | Effect::Const { dest, .. }
        | Effect::Insert { dest, .. }
        | Effect::Clobber { dest } => 1_u64 << dest,
        Effect::Load { reg, .. } => 1_u64 << reg,
        Effect::Save { .. } => 0,
        Effect::Sign { .. } | Effect::Auth { .. } | Effect::Strip => 1 << arm64::LR,
    };
    let all = arm64::effects(word).iter().map(dest).fold(0, |all, one| all | one);
    let is_return = matches!(arm64::class(word), Class::Return { .. });
    all as u32 & if is_return { FRAME & !(1 << arm64::LR) } else { FRAME }
}
