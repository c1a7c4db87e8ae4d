//! `postlink`, the tools and the gate under the project's own name.

use std::env;
use std::ffi::OsString;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::Subcommand;
use postlink::cli::compare;
use postlink::cli::compare::Detail;
use postlink::cli::explain;
use postlink::cli::explain::Explained;
use postlink::cli::run;
use postlink::cli::run::CalledAs;
use postlink::cli::series;
use postlink::gate;
use postlink::modpost;

/// The Linux kernel's post-link checkers, and a CI gate on top of them.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The objtool of a kernel series; as the drop-in, but helpful: --module is supplied for what is evidently a module, and
    /// --source says where in the source a finding is.
    #[command(disable_help_flag = true)]
    Objtool {
        /// As objtool takes them; --kernel-series chooses the series.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// The modpost of a kernel series; as the drop-in, but says where undefined symbols were last seen.
    #[command(disable_help_flag = true)]
    Modpost {
        /// As modpost takes them; --kernel-series chooses the series.
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
    Gate(Box<gate::args::GateArgs>),
    /// Say which kernel releases are known, or what a kernel's source tree is, difference by difference.
    Series {
        /// A kernel's source tree.
        tree: Option<PathBuf>,
        /// How to print.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Print the variables that make a kernel tree's build use these tools.
    KbuildArgs {
        /// A kernel tree, or an output folder of one.
        dir: PathBuf,
    },
}

/// How lists are printed.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For readers.
    Text,
    /// For programs.
    Json,
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Objtool { args } => {
            let environ: Vec<_> = env::vars_os().collect();
            let argv = [OsString::from("objtool")].into_iter().chain(args).collect();
            run::objtool(argv, &environ, CalledAs::Postlink).end()
        }
        Command::Modpost { args } => modpost::run_extended([OsString::from("modpost")].into_iter().chain(args)),
        Command::Compare { a, b, all } => {
            let detail = if all { Detail::All } else { Detail::First };
            let mut out = io::stdout().lock();
            match compare::run(&a, &b, detail, &mut out).and_then(|same| out.flush().map(|()| same)) {
                Ok(true) => ExitCode::SUCCESS,
                Ok(false) => ExitCode::FAILURE,
                Err(error) => {
                    eprintln!("postlink compare: {error}");
                    ExitCode::from(2)
                }
            }
        }
        Command::Gate(args) => gate::args::main(*args),
        Command::Series { tree: None, format: Format::Text } => print(&series::list()),
        Command::Series { tree: None, format: Format::Json } => print(&series::list_json()),
        Command::Series { tree: Some(tree), format } => {
            let found = if format == Format::Json { series::tree_json(&tree) } else { series::tree(&tree) };
            found.map_or_else(|| no_sources(&tree), |text| print(&text))
        }
        Command::KbuildArgs { dir } => gate::kbuild_args::main(&dir),
        Command::Explain { finding } if finding.is_empty() => print(&(explain::list() + &gate::report::list())),
        Command::Explain { finding } if gate::checks::by_id(&finding.join(" ")).is_some() => {
            print(&gate::report::explain(&finding.join(" ")))
        }
        Command::Explain { finding } => match explain::explain(&finding.join(" ")) {
            Explained::Found(text) => print(&text),
            Explained::Unknown(text) => {
                eprintln!("postlink explain: {text}");
                ExitCode::FAILURE
            }
        },
    }
}

fn no_sources(tree: &Path) -> ExitCode {
    eprintln!("postlink series: {}: no sources of objtool there, or unreadable ones", tree.display());
    ExitCode::from(2)
}

/// Prints text for a reader, who may have gone away.
fn print(text: &str) -> ExitCode {
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
