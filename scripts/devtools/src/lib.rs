//! What comparisons need and the product does not.

pub mod dwarf_oracle;
