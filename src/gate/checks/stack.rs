// SPDX-License-Identifier: GPL-2.0-only

//! Objtool's validators for `stack`, on the finished object.

use crate::gate::check::Arm64Need;
use crate::gate::check::Need;
use crate::gate::check::check;
use crate::objtool::finding::Topic;

check! {
    /// The stack cannot be followed through a function, or code is not what it must be.
    ///
    /// Everything the unwinder knows comes from this walk. Where two ways to one instruction disagree, or a way runs off the end
    /// of a function, the ORC entries there are a guess and stacks through it are wrong.
    ///
    /// On arm64, where the kernel's build has no such validator, returns with a frame left behind or to a lost address and
    /// ways that disagree are errors; what boot code and assembly do on purpose, code that runs off its end behind a call, and
    /// jumps that cannot be followed, are notes.
    ///
    /// Cause: unbalanced assembly, a call of a function that never returns and is not known to, undefined behaviour that the compiler
    /// turned into nothing, or a tool that changed code after objtool.
    ///
    /// Remedy: see the explanation of the finding itself (`postlink explain <kind>`) and the path that is shown with it.
    "stack", Error, needs: [Need::Analysis(|opts| opts.stackval || opts.orc || opts.uaccess || opts.noinstr, Arm64Need::Frames)],
    topics: [Topic::Stack],
}
