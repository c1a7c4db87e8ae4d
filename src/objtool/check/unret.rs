// SPDX-License-Identifier: GPL-2.0-only

//! From each kernel entry, the return predictor must be untrained before the first return.
//!
//! Upstream: `validate_unrets()`, `validate_unret()`. The walk follows alternatives, jumps and calls until it meets the
//! end mark (a safe NOP) or a way out.

use arch::InsnKind;

use crate::kernel::Behaviour;
use crate::objtool::code::Code;
use crate::objtool::code::InsnFlags;
use crate::objtool::code::InsnId;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// What the walks found.
#[derive(Debug, Default)]
pub struct UnretResult {
    /// Findings in order.
    pub findings: Vec<Finding>,
    /// How many walks failed.
    pub n_warnings: u32,
    /// A walk could not be completed, which ends the steps or the run.
    pub gave_up: bool,
}

/// Walks from every marked instruction.
pub fn check(code: &Code<'_>) -> UnretResult {
    let mut pass = Unret {
        code,
        ends_at_dead_ends: code.profile.has(Behaviour::UnretEndsAtDeadEnds),
        ends_at_exits: code.profile.has(Behaviour::UnretEndsAtExits),
        visited: vec![false; code.insns.insns.len()],
        paths: Vec::new(),
        out: UnretResult::default(),
    };
    let starts = code.all_insns().filter(|insn| code.has(*insn, InsnFlags::UNRET));
    for insn in starts {
        match pass.walk(insn) {
            Ok(()) => {}
            Err(Failure::Warning) => pass.out.n_warnings += 1,
            Err(Failure::Incomplete) if code.profile.has(Behaviour::UnretFailuresCount) => pass.out.n_warnings += 1,
            Err(Failure::Incomplete) => {
                pass.out.findings.push(Finding::warn_insn(insn, Message::FailedUnret));
                pass.out.gave_up = true;
                break;
            }
        }
    }
    pass.out
}

/// How a walk failed.
#[derive(Clone, Copy)]
enum Failure {
    Warning,
    Incomplete,
}

/// One path that waits for another one.
struct Path {
    insn: InsnId,
    stage: Stage,
}

#[derive(Clone, Copy)]
enum Stage {
    Arrive,
    Alternatives(usize),
    Jumped,
    Called,
}

enum Next {
    Follow(InsnId),
    Advance,
    End,
}

struct Unret<'a, 'd> {
    code: &'a Code<'d>,
    ends_at_dead_ends: bool,
    ends_at_exits: bool,
    visited: Vec<bool>,
    paths: Vec<Path>,
    out: UnretResult,
}

impl Unret<'_, '_> {
    fn walk(&mut self, start: InsnId) -> Result<(), Failure> {
        self.paths.push(Path { insn: start, stage: Stage::Arrive });
        while let Some(mut path) = self.paths.pop() {
            match self.advance(&mut path) {
                Ok(Next::Follow(insn)) => {
                    self.paths.push(path);
                    self.paths.push(Path { insn, stage: Stage::Arrive });
                }
                Ok(Next::End | Next::Advance) => {}
                Err(failure) => {
                    self.leave_trail();
                    return Err(failure);
                }
            }
        }
        Ok(())
    }

    fn leave_trail(&mut self) {
        while let Some(path) = self.paths.pop() {
            let is_cond = self.code.insns.kind(path.insn) == InsnKind::JumpCond;
            let message = match path.stage {
                Stage::Alternatives(_) | Stage::Arrive => Message::TrailAlt,
                Stage::Jumped if is_cond => Message::TrailBranchCond,
                Stage::Jumped => Message::TrailBranch,
                Stage::Called => Message::TrailCall,
            };
            self.out.findings.push(Finding::trail(path.insn, message));
        }
    }

    fn warn(&mut self, insn: InsnId, message: Message, failure: Failure) -> Failure {
        self.out.findings.push(Finding::warn_insn(insn, message));
        failure
    }

