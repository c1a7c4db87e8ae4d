// SPDX-License-Identifier: GPL-2.0-only

//! Instructions linked into code: symbols, jumps, calls, alternatives, hints.
//!
//! [`Code`] is made by [`build`] and frozen then. The steps below are in the original's order, which decides the order of
//! messages, of site lists and of everything that "the last one wins" applies to.

mod alternatives;
mod annotations;
mod calls;
mod cold;
mod discards;
mod groups;
mod hints;
mod hole_finder;
mod holes;
mod insns;
mod jump_tables;
mod jumps;
mod length_trees;
mod links;
mod names;
mod noreturn;
mod owners;
mod pv_ops;
mod red_black;
mod relocs;
mod sections;
mod special;
mod symbols;

use std::sync::OnceLock;
use std::sync::atomic::AtomicU8;

use arch::Arch;
use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

pub use groups::AltGroup;
pub use groups::AltGroupId;
pub use groups::AltKind;
pub use groups::Alternative;
pub use hole_finder::Hole;
pub use hole_finder::HoleFinder;
pub use insns::InsnTable;
pub use insns::TableError;
pub use insns::Text;
pub use links::InsnFlags;
pub use links::JumpTable;
pub use links::Rare;
pub use names::SectionNames;
pub use names::SymbolNames;
pub use names::demangled_len;
pub use names::is_found_by_full_name;
pub use pv_ops::PvOps;
pub use relocs::NumberedReloc;
pub use relocs::RelocCursor;
pub use relocs::RelocIndex;
pub use relocs::SectionRelocs;
pub use sections::SecFlags;
pub use symbols::NO_SYMBOL;
pub use symbols::Sym;
pub use symbols::SymFlags;
pub use symbols::Symbols;

use crate::elf::Edit;
use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::kernel::noreturns::Noreturns;
use crate::objtool::cfi::CfiTable;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;
use crate::objtool::opts::Opts;
pub use arch::InsnId;

/// Instructions that section creators make records of, in the order in which the passes met them.
#[derive(Debug, Default)]
pub struct CallSites {
    /// Calls and tail calls of static call trampolines.
    pub static_calls: Vec<InsnId>,
    /// Calls and jumps through indirect branch thunks.
    pub retpolines: Vec<InsnId>,
    /// Jumps to the return thunk.
    pub returns: Vec<InsnId>,
    /// Calls of the function tracer.
    pub mcount: Vec<InsnId>,
    /// Ordinary direct calls.
    pub calls: Vec<InsnId>,
}

/// Landing pads as the decoder met them.
#[derive(Debug, Default)]
pub struct EndbrSites {
    /// Landing pads at the start of functions.
    pub at_start: Vec<InsnId>,
    /// Number of landing pads elsewhere in functions.
    pub n_inside: u32,
}

/// Counts of static branch sites, for `--stats`.
#[derive(Debug, Default, Clone, Copy)]
pub struct JumpLabelStats {
    /// Two-byte NOPs.
    pub nop_short: u32,
    /// Longer NOPs.
    pub nop_long: u32,
    /// Two-byte jumps.
    pub short: u32,
    /// Longer jumps.
    pub long: u32,
}

/// How far building came, for `--stats`.
#[derive(Debug, Default, Clone, Copy)]
pub struct BuildProgress {
    /// All sections are decoded.
    pub is_decoded: bool,
    /// Alternatives are linked.
    pub has_alternatives: bool,
}

