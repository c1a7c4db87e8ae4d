// SPDX-License-Identifier: GPL-2.0-only

//! The ways of `docs/ci.md` to call the gate in CI: each is taken from there and run on a build folder, whole and damaged.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use yaml_rust2::Yaml;
use yaml_rust2::YamlLoader;

use crate::copy;
use crate::damages;
use crate::parts::Parts;

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md")).expect("it is there")
}

/// Indented blocks of the page, without their indentation.
fn blocks() -> Vec<String> {
    let page = page();
    let mut blocks: Vec<String> = Vec::new();
    let mut is_inside = false;
    for line in page.lines() {
        match line.strip_prefix("    ") {
            Some(code) if is_inside => {
                let last = blocks.last_mut().expect("it has begun");
                last.push('\n');
                last.push_str(code);
            }
            Some(code) => blocks.push(code.to_owned()),
            None => {}
        }
        is_inside = line.starts_with("    ");
    }
    blocks
}

fn block_with(word: &str) -> String {
    let mut found = blocks().into_iter().filter(|block| block.contains(word));
    let block = found.next().unwrap_or_else(|| panic!("no block with '{word}'"));
    assert!(found.next().is_none(), "several blocks with '{word}'");
    block
}

fn yaml(word: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(&block_with(word)).expect("it is YAML");
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

/// A folder to work in, with a build in `build` and a kernel tree beside it in `linux`.
fn workplace(damage: Option<&str>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("linux")).expect("a folder");
    let build = copy().keep();
    if let Some(name) = damage {
        let damage = damages::ALL.iter().find(|damage| damage.name == name).expect("it is there");
        (damage.make)(&Parts::of(&build));
    }
    fs::rename(&build, dir.path().join("build")).expect("it can be moved");
    dir
}

const DAMAGE: &str = "no srcversion";