    fn advance(&mut self, path: &mut Path) -> Result<Next, Failure> {
        loop {
            match self.step(path)? {
                Next::Advance => {}
                other => return Ok(other),
            }
            if self.ends_at_dead_ends && self.code.has(path.insn, InsnFlags::DEAD_END) {
                return Ok(Next::End);
            }
            let Some(next) = self.code.next_to_validate(path.insn) else {
                return Err(self.warn(path.insn, Message::TehEnd, Failure::Incomplete));
            };
            *path = Path { insn: next, stage: Stage::Arrive };
        }
    }

    fn step(&mut self, path: &mut Path) -> Result<Next, Failure> {
        let code = self.code;
        if let Stage::Arrive = path.stage {
            if self.visited[path.insn.index()] {
                return Ok(Next::End);
            }
            self.visited[path.insn.index()] = true;
            path.stage = Stage::Alternatives(0);
        }
        let follows_alts =
            code.profile.has(Behaviour::AltIgnorePerGroup) || !code.has(path.insn, InsnFlags::IGNORE_ALTS);
        match path.stage {
            Stage::Alternatives(done) if follows_alts => {
                let alts = code.alts_of(path.insn);
                if let Some(alt) = alts.get(done) {
                    path.stage = Stage::Alternatives(done + 1);
                    let insn = alt.insn.some();
                    let insn = insn.ok_or_else(|| self.warn(path.insn, Message::NoAltJumpDest, Failure::Incomplete))?;
                    return Ok(Next::Follow(insn));
                }
                if alts.iter().any(|alt| alt.skips_original) {
                    return Ok(Next::End);
                }
                self.execute(path)
            }
            Stage::Alternatives(_) | Stage::Arrive => self.execute(path),
            Stage::Jumped => match code.insns.kind(path.insn) {
                InsnKind::JumpUncond => Ok(Next::End),
                _ => Ok(Next::Advance),
            },
            // A callee that ends without an error has untrained.
            Stage::Called => Ok(Next::End),
        }
    }

    fn execute(&mut self, path: &mut Path) -> Result<Next, Failure> {
        let insn = path.insn;
        let code = self.code;
        match code.insns.kind(insn) {
            InsnKind::CallDyn | InsnKind::JumpDyn | InsnKind::JumpDynCond => {
                Err(self.warn(insn, Message::EarlyIndirectCall, Failure::Warning))
            }
            InsnKind::JumpUncond | InsnKind::JumpCond if !code.is_sibling_call(insn) => {
                let Some(dest) = code.jump_dest(insn) else {
                    return Err(self.warn(insn, Message::UnresolvedJump, Failure::Incomplete));
                };
                path.stage = Stage::Jumped;
                Ok(Next::Follow(dest))
            }
            InsnKind::JumpUncond | InsnKind::JumpCond | InsnKind::Call => self.call(path),
            InsnKind::Return => Err(self.warn(insn, Message::RetBeforeUntrain, Failure::Warning)),
            InsnKind::Sysret if self.ends_at_exits => Ok(Next::End),
            InsnKind::ContextSwitch if self.ends_at_exits && code.func_of(insn).is_none() => Ok(Next::End),
            InsnKind::Nop if code.has(insn, InsnFlags::RETPOLINE_SAFE) => Ok(Next::End),
            _ => Ok(Next::Advance),
        }
    }

    fn call(&mut self, path: &mut Path) -> Result<Next, Failure> {
        let code = self.code;
        let Some(symbol) = code.call_dest(path.insn) else {
            return Err(self.warn(path.insn, Message::UnresolvedJump, Failure::Incomplete));
        };
        let sym = code.symbols.get(symbol);
        let Some(dest) = code.insns.at(sym.section, sym.offset) else {
            self.out.findings.push(Finding::warn(Message::UnresolvedFunction { symbol }));
            return Err(Failure::Incomplete);
        };
        path.stage = Stage::Called;
        Ok(Next::Follow(dest))
    }
}
