// SPDX-License-Identifier: GPL-2.0-only

//! Where variables are defined: a reference in data has no line, but the variable that holds it has.

use std::path::Path;

use addr2line::gimli;
use addr2line::gimli::AttributeValue;
use addr2line::gimli::DebuggingInformationEntry;
use addr2line::gimli::EndianSlice;
use addr2line::gimli::Operation;
use addr2line::gimli::Unit;

use super::DebugInfo;
use super::Frame;
use super::lines::Bytes;
use super::lines::shown;

/// Variables with an address, in its order.
pub(super) struct Variables(Vec<(u64, Frame)>);

impl Variables {
    /// Reads the variables of all units. Units that make no sense are left out.
    pub(super) fn read(info: &DebugInfo<'_>) -> Self {
        let dwarf = info.sections.borrow(|section| EndianSlice::new(section, info.endian));
        let mut found = Vec::new();
        let mut headers = dwarf.units();
        while let Ok(Some(header)) = headers.next() {
            if let Ok(unit) = dwarf.unit(header) {
                // What was found before the unit stops making sense is good.
                let _ = in_unit(&dwarf, &unit, &mut found);
            }
        }
        found.sort_by_key(|(address, _)| *address);
        Self(found)
    }

    /// The variable that starts at `address`.
    pub(super) fn at(&self, address: u64) -> Option<&Frame> {
        let at = self.0.partition_point(|(start, _)| *start < address);
        self.0.get(at).filter(|(start, _)| *start == address).map(|(_, frame)| frame)
    }
}

fn in_unit(
    dwarf: &gimli::Dwarf<Bytes<'_>>,
    unit: &Unit<Bytes<'_>>,
    found: &mut Vec<(u64, Frame)>,
) -> gimli::Result<()> {
    let folder = unit.comp_dir.map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
    let mut entries = unit.entries();
    while let Some(entry) = entries.next_dfs()? {
        if entry.tag() != gimli::DW_TAG_variable {
            continue;
        }
        if let Some(address) = address(dwarf, unit, entry)
            && let Some((file, line)) = definition(dwarf, unit, entry)
        {
            found.push((address, Frame { file: shown(&file, &folder).into_owned(), line, function: None }));
        }
    }
    Ok(())
}

/// The constant address of a variable.
fn address(
    dwarf: &gimli::Dwarf<Bytes<'_>>,
    unit: &Unit<Bytes<'_>>,
    entry: &DebuggingInformationEntry<Bytes<'_>>,
) -> Option<u64> {
    let AttributeValue::Exprloc(location) = entry.attr_value(gimli::DW_AT_location)? else { return None };
    match location.operations(unit.encoding()).next().ok()?? {
        Operation::Address { address } => Some(address),
        Operation::AddressIndex { index } => dwarf.address(unit, index).ok(),
        _ => None,
    }
}

/// File and line of a variable; a definition that refers to its declaration has them there.
fn definition(
    dwarf: &gimli::Dwarf<Bytes<'_>>,
    unit: &Unit<Bytes<'_>>,
    entry: &DebuggingInformationEntry<Bytes<'_>>,
) -> Option<(String, u32)> {
    let AttributeValue::FileIndex(file) = entry.attr_value(gimli::DW_AT_decl_file)? else { return None };
    let line = entry.attr_value(gimli::DW_AT_decl_line)?.udata_value()?;
    let header = unit.line_program.as_ref()?.header();
    let file = header.file(file)?;
    let text = |value| Some(dwarf.attr_string(unit, value).ok()?.to_string_lossy().into_owned());
    let folder = file.directory(header).and_then(text).unwrap_or_default();
    let path = Path::new(&folder).join(text(file.path_name())?);
    Some((path.to_string_lossy().into_owned(), u32::try_from(line).ok()?))
}
