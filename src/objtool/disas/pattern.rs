// SPDX-License-Identifier: GPL-2.0-only

//! Shell patterns over symbol names: `fnmatch()` without flags, in the C locale.

/// Whether all of `name` fits `pattern`: `*`, `?`, `[a-z]`, `[!...]`, `[[:alpha:]]`, and `\` before a character that stands
/// for itself.
pub fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (pattern, name);
    // Where to go on when something after the last star does not fit: the star takes one more byte.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = p {
            (p, retry) = (rest, Some((rest, n)));
            continue;
        }
        if p.is_empty() && n.is_empty() {
            return true;
        }
        if let Some((rest_p, rest_n)) = step(p, n) {
            (p, n) = (rest_p, rest_n);
            continue;
        }
        let Some((after_star, [_, rest @ ..])) = retry else { return false };
        (p, n, retry) = (after_star, rest, Some((after_star, rest)));
    }
}

/// Matches one element, which is no star, against one byte; returns what is left of both.
fn step<'p, 'n>(pattern: &'p [u8], name: &'n [u8]) -> Option<(&'p [u8], &'n [u8])> {
    let (&byte, rest_n) = name.split_first()?;
    let (fits, rest_p) = match pattern {
        [] => return None,
        [b'?', rest @ ..] => (true, rest),
        [b'[', rest @ ..] => match bracket(rest, byte) {
            Some(found) => found,
            // Without its end it is an ordinary character.
            None => (byte == b'[', rest),
        },
        [b'\\', escaped, rest @ ..] => (byte == *escaped, rest),
        [b'\\'] => return None,
        [literal, rest @ ..] => (byte == *literal, rest),
    };
    fits.then_some((rest_p, rest_n))
}

/// Whether `byte` is in the set that starts at `set`, and what follows the set; `None` if it never ends.
fn bracket(set: &[u8], byte: u8) -> Option<(bool, &[u8])> {
    let (is_negated, mut rest) = match set {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, set),
    };
    let mut found = false;
    let mut is_first = true;
    loop {
        if let [b']', after @ ..] = rest
            && !is_first
        {
            return Some((found != is_negated, after));
        }
        is_first = false;
        if let Some((class, after)) = class(rest) {
            found |= is_in_class(class, byte);
            rest = after;
            continue;
        }
        let (from, after) = member(rest)?;
        rest = after;
        let mut to = from;
        if let [b'-', end @ ..] = rest
            && !end.starts_with(b"]")
        {
            (to, rest) = member(end)?;
        }
        found |= (from..=to).contains(&byte);
    }
}

/// One character of a set, which a backslash may quote.
fn member(set: &[u8]) -> Option<(u8, &[u8])> {
    match set {
        [b'\\', escaped, rest @ ..] => Some((*escaped, rest)),
        [byte, rest @ ..] => Some((*byte, rest)),
        [] => None,
    }
}

/// `[:name:]`.
fn class(set: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = set.strip_prefix(b"[:")?;
    let end = memchr::memmem::find(inner, b":]")?;
    let name = inner.get(..end)?;
    let is_name = name.iter().all(u8::is_ascii_lowercase);
    is_name.then_some(())?;
    Some((name, inner.get(end + 2..)?))
}

fn is_in_class(class: &[u8], byte: u8) -> bool {
    match class {
        b"alpha" => byte.is_ascii_alphabetic(),
        b"digit" => byte.is_ascii_digit(),
        b"alnum" => byte.is_ascii_alphanumeric(),
        b"upper" => byte.is_ascii_uppercase(),
        b"lower" => byte.is_ascii_lowercase(),
        b"space" => matches!(byte, b' ' | b'\t'..=b'\r'),
        b"blank" => matches!(byte, b' ' | b'\t'),
        b"punct" => byte.is_ascii_punctuation(),
        b"print" => matches!(byte, b' '..=b'~'),
        b"graph" => byte.is_ascii_graphic(),
        b"cntrl" => byte.is_ascii_control(),
        b"xdigit" => byte.is_ascii_hexdigit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_with_the_c_library() {
        let fits = [
            ("*", ""),
            ("*", "foo"),
            ("foo", "foo"),
            ("f*o", "foo"),
            ("f*o", "fo"),
            ("*a*b", "xaxbaab"),
            ("?oo", "foo"),
            ("[a-f]oo", "foo"),
            ("[!a-e]oo", "foo"),
            ("[^a-e]oo", "foo"),
            ("[]x]", "]"),
            ("[!]x]", "y"),
            ("[a-]", "-"),
            ("[[:digit:]_]*", "1x"),
            ("foo\\*", "foo*"),
            ("[\\]]", "]"),
            ("[ab", "[ab"),
            ("*.cold", "x.cold"),
        ];
        for (pattern, name) in fits {
            assert!(matches(pattern.as_bytes(), name.as_bytes()), "{pattern} {name}");
        }
        let others = [
            ("", "x"),
            ("foo", "fooo"),
            ("foo", "fo"),
            ("f*o", "fob"),
            ("?", ""),
            ("[a-f]oo", "goo"),
            ("[!a-f]oo", "foo"),
            ("[[:digit:]]", "x"),
            ("foo\\*", "foox"),
            ("foo\\", "foo\\"),
            ("[ab", "a"),
            ("*a*b", "xaxbaac"),
        ];
        for (pattern, name) in others {
            assert!(!matches(pattern.as_bytes(), name.as_bytes()), "{pattern} {name}");
        }
    }
}
