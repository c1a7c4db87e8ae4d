//! What the three mains share: how a call of `objtool` goes, and `postlink`'s small commands.

pub mod compare;
pub mod explain;
pub mod run;
pub mod series;