/// The code of one file.
pub struct Code<'d> {
    /// What was asked for.
    pub opts: &'d Opts,
    /// Which series to be.
    pub profile: &'d Profile,
    /// The machine.
    pub arch: &'static dyn Arch,
    /// The file.
    pub elf: &'d ElfFile<'d>,
    /// Classes of sections, by section.
    pub sec_flags: Vec<SecFlags>,
    /// Sections by name.
    pub section_names: SectionNames<'d>,
    /// Symbols.
    pub symbols: Symbols,
    /// Relocations by place.
    pub relocs: RelocIndex<'d>,
    /// Instructions.
    pub insns: InsnTable,
    /// Marks of instructions, by instruction.
    pub flags: Vec<InsnFlags>,
    /// The symbol each instruction lies in, by instruction; [`NO_SYMBOL`] for none.
    pub owners: Vec<SymbolId>,
    /// Where jumps and calls lead, by instruction; see [`Code::jump_dest`] and [`Code::call_dest`].
    dests: Vec<u32>,
    /// Where tail calls within the file lead, for releases that keep both callee and destination.
    tail_dests: FxHashMap<InsnId, InsnId>,
    /// What only few instructions have.
    rare: FxHashMap<InsnId, Rare>,
    /// Groups of alternatives.
    pub groups: Vec<AltGroup>,
    /// Number of shared state slots of all groups.
    pub n_slots: u32,
    /// Frame states that hints made.
    pub cfis: CfiTable,
    /// Sites for the section creators.
    pub sites: CallSites,
    /// Landing pads.
    pub endbrs: EndbrSites,
    /// Targets of paravirtual calls.
    pub pv_ops: Option<PvOps>,
    /// There are unwind hints.
    pub has_hints: bool,
    /// Unreachable code is not reported.
    pub ignore_unreachables: bool,
    /// The file is a livepatch module.
    pub is_livepatch: bool,
    /// Static branch sites.
    pub jump_labels: JumpLabelStats,
    /// How far building came.
    pub progress: BuildProgress,
    /// Changes of instructions, in order.
    pub edits: Vec<Edit>,
    /// Changes that get into the file only if something else changes it.
    pub side_effects: Vec<Edit>,
    /// Instructions that were overwritten with returns.
    pub patched_returns: FxHashSet<InsnId>,
    /// `STT_FILE` symbols in symbol table order.
    file_symbols: Vec<SymbolId>,
    symbol_names: OnceLock<SymbolNames<'d>>,
    /// Jump table heads (section and number of the relocation).
    table_heads: FxHashSet<(SectionId, u32)>,
    /// Global functions that never return.
    noreturn_names: Noreturns,
    /// Targets of all jump tables.
    n_switch_targets: usize,
    /// Answers of the noreturn check by symbol, 0 for those that nobody has asked about.
    noreturns: Vec<AtomicU8>,
    findings: Vec<Finding>,
}

/// Why the code of a file could not be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// Its symbols make no sense. To the original that is a file that cannot be opened.
    Unreadable(Fatal),
    /// Its code makes no sense.
    Failed(Fatal),
}

impl Stopped {
    /// What to say about it.
    pub fn into_finding(self) -> Finding {
        let (Self::Unreadable(Fatal(finding)) | Self::Failed(Fatal(finding))) = self;
        finding
    }
}

impl From<Fatal> for Stopped {
    fn from(fatal: Fatal) -> Self {
        Self::Failed(fatal)
    }
}

/// Builds the code of `elf`.
///
/// What was found on the way comes back beside it, and the fatal error that ended it, if one did.
pub fn build<'d>(
    opts: &'d Opts,
    profile: &'d Profile,
    arch: &'static dyn Arch,
    elf: &'d ElfFile<'d>,
    noreturns: Option<&Vec<String>>,
) -> (Code<'d>, Vec<Finding>, Result<(), Stopped>) {
    let mut code = Code::new(opts, profile, arch, elf);
    code.noreturn_names = Noreturns::new(profile, noreturns);
    let result = code.link();
    let findings = std::mem::take(&mut code.findings);
    (code, findings, result)
}

/// Looks at what [`build`] looks at first: whether the symbols of `elf` make sense.
pub fn check_symbols<'d>(
    opts: &'d Opts,
    profile: &'d Profile,
    arch: &'static dyn Arch,
    elf: &'d ElfFile<'d>,
) -> (Code<'d>, Result<(), Stopped>) {
    let mut code = Code::new(opts, profile, arch, elf);
    let result = code.link_cold_parts().map_err(Stopped::Unreadable);
    (code, result)
}

