// SPDX-License-Identifier: GPL-2.0-only

//! Stack slots of eight bytes that compilers keep registers in, as offsets from `sp`.

use super::reg;

/// The slot that `ldr` or `ldp` from `[sp, #...]` loads into register `into`.
pub(super) fn loaded(word: u32, into: u8) -> Option<u32> {
    if word & 0xffc0_03e0 == 0xf940_03e0 {
        return (reg(word, 0) == into).then_some((word >> 10 & 0xfff) * 8);
    }
    // Not below sp.
    if word & 0xffe0_03e0 != 0xa940_03e0 {
        return None;
    }
    let first = (word >> 15 & 0x3f) * 8;
    if reg(word, 0) == into { Some(first) } else { Some(first + 8).filter(|_| reg(word, 10) == into) }
}

/// The register that `str` or either half of `stp` stores to the slot.
pub(super) fn stored(word: u32, slot: u32) -> Option<u8> {
    if word & 0xffc0_03e0 == 0xf900_03e0 {
        return ((word >> 10 & 0xfff) * 8 == slot).then_some(reg(word, 0));
    }
    if word & 0xffe0_03e0 == 0xa900_03e0 {
        let first = (word >> 15 & 0x3f) * 8;
        return match slot.checked_sub(first) {
            Some(0) => Some(reg(word, 0)),
            Some(8) => Some(reg(word, 10)),
            _ => None,
        };
    }
    None
}

/// Whether the instruction stores to the slot, or to a part of it.
pub(super) fn stores_to(word: u32, slot: u32) -> bool {
    // strb, strh and str of 32 bits at [sp, #...].
    let size = word >> 30;
    let part = (word >> 10 & 0xfff) << size;
    let is_part = word & 0x3fc0_03e0 == 0x3900_03e0 && size < 3 && part & !7 == slot;
    is_part || stored(word, slot).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_and_stores() {
        // ldp x0, x4, [sp, #0x68]
        assert_eq!([0, 4, 1].map(|into| loaded(0xa946_93e0, into)), [Some(0x68), Some(0x70), None]);
        // ldr x1, [sp, #0x90]
        assert_eq!(loaded(0xf940_4be1, 1), Some(0x90));
        // str w3, [sp, #0x90]
        assert!(stores_to(0xb900_93e3, 0x90) && !stores_to(0xb900_93e3, 0x98));
        assert_eq!(stored(0xb900_93e3, 0x90), None);
        // stp x0, x30, [sp, #0x90]
        assert_eq!([0x90, 0x98, 0xa0].map(|slot| stored(0xa909_7be0, slot)), [Some(0), Some(30), None]);
    }
}
