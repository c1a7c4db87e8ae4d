// SPDX-License-Identifier: GPL-2.0-only

//! `Module.symvers`, read leniently: what is wrong in it is a finding, not an error.

use std::path::Path;
use std::path::PathBuf;

use rustc_hash::FxHashSet;

use super::kernel::Records;
use super::text;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SymversLine {
    /// The version; `None` if the field is no number.
    pub crc: Option<u32>,
    /// The symbol.
    pub symbol: String,
    /// The exporting module's path without suffix.
    pub module: String,
    /// `EXPORT_SYMBOL` or `EXPORT_SYMBOL_GPL`.
    pub kind: String,
    /// The namespace; empty for none.
    pub namespace: String,
}

/// The folder's dump and those that were read for it; `None` if what the kernel exports is not among them.
pub fn read(root: &Path, others: &[PathBuf], records: &Records) -> Option<Vec<SymversLine>> {
    // A folder of nothing but modules has no dump of its own.
    let mut lines = parse(text::read(&root.join("Module.symvers")).unwrap_or_default().as_bytes());
    for line in &mut lines {
        line.module = records.relative(&line.module);
    }
    // One dump may be there twice: the folder's own may have the kernel's lines as well, or be a link to it.
    let mut seen: FxHashSet<SymversLine> = lines.iter().cloned().collect();
    let others = others.iter().filter_map(|dump| text::read(dump)).flat_map(|text| parse(text.as_bytes()));
    lines.extend(others.filter(|line| seen.insert(line.clone())));
    lines.iter().any(|line| line.module == "vmlinux").then_some(lines)
}

/// All lines in order; lines without the first four fields are left out.
pub fn parse(text: &[u8]) -> Vec<SymversLine> {
    String::from_utf8_lossy(text).lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<SymversLine> {
    let mut fields = line.split('\t');
    let crc = fields.next()?;
    let (symbol, module, kind) = (fields.next()?, fields.next()?, fields.next()?);
    Some(SymversLine {
        crc: crc.strip_prefix("0x").and_then(|digits| u32::from_str_radix(digits, 16).ok()),
        symbol: symbol.to_owned(),
        module: module.to_owned(),
        kind: kind.to_owned(),
        namespace: fields.next().unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_that_is_there_twice_counts_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let other = dir.path().join("other");
        let line = "0x0000000a\tfoo\tvmlinux\tEXPORT_SYMBOL\t\n";
        std::fs::write(dir.path().join("Module.symvers"), line).expect("it can be written");
        std::fs::write(&other, format!("{line}0x0000000b\tbar\tvmlinux\tEXPORT_SYMBOL\t\n"))
            .expect("it can be written");
        let lines = read(dir.path(), &[other.clone(), other], &Records::default()).expect("the kernel's exports");
        let names: Vec<&str> = lines.iter().map(|line| &*line.symbol).collect();
        assert_eq!(names, ["foo", "bar"]);
    }

    #[test]
    fn fields() {
        let lines = parse(b"0x0000000a\tfoo\tfs/a\tEXPORT_SYMBOL_GPL\tNS\nshort line\n");
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert_eq!((line.crc, &*line.symbol, &*line.module, &*line.namespace), (Some(10), "foo", "fs/a", "NS"));
    }
}
