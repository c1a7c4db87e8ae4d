// SPDX-License-Identifier: GPL-2.0-only

//! Accepted findings: a text file in the kernel tree, one line each.
//!
//! A line is `check/kind subject symbol section counterpart`, with `-` for a field that is empty, then, where there are
//! several alike, `*N`, then the compilers it is for, as `@clang:190000-199999`, then `# reason`. Lines are sorted. A key
//! has nothing in it that changes with every build; see [`super::finding::Key`]. Lines `export module symbol kind
//! namespace` fix the exported set.
//!
//! `*` in subject or symbol stands for anything; such a line accepts any number of findings, or as many as `*N` says.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::check::Check;
use super::error::GateError;
use super::facts::FileFacts;
use super::finding::GateFinding;
use super::finding::GateSeverity;
use super::finding::Key;
use super::finding::escape;
use super::inputs::BuildFolder;
use super::inputs::BuildStage;
use super::inputs::Config;
use super::kinds;
use super::plain::plain;
use crate::elf::output;

/// A finding with what the baseline says about it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The finding.
    pub finding: GateFinding,
    /// The baseline accepts it; the reason given there, if one is.
    pub accepted: Option<String>,
    /// It makes the run fail.
    pub fails: bool,
}

impl Judged {
    /// Whether no baseline accepts it.
    pub fn is_open(&self) -> bool {
        self.accepted.is_none()
    }
}

/// One accepted finding, or several with one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// By what it is known.
    pub key: Key,
    /// Subject and symbol are patterns: `*` stands for anything.
    pub is_pattern: bool,
    /// How many there may be.
    pub count: usize,
    /// The compilers it is for.
    pub range: Option<CompilerRange>,
    /// Why it is accepted; empty for no reason given.
    pub reason: String,
}

/// Compilers of one family, by version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompilerRange {
    /// `clang` or `gcc`.
    pub family: String,
    /// First version, as in `CONFIG_CLANG_VERSION`.
    pub first: u64,
    /// Last version.
    pub last: u64,
}

/// An export of the accepted set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportLine {
    /// The exporting module.
    pub module: String,
    /// The symbol.
    pub symbol: String,
    /// `EXPORT_SYMBOL` or `EXPORT_SYMBOL_GPL`.
    pub kind: String,
    /// The namespace; empty for none.
    pub namespace: String,
}

/// A baseline.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    entries: Vec<Entry>,
    /// The accepted exports; empty if the baseline does not fix them.
    exports: Vec<ExportLine>,
    /// Comment lines at the top.
    head: Vec<String>,
}

impl Baseline {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, GateError> {
        let fail = |what: String| GateError(format!("{}: {what}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
        Self::parse(&text).map_err(|(line, what)| fail(format!("line {line}: {what}")))
    }

    /// Reads files, one after the other.
    pub fn read_all(paths: &[PathBuf]) -> Result<Self, GateError> {
        let mut all = Self::default();
        for path in paths {
            let one = Self::read(path)?;
            all.entries.extend(one.entries);
            all.exports.extend(one.exports);
        }
        Ok(all)
    }

    /// Parses the text; an error has the line's number.
    fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut baseline = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            let fail = |what| (index + 1, what);
            if line.is_empty() || line.starts_with('#') {
                if baseline.entries.is_empty() && baseline.exports.is_empty() && !line.is_empty() {
                    baseline.head.push(line.to_owned());
                }
            } else if let Some(rest) = line.strip_prefix("export ") {
                baseline.exports.push(export_line(rest).ok_or_else(|| fail("export needs four fields".to_owned()))?);
            } else {
                baseline.entries.push(Entry::parse(line).map_err(fail)?);
            }
        }
        Ok(baseline)
    }

