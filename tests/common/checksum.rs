// SPDX-License-Identifier: GPL-2.0-only

//! Checksums that say whether a file is still the one that was recorded.

use flate2::Crc;

/// The checksum of gzip, which Python's `zlib.crc32` computes, too.
pub fn crc32(data: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(data);
    crc.sum()
}

/// The checksum that POSIX's `cksum` prints.
pub fn cksum(data: &[u8]) -> u32 {
    let length = data.len().to_le_bytes();
    let n_length = length.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let crc = data.iter().chain(&length[..n_length]).fold(0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| crc << 1 ^ if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 })
    });
    !crc
}
