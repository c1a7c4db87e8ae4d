//! The object file: read, look up, edit, write.
//!
//! [`ElfFile`] is a checked, read-only view of one file: every index and range in its tables has been verified, so the
//! phases above it never meet an inconsistent table. It serves both classes and both byte orders. [`Image`] is what
//! the section creators produce from it, and `write` lays an image out as the original's libelf does.

mod error;
mod file;
mod reloc;
mod section;
mod symbol;

pub use error::ElfError;
pub use file::Class;
pub use file::ElfFile;
pub use reloc::Reloc;
pub use reloc::Relocs;
pub use section::Section;
pub use section::SectionId;
pub use symbol::Symbol;
pub use symbol::SymbolId;
