// SPDX-License-Identifier: GPL-2.0-only

//! Tests of the decoder as a whole. `scripts/parity/x86-decoder` compares it with the original; here is what is worth a name.

use super::FACTS;
use super::X86_64;
use super::decode;
use crate::Decode;
use crate::DecodeError;
use crate::DecodeFlags;
use crate::Decoded;
use crate::Fillers;
use crate::InsnKind;
use crate::NoteKind;
use crate::OpDest;
use crate::OpSrc;
use crate::StackOp;
use crate::TextSection;

/// Padding that makes room in front for the short way.
const BEFORE: [u8; 4] = [0x90; 4];

fn series(name: &str) -> DecodeFlags {
    let since_6_1 = DecodeFlags::ENDBR | DecodeFlags::LOOP_IS_JUMP | DecodeFlags::FP16;
    let since_6_12 =
        since_6_1 | DecodeFlags::MOV_REG_REG | DecodeFlags::APX | DecodeFlags::FRED | DecodeFlags::SIB_NO_BASE;
    let old_nops = DecodeFlags::PAUSE_IS_NOP | DecodeFlags::PREFETCH_IS_NOP;
    let only_7_3 =
        DecodeFlags::SYSCALL_SPLIT | DecodeFlags::LEA_RIP | DecodeFlags::UDB | DecodeFlags::INVALID64_AS_BARE;
    match name {
        "7.3" => since_6_12 | only_7_3,
        "6.12" => since_6_12 | old_nops,
        "6.1" => since_6_1 | old_nops,
        _ => old_nops | DecodeFlags::NARROW_PATTERNS,
    }
}

const ALL_SERIES: [&str; 4] = ["7.3", "6.12", "6.1", "5.10"];

fn bytes(hex: &str) -> Vec<u8> {
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("a hexadecimal byte")).collect()
}

fn decode_at(data: &[u8], start: u32, flags: DecodeFlags) -> Result<Decoded, DecodeError> {
    let text = TextSection { data, is_in_func: &|_| false, is_init: true, flags };
    let mut out = Decoded::default();
    X86_64.decode(&text, start, start + 1, &mut out)?;
    Ok(out)
}

/// Length, class and effects of one instruction, such as `3 Other rbp = rsp`; `refused` if it is none.
fn describe(name: &str, hex: &str) -> String {
    let Ok(out) = decode_at(&bytes(hex), 0, series(name)) else { return "refused".to_owned() };
    let insn = out.insns[0];
    let mut text = format!("{} {:?}", insn.len, insn.kind);
    for op in &out.ops {
        text += &format!(" {}", describe_op(op));
    }
    text
}

/// Bytes and what they are, in all series.
const EVERYWHERE: &[(&str, &str)] = &[
    ("55", "1 Other push = rbp"),
    ("41 5c", "2 Other r12 = pop"),
    ("48 89 e5", "3 Other rbp = rsp"),
    ("4c 89 d4", "3 Other rsp = r10"),
    ("48 83 ec 10", "4 Other rsp = rsp + -16"),
    ("48 81 c4 00 01 00 00", "7 Other rsp = rsp + 256"),
    ("48 83 e4 f0", "4 Other rsp = rsp & -16"),
    ("48 8d 65 f8", "4 Other rsp = rbp + -8"),
    ("49 8d 62 f8", "4 Other rsp = r10 + -8"),
    ("48 8d 24 24", "4 Other rsp = rsp"),
    ("48 89 5d f8", "4 Other [rbp + -8] = rbx"),
    ("48 8b 5c 24 08", "5 Other rbx = [rsp + 8]"),
    ("e8 00 00 00 00", "5 Call push = const"),
    ("0f 84 00 00 00 00", "6 JumpCond"),
    ("eb fe", "2 JumpUncond"),
    ("ff e0", "2 JumpDyn"),
    ("ff 14 c5 00 00 00 00", "7 CallDyn"),
    ("ff 75 08", "3 Other push = const"),
    ("c3", "1 Return"),
    ("0f 0b", "2 Bug"),
    ("0f 01 cb", "3 Stac"),
    ("0f 1f 44 00 00", "5 Nop"),
    ("48 b8 00 00 00 00 00 00 00 80", "10 Other"),
    ("9c", "1 Other pushf = const"),
    // VEX-encoded instructions have no effects, whatever their opcode would mean elsewhere.
    ("c5 f8 77", "3 Other"),
    // A LOCK prefix where the processor does not accept one.
    ("f0 0f 1f 00", "4 Nop"),
    // A hypervisor's emulation prefix belongs to the instruction behind it.
    ("0f 0b 78 65 6e 0f a2", "7 Other"),
    // Data: the map has no operands for this opcode.
    ("0f 04 00", "2 Other"),
    ("0f ff c0", "2 Other"),
    // Prefixes count once; the fifth distinct one is taken for an opcode.
    ("66 66 66 66 66 90", "6 Nop"),
    ("26 2e 36 3e 64 90", "5 Other"),
    // Nothing longer than 15 bytes, and nothing that ends too early.
    ("66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90", "refused"),
    ("48 8b", "refused"),
    ("66", "refused"),
];

