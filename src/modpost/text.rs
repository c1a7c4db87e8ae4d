// SPDX-License-Identifier: GPL-2.0-only

//! Text of unknown encoding: names come from files and are passed through byte by byte.

use std::fs::File;
use std::io;
use std::io::Read;
use std::path::Path;

/// A name or message as it is stored in a file, without its terminating NUL.
pub type Name = Box<[u8]>;

/// Joins strings and byte strings to a `Vec<u8>`.
macro_rules! text {
    ($($part:expr),* $(,)?) => {{
        let mut joined: Vec<u8> = Vec::new();
        $( joined.extend_from_slice(AsRef::<[u8]>::as_ref(&$part)); )*
        joined
    }};
}
pub(crate) use text;

/// The bytes up to the first NUL, or all of them.
pub fn c_string(bytes: &[u8]) -> &[u8] {
    memchr::memchr(0, bytes).map_or(bytes, |end| bytes.get(..end).unwrap_or(bytes))
}

/// The C string at `offset`; empty past the end.
pub fn c_string_at(bytes: &[u8], offset: usize) -> &[u8] {
    c_string(bytes.get(offset..).unwrap_or_default())
}

/// The part of a path after its last slash.
pub fn basename(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).and_then(|slash| path.get(slash + 1..)).unwrap_or(path)
}

/// The whole text of a file. What follows a NUL is not looked at by anybody, so it is cut off.
///
/// Upstream: `read_text_file()`, which reads as many bytes as `fstat` says: pipes count as empty.
pub fn read_text_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    read_text_into(path, &mut text)?;
    Ok(text)
}

/// Replaces the contents of `text` by that of a file; thousands of them can share one buffer.
pub fn read_text_into(path: &Path, text: &mut Vec<u8>) -> io::Result<()> {
    text.clear();
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    // One byte more, so that reading does not make the buffer grow to find the end.
    text.try_reserve_exact(usize::try_from(size).unwrap_or(usize::MAX).saturating_add(1))?;
    file.take(size).read_to_end(text)?;
    let len = c_string(text).len();
    text.truncate(len);
    Ok(())
}

/// Lines without their line feeds; a file that ends with one has no empty line after it.
///
/// Upstream: repeated `get_line()`.
pub fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest.get(..end)?;
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(line)
    })
}

/// `isspace(3)` in the C locale.
pub const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The number `strtoul(3)` reads at the start of `text`, and the rest of the text.
///
/// `base` is 0 (decimal, octal after `0`, hexadecimal after `0x`) or 16. Without digits the rest is all of `text`.
pub fn strtoul(text: &[u8], base: u32) -> (u64, &[u8]) {
    let start = text.iter().position(|&byte| !is_space(byte)).unwrap_or(text.len());
    let trimmed = text.get(start..).unwrap_or_default();
    let (negative, unsigned) = match trimmed {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (radix, digits) = match unsigned {
        [b'0', b'x' | b'X', rest @ ..] if base != 10 && rest.first().is_some_and(u8::is_ascii_hexdigit) => (16, rest),
        [b'0', ..] if base == 0 => (8, unsigned),
        _ => (if base == 0 { 10 } else { base }, unsigned),
    };
    let value_of = |byte: &u8| char::from(*byte).to_digit(radix);
    let len = digits.iter().take_while(|byte| value_of(byte).is_some()).count();
    if len == 0 {
        return (0, text);
    }
    let (number, rest) = digits.split_at(len);
    let value = number.iter().filter_map(value_of).try_fold(0u64, |value, digit| {
        value.checked_mul(radix.into()).and_then(|value| value.checked_add(digit.into()))
    });
    match value {
        Some(value) if negative => (value.wrapping_neg(), rest),
        Some(value) => (value, rest),
        None => (u64::MAX, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::lines;
    use super::strtoul;

    fn collect(text: &[u8]) -> Vec<&[u8]> {
        lines(text).collect()
    }

    #[test]
    fn lines_end_as_get_line_ends() {
        assert!(collect(b"").is_empty());
        assert_eq!(collect(b"\n"), [b""]);
        assert_eq!(collect(b"a\n"), [b"a"]);
        assert_eq!(collect(b"a\n\nb"), [&b"a"[..], b"", b"b"]);
        assert_eq!(collect(b"a\n\n"), [&b"a"[..], b""]);
    }

    #[test]
    fn numbers_as_the_c_library_reads_them() {
        assert_eq!(strtoul(b"0x1f", 16), (0x1f, &b""[..]));
        assert_eq!(strtoul(b"1fg", 16), (0x1f, &b"g"[..]));
        assert_eq!(strtoul(b"0x", 16), (0, &b"x"[..]));
        assert_eq!(strtoul(b"", 16), (0, &b""[..]));
        assert_eq!(strtoul(b"zz", 16), (0, &b"zz"[..]));
        assert_eq!(strtoul(b" -1", 16), (u64::MAX, &b""[..]));
        assert_eq!(strtoul(b"017\n", 0), (15, &b"\n"[..]));
        assert_eq!(strtoul(b"08", 0), (0, &b"8"[..]));
        assert_eq!(strtoul(b"0xffffffffffffffffff", 0), (u64::MAX, &b""[..]));
    }
}