/// Runs lines as a job does: the first that fails is the last.
fn shell(dir: &Path, lines: &str) -> (i32, String) {
    let tools = Path::new(env!("CARGO_BIN_EXE_postlink")).parent().expect("a folder");
    let path = format!("{}:{}:{}", dir.join("bin").display(), tools.display(), std::env::var("PATH").expect("a path"));
    let run =
        Command::new("bash").args(["-e", "-o", "pipefail", "-c", lines]).current_dir(dir).env("PATH", path).output();
    let run = run.expect("bash runs");
    let text = [run.stdout, run.stderr].concat();
    (run.status.code().expect("a status"), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn the_shell_line() {
    let line = block_with("--report html=gate.html");
    let whole = workplace(None);
    let (status, text) = shell(&whole.path().join("build"), &line);
    assert!(status == 0 && text.ends_with("\nPASS: 27 of 28 checks ran, 1 not for this build\n"), "{text}");
    assert!(whole.path().join("build/gate.html").is_file());
    let damaged = workplace(Some(DAMAGE));
    let (status, text) = shell(&damaged.path().join("build"), &line);
    assert!(status == 1 && text.contains("[versions/no-srcversion]"), "{text}");
    assert!(damaged.path().join("build/gate.html").is_file());
}

#[test]
fn the_baseline() {
    let made = "postlink gate . --update-baseline ../linux/.postlink-baseline";
    assert!(page().contains(&format!("`{made}`")), "docs/ci.md says otherwise how a baseline is made");
    let line = block_with("--baseline ../linux/.postlink-baseline --fail-on new");
    let damaged = workplace(Some(DAMAGE));
    let build = damaged.path().join("build");
    assert_eq!(shell(&build, made).0, 0);
    assert_eq!(shell(&build, &line).0, 0);
    let baseline = damaged.path().join("linux/.postlink-baseline");
    let text = fs::read_to_string(&baseline).expect("it was made");
    let without: String =
        text.lines().filter(|line| !line.contains("no-srcversion")).map(|l| format!("{l}\n")).collect();
    fs::write(&baseline, without).expect("it can be written");
    assert_eq!(shell(&build, &line).0, 1);
}

#[test]
fn the_steps_for_github() {
    let steps = yaml("upload-sarif");
    let steps = steps.as_vec().expect("a list of steps");
    let runs: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    assert_eq!(runs.len(), 2);
    let uploads = steps.iter().find(|step| step["uses"].as_str().is_some()).expect("an upload");
    let sarif = uploads["with"]["sarif_file"].as_str().expect("a file");
    for (damage, statuses) in [(None, [0, 0]), (Some(DAMAGE), [1, 0])] {
        let dir = workplace(damage);
        let results: Vec<(i32, String)> = runs.iter().map(|run| shell(dir.path(), run)).collect();
        assert_eq!(results.iter().map(|result| result.0).collect::<Vec<_>>(), statuses, "{results:?}");
        assert_eq!(results[0].1.contains("\n::error ") || results[0].1.starts_with("::error "), damage.is_some());
        let report = fs::read_to_string(dir.path().join(sarif)).expect("it was written");
        assert_eq!(report.contains("\"level\": \"error\",\n          \"locations\""), damage.is_some(), "{report}");
    }
    // What comes after a step that fails must be told to run.
    assert!(steps.iter().skip(1).all(|step| step["if"].as_str() == Some("always()")));
    // A run that could not do its work is no success.
    let empty = tempfile::tempdir().expect("a folder");
    assert!(runs.iter().all(|run| shell(empty.path(), run).0 != 0));
}

#[test]
fn the_job_for_gitlab() {
    let jobs = yaml("artifacts:");
    let job = &jobs["gate"];
    let script: Vec<&str> = job["script"].as_vec().expect("lines").iter().filter_map(Yaml::as_str).collect();
    assert_eq!(script.len(), 2);
    let artifacts = &job["artifacts"];
    assert_eq!(artifacts["when"].as_str(), Some("always"));
    let page = artifacts["paths"][0].as_str().expect("a file");
    let junit = artifacts["reports"]["junit"].as_str().expect("a file");
    for (damage, status) in [(None, 0), (Some(DAMAGE), 1)] {
        let dir = workplace(damage);
        assert_eq!(shell(dir.path(), &script.join("\n")).0, status);
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("it was written");
        assert!(read(page).starts_with("<!"), "{page}");
        assert_eq!(read(junit).contains("<failure"), damage.is_some());
    }
    let empty = tempfile::tempdir().expect("a folder");
    assert_ne!(shell(empty.path(), &script.join("\n")).0, 0);
}

#[test]
fn the_variables_for_make() {
    let line = block_with("postlink kbuild-args");
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(dir.path().join("bin")).expect("a folder");
    let make = dir.path().join("bin/make");
    fs::write(&make, "#!/bin/sh\nprintf '<%s>\\n' \"$@\"\n").expect("it can be written");
    fs::set_permissions(&make, fs::Permissions::from_mode(0o755)).expect("it can be set");
    let tools = Path::new(env!("CARGO_BIN_EXE_postlink")).parent().expect("a folder").display().to_string();
    let scripts = dir.path().join("scripts");
    fs::create_dir(&scripts).expect("a folder");
    // As in 6.1 to 7.3, and as in 5.12 to 5.18, where options stand in the variable.
    for (lib, post, expected) in [
        (
            "objtool := $(objtree)/tools/objtool/objtool\n",
            "MODPOST = $(objtree)/scripts/mod/modpost\n",
            format!("<objtool={tools}/objtool>\n<MODPOST={tools}/modpost>\n"),
        ),
        (
            "objtool := $(objtree)/tools/objtool/objtool\n",
            "MODPOST = scripts/mod/modpost $(if $(CONFIG_MODVERSIONS),-m) -a\n",
            format!("<objtool={tools}/objtool>\n<MODPOST={tools}/modpost $(if $(CONFIG_MODVERSIONS),-m) -a>\n"),
        ),
    ] {
        fs::write(scripts.join("Makefile.lib"), lib).expect("it can be written");
        fs::write(scripts.join("Makefile.modpost"), post).expect("it can be written");
        assert_eq!(shell(dir.path(), &line), (0, expected));
    }
    // An output folder is asked for its source.
    let out = dir.path().join("out");
    fs::create_dir(&out).expect("a folder");
    symlink("..", out.join("source")).expect("a link");
    symlink("../bin", out.join("bin")).expect("a link");
    assert!(shell(&out, &line).1.starts_with(&format!("<objtool={tools}/objtool>")));
}