    /// Accepts everything that another build has.
    pub fn accept_all(&mut self, findings: &[GateFinding]) {
        let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
        for finding in findings {
            *counts.entry(finding.key()).or_default() += 1;
        }
        let entry = |(key, count)| Entry {
            key,
            is_pattern: false,
            count,
            range: None,
            reason: "in the other build as well".to_owned(),
        };
        self.entries.extend(counts.into_iter().map(entry));
    }

    /// Says of each finding whether it is accepted, and which entries of checks that have looked nothing corresponds to.
    pub fn judge(
        &self,
        findings: Vec<GateFinding>,
        config: &Config,
        has_looked: &dyn Fn(&str) -> bool,
    ) -> (Vec<Judged>, Vec<Entry>) {
        let applies = |entry: &&Entry| entry.range.as_ref().is_none_or(|range| range.has(&config.compiler()));
        let mut left: BTreeMap<&Key, (usize, &Entry)> = BTreeMap::new();
        for entry in self.entries.iter().filter(applies).filter(|entry| !entry.is_pattern) {
            left.entry(&entry.key).or_insert((0, entry)).0 += entry.count;
        }
        let mut patterns: Vec<(usize, &Entry)> = self
            .entries
            .iter()
            .filter(applies)
            .filter(|entry| entry.is_pattern)
            .map(|entry| (entry.count, entry))
            .collect();
        let mut n_used: BTreeMap<Key, usize> = BTreeMap::new();
        let judged = findings.into_iter().map(|finding| {
            let key = finding.key();
            let accepted = left.get_mut(&key).filter(|(count, _)| *count > 0).map(|(count, entry)| {
                *count -= 1;
                plain(&entry.reason)
            });
            if accepted.is_some() {
                *n_used.entry(key.clone()).or_default() += 1;
            }
            // What is named comes before what is meant with others.
            let accepted = accepted.or_else(|| {
                let (count, entry) = patterns.iter_mut().find(|(count, entry)| *count > 0 && entry.accepts(&key))?;
                *count -= 1;
                Some(plain(&entry.reason))
            });
            Judged { finding, accepted, fails: false }
        });
        let judged: Vec<Judged> = judged.collect();
        let is_gone = |entry: &&Entry| !n_used.contains_key(&entry.key) && has_looked(&entry.key.check);
        let gone = left.values().map(|(_, entry)| *entry).filter(is_gone).cloned();
        let unused = patterns.iter().filter(|(count, entry)| *count == entry.count && has_looked(&entry.key.check));
        let gone = gone.chain(unused.map(|(_, entry)| (*entry).clone()));
        (judged, gone.map(|entry| Entry { reason: plain(&entry.reason), ..entry }).collect())
    }

    /// This baseline with what is there now: gone lines removed, new ones added, reasons and ranges kept. Lines for other
    /// compilers and of checks that have not looked stay.
    pub fn update(&self, findings: &[Judged], inputs: &BuildFolder, has_looked: &dyn Fn(&str) -> bool) -> Self {
        let compiler = inputs.config.compiler();
        let elsewhere = |entry: &&Entry| entry.range.as_ref().is_some_and(|range| !range.has(&compiler));
        let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
        // What differs from the accepted exports is settled by the new list of exports, not by a line of its own.
        let is_meant = |key: &Key| self.entries.iter().any(|entry| entry.accepts(key) && !elsewhere(&entry));
        let mut met: BTreeSet<Key> = BTreeSet::new();
        for judged in findings.iter().filter(|judged| !is_about_export_set(&judged.finding)) {
            let key = judged.finding.key();
            match is_meant(&key) {
                true => {
                    met.insert(key);
                }
                false => *counts.entry(key).or_default() += 1,
            }
        }
        let old: BTreeMap<&Key, &Entry> = self.entries.iter().map(|entry| (&entry.key, entry)).collect();
        let stays = |entry: &&Entry| {
            elsewhere(entry)
                || met.iter().any(|key| entry.accepts(key))
                || !has_looked(&entry.key.check) && !counts.contains_key(&entry.key)
        };
        let mut entries: Vec<Entry> = self.entries.iter().filter(stays).cloned().collect();
        entries.extend(counts.into_iter().map(|(key, count)| {
            let known = old.get(&key).filter(|entry| !elsewhere(entry));
            let (range, reason) = known.map_or((None, String::new()), |e| (e.range.clone(), e.reason.clone()));
            Entry { key, is_pattern: false, count, range, reason }
        }));
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let mut exports = self.exports.clone();
        if !self.exports.is_empty() && inputs.symvers.is_some() && has_looked("exports") {
            exports = exports_of(inputs);
            exports.sort();
        }
        Self { entries, exports, head: self.head.clone() }
    }

