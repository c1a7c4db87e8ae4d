//! Objtool's validators for `noinstr`, on the finished object.

use super::check;
use super::validators;
use crate::gate::Finding;
use crate::gate::object::ObjectCx;

check! {
    /// Code that must not be instrumented calls code that may be.
    ///
    /// Entry code runs before the kernel has set up its context. A call from it that can be traced, probed or sanitized recurses
    /// or faults there. Under LTO the compiler inlines and merges across files, so code that was clean apart is not together.
    ///
    /// Cause: a function lost its `noinstr` by being inlined into another section, or a helper called from entry code is not marked.
    ///
    /// Remedy: mark the callee `noinstr`, or `__always_inline`, or put `instrumentation_begin()`/`instrumentation_end()` around the call.
    "noinstr", Error, object: look,
}

fn look(cx: &ObjectCx<'_>) -> Vec<Finding> {
    validators::findings(cx, "noinstr")
}
