// SPDX-License-Identifier: GPL-2.0-only

//! What the world learns from an object, in the original's order.

use super::export::Export;
use super::finding::ExtableRef;
use super::finding::ModpostFinding;
use super::text::Name;

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanEvent {
    /// Something to say.
    Finding(ModpostFinding),
    /// An export.
    Export(Export),
    /// The namespace of an export, whoever made it. Up to 6.1.
    Namespace { symbol: Name, namespace: Name },
    /// The version of an export, whoever made it. Up to 5.18.
    Crc { symbol: Name, crc: u32 },
    /// The second relocation of an exception table is at this place, which tells the size of entries. 5.10.
    SecondExtableReloc(u32),
    /// An entry of the exception table refers to data; what is fatal about it depends on the size of entries. 5.10.
    ExtableData(ExtableRef),
}
