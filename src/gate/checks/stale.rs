// SPDX-License-Identifier: GPL-2.0-only

//! Whether each step of the build worked on what the step before it made.

mod kernel;
mod modules;
mod versions;

use std::time::SystemTime;

use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::inputs::ObjectFile;

check! {
    /// A file was not made of what lies beside it.
    ///
    /// kbuild decides by times which step to run again, and times lie: after a copy, a checkout, an interrupted build, a changed
    /// clock. Then a `.ko` is of an older object, a generated source is of another run of modpost, `vmlinux` and `System.map` are
    /// of another link, and what is loaded is not what was checked. The files are compared by what they hold: functions, tables,
    /// relocations, texts, versions. Times are only mentioned.
    ///
    /// Cause: a step was skipped or failed, a file was copied in from another build, or changed after the step that read it.
    ///
    /// Remedy: the command in the finding; `make` decides by time, so touch the older input, or remove the file that is stale.
    "stale", Error, afterwards: look,
}

fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    if !cx.inputs.is_folder {
        return Vec::new();
    }
    let mut findings = modules::look(cx);
    findings.extend(versions::look(cx));
    findings.extend(kernel::look(cx));
    findings
}

/// Whether another check has found an error about a module or the kernel, which then explains why two files differ.
fn is_explained(cx: &WorldCx<'_>, subject: &str) -> bool {
    cx.found.iter().any(|finding| finding.subject == subject && finding.severity == GateSeverity::Error)
}

/// Which of two files is older, as a hint.
fn times(made: &ObjectFile, of: &ObjectFile) -> Option<String> {
    let time = |file: &ObjectFile| file.path.metadata().and_then(|meta| meta.modified()).ok();
    let (made_at, of_at): (SystemTime, SystemTime) = (time(made)?, time(of)?);
    (made_at < of_at).then(|| format!("note: {} is older than {}", made.name, of.name))
}

/// The command that brings a file up to date, as a line of the finding.
fn mend(cx: &WorldCx<'_>, stale: &str) -> String {
    let target = if cx.inputs.is_external() { "make M=$PWD modules" } else { "make" };
    let dir = if cx.inputs.is_external() { " (in the kernel's folder, M the modules' folder)" } else { "" };
    format!("mend: rm {stale} && {target}{dir}")
}