    /// Number of lines that this baseline has and another has not.
    pub fn n_more_than(&self, other: &Self) -> usize {
        let lines = |baseline: &Self| -> BTreeSet<String> {
            baseline.to_string().lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
        };
        lines(self).difference(&lines(other)).count()
    }

    /// Writes the file, if it changes.
    pub fn write(&self, path: &Path) -> Result<(), GateError> {
        let text = self.to_string();
        if fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
            return Ok(());
        }
        let result = match path.exists() {
            true => output::replace(path, &[text.as_bytes()][..]).map_err(|error| error.to_string()),
            false => fs::write(path, &text).map_err(|error| error.to_string()),
        };
        result.map_err(|error| GateError(format!("{}: {error}", path.display())))
    }

    /// Exports that are gone or changed against the accepted set.
    pub fn compare_exports(&self, inputs: &BuildFolder, checks: &[&'static Check]) -> Vec<GateFinding> {
        if self.exports.is_empty() || inputs.symvers.is_none() {
            return Vec::new();
        }
        let found = exports_of(inputs);
        as_exports(export_differences(&self.exports, &found), checks)
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEAD: &str = "# Accepted findings of `postlink gate`: check/kind subject symbol section counterpart [*count]\n\
            # [@compiler:first-last] [# reason]. Sorted; `--update-baseline` keeps reasons.\n";
        if self.head.is_empty() {
            f.write_str(HEAD)?;
        }
        for line in &self.head {
            writeln!(f, "{line}")?;
        }
        for entry in &self.entries {
            writeln!(f, "{entry}")?;
        }
        for line in &self.exports {
            let (module, namespace) = (escape(&line.module), escape(&line.namespace));
            writeln!(f, "export {module} {} {} {namespace}", escape(&line.symbol), escape(&line.kind))?;
        }
        Ok(())
    }
}

impl Entry {
    /// Whether it is a pattern that a finding's key fits.
    fn accepts(&self, key: &Key) -> bool {
        let (own, other) = (&self.key, key);
        let is_same = own.check == other.check && own.kind == other.kind && own.section == other.section;
        self.is_pattern
            && is_same
            && own.counterpart == other.counterpart
            && fits(&own.subject, &other.subject)
            && fits(&own.symbol, &other.symbol)
    }

    fn parse(line: &str) -> Result<Self, String> {
        let (fields, reason) = line.split_once(" #").unwrap_or((line, ""));
        let mut words = fields.split_whitespace();
        let (check, kind) = words.next().and_then(|word| word.split_once('/')).ok_or("check/kind is missing")?;
        if let Some(slip) = kinds::slip(check, kind) {
            return Err(slip);
        }
        let mut is_pattern = false;
        let mut field = || {
            let word = words.next().ok_or("there are five fields: check/kind subject symbol section counterpart")?;
            is_pattern |= word.contains('*');
            Ok::<String, &str>(unescape(word))
        };
        let (subject, symbol, section, counterpart) = (field()?, field()?, field()?, field()?);
        let (mut count, mut range) = (if is_pattern { usize::MAX } else { 1 }, None);
        for word in words {
            if let Some(number) = word.strip_prefix('*') {
                count = number.parse().map_err(|_| "the count is no number")?;
            } else if let Some(compilers) = word.strip_prefix('@') {
                range = Some(CompilerRange::parse(compilers).ok_or("the compiler range is not @family:first-last")?);
            } else {
                return Err("there are too many fields".to_owned());
            }
        }
        let key = Key { check: check.to_owned(), kind: kind.to_owned(), subject, symbol, section, counterpart };
        Ok(Self { key, is_pattern, count, range, reason: reason.trim().to_owned() })
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.to_string();
        f.write_str(&if self.is_pattern { key.replace("%2a", "*") } else { key })?;
        if self.count != if self.is_pattern { usize::MAX } else { 1 } {
            write!(f, " *{}", self.count)?;
        }
        if let Some(range) = &self.range {
            write!(f, " @{}:{}-{}", range.family, range.first, range.last)?;
        }
        if !self.reason.is_empty() {
            write!(f, " # {}", self.reason)?;
        }
        Ok(())
    }
}

