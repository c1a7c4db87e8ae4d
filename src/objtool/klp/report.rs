// SPDX-License-Identifier: GPL-2.0-only

//! What a patch has changed, for people: `postlink klp diff`; and what would be hard to patch: `postlink klp check`.
//!
//! The pairs of symbols and the checksums are those of `klp diff`. Beyond it this says why a function counts as changed (the
//! first instruction or reference that differs), and what the running kernel would not accept. The original has no such report.

mod first;
mod hard;
mod obstacle;

use object::elf;

use super::checksum;
use super::diff::Marks;
use super::diff::Side;
use super::diff::Trace;
use super::diff::correlate;
use crate::contents::source::DebugInfo;
use crate::contents::source::Lines;
use crate::contents::source::Units;
use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::objtool::code;
use crate::objtool::code::Code;
use crate::objtool::code::Stopped;
use crate::objtool::code::SymFlags;
use crate::objtool::open;
use crate::objtool::options::KlpDiff;
use crate::objtool::opts::Opts;
use crate::objtool::report::Report;
use crate::objtool::request::machine;
pub use first::Difference;
pub use first::PlaceInCode;
pub use hard::Functions;
pub use hard::HardFunction;
pub use hard::Reason;
pub use hard::functions;
pub use obstacle::Obstacle;
use obstacle::Patchable;

/// How a symbol has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It is in both objects, and not the same.
    Changed,
    /// Only the patched object has it.
    Added,
    /// Only the original object has it.
    Removed,
}

/// One symbol that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// How it has changed.
    pub how: How,
    /// Whether it is a function; else it is data.
    pub is_function: bool,
    /// Its name in the patched object, or in the original one if it was removed.
    pub name: String,
    /// The source files that it may come from, as far as the object tells.
    pub unit: Option<String>,
    /// The first thing that differs, of what has changed.
    pub first: Option<Difference>,
    /// Why a livepatch cannot have this.
    pub obstacle: Option<Obstacle>,
}

/// Compares two objects, which were compiled from the sources before and after a patch. Names are for messages. An object that
/// cannot be read is an error that says so in one line.
pub fn changes(profile: &Profile, orig: (&str, &[u8]), patched: (&str, &[u8])) -> Result<Vec<Change>, String> {
    let opts = Opts { checksum: true, ..Opts::default() };
    let parse = |(name, data)| open(data).map_err(|why| format!("{name}: {why}"));
    let (elf, patched_elf) = (parse(orig)?, parse(patched)?);
    let read = |name, elf| read(&opts, profile, name, elf);
    let (mut before, mut after) = (read(orig.0, &elf)?, read(patched.0, &patched_elf)?);
    let call = KlpDiff::default();
    let mut trace = Trace::new(orig.0.as_bytes(), &call);
    correlate::correlate(&mut before, &mut after, &mut trace)
        .map_err(|refusal| format!("{}: {}", orig.0, String::from_utf8_lossy(&refusal.text)))?;
    let [old, new] = [&before, &after].map(Named::new);
    Ok(Comparison { old, new }.changes())
}

/// An object with its instructions and checksums.
fn read<'d>(opts: &'d Opts, profile: &'d Profile, name: &str, elf: &'d ElfFile<'d>) -> Result<Side<'d>, String> {
    let arch = machine(elf).map_err(|why| format!("{name}: {why}"))?;
    let (code, _, built) = code::build(opts, profile, arch, elf, None);
    if let Err(stopped) = built {
        return Err(sentence(&code, name, stopped));
    }
    let checksums = checksum::plain_checksums(&code);
    let checksums = checksums.map_err(|refusal| format!("{name}: {}", String::from_utf8_lossy(&refusal.text)))?;
    let mut side = Side::new(code, profile.has(Behaviour::KlpSmpLocks));
    for (slot, checksum) in side.checksums.iter_mut().zip(checksums) {
        *slot = checksum;
    }
    Ok(side)
}

fn sentence(code: &Code<'_>, name: &str, stopped: Stopped) -> String {
    let mut report = Report::default();
    report.add(code, name.as_bytes(), &[stopped.into_finding()]);
    String::from_utf8_lossy(&report.text).trim_end().to_owned()
}

/// A side, and what names its places.
struct Named<'s, 'd> {
    side: &'s Side<'d>,
    units: Units<'d>,
    debug_info: Option<DebugInfo<'d>>,
    patchable: Patchable,
}

impl<'s, 'd> Named<'s, 'd> {
    fn new(side: &'s Side<'d>) -> Self {
        let elf = side.code.elf;
        let patchable = Patchable::read(&side.code);
        Self { side, units: Units::read(elf), debug_info: DebugInfo::read(elf), patchable }
    }

    fn lines(&self) -> Option<Lines<'_>> {
        self.debug_info.as_ref().and_then(Lines::of)
    }

    fn name(&self, id: SymbolId) -> String {
        String::from_utf8_lossy(self.side.name(id)).into_owned()
    }

    fn unit(&self, id: SymbolId) -> Option<String> {
        let sym = self.side.sym(id);
        self.units.describe(sym.section, sym.offset)
    }

    /// The functions and variables that have a counterpart, or could have one; a function's cold part is told with it.
    fn told(&self) -> impl Iterator<Item = SymbolId> + '_ {
        let is_told = |id: &SymbolId| {
            let sym = self.side.sym(*id);
            let is_part = sym.flags.contains(SymFlags::COLD) || sym.alias != *id;
            let is_kind = matches!(sym.kind, elf::STT_FUNC | elf::STT_OBJECT);
            is_kind && !is_part && sym.section != SectionId::UNDEF && !self.side.has(*id, Marks::APART)
        };
        self.side.code.symbols.ids().filter(is_told)
    }
}

struct Comparison<'s, 'd> {
    old: Named<'s, 'd>,
    new: Named<'s, 'd>,
}

impl Comparison<'_, '_> {
    /// What has changed, then what is new, then what is gone, each in the order of the symbol table.
    fn changes(&self) -> Vec<Change> {
        let lines = (self.old.lines(), self.new.lines());
        let (old, new) = (&self.old, &self.new);
        let mut changes = Vec::new();
        for id in old.told() {
            let Some(twin) = old.side.twin(id).filter(|twin| old.side.checksum(id) != new.side.checksum(*twin)) else {
                continue;
            };
            let first =
                first::difference((&old.side.code, id, lines.0.as_ref()), (&new.side.code, twin, lines.1.as_ref()));
            let obstacle = obstacle::of_changed(old.side, id, &old.patchable);
            changes.push(Change { first, obstacle, ..self.change(How::Changed, new, twin) });
        }
        let is_alone = |side: &Side<'_>, id: &SymbolId| side.twin(*id).is_none();
        changes.extend(new.told().filter(|id| is_alone(new.side, id)).map(|id| self.change(How::Added, new, id)));
        changes.extend(old.told().filter(|id| is_alone(old.side, id)).map(|id| self.change(How::Removed, old, id)));
        changes
    }

    fn change(&self, how: How, named: &Named<'_, '_>, id: SymbolId) -> Change {
        let is_function = named.side.sym(id).kind == elf::STT_FUNC;
        Change { how, is_function, name: named.name(id), unit: named.unit(id), first: None, obstacle: None }
    }
}
