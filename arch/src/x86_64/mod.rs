//! x86-64.
use crate::*;

/// The x86-64 implementation of [`Arch`].
#[derive(Debug)]
pub struct X86_64;

impl Arch for X86_64 {
    fn facts(&self) -> &'static ArchFacts {
        panic!("decoder not in this tree yet")
    }
    fn decode(&self, _: &TextSection<'_>, start: u32, _: u32, _: &mut Decoded) -> Result<u32, DecodeError> {
        Err(DecodeError { offset: start })
    }
    fn classify_reloc(&self, _: u32) -> RelocClass {
        RelocClass { is_pc_relative: false, is_absolute: false, size: 8 }
    }
    fn nop(&self, _: usize) -> Option<&'static [u8]> {
        None
    }
    fn ret(&self, _: usize) -> Option<&'static [u8]> {
        None
    }
    fn disassemble(&self, _: &[u8], _: u64) -> String {
        String::new()
    }
}