/// Bytes and what they are in 7.3, 6.12, 6.1 and 5.10.
const BY_SERIES: &[(&str, [&str; 4])] = &[
    ("06", ["1 Other", "1 Other", "1 Other", "1 Other"]),
    ("9a 00 00 00 00 00 00", ["1 Other", "7 Other", "7 Other", "7 Other"]),
    ("82 00 00", ["1 Other", "3 Other", "3 Other", "3 Other"]),
    ("d6", ["1 Bug", "1 Other", "1 Other", "1 Other"]),
    ("d5 00 01 c0", ["4 Other", "4 Other", "2 Other", "2 Other"]),
    ("8f e8 78 a2 c1 00", ["6 Other", "2 Other mem = pop", "2 Other mem = pop", "2 Other mem = pop"]),
    ("48 c5 f8 77", ["3 Other", "4 Other", "4 Other", "4 Other"]),
    ("f3 90", ["2 Other", "2 Nop", "2 Nop", "2 Nop"]),
    ("41 90", ["2 Other", "2 Nop", "2 Nop", "2 Nop"]),
    ("0f 0d 08", ["3 Other", "3 Nop", "3 Nop", "3 Nop"]),
    ("0f 1f c8", ["3 Other", "3 Nop", "3 Nop", "3 Nop"]),
    ("44 0f 1f 00", ["4 Other", "4 Nop", "4 Nop", "4 Nop"]),
    ("f3 0f 1e fa", ["4 Endbr", "4 Endbr", "4 Endbr", "4 Other"]),
    ("e2 fe", ["2 JumpCond", "2 JumpCond", "2 JumpCond", "2 Other"]),
    ("0f 05", ["2 Syscall", "2 ContextSwitch", "2 ContextSwitch", "2 ContextSwitch"]),
    ("cf", ["1 Sysret", "1 ContextSwitch", "1 ContextSwitch", "1 ContextSwitch"]),
    ("f3 0f 01 ca", ["4 Sysret", "4 ContextSwitch", "4 Clac", "4 Clac"]),
    ("48 8d 3d 00 00 00 00", ["7 LeaRip", "7 Other", "7 Other", "7 Other"]),
    // An absolute address without registers is "relative to the instruction" for 7.3, and to `rbp` before.
    ("48 8d 04 25 08 00 00 00", ["8 LeaRip", "8 Other rax = rbp + 8", "8 Other rax = rbp + 8", "8 Other"]),
    ("48 89 04 25 08 00 00 00", ["8 Other", "8 Other", "8 Other [rbp + 8] = rax", "8 Other"]),
    ("48 89 d0", ["3 Other rax = rdx", "3 Other rax = rdx", "3 Other", "3 Other"]),
    ("48 8d 47 08", ["4 Other rax = rdi + 8", "4 Other rax = rdi + 8", "4 Other rax = rdi + 8", "4 Other"]),
    ("89 45 fc", ["3 Other", "3 Other", "3 Other", "3 Other [rbp + -4] = rax"]),
    (
        "c9",
        ["1 Other rsp = rbp rbp = pop", "1 Other rsp = rbp rbp = pop", "1 Other rsp = rbp rbp = pop", "1 Other leave"],
    ),
    ("44 ff e0", ["3 Other", "3 Other", "3 Other", "3 JumpDyn"]),
    // FP16 and APX encodings.
    ("62 f5 7d 08 1d c0", ["6 Other", "6 Other", "6 Other", "refused"]),
    ("62 f4 7c 08 01 c0", ["6 Other", "6 Other", "refused", "refused"]),
];

