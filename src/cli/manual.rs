// SPDX-License-Identifier: GPL-2.0-only

//! Manual pages, and completions for shells, made from the same definitions as the options.

use std::collections::BTreeMap;
use std::io;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use super::args::Cli;
use super::args::CompletedBy;
use super::help;
use crate::kernel::differences;
use crate::kernel::modpost::ModpostProfile;
use crate::kernel::releases::RELEASES;
use crate::modpost;
use crate::objtool::options;

/// The names of all pages; each is of section 1.
pub fn names() -> Vec<String> {
    let of_postlink = subcommands(&Cli::command(), "postlink").into_iter().map(|(name, _)| name);
    ["modpost", "objtool", "postlink"].map(str::to_owned).into_iter().chain(of_postlink).collect()
}

/// The commands of a command, and theirs, each with the name of its page.
fn subcommands(command: &clap::Command, name: &str) -> Vec<(String, clap::Command)> {
    let mut all = Vec::new();
    for sub in command.get_subcommands() {
        let name = format!("{name}-{}", sub.get_name());
        let below = subcommands(sub, &name);
        all.push((name, sub.clone()));
        all.extend(below);
    }
    all
}

/// A page for `man`; `None` if there is none of this name.
pub fn page(name: &str) -> io::Result<Option<String>> {
    match name {
        "objtool" => return Ok(Some(objtool())),
        "modpost" => return Ok(Some(modpost())),
        "postlink-objtool" => return Ok(Some(".so man1/objtool.1\n".to_owned())),
        "postlink-modpost" => return Ok(Some(".so man1/modpost.1\n".to_owned())),
        _ => {}
    }
    let mut commands = Cli::command().disable_help_subcommand(true);
    commands.build();
    let command = match name {
        "postlink" => Some(commands),
        _ => {
            subcommands(&commands, "postlink").into_iter().find(|(known, _)| known == name).map(|(_, command)| command)
        }
    };
    let Some(command) = command else { return Ok(None) };
    let mut text = Vec::new();
    let source = concat!("postlink ", env!("CARGO_PKG_VERSION"));
    Man::new(command.version(env!("POSTLINK_VERSION"))).source(source).render(&mut text)?;
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

/// The completions of `postlink` for a shell.
pub fn completions(shell: CompletedBy) -> Vec<u8> {
    let shell = match shell {
        CompletedBy::Bash => Shell::Bash,
        CompletedBy::Zsh => Shell::Zsh,
        CompletedBy::Fish => Shell::Fish,
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "postlink", &mut text);
    text
}

fn objtool() -> String {
    let mut page = Page::new("objtool", "validate an object's code and write the kernel's tables");
    page.section("SYNOPSIS");
    let mut usage: Vec<&str> = Vec::new();
    let mut options = Releases::default();
    for release in RELEASES.iter().filter(|release| release.has_objtool) {
        let (lines, rows) = options::listed(differences::of_point(release.newest().bit).options);
        usage.extend(lines.iter().filter(|line| !usage.contains(line)).collect::<Vec<_>>());
        for row in rows.iter().filter(|row| !row.names.is_empty()) {
            options.add(&row.names, row.help, release.name);
        }
    }
    for line in usage {
        page.line(line);
    }
    page.section("DESCRIPTION");
    page.text(
        "The objtool of the Linux kernel, rebuilt: it follows every path through an object's code, validates the stack on \
         it, and writes the tables that the kernel unwinds and patches itself with. Options, messages, output and exit \
         status are those of the release at hand.",
    );
    page.text("Given an arm64 object, for which the kernel has no objtool, it checks the tables that are there.");
    page.section("OPTIONS");
    options.write(&mut page, RELEASES.iter().filter(|release| release.has_objtool).count());
    page.section("POSTLINK OBJTOOL");
    page.text("The same under the project's own name has more to say:");
    page.options(help::SERIES.iter().chain(help::OBJTOOL_ONLY));
    page.section("EXIT STATUS");
    page.text("The original's: 0, or 1 and more for errors, and 129 for a wrong command line; 2 for a kernel that is not known.");
    page.see_also("postlink(1), postlink-explain(1), modpost(1)");
    page.text
}

fn modpost() -> String {
    let mut page = Page::new("modpost", "decide what kernel modules may link against");
    page.section("SYNOPSIS");
    page.line("modpost [<options>] [file.o...]");
    page.section("DESCRIPTION");
    page.text(
        "The modpost of the Linux kernel, rebuilt: it reads vmlinux.o and the objects of modules, checks what they export, \
         import and refer to, and writes Module.symvers and the sources from which modules are made. Options, messages, \
         output and exit status are those of the release at hand.",
    );
    page.section("OPTIONS");
    let mut options = Releases::default();
    for release in &RELEASES {
        for (names, help) in modpost::listed(&ModpostProfile::of(release.series)) {
            options.add(&names, help, release.name);
        }
    }
    options.write(&mut page, RELEASES.len());
    page.section("POSTLINK MODPOST");
    page.text("The same under the project's own name has more to say:");
    page.options(help::SERIES.iter().chain(help::MODPOST_ONLY));
    page.section("EXIT STATUS");
    page.text("0, or 1 if something is wrong with a module, the command line, or the kernel that was asked for.");
    page.see_also("postlink(1), postlink-explain(1), objtool(1)");
    page.text
}

/// Options of all releases, by their names and what they do, with the releases that have them.
#[derive(Default)]
struct Releases(BTreeMap<(String, &'static str), Vec<&'static str>>);

impl Releases {
    fn add(&mut self, names: &str, help: &'static str, release: &'static str) {
        self.0.entry((names.to_owned(), help)).or_default().push(release);
    }

    /// By name without dashes; what not all `n_all` releases have says which do.
    fn write(&self, page: &mut Page, n_all: usize) {
        let mut rows: Vec<_> = self.0.iter().collect();
        rows.sort_by_key(|((names, _), _)| {
            names.rsplit("--").next().unwrap_or(names).trim_start_matches('-').to_lowercase()
        });
        for ((names, help), releases) in rows {
            let only = if releases.len() == n_all { String::new() } else { format!(" ({})", releases.join(", ")) };
            page.option(names, &format!("{help}{only}"));
        }
    }
}

/// A page that is being written, in `man`'s macros.
struct Page {
    text: String,
}

impl Page {
    fn new(name: &str, what: &str) -> Self {
        let version = escaped(env!("POSTLINK_VERSION"));
        let mut page = Self { text: format!(".TH {name} 1 \"\" \"postlink {version}\"\n") };
        page.section("NAME");
        page.text(&format!("{name} - {what}"));
        page
    }

    fn section(&mut self, name: &str) {
        self.text += &format!(".SH \"{name}\"\n");
    }

    fn text(&mut self, text: &str) {
        self.text += &format!(".PP\n{}\n", escaped(text));
    }

    /// A line by itself.
    fn line(&mut self, text: &str) {
        self.text += &format!(".br\n{}\n", escaped(text));
    }

    fn option(&mut self, names: &str, help: &str) {
        self.text += &format!(".TP\n\\fB{}\\fR\n{}\n", escaped(names), escaped(help));
    }

    fn options<'a>(&mut self, rows: impl Iterator<Item = &'a (&'a str, &'a str)>) {
        for (names, help) in rows {
            self.option(names, help);
        }
    }

    fn see_also(&mut self, pages: &str) {
        self.section("SEE ALSO");
        self.text(pages);
    }
}

/// Text that no macro and no escape is read in.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}
