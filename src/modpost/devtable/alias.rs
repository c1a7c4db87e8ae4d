// SPDX-License-Identifier: GPL-2.0-only

//! Pieces that aliases of several buses are made of.

/// A number with as many digits as its field has.
pub fn natural(value: u32, width: u8) -> String {
    let digits = usize::from(width).saturating_mul(2);
    format!("{value:0digits$X}")
}

/// Appends a `*` for future extensions.
///
/// Upstream: `add_wildcard()`.
pub fn append_star(alias: &mut Vec<u8>) {
    if alias.last() != Some(&b'*') {
        alias.push(b'*');
    }
}
