//! Section headers, normalised to 64 bits.

use object::elf;

/// Index of a section in its file; 0 is the null section, which also stands for "undefined".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SectionId(pub u32);

impl SectionId {
    /// The null section.
    pub const UNDEF: Self = Self(0);

    /// The index as a `usize`, for indexing per-section vectors.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One section header with its contents. Integers are widened to 64 bits for both classes.
#[derive(Debug, Clone)]
pub struct Section<'d> {
    /// Name without the terminating NUL; not necessarily UTF-8.
    pub name: &'d [u8],
    /// `sh_name`: offset of the name in the section string table.
    pub name_offset: u32,
    /// `sh_type`.
    pub kind: u32,
    /// `sh_flags`.
    pub flags: u64,
    /// `sh_addr`.
    pub addr: u64,
    /// `sh_offset`.
    pub offset: u64,
    /// `sh_size` in bytes.
    pub size: u64,
    /// `sh_link`, checked to be a section index for the section types that give it that meaning.
    pub link: u32,
    /// `sh_info`.
    pub info: u32,
    /// `sh_addralign` as stored (0 and 1 both mean "no constraint").
    pub align: u64,
    /// `sh_entsize` in bytes.
    pub entsize: u64,
    /// Contents; empty for `SHT_NOBITS` and `SHT_NULL`.
    pub data: &'d [u8],
}

impl Section<'_> {
    /// Whether the section holds executable instructions (`SHF_EXECINSTR`).
    pub fn is_exec(&self) -> bool {
        self.flags & u64::from(elf::SHF_EXECINSTR) != 0
    }

    /// Whether the section occupies memory at run time (`SHF_ALLOC`).
    pub fn is_alloc(&self) -> bool {
        self.flags & u64::from(elf::SHF_ALLOC) != 0
    }

    /// Whether the section is a relocation section of either form.
    pub fn is_reloc(&self) -> bool {
        matches!(self.kind, elf::SHT_REL | elf::SHT_RELA)
    }
}
