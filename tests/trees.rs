// SPDX-License-Identifier: GPL-2.0-only

//! Source trees that the tools find in kbuild's environment: trees that are a mixture of releases, and folders that are no trees.

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use common::program::Program;
use common::tree;
use postlink::kernel::Behaviour;
use postlink::kernel::facts::Fact;
use postlink::kernel::modpost;
use tempfile::TempDir;

const RELEASE: &str = "6.12.117";

/// What each tool says about input that it cannot do anything with, by its release's rules and with those swapped that say how
/// such a message begins.
const OBJTOOL: [&str; 2] =
    ["a.o: warning: objtool: unexpected ELF machine type 0\n", "a.o: error: objtool: unexpected ELF machine type 0\n"];
const MODPOST: [&str; 2] =
    ["ERROR: modpost: parse error in symbol dump file\n", "FATAL: modpost: parse error in symbol dump file\n"];

/// A run in this environment on an object of a machine that no objtool knows.
fn objtool(environ: &[(&str, &Path)]) -> String {
    let object = fs::read(common::testdata("x86/elf/other-machine.o")).expect("the object");
    let program = Program::other(env!("CARGO_BIN_EXE_objtool")).args(["--retpoline", "a.o"]).file("a.o", &object);
    said(program, environ)
}

/// A run in this environment on a dump that is none.
fn modpost(environ: &[(&str, &Path)]) -> String {
    said(Program::other(env!("CARGO_BIN_EXE_modpost")).args(["-i", "dump"]).file("dump", b"odd\n"), environ)
}

fn said(program: Program, environ: &[(&str, &Path)]) -> String {
    environ.iter().fold(program, |program, (name, value)| program.env(name, value)).run().said()
}

fn notice(tool: &str) -> String {
    format!(
        "postlink: this source tree's {tool} was not compared; nearest is {RELEASE}, from which it differs in 1 thing \
         (POSTLINK_SERIES says which to behave like and silences this)\n"
    )
}

#[test]
fn a_tree_decides_and_a_mixture_is_said() {
    let folder = TempDir::new().expect("a folder");
    let (plain, swapped) = (folder.path().join("plain"), folder.path().join("swapped"));
    tree::write_objtool(&plain, RELEASE, None);
    tree::write_modpost(&plain, RELEASE, None);
    tree::write_objtool(&swapped, RELEASE, Some(Fact::Does(Behaviour::FatalSaysError)));
    tree::write_modpost(&swapped, RELEASE, Some(modpost::Behaviour::FatalSaysFatal));
    let version = ("KERNELVERSION", Path::new(RELEASE));
    let forced = ("POSTLINK_SERIES", Path::new(RELEASE));
    assert_eq!(objtool(&[("srctree", &plain), version]), OBJTOOL[0]);
    assert_eq!(modpost(&[("srctree", &plain), version]), MODPOST[0]);
    assert_eq!(objtool(&[("srctree", &swapped), version]), notice("objtool") + OBJTOOL[1]);
    assert_eq!(modpost(&[("srctree", &swapped), version]), notice("modpost") + MODPOST[1]);
    assert_eq!(objtool(&[("srctree", &swapped), version, forced]), OBJTOOL[0]);
    assert_eq!(modpost(&[("srctree", &swapped), version, forced]), MODPOST[0]);
    // The tree counts, whatever the number says.
    let other = ("KERNELVERSION", Path::new("6.6.80"));
    assert_eq!(objtool(&[("srctree", &plain), other]), OBJTOOL[0]);
}

/// Puts something in the place of a file of a tree.
fn replace(file: &Path, with: &str) {
    fs::remove_file(file).expect("a file of the tree");
    match with {
        "nothing" => {}
        "a folder" => fs::create_dir(file).expect("a folder"),
        "a loop of links" => symlink(file, file).expect("a link"),
        "a pipe" => assert!(Command::new("mkfifo").arg(file).status().expect("mkfifo").success()),
        "a huge file" => fs::File::create(file).and_then(|file| file.set_len(1 << 40)).expect("a sparse file"),
        _ => panic!("{with}"),
    }
}

#[test]
fn what_is_no_tree_leaves_the_decision_to_the_version() {
    let version = ("KERNELVERSION", Path::new(RELEASE));
    for with in ["nothing", "a folder", "a loop of links", "a pipe", "a huge file"] {
        let folder = TempDir::new().expect("a folder");
        let root = folder.path();
        tree::write_objtool(root, "7.3.4", None);
        tree::write_modpost(root, "6.6.80", None);
        replace(&root.join("tools/objtool/check.c"), with);
        replace(&root.join("scripts/mod/modpost.c"), with);
        assert_eq!(objtool(&[("srctree", root), version]), OBJTOOL[0], "{with}");
        assert_eq!(modpost(&[("srctree", root), version]), MODPOST[0], "{with}");
    }
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    for root in [folder.path(), &file, &folder.path().join("absent"), Path::new("/dev/zero"), Path::new("")] {
        assert_eq!(objtool(&[("srctree", root), version]), OBJTOOL[0], "{}", root.display());
        assert_eq!(modpost(&[("srctree", root), version]), MODPOST[0], "{}", root.display());
    }
}

#[test]
fn a_list_of_functions_that_is_no_list_is_not_read() {
    let version = ("KERNELVERSION", Path::new(RELEASE));
    for with in ["nothing", "a folder", "a loop of links", "a pipe", "a huge file"] {
        let folder = TempDir::new().expect("a folder");
        tree::write_objtool(folder.path(), RELEASE, None);
        let list = folder.path().join("tools/objtool/noreturns.h");
        fs::write(&list, "NORETURN(panic)\n").expect("a file");
        replace(&list, with);
        assert_eq!(objtool(&[("srctree", folder.path()), version]), OBJTOOL[0], "{with}");
    }
}

#[test]
fn binary_files_are_a_mixture_that_is_said_in_one_line() {
    let folder = TempDir::new().expect("a folder");
    let root = folder.path();
    tree::write_objtool(root, RELEASE, None);
    tree::write_modpost(root, RELEASE, None);
    let noise: Vec<u8> = (0..1_000_000u32).map(|n| (n.wrapping_mul(0x9e37_79b1) >> 24) as u8).collect();
    for file in ["tools/objtool/check.c", "scripts/mod/modpost.c"] {
        fs::write(root.join(file), &noise).expect("a file");
    }
    let version = ("KERNELVERSION", Path::new(RELEASE));
    for said in [objtool(&[("srctree", root), version]), modpost(&[("srctree", root), version])] {
        let (first, rest) = said.split_once('\n').expect("two lines");
        assert!(first.starts_with("postlink: this source tree's ") && first.contains(" was not compared; "), "{said}");
        assert_eq!(rest.lines().count(), 1, "{said}");
    }
}