#[test]
fn decodes_as_the_original_does() {
    for (hex, expected) in EVERYWHERE {
        for name in ALL_SERIES {
            assert_eq!(describe(name, hex), *expected, "{hex} in {name}");
        }
    }
    for (hex, expected) in BY_SERIES {
        for (name, expected) in ALL_SERIES.iter().zip(expected) {
            assert_eq!(describe(name, hex), *expected, "{hex} in {name}");
        }
    }
}

/// The original's `immediate` and `immediate_len`.
#[test]
fn keeps_immediates_and_since_7_3_displacements() {
    let imm = |name, hex| {
        let insn = decode_at(&bytes(hex), 0, series(name)).expect("an instruction").insns[0];
        (insn.imm, insn.imm_len)
    };
    assert_eq!(imm("7.3", "75 fe"), (-2, 1));
    assert_eq!(imm("6.12", "75 fe"), (-2, 0));
    assert_eq!(imm("7.3", "48 8d 3d 10 00 00 00"), (16, 4));
    assert_eq!(imm("6.12", "48 8d 3d 10 00 00 00"), (0, 0));
    assert_eq!(imm("7.3", "48 c7 43 08 ff ff ff ff"), (-1, 4));
    // The low half of a wide immediate or address.
    assert_eq!(imm("7.3", "48 b8 01 02 03 84 00 00 00 00"), (0x8403_0201_u32 as i32, 4));
    assert_eq!(imm("7.3", "a0 01 00 00 00 02 00 00 00"), (1, 4));
    assert_eq!(imm("7.3", "c8 10 00 02"), (16, 2));
    assert_eq!(imm("7.3", "66 68 00 80"), (-32768, 2));
    assert_eq!(imm("7.3", "c5 f9 70 c0 01"), (0, 0));
}

#[test]
fn remarks_on_what_the_original_remarks_on() {
    let note =
        |name, hex| decode_at(&bytes(hex), 0, series(name)).expect("an instruction").notes.first().map(|n| n.kind);
    for name in ["7.3", "6.12", "6.1"] {
        assert_eq!(note(name, "3e ff e0"), Some(NoteKind::Notrack));
        assert_eq!(note(name, "48 8d c0"), Some(NoteKind::InvalidLea));
        assert_eq!(note(name, "f2 0f 38 f8 00"), Some(NoteKind::Enqcmd));
        assert_eq!(note(name, "f2 66 0f 38 f8 00"), None);
        assert_eq!(note(name, "48 c7 05 00 00 00 00 00 00 00 00"), Some(NoteKind::PvOpsStore));
        assert_eq!(note(name, "c7 05 00 00 00 00 00 00 00 00"), None);
    }
    assert_eq!(note("5.10", "3e ff e0"), None);
}

#[test]
fn returns_to_itself_only_in_functions() {
    let text = TextSection { data: &[0xcf, 0xcf], is_in_func: &|at| at == 1, is_init: false, flags: series("6.12") };
    let mut out = Decoded::default();
    assert_eq!(X86_64.decode(&text, 0, 2, &mut out), Ok(2));
    assert_eq!(out.insns.iter().map(|insn| insn.kind).collect::<Vec<_>>(), [InsnKind::ContextSwitch, InsnKind::Other]);
    assert_eq!(describe_op(&out.ops[0]), "rsp = rsp + 40");
}

#[test]
fn goes_on_where_it_ended() {
    let data = bytes("55 48 89 e5 e8 00 00 00 00 5d c3 0f 04");
    let text = TextSection { data: &data, is_in_func: &|_| true, is_init: false, flags: series("7.3") };
    let mut whole = Decoded::default();
    assert_eq!(X86_64.decode(&text, 0, 99, &mut whole), Ok(13));
    let mut parts = Decoded::default();
    // An instruction that begins before the end is decoded whole.
    assert_eq!(X86_64.decode(&text, 0, 6, &mut parts), Ok(9));
    assert_eq!(X86_64.decode(&text, 9, 13, &mut parts), Ok(13));
    assert_eq!(whole.insns, parts.insns);
    assert_eq!(whole.ops, parts.ops);
    assert_eq!(whole.insns.iter().map(|insn| insn.offset).collect::<Vec<_>>(), [0, 1, 4, 9, 10, 11]);
}

