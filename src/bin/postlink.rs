// SPDX-License-Identifier: GPL-2.0-only

//! `postlink`, the tools and the gate under the project's own name.

use std::env;
use std::ffi::OsString;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use postlink::cli::args::Cli;
use postlink::cli::args::Command;
use postlink::cli::args::Format;
use postlink::cli::args::Klp;
use postlink::cli::compare;
use postlink::cli::compare::Detail;
use postlink::cli::explain;
use postlink::cli::explain::Explained;
use postlink::cli::klp;
use postlink::cli::klp::Asked;
use postlink::cli::manual;
use postlink::cli::run;
use postlink::cli::run::CalledAs;
use postlink::cli::series;
use postlink::gate;
use postlink::stdio;

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => obey(cli.command),
        Err(usage) if usage.use_stderr() => {
            // Nobody can be told when that fails.
            let _ = usage.print();
            ExitCode::from(2)
        }
        Err(help) => stdio::end("--help", help.print().and_then(|()| io::stdout().flush()), 0),
    }
}

fn obey(command: Command) -> ExitCode {
    match command {
        Command::Objtool { args } => {
            let exit = run::objtool(named("objtool", args), &environ(), CalledAs::Postlink);
            stdio::tell_bytes(&exit.stderr);
            stdio::print("objtool", &exit.stdout, exit.code)
        }
        Command::Modpost { args } => run::modpost(named("modpost", args), &environ()),
        Command::Compare { a, b, all } => {
            let detail = if all { Detail::All } else { Detail::First };
            let mut text = Vec::new();
            match compare::run(&a, &b, detail, &mut text) {
                Ok(same) => stdio::print("compare", &text, u8::from(!same)),
                Err(error) => stdio::refuse("compare", &error),
            }
        }
        Command::Gate(args) => gate::args::main(*args),
        Command::Series { tree: None, format: Format::Text } => print("series", &series::list()),
        Command::Series { tree: None, format: Format::Json } => print("series", &series::list_json()),
        Command::Series { tree: Some(tree), format } => {
            let found = if format == Format::Json { series::tree_json(&tree) } else { series::tree(&tree) };
            found.map_or_else(|| no_sources(&tree), |text| print("series", &text))
        }
        Command::Klp(Klp::Diff { orig, patched, report, format, series }) => {
            match klp::diff(&Asked { orig, patched, series, table: report, format }) {
                Ok((text, status)) => stdio::print("klp diff", &text, status),
                Err(error) => stdio::refuse("klp diff", &error),
            }
        }
        Command::Klp(Klp::Check { path, list, format, series }) => {
            match klp::check(&path, series.as_deref(), list, format) {
                Ok(text) => stdio::print("klp check", &text, 0),
                Err(error) => stdio::refuse("klp check", &error),
            }
        }
        Command::KbuildArgs { dir } => gate::kbuild_args::main(&dir),
        Command::Manual { page: None } => print("manual", &(manual::names().join("\n") + "\n")),
        Command::Manual { page: Some(name) } => match manual::page(&name) {
            Ok(Some(text)) => print("manual", &text),
            Ok(None) => stdio::refuse("manual", &format!("there is no page '{name}'; without a name they are listed")),
            Err(error) => stdio::refuse("manual", &error),
        },
        Command::Completions { shell } => stdio::print("completions", &manual::completions(shell), 0),
        Command::Explain { finding } if finding.is_empty() => print("explain", &explain::list()),
        Command::Explain { finding } => match explain::explain_words(&finding) {
            Explained::Found(text) => print("explain", &text),
            Explained::Unknown(text) => {
                stdio::tell("explain", &text);
                ExitCode::FAILURE
            }
        },
    }
}

/// The words of a call, the program's name first.
fn named(name: &str, args: Vec<OsString>) -> Vec<OsString> {
    [OsString::from(name)].into_iter().chain(args).collect()
}

fn environ() -> Vec<(OsString, OsString)> {
    env::vars_os().collect()
}

fn no_sources(tree: &Path) -> ExitCode {
    stdio::refuse("series", &format!("{}: no sources of objtool there, or unreadable ones", tree.display()))
}

fn print(command: &str, text: &str) -> ExitCode {
    stdio::print(command, text.as_bytes(), 0)
}
