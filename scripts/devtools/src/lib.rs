// SPDX-License-Identifier: GPL-2.0-only

//! What comparisons need and the product does not.

pub mod dwarf_oracle;
