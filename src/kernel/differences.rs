// SPDX-License-Identifier: GPL-2.0-only

//! In what the releases of `objtool` differ, and how a tree shows it: one row for each difference.

use arch::DecodeFlags;

use super::behaviour::Behaviour as B;
use super::facts::Fact;
use super::facts::Facts;
use super::facts::HintPlace;
use super::facts::OptionTable;
use super::facts::OrcFormat;
use super::facts::Word;
use super::probe::File::Builtin;
use super::probe::File::Check;
use super::probe::File::Decode;
use super::probe::File::Elf;
use super::probe::File::Insn;
use super::probe::File::KlpDiff;
use super::probe::File::KlpSympos;
use super::probe::File::OrcTypes;
use super::probe::File::Special;
use super::probe::File::SpecialArch;
use super::probe::File::SpecialHeader;
use super::probe::File::SpecialX86;
use super::probe::File::Warn;
use super::probe::Probe;
use super::releases::In;
use super::releases::Series;

/// One difference.
#[derive(Debug, Clone, Copy)]
pub struct Difference {
    /// What holds or does not hold. Of the formats and words, the last row that holds counts.
    pub fact: Fact,
    /// In which releases it holds.
    pub points: In,
    /// What shows it; one is enough.
    pub probes: &'static [Probe],
}

impl Series {
    /// What its objtool does.
    pub fn facts(self) -> Facts {
        of_point(self.release().newest().bit)
    }
}

/// The facts of the releases that `point` stands for.
pub fn of_point(point: In) -> Facts {
    let mut facts = Facts::BASE;
    DIFFERENCES.iter().filter(|row| row.points.contains(point)).for_each(|row| facts.set(row.fact));
    facts
}

const fn does(behaviour: B, points: In, probes: &'static [Probe]) -> Difference {
    Difference { fact: Fact::Does(behaviour), points, probes }
}

const fn decodes(flag: DecodeFlags, points: In, probes: &'static [Probe]) -> Difference {
    Difference { fact: Fact::Decodes(flag), points, probes }
}

const fn is(fact: Fact, points: In, probes: &'static [Probe]) -> Difference {
    Difference { fact, points, probes }
}

use Probe as P;