impl<'d> Code<'d> {
    fn new(opts: &'d Opts, profile: &'d Profile, arch: &'static dyn Arch, elf: &'d ElfFile<'d>) -> Self {
        let symbol_names = OnceLock::new();
        let names_and_relocs = || {
            // Not every run asks for a name, and only where there are several threads the names cost nothing.
            if elf.is_large() {
                symbol_names.get_or_init(|| SymbolNames::read(elf, profile));
            }
            RelocIndex::read(elf)
        };
        let (symbols, relocs) = elf.join(|| Symbols::read(elf, profile), names_and_relocs);
        let noreturns = std::iter::repeat_with(AtomicU8::default).take(elf.symbols.len()).collect();
        Self {
            opts,
            profile,
            arch,
            elf,
            sec_flags: sections::classify(elf, profile, opts.module),
            section_names: SectionNames::read(elf),
            symbols,
            relocs,
            insns: InsnTable::default(),
            flags: Vec::new(),
            owners: Vec::new(),
            dests: Vec::new(),
            tail_dests: FxHashMap::default(),
            rare: FxHashMap::default(),
            groups: Vec::new(),
            n_slots: 0,
            cfis: CfiTable::new(arch.facts(), profile.orc),
            sites: CallSites::default(),
            endbrs: EndbrSites::default(),
            pv_ops: None,
            has_hints: false,
            ignore_unreachables: opts.no_unreachable,
            is_livepatch: false,
            jump_labels: JumpLabelStats::default(),
            progress: BuildProgress::default(),
            edits: Vec::new(),
            side_effects: Vec::new(),
            patched_returns: FxHashSet::default(),
            file_symbols: file_symbols(elf),
            symbol_names,
            table_heads: FxHashSet::default(),
            n_switch_targets: 0,
            noreturn_names: Noreturns::new(profile, None),
            noreturns,
            findings: Vec::new(),
        }
    }

    /// All steps in the original's order (`decode_file()`, `decode_sections()`).
    fn link(&mut self) -> Result<(), Stopped> {
        // Every cold part knows its parent function.
        self.link_cold_parts().map_err(Stopped::Unreadable)?;
        self.is_livepatch = self.detect_livepatch();
        if self.profile.has(Behaviour::PvOps) {
            self.init_pv_ops()?;
        }
        // Thunks, trampolines and the like are marked.
        self.classify_symbols();
        // Instructions exist, and each knows its symbol.
        self.decode()?;
        self.progress.is_decoded = true;
        let dead_ends_first = self.profile.has(Behaviour::DeadEndsFirst);
        if dead_ends_first {
            self.read_dead_ends()?;
        }
        self.read_ignores()?;
        self.mark_uaccess_safe();
        self.read_early_annotations()?;
        let jumps_first = self.profile.has(Behaviour::JumpsBeforeAlternatives);
        if jumps_first {
            self.link_jumps()?;
        }
        if self.needs_alternatives() {
            // Alternatives exist, and each replacement belongs to what it replaces.
            self.add_alternatives()?;
            self.progress.has_alternatives = true;
        }
        if !jumps_first {
            // Every direct jump has a destination or a callee.
            self.link_jumps()?;
        }
        self.read_intra_function_calls()?;
        // Every direct call has a callee.
        self.link_calls()?;
        if !dead_ends_first {
            self.read_dead_ends()?;
        }
        self.add_jump_tables()?;
        self.read_unwind_hints()?;
        if self.profile.has(Behaviour::HolesMarkedFirst) {
            self.mark_holes();
        }
        // Annotations override what the passes above concluded.
        self.read_late_annotations()?;
        self.order_alternatives();
        if self.profile.has(Behaviour::NoreturnAskedByWalk) {
            self.mark_noreturn_calls();
        }
        Ok(())
    }

    /// Whether code is walked path by path (`validate_branch_enabled()`).
    pub fn walks_branches(&self) -> bool {
        self.profile.has(Behaviour::Subcommands) || self.opts.stackval || self.opts.orc || self.opts.uaccess
    }

    /// Whether there is a `.comment`, which compilers leave (before 5.18).
    pub fn is_compiled(&self) -> bool {
        !self.opts.vmlinux && self.section_names.get(".comment").is_some()
    }

