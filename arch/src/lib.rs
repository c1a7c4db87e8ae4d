//! The machine-neutral instruction model and the decoders behind it.
