// SPDX-License-Identifier: GPL-2.0-only

//! `--trace`: what the walk of a function does, line by line, while it does it.
//!
//! Upstream: `trace.c` (7.3). Lines go to standard error between the warnings that the walk finds; the letter is the
//! original's but for the text of instructions.

mod change;

pub use change::describe;

use arch::InsnKind;
use rustc_hash::FxHashSet;

use crate::elf::SymbolId;
use crate::objtool::check::walk::PathState;
use crate::objtool::check::walk::observe::Event;
use crate::objtool::check::walk::observe::Observer;
use crate::objtool::check::walk::observe::Step;
use crate::objtool::code::AltKind;
use crate::objtool::code::Alternative;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::disas;
use crate::objtool::disas::Depth;
use crate::objtool::disas::Layout;
use crate::objtool::finding::Finding;
use crate::objtool::report::Warned;

/// Writes the trace of functions that fit a pattern.
pub struct Tracer<'a> {
    pattern: &'a str,
    layout: Layout,
    /// A function that fits is being walked.
    is_on: bool,
    /// Number of paths that wait for the current one, and that one.
    depth: usize,
    /// Instructions that have had a line since a path last came to them. Lines of a trail count.
    shown: FxHashSet<InsnId>,
    /// Symbols that were warned about: only the first warning leaves a trail.
    warned: Warned,
}

impl<'a> Tracer<'a> {
    /// A tracer for `pattern`; `warned` are the symbols that were warned about before the walk.
    pub fn new(code: &Code<'_>, pattern: &'a str, warned: Warned) -> Self {
        let layout = Layout::of(code);
        Self { pattern, layout, is_on: false, depth: 0, shown: FxHashSet::default(), warned }
    }
}

impl Observer for Tracer<'_> {
    const IS_ON: bool = true;

    fn event(&mut self, code: &Code<'_>, event: Event<'_>, findings: &mut Vec<Finding>) {
        let mut out = Vec::new();
        if let Event::Begin(symbol) = event {
            self.begin(&mut out, code, symbol);
        } else if self.is_on {
            self.show(&mut out, code, event);
        }
        self.note_warned(code, event);
        if !out.is_empty() {
            findings.push(Finding::trace(out));
        }
    }
}

