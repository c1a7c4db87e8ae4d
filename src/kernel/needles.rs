// SPDX-License-Identifier: GPL-2.0-only

//! Looks for many texts at once, and at few places.
//!
//! A text of at least 2n - 1 bytes, wherever it is, has n bytes that begin at a multiple of n. So all the n windows of n
//! bytes are filed that the last 2n - 1 bytes of a text sought have, and only every n-th place is looked up: for texts of 15
//! bytes and more that is one look-up for 8 bytes.

/// Number of slots, a power of two. Two thousand windows leave most of them empty, so most places are one look-up.
const SLOTS: usize = 1 << 14;

/// Texts to look for.
#[derive(Debug)]
pub struct Needles<'a> {
    texts: Vec<&'a [u8]>,
    /// Length of the windows, and how far apart the places are: 8, 4, 2 or 1.
    width: usize,
    /// The number of the first window of each slot, counted from one; zero where there is none.
    slots: Box<[u16; SLOTS]>,
    windows: Vec<Window>,
}

/// Some bytes of a text.
#[derive(Debug, Clone, Copy)]
struct Window {
    bytes: u64,
    /// The next window of its slot, as in `slots`.
    next: u16,
    /// The text.
    text: u16,
    /// Where in the text.
    at: u16,
}

impl<'a> Needles<'a> {
    /// Gets ready to look for `texts`. An empty one is never found.
    pub fn new(texts: Vec<&'a [u8]>) -> Self {
        let shortest = texts.iter().map(|text| text.len()).filter(|len| *len > 0).min().unwrap_or(1);
        let width = [8, 4, 2].into_iter().find(|width| 2 * width - 1 <= shortest).unwrap_or(1);
        let windows = Vec::with_capacity(texts.len() * width);
        let mut needles = Self { texts, width, slots: Box::new([0; SLOTS]), windows };
        for text in 0..needles.texts.len() {
            match width {
                8 => needles.file::<8>(text),
                4 => needles.file::<4>(text),
                2 => needles.file::<2>(text),
                _ => needles.file::<1>(text),
            }
        }
        needles
    }

    /// Files the windows at the end of one text.
    fn file<const WIDTH: usize>(&mut self, text: usize) {
        let all = self.texts.get(text).copied().unwrap_or_default();
        let start = all.len().saturating_sub(2 * WIDTH - 1);
        for (index, bytes) in all.get(start..).unwrap_or_default().windows(WIDTH).enumerate() {
            let bytes = number::<WIDTH>(bytes.first_chunk().unwrap_or(&[0; WIDTH]));
            let (Ok(text), Ok(at)) = (u16::try_from(text), u16::try_from(start + index)) else { return };
            let (Some(slot), Ok(number)) = (self.slots.get_mut(slot(bytes)), u16::try_from(self.windows.len() + 1))
            else {
                return;
            };
            self.windows.push(Window { bytes, next: *slot, text, at });
            *slot = number;
        }
    }

    /// Calls `found` with the number of a text and where it begins in `haystack`, for each place where one is.
    pub fn find(&self, haystack: &[u8], found: impl FnMut(usize, usize)) {
        match self.width {
            8 => self.find_by::<8>(haystack, found),
            4 => self.find_by::<4>(haystack, found),
            2 => self.find_by::<2>(haystack, found),
            _ => self.find_by::<1>(haystack, found),
        }
    }

    fn find_by<const WIDTH: usize>(&self, haystack: &[u8], mut found: impl FnMut(usize, usize)) {
        for (index, chunk) in haystack.as_chunks::<WIDTH>().0.iter().enumerate() {
            let bytes = number(chunk);
            let mut next = self.slots.get(slot(bytes)).copied().unwrap_or_default();
            while let Some(window) = usize::from(next).checked_sub(1).and_then(|index| self.windows.get(index)) {
                if window.bytes == bytes {
                    self.compare(window, haystack, index * WIDTH, &mut found);
                }
                next = window.next;
            }
        }
    }

    /// Whether all of the text is there of which a window is at `place`.
    #[inline(never)]
    fn compare(&self, window: &Window, haystack: &[u8], place: usize, found: &mut impl FnMut(usize, usize)) {
        if let Some(text) = self.texts.get(usize::from(window.text))
            && let Some(place) = place.checked_sub(window.at.into())
            && haystack.get(place..).is_some_and(|rest| rest.starts_with(text))
        {
            found(window.text.into(), place);
        }
    }
}

/// Some bytes as a number, the first one lowest.
fn number<const WIDTH: usize>(bytes: &[u8; WIDTH]) -> u64 {
    let mut all = [0; 8];
    all.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    u64::from_le_bytes(all)
}

/// The slot of a window.
fn slot(bytes: u64) -> usize {
    (bytes.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - SLOTS.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&str], haystack: &str) -> Vec<(usize, usize)> {
        let needles = Needles::new(texts.iter().map(|text| text.as_bytes()).collect());
        let mut found = Vec::new();
        needles.find(haystack.as_bytes(), |text, at| found.push((text, at)));
        found.sort_unstable();
        found
    }

    #[test]
    fn every_place_is_found_once() {
        for texts in [
            ["a text of more than fifteen bytes", "fifteen bytes x"],
            ["seven b", "ven b: and more"],
            ["abc", "bcd"],
            ["x", "xy"],
        ] {
            for before in 0..20 {
                for after in 0..3 {
                    let text = |n, text: &str| ".".repeat(n) + text + &"x".repeat(after);
                    let haystack = text(before, texts[0]) + &text(3, texts[1]);
                    let by_hand: Vec<_> =
                        (0..2).flat_map(|n| haystack.match_indices(texts[n]).map(move |(at, _)| (n, at))).collect();
                    assert_eq!(found(&texts, &haystack), by_hand, "{haystack}");
                }
            }
        }
    }

    #[test]
    fn short_haystacks_and_empty_texts() {
        assert_eq!(found(&["", "fifteen bytes x"], "fifteen bytes "), []);
        assert_eq!(found(&["", "a"], ""), []);
        assert_eq!(found(&[], "abc"), []);
    }
}
