// SPDX-License-Identifier: GPL-2.0-only

//! The original behind a pipe, and the comparison with ours.

use arch::Decode;
use arch::DecodeFlags;
use arch::Decoded;
use arch::NoteKind;
use arch::TextSection;
use std::fmt::Write as _;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

/// Instructions in flight.
const BATCH: usize = 65536;
/// Differences printed.
const SHOWN: u64 = 5;

/// One instruction to decode, as the harness reads it.
pub type Request = [u8; 18];
/// Its answer.
type Reply = [u8; 36];

/// Collects requests and compares the answers of both decoders.
pub struct Checker {
    child: Child,
    flags: DecodeFlags,
    requests: Vec<Request>,
    out: Decoded,
    compared: u64,
    differences: u64,
}

impl Checker {
    /// Starts the original.
    pub fn start(original: &Path, flags: DecodeFlags) -> std::io::Result<Checker> {
        let child = Command::new(original).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        Ok(Checker { child, flags, requests: Vec::new(), out: Decoded::default(), compared: 0, differences: 0 })
    }

    /// Compares the instruction at the start of `bytes`, of which at most 16 are looked at.
    pub fn check(&mut self, is_in_func: bool, is_init: bool, bytes: &[u8]) -> Result<(), String> {
        let mut request = [0; 18];
        let n = bytes.len().min(16);
        request[0] = u8::from(is_in_func) | u8::from(is_init) << 1;
        request[1] = n as u8;
        request[2..2 + n].copy_from_slice(&bytes[..n]);
        self.requests.push(request);
        if self.requests.len() == BATCH { self.flush() } else { Ok(()) }
    }

    /// Our length of the instruction at the start of `bytes`, 0 if it is refused.
    pub fn length(&mut self, bytes: &[u8]) -> usize {
        let text = TextSection { data: bytes, is_in_func: &|_| false, is_init: false, flags: self.flags };
        self.out.insns.clear();
        match arch::x86_64::X86_64.decode(&text, 0, 1, &mut self.out) {
            Ok(next) => next as usize,
            Err(_) => 0,
        }
    }

    /// The numbers of instructions compared and of differences.
    pub fn finish(mut self) -> Result<(u64, u64), String> {
        self.flush()?;
        drop(self.child.stdin.take());
        let status = self.child.wait().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("the original ended with {status}"));
        }
        Ok((self.compared, self.differences))
    }

    fn flush(&mut self) -> Result<(), String> {
        let mut message = (self.requests.len() as u32).to_le_bytes().to_vec();
        message.extend_from_slice(self.requests.as_flattened());
        let stdin = self.child.stdin.as_mut().ok_or("no pipe")?;
        stdin.write_all(&message).map_err(|error| error.to_string())?;
        let ours: Vec<Reply> = self.requests.iter().map(|request| answer(request, self.flags, &mut self.out)).collect();
        let mut theirs = vec![[0; 36]; ours.len()];
        let stdout = self.child.stdout.as_mut().ok_or("no pipe")?;
        stdout.read_exact(theirs.as_flattened_mut()).map_err(|error| error.to_string())?;
        for ((request, ours), theirs) in self.requests.iter().zip(&ours).zip(&theirs) {
            if ours != theirs {
                self.differences += 1;
                if self.differences <= SHOWN {
                    println!("{}\n  ours   {}\n  theirs {}", hex(request), hex(ours), hex(theirs));
                }
            }
        }
        self.compared += ours.len() as u64;
        self.requests.clear();
        Ok(())
    }
}

/// Bytes in front of an instruction with which it is decoded in place.
const BEFORE: usize = 4;

/// Our answer, which has to be the same at the start of a section and within one.
fn answer(request: &Request, flags: DecodeFlags, out: &mut Decoded) -> Reply {
    let mut code = [0x90; BEFORE + 16];
    code[BEFORE..].copy_from_slice(&request[2..]);
    let code = &code[..BEFORE + usize::from(request[1])];
    let alone = answer_at(request, &code[BEFORE..], 0, flags, out);
    if code.len() < BEFORE + 16 {
        return alone;
    }
    let within = answer_at(request, code, BEFORE as u32, flags, out);
    if within == alone { alone } else { [0xee; 36] }
}

fn answer_at(request: &Request, code: &[u8], start: u32, flags: DecodeFlags, out: &mut Decoded) -> Reply {
    let mut reply = [0; 36];
    out.insns.clear();
    out.ops.clear();
    out.notes.clear();
    let is_in_func = request[0] & 1 != 0;
    let text = TextSection { data: code, is_in_func: &|_| is_in_func, is_init: request[0] & 2 != 0, flags };
    let (Ok(_), Some(insn)) = (arch::x86_64::X86_64.decode(&text, start, start + 1, out), out.insns.first()) else {
        reply[0] = 1;
        return reply;
    };
    reply[1] = insn.len;
    reply[2] = insn.kind as u8;
    reply[3] = insn.imm_len;
    reply[4] = insn.n_ops;
    for note in &out.notes {
        reply[5] |= match note.kind {
            NoteKind::Enqcmd => 1,
            NoteKind::InvalidLea => 2,
            NoteKind::Notrack => 4,
            NoteKind::PvOpsStore => 8,
        };
    }
    reply[8..12].copy_from_slice(&insn.imm.to_le_bytes());
    for (op, slot) in out.ops.iter().zip(reply[12..].chunks_exact_mut(12)) {
        slot[..4].copy_from_slice(&[op.dest as u8, op.dest_reg, op.src as u8, op.src_reg]);
        slot[4..8].copy_from_slice(&op.dest_offset.to_le_bytes());
        slot[8..].copy_from_slice(&op.src_offset.to_le_bytes());
    }
    reply
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x} ");
        text
    })
}