impl Tracer<'_> {
    fn begin(&mut self, out: &mut Vec<u8>, code: &Code<'_>, symbol: SymbolId) {
        let name = code.name(symbol);
        if disas::matches(self.pattern.as_bytes(), name) {
            (self.is_on, self.depth) = (true, 0);
            out.extend_from_slice(&[name, b": validation begin\n"].concat());
        }
    }

    fn show(&mut self, out: &mut Vec<u8>, code: &Code<'_>, event: Event<'_>) {
        match event {
            Event::Begin(_) | Event::FellThrough(_) => {}
            Event::End(symbol, is_aborted) => {
                let verdict: &[u8] = if is_aborted { b"failed" } else { b"end" };
                out.extend_from_slice(&[code.name(symbol), b": validation ", verdict, b"\n\n"].concat());
                self.is_on = false;
            }
            Event::Enter => self.depth += 1,
            Event::Leave => self.depth = self.depth.saturating_sub(1),
            Event::Arrive(insn, _) => {
                self.shown.remove(&insn);
            }
            Event::Step(insn, step) => self.line(out, code, insn, Some(&words(code, insn, step))),
            Event::AltBegin(insn, alt) => self.alt_begin(out, code, insn, alt),
            Event::AltEnd(insn, alt) => self.alt_end(out, code, insn, alt),
            Event::AltDefault(insn) => self.alt_line(out, code, insn, "/", b"DEFAULT"),
            Event::State(insn, before, after) => self.state(out, code, insn, before, after),
            Event::Warned(insn) => {
                let is_repeated = code.symbol_of(insn).is_some_and(|symbol| self.warned.has(symbol));
                self.note_trail(code, insn, !is_repeated);
            }
            Event::Trail(insn) => self.note_trail(code, insn, true),
            Event::Done(insn, _) if self.shown.contains(&insn) => {}
            Event::Done(insn, true) => self.line(out, code, insn, Some("warning (1)")),
            Event::Done(insn, false) => self.line(out, code, insn, None),
        }
    }

    fn note_warned(&mut self, code: &Code<'_>, event: Event<'_>) {
        match event {
            Event::Warned(insn) => code.symbol_of(insn).into_iter().for_each(|symbol| self.warned.insert(symbol)),
            Event::FellThrough(symbol) => {
                self.warned.insert(symbol);
            }
            _ => {}
        }
    }

    /// A line of the trail to a warning shows an instruction, where there is one.
    fn note_trail(&mut self, code: &Code<'_>, insn: InsnId, is_printed: bool) {
        if is_printed && (code.opts.verbose || code.opts.backtrace) {
            self.shown.insert(insn);
        }
    }

    fn n_bars(&self) -> usize {
        self.depth.saturating_sub(1)
    }

    fn insn(&mut self, out: &mut Vec<u8>, code: &Code<'_>, insn: InsnId) {
        self.layout.write_insn(out, code, insn, self.n_bars());
        self.shown.insert(insn);
    }

    /// An instruction and what becomes of it.
    fn line(&mut self, out: &mut Vec<u8>, code: &Code<'_>, insn: InsnId, words: Option<&str>) {
        self.insn(out, code, insn);
        if let Some(words) = words {
            out.extend_from_slice(b" - ");
            out.extend_from_slice(words.as_bytes());
        }
        out.push(b'\n');
    }

    /// An instruction and what it has changed (`trace_insn_state()`).
    fn state(&mut self, out: &mut Vec<u8>, code: &Code<'_>, insn: InsnId, before: &PathState, after: &PathState) {
        if change::is_none(before, after) {
            return;
        }
        self.insn(out, code, insn);
        out.extend_from_slice(b" - state: ");
        change::write(out, code.arch.facts(), before, after);
        out.push(b'\n');
    }

    /// A line about alternatives without a place of its own.
    fn alt_line(&self, out: &mut Vec<u8>, code: &Code<'_>, insn: InsnId, mark: &str, words: &[u8]) {
        self.layout.write_place(out, code, None, Depth::Bars(self.n_bars()));
        out.extend_from_slice(format!("{mark} {} ", group_name(code, insn)).as_bytes());
        out.extend_from_slice(words);
        out.push(b'\n');
    }

    fn alt_begin(&mut self, out: &mut Vec<u8>, code: &Code<'_>, insn: InsnId, alt: &Alternative) {
        let mut words = alt_name(code, alt).into_bytes();
        if alt.kind == AltKind::Exception {
            // The instruction may have other alternatives, so it is named, not shown.
            let offset = code.insns.get(insn).offset;
            words.extend_from_slice(format!(" for instruction at 0x{offset:x} <").as_bytes());
            disas::write_distance(&mut words, code, insn);
            words.push(b'>');
        }
        self.alt_line(out, code, insn, "/", &words);
        if alt.kind != AltKind::JumpLabel {
            return;
        }
        // What the site becomes stands one level deeper; what follows a jump does too.
        self.depth += 1;
        self.layout.write_insn_place(out, code, insn, Depth::Bars(self.n_bars()));
        out.extend_from_slice(&disas::jump_text(code, insn, alt.insn));
        out.push(b'\n');
        if code.insns.kind(insn) != InsnKind::Nop {
            self.depth -= 1;
        }
    }

    fn alt_end(&mut self, out: &mut Vec<u8>, code: &Code<'_>, insn: InsnId, alt: &Alternative) {
        if alt.kind == AltKind::JumpLabel && code.insns.kind(insn) == InsnKind::Nop {
            self.depth = self.depth.saturating_sub(1);
        }
        self.alt_line(out, code, insn, "\\", alt_name(code, alt).as_bytes());
    }
}

fn alt_name(code: &Code<'_>, alt: &Alternative) -> String {
    disas::alt_name(code, alt).unwrap_or_else(|| "(null)".to_owned())
}

/// What the alternatives at an instruction are called together.
fn group_name(code: &Code<'_>, insn: InsnId) -> String {
    format!("<{}.{:x}>", disas::alt_type_name(code.alts_of(insn)), code.insns.get(insn).offset)
}

fn words(code: &Code<'_>, insn: InsnId, step: Step) -> String {
    let words = match step {
        Step::AlreadyVisited => "already visited",
        Step::DeferRestore => "defer restore",
        Step::GroupIgnored => return format!("{} alt group ignored", group_name(code, insn)),
        Step::Return => "return",
        Step::Call => "call",
        Step::IndirectCall => "indirect call",
        Step::SiblingCall => "sibling call",
        Step::UnconditionalJump => "unconditional jump",
        Step::JumpTaken => "jump taken",
        Step::JumpNotTaken => "jump not taken",
        Step::IndirectJump => "indirect jump",
        Step::Syscall => "syscall",
        Step::Sysret => "sysret",
        Step::Stac => "stac",
        Step::Clac => "clac",
        Step::Std => "std",
        Step::Cld => "cld",
        Step::DeadEnd => "dead end",
    };
    words.to_owned()
}
