// SPDX-License-Identifier: GPL-2.0-only

//! The readers of untrusted text and tables on their own, for fuzzing: each must come to an end with any input.

use object::Endianness;

use super::crc;
use super::devtable::entry::Abi;
use super::devtable::entry::Entry;
use super::devtable::format;
use super::devtable::layout;
use super::inputs;
use super::modinfo::ModInfo;
use super::modinfo::is_gpl_compatible;
use super::report::ModpostReport;
use super::srcversion;
use super::symvers;
use super::world::World;
use crate::kernel::modpost::ModpostProfile;
use crate::kernel::modpost::differences;
use crate::kernel::releases;
use crate::kernel::series::Series;

/// The profiles of all kernels that were compared.
fn profiles() -> impl Iterator<Item = ModpostProfile> {
    releases::points().map(|point| ModpostProfile::new(differences::of_point(point.bit)))
}

/// Reads a symbol dump as every series does; the number of exports.
pub fn dump(text: &[u8]) -> usize {
    let read = |profile: ModpostProfile| {
        let profile = &profile;
        let mut world = World::new(profile, text.len().is_multiple_of(2));
        let mut report = ModpostReport::new(profile);
        // A syntax error is an answer, too.
        let _ = symvers::read_text(&mut world, 0, text, profile, &mut report);
        world.n_exports()
    };
    profiles().map(read).sum()
}

/// Reads a `.cmd` file, its versions and its dependencies; the number of both.
pub fn cmd_file(text: &[u8]) -> usize {
    crc::parse(text)
        .len()
        .saturating_add(srcversion::dependencies(text, b"dir/", &ModpostProfile::of(Series::NEWEST)).count())
}

/// Reads a list of objects; their number.
pub fn list(text: &[u8]) -> usize {
    inputs::lines(text).count()
}

/// Reads a `.modinfo` section; the number of licences that are fine.
pub fn modinfo(contents: &[u8]) -> usize {
    ModInfo::new(contents.to_vec()).values("license").filter(|license| is_gpl_compatible(license)).count()
}

/// Leaves white space and comments out of a source; the bytes that are left.
pub fn source(text: &[u8]) -> usize {
    srcversion::filter(text).len()
}

/// Takes `bytes` for a device table of every kind, series, class and byte order; the number of aliases.
pub fn device_table(bytes: &[u8]) -> usize {
    let mut count: usize = 0;
    for profile in &profiles().collect::<Vec<_>>() {
        for device in layout::all(profile) {
            for abi in [Abi::Bits64, Abi::Bits32, Abi::M68k] {
                let size = usize::try_from(device.size.for_abi(abi)).unwrap_or_default();
                let endian = if count.is_multiple_of(2) { Endianness::Little } else { Endianness::Big };
                for start in (0..bytes.len()).step_by(size.max(1)) {
                    let (earlier, bytes) = bytes.split_at_checked(start).unwrap_or_default();
                    let entry = Entry { bytes, earlier, size, abi, endian };
                    let aliases = format::aliases(device, &entry, profile, &mut Vec::new());
                    count = count.saturating_add(aliases.map_or(0, |aliases| aliases.len()));
                }
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that look random, with many of those that mean something.
    fn noise(seed: u64, len: usize) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let special = b"\t\n \\\"/*0x\0\x01\xff:-#SYMVERdeps_source_license=GPL";
        let byte = |value: u64| match value % 3 {
            0 => (value >> 8) as u8,
            _ => special[(value >> 8) as usize % special.len()],
        };
        (0..len).map(|_| byte(next())).collect()
    }

    #[test]
    fn readers_come_to_an_end_with_noise() {
        let mut found = 0;
        for seed in 0..200 {
            let text = noise(seed, 400);
            found += dump(&text) + cmd_file(&text) + list(&text) + modinfo(&text) + source(&text);
            found += if seed % 8 == 0 { device_table(&text) } else { 0 };
        }
        assert!(found > 0);
    }

    #[test]
    fn readers_find_what_is_there() {
        assert_eq!(dump(b"0x1\ts\tm\tEXPORT_SYMBOL\t\n"), releases::points().count());
        assert_eq!(cmd_file(b"x\n#SYMVER a 0x1\ndeps_x := \\\n  dir/a.h \\\n  b.h \\\n\n  dir/c.h \\\n"), 2);
        assert_eq!((list(b"a\nb\n"), source(b"a b")), (2, 2));
        assert_eq!(modinfo(b"license=GPL\0license=X\0"), 1);
    }
}
