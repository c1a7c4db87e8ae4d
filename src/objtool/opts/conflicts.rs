//! Combinations of options that the original refuses, in the order it looks at them.
//!
//! Upstream: `opts_valid()`, `mnop_opts_valid()` and `link_opts_valid()`.

use super::Opts;

/// What a series refuses, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionRules {
    /// Nothing: the sub-commands of 5.10 take any combination.
    Subcommands,
    /// 6.1: options that need `--link` are looked at after the file was opened, and a file of several translation units
    /// turns `--link` on.
    Commands,
    /// 6.12: as 6.1, plus `--mnop`; speaks of actions.
    Actions,
    /// 7.3: everything is looked at before any file is opened; a file of several translation units needs `--link`.
    Strict,
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

/// 7.3's rules before those about actions.
const STRICT: [Rule; 7] = [
    MNOP,
    NOINSTR,
    IBT,
    UNRET,
    ("--cfi requires --prefix", |opts| opts.cfi && opts.prefix == 0),
    ("--fineibt requires --cfi", |opts| opts.fineibt && !opts.cfi),
    ("--klp-symids requires --link", |opts| opts.klp_symids && !opts.link),
];

/// The rules about actions. `--unret` is looked at only where no action that counts was given.
const ACTIONS: [Rule; 3] = [
    ("--dump can't be combined with other actions", |opts| opts.dump_orc && has_action(opts)),
    ("--unret requires --rethunk", |opts| opts.unret && !opts.rethunk && !has_action(opts)),
    ("At least one action required", |opts| !opts.dump_orc && !has_action(opts)),
];

impl OptionRules {
    /// The first combination that is refused before any file is opened.
    pub fn before_open(self, opts: &Opts) -> Result<(), Conflict> {
        let [dump, unret, action] = ACTIONS;
        match self {
            Self::Subcommands => Ok(()),
            Self::Commands => {
                let older = |(_, applies), sentence| (sentence, applies);
                let dump = older(dump, "--dump can't be combined with other options");
                first(opts, &[dump, unret, older(action, "At least one command required")])
            }
            Self::Actions => first(opts, &[dump, unret, action]),
            Self::Strict => first(opts, &STRICT).and_then(|()| first(opts, &[dump, action])),
        }
    }

    /// What is looked at once the file is known; `several_units` says whether it has more than one `STT_FILE` symbol.
    pub fn after_open(self, opts: &mut Opts, several_units: bool) -> AfterOpen {
        match self {
            Self::Subcommands => return AfterOpen::Fine,
            Self::Strict if several_units && !opts.link => {
                return AfterOpen::Refused(Conflict("Linked object requires --link"));
            }
            Self::Strict => return AfterOpen::Fine,
            Self::Commands => {}
            Self::Actions => {
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

    const MULTI: bool = true;

    #[test]
    fn early_conflicts_come_in_the_originals_order() {
        let opts = Opts { dump_orc: true, unret: true, mnop: true, ..Opts::default() };
        assert_eq!(OptionRules::Strict.before_open(&opts), Err(Conflict("--mnop requires --mcount")));
        assert_eq!(OptionRules::Actions.before_open(&opts), Err(Conflict("--unret requires --rethunk")));
        let opts = Opts { dump_orc: true, orc: true, ..opts };
        assert_eq!(
            OptionRules::Actions.before_open(&opts),
            Err(Conflict("--dump can't be combined with other actions"))
        );
        assert_eq!(
            OptionRules::Commands.before_open(&opts),
            Err(Conflict("--dump can't be combined with other options"))
        );
        assert_eq!(OptionRules::Subcommands.before_open(&opts), Ok(()));
    }

    #[test]
    fn nothing_asked_is_refused() {
        let opts = Opts { prefix: 16, hack_skylake: true, ..Opts::default() };
        assert_eq!(OptionRules::Commands.before_open(&opts), Err(Conflict("At least one command required")));
        assert_eq!(OptionRules::Actions.before_open(&opts), Err(Conflict("At least one action required")));
        assert_eq!(OptionRules::Strict.before_open(&opts), Err(Conflict("At least one action required")));
        assert_eq!(OptionRules::Strict.before_open(&Opts { dump_orc: true, ..opts }), Ok(()));
    }

    #[test]
    fn a_linked_object_forces_link_or_needs_it() {
        let mut opts = Opts { ibt: true, ..Opts::default() };
        let refused = AfterOpen::Refused(Conflict("--ibt requires --link"));
        assert_eq!(OptionRules::Actions.after_open(&mut opts, !MULTI), refused);
        let forced = AfterOpen::LinkForced("Linked object detected, forcing --link");
        assert_eq!(OptionRules::Actions.after_open(&mut opts.clone(), MULTI), forced);
        let refused = AfterOpen::Refused(Conflict("Linked object requires --link"));
        assert_eq!(OptionRules::Strict.after_open(&mut opts, MULTI), refused);
        opts.link = true;
        assert_eq!(OptionRules::Strict.after_open(&mut opts, MULTI), AfterOpen::Fine);
    }

    #[test]
    fn mnop_comes_before_link() {
        let mut opts = Opts { mnop: true, ibt: true, ..Opts::default() };
        let refused = AfterOpen::Refused(Conflict("--mnop requires --mcount"));
        assert_eq!(OptionRules::Actions.after_open(&mut opts, MULTI), refused);
        let forced = AfterOpen::LinkForced("Linked object detected, forcing --link");
        assert_eq!(OptionRules::Commands.after_open(&mut opts, MULTI), forced);
    }
}
