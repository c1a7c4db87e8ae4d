//! When work is worth a second thread.
//!
//! kbuild runs many of us side by side on small files; the pool costs more to start than those take.

/// Files smaller than this many bytes stay on the calling thread.
const LARGE_FILE: usize = 4 << 20;

/// Does two things for a file of `size` bytes, at the same time if it is large.
pub fn join<A: Send, B: Send>(size: usize, a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    if size < LARGE_FILE { (a(), b()) } else { rayon::join(a, b) }
}
