// SPDX-License-Identifier: GPL-2.0-only

//! The outermost blocks of a file, and the one blob that each of the interesting ones holds.
//!
//! A block begins with its number, the width of the abbreviations in it, and its length in words, so blocks are passed by
//! without being understood. A blob is a record whose shape an abbreviation tells, which stands in the block before it.

use std::ops::Range;

use super::BitcodeError;
use super::Bytes;
use super::MAGIC;
use super::MAGIC_LEN;
use super::WRAPPED;
use super::bits::Bits;

/// Width of the numbers by which the outermost blocks begin.
const OUTERMOST_WIDTH: u32 = 2;
/// Longer than any beginning of a block.
const HEADER_LEN: u64 = 16;
/// More than LLVM writes into a block of one blob.
const MOST_ABBREVIATIONS: usize = 16;
/// Operands of one of them.
const MOST_OPERANDS: u64 = 16;

/// Numbers by which something begins, in any block.
const END_BLOCK: u64 = 0;
const ENTER_BLOCK: u64 = 1;
const DEFINE_ABBREVIATION: u64 = 2;
const UNABBREVIATED: u64 = 3;
const FIRST_ABBREVIATION: u64 = 4;

/// Blocks by number.
const MODULE: u64 = 8;
const STRTAB: u64 = 23;
const SYMTAB: u64 = 25;
/// The record that holds the blob, in either.
const BLOB: u64 = 1;

/// A block's contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Width of the abbreviations in it.
    width: u32,
    /// Place in the file.
    range: Range<u64>,
}

impl Block {
    /// Where its contents begin in the file.
    pub fn offset(&self) -> u64 {
        self.range.start
    }
}

/// The blocks that make up the symbol table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The table.
    pub symtab: Block,
    /// The names.
    pub strtab: Block,
    /// Number of modules in the file.
    pub n_modules: u64,
}

/// Finds the blocks of a file. Of several tables the first counts, with the strings that follow it, as for LLVM.
pub fn find(file: &(impl Bytes + ?Sized)) -> Result<Found, BitcodeError> {
    let stream = stream(file)?;
    let (mut symtab, mut strtab, mut n_modules) = (None, None, 0);
    let mut at = stream.start;
    while stream.end.saturating_sub(at) >= 4 {
        let Some((number, block)) = block(file, at, stream.end)? else { break };
        at = block.range.end;
        match number {
            MODULE => n_modules += 1,
            SYMTAB if symtab.is_none() => symtab = Some(block),
            STRTAB if symtab.is_some() && strtab.is_none() => strtab = Some(block),
            _ => {}
        }
    }
    let symtab = symtab.ok_or_else(|| BitcodeError::new("there is no symbol table", stream.start))?;
    let strtab =
        strtab.ok_or_else(|| BitcodeError::new("no string table follows the symbol table", symtab.range.start))?;
    Ok(Found { symtab, strtab, n_modules })
}

/// The place of the blocks in the file: behind the magic number, inside of a wrapper.
fn stream(file: &(impl Bytes + ?Sized)) -> Result<Range<u64>, BitcodeError> {
    let magic = |offset| file.read(offset, MAGIC_LEN as u64);
    let mut whole = 0..file.size();
    if magic(0).is_some_and(|found| *found == WRAPPED) {
        let word = |offset| Bits::new(&file.read(offset, 4)?).fixed(32);
        let (start, size) = word(8).zip(word(12)).ok_or(BitcodeError::new("the wrapper is cut", 0))?;
        let end = start.checked_add(size).filter(|end| *end <= whole.end);
        whole = start..end.ok_or(BitcodeError::new("the wrapper holds more than the file has", 8))?;
    }
    if magic(whole.start).is_none_or(|found| *found != MAGIC) {
        return Err(BitcodeError::new("it does not begin as bitcode does", 0));
    }
    whole.start = whole.start.saturating_add(MAGIC_LEN as u64);
    Ok(whole)
}

/// The block that begins at `at`, by number; `None` for the zeros that a wrapper is filled with.
fn block(file: &(impl Bytes + ?Sized), at: u64, end: u64) -> Result<Option<(u64, Block)>, BitcodeError> {
    let wrong = |what| BitcodeError::new(what, at);
    let head = file.read(at, HEADER_LEN.min(end.saturating_sub(at))).ok_or_else(|| wrong("it cannot be read"))?;
    if head.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let mut bits = Bits::new(&head);
    if bits.fixed(OUTERMOST_WIDTH) != Some(ENTER_BLOCK) {
        return Err(wrong("no block begins here"));
    }
    let (number, width, words) = header(&mut bits).ok_or_else(|| wrong("the beginning of a block is cut"))?;
    let start = at.saturating_add(bits.offset());
    let stop = start.saturating_add(words.saturating_mul(4));
    if stop > end {
        return Err(wrong("a block is longer than the file"));
    }
    Ok(Some((number, Block { width, range: start..stop })))
}

/// Number, width and length in words.
fn header(bits: &mut Bits<'_>) -> Option<(u64, u32, u64)> {
    let number = bits.variable(8)?;
    let width = u32::try_from(bits.variable(4)?).ok().filter(|width| (2..=32).contains(width))?;
    bits.align()?;
    Some((number, width, bits.fixed(32)?))
}

/// What an operand of an abbreviation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operand {
    Literal(u64),
    Fixed(u32),
    Variable(u32),
    Array,
    Blob,
}

/// The blob of a block.
pub fn blob(file: &(impl Bytes + ?Sized), block: &Block) -> Result<Vec<u8>, BitcodeError> {
    let at = block.range.start;
    let len = block.range.end.saturating_sub(at);
    let data = file.read(at, len).ok_or_else(|| BitcodeError::new("it cannot be read", at))?;
    let mut bits = Bits::new(&data);
    let found = blob_in(&mut bits, block.width);
    let wrong = || BitcodeError::new("a table is no blob", at.saturating_add(bits.offset()));
    Ok(found.ok_or_else(wrong)?.to_vec())
}

