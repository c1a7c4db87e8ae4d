//! Instructions as text.

use iced_x86::Decoder;
use iced_x86::DecoderOptions;
use iced_x86::Formatter;
use iced_x86::GasFormatter;

/// The instruction at the start of `bytes` in AT&T syntax, `(bad)` where there is none. `address` is where it stands.
pub(super) fn disassemble(bytes: &[u8], address: u64) -> String {
    let mut decoder = Decoder::with_ip(64, bytes, address, DecoderOptions::NONE);
    let mut text = String::new();
    GasFormatter::new().format(&decoder.decode(), &mut text);
    text
}
