// SPDX-License-Identifier: GPL-2.0-only

//! What `make install` installs beside the programs, what it asks of the system, and the action for GitHub workflows.
//! `scripts/package/check` installs the Debian package for real.

mod common;

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use clap::CommandFactory;
use clap::ValueEnum;
use postlink::cli::args::Cli;
use postlink::cli::args::CompletedBy;
use postlink::cli::manual;
use postlink::kernel::differences;
use postlink::kernel::releases::RELEASES;
use postlink::objtool::options;
use tempfile::TempDir;
use yaml_rust2::Yaml;
use yaml_rust2::YamlLoader;

fn page(name: &str) -> String {
    manual::page(name).expect("it can be written").unwrap_or_else(|| panic!("there is no page {name}"))
}

/// A page's text as it is read: without fonts, and with plain dashes.
fn read(name: &str) -> String {
    page(name).replace("\\-", "-").replace("\\fB", "").replace("\\fR", "").replace("\\fI", "")
}

#[test]
fn pages_have_every_option() {
    let mut commands = Cli::command().disable_help_subcommand(true);
    commands.build();
    let mut n_options = 0;
    let nested = commands.get_subcommands().flat_map(|command| {
        let below =
            command.get_subcommands().map(|sub| (format!("postlink-{}-{}", command.get_name(), sub.get_name()), sub));
        std::iter::once((format!("postlink-{}", command.get_name()), command)).chain(below)
    });
    for (name, command) in nested {
        let text = read(&name);
        for option in command.get_arguments().filter_map(clap::Arg::get_long).filter(|_| !text.starts_with(".so ")) {
            n_options += 1;
            assert!(text.contains(&format!("--{option}")), "{name}: --{option}");
        }
    }
    let text = read("objtool");
    for release in RELEASES.iter().filter(|release| release.has_objtool) {
        let (usage, rows) = options::listed(differences::of_point(release.newest().bit).options);
        assert!(usage.iter().all(|line| text.contains(line)), "{usage:?}");
        for row in rows.iter().filter(|row| !row.names.is_empty()) {
            n_options += 1;
            assert!(text.contains(&format!("\n{}\n", row.names)), "objtool, {}: {}", release.name, row.names);
        }
    }
    let text = read("modpost");
    assert!(
        text.contains("\n-x\n") && text.contains("\n-o FILE\n") && text.contains("--kernel-series=RELEASE"),
        "{text}"
    );
    assert!(n_options > 100, "only {n_options} options are seen");
}

#[test]
fn pages_are_well_formed() {
    let names = manual::names();
    assert!(names.len() > 9 && names.contains(&"postlink-gate".to_owned()), "{names:?}");
    for name in &names {
        let text = page(name);
        if let Some(target) = text.strip_prefix(".so man1/") {
            assert!(names.iter().any(|name| format!("{name}.1\n") == target), "{name} leads to {target}");
            continue;
        }
        assert!(text.contains(".TH ") && text.contains("NAME") && text.contains("\\-"), "{name}: {text}");
        // Only macros begin with a dot.
        let known = [".TH", ".SH", ".PP", ".TP", ".IP", ".br", ".ie", ".el", ".RS", ".RE"];
        let odd = text.lines().find(|line| line.starts_with('.') && !known.iter().any(|known| line.starts_with(known)));
        assert_eq!(odd, None, "{name}");
    }
    assert!(
        manual::page("nonsense").expect("no error").is_none()
            && manual::page("postlink-x").expect("no error").is_none()
    );
}

#[test]
fn completions_know_commands_and_options() {
    for shell in CompletedBy::value_variants() {
        let text = String::from_utf8(manual::completions(*shell)).expect("text");
        for word in ["kbuild-args", "update-baseline", "explain"] {
            assert!(text.contains(word), "{shell:?}: {word}");
        }
    }
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("postlink");
    fs::write(&file, manual::completions(CompletedBy::Bash)).expect("a file");
    let script = r#"
        source "$1" && complete -p postlink >/dev/null
        COMP_WORDS=(postlink gate --upd) COMP_CWORD=2
        _postlink postlink --upd gate
        echo "${COMPREPLY[*]}"
    "#;
    let shell = Command::new("bash").args(["--norc", "-c", script, "bash"]).arg(&file).output().expect("bash runs");
    assert_eq!(
        String::from_utf8_lossy(&shell.stdout),
        "--update-baseline\n",
        "{}",
        String::from_utf8_lossy(&shell.stderr)
    );
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = Command::new(env!("CARGO_BIN_EXE_postlink")).arg("--version").output().expect("it runs").stdout;
    let version = String::from_utf8(version).expect("text");
    let (number, commit) = version
        .trim_end()
        .strip_prefix("postlink ")
        .map(|rest| rest.split_once(' ').unwrap_or((rest, "")))
        .expect("a name");
    assert_eq!(number, env!("CARGO_PKG_VERSION"));
    // A development build has none.
    let is_commit =
        |text: &str| text.len() >= 9 && text.trim_matches(['(', ')']).chars().all(|c| c.is_ascii_hexdigit());
    assert!(commit.is_empty() || is_commit(commit), "{version}");
    let changes = fs::read_to_string(common::root().join("CHANGELOG.md")).expect("the changes");
    assert!(changes.contains(&format!("\n## {number}")), "CHANGELOG.md does not speak of {number}");
}

