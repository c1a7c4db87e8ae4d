// SPDX-License-Identifier: GPL-2.0-only

//! The path through a function to a finding of the walk.
//!
//! A [`Recorder`] watches the walk and keeps the steps of the current path that tell something: changes of the state, jumps
//! that were followed, alternatives that were taken. When a finding comes up it keeps a copy. `postlink objtool --source`
//! shows the paths to findings about the stack, the gate those to all findings of the walk.

use rustc_hash::FxHashMap;

use crate::contents::source::labels;
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
use crate::objtool::report::Warned;
use crate::objtool::trace;
use crate::objtool::wording;

/// Steps that are shown from the beginning of a long path, and from its end.
const FIRST_STEPS: usize = 6;
const LAST_STEPS: usize = 24;

/// Watches a walk and remembers the paths to findings.
#[derive(Debug, Default)]
pub struct Recorder {
    /// The path being followed and those that wait for it, outermost first.
    open: Vec<OpenPath>,
    /// What is not printed needs no path.
    warned: Warned,
    /// By the instruction that the finding is at.
    recorded: FxHashMap<InsnId, Vec<RecordedPath>>,
}

/// The steps of a path so far.
#[derive(Debug, Default)]
struct OpenPath {
    steps: Vec<PathStep>,
    state: Option<CfiState>,
}

/// One step.
#[derive(Debug, Clone, Copy)]
struct PathStep {
    insn: InsnId,
    effect: Effect,
}

/// What a step does.
#[derive(Debug, Clone, Copy)]
enum Effect {
    /// The path begins, in this state.
    Begins(CfiState),
    /// The state is this one afterwards.
    Changes(CfiState),
    /// A jump is followed.
    Jumps,
    /// An alternative is taken.
    Takes(Alternative),
    /// This is where the finding is; the state when the path comes there.
    IsHere(CfiState),
}

/// The path to a finding.
#[derive(Debug)]
struct RecordedPath {
    finding: Finding,
    steps: Vec<PathStep>,
    /// Steps that were left out after the first ones.
    n_left_out: usize,
    /// The state that another path had left there, where the two disagree.
    known: Option<CfiState>,
}

/// A path in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathText {
    /// A line for each step, in columns.
    pub steps: Vec<Vec<u8>>,
    /// What there is to say against it.
    pub note: Option<String>,
}

impl Observer for Recorder {
    const IS_ON: bool = true;

