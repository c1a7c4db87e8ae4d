//! Bitcode where native code is needed.

use super::RawCx;
use super::check;
use crate::gate::Finding;
use crate::gate::inputs::Stage;

check! {
    /// An object is still LLVM bitcode where native code is needed.
    ///
    /// With LTO the compiler writes bitcode and the linker makes code of it, so everything that works on ELF has to come
    /// after that link. A tool that meets bitcode sees no sections and no symbols: objtool makes no tables, modpost no
    /// versions, and the loader refuses the module.
    ///
    /// Cause: a build rule that takes the compiler's output in place of the link's, or an object that must not be built
    /// with LTO (boot code, vDSO, purgatory) and does not drop the LTO flags.
    ///
    /// Remedy: use the linked object (`vmlinux.o`, the `.o` that `ld -r` wrote), or remove `$(CC_FLAGS_LTO)` for the file.
    "bitcode", Error, raw: look,
}

/// Magic numbers of bitcode, bare and wrapped.
const MAGIC: [&[u8]; 2] = [b"BC\xc0\xde", b"\xde\xc0\x17\x0b"];

/// Whether these bytes are bitcode.
pub fn is_bitcode(data: &[u8]) -> bool {
    MAGIC.iter().any(|magic| data.starts_with(magic))
}

fn look(cx: &RawCx<'_>) -> Vec<Finding> {
    if !is_bitcode(cx.data) || is_expected(cx) {
        return Vec::new();
    }
    let what = match cx.file.stage {
        Stage::Member | Stage::ModObject => "this kernel is not built with LTO, so the link would not make code of it",
        Stage::Module => "the module loader needs native code",
        _ => "the link that makes native code of it has not happened",
    };
    vec![Finding::new("not-native", format!("{} is LLVM bitcode: {what}", cx.file.name))]
}

/// Inputs of an LTO link are bitcode, and so is `foo.o` beside the `foo.lto.o` that was made of it.
fn is_expected(cx: &RawCx<'_>) -> bool {
    let is_lto = cx.inputs.config.has("LTO_CLANG") || cx.inputs.config.is_empty();
    let has_linked = || {
        let same = |stage: Stage| matches!(stage, Stage::Lto | Stage::Prelink);
        cx.inputs.objects.iter().any(|other| other.subject == cx.file.subject && same(other.stage))
    };
    let was_processed = cx.file.command.as_ref().is_some_and(|command| command.objtool.is_some());
    match cx.file.stage {
        // 6.12 compiles them like all else; the last link makes code of them.
        Stage::ModObject => is_lto,
        Stage::Member => is_lto && !was_processed,
        Stage::Object => is_lto && has_linked(),
        _ => false,
    }
}