#[test]
fn tells_where_it_stopped() {
    let text = TextSection { data: &[0x90, 0xe8, 0, 0], is_in_func: &|_| true, is_init: false, flags: series("7.3") };
    let mut out = Decoded::default();
    assert_eq!(X86_64.decode(&text, 0, 4, &mut out), Err(DecodeError { offset: 1 }));
    assert_eq!(out.insns.len(), 1);
}

/// Calls `each` with encodings of all opcodes: prefix, escape, opcode, ModRM, and bytes that serve as SIB, displacement
/// and immediate.
fn for_each_encoding(prefixes: &[&[u8]], mut each: impl FnMut(&[u8], usize, &[u8])) {
    for prefix in prefixes {
        for escape in [&[][..], &[0x0f], &[0x0f, 0x38], &[0x0f, 0x3a]] {
            for op in 0..=255 {
                for modrm in 0..=255_u8 {
                    let sib = [0x24, 0x25, 0x65, 0x20][usize::from(modrm & 3)];
                    let rest = [op, modrm, sib, 0x81, 0x02, 0x83, 0x04, 0x85, 0x06, 0x87, 0x08, 0x89, 0x0a, 0x8b];
                    let code = [&BEFORE[..], prefix, escape, &rest].concat();
                    let opcode_at = BEFORE.len() + prefix.len();
                    each(&code, opcode_at, &code[opcode_at..opcode_at + escape.len() + 1]);
                }
            }
        }
    }
}

#[test]
fn both_ways_agree() {
    let prefixes: [&[u8]; 7] = [&[], &[0x40], &[0x41], &[0x44], &[0x48], &[0x49], &[0x4f]];
    for name in ALL_SERIES {
        for_each_encoding(&prefixes, |code, _, _| {
            let start = BEFORE.len() as u32;
            let text = TextSection { data: code, is_in_func: &|_| false, is_init: true, flags: series(name) };
            let mut long = Decoded::default();
            let len = decode::long_way(&text, start, &mut long);
            match decode_at(code, start, series(name)) {
                Ok(short) => {
                    assert_eq!(short.insns, long.insns, "{code:02x?}");
                    assert_eq!(short.ops, long.ops, "{code:02x?}");
                    assert_eq!(short.notes, long.notes, "{code:02x?}");
                }
                Err(error) => assert_eq!(len, Err(error), "{code:02x?}"),
            }
        });
    }
}

#[test]
fn padding_is_never_part_of_an_instruction() {
    for_each_encoding(&[&[0x48]], |code, opcode_at, _| {
        let whole = decode_at(code, BEFORE.len() as u32, series("7.3"));
        for len in 1..code.len() - BEFORE.len() {
            let cut = &code[BEFORE.len()..BEFORE.len() + len];
            match (&whole, decode_at(cut, 0, series("7.3"))) {
                (Ok(whole), Ok(cut)) => {
                    assert_eq!((cut.insns[0].len, cut.insns[0].imm), (whole.insns[0].len, whole.insns[0].imm));
                    assert!(usize::from(cut.insns[0].len) <= len);
                }
                (Ok(whole), Err(_)) => assert!(usize::from(whole.insns[0].len) > len, "{code:02x?} {opcode_at}"),
                (Err(_), cut) => assert!(cut.is_err()),
            }
        }
    });
}

/// Opcodes for which the kernel's decoder gives another length than iced-x86, which knows what processors do. For `0f 19`,
/// `0f 1d` and `0f ff` it knows no operands; for moves with control registers it believes in memory operands.
const DIFFERENT: &[&[u8]] =
    &[&[0x0f, 0x19], &[0x0f, 0x1d], &[0x0f, 0x20], &[0x0f, 0x21], &[0x0f, 0x22], &[0x0f, 0x23], &[0x0f, 0xff]];

