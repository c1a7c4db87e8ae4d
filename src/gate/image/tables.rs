// SPDX-License-Identifier: GPL-2.0-only

//! Tables of the finished kernel that are searched by halves.

use super::Image;
use crate::gate::inputs::BuildFolder;

/// What is not sorted, and where.
pub fn unsorted(image: &Image<'_>, inputs: &BuildFolder) -> Vec<(&'static str, String)> {
    // Values are read in the byte order of the machines whose kernels are known here.
    if image.elf.endian != object::Endianness::Little {
        return Vec::new();
    }
    let has = |name| inputs.config.is_empty() || inputs.config.has(name);
    let mut found = Vec::new();
    let mut look = |table: &'static str, values: Option<Vec<u64>>| {
        let fault = values.as_ref().and_then(|values| values.windows(2).position(|pair| pair.first() > pair.last()));
        if let (Some(index), Some(values)) = (fault, values) {
            let value = |index: usize| values.get(index).copied().unwrap_or_default();
            found.push((table, format!("entry {} ({:#x}) comes before {:#x}", index, value(index), value(index + 1))));
        }
    };
    look(".orc_unwind_ip", image.between("__start_orc_unwind_ip", "__stop_orc_unwind_ip").map(|at| relative(at, 4)));
    if has("BUILDTIME_TABLE_SORT") {
        let table = image.between("__start___ex_table", "__stop___ex_table");
        // The entry grew from two distances to twelve bytes; sorted in either reading is sorted.
        let readings = table.map(|at| [relative(at, 12), relative(at, 8)]);
        let first = readings.map(|[long, short]| if short.is_sorted() { short } else { long });
        look("__ex_table", first);
    }
    if has("BUILDTIME_MCOUNT_SORT") {
        let table = image.between("__start_mcount_loc", "__stop_mcount_loc");
        look("__mcount_loc", table.map(|(_, bytes)| words::<8>(bytes).map(u64::from_le_bytes).collect()));
    }
    look("kallsyms", kallsyms(image, inputs));
    found
}

/// Addresses of symbols in the order of the kernel's own table.
fn kallsyms(image: &Image<'_>, inputs: &BuildFolder) -> Option<Vec<u64>> {
    let address = |name: &str| image.named(name.as_bytes()).next().map(|symbol| symbol.value);
    let number = |name: &str| Some(u32::from_le_bytes(*image.at(address(name)?, 4)?.first_chunk::<4>()?));
    let (count, start) = (number("kallsyms_num_syms")?, address("kallsyms_offsets")?);
    let bytes = image.at(start, u64::from(count).checked_mul(4)?)?;
    let Some(base) = address("kallsyms_relative_base") else { return Some(relative((start, bytes), 4)) };
    let base = u64::from_le_bytes(*image.at(base, 8)?.first_chunk::<8>()?);
    let is_signed = inputs.config.has("KALLSYMS_ABSOLUTE_PERCPU");
    let value = |word: [u8; 4]| match i32::from_le_bytes(word) {
        negative if is_signed && negative < 0 => base.wrapping_sub(1).wrapping_add_signed(-i64::from(negative)),
        _ if is_signed => u64::from(u32::from_le_bytes(word)),
        _ => base.wrapping_add(u64::from(u32::from_le_bytes(word))),
    };
    Some(words::<4>(bytes).map(value).collect())
}

/// Places that the first word of each entry leads to, as a distance from itself.
fn relative((start, bytes): (u64, &[u8]), entry: usize) -> Vec<u64> {
    let entries = bytes.chunks_exact(entry).enumerate();
    let place = |(index, entry_bytes): (usize, &[u8])| {
        let distance = i32::from_le_bytes(*entry_bytes.first_chunk::<4>()?);
        Some(start.wrapping_add((index * entry) as u64).wrapping_add_signed(distance.into()))
    };
    entries.filter_map(place).collect()
}

fn words<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.chunks_exact(N).filter_map(|word| word.first_chunk::<N>().copied())
}
