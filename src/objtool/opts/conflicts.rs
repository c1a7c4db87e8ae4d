// SPDX-License-Identifier: GPL-2.0-only

//! Combinations of options that the original refuses, in the order it looks at them.
//!
//! Upstream: `opts_valid()`, `mnop_opts_valid()` and `link_opts_valid()`.

use super::Opts;
use crate::kernel::Facts;
use crate::kernel::OptionTable;
use crate::kernel::facts::Words;

/// What a kernel's objtool refuses, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionRules {
    table: OptionTable,
    words: Words,
}

/// A refused combination; the text is the original's sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict(pub &'static str);

/// What [`OptionRules::after_open`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterOpen {
    /// Nothing to say.
    Fine,
    /// `--link` is now on; the sentence is printed and the run goes on.
    LinkForced(&'static str),
    /// The run ends with exit status 1.
    Refused(Conflict),
}

/// One rule: the sentence, and whether it applies.
type Rule = (&'static str, fn(&Opts) -> bool);

const MNOP: Rule = ("--mnop requires --mcount", |opts| opts.mnop && !opts.mcount);
const NOINSTR: Rule = ("--noinstr requires --link", |opts| opts.noinstr && !opts.link);
const IBT: Rule = ("--ibt requires --link", |opts| opts.ibt && !opts.link);
const UNRET: Rule = ("--unret requires --link", |opts| opts.unret && !opts.link);

/// What is looked at before the actions from 6.18 on.
const FIRST: [Rule; 4] = [MNOP, NOINSTR, IBT, UNRET];

/// What follows that from 7.2 on.
const THEN: [Rule; 3] = [
    ("--cfi requires --prefix", |opts| opts.cfi && opts.prefix == 0),
    ("--fineibt requires --cfi", |opts| opts.fineibt && !opts.cfi),
    ("--klp-symids requires --link", |opts| opts.klp_symids && !opts.link),
];

/// Looked at only where no action that counts was given.
const RETHUNK: Rule = ("--unret requires --rethunk", |opts| opts.unret && !opts.rethunk && !has_action(opts));

impl OptionRules {
    /// The rules of the objtool whose facts these are.
    pub fn new(facts: &Facts) -> Self {
        Self { table: facts.options, words: facts.words }
    }

    /// The table of options that they belong to.
    pub fn table(self) -> OptionTable {
        self.table
    }

    /// Whether options are looked at before the file is; what is refused later is said in the file's name then.
    pub fn looks_first(self) -> bool {
        matches!(self.table, OptionTable::V6_18 | OptionTable::V7_2)
    }

    /// The first combination that is refused before any file is opened.
    pub fn before_open(self, opts: &Opts) -> Result<(), Conflict> {
        let dump: Rule = (self.words.dump_conflict, |opts| opts.dump_orc && has_action(opts));
        let action: Rule = (self.words.nothing_asked, |opts| !opts.dump_orc && !has_action(opts));
        match self.table {
            OptionTable::Subcommands | OptionTable::V5_15 => Ok(()),
            OptionTable::V6_1 | OptionTable::V6_6 => first(opts, &[dump, RETHUNK, action]),
            OptionTable::V6_18 => first(opts, &FIRST).and_then(|()| first(opts, &[dump, action])),
            OptionTable::V7_2 => {
                first(opts, &FIRST).and_then(|()| first(opts, &THEN)).and_then(|()| first(opts, &[dump, action]))
            }
        }
    }

    /// What is looked at once the file is known; `several_units` says whether it has more than one `STT_FILE` symbol.
    pub fn after_open(self, opts: &mut Opts, several_units: bool) -> AfterOpen {
        match self.table {
            OptionTable::Subcommands | OptionTable::V5_15 => return AfterOpen::Fine,
            OptionTable::V6_18 | OptionTable::V7_2 if several_units && !opts.link => {
                return AfterOpen::Refused(Conflict("Linked object requires --link"));
            }
            OptionTable::V6_18 | OptionTable::V7_2 => return AfterOpen::Fine,
            OptionTable::V6_1 => {}
            OptionTable::V6_6 => {
                if let Err(conflict) = first(opts, &[MNOP]) {
                    return AfterOpen::Refused(conflict);
                }
            }
        }
        if several_units && !opts.link {
            opts.link = true;
            return AfterOpen::LinkForced("Linked object detected, forcing --link");
        }
        first(opts, &[NOINSTR, IBT, UNRET]).map_or_else(AfterOpen::Refused, |()| AfterOpen::Fine)
    }
}

/// Whether an action was asked for that the original counts as one. A series without an option never has its field set.
fn has_action(opts: &Opts) -> bool {
    opts.disas.is_some()
        || opts.hack_jump_label
        || opts.hack_noinstr
        || opts.ibt
        || opts.klp_symids
        || opts.mcount
        || opts.noabs
        || opts.noinstr
        || opts.orc
        || opts.retpoline
        || opts.rethunk
        || opts.sls
        || opts.stackval
        || opts.static_call
        || opts.uaccess
}

fn first(opts: &Opts, rules: &[Rule]) -> Result<(), Conflict> {
    match rules.iter().find(|(_, applies)| applies(opts)) {
        Some((sentence, _)) => Err(Conflict(sentence)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Series;
    use crate::kernel::differences;

    const MULTI: bool = true;

    fn rules(series: Series) -> OptionRules {
        OptionRules::new(&differences::of_point(series.release().newest().bit))
    }

    #[test]
    fn early_conflicts_come_in_the_originals_order() {
        let opts = Opts { dump_orc: true, unret: true, mnop: true, ..Opts::default() };
        assert_eq!(rules(Series::V7_3).before_open(&opts), Err(Conflict("--mnop requires --mcount")));
        assert_eq!(rules(Series::V6_12).before_open(&opts), Err(Conflict("--unret requires --rethunk")));
        let opts = Opts { dump_orc: true, orc: true, ..opts };
        assert_eq!(
            rules(Series::V6_12).before_open(&opts),
            Err(Conflict("--dump can't be combined with other actions"))
        );
        assert_eq!(
            rules(Series::V6_1).before_open(&opts),
            Err(Conflict("--dump can't be combined with other options"))
        );
        assert_eq!(rules(Series::V5_10).before_open(&opts), Ok(()));
    }

    #[test]
    fn nothing_asked_is_refused() {
        let opts = Opts { prefix: 16, hack_skylake: true, ..Opts::default() };
        assert_eq!(rules(Series::V6_1).before_open(&opts), Err(Conflict("At least one command required")));
        assert_eq!(rules(Series::V6_12).before_open(&opts), Err(Conflict("At least one action required")));
        assert_eq!(rules(Series::V7_3).before_open(&opts), Err(Conflict("At least one action required")));
        assert_eq!(rules(Series::V7_3).before_open(&Opts { dump_orc: true, ..opts }), Ok(()));
    }

    #[test]
    fn a_linked_object_forces_link_or_needs_it() {
        let mut opts = Opts { ibt: true, ..Opts::default() };
        let refused = AfterOpen::Refused(Conflict("--ibt requires --link"));
        assert_eq!(rules(Series::V6_12).after_open(&mut opts, !MULTI), refused);
        let forced = AfterOpen::LinkForced("Linked object detected, forcing --link");
        assert_eq!(rules(Series::V6_12).after_open(&mut opts.clone(), MULTI), forced);
        let refused = AfterOpen::Refused(Conflict("Linked object requires --link"));
        assert_eq!(rules(Series::V7_3).after_open(&mut opts, MULTI), refused);
        opts.link = true;
        assert_eq!(rules(Series::V7_3).after_open(&mut opts, MULTI), AfterOpen::Fine);
    }

    #[test]
    fn mnop_comes_before_link() {
        let mut opts = Opts { mnop: true, ibt: true, ..Opts::default() };
        let refused = AfterOpen::Refused(Conflict("--mnop requires --mcount"));
        assert_eq!(rules(Series::V6_12).after_open(&mut opts, MULTI), refused);
        let forced = AfterOpen::LinkForced("Linked object detected, forcing --link");
        assert_eq!(rules(Series::V6_1).after_open(&mut opts, MULTI), forced);
    }
}
