// SPDX-License-Identifier: GPL-2.0-only

//! The digest behind `srcversion`: MD4, but with the message's words loaded in the other byte order.
//!
//! The original was meant for big endian machines: it loads the words of the message with `ntohl()` and swaps the result
//! in the end, while the length of the message is not swapped. On a little-endian build host this is not MD4, and it is
//! what every `srcversion` in the wild has been made with.
//!
//! Upstream: `sumversion.c`.

const BLOCK: usize = 64;

/// A running digest.
#[derive(Debug, Clone)]
pub struct Md4 {
    hash: [u32; 4],
    /// Bytes that do not fill a block yet.
    pending: Vec<u8>,
    /// Bytes so far.
    len: u64,
}

impl Default for Md4 {
    fn default() -> Self {
        Self { hash: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476], pending: Vec::new(), len: 0 }
    }
}

impl Md4 {
    /// Adds bytes to the message.
    pub fn update(&mut self, bytes: &[u8]) {
        self.len = self.len.wrapping_add(bytes.len() as u64);
        let mut bytes = bytes;
        if !self.pending.is_empty() {
            let take = BLOCK.saturating_sub(self.pending.len()).min(bytes.len());
            let (head, tail) = bytes.split_at(take);
            self.pending.extend_from_slice(head);
            bytes = tail;
            if let Some(block) = self.pending.first_chunk::<BLOCK>().copied() {
                self.transform(&words(&block));
                self.pending.clear();
            }
        }
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        for block in blocks {
            self.transform(&words(block));
        }
        self.pending.extend_from_slice(rest);
    }

    /// The digest in upper-case hexadecimal digits.
    pub fn finish(mut self) -> String {
        let mut block = [0; BLOCK];
        self.pending.push(0x80);
        for (to, from) in block.iter_mut().zip(&self.pending) {
            *to = *from;
        }
        if self.pending.len() > BLOCK - 8 {
            self.transform(&words(&block));
            block = [0; BLOCK];
        }
        let mut last = words(&block);
        last[14] = (self.len << 3) as u32;
        last[15] = (self.len >> 29) as u32;
        self.transform(&last);
        self.hash.iter().map(|word| format!("{:08X}", word.swap_bytes())).collect()
    }

    #[expect(clippy::indexing_slicing, reason = "by what is less than the length of each array")]
    fn transform(&mut self, message: &[u32; 16]) {
        const ORDER_2: [usize; 16] = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
        const ORDER_3: [usize; 16] = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
        let [mut a, mut b, mut c, mut d] = self.hash;
        let mut step = |mixed: u32, shift: u32, f: fn(u32, u32, u32) -> u32| {
            let sum = a.wrapping_add(f(b, c, d)).wrapping_add(mixed).rotate_left(shift);
            (a, d, c, b) = (d, c, b, sum);
        };
        for (index, word) in message.iter().enumerate() {
            step(*word, [3, 7, 11, 19][index & 3], |x, y, z| (x & y) | (!x & z));
        }
        for (index, at) in ORDER_2.into_iter().enumerate() {
            let word = message[at].wrapping_add(0x5a82_7999);
            step(word, [3, 5, 9, 13][index & 3], |x, y, z| (x & y) | (x & z) | (y & z));
        }
        for (index, at) in ORDER_3.into_iter().enumerate() {
            let word = message[at].wrapping_add(0x6ed9_eba1);
            step(word, [3, 9, 11, 15][index & 3], |x, y, z| x ^ y ^ z);
        }
        for (old, new) in self.hash.iter_mut().zip([a, b, c, d]) {
            *old = old.wrapping_add(new);
        }
    }
}

/// A block's words, first byte highest.
fn words(block: &[u8; BLOCK]) -> [u32; 16] {
    let mut words = [0; 16];
    let (quads, _) = block.as_chunks::<4>();
    for (word, bytes) in words.iter_mut().zip(quads) {
        *word = u32::from_be_bytes(*bytes);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::Md4;

    fn digest(parts: &[&[u8]]) -> String {
        let mut md4 = Md4::default();
        for part in parts {
            md4.update(part);
        }
        md4.finish()
    }

    #[test]
    fn golden() {
        assert!(digest(&[b"intt;"]).starts_with("7A342416DE3635B85B63758"));
    }

    #[test]
    fn pieces_do_not_matter() {
        let text: Vec<u8> = (0..200).collect();
        for len in [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 200] {
            let whole = digest(&[&text[..len]]);
            let (a, b) = text[..len].split_at(len / 3);
            assert_eq!(digest(&[a, b]), whole);
            let bytes: Vec<&[u8]> = text[..len].chunks(1).collect();
            assert_eq!(digest(&bytes), whole);
        }
    }
}
