// SPDX-License-Identifier: GPL-2.0-only

//! The constants of logical instructions: a run of ones, rotated, repeated.

use crate::arm64::bits;

/// The 64-bit constant of a logical instruction with an immediate, or `None` where the fields encode none.
///
/// For an instruction over 32 bits it is the 32-bit constant, repeated.
pub(crate) fn bitmask(word: u32) -> Option<u64> {
    let (is_wide, n, rotation, ones) = (word >> 31, bits(word, 22, 1), bits(word, 16, 6), bits(word, 10, 6));
    if is_wide == 0 && n == 1 {
        return None;
    }
    // The element's size is where the highest bit of `n : !ones` is; the bits below it count the ones.
    let size_bits = n << 6 | (!ones & 63);
    let size = 1_u32 << size_bits.checked_ilog2().filter(|log| *log > 0)?;
    let n_ones = (ones & (size - 1)) + 1;
    if n_ones == size {
        return None;
    }
    let run = (1_u64 << n_ones) - 1;
    let rotation = rotation & (size - 1);
    let element = if rotation == 0 { run } else { run >> rotation | run << (size - rotation) };
    let element = if size == 64 { element } else { element & ((1 << size) - 1) };
    Some((0..64 / size).fold(0, |all, i| all | element << (i * size)))
}

#[cfg(test)]
mod tests {
    use super::bitmask;

    #[test]
    fn masks_are_built_from_their_fields() {
        assert_eq!(bitmask(0x927c_ec1f), Some(!15), "and sp, x0, #-16");
        assert_eq!(bitmask(0x9240_0400), Some(3), "and x0, x0, #3");
        assert_eq!(bitmask(0xb200_f3e0), Some(0x5555_5555_5555_5555), "mov x0, #0x5555...");
        assert_eq!(bitmask(0x9240_fc00), None, "all ones");
        assert_eq!(bitmask(0x1240_0000), None, "64-bit elements over 32 bits");
        assert_eq!(bitmask(0x9200_fc00), None, "no size");
    }
}