    fn needs_alternatives(&self) -> bool {
        let always = !self.profile.has(Behaviour::AltsOnDemand);
        let for_hack = self.opts.hack_jump_label && self.profile.has(Behaviour::AltsForJumpLabelHack);
        always
            || self.walks_branches()
            || self.opts.noinstr
            || for_hack
            || self.opts.disas.is_some()
            || self.opts.checksum
    }

    /// Whether `.modinfo` says that this is a livepatch (`is_livepatch_module()`).
    fn detect_livepatch(&self) -> bool {
        if !self.opts.module || !self.profile.has(Behaviour::LivepatchSections) {
            return false;
        }
        let modinfo = self.section_names.get(".modinfo").map(|id| self.elf.section(id).data);
        modinfo.is_some_and(|data| memchr::memmem::find(data, b"\0livepatch=Y").is_some())
    }

    /// Decodes all executable sections and assigns instructions to symbols, section by section.
    fn decode(&mut self) -> Result<(), Fatal> {
        let (table, result) =
            InsnTable::decode(self.elf, self.arch, self.profile.decode, &self.symbols, &self.sec_flags);
        self.insns = table;
        self.flags = self.insns.list_of(InsnFlags::default());
        self.owners = self.insns.list_of(NO_SYMBOL);
        self.dests = self.insns.list_of(u32::MAX);
        let failed = match result {
            Ok(()) => None,
            Err(TableError::Decode { section, offset }) => {
                let message = Message::CantDecode { section, offset: offset.into() };
                Some((section, Fatal::new(message)))
            }
            Err(TableError::TooLarge { section }) => {
                let text = format!("section {}: more than 4 GiB of code", section.0);
                Some((section, Fatal::new(Message::Raw { text })))
            }
        };
        self.assign_owners(failed.as_ref().map(|(section, _)| *section))?;
        failed.map_or(Ok(()), |(_, fatal)| Err(fatal))
    }

    /// Names of all symbols, read when first asked for.
    pub fn symbol_names(&self) -> &SymbolNames<'d> {
        self.symbol_names.get_or_init(|| SymbolNames::read(self.elf, self.profile))
    }

    /// Symbol by name (`find_symbol_by_name()`).
    pub fn symbol_by_name(&self, name: &[u8]) -> Option<SymbolId> {
        self.symbol_names().find(self.elf, name)
    }

    /// Name of a symbol.
    pub fn name(&self, id: SymbolId) -> &'d [u8] {
        names::symbol_name(self.elf, id, self.profile.has(Behaviour::KlpTombstones))
    }

    /// Classes of the section that holds instruction `id`.
    pub fn section_flags_of(&self, id: InsnId) -> SecFlags {
        self.sec_flags.get(self.insns.section_of(id).index()).copied().unwrap_or_default()
    }

    /// All real instructions with one of the marks `flags`, in file order.
    pub fn insns_with(&self, flags: InsnFlags) -> Vec<InsnId> {
        let has = |insn: &InsnId| self.flags[insn.index()].intersects(flags);
        self.filter_insns(has)
    }

    /// All real instructions of which `is_wanted` is true, in file order.
    pub fn filter_insns(&self, is_wanted: impl Fn(&InsnId) -> bool + Sync) -> Vec<InsnId> {
        let find = |piece: &Vec<Text>| -> Vec<InsnId> {
            piece.iter().flat_map(Text::ids).filter(|insn| is_wanted(insn)).collect()
        };
        self.elf.map(&self.insns.pieces(|_| true), find).into_iter().flatten().collect()
    }

    /// Ids of all real instructions in file order.
    pub fn all_insns(&self) -> impl Iterator<Item = InsnId> + use<> {
        (0..self.insns.len() as u32).map(InsnId)
    }
}

fn file_symbols(elf: &ElfFile<'_>) -> Vec<SymbolId> {
    let is_file = |(_, raw): &(usize, &crate::elf::Symbol)| raw.kind() == object::elf::STT_FILE;
    elf.symbols.iter().enumerate().filter(is_file).map(|(index, _)| SymbolId(index as u32)).collect()
}
