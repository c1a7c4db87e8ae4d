// SPDX-License-Identifier: GPL-2.0-only

//! Objtool's validators for `noinstr`, on the finished object.

use crate::gate::check::Arm64Need;
use crate::gate::check::Need;
use crate::gate::check::check;
use crate::objtool::finding::Topic;

check! {
    /// Code that must not be instrumented calls code that may be.
    ///
    /// Entry code runs before the kernel has set up its context. A call from it that can be traced, probed or sanitized recurses
    /// or faults there. Under LTO the compiler inlines and merges across files, so code that was clean apart is not together.
    ///
    /// Cause: a function lost its `noinstr` by being inlined into another section, or a helper called from entry code is not marked.
    ///
    /// Remedy: mark the callee `noinstr`, or `__always_inline`, or put `instrumentation_begin()`/`instrumentation_end()` around the call.
    "noinstr", Error, needs: [Need::Analysis(|opts| opts.noinstr, NOT_ON_ARM64)], topics: [Topic::Noinstr],
}

const NOT_ON_ARM64: Arm64Need = Arm64Need::Nothing("arm64 kernels do not mark which calls may leave noinstr code");
