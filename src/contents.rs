//! What else the files of a build hold: the symbol tables of bitcode, debug information, packed modules.

pub mod bitcode;
pub mod packed;
pub mod source;
