//! `postlink explain`: what a finding means, why it matters, and how to fix it.
//!
//! The words are the findings' own documentation, see [`Message`](crate::diag::Message).

use crate::diag::message::EXPLANATIONS;
use std::fmt::Write;

/// What a query came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explained {
    /// The explanation, or several of them.
    Found(String),
    /// Nothing is called so or speaks of it; the text says what to ask for.
    Unknown(String),
}

/// Explains the finding `query`: its identifier, or words of it or of its explanation.
pub fn explain(query: &str) -> Explained {
    if let Some((id, lines)) = EXPLANATIONS.iter().find(|(id, _)| *id == query) {
        return Explained::Found(text(id, lines));
    }
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let speaks_of = |(id, lines): &&(&str, &[&str])| {
        let all = format!("{id} {}", lines.concat()).to_lowercase();
        !words.is_empty() && words.iter().all(|word| all.contains(word.as_str()))
    };
    let found: Vec<_> = EXPLANATIONS.iter().filter(speaks_of).collect();
    match found.as_slice() {
        [] => {
            Explained::Unknown(format!("no finding is called or speaks of '{query}'; postlink explain lists them all"))
        }
        found => Explained::Found(found.iter().map(|(id, lines)| text(id, lines)).collect::<Vec<_>>().join("\n")),
    }
}

/// All identifiers with the first sentence of each.
pub fn list() -> String {
    let width = EXPLANATIONS.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
    let mut list = String::new();
    for (id, lines) in EXPLANATIONS {
        // Writing to memory does not fail.
        let _ = writeln!(list, "{id:width$}  {}", lines.first().map_or("", |line| line.trim()));
    }
    list
}

fn text(id: &str, lines: &[&str]) -> String {
    let mut text = format!("{id}\n\n");
    for line in lines {
        let _ = writeln!(text, "    {}", line.trim());
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_explained() {
        let Explained::Found(text) = explain("naked-return") else { panic!("it is known") };
        assert!(text.starts_with("naked-return\n\n    A return that does not go through"), "{text}");
        assert!(text.contains("    Fix: "), "{text}");
    }

    #[test]
    fn words_are_looked_for() {
        let Explained::Found(text) = explain("Spectre indirect") else { panic!("something speaks of it") };
        assert!(text.contains("indirect-branch\n"), "{text}");
        assert!(matches!(explain("no such thing at all"), Explained::Unknown(_)));
        assert!(matches!(explain(""), Explained::Unknown(_)));
    }

    #[test]
    fn every_finding_is_listed_and_identifiers_are_unique() {
        let mut ids: Vec<&str> = EXPLANATIONS.iter().map(|(id, _)| *id).collect();
        assert_eq!(list().lines().count(), ids.len());
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), EXPLANATIONS.len());
    }
}
