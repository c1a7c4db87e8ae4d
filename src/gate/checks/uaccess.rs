// SPDX-License-Identifier: GPL-2.0-only

//! Objtool's validators for `uaccess`, on the finished object.

use crate::gate::check::NOT_FOR_THIS_MACHINE;
use crate::gate::check::Need;
use crate::gate::check::check;
use crate::objtool::finding::Topic;

check! {
    /// A function is called, or returns, while user memory is accessible.
    ///
    /// With SMAP the kernel opens a window for accesses to user memory. What is called inside it runs unprotected, and if it
    /// schedules, the window stays open for others. LTO merges code that was validated apart.
    ///
    /// Cause: a call inside `user_access_begin()`/`user_access_end()`, often one that the compiler or a sanitizer put there.
    ///
    /// Remedy: move the call out of the window; a leaf that is safe belongs on objtool's list of uaccess-safe functions.
    "uaccess", Error, needs: [Need::Analysis(|opts| opts.uaccess, NOT_FOR_THIS_MACHINE)],
    topics: [Topic::Uaccess],
}