    fn event(&mut self, code: &Code<'_>, event: Event<'_>, findings: &mut Vec<Finding>) {
        match event {
            Event::Enter => self.open.push(OpenPath::default()),
            Event::Leave => {
                self.open.pop();
            }
            Event::Arrive(insn, state) => self.arrive(insn, &state.cfi),
            Event::State(insn, before, after) if before.cfi != after.cfi => {
                self.push(insn, Effect::Changes(after.cfi));
                if let Some(path) = self.open.last_mut() {
                    path.state = Some(after.cfi);
                }
            }
            Event::Step(insn, Step::JumpTaken | Step::UnconditionalJump) => self.push(insn, Effect::Jumps),
            // Only the last step can be one that was come back from.
            Event::Step(_, Step::JumpNotTaken) => self.unpush(|effect| matches!(effect, Effect::Jumps)),
            Event::AltBegin(insn, alt) => self.push(insn, Effect::Takes(*alt)),
            Event::AltEnd(..) => self.unpush(|effect| matches!(effect, Effect::Takes(_))),
            Event::Warned(insn) => self.warned(code, insn, findings),
            Event::FellThrough(_) => {
                findings.last().map(|finding| self.warned.is_hidden(code, finding));
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
    fn push(&mut self, insn: InsnId, effect: Effect) {
        if let Some(path) = self.open.last_mut() {
            path.steps.push(PathStep { insn, effect });
        }
    }

    fn unpush(&mut self, is_it: impl Fn(&Effect) -> bool) {
        if let Some(path) = self.open.last_mut()
            && path.steps.last().is_some_and(|step| is_it(&step.effect))
        {
            path.steps.pop();
        }
    }

    fn arrive(&mut self, insn: InsnId, state: &CfiState) {
        let is_start = self.open.len() == 1;
        let Some(path) = self.open.last_mut() else { return };
        if is_start && path.state.is_none() {
            path.steps.push(PathStep { insn, effect: Effect::Begins(*state) });
        }
        path.state = Some(*state);
    }

    fn warned(&mut self, code: &Code<'_>, insn: InsnId, findings: &[Finding]) {
        let Some(finding) = findings.last() else { return };
        if self.warned.is_hidden(code, finding) {
            return;
        }
        let Some(state) = self.open.last().and_then(|path| path.state) else { return };
        let n_steps: usize = self.open.iter().map(|path| path.steps.len()).sum();
        let n_left_out = n_steps.saturating_sub(FIRST_STEPS + LAST_STEPS);
        let all = self.open.iter().flat_map(|path| &path.steps).copied().enumerate();
        let left_out = FIRST_STEPS..FIRST_STEPS + n_left_out;
        let mut steps: Vec<PathStep> = all.filter(|(nth, _)| !left_out.contains(nth)).map(|(_, step)| step).collect();
        steps.push(PathStep { insn, effect: Effect::IsHere(state) });
        let path = RecordedPath { finding: finding.clone(), steps, n_left_out, known: None };
        self.recorded.entry(insn).or_default().push(path);
    }

    /// Remembers the states that other paths had left where paths disagree; `walk` is the one that was watched.
    #[expect(clippy::iter_over_hash_type, reason = "the paths to each instruction are changed by themselves")]
    pub fn note_known(&mut self, walk: &Walk) {
        for (insn, paths) in &mut self.recorded {
            let known = walk.cfi.get(insn.index()).and_then(|id| id.some()).map(|id| *walk.cfis.get(id));
            paths.iter_mut().filter(|path| is_mismatch(&path.finding.message)).for_each(|path| path.known = known);
        }
    }

    /// The path to `finding`, if it came up in the walk.
    pub fn text(&self, code: &Code<'_>, finding: &Finding) -> Option<PathText> {
        let Location::Insn(insn) = finding.location else { return None };
        let path = self.recorded.get(&insn)?.iter().find(|path| path.finding == *finding)?;
        let note = path.known.map(|known| {
            let state = trace::describe(&known, code.arch.facts());
            format!("another path came there with {state}")
        });
        Some(PathText { steps: step_lines(code, path), note })
    }

    /// Appends the path to `finding`, if it is about the stack and came up in the walk.
    pub fn write(&self, out: &mut Vec<u8>, code: &Code<'_>, finding: &Finding) {
        let Some(path) = self.text(code, finding).filter(|_| is_about_stack(&finding.message)) else { return };
        for (nth, line) in path.steps.iter().enumerate() {
            labels::write_line(out, if nth == 0 { "path:" } else { "" }, line);
        }
        if let Some(note) = &path.note {
            labels::write_line(out, "note:", note.as_bytes());
        }
    }
}

/// The steps in columns: place, instruction, what it does.
fn step_lines(code: &Code<'_>, path: &RecordedPath) -> Vec<Vec<u8>> {
    let rows: Vec<StepRow> = path.steps.iter().map(|step| row(code, step)).collect();
    let place_width = rows.iter().map(|row| row.place.len()).max().unwrap_or(0);
    let text_width = rows.iter().map(|row| row.text.len()).max().unwrap_or(0);
    let mut lines = Vec::with_capacity(rows.len() + 1);
    for (nth, row) in rows.iter().enumerate() {
        if nth == FIRST_STEPS && path.n_left_out != 0 {
            lines.push(format!("... {} more steps", path.n_left_out).into_bytes());
        }
        let mut line = row.place.clone();
        line.resize(place_width + 2, b' ');
        line.extend_from_slice(&row.text);
        line.resize(place_width + text_width + 4, b' ');
        line.extend_from_slice(row.remark.as_bytes());
        lines.push(line.trim_ascii_end().to_vec());
    }
    lines
}

/// A step as it is shown.
struct StepRow {
    place: Vec<u8>,
    text: Vec<u8>,
    remark: String,
}

fn row(code: &Code<'_>, step: &PathStep) -> StepRow {
    let mut place = Vec::new();
    wording::write_location(&mut place, code, Location::Insn(step.insn));
    let text = disas::insn_text(code, step.insn);
    let state = |state: &CfiState| trace::describe(state, code.arch.facts());
    let remark = match &step.effect {
        Effect::Begins(cfi) => {
            return StepRow { place, text: Vec::new(), remark: format!("starts with {}", state(cfi)) };
        }
        Effect::Changes(cfi) => state(cfi),
        Effect::Jumps => "taken".to_owned(),
        Effect::Takes(alt) => {
            let name = disas::alt_name(code, alt).unwrap_or_else(|| "of the jump table".to_owned());
            format!("alternative {name} taken")
        }
        Effect::IsHere(cfi) => format!("<- here, with {}", state(cfi)),
    };
    StepRow { place, text, remark }
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
