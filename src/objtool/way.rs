//! The way through a function to a finding about its stack.
//!
//! A [`Recorder`] watches the walk and keeps the steps of the current path that tell something: changes of the state, jumps
//! that were followed, alternatives that were taken. When a finding comes up it keeps a copy.

use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

use crate::contents::source::labels;
use crate::elf::SymbolId;
use crate::objtool::cfi::CfiState;
use crate::objtool::check::Walk;
use crate::objtool::check::walk::observe::Event;
use crate::objtool::check::walk::observe::Observer;
use crate::objtool::check::walk::observe::Step;
use crate::objtool::code::Alternative;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::disas;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Location;
use crate::objtool::finding::Message;
use crate::objtool::trace;
use crate::objtool::wording;

/// Steps that are shown from the beginning of a long way, and from its end.
const FIRST_STEPS: usize = 6;
const LAST_STEPS: usize = 24;

/// Watches a walk and remembers the ways to findings about the stack.
#[derive(Debug, Default)]
pub struct Recorder {
    /// The path being followed and those that wait for it, outermost first.
    paths: Vec<Trodden>,
    /// Symbols that were warned about: only the first warning is printed.
    warned: FxHashSet<SymbolId>,
    /// By the instruction that the finding is at.
    ways: FxHashMap<InsnId, Vec<Way>>,
}

/// One path's steps so far.
#[derive(Debug, Default)]
struct Trodden {
    steps: Vec<Taken>,
    state: Option<CfiState>,
}

/// One step.
#[derive(Debug, Clone, Copy)]
struct Taken {
    insn: InsnId,
    what: What,
}

/// What a step does.
#[derive(Debug, Clone, Copy)]
enum What {
    /// The way begins, in this state.
    Begins(CfiState),
    /// The state is this one afterwards.
    Changes(CfiState),
    /// A jump is followed.
    Jumps,
    /// An alternative is taken.
    Takes(Alternative),
    /// This is where the finding is; the state when the way comes there.
    IsHere(CfiState),
}

/// The way to a finding.
#[derive(Debug)]
struct Way {
    finding: Finding,
    steps: Vec<Taken>,
    /// Steps that were left out after the first ones.
    n_left_out: usize,
    /// The state that another way had left there, where the two disagree.
    known: Option<CfiState>,
}

impl Observer for Recorder {
    const IS_ON: bool = true;

    fn event(&mut self, code: &Code<'_>, event: Event<'_>, findings: &mut Vec<Finding>) {
        match event {
            Event::Enter => self.paths.push(Trodden::default()),
            Event::Leave => {
                self.paths.pop();
            }
            Event::Arrive(insn, state) => self.arrive(insn, &state.cfi),
            Event::State(insn, before, after) if before.cfi != after.cfi => {
                self.push(insn, What::Changes(after.cfi));
                if let Some(path) = self.paths.last_mut() {
                    path.state = Some(after.cfi);
                }
            }
            Event::Step(insn, Step::JumpTaken | Step::UnconditionalJump) => self.push(insn, What::Jumps),
            // Only the last step can be one that was come back from.
            Event::Step(_, Step::JumpNotTaken) => self.unpush(|what| matches!(what, What::Jumps)),
            Event::AltBegin(insn, alt) => self.push(insn, What::Takes(*alt)),
            Event::AltEnd(..) => self.unpush(|what| matches!(what, What::Takes(_))),
            Event::Warned(insn) => self.warned(code, insn, findings),
            Event::FellThrough(symbol) => {
                self.warned.insert(symbol);
            }
            Event::State(..)
            | Event::Step(..)
            | Event::Begin(_)
            | Event::End(..)
            | Event::AltDefault(_)
            | Event::Trail(_)
            | Event::Done(..) => {}
        }
    }
}

impl Recorder {
    fn push(&mut self, insn: InsnId, what: What) {
        if let Some(path) = self.paths.last_mut() {
            path.steps.push(Taken { insn, what });
        }
    }

    fn unpush(&mut self, is_it: impl Fn(&What) -> bool) {
        if let Some(path) = self.paths.last_mut()
            && path.steps.last().is_some_and(|step| is_it(&step.what))
        {
            path.steps.pop();
        }
    }

    fn arrive(&mut self, insn: InsnId, state: &CfiState) {
        let is_start = self.paths.len() == 1;
        let Some(path) = self.paths.last_mut() else { return };
        if is_start && path.state.is_none() {
            path.steps.push(Taken { insn, what: What::Begins(*state) });
        }
        path.state = Some(*state);
    }

