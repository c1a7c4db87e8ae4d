// SPDX-License-Identifier: GPL-2.0-only

//! `postlink explain`: what a finding means, why it matters at run time, and how to fix or annotate it.
//!
//! The words are the findings' own documentation, see [`Message`](crate::objtool::finding::Message), and those of the gate's checks.
//! A finding is asked for by its identifier, as `check/kind`, by a line copied from a log or a report, or by words it speaks of.

mod lookup;

use crate::arm64::finding as arm64;
use crate::gate::checks;
use crate::gate::kinds;
use crate::gate::report;
use crate::modpost::explain as modpost;
use crate::objtool::finding::Topic;
use crate::objtool::finding::message;
use lookup::HOLE;
use lookup::called;
use lookup::explanations;
use lookup::find;
pub use lookup::findings_of;
use lookup::wordings;
use std::fmt::Write;

/// What a query came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explained {
    /// The explanation, or several of them.
    Found(String),
    /// Nothing is called so or speaks of it; the text says what to ask for.
    Unknown(String),
}

/// Explains what `words` ask for: several names, or one thing in several words.
pub fn explain_words(words: &[String]) -> Explained {
    let each: Option<Vec<String>> = words.iter().map(|word| of_name(word)).collect();
    match each.filter(|each| each.len() > 1) {
        Some(each) => Explained::Found(each.join("\n")),
        None => explain(&words.join(" ")),
    }
}

/// Explains the finding `query`.
pub fn explain(query: &str) -> Explained {
    let query = query.trim();
    if let Some(text) = of_name(query).or_else(|| named_in(query).and_then(of_name)) {
        return Explained::Found(text);
    }
    let found = find(query);
    if found.is_empty() {
        let meant = kinds::meant(query, names());
        return Explained::Unknown(format!(
            "no finding is called '{query}', says so, or speaks of it{meant}; postlink explain lists them all"
        ));
    }
    Explained::Found(found.iter().map(|id| text(id)).collect::<Vec<_>>().join("\n"))
}

/// What is called just so: a check, a kind of its findings with or without the check's name, a finding of the tools.
fn of_name(name: &str) -> Option<String> {
    if let Some((id, kind)) = name.split_once('/') {
        let check = checks::by_id(id).filter(|check| kinds::is_known(check, kind))?;
        return Some(of_kind(check.id, kind));
    }
    if checks::by_id(name).is_some() {
        return Some(report::explain(name));
    }
    if !called(name).is_empty() {
        return Some(text(name));
    }
    let of_checks: Vec<String> =
        kinds::KINDS.iter().filter(|(_, kind, _)| *kind == name).map(|(check, kind, _)| of_kind(check, kind)).collect();
    (!of_checks.is_empty()).then(|| of_checks.join("\n"))
}

/// A kind of a check's findings: what it says, and what the check is about.
fn of_kind(check: &str, kind: &str) -> String {
    let sentence = kinds::KINDS.iter().find(|(id, known, _)| *id == check && *known == kind);
    let own = match sentence {
        Some((.., sentence)) => format!("{check}/{kind}\n\n    {sentence}\n"),
        None => format!("{check}/{kind}: {}", text(kind)),
    };
    format!("{own}\nThe check: {}", report::explain(check))
}

/// `check/kind` in a line of a report, a baseline or an annotation.
fn named_in(line: &str) -> Option<&str> {
    let mut words = line.split(|c: char| c.is_whitespace() || "[]=,:\"'`".contains(c));
    let is_kind = |word: &&str| {
        let parts = word.split_once('/');
        parts.is_some_and(|(id, kind)| checks::by_id(id).is_some_and(|check| kinds::is_known(check, kind)))
    };
    words.rfind(is_kind)
}

/// Everything that is called something.
fn names() -> impl Iterator<Item = &'static str> {
    let of_checks = checks::ALL.iter().map(|check| check.id);
    of_checks.chain(kinds::KINDS.iter().map(|(_, kind, _)| *kind)).chain(explanations().map(|(id, _)| *id))
}

/// All identifiers with the first line of each: of each tool, by what they are about, then of the gate.
pub fn list() -> String {
    let width = explanations().map(|(id, _)| id.len()).max().unwrap_or(0);
    let mut list = String::new();
    for topic in Topic::ALL {
        let own = message::TOPICS.iter().filter(|(_, known)| known == topic).map(|(id, _)| *id);
        section(&mut list, &format!("objtool, {}", words_of(*topic)), own, width);
    }
    for heading in modpost::Heading::ALL {
        let own = modpost::HEADINGS.iter().filter(|(_, known)| known == heading).map(|(id, _)| *id);
        section(&mut list, &format!("modpost, {}", heading.words()), own, width);
    }
    section(&mut list, "arm64", arm64::KINDS.iter().map(|kind| kind.id()), width);
    list + &report::list()
}

