// SPDX-License-Identifier: GPL-2.0-only

//! Bitcode where native code is needed.

use crate::contents::bitcode::BitcodeError;
use crate::gate::check::FileCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::inputs::BuildStage;

check! {
    /// An object is still LLVM bitcode where native code is needed.
    ///
    /// With LTO the compiler writes bitcode and the linker makes code of it, so everything that works on ELF has to come
    /// after that link. A tool that meets bitcode sees no sections and no symbols: objtool makes no tables, modpost no
    /// versions, and the loader refuses the module. Where bitcode is right, its table of symbols says what goes into the link;
    /// an input without a readable table may be cut, or made by a compiler that is too new.
    ///
    /// Cause: a build rule that takes the compiler's output in place of the link's, or an object that must not be built
    /// with LTO (boot code, vDSO, purgatory) and does not drop the LTO flags.
    ///
    /// Remedy: use the linked object (`vmlinux.o`, the `.o` that `ld -r` wrote), or remove `$(CC_FLAGS_LTO)` for the file;
    /// compile a file without a readable table again.
    "bitcode", Error, file: look,
}

fn look(cx: &FileCx<'_>) -> Vec<GateFinding> {
    match cx.bitcode {
        None => Vec::new(),
        Some(_) if !is_expected(cx) => vec![not_native(cx)],
        Some(symtab) => symtab.as_ref().err().map(|error| no_symbols(cx, error)).into_iter().collect(),
    }
}

/// Nobody can say what this input defines and needs.
fn no_symbols(cx: &FileCx<'_>, error: &BitcodeError) -> GateFinding {
    let text = format!("{}: {error}; what it defines and needs is not known", cx.file.name);
    GateFinding::new("no-symbols", text).at_most(GateSeverity::Warning)
}

fn not_native(cx: &FileCx<'_>) -> GateFinding {
    let what = match cx.file.stage {
        BuildStage::Member | BuildStage::ModObject => "this kernel is not built with LTO, so the link would not make code of it",
        BuildStage::Module => "the module loader needs native code",
        _ => "the link that makes native code of it has not happened",
    };
    GateFinding::new("not-native", format!("{} is LLVM bitcode: {what}", cx.file.name))
}

/// Inputs of an LTO link are bitcode, and so is `foo.o` beside the `foo.lto.o` that was made of it.
fn is_expected(cx: &FileCx<'_>) -> bool {
    let is_lto = cx.inputs.config.has("LTO_CLANG") || cx.inputs.config.is_empty();
    let was_processed = cx.file.command.as_ref().is_some_and(|command| command.objtool.is_some());
    match cx.file.stage {
        // 6.12 compiles them like all else; the last link makes code of them.
        BuildStage::ModObject => is_lto,
        BuildStage::Member => is_lto && !was_processed,
        BuildStage::Object => is_lto && cx.inputs.is_input_of_link(cx.file),
        _ => false,
    }
}
