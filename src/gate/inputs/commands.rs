// SPDX-License-Identifier: GPL-2.0-only

//! How an object was made, by the `.cmd` file that kbuild keeps beside it.

use std::ffi::OsString;
use std::path::Path;

use super::compile::Compile;
use super::text;
use crate::kernel::Facts;
use crate::objtool::options;
use crate::objtool::options::Parsed;
use crate::objtool::opts::Opts;

/// A recorded command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordedCommand {
    /// Words of the call of `objtool`, without the program; `None` if it was not run.
    pub objtool: Option<Vec<String>>,
    /// Files that a link read: those ending in `.o` or `.a`, response files opened.
    pub link_inputs: Vec<String>,
    /// There was a link (`ld -r`).
    pub is_link: bool,
    /// The link was told to dissolve section groups.
    pub dissolves_groups: bool,
    /// How a C unit was compiled.
    pub compile: Option<Compile>,
    /// The source, as it is recorded.
    pub source: Option<String>,
    /// Versions of exports that the compilation has worked out (`#SYMVER`).
    pub symvers: Vec<(String, u32)>,
    /// A compiler was told to make bitcode.
    pub makes_bitcode: bool,
}

impl RecordedCommand {
    /// Reads the `.cmd` file of `name` below `root`.
    pub fn read(root: &Path, name: &str) -> Option<Self> {
        let (dir, file) = name.rsplit_once('/').unwrap_or(("", name));
        let text = text::read(&root.join(dir).join(format!(".{file}.cmd")))?;
        let line = text.lines().find(|line| line.starts_with("savedcmd_") || line.starts_with("cmd_"))?;
        let (_, command) = line.split_once(":=")?;
        let symvers = text.lines().filter_map(symver).collect();
        Some(Self { symvers, ..Self::parse(root, command) })
    }

    fn parse(root: &Path, text: &str) -> Self {
        let mut command = Self::default();
        for part in text.split([';', '&', '|']) {
            let words: Vec<&str> = part.split_whitespace().collect();
            let Some(program) = words.first().map(|word| word.rsplit('/').next().unwrap_or(word)) else { continue };
            if program == "objtool" {
                command.objtool = Some(words.iter().skip(1).map(|&word| word.to_owned()).collect());
            } else if is_linker(program) {
                command.is_link = true;
                command.dissolves_groups |= words.contains(&"--force-group-allocation");
                command.add_inputs(root, &words);
            } else {
                if let Some(compile) = Compile::of(&words) {
                    command.compile = Some(compile);
                    command.source = words.last().map(|&source| source.to_owned());
                }
                command.makes_bitcode |= words.iter().any(|word| word.starts_with("-flto"));
            }
        }
        command
    }

    fn add_inputs(&mut self, root: &Path, words: &[&str]) {
        let mut words = words.iter().skip(1);
        while let Some(word) = words.next() {
            if *word == "-o" || *word == "-T" {
                words.next();
            } else if let Some(file) = word.strip_prefix('@') {
                let text = text::read(&root.join(file)).unwrap_or_default();
                self.link_inputs.extend(text.split_whitespace().map(str::to_owned));
            } else if word.ends_with(".o") || word.ends_with(".a") {
                self.link_inputs.push((*word).to_owned());
            }
        }
    }

    /// The options of the recorded call of `objtool`, as the series' parser reads them.
    pub fn objtool_opts(&self, facts: &Facts) -> Option<Opts> {
        let words = self.objtool.as_ref()?;
        opts_of(facts, words.iter().map(String::as_str))
    }

    /// Whether the unit's source is there.
    pub fn has_source(&self, root: &Path) -> bool {
        self.source.as_ref().is_some_and(|source| root.join(source).is_file())
    }

    /// Whether `objtool` was called without `--module`.
    pub fn lacks_module(&self) -> bool {
        self.objtool.as_ref().is_some_and(|words| !words.iter().any(|word| word == "--module" || word == "-m"))
    }
}

/// Parses the words of a call of `objtool`.
pub fn opts_of<'a>(facts: &Facts, words: impl Iterator<Item = &'a str>) -> Option<Opts> {
    let mut argv: Vec<OsString> = vec!["objtool".into()];
    argv.extend(words.map(OsString::from));
    match options::parse(facts, &argv, &[]) {
        Parsed::Run(run) if run.refused().is_none() && !run.opts.dump_orc => Some(run.opts),
        Parsed::Run(_) | Parsed::Klp(_) | Parsed::Exit(_) => None,
    }
}

/// `#SYMVER name 0x12345678`.
fn symver(line: &str) -> Option<(String, u32)> {
    let (name, crc) = line.strip_prefix("#SYMVER ")?.split_once(' ')?;
    Some((name.to_owned(), u32::from_str_radix(crc.trim().strip_prefix("0x")?, 16).ok()?))
}

fn is_linker(program: &str) -> bool {
    program == "ld" || program.starts_with("ld.") || program.ends_with("-ld") || program.contains("-ld.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Profile;

    #[test]
    fn a_link_with_objtool() {
        let text = " ld.lld-19 -r -o foo.o a.o b.o  ; ./tools/objtool/objtool --orc --link --module foo.o";
        let command = RecordedCommand::parse(Path::new("."), text);
        assert!(command.is_link && !command.lacks_module());
        assert_eq!(command.link_inputs, ["a.o", "b.o"]);
        let opts = command.objtool_opts(&Profile::newest().facts).expect("the series parses it");
        assert!(opts.orc && opts.link && opts.module && !opts.ibt);
    }

    #[test]
    fn a_compiler_for_bitcode() {
        let command = RecordedCommand::parse(Path::new("."), " clang-19 -flto=thin -c -o a.o a.c");
        assert!(command.makes_bitcode && !command.is_link && command.objtool.is_none());
        assert!(!command.lacks_module());
    }
}
