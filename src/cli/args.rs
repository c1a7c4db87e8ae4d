// SPDX-License-Identifier: GPL-2.0-only

//! The command line of `postlink`, from which its help, manual pages and completions are made as well.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use crate::gate::args::GateArgs;

/// The Linux kernel's post-link checkers, and a CI gate on top of them.
#[derive(Debug, Parser)]
#[command(name = "postlink", version = env!("POSTLINK_VERSION"))]
pub struct Cli {
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// What `postlink` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The objtool of a kernel series; as the drop-in, but helpful: --module is supplied for what is evidently a module, and
    /// --source says where in the source a finding is.
    #[command(disable_help_flag = true)]
    Objtool {
        /// As objtool takes them; --help lists them, --kernel-series chooses the series.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// The modpost of a kernel series; as the drop-in, but says where undefined symbols were last seen.
    #[command(disable_help_flag = true)]
    Modpost {
        /// As modpost takes them; --help lists them, --kernel-series chooses the series.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Say in words what differs between two object files; exit 1 if anything does.
    Compare {
        /// One file.
        a: PathBuf,
        /// The other file.
        b: PathBuf,
        /// Print every difference (up to 200), not just the first.
        #[arg(long)]
        all: bool,
    },
    /// Say what a finding means, why it matters, and how to fix it; without a name list them all.
    Explain {
        /// The finding's name, or words it speaks of.
        finding: Vec<String>,
    },
    /// Look at what a kernel build made and say pass or fail before the merge.
    Gate(Box<GateArgs>),
    /// Say which kernel releases are known, or what a kernel's source tree is, difference by difference.
    Series {
        /// A kernel's source tree.
        tree: Option<PathBuf>,
        /// How to print.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Say what a patch has changed in an object, and whether a livepatch can be made of it.
    #[command(subcommand)]
    Klp(Klp),
    /// Print the variables that make a kernel tree's build use these tools.
    KbuildArgs {
        /// A kernel tree, or an output folder of one.
        dir: PathBuf,
    },
    /// Print a manual page for `man -l -`; without a name list them all.
    Manual {
        /// The page, such as postlink-gate.
        page: Option<String>,
    },
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        #[arg(value_enum)]
        shell: CompletedBy,
    },
}

/// What `postlink klp` can do. `postlink objtool klp` is the original's.
#[derive(Debug, Subcommand)]
pub enum Klp {
    /// Compare an object before and after a patch as objtool's klp diff does, and say in words what it would do.
    Diff {
        /// The object before the patch: vmlinux.o, or a module's.
        orig: PathBuf,
        /// The same with the patch.
        patched: PathBuf,
        /// List every change: how it came in, the first difference, what is in the way and what to do.
        #[arg(long)]
        report: bool,
        /// How to print.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// The kernel's release, from 7.2 on; the newest one without.
        #[arg(long, value_name = "RELEASE")]
        series: Option<OsString>,
    },
    /// Say which functions of a build are hard to patch, and why.
    Check {
        /// A build folder, or an object.
        path: PathBuf,
        /// Name every function, not their number alone; JSON always does.
        #[arg(long)]
        list: bool,
        /// How to print.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// The kernel's release, from 7.2 on; the newest one without.
        #[arg(long, value_name = "RELEASE")]
        series: Option<OsString>,
    },
}

/// Shells that there are completions for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompletedBy {
    /// To be sourced, or put in `bash-completion/completions`.
    Bash,
    /// A function `_postlink` for a folder of `fpath`.
    Zsh,
    /// For `vendor_completions.d`.
    Fish,
}

/// How lists are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For readers.
    Text,
    /// For programs.
    Json,
}
