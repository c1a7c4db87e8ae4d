// SPDX-License-Identifier: GPL-2.0-only

//! Reading a bit stream: numbers of any width, lowest bit first.

/// A place in a stream. Every read fails at its end.
#[derive(Debug, Clone)]
pub struct Bits<'a> {
    data: &'a [u8],
    /// In bits.
    at: usize,
}

impl<'a> Bits<'a> {
    /// The beginning of `data`, which is aligned to 32 bits in the whole stream.
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    /// A number of up to 32 bits.
    pub fn fixed(&mut self, width: u32) -> Option<u64> {
        let end = self.at.checked_add(width as usize)?;
        let bytes = self.data.get(self.at / 8..end.div_ceil(8))?;
        let word = bytes.iter().rev().try_fold(0_u64, |word, byte| Some(word.checked_mul(256)? | u64::from(*byte)))?;
        let mask = 1_u64.checked_shl(width)?.checked_sub(1)?;
        let value = (word >> (self.at % 8)) & mask;
        self.at = end;
        Some(value)
    }

    /// A number in groups of `width` bits, of which the highest says that more follow.
    pub fn variable(&mut self, width: u32) -> Option<u64> {
        let payload = width.checked_sub(1).filter(|payload| (1..32).contains(payload))?;
        let (mut value, mut shift) = (0_u64, 0_u32);
        loop {
            let group = self.fixed(width)?;
            let bits = group & !(1 << payload);
            // What does not fit into 64 bits is no number that a length or an operand could have.
            let shifted = bits.checked_shl(shift).filter(|shifted| shifted >> shift == bits)?;
            value |= shifted;
            if group >> payload == 0 {
                return Some(value);
            }
            shift = shift.checked_add(payload).filter(|shift| *shift < 64)?;
        }
    }

    /// Goes on to the next multiple of 32 bits.
    pub fn align(&mut self) -> Option<()> {
        self.at = self.at.checked_next_multiple_of(32)?;
        Some(())
    }

    /// Whole bytes, from an aligned place on.
    pub fn bytes(&mut self, len: u64) -> Option<&'a [u8]> {
        let start = self.at / 8;
        let end = start.checked_add(usize::try_from(len).ok()?)?;
        let bytes = self.data.get(start..end)?;
        self.at = end.checked_mul(8)?;
        Some(bytes)
    }

    /// Where this is, in bytes.
    pub fn offset(&self) -> u64 {
        (self.at / 8) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_width() {
        let mut bits = Bits::new(&[0b1010_0110, 0xff, 0, 0x80, 0xaa]);
        assert_eq!((bits.fixed(3), bits.fixed(5), bits.fixed(0)), (Some(0b110), Some(0b10100), Some(0)));
        assert_eq!((bits.fixed(4), bits.align(), bits.fixed(8)), (Some(15), Some(()), Some(0xaa)));
        assert_eq!((bits.fixed(1), bits.bytes(1)), (None, None));
        assert_eq!(Bits::new(&[0xff; 8]).fixed(32), Some(0xffff_ffff));
    }

    #[test]
    fn numbers_in_groups() {
        // 4 bits each: 3 and more, 1: 3 + (1 << 3).
        assert_eq!(Bits::new(&[0b0001_1011]).variable(4), Some(11));
        assert_eq!(Bits::new(&[0xff; 40]).variable(6), None);
        assert_eq!(
            (Bits::new(&[0]).variable(1), Bits::new(&[0]).variable(0), Bits::new(&[0]).variable(40)),
            (None, None, None)
        );
    }
}