    fn warned(&mut self, code: &Code<'_>, insn: InsnId, findings: &[Finding]) {
        let is_first = code.symbol_of(insn).is_none_or(|symbol| self.warned.insert(symbol));
        let Some(finding) = findings.last().filter(|finding| is_first && is_about_stack(&finding.message)) else {
            return;
        };
        let Some(state) = self.paths.last().and_then(|path| path.state) else { return };
        let n_steps: usize = self.paths.iter().map(|path| path.steps.len()).sum();
        let n_left_out = n_steps.saturating_sub(FIRST_STEPS + LAST_STEPS);
        let all = self.paths.iter().flat_map(|path| &path.steps).copied().enumerate();
        let left_out = FIRST_STEPS..FIRST_STEPS + n_left_out;
        let mut steps: Vec<Taken> = all.filter(|(nth, _)| !left_out.contains(nth)).map(|(_, step)| step).collect();
        steps.push(Taken { insn, what: What::IsHere(state) });
        self.ways.entry(insn).or_default().push(Way { finding: finding.clone(), steps, n_left_out, known: None });
    }

    /// Remembers the states that other ways had left where ways disagree; `walk` is the one that was watched.
    pub fn note_known(&mut self, walk: &Walk) {
        for (insn, ways) in &mut self.ways {
            let known = walk.cfi.get(insn.index()).and_then(|id| id.some()).map(|id| *walk.cfis.get(id));
            ways.iter_mut().filter(|way| is_mismatch(&way.finding.message)).for_each(|way| way.known = known);
        }
    }

    /// Appends the way to `finding`, if it is about the stack and came up in the walk.
    pub fn write(&self, out: &mut Vec<u8>, code: &Code<'_>, finding: &Finding) {
        let Location::Insn(insn) = finding.location else { return };
        let Some(way) = self.ways.get(&insn).into_iter().flatten().find(|way| way.finding == *finding) else { return };
        let rows: Vec<Row> = way.steps.iter().map(|step| row(code, step)).collect();
        let place_width = rows.iter().map(|row| row.place.len()).max().unwrap_or(0);
        let text_width = rows.iter().map(|row| row.text.len()).max().unwrap_or(0);
        for (nth, row) in rows.iter().enumerate() {
            if nth == FIRST_STEPS && way.n_left_out != 0 {
                labels::write_line(out, "", format!("... {} more steps", way.n_left_out).as_bytes());
            }
            let mut line = row.place.clone();
            line.resize(place_width + 2, b' ');
            line.extend_from_slice(&row.text);
            line.resize(place_width + text_width + 4, b' ');
            line.extend_from_slice(row.remark.as_bytes());
            labels::write_line(out, if nth == 0 { "way:" } else { "" }, line.trim_ascii_end());
        }
        if let Some(known) = &way.known {
            let state = trace::describe(known, code.arch.facts());
            labels::write_line(out, "but:", format!("another way came there with {state}").as_bytes());
        }
    }
}

/// A step as it is shown.
struct Row {
    place: Vec<u8>,
    text: Vec<u8>,
    remark: String,
}

fn row(code: &Code<'_>, step: &Taken) -> Row {
    let mut place = Vec::new();
    wording::write_location(&mut place, code, Location::Insn(step.insn));
    let text = disas::insn_text(code, step.insn);
    let state = |state: &CfiState| trace::describe(state, code.arch.facts());
    let remark = match &step.what {
        What::Begins(cfi) => return Row { place, text: Vec::new(), remark: format!("starts with {}", state(cfi)) },
        What::Changes(cfi) => state(cfi),
        What::Jumps => "taken".to_owned(),
        What::Takes(alt) => {
            let name = disas::alt_name(code, alt).unwrap_or_else(|| "of the jump table".to_owned());
            format!("alternative {name} taken")
        }
        What::IsHere(cfi) => format!("<- here, with {}", state(cfi)),
    };
    Row { place, text, remark }
}

fn is_mismatch(message: &Message) -> bool {
    matches!(
        message,
        Message::MismatchCfa { .. }
            | Message::MismatchReg { .. }
            | Message::MismatchType { .. }
            | Message::MismatchDrap { .. }
    )
}

fn is_about_stack(message: &Message) -> bool {
    is_mismatch(message)
        || matches!(
            message,
            Message::AltLayoutConflict { .. }
                | Message::UndefinedStackState
                | Message::UnsupportedStackRegister
                | Message::UnsupportedRealignment
                | Message::UnknownStackInsn
                | Message::UnknownStackMemory
                | Message::SiblingCallModifiedFrame
                | Message::ReturnModifiedFrame
                | Message::BpScratch
                | Message::CallWithoutFrame
                | Message::RestoreWithoutSave
                | Message::RestoreTooSmart
        )
}