impl CompilerRange {
    fn parse(text: &str) -> Option<Self> {
        let (family, versions) = text.split_once(':')?;
        let (first, last) = versions.split_once('-')?;
        Some(Self { family: family.to_owned(), first: first.parse().ok()?, last: last.parse().ok()? })
    }

    fn has(&self, compiler: &str) -> bool {
        let Some((family, version)) = compiler.split_once(' ') else { return false };
        family == self.family && version.parse().is_ok_and(|version| (self.first..=self.last).contains(&version))
    }
}

/// Whether a text is what a pattern says, `*` standing for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let tail = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some((_, after)) = text.split_once(piece) else { return false };
        text = after;
    }
    text.ends_with(tail)
}

fn unescape(field: &str) -> String {
    if field == "-" {
        return String::new();
    }
    let mut text = String::new();
    let mut rest = field;
    while let Some((head, tail)) = rest.split_once('%') {
        text.push_str(head);
        let code = tail.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        text.push(code.map_or('%', char::from));
        rest = if code.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    text.push_str(rest);
    text
}

fn export_line(rest: &str) -> Option<ExportLine> {
    let mut fields = rest.split_whitespace().map(unescape);
    let line =
        ExportLine { module: fields.next()?, symbol: fields.next()?, kind: fields.next()?, namespace: fields.next()? };
    fields.next().is_none().then_some(line)
}

fn exports_of(inputs: &BuildFolder) -> Vec<ExportLine> {
    let lines = inputs.symvers.iter().flatten().map(|line| ExportLine {
        module: line.module.clone(),
        symbol: line.symbol.clone(),
        kind: line.kind.clone(),
        namespace: line.namespace.clone(),
    });
    lines.collect()
}

/// Whether a finding only says that the exported set has changed.
fn is_about_export_set(finding: &GateFinding) -> bool {
    finding.check == "exports" && matches!(finding.kind, "removed" | "narrowed")
}

/// What users of the old set would miss in the new one: an export that is gone, or that fewer may use.
fn export_differences(old: &[ExportLine], new: &[ExportLine]) -> Vec<GateFinding> {
    let new: BTreeMap<&str, &ExportLine> = new.iter().map(|line| (line.symbol.as_str(), line)).collect();
    let mut findings = Vec::new();
    for line in old {
        let finding = match new.get(line.symbol.as_str()) {
            None => GateFinding::new("removed", format!("'{}' of {} is no longer exported", line.symbol, line.module)),
            Some(now) if now.namespace != line.namespace => {
                let text = format!("'{}' has moved to the namespace '{}'", line.symbol, now.namespace);
                GateFinding::new("narrowed", text)
            }
            Some(now) if now.kind != line.kind && now.kind == "EXPORT_SYMBOL_GPL" => {
                GateFinding::new("narrowed", format!("'{}' is now for GPL-compatible modules only", line.symbol))
            }
            Some(_) => continue,
        };
        findings.push(finding.symbol(&line.symbol).about("Module.symvers", "Module.symvers"));
    }
    findings
}

fn as_exports(findings: Vec<GateFinding>, checks: &[&'static Check]) -> Vec<GateFinding> {
    as_check("exports", findings, checks)
}

/// Findings of a check that is made here, if it runs.
fn as_check(id: &'static str, mut findings: Vec<GateFinding>, checks: &[&'static Check]) -> Vec<GateFinding> {
    if !checks.iter().any(|check| check.id == id) {
        return Vec::new();
    }
    for finding in &mut findings {
        finding.check = id;
    }
    findings
}

/// What can only be seen by comparing two builds: exports, and global functions that became local.
pub fn compare_builds(
    old: &BuildFolder,
    old_facts: &[FileFacts],
    new: &BuildFolder,
    new_facts: &[FileFacts],
    checks: &[&'static Check],
) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    if old.symvers.is_some() && new.symvers.is_some() {
        findings.extend(as_exports(export_differences(&exports_of(old), &exports_of(new)), checks));
    }
    let kernel = |facts: &'_ [FileFacts]| facts.iter().position(|facts| facts.file.stage == BuildStage::VmlinuxObject);
    let before = kernel(old_facts).and_then(|index| old_facts.get(index));
    let after = kernel(new_facts).and_then(|index| new_facts.get(index));
    if let (Some(before), Some(after)) = (before, after) {
        let became_local = before
            .definitions
            .iter()
            .filter(|name| after.definitions.binary_search(name).is_err() && after.locals.binary_search(name).is_ok());
        let found = became_local.map(|name| {
            let text = format!("'{name}' was global and is local now: livepatches and modules cannot name it");
            let finding = GateFinding::new("became-local", text).symbol(name).at_most(GateSeverity::Error);
            finding.about(&after.file.subject, &after.file.name)
        });
        findings.extend(as_check("livepatch", found.collect(), checks));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(symbol: &str) -> GateFinding {
        let mut finding =
            GateFinding::new("function", "text").symbol(symbol).section(".text.a").about("vmlinux", "vmlinux.o");
        finding.check = "promoted-symbols";
        finding
    }

    #[test]
    fn lines_survive_a_round_trip() {
        let lines = "orc/wrong-entry fs/a foo .text - *3 @clang:190000-199999 # known: bug 12\n\
                     undefined/undefined a b%20c - -\nexport vmlinux foo EXPORT_SYMBOL_GPL -\n";
        let baseline = Baseline::parse(lines).expect("it is well formed");
        let text = baseline.to_string();
        let body: String = text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
        assert_eq!(body, lines);
        assert_eq!(baseline.entries[0].count, 3);
        assert_eq!(baseline.entries[1].key.symbol, "b c");
    }

    #[test]
    fn bad_lines_are_named() {
        assert_eq!(Baseline::parse("\nnonsense\n").expect_err("it is bad").0, 2);
        assert!(
            Baseline::parse("orc/missing c d e\n").is_err() && Baseline::parse("orc/missing c d e f *x\n").is_err()
        );
        assert!(Baseline::parse("orc/missing c d e f @clang\n").is_err() && Baseline::parse("export a b\n").is_err());
    }

    #[test]
    fn slips_of_the_pen_are_named() {
        let error = |line: &str| Baseline::parse(&format!("# head\n\n{line}\n")).expect_err("it is bad");
        assert_eq!(
            error("versoins/wrong a b - -"),
            (3, "there is no check 'versoins'; 'versions' may be meant".to_owned())
        );
        assert!(error("versions/wrnog a b - -").1.ends_with("of the kind 'wrnog'; 'wrong' may be meant"));
    }

    #[test]
    fn patterns_accept_what_they_say() {
        let lines =
            "promoted-symbols/function vm* fo* .text - # all of it\npromoted-symbols/function * bar .text - *1\n";
        let baseline = Baseline::parse(lines).expect("well formed");
        let body: Vec<String> = baseline.entries.iter().map(ToString::to_string).collect();
        assert_eq!(body, lines.lines().collect::<Vec<_>>());
        let now = || ["foo", "fob", "bar", "bar", "baz"].into_iter().map(finding).collect::<Vec<_>>();
        let (judged, gone) = baseline.judge(now(), &Config::default(), &|_| true);
        assert_eq!(judged.iter().map(Judged::is_open).collect::<Vec<_>>(), [false, false, false, true, true]);
        assert_eq!((judged[0].accepted.as_deref(), gone.len()), (Some("all of it"), 0));
        let (_, gone) = baseline.judge(vec![finding("foo")], &Config::default(), &|_| true);
        assert_eq!(gone.len(), 1, "what accepts nothing any more is gone");
        assert!(fits("a*b*c", "aXbYc") && fits("*", "") && fits("a*", "a") && fits("a", "a"));
        assert!(!fits("a*b", "ab c") && !fits("a*a", "a") && !fits("a", "ab") && !fits("a*bc*c", "abc"));
    }

    /// What a report shows as a key is a line of a baseline, whatever the names.
    #[test]
    fn keys_are_lines() {
        for symbol in ["foo.llvm.12", "", "-", "a b", "#x", "100%", "a*b", "é"] {
            let finding = finding(symbol);
            let baseline = Baseline::parse(&format!("{}\n", finding.key())).expect("well formed");
            let (judged, gone) = baseline.judge(vec![finding], &Config::default(), &|_| true);
            assert!(!judged[0].is_open() && gone.is_empty(), "{symbol}");
        }
    }

    #[test]
    fn keys_survive_a_rebuild_and_counts_limit() {
        let mut baseline = Baseline::default();
        baseline.accept_all(&[finding("foo.llvm.111")]);
        let now = vec![finding("foo.llvm.222"), finding("foo.llvm.333"), finding("bar.llvm.1")];
        let (judged, gone) = baseline.judge(now, &Config::default(), &|_| true);
        assert_eq!(judged.iter().map(Judged::is_open).collect::<Vec<_>>(), [false, true, true]);
        assert!(gone.is_empty());
        let (_, gone) = baseline.judge(Vec::new(), &Config::default(), &|_| true);
        assert_eq!(gone.len(), 1);
        let (_, gone) = baseline.judge(Vec::new(), &Config::default(), &|check| check == "orc");
        assert!(gone.is_empty(), "what was not looked at is not gone");
    }

    #[test]
    fn entries_for_other_compilers_do_not_count_and_stay() {
        let baseline =
            Baseline::parse("promoted-symbols/function vmlinux foo .text - @gcc:1-9\n").expect("well formed");
        let clang = Config::parse("CONFIG_CC_IS_CLANG=y\nCONFIG_CLANG_VERSION=190107\n");
        let (judged, gone) = baseline.judge(vec![finding("foo.llvm.1")], &clang, &|_| true);
        assert!(judged[0].is_open() && gone.is_empty());
    }

    #[test]
    fn exports_may_widen_but_not_narrow() {
        let line = |symbol: &str, kind: &str| ExportLine {
            module: "vmlinux".to_owned(),
            symbol: symbol.to_owned(),
            kind: kind.to_owned(),
            namespace: String::new(),
        };
        let old = [line("a", "EXPORT_SYMBOL"), line("b", "EXPORT_SYMBOL"), line("c", "EXPORT_SYMBOL_GPL")];
        let new = [line("a", "EXPORT_SYMBOL_GPL"), line("c", "EXPORT_SYMBOL"), line("d", "EXPORT_SYMBOL")];
        let found: Vec<_> = export_differences(&old, &new).into_iter().map(|f| (f.kind, f.symbol)).collect();
        assert_eq!(found, [("narrowed", "a".to_owned()), ("removed", "b".to_owned())]);
    }
}
