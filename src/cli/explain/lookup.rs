// SPDX-License-Identifier: GPL-2.0-only

//! Which findings a query asks for: by identifier, by a line of a log, by a part of one, by words of explanations.

use crate::arm64::finding as arm64;
use crate::modpost::explain as modpost;
use crate::objtool::finding::message;

/// Stands for what differs from case to case in [`WORDINGS`].
pub const HOLE: &str = "{}";

/// Identifiers of findings, each with lines: of its explanation, or patterns of what it says.
type Texts = &'static [(&'static str, &'static [&'static str])];

/// What a message begins with, after a file's name, a severity, or both.
const TOOLS: [&str; 2] = ["objtool: ", "modpost: "];

/// Every finding's explanation.
const EXPLANATIONS: [Texts; 3] = [message::EXPLANATIONS, modpost::EXPLANATIONS, arm64::EXPLANATIONS];
/// What every finding says.
const WORDINGS: [Texts; 3] = [message::WORDINGS, modpost::WORDINGS, arm64::WORDINGS];

/// Identifiers and explanations of all findings.
pub fn explanations() -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> + Clone {
    EXPLANATIONS.into_iter().flatten()
}

/// Identifiers of all findings, and what they say.
pub fn wordings() -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> + Clone {
    WORDINGS.into_iter().flatten()
}

/// Identifiers of the findings that print this line of a log; several where they say the same.
pub fn findings_of(line: &str) -> Vec<&'static str> {
    saying(line.trim())
}

/// Identifiers of what is asked for: the surest way that finds something counts.
pub fn find(query: &str) -> Vec<&'static str> {
    let ways: [fn(&str) -> Vec<&'static str>; 4] = [called, saying, saying_part, speaking_of];
    if query.is_empty() {
        Vec::new()
    } else {
        ways.iter().map(|way| way(query)).find(|ids| !ids.is_empty()).unwrap_or_default()
    }
}

/// Identifiers that are just so.
pub fn called(query: &str) -> Vec<&'static str> {
    explanations().map(|(id, _)| *id).filter(|id| *id == query).collect()
}

/// The findings that print a line like this, with or without file name, severity and place.
fn saying(query: &str) -> Vec<&'static str> {
    let text = TOOLS.iter().find_map(|tool| query.split_once(tool)).map_or(query, |(_, text)| text).trim();
    let after_place = text.split_once(": ").map(|(_, rest)| rest.trim());
    let texts = [Some(text), after_place.filter(|_| has_place(text))];
    for text in texts.into_iter().flatten() {
        let fit = |(id, says): &(&'static str, &[&str])| {
            let literal = says.iter().filter(|pattern| fits(pattern, text)).map(|pattern| literal_len(pattern)).max();
            literal.map(|len| (len, *id))
        };
        let found: Vec<(usize, &'static str)> = wordings().filter_map(fit).collect();
        if let Some(longest) = found.iter().map(|(len, _)| *len).max() {
            return found.into_iter().filter(|(len, _)| *len == longest).map(|(_, id)| id).collect();
        }
    }
    Vec::new()
}

/// Whether the text begins with a place such as `name+0x12: ` or `name+0x12 (.text+0x34): `.
fn has_place(text: &str) -> bool {
    text.split_once(": ").is_some_and(|(place, _)| place.contains("+0x"))
}

/// Whether `text` is `pattern` with something in each hole.
fn fits(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split(HOLE);
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        let is_last = pieces.peek().is_none();
        let at = if is_last { rest.strip_suffix(piece).map(str::len) } else { rest.find(piece) };
        let Some(after) = at.filter(|at| *at != 0).and_then(|at| rest.get(at..)) else { return false };
        rest = after.strip_prefix(piece).unwrap_or_default();
    }
    true
}

fn literal_len(pattern: &str) -> usize {
    pattern.split(HOLE).map(str::len).sum()
}

/// Findings that print this among other words.
fn saying_part(query: &str) -> Vec<&'static str> {
    let query = query.to_lowercase();
    let says = |(_, says): &&(&str, &[&str])| says.iter().any(|pattern| pattern.to_lowercase().contains(&query));
    wordings().filter(says).map(|(id, _)| *id).collect()
}

/// Findings that have all these words in their identifiers or explanations.
fn speaking_of(query: &str) -> Vec<&'static str> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let speaks = |(id, lines): &&(&str, &[&str])| {
        let all = format!("{id} {}", lines.concat()).to_lowercase();
        words.iter().all(|word| all.contains(word.as_str()))
    };
    explanations().filter(speaks).map(|(id, _)| *id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_take_something_each() {
        assert!(fits("call to {}() with {}", "call to a() with b"));
        assert!(!fits("call to {}() with {}", "call to () with b"));
        assert!(!fits("call to {}() with {}", "call to a() with "));
        assert!(fits("a", "a") && !fits("a", "ab") && !fits("{}b", "b") && fits("{}b", "bb"));
    }
}