#[test]
fn lengths_are_those_of_processors_with_few_exceptions() {
    let mut different: Vec<Vec<u8>> = Vec::new();
    let mut n_same = 0;
    for_each_encoding(&[&[], &[0x48]], |code, opcode_at, opcode| {
        // Two REX prefixes, or a legacy prefix behind REX: the kernel's decoder takes the second for an opcode.
        let is_prefix = matches!(opcode[0], 0x26 | 0x2e | 0x36 | 0x3e | 0x40..=0x4f | 0x64..=0x67 | 0xf0 | 0xf2 | 0xf3);
        let start = BEFORE.len();
        let mut iced = iced_x86::Decoder::new(64, &code[start..], iced_x86::DecoderOptions::NONE);
        let insn = iced.decode();
        // With 0f in place of ModRM the opcode is an escape, and what follows is covered as such.
        if insn.is_invalid() || is_prefix || code[opcode_at..].starts_with(&[0x0f]) && opcode.len() == 1 {
            return;
        }
        let ours = decode_at(code, start as u32, series("7.3"));
        if ours.is_ok_and(|out| usize::from(out.insns[0].len) == insn.len()) {
            n_same += 1;
        } else {
            different.push(opcode.to_vec());
        }
    });
    different.sort();
    different.dedup();
    assert_eq!(different, DIFFERENT);
    assert!(n_same > 100_000, "{n_same}");
}

/// A generator of pseudo-random numbers (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}

#[test]
fn never_panics_and_always_advances() {
    let mut random = Random(1);
    for _ in 0..20_000 {
        let len = random.next() % 64;
        let data: Vec<u8> = (0..len).map(|_| random.next() as u8).collect();
        let flags = DecodeFlags::from_bits_truncate(random.next() as u32);
        let is_init = random.next() & 1 == 0;
        let text = TextSection { data: &data, is_in_func: &|at| at & 1 == 0, is_init, flags };
        let (start, end) = (random.next() as u32 % 70, random.next() as u32 % 70);
        let mut out = Decoded::default();
        let stop = match X86_64.decode(&text, start, end, &mut out) {
            Ok(next) => next,
            Err(error) => error.offset,
        };
        let mut at = start;
        for insn in &out.insns {
            assert!(insn.offset == at && (1..=15).contains(&insn.len) && at < end);
            at = insn.end();
            assert!(at as usize <= data.len());
            assert!(insn.first_op as usize + usize::from(insn.n_ops) <= out.ops.len());
        }
        assert_eq!(at, stop);
    }
}

#[test]
fn fillers_are_what_they_are_called() {
    for len in 1..=5 {
        let nop = X86_64.nop(len).expect("a NOP");
        assert_eq!((nop.len(), describe("7.3", &hex(nop))), (len, format!("{len} Nop")));
        let ret = X86_64.ret(len).expect("a return");
        assert_eq!((ret.len(), describe("7.3", &hex(ret))), (len, "1 Return".to_owned()));
    }
    for len in [0, 6] {
        assert_eq!((X86_64.nop(len), X86_64.ret(len)), (None, None));
    }
}

/// A stack operation as an assignment such as `rsp = rsp + 8` or `push = rbx`.
fn describe_op(op: &StackOp) -> String {
    let dest = match op.dest {
        OpDest::Reg => reg(op.dest_reg).to_owned(),
        OpDest::RegIndirect => place(op.dest_reg, op.dest_offset),
        OpDest::Mem => "mem".to_owned(),
        OpDest::Push => "push".to_owned(),
        OpDest::Pushf => "pushf".to_owned(),
        OpDest::Leave => return "leave".to_owned(),
    };
    let src = match op.src {
        OpSrc::Reg => reg(op.src_reg).to_owned(),
        OpSrc::RegIndirect => place(op.src_reg, op.src_offset),
        OpSrc::Const => "const".to_owned(),
        OpSrc::Pop => "pop".to_owned(),
        OpSrc::Popf => "popf".to_owned(),
        OpSrc::Add => format!("{} + {}", reg(op.src_reg), op.src_offset),
        OpSrc::And => format!("{} & {}", reg(op.src_reg), op.src_offset),
    };
    format!("{dest} = {src}")
}

fn reg(number: u8) -> &'static str {
    FACTS.reg_names.get(usize::from(number)).copied().unwrap_or("?")
}

fn place(base: u8, offset: i32) -> String {
    format!("[{} + {offset}]", reg(base))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x} ")).collect()
}