#[rustfmt::skip]
/// All differences. A row that needs a long explanation has it in [`B`].
pub static DIFFERENCES: &[Difference] = &[
    // What ends a run.
    does(B::FatalEndsRun, In::SINCE_6_18, &[P::there(Check, &["if (opts.werror && warnings)"])]),
    does(B::WriteFailureIsOne, In::SINCE_6_18, &[P::there(Builtin, &["if (!opts.dryrun && file->elf->changed && elf_write(file->elf))"])]),
    does(B::FatalSaysError, In::SINCE_6_18, &[P::there(Warn, &["#define ERROR_STR \"error\""])]),
    does(B::FatalAtInsnSaysError, In::SINCE_7_2, &[P::there(Warn, &["#define ERROR_INSN(insn, format, ...) ERROR_FUNC(insn->sec, insn->offset, format, ##__VA_ARGS__)"])]),
    does(B::FatalAtInsnAlwaysPrinted, In::SINCE_6_18, &[
        P::there(Warn, &["#define ERROR_INSN(insn, format, ...) WARN_FUNC(insn->sec, insn->offset, format, ##__VA_ARGS__)"]),
        P::there(Warn, &["#define ERROR_INSN(insn, format, ...) ERROR_FUNC(insn->sec, insn->offset, format, ##__VA_ARGS__)"]),
    ]),
    does(B::SymtabRequired, In::SINCE_6_18, &[P::there(Elf, &["if (mark_group_syms(elf))"])]),
    does(B::SectionNamesUnique, In::SINCE_7_2, &[P::there(Elf, &["ERROR(\"section '%s' already exists\", name);"])]),
    does(B::IgnoredSymbolTypeFatal, In::SINCE_6_18, &[P::there(Check, &["ERROR(\"unexpected relocation symbol type in %s: %d\","])]),
    does(B::HintWithoutEndbrFatal, In::SINCE_6_18, &[P::there(Check, &["ERROR_INSN(insn, \"UNWIND_HINT_IRET_REGS without ENDBR\");"])]),
    does(B::MagicInitFatal, In::SINCE_6_18, &[P::there(Check, &["ERROR(\"%s(): Magic init_module() function name is deprecated, use module_init(fn) instead\","])]),
    does(B::PvOpsEntriesChecked, In::SINCE_6_18, &[P::there(Check, &["\"can't find func at %s[%d]\", symname, idx);"])]),
    does(B::UnretFailuresCount, In::SINCE_6_18, &[P::there(Check, &["warnings += validate_unret(file, insn);"])]),
    does(B::UnretFailureIsFatal, In::UP_TO_6_6, &[
        P::there(Check, &["ret = validate_unrets(file);", "if (ret < 0)", "return ret;"]),
        P::there(Check, &["ret = validate_unret(file);", "if (ret < 0)", "return ret;"]),
    ]),
    does(B::Subcommands, In::UP_TO_5_15, &[P::absent(Builtin, &["OPT_GROUP(\"Actions:\"),"])]),

    // Backups and repetition.
    does(B::BackupAtOpen, In::SINCE_5_15.intersection(In::UP_TO_6_12), &[
        P::there(Builtin, &["OPT_BOOLEAN(0, \"backup\", &opts.backup, \"create .orig files before modification\"),"]),
        P::there(Builtin, &["OPT_BOOLEAN('B', \"backup\", &backup, \"create .orig files before modification\"),"]),
    ]),
    does(B::BackupAfterWarning, In::SINCE_7_2, &[P::there(Check, &["if (opts.backup && make_backup())"])]),
    does(B::VerboseRepeatsCall, In::V6_18_2.union(In::V6_18), &[P::there(Check, &["print_args();", "disas_warned_funcs(file);"])]),

    // Reporting.
    does(B::WarnOncePerSymbol, In::SINCE_6_6, &[P::there(Warn, &["_insn->sym->warned = 1;"]), P::there(Warn, &["insn_sym(_insn)->warned = 1;"])]),
    does(B::FallThroughMarksWarned, In::SINCE_6_18, &[P::there(Check, &["func->warned = 1;"])]),
    does(B::TrailPerWarning, In::SINCE_7_2, &[P::there(Warn, &["BT_INSN(_insn, \"\");"])]),
    does(B::TrailPadded, In::SINCE_7_2, &[P::there(Warn, &["_len = (_len < 50) ? 50 - _len : 0;"])]),
    does(B::JumpDestAsPlace, In::SINCE_7_2, &[P::there(Check, &["ERROR_INSN(insn, \"can't find jump dest instruction at %s\","])]),
    does(B::SectionEndNamesFunc, In::SINCE_6_18, &[P::there(Check, &["WARN(\"%s%sunexpected end of section %s\","])]),
    does(B::SectionEndIsLast, In::SINCE_7_2, &[P::there(Check, &["func ? func->name : \"\", func ? \"(): \" : \"\",", "insn->sec->name);"])]),
    does(B::MismatchListsAllRegs, In::SINCE_6_18, &[P::absent(Check, &["} else if (memcmp(&cfi1->regs, &cfi2->regs, sizeof(cfi1->regs))) {"])]),
    does(B::JumpTableQuirkSaid, In::SINCE_6_18, &[P::there(SpecialX86, &["WARN_INSN(insn, \"ignoring unreachables due to jump table quirk\");"])]),
    does(B::Disassembles, In::SINCE_7_2, &[P::there(Check, &["disas_ctx = disas_context_create(file);"])]),
    does(B::ListsAfterFailure, In::SINCE_6_18, &[
        P::there(Check, &["disas_warned_funcs(disas_ctx);"]),
        P::there(Check, &["print_args();", "disas_warned_funcs(file);"]),
    ]),
    does(B::ObjdumpNeedsCrossCompile, In::V6_6_ANDROID.union(In::V6_6), &[P::there(Check, &["cross_compile = getenv(\"CROSS_COMPILE\");", ""])]),
    does(B::LocationAsCall, In::UP_TO_5_15, &[P::there(Warn, &["sprintf(str, \"%s()+0x%lx\", name, name_off);"])]),
    does(B::LocationWherePathBegan, In::UP_TO_6_1, &[P::there(Check, &["WARN_FUNC(\"recursive UACCESS enable\", sec, insn->offset);"])]),
    does(B::AltConflictAtOriginal, In::SINCE_6_6, &[
        P::there(Check, &["WARN_INSN(orig, \"stack layout conflict in alternatives: %s\", where);"]),
        P::there(Check, &["WARN_INSN(orig, \"stack layout conflict in alternatives: %s\","]),
    ]),
    does(B::NamesPvCalls, In::V6_1, &[P::there(Check, &["rel = insn_reloc(NULL, insn);"])]),
    does(B::DwarfNumbers, In::V5_10, &[P::absent(Decode, &["#define rm_is_mem(reg)\t(mod_is_mem() && !is_RIP() && rm_is(reg))"])]),
    does(B::TableSizesVary, In::SINCE_5_15, &[P::there(Elf, &["printf(\"section_bits: %d\\n\", elf->section_bits);"])]),

    // Symbols.
    does(B::ZeroLengthVisible, In::SINCE_7_2, &[P::there(Elf, &["return s->offset + (s->len ? s->len - 1 : 0);"])]),
    does(B::LookupsAreCanonical, In::SINCE_7_2, &[P::there(Elf, &["return sym->alias;"])]),
    does(B::SmallestCoveringSymbol, In::SINCE_7_2, &[P::there(Elf, &["* pick the smaller one."])]),
    does(B::AliasesNeedLength, In::SINCE_6_12.union(In::V6_1), &[
        P::there(Elf, &["iter->len == sym->len)"]),
        P::there(Elf, &["iter->type == sym->type && iter->len == sym->len)"]),
    ]),
    does(B::NoUndefAliases, In::SINCE_7_2, &[P::there(Elf, &["if (!is_undef_sym(iter) && iter->offset == sym->offset &&"])]),
    does(B::SymbolsInTableOrder, In::SINCE_7_2, &[P::there(Elf, &["list_add_tail(&sym->global_list, &elf->symbols);"])]),
    does(B::DemangledNameKeys, In::SINCE_7_2, &[P::there(Elf, &["return jhash(str, demangled_name_len(str), 0);"])]),
    does(B::OtherBindingsAreGlobal, In::SINCE_7_2, &[P::there(Check, &["if (!is_local_sym(func)) {"])]),
    does(B::KlpTombstones, In::SINCE_7_2, &[P::there(Elf, &["if (strstarts(sym->name, KLP_TOMBSTONE_PREFIX))"])]),
    does(B::HoleBeforeFirstSymbol, In::SINCE_6_18.union(In::V6_6_ANDROID), &[P::there(Elf, &["n = rb_first_cached(&sec->symbol_tree);"])]),
    does(B::HolesNotAfterSectionSymbols, In::V6_6_ANDROID.union(In::V6_6), &[P::there(Elf, &["if (s->type != STT_SECTION)", "sh->sym = s;"])]),
    does(B::PiThunks, In::SINCE_6_18, &[P::there(Decode, &["!strcmp(sym->name, \"__pi___x86_return_thunk\");"])]),
    does(B::PiPrefixes, In::SINCE_6_18, &[
        P::there(Check, &["!strncmp(func->name, \"__pi___pfx_\", 11))"]),
        P::there(Elf, &["strstarts(sym->name, \"__pi___cfi_\")))"]),
    ]),
    does(B::SrsoAliasEmbedded, In::SINCE_6_18, &[P::there(Decode, &["!strcmp(sym->name, \"srso_alias_safe_ret\") ||"])]),
    does(B::TsanIsProfiling, In::SINCE_6_1.intersection(In::UP_TO_6_12), &[P::there(Check, &["if (!strncmp(name, \"__tsan_func_\", 12) ||"])]),
    does(B::SymbolsByLength, In::UP_TO_5_15, &[P::there(Elf, &["sa->alias = sb;"])]),
    does(B::LabelsOwnCode, In::SINCE_6_6, &[
        P::there(Check, &["if (func->type != STT_NOTYPE && func->type != STT_FUNC)"]),
        P::there(Check, &["if (!is_notype_sym(func) && !is_func_sym(func))"]),
    ]),
    does(B::ThunkIsEmbedded, In::V5_15_85, &[P::there(Check, &["if (sym && sym->return_thunk) {"])]),
    does(B::ThunksInText, In::V5_15_85, &[P::there(Check, &["!strncmp(sec->name, \".text.__x86.\", 12))"])]),
    does(B::CpuidleNoinstr, In::SINCE_6_6, &[P::there(Check, &["!strcmp(sec->name, \".cpuidle.text\") ||"])]),
    does(B::FlatInsnList, In::UP_TO_6_1, &[P::there(Check, &["struct instruction *next = list_next_entry(insn, list);"])]),

    // Cold parts.
    does(B::ColdByName, In::SINCE_7_2, &[P::there(Elf, &["sym->type = STT_FUNC;"])]),
    does(B::ColdParentByFile, In::SINCE_7_2, &[P::there(Elf, &["pfunc = find_local_symbol_by_file_and_name(elf, sym->file, pname);"])]),
    does(B::ColdParentCanonical, In::SINCE_7_2, &[P::there(Elf, &["sym->pfunc = pfunc->alias;"])]),
    does(B::ParentOfEverySymbol, In::SINCE_7_2, &[P::there(Elf, &["sym->pfunc = sym->cfunc = sym;"])]),
    does(B::ColdParentNameLimit, In::UP_TO_6_6, &[P::there(Elf, &["if (pnamelen > MAX_NAME_LEN) {"])]),
    does(B::ColdRelinkedByJump, In::UP_TO_6_18, &[P::there(Check, &["* For GCC 8+, create parent/child links for any cold"])]),

    // Annotations.
    does(B::AnnotateInsn, In::SINCE_6_18, &[P::there(Check, &["sec = find_section_by_name(file->elf, \".discard.annotate_insn\");"])]),
    does(B::AnnotationsNeedRelocs, In::SINCE_7_2, &[P::there(Check, &["ERROR(\"bad .discard.annotate_insn section: missing relocs\");"])]),
    does(B::AnnotateNoCfi, In::SINCE_6_18, &[P::there(Check, &["case ANNOTYPE_NOCFI:"])]),
    does(B::ReadsReachable, In::UP_TO_6_12, &[P::there(Check, &["rsec = find_section_by_name(file->elf, \".rela.discard.reachable\");"]), P::there(Check, &["sec = find_section_by_name(file->elf, \".rela.discard.reachable\");"])]),
    does(B::ReadsUnreachable, In::UP_TO_6_6, &[P::there(Check, &["rsec = find_section_by_name(file->elf, \".rela.discard.unreachable\");"]), P::there(Check, &["sec = find_section_by_name(file->elf, \".rela.discard.unreachable\");"])]),
    does(B::LabelsInAnnotations, In::V6_12.union(In::V6_18_2).union(In::V6_18), &[P::there(Check, &["} else if (reloc->sym->local_label) {"])]),
    does(B::IgnoreBySymbol, In::SINCE_6_18, &[P::there(Check, &["func->ignore = true;"])]),
    does(B::LivepatchSections, In::SINCE_7_2, &[P::there(Check, &["file->klp = is_livepatch_module(file);"])]),
    does(B::ReadsNoendbr, In::SINCE_6_1, &[
        P::there(Check, &["sec = find_section_by_name(file->elf, \".rela.discard.noendbr\");"]),
        P::there(Check, &["rsec = find_section_by_name(file->elf, \".rela.discard.noendbr\");"]),
        P::there(Check, &["case ANNOTYPE_NOENDBR:"]),
    ]),
    does(B::DeadEndsFirst, In::UP_TO_5_15, &[P::absent(Check, &["* Must be after add_call_destinations() such that it can override"])]),
    does(B::HintsInIgnored, In::SINCE_6_18.union(In::UP_TO_5_15), &[P::there(Check, &["if (insn->hint && !insn->visited) {"])]),
    does(B::UnretFromHints, In::UP_TO_6_1, &[P::there(Check, &["if (hint->type == UNWIND_HINT_TYPE_ENTRY) {"])]),

    // Jumps and calls.
    does(B::NamedJumpIsTailCall, In::UP_TO_6_18, &[P::absent(Check, &["if (is_undef_sym(dest_sym)) {"])]),
    does(B::LocalThunkJumps, In::SINCE_6_12, &[
        P::there(Check, &["* An intra-TU jump in retpoline.o might not have a relocation"]),
        P::there(Check, &["if (dest_sym->retpoline_thunk && dest_insn->offset == dest_sym->offset) {"]),
    ]),
    does(B::JumpToEndIgnored, In::SINCE_6_12, &[P::there(Check, &["dest_off == func->offset + func->len)", "continue;"])]),
    does(B::AdjustByLength, In::SINCE_7_2, &[P::there(Decode, &["s64 arch_insn_adjusted_addend(struct instruction *insn, struct reloc *reloc)"])]),
    does(B::ReplacementCallSites, In::SINCE_6_18, &[P::absent(Check, &["* Alternative replacement code is just template code which is"])]),
    does(B::NoEmbeddedCallSites, In::SINCE_6_18, &[P::there(Check, &["!insn->_call_dest->embedded_insn)"])]),
    does(B::RustNoreturns, In::SINCE_6_12, &[P::there(Check, &["static bool is_rust_noreturn(const struct symbol *func)"])]),
    does(B::JumpLeavesSymbol, In::SINCE_6_6, &[P::there(Check, &["return (is_static_jump(insn) && insn_call_dest(insn));"])]),
    does(B::JumpsBeforeAlternatives, In::UP_TO_5_15, &[P::there(Check, &["* Must be before add_special_section_alts() as that depends on"])]),
    does(B::WeakNoreturns, In::SINCE_6_6, &[
        P::there(Check, &["if (func->bind == STB_GLOBAL || func->bind == STB_WEAK) {"]),
        P::there(Check, &["if (func->bind == STB_GLOBAL || func->bind == STB_WEAK)"]),
        P::there(Check, &["if (!is_local_sym(func)) {"]),
    ]),
    does(B::NoreturnAskedByWalk, In::UP_TO_5_15, &[P::there(Check, &["if (dead_end_function(file, insn->call_dest))"])]),
    does(B::ReturnSitesInText, In::UP_TO_5_15, &[P::there(Check, &["if (add && insn->sec->text)"])]),
    does(B::MnopOnRequest, In::SINCE_6_6, &[P::there(Check, &["if (opts.mnop) {"])]),
    does(B::PvOps, In::SINCE_6_1, &[P::there(Check, &["static int init_pv_ops(struct objtool_file *file)"])]),

    // Alternatives.
    does(B::AltsReversed, In::SINCE_6_6.intersection(In::UP_TO_6_18), &[P::there(Check, &["alt->next = orig_insn->alts;"])]),
    does(B::AltSkipsFeatures, In::UP_TO_6_12, &[P::there(SpecialX86, &["case X86_FEATURE_SMAP:"])]),
    does(B::NestedAlternatives, In::SINCE_6_12, &[P::there(SpecialX86, &["* Recompute orig_len for nested ALTERNATIVE()s."])]),
    does(B::AltIgnorePerGroup, In::SINCE_6_18, &[P::there(Check, &["orig_alt_group->ignore = orig_insn->ignore_alts;"])]),
    does(B::ReplacementOwned, In::UP_TO_6_18, &[P::there(Check, &["insn->sym = orig_insn->sym;"]), P::there(Check, &["insn->func = orig_insn->func;"])]),
    does(B::FillerHasNoReloc, In::SINCE_7_2, &[P::there(Check, &["if (!file || insn->no_reloc || insn->fake)"])]),
    does(B::AltsForJumpLabelHack, In::SINCE_6_12, &[
        P::there(Check, &["if (opts.stackval || opts.orc || opts.uaccess || opts.noinstr ||", "opts.hack_jump_label) {"]),
        P::there(Check, &["opts.hack_jump_label\t\t||"]),
    ]),
    does(B::AltGroupShared, In::SINCE_6_6, &[P::there(Check, &["orig_alt_group = orig_insn->alt_group;"])]),
    does(B::LongAltEntries, In::SINCE_6_6, &[P::there(SpecialArch, &["#define ALT_ENTRY_SIZE\t\t14"])]),
    does(B::AltRelocsAnywhere, In::SINCE_6_6, &[P::there(SpecialX86, &["struct reloc *reloc)", "{", "return true;"])]),
    does(B::AltsOnDemand, In::SINCE_6_6, &[
        P::there(Check, &["if (opts.stackval || opts.orc || opts.uaccess || opts.noinstr) {"]),
        P::there(Check, &["if (opts.stackval || opts.orc || opts.uaccess || opts.noinstr ||"]),
        P::there(Check, &["if (alts_needed()) {"]),
    ]),
    does(B::JumpLabelKeys, In::SINCE_5_15, &[P::there(Special, &[".key = JUMP_KEY_OFFSET,"])]),

    // Jump tables.
    does(B::RelRoIsRodata, In::SINCE_6_12, &[
        P::there(Check, &["!strncmp(sec->name, \".data.rel.ro\", 12)) {"]),
        P::there(Elf, &["strstarts(sec->name, \".data.rel.ro\"))"]),
    ]),
    is(Fact::JumpTables(".data.rel.ro.c_jump_table"), In::SINCE_6_12, &[P::there(SpecialHeader, &["#define C_JUMP_TABLE_SECTION \".data.rel.ro.c_jump_table\""])]),
    does(B::JumpTableStrideByReloc, In::SINCE_6_18, &[P::there(Check, &["if (prev_offset && reloc_offset(reloc) != prev_offset + arch_reloc_size(reloc))"])]),
    does(B::JumpTableEndsAtAny, In::SINCE_6_18.union(In::UP_TO_6_1), &[
        P::there(Check, &["if (reloc != table && is_jump_table(reloc))"]),
        P::there(Check, &["if (reloc != table && reloc->jump_table_start)"]),
    ]),
    does(B::JumpTableBySymbol, In::SINCE_6_18, &[P::there(Check, &["if (reloc->sym->sec == pfunc->sec && sym_offset == pfunc->offset)"])]),
    does(B::JumpTableSkipsEnd, In::SINCE_6_12, &[P::there(Check, &["* Clang sometimes leaves dangling unused jump table entries"])]),
    does(B::BacktrackConditionals, In::SINCE_6_12.difference(In::V6_18_2).union(In::V6_1), &[P::there(Check, &["* Store back-pointers for forward jumps such"])]),
    does(B::JumpTablesSkipAliases, In::SINCE_7_2, &[P::there(Check, &["if (!is_func_sym(func) || is_alias_sym(func))"])]),
    does(B::JumpTablesReversed, In::SINCE_6_6, &[P::there(Check, &["alt->next = insn->alts;"])]),

    // The walk.
    does(B::NoinstrNeedsLink, In::SINCE_6_1.intersection(In::UP_TO_6_12), &[P::there(Check, &["if (opts.link && opts.noinstr && sec)"])]),
    does(B::UaccessOnRequest, In::SINCE_6_12.union(In::V6_1), &[P::there(Check, &["if (!opts.uaccess || !insn->alt_group)"])]),
    does(B::IgnoredUnreachableEnds, In::SINCE_6_12.union(In::V6_1), &[P::there(Check, &["if (file->ignore_unreachables)", "return 0;", "", "WARN(\"%s() falls through to next function %s()\","])]),
    does(B::TracksCopiesOfCopies, In::SINCE_6_12.difference(In::V6_18_2), &[P::there(Check, &["* Clang RSP musical chairs:"])]),
    does(B::UnretEndsAtDeadEnds, In::SINCE_6_12.union(In::V6_1), &[P::there(Check, &["if (insn->dead_end)", "return 0;", "", "if (!next) {"])]),
    does(B::UnretEndsAtExits, In::SINCE_6_12, &[
        P::there(Check, &["case INSN_CONTEXT_SWITCH:", "if (insn_func(insn))", "break;", "return 0;"]),
        P::there(Check, &["case INSN_SYSRET:", "return 0;"]),
    ]),
    does(B::KcfiCallCheck, In::SINCE_6_18, &[P::there(Check, &["WARN_INSN(insn, \"no-cfi indirect call!\");"])]),
    does(B::IbtSkipsTrampolines, In::SINCE_6_1.intersection(In::UP_TO_6_12), &[P::there(Check, &["* static_call_update() references the trampoline, which"])]),
    does(B::PvOpsLock, In::SINCE_7_2, &[P::there(Check, &["{ .name = \"pv_ops_lock\", },"])]),
    does(B::NoinstrOnRequest, In::SINCE_5_15, &[P::absent(Check, &["if (vmlinux && sec)"])]),
    does(B::FlagsInAlternatives, In::SINCE_5_15, &[
        P::there(Check, &["if (!insn->alt_group)", "continue;"]),
        P::there(Check, &["if (!opts.uaccess || !insn->alt_group)"]),
    ]),
    does(B::EmbeddedNeedsNoFrame, In::V5_10.union(In::SINCE_6_1), &[P::there(Check, &["if (dest->fentry || dest->embedded_insn)"])]),
    does(B::NoinstrStaticCalls, In::SINCE_6_6, &[P::there(Check, &["* If the symbol is a static_call trampoline, we can't tell."])]),
    does(B::FallThroughInC, In::UP_TO_5_15, &[P::there(Check, &["if (file->c_file && func && insn->func && func != insn->func->pfunc) {"])]),
    does(B::TypeHashFallsThrough, In::SINCE_6_1, &[
        P::there(Check, &["if (!strncmp(func->name, \"__cfi_\", 6))"]),
        P::there(Check, &["if (!strncmp(func->name, \"__cfi_\", 6) ||"]),
        P::there(Check, &["if (is_prefix_func(func))"]),
    ]),
    does(B::PaddingFallsThrough, In::SINCE_6_6, &[
        P::there(Check, &["!strncmp(func->name, \"__pfx_\", 6))"]),
        P::there(Check, &["!strncmp(func->name, \"__pfx_\", 6) ||"]),
        P::there(Check, &["if (is_prefix_func(func))"]),
    ]),
    does(B::RestoreDeferred, In::SINCE_6_6, &[P::there(Check, &["* defer following this branch for now."])]),
    does(B::ContextSwitchEnds, In::UP_TO_5_15, &[P::there(Check, &["case INSN_CONTEXT_SWITCH:", "if (func && (!next_insn || !next_insn->hint)) {"])]),
    does(B::SlsInWalk, In::UP_TO_5_15, &[P::there(Check, &["if (sls && !insn->retpoline_safe &&"])]),
    does(B::StackSwitch, In::SINCE_5_15, &[P::there(Check, &["* Stack swizzle:"])]),
    does(B::RealignedReturn, In::SINCE_5_15, &[P::there(Check, &["(cfa->base == CFI_BP || cfa->base == cfi->drap_reg)) {"])]),
    does(B::HintMakesUp, In::SINCE_5_15, &[P::there(Check, &["if (op->dest.reg == cfi->cfa.base && !(next_insn && next_insn->hint)) {"])]),
    does(B::FrameByAddress, In::SINCE_5_15, &[P::there(Check, &["check_reg_frame_pos(&cfi->regs[CFI_RA], -cfi->cfa.offset + 8))"])]),
    does(B::FrameReloaded, In::SINCE_5_15, &[P::there(Check, &["if (!cfi->drap && op->dest.reg == cfa->base &&", "op->dest.reg == CFI_BP) {"])]),
    does(B::SavedBySp, In::SINCE_5_15, &[P::there(Check, &["op->dest.offset - cfi->stack_size);"])]),
    does(B::FrameByLea, In::V5_15_85, &[P::there(Check, &["/* lea disp(%rsp), %rbp */"])]),
    does(B::ForeignFrames, In::SINCE_6_12, &[P::there(Check, &["/* addi.d fp,sp,imm on LoongArch */"])]),
    does(B::IbtKnowsRanges, In::SINCE_6_6, &[P::there(Check, &["if (noendbr_range(file, dest))"])]),

    // Unreachable code.
    does(B::ReachableGatedByWalk, In::SINCE_6_18, &[P::there(Check, &["if (!w)", "w += validate_reachable_instructions(file);"])]),
    does(B::HolesMarkedFirst, In::SINCE_7_2, &[P::there(Check, &["mark_holes(file);"])]),
    does(B::DoubleFaultExcused, In::V6_6_ANDROID.union(In::V6_6), &[P::there(Check, &["if (!strcmp(call_dest->name, \"exc_double_fault\")) {"])]),
    does(B::UnreachableAll, In::SINCE_6_6, &[P::there(Check, &["WARN_INSN(insn, \"unreachable instruction\");", "warnings++;"])]),
    does(B::TrampolinesExcused, In::SINCE_6_1, &[
        P::there(Check, &["if (insn->func->static_call_tramp)"]),
        P::there(Check, &["if (func->static_call_tramp)"]),
    ]),
    does(B::FixupExcused, In::UP_TO_5_15, &[P::there(Check, &["if (!strcmp(insn->sec->name, \".fixup\") ||"])]),
    does(B::HolesExcused, In::SINCE_6_1, &[
        P::there(Check, &["int size = find_symbol_hole_containing(insn->sec, insn->offset);"]),
        P::there(Check, &["mark_holes(file);"]),
    ]),

    // What is written.
    does(B::PrefixByEntries, In::SINCE_7_2, &[P::there(Check, &["ret = create_prefix_symbols(file);"])]),
    does(B::GrowsCfiSymbols, In::SINCE_7_2, &[P::there(Check, &["ret = grow_cfi_symbols(file);"])]),
    does(B::CfiSitesByCfi, In::SINCE_6_6.intersection(In::UP_TO_6_18), &[P::there(Check, &["if (opts.cfi) {", "ret = create_cfi_sections(file);"])]),
    does(B::OldCfiSitesDropCalls, In::SINCE_6_6.intersection(In::UP_TO_6_18), &[P::there(Check, &["INIT_LIST_HEAD(&file->call_list);", "WARN(\"file already has .cfi_sites section, skipping\");"])]),
    does(B::GroupFollowsSymbol, In::SINCE_6_18, &[P::there(Elf, &["old->group_sec->sh.sh_info = new_idx;"])]),
    does(B::StringsAligned, In::SINCE_7_2, &[P::there(Elf, &["offset = ALIGN(sec_size(strtab), strtab->sh.sh_addralign);"])]),
    does(B::MagicInitSaid, In::SINCE_6_6, &[
        P::there(Check, &["WARN(\"%s(): not an indirect call target\", sym->name);"]),
        P::there(Check, &["ERROR(\"%s(): Magic init_module() function name is deprecated, use module_init(fn) instead\","]),
    ]),
    does(B::McountAligned, In::SINCE_6_6, &[P::there(Check, &["sec->sh.sh_addralign = addr_size;"])]),
    does(B::RelocsCountedFirst, In::SINCE_6_6, &[P::there(Elf, &["printf(\"num_relocs: %lu\\n\", elf->num_relocs);"])]),
    does(B::DebugUnread, In::SINCE_6_6, &[
        P::there(Elf, &["if (sec->sh.sh_size != 0 && !is_dwarf_section(sec)) {"]),
        P::there(Elf, &["if (sec_size(sec) != 0 && !is_dwarf_section(sec)) {"]),
    ]),

    // Livepatches.
    does(B::KlpLinesUncounted, In::V7_2, &[P::there(KlpDiff, &["unsigned int line_num = 1;"])]),
    does(B::KlpSmpLocks, In::V7_2, &[P::there(KlpDiff, &["\".altinstructions\",", "\".kcfi_traps\",", "\".smp_locks\","])]),
    does(B::KlpNewExports, In::V7_3, &[P::there(KlpDiff, &["static bool has_module_dep(struct elfs *e, const char *dep_mod)"])]),
    does(B::KlpRefusesInit, In::V7_3, &[P::there(KlpSympos, &["static bool is_init_sym(struct symbol *sym)"])]),

    // The decoder.
    decodes(DecodeFlags::PAUSE_IS_NOP, In::UP_TO_6_18, &[P::absent(Decode, &["if (prefix == 0xf3) /* REP NOP := PAUSE */"])]),
    decodes(DecodeFlags::PREFETCH_IS_NOP, In::UP_TO_6_18, &[P::there(Decode, &["} else if (op2 == 0x0d || op2 == 0x1f) {"])]),
    decodes(DecodeFlags::MOV_REG_REG, In::SINCE_6_12.difference(In::V6_18_2), &[P::there(Decode, &["/* mov reg, reg */"])]),
    decodes(DecodeFlags::SYSCALL_SPLIT, In::SINCE_6_18, &[P::there(Decode, &["/* syscall, sysenter */"])]),
    decodes(DecodeFlags::LEA_RIP, In::SINCE_6_18, &[P::there(Decode, &["/* lea disp(%rip), %dst */"])]),
    decodes(DecodeFlags::EA_IS_BUG, In::V6_18_2.union(In::V6_18), &[P::there(Decode, &["* XXX hack, decoder is buggered and thinks 0xea is 7 bytes long."])]),
    decodes(DecodeFlags::UDB, In::SINCE_7_2, &[P::there(Decode, &["case 0xd6: /* udb */"])]),
    decodes(DecodeFlags::INVALID64_AS_BARE, In::SINCE_6_18, &[P::there(Insn, &["if (insn->x86_64 && inat_is_invalid64(insn->attr)) {"])]),
    decodes(DecodeFlags::APX, In::SINCE_6_12, &[P::there(Insn, &["} else if (inat_is_rex2_prefix(attr)) {"])]),
    decodes(DecodeFlags::ENDBR, In::SINCE_6_1, &[P::there(Decode, &["insn->type = INSN_ENDBR;"]), P::there(Decode, &["*type = INSN_ENDBR;"])]),
    decodes(DecodeFlags::LOOP_IS_JUMP, In::SINCE_6_1, &[P::there(Decode, &["case 0xe0: /* loopne */"])]),
    decodes(DecodeFlags::FRED, In::SINCE_6_12, &[P::there(Decode, &["/* eretu/erets */"])]),
    decodes(DecodeFlags::SIB_NO_BASE, In::SINCE_6_12, &[P::there(Decode, &["(sib_base != CFI_BP || modrm_mod != 0) :"])]),
    decodes(DecodeFlags::NARROW_PATTERNS, In::V5_10, &[P::absent(Decode, &["#define rm_is_mem(reg)\t(mod_is_mem() && !is_RIP() && rm_is(reg))"])]),
    decodes(DecodeFlags::FP16, In::SINCE_6_1, &[P::there(Decode, &["case 0xe0: /* loopne */"])]),

    // Formats.
    is(Fact::Orc(OrcFormat::SignalBit), In::SINCE_6_6, &[P::there(OrcTypes, &["#define ORC_TYPE_UNDEFINED\t\t0"])]),
    is(Fact::Orc(OrcFormat::SignalBitRenumbered), In::SINCE_7_2, &[P::there(OrcTypes, &["#define ORC_REG_AX\t\t\t1"])]),
    is(Fact::Hints(HintPlace::Symbol), In::SINCE_7_2, &[P::there(Check, &["offset = reloc->sym->offset + reloc_addend(reloc);", "", "insn = find_insn(file, reloc->sym->sec, offset);", "if (!insn) {", "ERROR(\"can't find insn for unwind_hints[%d]\", i);"])]),
    is(Fact::Hints(HintPlace::SectionOrLabel), In::V6_12.union(In::V6_18_2).union(In::V6_18), &[
        P::there(Check, &["WARN(\"unexpected relocation symbol type in %s\", sec->rsec->name);"]),
        P::there(Check, &["ERROR(\"unexpected relocation symbol type in %s\", sec->rsec->name);"]),
    ]),
    is(Fact::Options(OptionTable::V5_15), In::SINCE_5_15, &[P::there(Builtin, &["static const char * const env_usage[] = {"])]),
    is(Fact::Options(OptionTable::V6_1), In::SINCE_6_1, &[P::there(Builtin, &["OPT_GROUP(\"Actions:\"),"])]),
    is(Fact::Options(OptionTable::V6_6), In::SINCE_6_6, &[P::there(Builtin, &["static bool mnop_opts_valid(void)"])]),
    is(Fact::Options(OptionTable::V6_18), In::SINCE_6_18, &[P::there(Builtin, &["OPT_BOOLEAN(0,   \"Werror\", &opts.werror, \"return error on warnings\"),"])]),
    is(Fact::Options(OptionTable::V7_2), In::SINCE_7_2, &[P::there(Builtin, &["OPT_BOOLEAN(0,\t\t \"werror\", &opts.werror, \"return error on warnings\"),"])]),

    // Words.
    is(Fact::Says(Word::MissingNoreturn, "() missing __noreturn in .c/.h or NORETURN() in noreturns.h"), In::SINCE_6_18, &[P::there(Check, &["WARN_INSN(insn, \"%s() missing __noreturn in .c/.h or NORETURN() in noreturns.h\","])]),
    is(Fact::Says(Word::RetpolineBuild, "MITIGATION_RETPOLINE"), In::SINCE_6_12, &[P::there(Check, &["WARN_INSN(insn, \"indirect %s found in MITIGATION_RETPOLINE build\","])]),
    is(Fact::Says(Word::RethunkBuild, "MITIGATION_RETHUNK"), In::SINCE_6_12, &[P::there(Check, &["WARN_INSN(insn, \"'naked' return found in MITIGATION_RETHUNK build\");"])]),
    is(Fact::Says(Word::DumpConflict, "--dump can't be combined with other actions"), In::SINCE_6_12, &[P::there(Builtin, &["ERROR(\"--dump can't be combined with other actions\");"])]),
    is(Fact::Says(Word::NothingAsked, "At least one action required"), In::SINCE_6_12, &[P::there(Builtin, &["ERROR(\"At least one action required\");"])]),
];
