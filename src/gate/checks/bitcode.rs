// SPDX-License-Identifier: GPL-2.0-only

//! Bitcode where native code is needed.

use crate::contents::bitcode::BitcodeError;
use crate::contents::bitcode::TABLE_VERSIONS;
use crate::gate::check::FileCx;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::finding::counted;
use crate::gate::inputs::BuildFolder;
use crate::gate::inputs::BuildStage;
use crate::gate::inputs::ObjectFile;

check! {
    /// An object is still LLVM bitcode where native code is needed.
    ///
    /// With LTO the compiler writes bitcode and the linker makes code of it, so everything that works on ELF has to come
    /// after that link. A tool that meets bitcode sees no sections and no symbols: objtool makes no tables, modpost no
    /// versions, and the loader refuses the module. Where bitcode is right, its table of symbols says what goes into the link;
    /// an input without a readable table may be cut. A compiler that is newer than this program may write tables that it does not
    /// know; that is told once, and the checks that go by them could not look.
    ///
    /// Cause: a build rule that takes the compiler's output in place of the link's, or an object that must not be built
    /// with LTO (boot code, vDSO, purgatory) and does not drop the LTO flags.
    ///
    /// Remedy: use the linked object (`vmlinux.o`, the `.o` that `ld -r` wrote), or remove `$(CC_FLAGS_LTO)` for the file;
    /// compile a file without a readable table again; for a compiler that is too new, take a newer version of this program.
    "bitcode", Error, file: look, world: look_at_world,
}

fn look(cx: &FileCx<'_>) -> Vec<GateFinding> {
    match cx.bitcode {
        None => Vec::new(),
        Some(_) if !is_expected(cx.inputs, cx.file) => vec![not_native(cx)],
        Some(Err(error)) if error.unknown_version().is_none() => vec![no_symbols(cx, error)],
        Some(_) => Vec::new(),
    }
}

/// Tables of a version that is not known, once for all files.
fn look_at_world(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let expected = cx.facts.iter().filter(|facts| is_expected(cx.inputs, &facts.file));
    let unknown: Vec<_> = expected.filter_map(|facts| Some((&facts.file, facts.unknown_table?))).collect();
    let Some((file, version)) = unknown.first() else { return Vec::new() };
    let text = format!(
        "{}: the table of symbols is of version {version}, and only {} to {} are known here; what is defined and needed by \
         {} is not known",
        file.name,
        TABLE_VERSIONS.start(),
        TABLE_VERSIONS.end(),
        counted(unknown.len(), "bitcode file")
    );
    let finding = GateFinding::new("unknown-version", text).at_most(GateSeverity::Warning);
    vec![finding.about(&file.subject, &file.name)]
}

/// Nobody can say what this input defines and needs.
fn no_symbols(cx: &FileCx<'_>, error: &BitcodeError) -> GateFinding {
    let text = format!("{}: {error}; what it defines and needs is not known", cx.file.name);
    GateFinding::new("no-symbols", text).at_most(GateSeverity::Warning)
}

fn not_native(cx: &FileCx<'_>) -> GateFinding {
    let what = match cx.file.stage {
        BuildStage::Member | BuildStage::ModObject => {
            "this kernel is not built with LTO, so the link would not make code of it"
        }
        BuildStage::Module => "the module loader needs native code",
        _ => "the link that makes native code of it has not happened",
    };
    GateFinding::new("not-native", format!("{} is LLVM bitcode: {what}", cx.file.name))
}

/// Inputs of an LTO link are bitcode, and so is `foo.o` beside the `foo.lto.o` that was made of it.
fn is_expected(inputs: &BuildFolder, file: &ObjectFile) -> bool {
    let is_lto = inputs.config.has("LTO_CLANG") || inputs.config.is_empty();
    let was_processed = file.command.as_ref().is_some_and(|command| command.objtool.is_some());
    match file.stage {
        // 6.12 compiles them like all else; the last link makes code of them.
        BuildStage::ModObject => is_lto,
        BuildStage::Member => is_lto && !was_processed,
        BuildStage::Object => is_lto && inputs.is_input_of_link(file),
        _ => false,
    }
}