/// A folder of programs that are somewhere on this machine.
fn programs(names: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let path = env::var_os("PATH").expect("a path");
    for name in names {
        let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
        symlink(found.unwrap_or_else(|| panic!("there is no {name}")), dir.path().join(name)).expect("a link");
    }
    dir
}

fn packages(path: &Path, group: &str) -> (Option<i32>, String) {
    let script = common::root().join("scripts/setup/packages");
    let run = Command::new("/bin/sh").arg(script).arg(group).env_clear().env("PATH", path).output().expect("sh runs");
    (run.status.code(), String::from_utf8_lossy(&run.stderr).into_owned())
}

#[test]
fn programs_count_where_there_is_no_dpkg() {
    let tools = ["sort", "id", "gcc", "make", "sed"];
    let all = programs(&tools);
    assert_eq!(packages(all.path(), "build"), (Some(0), String::new()));
    fs::remove_file(all.path().join("make")).expect("it was there");
    let (status, said) = packages(all.path(), "build");
    assert_eq!(status, Some(1));
    assert!(said.contains("missing, by the names of Debian's packages: make\n"), "{said}");
    assert_eq!(packages(all.path(), "nonsense").0, Some(2));
}

fn executable(path: &Path, text: &str) {
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it can be set");
}

/// Runs a step of the action as a workflow does, with these values of what stands in its `env`.
fn run_step(step: &Yaml, dir: &Path, inputs: &[(&str, &str)], path: &str) -> (i32, String) {
    assert_eq!(step["shell"].as_str(), Some("bash"));
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().expect("a script")]);
    command.current_dir(dir).env_clear().env("PATH", path);
    for (name, value) in step["env"].as_hash().expect("variables") {
        let expression = value.as_str().expect("text").trim_start_matches("${{ ").trim_end_matches(" }}").to_owned();
        let value = inputs.iter().find(|(name, _)| *name == expression);
        command.env(name.as_str().expect("a name"), value.unwrap_or_else(|| panic!("no value of {expression}")).1);
    }
    command.env("RUNNER_TEMP", dir).env("GITHUB_PATH", dir.join("path"));
    let run = command.output().expect("bash runs");
    let text = [run.stdout, run.stderr].concat();
    (run.status.code().expect("a status"), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn the_action_for_github() {
    let text = fs::read_to_string(common::root().join("action.yml")).expect("it is there");
    let action = YamlLoader::load_from_str(&text).expect("it is YAML").remove(0);
    assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
    let inputs = action["inputs"].as_hash().expect("inputs");
    assert!(
        inputs.values().all(|input| input["description"].as_str().is_some() && input["default"].as_str().is_some())
    );
    let steps = action["runs"]["steps"].as_vec().expect("steps");
    let [build, gate, sarif] = &steps[..] else { panic!("three steps") };

    let dir = tempfile::tempdir().expect("a folder");
    let copied =
        Command::new("cp").arg("-a").arg(common::testdata("gate/kernel")).arg(dir.path().join("build")).status();
    assert!(copied.expect("cp runs").success());
    let system = env::var("PATH").expect("a path");
    let tools = Path::new(env!("CARGO_BIN_EXE_postlink")).parent().expect("a folder").display().to_string();
    let with_tools = format!("{tools}:{system}");
    let values = |arguments: &'static str| {
        let root = common::root().to_str().expect("text");
        [
            ("github.action_path", root),
            ("inputs.build-dir", "build"),
            ("inputs.arguments", arguments),
            ("inputs.sarif", "gate.sarif"),
        ]
    };

    // Where there is no postlink it is made and put in the path of later steps, else nothing is done.
    let bin = programs(&["bash"]);
    executable(&bin.path().join("make"), "#!/bin/bash\necho \"make $*\"\n");
    let (status, said) = run_step(build, dir.path(), &values(""), bin.path().to_str().expect("text"));
    let expected = format!("make -C {} install PREFIX={}/postlink\n", common::root().display(), dir.path().display());
    assert_eq!((status, said), (0, expected));
    let path = fs::read_to_string(dir.path().join("path")).expect("it was written");
    assert_eq!(path, format!("{}/postlink/bin\n", dir.path().display()));
    let (status, said) = run_step(build, dir.path(), &values(""), &with_tools);
    assert_eq!((status, said), (0, String::new()));

    for (damage, arguments, statuses) in
        [(false, "", (0, 0)), (true, "", (1, 0)), (true, "--skip module-flag", (0, 0)), (true, "--nonsense", (2, 1))]
    {
        if damage {
            let command = dir.path().join("build/drivers/.two.o.cmd");
            let text = fs::read_to_string(&command).expect("it was recorded");
            fs::write(&command, text.replace(" --module", "")).expect("it can be written");
        }
        let (status, said) = run_step(gate, dir.path(), &values(arguments), &with_tools);
        assert_eq!(status, statuses.0, "{arguments}: {said}");
        let has_error = said.lines().any(|line| line.starts_with("::error "));
        assert_eq!(has_error, statuses.0 == 1, "{arguments}: {said}");
        let (status, said) = run_step(sarif, dir.path(), &values(arguments), &with_tools);
        assert_eq!(status, statuses.1, "{arguments}: {said}");
    }
    let report = fs::read_to_string(dir.path().join("gate.sarif")).expect("it was written");
    assert!(report.contains("sarif-schema") || report.contains("\"version\": \"2.1.0\""), "{report}");
    // A report is wanted of what failed above all.
    assert_eq!(sarif["if"].as_str(), Some("${{ always() && inputs.sarif != '' }}"));
}
