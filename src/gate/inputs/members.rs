// SPDX-License-Identifier: GPL-2.0-only

//! What went into `vmlinux.o`, and into modules whose objects are lists.

use std::fs;
use std::path::Path;

use super::text;
use crate::contents::archive;

/// No list of a folder's objects is as large.
const LARGEST: u64 = 64 << 20;

/// Folders at the top whose objects come before those of `lib`, in the order of the top makefile (`core-y`), then those whose
/// objects come after them (`drivers-y`). What is not there takes no part.
const CORE: [&str; 14] = [
    "init",
    "usr",
    "arch/*",
    "kernel",
    "certs",
    "mm",
    "fs",
    "ipc",
    "security",
    "crypto",
    "block",
    "io_uring",
    "lib",
    "arch/*/lib",
];
const DRIVERS: [&str; 9] =
    ["drivers", "sound", "samples", "net", "virt", "arch/*/math-emu", "arch/*/pci", "arch/*/power", "arch/*/video"];

/// Members of `vmlinux.o` in the order of its link: `.vmlinux.objs`, which kbuild writes since 5.19, else what is in the archives
/// that `link-vmlinux.sh` names. Those of head code come first there; without a list they are last, or not known.
pub fn of_vmlinux(root: &Path) -> Vec<String> {
    let listed = text::lines(text::read(&root.join(".vmlinux.objs")));
    if !listed.is_empty() {
        return listed;
    }
    let arch = arch_of(root);
    let folders = |names: &[&str]| names.iter().map(|name| name.replace('*', &arch)).collect::<Vec<_>>();
    let (core, drivers) = (folders(&CORE), folders(&DRIVERS));
    // With modules the libraries are linked as a whole, between the two.
    let built_in = core.iter().map(|folder| format!("{folder}/built-in.a"));
    let libraries = ["lib/lib.a".to_owned(), format!("arch/{arch}/lib/lib.a")];
    let after = drivers.iter().map(|folder| format!("{folder}/built-in.a"));
    built_in.chain(libraries).chain(after).flat_map(|name| of_archive(root, &name)).collect()
}

/// The folder below `arch` that was compiled.
fn arch_of(root: &Path) -> String {
    let entries = fs::read_dir(root.join("arch")).into_iter().flatten().flatten();
    let mut built: Vec<String> = entries
        .filter(|entry| entry.path().join("built-in.a").is_file() || entry.path().join("kernel").is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    built.sort();
    built.into_iter().next().unwrap_or_default()
}

/// Members of a thin archive; none if it is not there, is none, or is damaged, which is told where it is looked at as an object.
pub fn of_archive(root: &Path, name: &str) -> Vec<String> {
    let path = root.join(name);
    let is_list = path.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
    let Some(data) = is_list.then(|| fs::read(&path).ok()).flatten() else { return Vec::new() };
    if !data.starts_with(archive::MAGIC) {
        return Vec::new();
    }
    let members = archive::members(&data).unwrap_or_default();
    members.iter().map(|member| archive::resolve(name, member)).collect()
}
