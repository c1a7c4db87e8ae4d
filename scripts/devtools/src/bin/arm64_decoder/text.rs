// SPDX-License-Identifier: GPL-2.0-only

//! What an instruction does, from its text in LLVM's syntax. Knows nothing of encodings.

use crate::Verdict;

const FP: u32 = 1 << 29;
const LR: u32 = 1 << 30;
const SP: u32 = 1 << 31;

/// What `text` says of the instruction at `address`.
pub fn verdict(text: &str, address: u64) -> Verdict {
    let text = text.split(" // ").next().unwrap_or_default();
    let (name, operands) = text.trim().split_once('\t').unwrap_or((text.trim(), ""));
    if name == "<unknown>" {
        return Verdict { class: "unknown", disp: None, frame: 0 };
    }
    let operands = operands.split(" <").next().unwrap_or_default();
    let class = class(name, operands);
    let has_target = matches!(class, "jump" | "call" | "conditional") || matches!(name, "adr" | "adrp");
    let last = operands.rsplit(", ").next().unwrap_or_default();
    let target = last.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok());
    // A literal's place is a bare address, too; other operands have a '#' in front.
    let disp = (has_target || name.starts_with("ld") || name == "prfm").then_some(target).flatten();
    let frame = match class {
        "call" | "indirect call" | "return" => 0,
        _ => written(name, operands),
    };
    Verdict { class, disp: disp.map(|target| target.wrapping_sub(address) as i64), frame }
}

fn class(name: &str, operands: &str) -> &'static str {
    match name {
        "b" => "jump",
        "bl" => "call",
        "cbz" | "cbnz" | "tbz" | "tbnz" => "conditional",
        "br" | "braa" | "brab" | "braaz" | "brabz" => "indirect jump",
        "blr" | "blraa" | "blrab" | "blraaz" | "blrabz" => "indirect call",
        "ret" | "retaa" | "retab" | "retaasppc" | "retabsppc" => "return",
        "eret" | "eretaa" | "eretab" => "exception return",
        "drps" => "debug return",
        "brk" => "break",
        "hlt" => "halt",
        "udf" => "undefined",
        "svc" | "hvc" | "smc" => "system call",
        "nop" => "nop",
        "bti" => "bti",
        "hint" if operands == "#32" => "bti",
        "paciasp" | "pacibsp" | "paciaz" | "pacibz" => "sign",
        "autiasp" | "autibsp" | "autiaz" | "autibz" => "authenticate",
        _ if name.starts_with("b.") || name.starts_with("bc.") => "conditional",
        _ => "other",
    }
}

/// Which of `x29`, `x30` and `sp` are written.
fn written(name: &str, operands: &str) -> u32 {
    let list = split(operands);
    let at = |index: usize| list.get(index).map_or(0, |operand| register(operand));
    let direct = match name {
        "paciasp" | "pacibsp" | "paciaz" | "pacibz" | "autiasp" | "autibsp" | "autiaz" | "autibz" | "xpaclri" => LR,
        _ if reads_all(name) => 0,
        "ldp" | "ldnp" | "ldpsw" | "ldxp" | "ldaxp" | "ldiapp" | "mrrs" => at(0) | at(1),
        _ if is_pair_swap(name) => at(0) | at(1),
        _ if is_atomic(name) => at(1),
        _ => at(0),
    };
    direct | written_back(&list)
}

/// Instructions whose first operand is read.
fn reads_all(name: &str) -> bool {
    const STATUS: [&str; 4] = ["stx", "stlx", "st64bv", "st64bv0"];
    match name {
        "cmp" | "cmn" | "tst" | "ccmp" | "ccmn" | "cmpp" | "rmif" | "setf8" | "setf16" => true,
        "cbz" | "cbnz" | "tbz" | "tbnz" | "br" | "braa" | "brab" | "braaz" | "brabz" | "wfet" | "wfit" | "ctermeq"
        | "ctermne" | "gcspushm" => true,
        _ => {
            let is_store = name.starts_with("st") || name.starts_with("gcsst");
            is_store && !STATUS.iter().any(|prefix| name.starts_with(prefix))
        }
    }
}

/// `casp`, `swpp` and their like.
fn is_pair_swap(name: &str) -> bool {
    ["casp", "swpp", "ldclrp", "ldsetp"].iter().any(|prefix| name.starts_with(prefix))
}

/// Atomics that load into their second operand.
fn is_atomic(name: &str) -> bool {
    const NAMES: [&str; 9] = ["ldadd", "ldclr", "ldeor", "ldset", "ldsmax", "ldsmin", "ldumax", "ldumin", "swp"];
    NAMES.iter().any(|prefix| name.starts_with(prefix))
}

/// Bases that are written back: `[x0, #8]!`, and `[x0]` with an operand after it.
fn written_back(list: &[&str]) -> u32 {
    let mut all = 0;
    for (index, operand) in list.iter().enumerate() {
        let Some(inside) = operand.strip_prefix('[') else { continue };
        let base = inside.split([',', ']']).next().unwrap_or_default();
        let is_last = index + 1 == list.len();
        if operand.ends_with('!') || operand.ends_with(']') && !is_last {
            all |= register(base);
        }
    }
    all
}

fn register(operand: &str) -> u32 {
    match operand.trim_end_matches('!') {
        "x29" | "w29" => FP,
        "x30" | "w30" => LR,
        "sp" | "wsp" => SP,
        _ => 0,
    }
}

/// Operands, split at the commas that are not inside of brackets.
fn split(operands: &str) -> Vec<&str> {
    let (mut depth, mut start, mut list) = (0_i32, 0, Vec::new());
    for (at, c) in operands.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                list.push(operands[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    list.push(operands[start..].trim());
    list
}
