// SPDX-License-Identifier: GPL-2.0-only

//! Which functions of an object are hard to patch, before there is any patch: `postlink klp check`.

use object::elf;
use rustc_hash::FxHashMap;

use super::Named;
use super::obstacle;
use super::obstacle::Obstacle;
use super::sentence;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::objtool::code;
use crate::objtool::klp::content;
use crate::objtool::klp::diff::Marks;
use crate::objtool::klp::diff::Side;
use crate::objtool::open;
use crate::objtool::opts::Opts;
use crate::objtool::request::machine;

/// Why a function is hard to patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It cannot be patched at all.
    Obstacle(Obstacle),
    /// The compiler promoted it: a local function that got a global name.
    Promoted,
    /// Another local function has its name, in a source file of the same name.
    Namesake,
}

impl Reason {
    /// Identifier for programs.
    pub fn id(self) -> &'static str {
        match self {
            Self::Obstacle(obstacle) => obstacle.id(),
            Self::Promoted => "promoted",
            Self::Namesake => "namesake",
        }
    }

    /// What makes it hard.
    pub fn why(self) -> &'static str {
        match self {
            Self::Obstacle(obstacle) => obstacle.why(),
            Self::Promoted => {
                "the compiler made it global under a name with a number that changes with every edit of its source file; only tools \
                 that know such names (klp diff does) find it again"
            }
            Self::Namesake => {
                "another local function of that name is in a source file of the same name; which one is meant is told by position \
                 alone"
            }
        }
    }
}

/// A function that is hard to patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HardFunction {
    /// Its name.
    pub name: String,
    /// The source files that it may come from, as far as the object tells.
    pub unit: Option<String>,
    /// Everything that makes it hard, the gravest first.
    pub reasons: Vec<Reason>,
}

/// What is known of an object's functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Functions {
    /// How many there are that stay after start-up.
    pub total: usize,
    /// Those that are hard to patch, in the order of the symbol table.
    pub hard: Vec<HardFunction>,
}

/// Looks at all functions of an object. Its name is for messages; one that cannot be read is an error that says so in a line.
pub fn functions(profile: &Profile, name: &str, data: &[u8]) -> Result<Functions, String> {
    let elf = open(data).map_err(|why| format!("{name}: {why}"))?;
    let arch = machine(&elf).map_err(|why| format!("{name}: {why}"))?;
    let opts = Opts::default();
    let (code, result) = code::check_symbols(&opts, profile, arch, &elf);
    if let Err(stopped) = result {
        return Err(sentence(&code, name, stopped));
    }
    let side = Side::new(code, profile.has(Behaviour::KlpSmpLocks));
    let named = Named::new(&side);
    let stays = |id: &SymbolId| side.sym(*id).kind == elf::STT_FUNC && !side.section_of(*id).name.starts_with(b".init");
    let all: Vec<SymbolId> = named.told().filter(stays).collect();
    let namesakes = count_namesakes(&side, &all);
    let hard = all.iter().filter_map(|id| {
        let reasons = reasons(&named, *id, &namesakes);
        (!reasons.is_empty()).then(|| HardFunction { name: named.name(*id), unit: named.unit(*id), reasons })
    });
    Ok(Functions { total: all.len(), hard: hard.collect() })
}

/// How many local functions have a name, in source files of a name.
type Namesakes<'s> = FxHashMap<(&'s [u8], &'s [u8]), u32>;

fn key<'s>(side: &'s Side<'_>, id: SymbolId) -> Option<(&'s [u8], &'s [u8])> {
    let file = side.file(id).filter(|_| side.is_of_unit(id))?;
    Some((content::demangled(&side.code, id), side.name(file)))
}

fn count_namesakes<'s>(side: &'s Side<'_>, all: &[SymbolId]) -> Namesakes<'s> {
    let mut namesakes = Namesakes::default();
    for key in all.iter().filter_map(|id| key(side, *id)) {
        *namesakes.entry(key).or_default() += 1;
    }
    namesakes
}

fn reasons(named: &Named<'_, '_>, id: SymbolId, namesakes: &Namesakes<'_>) -> Vec<Reason> {
    let side = named.side;
    let obstacle = obstacle::of_changed(side, id, &named.patchable).map(Reason::Obstacle);
    let is_namesake = key(side, id).is_some_and(|key| namesakes.get(&key).is_some_and(|count| *count > 1));
    let promoted = side.has(id, Marks::PROMOTED).then_some(Reason::Promoted);
    obstacle.into_iter().chain(promoted).chain(is_namesake.then_some(Reason::Namesake)).collect()
}
