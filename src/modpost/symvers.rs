// SPDX-License-Identifier: GPL-2.0-only

//! Symbol dumps such as `Module.symvers`: one exported symbol per line.
//!
//! A line is `0x<crc>⇥<symbol>⇥<module>⇥<kind>⇥<namespace>`.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::export::Export;
use super::export::ExportKind;
use super::finding::ModpostFinding;
use super::finding::Stop;
use super::generated::Generated;
use super::report::ModpostReport;
use super::report::NOBODY;
use super::resolve::Resolution;
use super::text::lines;
use super::text::read_text_file;
use super::text::strtoul;
use super::text::text;
use super::world::ExportId;
use super::world::World;
use crate::elf::output::reason;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// Reads the dump called `name`, the one with this number, into the world.
///
/// Upstream: `read_dump()`.
pub fn read(
    world: &mut World<'_>,
    (number, name): (usize, &OsStr),
    profile: &ModpostProfile,
    report: &mut ModpostReport<'_>,
) -> Result<(), Stop> {
    let text = read_text_file(Path::new(name))
        .map_err(|error| Stop::File { file: name.as_bytes().into(), error: reason(&error) })?;
    Ok(read_text(world, number, &text, profile, report)?)
}

/// Reads the text of dump number `number` into the world.
pub fn read_text(
    world: &mut World<'_>,
    number: usize,
    text: &[u8],
    profile: &ModpostProfile,
    report: &mut ModpostReport<'_>,
) -> Result<(), ModpostFinding> {
    for line in lines(text) {
        let line = Line::parse(line).ok_or(ModpostFinding::DumpSyntax)?;
        let kind = match ExportKind::of_name(line.kind, profile) {
            Some(kind) => kind,
            None if profile.has(Behaviour::ExportKindUnknown) => ExportKind::Unknown,
            None => {
                let finding = ModpostFinding::DumpLicense { symbol: line.symbol.into(), license: line.kind.into() };
                report.tell(&finding, NOBODY);
                continue;
            }
        };
        let export = Export { name: line.symbol.into(), namespace: line.namespace.into(), kind, is_func: false };
        world.add_dumped(number, line.module, export, line.crc, report);
    }
    Ok(())
}

/// The same dump given twice is one dump: its modules are known by its name.
pub fn numbered(names: &[OsString]) -> impl Iterator<Item = (usize, &OsStr)> {
    names.iter().enumerate().map(|(index, name)| {
        let first = names.iter().position(|known| known == name).unwrap_or(index);
        (first, name.as_os_str())
    })
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
struct Line<'a> {
    crc: u32,
    symbol: &'a [u8],
    module: &'a [u8],
    kind: &'a [u8],
    namespace: &'a [u8],
}

impl<'a> Line<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let mut fields = line.splitn(5, |&byte| byte == b'\t');
        let mut next = || fields.next();
        let (crc, symbol, module, kind, namespace) = (next()?, next()?, next()?, next()?, next()?);
        let (crc, rest) = strtoul(crc, 16);
        if symbol.is_empty() || module.is_empty() || !rest.is_empty() {
            return None;
        }
        Some(Self { crc: crc as u32, symbol, module, kind, namespace })
    }
}

/// The dump of all modules that were read from objects.
///
/// Upstream: `write_dump()`.
pub fn write(world: &World<'_>, resolution: &Resolution, profile: &ModpostProfile) -> Result<Vec<u8>, ModpostFinding> {
    let ids: Vec<ExportId> = match profile.has(Behaviour::DumpHashOrder) {
        true => in_hash_order(world),
        false => world.modules().flat_map(|(_, module)| module.exports.iter().copied()).collect(),
    };
    let mut dump = Generated::new(profile);
    for id in ids {
        let exported = world.export(id);
        let module = world.module(exported.module);
        if module.facts.is_none() || !resolution.is_kept(id) {
            continue;
        }
        let crc = format!("0x{:08x}\t", exported.crc.unwrap_or_default());
        let kind = exported.export.kind.name();
        let (name, namespace) = (&exported.export.name, &exported.export.namespace);
        dump.put(&text![crc, name, "\t", module.name, "\t", kind, "\t", namespace, "\n"])?;
    }
    Ok(dump.into_bytes())
}

/// All exports as they are in the original's hash table: bucket by bucket, the newest first.
pub fn in_hash_order(world: &World<'_>) -> Vec<ExportId> {
    const BUCKETS: u32 = 1024;
    let mut ids: Vec<(u32, Reverse<ExportId>)> =
        world.exports().map(|(id, exported)| (hash(&exported.export.name) % BUCKETS, Reverse(id))).collect();
    ids.sort_unstable();
    ids.into_iter().map(|(_, Reverse(id))| id).collect()
}

/// The hash of a name, which comes from tdb.
///
/// Upstream: `tdb_hash()`.
fn hash(name: &[u8]) -> u32 {
    let start = 0x238F_13AF_u32.wrapping_mul(name.len() as u32);
    let shifts = (0..24).map(|index| index * 5 % 24).cycle();
    let value =
        name.iter().zip(shifts).fold(start, |value, (byte, shift)| value.wrapping_add(u32::from(*byte) << shift));
    value.wrapping_mul(1_103_515_243).wrapping_add(12345)
}

#[cfg(test)]
mod tests {
    use super::Line;
    use super::hash;

    #[test]
    fn lines_have_five_fields() {
        let line = Line::parse(b"0x1f\tsym\tdir/mod\tEXPORT_SYMBOL\tns\tmore").unwrap();
        assert_eq!((line.crc, line.symbol, line.module), (0x1f, &b"sym"[..], &b"dir/mod"[..]));
        assert_eq!((line.kind, line.namespace), (&b"EXPORT_SYMBOL"[..], &b"ns\tmore"[..]));
        assert_eq!(Line::parse(b"\ts\tm\tk\t").unwrap().crc, 0);
        for bad in [&b""[..], b"0x1\ts\tm\tk", b"0x1g\ts\tm\tk\t", b"0x1\t\tm\tk\t", b"0x1\ts\t\tk\t"] {
            assert_eq!(Line::parse(bad), None);
        }
    }

    #[test]
    fn buckets() {
        let known =
            [("fut", 42), ("module_layout", 267), ("vfunc", 644), ("unu", 719), ("vdata", 964), ("nsfunc", 1011)];
        for (name, bucket) in known {
            assert_eq!(hash(name.as_bytes()) % 1024, bucket, "{name}");
        }
    }
}
