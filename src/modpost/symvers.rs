//! Symbol dumps such as `Module.symvers`: one exported symbol per line.
//!
//! A line is `0x<crc>⇥<symbol>⇥<module>⇥<kind>⇥<namespace>`.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::export_section::Export;
use super::finding::Finding;
use super::finding::Stop;
use super::generate::Generated;
use super::profile::Features;
use super::profile::Profile;
use super::report::NOBODY;
use super::report::Report;
use super::resolve::Resolution;
use super::text::lines;
use super::text::read_text_file;
use super::text::strtoul;
use super::text::text;
use super::world::World;
use crate::output::reason;

/// Reads the dump called `name`, the one with this number, into the world.
///
/// Upstream: `read_dump()`.
pub fn read(
    world: &mut World,
    (number, name): (usize, &OsStr),
    is_external: bool,
    profile: &Profile,
    report: &mut Report,
) -> Result<(), Stop> {
    let text = read_text_file(Path::new(name))
        .map_err(|error| Stop::File { file: name.as_bytes().into(), error: reason(&error) })?;
    let dump = profile.has(Features::DUMP_MODULE_KEYED_BY_FILE).then_some(number);
    for line in lines(&text) {
        let line = Line::parse(line).ok_or(Stop::Fatal(Finding::DumpSyntax))?;
        let is_gpl_only = match line.kind {
            b"EXPORT_SYMBOL" => false,
            b"EXPORT_SYMBOL_GPL" => true,
            _ => {
                let finding = Finding::DumpLicense { symbol: line.symbol.into(), license: line.kind.into() };
                report.tell(&finding, NOBODY);
                continue;
            }
        };
        let export = Export { name: line.symbol.into(), namespace: line.namespace.into(), is_gpl_only, is_func: false };
        let module = world.dumped_module(dump, line.module);
        world.add_export(module, export, Some(line.crc), is_external, report);
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
pub fn write(world: &World, resolution: &Resolution, profile: &Profile) -> Result<Vec<u8>, Finding> {
    let mut dump = Generated::new(profile);
    for (_, module) in world.modules().filter(|(_, module)| module.facts.is_some()) {
        for &id in module.exports.iter().filter(|&&id| resolution.is_kept(id)) {
            let exported = world.export(id);
            let crc = format!("0x{:08x}\t", exported.crc.unwrap_or_default());
            let kind = if exported.export.is_gpl_only { "\tEXPORT_SYMBOL_GPL\t" } else { "\tEXPORT_SYMBOL\t" };
            let (name, namespace) = (&exported.export.name, &exported.export.namespace);
            dump.put(&text![crc, name, "\t", module.name, kind, namespace, "\n"])?;
        }
    }
    Ok(dump.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::Line;

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
}