fn section(list: &mut String, title: &str, ids: impl Iterator<Item = &'static str>, width: usize) {
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_unstable();
    // Writing to memory does not fail.
    let _ = writeln!(list, "{}{title}:", if list.is_empty() { "" } else { "\n" });
    for id in ids {
        let lines = explanations().find(|(known, _)| *known == id).map_or(&[][..], |(_, lines)| lines);
        let meaning = lines.iter().take_while(|line| !line.trim().is_empty());
        let meaning: Vec<&str> = meaning.map(|line| line.trim()).collect();
        let _ = writeln!(list, "{id:width$}  {}", meaning.join(" "));
    }
}

fn words_of(topic: Topic) -> &'static str {
    match topic {
        Topic::None => "lines about other findings",
        Topic::Structure => "what the object is made of",
        Topic::Stack => "the way through the code, and the stack on it",
        Topic::Noinstr => "code that must not be instrumented",
        Topic::Uaccess => "access to user memory",
        Topic::Mitigations => "mitigations",
        Topic::StaticCall => "static calls",
        Topic::Mcount => "the function tracer",
        Topic::Orc => "unwind tables",
    }
}

/// Identifier, what the finding says in a log, and its explanation.
fn text(id: &str) -> String {
    let mut text = format!("{id}\n\n");
    let says = wordings().filter(|(known, _)| *known == id).flat_map(|(_, says)| *says);
    for line in says.clone() {
        let _ = writeln!(text, "    > {}", line.replace(HOLE, "..."));
    }
    if says.count() != 0 {
        text.push('\n');
    }
    let lines = explanations().filter(|(known, _)| *known == id).flat_map(|(_, lines)| *lines);
    for line in lines {
        // The remedy is a paragraph of its own.
        let blank = if line.trim().starts_with("Fix: ") { "\n" } else { "" };
        let _ = writeln!(text, "{blank}    {}", line.trim());
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::ElfFile;
    use crate::kernel::Profile;
    use crate::kernel::series::Series;
    use crate::objtool::code;
    use crate::objtool::opts::Opts;
    use crate::objtool::wording;
    use std::collections::BTreeSet;

    fn found(query: &str) -> String {
        match explain(query) {
            Explained::Found(text) => text,
            Explained::Unknown(text) => panic!("{query}: {text}"),
        }
    }

    #[test]
    fn an_identifier_is_explained() {
        let text = found("naked-return");
        let start = "naked-return\n\n    > 'naked' return found in MITIGATION_RETHUNK build\n";
        assert!(text.starts_with(start), "{text}");
        assert!(text.contains("\n\n    A return that does not go through the return thunk.\n\n"), "{text}");
        assert!(text.contains("\n\n    Fix: "), "{text}");
    }

    #[test]
    fn a_line_of_a_log_is_explained() {
        let lines = [
            ("vmlinux.o: warning: objtool: foo+0x12: return with modified stack frame", "return-modified-frame"),
            (
                "a.o: error: objtool: foo+0x12 (.text+0x34): 'naked' return found in MITIGATION_RETHUNK build",
                "naked-return",
            ),
            ("foo+0x12: call to kasan_report() with UACCESS enabled", "call-with-uaccess"),
            ("call to foo() leaves .noinstr.text section", "leaves-noinstr"),
            ("x.o: warning: objtool: foo+0x1: stack state mismatch: cfa1=4+24 cfa2=4+16", "stack-mismatch-cfa"),
            ("foo() falls through to next function bar()", "falls-through"),
            ("objtool: .init.text: unexpected end of section", "end-of-section"),
            ("x.ko: error: objtool: static_call: can't find static_call_key symbol: __SCK__x", "no-static-call-key"),
            ("x.o: warning: objtool: .rodata+0x8: data relocation to !ENDBR: foo+0x4", "data-reloc-to-non-endbr"),
        ];
        for (line, id) in lines {
            assert_eq!(find(line), [id], "{line}");
        }
    }

    #[test]
    fn parts_of_a_message_and_words_of_an_explanation_are_found() {
        let text = found("modified stack frame");
        assert!(text.contains("sibling-call-modified-frame\n") && text.contains("\nreturn-modified-frame\n"), "{text}");
        let text = found("Spectre indirect");
        assert!(text.contains("indirect-branch\n"), "{text}");
        assert!(matches!(explain("no such thing at all"), Explained::Unknown(_)));
        assert!(matches!(explain(""), Explained::Unknown(_)));
    }

    #[test]
    fn every_finding_is_listed_and_identifiers_are_unique() {
        let mut ids: Vec<&str> = explanations().map(|(id, _)| *id).collect();
        let list = list();
        for id in &ids {
            assert_eq!(list.lines().filter(|line| line.split(' ').next() == Some(id)).count(), 1, "{id}");
        }
        for check in checks::ALL {
            assert!(list.contains(&format!("\n{} ", check.id)), "{}", check.id);
            for kind in kinds::KINDS.iter().filter(|(id, ..)| *id == check.id).map(|(_, kind, _)| kind) {
                assert!(list.contains(&format!("\n  {}/{kind} ", check.id)), "{}/{kind}", check.id);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), explanations().count());
    }

    #[test]
    fn every_kind_is_explained_however_it_is_asked_for() {
        for check in checks::ALL {
            for kind in kinds::kinds_of(check) {
                let name = format!("{}/{kind}", check.id);
                let wanted = found(&name);
                assert!(wanted.starts_with(&name) && wanted.contains("Remedy: "), "{name}: {wanted}");
                for line in [
                    format!("drivers/a.c:12: error: drivers/a: 'x' is wrong [{name}]"),
                    format!("{name} drivers/a x .text -"),
                    format!("::error file=a.c,line=1,title={name}::text"),
                    format!("    | key: {name} drivers/a - - -"),
                ] {
                    assert_eq!(found(&line), wanted, "{line}");
                }
                assert!(!found(kind).is_empty());
            }
        }
        let several = ["versions/wrong", "orc", "naked-return"].map(str::to_owned);
        let Explained::Found(text) = explain_words(&several) else { panic!("all of them are known") };
        assert!(text.contains("versions/wrong\n") && text.contains("\norc\n") && text.contains("\nnaked-return\n"));
    }

    #[test]
    fn the_nearest_name_is_told() {
        for (asked, meant) in
            [("versoins", "versions"), ("naked-retrun", "naked-return"), ("runtime-libary", "runtime-library")]
        {
            match explain(asked) {
                Explained::Unknown(text) => assert!(text.contains(&format!("'{meant}' may be meant")), "{text}"),
                Explained::Found(text) => panic!("{asked}: {text}"),
            }
        }
    }

    /// The same for `modpost`, in every compared release.
    #[test]
    fn every_message_of_modpost_is_found_by_what_it_says() {
        let lines = modpost::samples::lines();
        for (id, line) in &lines {
            let patterns = modpost::WORDINGS.iter().find(|(known, _)| known == id).expect("in the table").1;
            let says = |twin: &&str| modpost::WORDINGS.iter().any(|(known, says)| known == twin && says == &patterns);
            let ids = find(line);
            // Some say more in their second line, or differ in nothing that is printed.
            assert!(patterns.is_empty() || ids.contains(id), "{line}: {ids:?}, not {id}");
            assert!(
                patterns.is_empty() || ids.iter().all(|twin| twin == id || says(twin) || is_twin(id, twin)),
                "{line}: {ids:?}"
            );
        }
        let said: BTreeSet<&str> = lines.iter().map(|(id, _)| *id).collect();
        let all: BTreeSet<&str> = modpost::EXPLANATIONS.iter().map(|(id, _)| *id).collect();
        assert_eq!(said, all);
    }

    /// Findings that some releases print in the same words.
    fn is_twin(a: &str, b: &str) -> bool {
        [["version-failed", "version-undefined"], ["reference-mismatch", "extable-mismatch"]]
            .iter()
            .any(|pair| pair.contains(&a) && pair.contains(&b))
    }

    /// What is looked for is what is printed: the patterns, against the code that prints, for both series.
    #[test]
    fn every_message_is_found_by_what_it_says() {
        let data = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/extras/flow.o")).expect("a fixture");
        let elf = ElfFile::parse(&data).expect("an object");
        let opts = Opts::default();
        let mut n_said = 0;
        for series in [Series::V6_6, Series::V6_12, Series::V6_18, Series::V7_3] {
            let profile = Profile::of(series).expect("rebuilt");
            let arch = arch::with_upstream(elf.machine).expect("x86-64");
            let (code, ..) = code::build(&opts, &profile, arch, &elf, None);
            for message in message::samples() {
                let says = wordings().find(|(id, _)| *id == message.id()).expect("in the table").1;
                let mut text = Vec::new();
                wording::write(&mut text, &code, &message);
                let text = String::from_utf8(text).expect("plain");
                if says.is_empty() {
                    continue;
                }
                n_said += 1;
                let line = format!("x.o: warning: objtool: f+0x1: {}", text.trim());
                let ids = find(&line);
                // Two findings differ only in where the section comes from.
                let is_twin = message.id().starts_with("absolute-reloc") && ids.len() == 2;
                assert!(ids.contains(&message.id()), "{series:?}: {line}: {ids:?}");
                assert!(ids.len() == 1 || is_twin, "{series:?}: {line}: {ids:?}");
            }
        }
        assert!(n_said > 200, "only {n_said} messages say anything");
    }
}
