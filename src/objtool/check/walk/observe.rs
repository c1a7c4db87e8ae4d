// SPDX-License-Identifier: GPL-2.0-only

//! What others may see of a walk while it goes on.
//!
//! The walk is the hottest part of a run, so an observer is a type parameter: for [`Unobserved`] nothing is left of it.

use super::PathState;
use crate::elf::SymbolId;
use crate::objtool::code::Alternative;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::finding::Finding;

/// Sees what a walk does, in order, and may put findings between those of the walk.
pub trait Observer {
    /// Whether there is anything to see; [`Observer::event`] is not called otherwise.
    const IS_ON: bool;

    /// Something has happened.
    fn event(&mut self, code: &Code<'_>, event: Event<'_>, findings: &mut Vec<Finding>);
}

/// Nobody is looking.
#[derive(Debug)]
pub struct Unobserved;

impl Observer for Unobserved {
    const IS_ON: bool = false;

    fn event(&mut self, _: &Code<'_>, _: Event<'_>, _: &mut Vec<Finding>) {}
}

/// One observer and then another.
#[derive(Debug)]
pub struct Both<'a, A, B>(pub &'a mut A, pub &'a mut B);

impl<A: Observer, B: Observer> Observer for Both<'_, A, B> {
    const IS_ON: bool = A::IS_ON || B::IS_ON;

    fn event(&mut self, code: &Code<'_>, event: Event<'_>, findings: &mut Vec<Finding>) {
        // The second one looks at the walk's own findings, so it comes first.
        self.1.event(code, event, findings);
        self.0.event(code, event, findings);
    }
}

/// What happens in a walk.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// The walk of a function begins.
    Begin(SymbolId),
    /// It is over; `true` if it was aborted.
    End(SymbolId, bool),
    /// A path begins: at the function's start, at an alternative, or where a jump leads.
    Enter,
    /// The last path that began is over.
    Leave,
    /// A path comes to an instruction, in this state.
    Arrive(InsnId, &'a PathState),
    /// What an instruction turns out to be.
    Step(InsnId, Step),
    /// A path goes from an instruction to its alternative.
    AltBegin(InsnId, &'a Alternative),
    /// It comes back from there.
    AltEnd(InsnId, &'a Alternative),
    /// Then it goes on with the original code.
    AltDefault(InsnId),
    /// An instruction has changed the stack: the states before and after.
    State(InsnId, &'a PathState, &'a PathState),
    /// A warning at an instruction was found.
    Warned(InsnId),
    /// An instruction was put on the trail to a warning.
    Trail(InsnId),
    /// A function falls through to the next one.
    FellThrough(SymbolId),
    /// An instruction has been dealt with; `true` if the walk was aborted there or further on.
    Done(InsnId, bool),
}

/// What a path makes of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Step {
    AlreadyVisited,
    DeferRestore,
    GroupIgnored,
    Return,
    Call,
    IndirectCall,
    SiblingCall,
    UnconditionalJump,
    JumpTaken,
    JumpNotTaken,
    IndirectJump,
    Syscall,
    Sysret,
    Stac,
    Clac,
    Std,
    Cld,
    DeadEnd,
}
