// SPDX-License-Identifier: GPL-2.0-only

//! Text that says what it holds: names come from files that anybody may have made, and reports go to terminals and to logs in
//! which services look for commands.

/// Text with everything escaped that a terminal or a log would act upon instead of showing it: control characters, marks that
/// turn or hide what is written, and `##`, with which commands to several CI services begin, wherever in a line they stand.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let is_command = c == '#' && out.ends_with('#');
        match c {
            _ if c.is_ascii_control() || is_command => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            _ if is_acted_upon(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out
}

/// The same for a path that begins a line: in two colons, too, a log may see a command.
pub fn at_line_start(path: &str) -> String {
    if path.trim_start().starts_with("::") { format!("./{path}") } else { path.to_owned() }
}

fn is_acted_upon(c: char) -> bool {
    let is_mark = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || is_mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts() {
        assert_eq!(plain("fs/ext4: é 'a.llvm.1' # 2"), "fs/ext4: é 'a.llvm.1' # 2");
        assert_eq!(plain("\x1b[31mA\n::error::x\r\t\x7f"), "\\x1b[31mA\\x0a::error::x\\x0d\\x09\\x7f");
        assert_eq!(plain("a\u{9b}b\u{202e}c\u{2028}"), "a\\u{9b}b\\u{202e}c\\u{2028}");
        assert_eq!(plain("##[error]x ###"), "#\\x23[error]x #\\x23#");
        assert_eq!(at_line_start("::error ::x.c"), "./::error ::x.c");
    }
}