fn blob_in<'a>(bits: &mut Bits<'a>, width: u32) -> Option<&'a [u8]> {
    let mut abbreviations: Vec<Vec<Operand>> = Vec::new();
    loop {
        match bits.fixed(width)? {
            END_BLOCK => return None,
            ENTER_BLOCK => {
                let (_, _, words) = header(bits)?;
                bits.bytes(words.checked_mul(4)?)?;
            }
            DEFINE_ABBREVIATION if abbreviations.len() < MOST_ABBREVIATIONS => abbreviations.push(abbreviation(bits)?),
            DEFINE_ABBREVIATION => return None,
            UNABBREVIATED => {
                bits.variable(6)?;
                for _ in 0..bits.variable(6)? {
                    bits.variable(6)?;
                }
            }
            number => {
                let index = usize::try_from(number.checked_sub(FIRST_ABBREVIATION)?).ok()?;
                if let Some(blob) = record(bits, abbreviations.get(index)?)? {
                    return Some(blob);
                }
            }
        }
    }
}

fn abbreviation(bits: &mut Bits<'_>) -> Option<Vec<Operand>> {
    let n_operands = bits.variable(5).filter(|count| *count <= MOST_OPERANDS)?;
    (0..n_operands).map(|_| operand(bits)).collect()
}

fn operand(bits: &mut Bits<'_>) -> Option<Operand> {
    if bits.fixed(1)? == 1 {
        return bits.variable(8).map(Operand::Literal);
    }
    let width = |bits: &mut Bits<'_>| u32::try_from(bits.variable(5)?).ok().filter(|width| *width <= 32);
    Some(match bits.fixed(3)? {
        1 => Operand::Fixed(width(bits)?),
        2 => Operand::Variable(width(bits)?),
        3 => Operand::Array,
        4 => Operand::Fixed(6),
        5 => Operand::Blob,
        _ => return None,
    })
}

/// Reads a record: its blob if it is the one that is looked for, else nothing.
fn record<'a>(bits: &mut Bits<'a>, operands: &[Operand]) -> Option<Option<&'a [u8]>> {
    let mut code = None;
    let mut operands = operands.iter();
    while let Some(operand) = operands.next() {
        match *operand {
            Operand::Array => {
                let element = operands.next()?;
                for _ in 0..bits.variable(6)? {
                    // Elements without bits would be as many as the number says.
                    scalar(bits, element).filter(|_| !matches!(element, Operand::Literal(_) | Operand::Fixed(0)))?;
                }
            }
            Operand::Blob => {
                let len = bits.variable(6)?;
                bits.align()?;
                let blob = bits.bytes(len)?;
                bits.align()?;
                if code == Some(BLOB) {
                    return Some(Some(blob));
                }
            }
            _ => {
                let value = scalar(bits, operand)?;
                code = code.or(Some(value));
            }
        }
    }
    Some(None)
}

fn scalar(bits: &mut Bits<'_>, operand: &Operand) -> Option<u64> {
    match *operand {
        Operand::Literal(value) => Some(value),
        Operand::Fixed(width) => bits.fixed(width),
        Operand::Variable(width) => bits.variable(width),
        Operand::Array | Operand::Blob => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &[u8] = include_bytes!("../../../testdata/gate/kernel/lib.o");

    #[test]
    fn blocks_are_passed_by() {
        let found = find(LIB).expect("it is sound");
        assert_eq!(found.n_modules, 1);
        let names = blob(LIB, &found.strtab).expect("it has one");
        assert!(memchr::memmem::find(&names, b"slow_path").is_some());
        assert_eq!(blob(LIB, &found.symtab).expect("it has one").len() % 4, 0);
    }

    #[test]
    fn a_wrapper_is_taken_off() {
        let mut wrapped = [&WRAPPED[..], &[0; 4], &32_u32.to_le_bytes(), &(LIB.len() as u32).to_le_bytes()].concat();
        wrapped.resize(32, 0);
        wrapped.extend_from_slice(LIB);
        wrapped.resize(wrapped.len().next_multiple_of(16), 0);
        let found = find(&wrapped[..]).expect("it is sound");
        assert_eq!(blob(&wrapped[..], &found.strtab), blob(LIB, &find(LIB).expect("it is sound").strtab));
        let short = &wrapped[..wrapped.len() / 2];
        assert_eq!(find(short).map_err(|error| error.what), Err("the wrapper holds more than the file has"));
    }

    #[test]
    fn what_is_no_bitcode_is_refused() {
        let what = |data: &[u8]| find(data).map_err(|error| error.what).map(|_| ());
        assert_eq!(what(b""), Err("it does not begin as bitcode does"));
        assert_eq!(what(b"\x7fELF"), Err("it does not begin as bitcode does"));
        assert_eq!(what(&MAGIC), Err("there is no symbol table"));
        assert_eq!(what(&LIB[..LIB.len() / 2]), Err("a block is longer than the file"));
        assert_eq!(what(&[&MAGIC[..], b"text"].concat()), Err("no block begins here"));
    }

    #[test]
    fn elements_without_bits_do_not_keep_it_busy() {
        // An array of 2^60 elements of no bits: refused at the first.
        let mut bits = Bits::new(&[0xff; 64]);
        assert_eq!(record(&mut bits, &[Operand::Literal(1), Operand::Array, Operand::Fixed(0)]), None);
        let mut bits = Bits::new(&[0x5f; 64]);
        assert_eq!(record(&mut bits, &[Operand::Literal(1), Operand::Array, Operand::Literal(0)]), None);
    }
}
