// SPDX-License-Identifier: GPL-2.0-only

//! The object file: read, look up, edit, write.
//!
//! [`ElfFile`] is a checked, read-only view of one file: every index and range in its tables has been verified, so the
//! phases above it never meet an inconsistent table. It serves both classes and both byte orders. Section
//! creators return [`Edit`]s, [`Image`] applies them, and `write` lays the result out as the original's libelf does.

mod blank;
mod by_place;
mod change;
mod edit;
mod error;
mod file;
mod header;
mod image;
pub mod output;
mod reloc;
mod renumber;
mod section;
mod stream;
mod symbol;
mod symtab;
mod write;

pub use blank::blank;
pub use by_place::ByPlace;
pub use by_place::EndTree;
pub use by_place::Span;
pub use edit::Edit;
pub use edit::NewReloc;
pub use edit::NewSection;
pub use edit::NewSymbol;
pub use edit::PlainSection;
pub use edit::RelocTarget;
pub use edit::WriteRules;
pub use error::ElfError;
pub use error::ImageError;
pub use file::ElfFile;
pub use header::Class;
pub use header::SectionHeader;
pub use header::names_index;
pub use header::section_count;
pub use image::Image;
pub use reloc::Reloc;
pub use reloc::Relocs;
pub use section::Section;
pub use section::SectionId;
pub use symbol::Symbol;
pub use symbol::SymbolId;
