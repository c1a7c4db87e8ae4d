// SPDX-License-Identifier: GPL-2.0-only

//! Compared trees by the digest of their deciding files, so that these need not be searched.
//!
//! What a digest stands for is the same as what the search finds: `scripts/parity/trees` holds each line against a search of
//! that release's sources, and adds lines (`--update`). A tree that is not here is searched.

use super::releases;
use super::releases::Point;

/// A tree that was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownTree {
    /// Of the deciding files; see [`Digest`].
    digest: u128,
    /// Its version, which a [`Point`] has, or has beside it.
    version: &'static str,
    /// Whether its lists of names are those of the point.
    pub has_lists: bool,
}

#[rustfmt::skip]
static TREES: &[KnownTree] = &[
    tree("5.10.223", 0x29d5e7d3ef5048b10d75995807085ce9, true),
    tree("5.15.85", 0x057dbff80d51992c93f67453f20c40d1, true),
    tree("5.15.135", 0x051dfe57ef7ed9a9141ff78dc3e2a485, true),
    tree("6.1.192", 0x6c903d8a3b5c53755b33c368e185cc67, true),
    tree("6.6.77-android15", 0x579495af4608561fb48c5d7d52998279, true),
    tree("6.6.80", 0x469b13dead13a71d61b652df3999a3e8, true),
    tree("6.12.95", 0xeac3431d35b3c035f9bfbdbef7ecf4fb, true),
    tree("6.12.107", 0x705b7e413b2aca776c6601077220103b, true),
    tree("6.12.117", 0xf3a00adbbd3a2078dbc606db3f41d78d, true),
    tree("6.18.2", 0x6aed017e543bdb03a9caca53aeecabb3, true),
    tree("6.18.35", 0xf854a5dd75ddd024bc6e6ae8ce22c82c, true),
    tree("7.2.13", 0xfad4718b89dc3324f22874f9f358dc63, true),
    tree("7.3.4", 0xd59705da64088cad62aa6b1ffe55539e, true),
];

const fn tree(version: &'static str, digest: u128, has_lists: bool) -> KnownTree {
    KnownTree { digest, version, has_lists }
}

impl KnownTree {
    /// The tree whose deciding files have this digest.
    pub fn of(digest: u128) -> Option<&'static Self> {
        TREES.iter().find(|known| known.digest == digest)
    }

    /// The point that it is, in everything but perhaps its lists of names.
    pub fn point(&self) -> Option<&'static Point> {
        releases::points().find(|point| point.version == self.version || point.also.contains(&self.version))
    }
}

/// A digest of several texts, in order.
///
/// Two texts that differ, because somebody changed one, have the same with a probability of 2^-64. It is no protection
/// against somebody who looks for such a pair; who may change a kernel's sources does not need one.
#[derive(Debug, Clone, Copy)]
pub struct Digest {
    low: u64,
    high: u64,
}

/// Odd numbers without a pattern: digits of the square roots of 2, 3, 5 and 7.
const KEYS: [u64; 4] = [0x6a09_e667_f3bc_c909, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1];

impl Digest {
    /// Of no text.
    pub const NONE: Self = Self { low: KEYS[0], high: KEYS[1] };

    /// With one more text.
    pub fn add(&mut self, text: &[u8]) {
        let (blocks, rest) = text.as_chunks::<32>();
        blocks.iter().for_each(|block| self.mix(block));
        let mut last = [0; 32];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.mix(&last);
        let mut length = [0; 32];
        length.iter_mut().zip((text.len() as u64).to_le_bytes().repeat(4)).for_each(|(to, from)| *to = from);
        self.mix(&length);
    }

    /// Half of a block goes to each half of the digest.
    fn mix(&mut self, block: &[u8; 32]) {
        let [a, b, c, d] = [0, 1, 2, 3].map(|index| block.as_chunks::<8>().0.get(index).copied().unwrap_or_default());
        let [a, b, c, d] = [a, b, c, d].map(u64::from_le_bytes);
        self.low = fold(self.low ^ a, b ^ KEYS[2]);
        self.high = fold(self.high ^ c, d ^ KEYS[3]);
    }

    /// The digest as a number.
    pub fn value(self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }
}

/// Both halves of a product.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(texts: &[&str]) -> u128 {
        let mut digest = Digest::NONE;
        texts.iter().for_each(|text| digest.add(text.as_bytes()));
        digest.value()
    }

    #[test]
    fn every_byte_counts() {
        let text = "0123456789".repeat(10);
        let mut digests =
            vec![digest(&[&text]), digest(&[&text, ""]), digest(&["", &text]), digest(&[]), digest(&[""])];
        for at in 0..text.len() {
            digests.push(digest(&[&text[..at]]));
            digests.push(digest(&[&text[..at], &text[at..]]));
            digests.push(digest(&[&(text[..at].to_owned() + "\0" + &text[at + 1..])]));
        }
        digests.push(digest(&["\0"]));
        let n_texts = digests.len();
        digests.sort_unstable();
        digests.dedup();
        // What is cut at 0 is nothing, or nothing and then the whole: both are there twice.
        assert_eq!(digests.len(), n_texts - 2);
    }

    #[test]
    fn every_known_tree_is_of_a_point_and_there_once() {
        assert!(!TREES.is_empty());
        for known in TREES {
            assert!(known.point().is_some(), "{}", known.version);
            assert_eq!(KnownTree::of(known.digest), Some(known));
        }
        for point in releases::points() {
            assert!(TREES.iter().any(|known| known.version == point.version && known.has_lists), "{}", point.version);
        }
    }
}
