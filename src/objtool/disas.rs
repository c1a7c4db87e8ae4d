// SPDX-License-Identifier: GPL-2.0-only

//! Disassembly: instructions as text, and functions as listings with their alternatives side by side.
//!
//! Upstream: `disas.c` (7.3). The choice of functions, the layout and the names of addresses are the original's; the text
//! of an instruction is iced-x86's, where the original has that of whichever libopcodes it was built with. An original
//! built without libopcodes refuses (`Rebuild with libopcodes for disassembly support`); we never need to.

pub(super) mod alternatives;
mod features;
pub(super) mod layout;
mod objdump;
pub(super) mod pattern;
mod text;

pub use alternatives::alt_name;
pub use alternatives::alt_type_name;
pub use alternatives::jump_text;
pub use alternatives::write_distance;
pub use layout::Depth;
pub use layout::Layout;
pub use objdump::dump_functions;
pub use pattern::matches;
pub use text::insn_text;
