// SPDX-License-Identifier: GPL-2.0-only

//! README.md and the pages in `docs`: what they name is there, their commands are taken, and the output they show is real.
//!
//! `UPDATE_EXPECT=1 cargo test --test docs` writes the output in README.md and the picture in `docs/gate.svg` anew.

mod common;

use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use clap::CommandFactory;
use clap::Parser;
use postlink::cli::args::Cli;
use postlink::cli::series;
use tempfile::TempDir;

/// README.md and all pages, by their names from the top.
fn pages() -> Vec<(String, String)> {
    let docs = fs::read_dir(common::root().join("docs")).expect("the folder");
    let names = docs.map(|entry| format!("docs/{}", entry.expect("an entry").file_name().to_str().expect("plain")));
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".md")).chain(["README.md".to_owned()]).collect();
    names.sort();
    names
        .into_iter()
        .map(|name| (name.clone(), fs::read_to_string(common::root().join(name)).expect("a page")))
        .collect()
}

/// Where the links of a page lead, as far as that is in the repository.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).filter_map(|target| target.split('#').next()).collect()
}

/// Code on a page: the lines of blocks, and what stands in code font inside of text.
fn code(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_fenced = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced;
        } else if is_fenced {
            // Output is no code.
            found.extend(line.strip_prefix("$ ").map(str::to_owned));
        } else if let Some(line) = line.strip_prefix("    ") {
            found.push(line.to_owned());
        } else {
            prose += line;
            prose += "\n";
        }
    }
    found.extend(prose.split('`').skip(1).step_by(2).map(|span| span.replace('\n', " ")));
    found
}

#[test]
fn links_lead_somewhere_and_to_every_page() {
    let pages = pages();
    for (name, text) in &pages {
        let folder = common::root().join(name);
        for target in links(text) {
            let path = folder.parent().expect("a folder").join(target);
            assert!(path.exists(), "{name} links to {target}, which is not there");
        }
    }
    let readme = &pages.iter().find(|(name, _)| name == "README.md").expect("the README").1;
    for (name, _) in pages.iter().filter(|(name, _)| name != "README.md") {
        assert!(links(readme).contains(&name.as_str()), "README.md does not lead to {name}");
    }
    assert!(pages.len() > 5);
}

#[test]
fn files_and_targets_are_there() {
    let makefile = fs::read_to_string(common::root().join("Makefile")).expect("the Makefile");
    let (mut n_paths, mut n_targets) = (0, 0);
    for (name, text) in pages() {
        for line in code(&text) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let is_ours = |word: &&&str| {
                ["scripts/", "testdata/", "src/", "tests/", "fuzz/"].iter().any(|top| word.starts_with(top))
            };
            // Of a kernel tree there are others of these names.
            let is_kernels = |word: &str| {
                ["scripts/mod", "scripts/livepatch", "scripts/Makefile", "scripts/link-vmlinux.sh"]
                    .iter()
                    .any(|path| word.starts_with(path))
            };
            for word in words.iter().filter(is_ours).filter(|word| !is_kernels(word)) {
                n_paths += 1;
                assert!(common::root().join(word).exists(), "{name} names {word}, which is not there");
            }
            if let ["make", target, ..] = words[..]
                && !target.contains('=')
                && !line.contains("tools/objtool")
            {
                n_targets += 1;
                assert!(makefile.contains(&format!("\n{target}:")), "{name}: there is no target {target}");
            }
        }
    }
    assert!(n_paths > 15 && n_targets > 8, "only {n_paths} paths and {n_targets} targets are seen");
}

/// Calls of `postlink` in a line of a shell or of a job, without the words that stand for more of them.
fn calls(line: &str) -> Vec<Vec<String>> {
    let line = line.split(" #").next().unwrap_or_default();
    let parts = ["||", ";", "&&", "{", "}", "$(", ")", "|"]
        .iter()
        .fold(vec![line], |parts, separator| parts.into_iter().flat_map(|part| part.split(separator)).collect());
    let commands = parts.into_iter().map(|part| part.trim().trim_start_matches("- ").trim_start_matches("run: "));
    let ours = commands.filter(|command| command.starts_with("postlink "));
    ours.map(|command| command.split_whitespace().filter(|word| *word != "...").map(str::to_owned).collect()).collect()
}

#[test]
fn commands_are_taken() {
    let names: Vec<String> = Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let mut n_calls = 0;
    for (name, text) in pages() {
        for call in code(&text).iter().flat_map(|line| calls(line)) {
            n_calls += 1;
            // A command's name by itself is no call.
            if let [_, command] = &call[..]
                && names.contains(command)
            {
                continue;
            }
            if let Err(error) = Cli::try_parse_from(&call) {
                assert!(!error.use_stderr(), "{name}: {}: {error}", call.join(" "));
            }
        }
    }
    assert!(n_calls > 25, "only {n_calls} calls are seen");
}

