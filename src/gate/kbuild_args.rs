// SPDX-License-Identifier: GPL-2.0-only

//! Which variables make kbuild use our tools, for a given tree.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::stdio;

/// Prints the variables for the tree in `dir`.
pub fn main(dir: &Path) -> ExitCode {
    match variables(dir) {
        Ok((line, notes)) => {
            for note in notes {
                stdio::tell("kbuild-args", &note);
            }
            stdio::print("kbuild-args", format!("{line}\n").as_bytes(), 0)
        }
        Err(error) => stdio::refuse("kbuild-args", &error),
    }
}

/// `name=value` words for `make`, quoted for a shell, and what they do not reach.
///
/// Both tools are in make variables in every series, but under names that differ, and with other things in them.
fn variables(dir: &Path) -> Result<(String, Vec<String>), String> {
    let source = if dir.join("source").is_dir() { dir.join("source") } else { dir.to_owned() };
    let read = |name: &str| fs::read_to_string(source.join(name)).unwrap_or_default();
    let lib =
        [read("scripts/Makefile.lib"), read("scripts/Makefile.build"), read("scripts/Makefile.vmlinux_o")].concat();
    let post = read("scripts/Makefile.modpost");
    if lib.is_empty() || post.is_empty() {
        return Err(format!("{}: neither a kernel tree nor an output folder of one", dir.display()));
    }
    let mut words = Vec::new();
    let mut notes = Vec::new();
    for (text, names, tool) in [(&lib, OBJTOOL_NAMES, "objtool"), (&post, MODPOST_NAMES, "modpost")] {
        let found = names.iter().find_map(|name| Some((name, value_of(text, name)?)));
        let Some((name, value)) = found else { continue };
        // Make ignores `+=` for a variable of the command line, so these options would be lost.
        if has_additions(text, name) {
            notes.push(format!("the makefiles add options to {name}: put {tool} in the place of their own instead"));
            continue;
        }
        // Up to 5.18 the variable holds options as well; they are kept for make to expand.
        let options = value.split_once(char::is_whitespace).map_or("", |(_, options)| options.trim());
        let quoted = if options.is_empty() { String::new() } else { format!("' {}'", options.replace('\'', "'\\''")) };
        words.push(format!("{name}=\"$(command -v {tool})\"{quoted}"));
    }
    if words.is_empty() {
        return Err(format!("{}: its makefiles name the tools in no variable; replace the files", source.display()));
    }
    if read("scripts/link-vmlinux.sh").lines().any(|line| line.trim_start().starts_with("tools/objtool/objtool ")) {
        notes.push("scripts/link-vmlinux.sh runs tools/objtool/objtool itself, for vmlinux.o".to_owned());
    }
    Ok((words.join(" "), notes))
}

/// Names of the variable with objtool's path: today's, then 5.10's.
const OBJTOOL_NAMES: &[&str] = &["objtool", "__objtool_obj"];
/// Names of the variable with modpost's path.
const MODPOST_NAMES: &[&str] = &["MODPOST"];

/// The value that a makefile gives a variable, continued lines joined.
fn value_of(text: &str, name: &str) -> Option<String> {
    let joined = text.replace("\\\n", " ");
    let line = joined.lines().find(|line| is_assignment(line, name))?;
    let (_, value) = line.split_once('=')?;
    Some(value.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether the makefile adds to the variable after it has set it.
fn has_additions(text: &str, name: &str) -> bool {
    text.lines()
        .any(|line| line.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with("+=")))
}

fn is_assignment(line: &str, name: &str) -> bool {
    let rest = line.trim_start().strip_prefix(name).map(str::trim_start);
    rest.is_some_and(|rest| [":=", "=", "?="].iter().any(|sign| rest.starts_with(sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments() {
        assert!(is_assignment("objtool := $(objtree)/tools/objtool/objtool", "objtool"));
        assert!(is_assignment("MODPOST = scripts/mod/modpost", "MODPOST"));
        assert!(!is_assignment("objtool-args := x", "objtool") && !is_assignment("cmd_objtool = x", "objtool"));
        let text = "MODPOST = scripts/mod/modpost \\\n\t$(if $(CONFIG_X),-m) \\\n\t-a\nother = 1\n";
        assert_eq!(value_of(text, "MODPOST").as_deref(), Some("scripts/mod/modpost $(if $(CONFIG_X),-m) -a"));
        assert_eq!(value_of(text, "objtool"), None);
        assert!(has_additions("MODPOST += -e\n", "MODPOST") && !has_additions(text, "MODPOST"));
    }
}
