// SPDX-License-Identifier: GPL-2.0-only

//! What else the files of a build hold: the symbol tables of bitcode, debug information, packed modules, lists of files.

pub mod archive;
pub mod bitcode;
pub mod packed;
pub mod source;