#[test]
fn the_table_of_releases_is_what_the_tools_print() {
    let printed = series::list();
    let printed = printed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut printed: Vec<(String, String)> =
        printed.map(|words| (words[0].to_owned(), words[2..].join(", "))).collect();
    printed.reverse();
    let readme = fs::read_to_string(common::root().join("README.md")).expect("the README");
    let (_, table) = readme.split_once("\n| release | compared at |").expect("a table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| "));
    let cells = rows.map(|row| row.split(" | ").map(|cell| cell.trim_start_matches("| ")).collect::<Vec<_>>());
    let written: Vec<(String, String)> = cells.map(|cells| (cells[0].to_owned(), cells[1].to_owned())).collect();
    assert_eq!(written, printed);
}

/// A folder as the README has it: `before` is the small kernel, `build` that after a makefile has lost `--module`.
fn workplace() -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for name in ["before", "build"] {
        let copied =
            Command::new("cp").arg("-a").arg(common::testdata("gate/kernel")).arg(dir.path().join(name)).status();
        assert!(copied.expect("cp runs").success());
    }
    let command = dir.path().join("build/drivers/.two.o.cmd");
    let text = fs::read_to_string(&command).expect("it was recorded");
    assert!(text.contains(" --module"));
    fs::write(&command, text.replace(" --module", "")).expect("it can be written");
    dir
}

/// What a command of the README prints.
fn output_of(dir: &Path, line: &str) -> String {
    let tools = Path::new(env!("CARGO_BIN_EXE_postlink")).parent().expect("a folder");
    let mut path = OsString::from(tools);
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    let mut run = Command::new("bash");
    run.args(["-c", &format!("{line} 2>&1")]).current_dir(dir).env("PATH", path);
    let run = run.env_remove("POSTLINK_SERIES").output().expect("bash runs");
    String::from_utf8(run.stdout).expect("text")
}

/// The text with the output in every `console` block as it is now.
fn with_real_output(text: &str, dir: &Path) -> (String, usize) {
    let mut out = String::new();
    let mut n_commands = 0;
    let mut is_console = false;
    for line in text.lines() {
        match line.strip_prefix("$ ").filter(|_| is_console) {
            Some(command) => {
                n_commands += 1;
                writeln!(out, "{line}\n{}", output_of(dir, command).trim_end()).expect("text grows");
            }
            None if is_console && line != "```" => {}
            None => writeln!(out, "{line}").expect("text grows"),
        }
        is_console = if line.starts_with("```") { line == "```console" } else { is_console };
    }
    (out, n_commands)
}

/// Compares with a file, or writes it.
fn assert_is(path: PathBuf, found: &str) {
    if common::is_update() {
        fs::write(&path, found).expect("it can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differ = written.lines().zip(found.lines()).find(|(old, new)| old != new);
    assert!(written == found, "{}: {differ:?}; UPDATE_EXPECT=1 cargo test --test docs writes it anew", path.display());
}

#[test]
fn the_output_shown_is_real() {
    let dir = workplace();
    let path = common::root().join("README.md");
    let (found, n_commands) = with_real_output(&fs::read_to_string(&path).expect("the README"), dir.path());
    assert_eq!(n_commands, 3, "the gate in three commands");
    assert_is(path, &found);
}

/// Width and height of a character, and the margin, in pixels.
const CHARACTER: (usize, usize) = (8, 18);
const MARGIN: usize = 16;

/// A terminal with this text.
fn picture(text: &str) -> String {
    let columns = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let (width, height) = (columns * CHARACTER.0 + 2 * MARGIN, text.lines().count() * CHARACTER.1 + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1c1f26\"/>\n\
         <g font-family=\"ui-monospace, monospace\" font-size=\"13\" fill=\"#d7dae0\">\n"
    );
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let first = line.split_whitespace().next().unwrap_or_default();
        let severity = ["error", "warning", "note"].into_iter().find(|word| line.contains(&format!(": {word}: ")));
        let style = match severity.unwrap_or(first.trim_end_matches(':')) {
            "$" => " fill=\"#ffffff\" font-weight=\"bold\"",
            "error" | "FAIL" => " fill=\"#ff8a80\" font-weight=\"bold\"",
            "warning" => " fill=\"#ffd180\"",
            "note" => " fill=\"#80d8ff\"",
            "PASS" => " fill=\"#b9f6ca\" font-weight=\"bold\"",
            _ => "",
        };
        // Not every viewer keeps blanks as they are.
        let escaped = line.replace('&', "&amp;").replace(' ', "\u{a0}").replace('<', "&lt;").replace('>', "&gt;");
        let (y, length) = (MARGIN + at * CHARACTER.1 + 13, line.chars().count() * CHARACTER.0);
        writeln!(svg, "<text x=\"{MARGIN}\" y=\"{y}\" textLength=\"{length}\"{style}>{escaped}</text>")
            .expect("text grows");
    }
    svg + "</g>\n</svg>\n"
}

#[test]
fn the_picture_shows_what_the_gate_prints() {
    let dir = workplace();
    let shown = format!("$ postlink gate build\n{}", output_of(dir.path(), "postlink gate build"));
    assert_is(common::root().join("docs/gate.svg"), &picture(&shown));
}
