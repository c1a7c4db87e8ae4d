// SPDX-License-Identifier: GPL-2.0-only

//! The version that `postlink --version` prints: a release build says which commit it is of.

use std::env;
use std::process::Command;

fn main() {
    // Whoever builds without the history may say it.
    println!("cargo::rerun-if-env-changed=POSTLINK_COMMIT");
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let given = env::var("POSTLINK_COMMIT").ok().filter(|commit| !commit.is_empty());
    // A developer's build would be done again after every commit.
    let commit = given.or_else(|| is_release.then(commit)?);
    let version = commit.map_or(version.clone(), |commit| format!("{version} ({commit})"));
    println!("cargo::rustc-env=POSTLINK_VERSION={version}");
}

/// The commit that is checked out, if this is a clone.
fn commit() -> Option<String> {
    // Written at every commit and checkout.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    println!("cargo::rerun-if-changed={log}");
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn git(args: &[&str]) -> Option<String> {
    let folder = env::var_os("CARGO_MANIFEST_DIR")?;
    let output = Command::new("git").arg("-C").arg(folder).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
