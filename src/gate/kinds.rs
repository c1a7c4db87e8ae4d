// SPDX-License-Identifier: GPL-2.0-only

//! Every kind of finding, in a sentence each: for `postlink explain`, and to tell a baseline's line from a slip of the pen.
//!
//! The kinds that objtool's and arm64's engines find have explanations of their own, see [`crate::objtool::finding::message`].

use super::check::Check;
use super::checks;
use crate::arm64::finding as arm64;
use crate::objtool::finding::Topic;
use crate::objtool::finding::message;

/// Check, kind, and what it says.
pub const KINDS: &[(&str, &str, &str)] = &[
    (
        "bitcode",
        "no-symbols",
        "An input of an LTO link has no readable table of symbols, so nothing of it can be checked.",
    ),
    (
        "bitcode",
        "unknown-version",
        "The inputs of LTO links have tables of symbols of a version that this program does not know.",
    ),
    ("bitcode", "not-native", "A file that tools and loader read as ELF is still the compiler's bitcode."),
    ("elf", "malformed", "The file is no ELF object, is cut, or cannot be unpacked."),
    ("elf", "group-member", "A section group lists a section that does not exist."),
    ("elf", "reloc-link", "A relocation section names something else than the symbol table."),
    ("elf", "reloc-target", "A relocation section names no section that it applies to."),
    ("elf", "reloc-offset", "A relocation lies past the end of its section."),
    ("elf", "symbol-value", "A symbol lies past the end of its section."),
    ("elf", "mixed-machines", "The object is for another machine, word size or byte order than most."),
    ("duplicate-symbol", "twin-inputs", "An object and the linked object that was made of it are inputs of one link."),
    ("duplicate-symbol", "defined-twice", "Two inputs of one link define the same strong symbol."),
    ("undefined", "undefined", "A module needs a symbol that nothing exports; it cannot be loaded."),
    (
        "undefined",
        "runtime-library",
        "A module needs a function that the compiler calls by itself, and nothing exports it.",
    ),
    ("module-flag", "no-module-option", "objtool ran without --module on an object that becomes part of a module."),
    ("module-flag", "not-processed", "objtool has not run on the object: it has none of its tables."),
    ("module-flag", "key-in-module", "A static call in a module names a key that the module cannot have."),
    ("module-flag", "trampoline-in-kernel", "A static call in the kernel names a trampoline in place of its key."),
    ("static-call", "no-place", "An entry of the table leads to no place in code."),
    ("static-call", "missing", "A call of a static call's trampoline is not in the table, or the table is not there."),
    ("static-call", "no-call", "An entry leads to something that is no call or jump to a trampoline."),
    ("static-call", "no-key", "An entry names no key."),
    ("static-call", "tail-flag", "An entry says tail call where a call is, or the reverse."),
    ("static-call", "wrong-key", "An entry names another key than that of the trampoline which is called."),
    ("static-call", "cut", "The table's size is no multiple of its entries'."),
    ("mcount", "no-site", "An entry leads to a place that is no call of the tracer and no NOP for one."),
    ("mcount", "twice", "A place is listed twice."),
    ("mcount", "cut", "The table's size is no multiple of its entries'."),
    ("mcount", "no-place", "An entry leads to no place in code."),
    ("mcount", "wrong-relocation", "An entry's relocation is not the one that the kernel reads."),
    ("mcount", "no-code", "An entry leads outside of code."),
    ("mcount", "missing", "A traceable function is not in the table, or the table is not there."),
    ("orc", "missing", "The tables are not there."),
    ("orc", "lengths", "The two tables have different numbers of entries."),
    ("orc", "no-place", "An entry leads to no place in code."),
    ("orc", "two-entries", "Two entries are for one place."),
    ("orc", "header", "The module's tables are of another format than this kernel's."),
    ("orc", "wrong-entry", "An entry is not what the code needs."),
    ("orc", "extra-entry", "There is an entry where the code needs none."),
    ("orc", "missing-entry", "There is no entry where the code needs one."),
    ("mitigations", "option-missing", "objtool was run without an option that the configuration promises."),
    ("mitigations", "missing-site", "A place that the kernel must rewrite is not in its table."),
    ("mitigations", "extra-site", "A table lists a place that is something else."),
    ("versions", "wrong", "A module has another version (CRC) of a symbol than the kernel's Module.symvers."),
    ("versions", "missing", "A module has no version of a symbol that it imports."),
    ("versions", "no-srcversion", "A module has no srcversion, though the configuration asks for one."),
    ("versions", "vermagic", "A module's vermagic is not the kernel's, or not that of the other modules."),
    ("exports", "bad-export", "An export is one that modpost refuses."),
    ("exports", "exported-twice", "Two modules, or the kernel and a module, export one symbol."),
    ("exports", "not-listed", "An object exports a symbol that Module.symvers does not list."),
    ("exports", "not-exported", "Module.symvers lists a symbol that its object does not export."),
    ("exports", "licence-class", "Object and Module.symvers differ in who may use an export."),
    ("exports", "namespace-differs", "Object and Module.symvers differ in an export's namespace."),
    ("exports", "gpl-only", "A module with another licence uses a symbol that is for GPL-compatible modules."),
    ("exports", "namespace", "A module uses a symbol of a namespace that it does not import."),
    ("exports", "removed", "A symbol that the baseline or the other build exports is no longer exported."),
    ("exports", "narrowed", "Fewer modules may use an export than by the baseline or in the other build."),
    ("modules-order", "not-there", "modules.order lists a module that is not there."),
    ("module-name", "order", "A name in modules.order has the suffix of an intermediate file."),
    ("module-name", "dump", "A module in Module.symvers has the suffix of an intermediate file."),
    ("module-name", "mod-c", "A generated source has a name with the suffix of an intermediate file."),
    ("module-name", "modinfo-name", "The name in a module's information has the suffix of an intermediate file."),
    ("module-name", "this-module", "The name in struct module has the suffix of an intermediate file."),
    ("module-name", "depends", "A module depends on a name with the suffix of an intermediate file."),
    ("sections", "writable-code", "A section can be written and executed."),
    ("sections", "unmerged", "A section that the link should have merged is there by itself."),
    ("initcalls", "no-target", "An entry has no relocation, so that it refers to nothing."),
    ("initcalls", "no-distance", "An entry's relocation is no 32-bit distance."),
    ("initcalls", "no-function", "An entry does not lead to a function."),
    ("initcalls", "stale-script", "The link's script is not of the inputs that are there."),
    ("initcalls", "order", "Initcalls run in another order than the inputs have them."),
    ("initcalls", "lost", "An initcall of an input is not in the kernel."),
    ("promoted-symbols", "summary", "How many local symbols ThinLTO has made global."),
    ("promoted-symbols", "function", "A function has a hash in its name, which changes from build to build."),
    ("livepatch", "not-vmlinux-o", "The file is a linked program; patches are made from vmlinux.o."),
    ("livepatch", "became-local", "A function or object that its file defines for all is local after the link."),
    ("livepatch", "local-summary", "How many global functions and objects the link has made local."),
    ("livepatch", "namesakes", "Functions of one name are in files of one name; only their order tells them apart."),
    ("stale", "module", "A module has other code or data than the object beside it that it was linked from."),
    ("stale", "source", "A module says something else than the generated source beside it."),
    ("stale", "packed", "A packed module does not unpack to the one beside it."),
    ("stale", "dump", "modpost has not seen the versions that the compilation of a file has worked out."),
    ("stale", "kernel", "vmlinux has other functions than vmlinux.o."),
    ("stale", "map", "System.map names symbols or addresses that vmlinux does not have."),
    ("lost-inputs", "not-there", "A list of inputs names a file that is not in the folder."),
    ("lost-inputs", "not-linked", "Nothing that an input defines is in the kernel, or only a weak default."),
    ("lost-inputs", "no-aliases", "A module has a table of devices and no aliases, so nothing loads it for them."),
    ("unit-flags", "flag", "A unit was compiled without a flag that all others have."),
    ("unit-flags", "bitcode", "A unit is bitcode, and its command does not say so."),
    ("unit-flags", "native", "A unit is native code, and its command asks for LTO."),
    ("boot-tables", "unsorted", "A table that the kernel searches by halves is not sorted."),
    ("boot-tables", "bug-entry", "An entry of the bug table leads to a place without a trap."),
    ("boot-tables", "alternative", "A replacement is longer than what it replaces."),
    ("loader", "not-relocatable", "A module is no relocatable file."),
    ("loader", "struct-module", "A module has not exactly one struct module that is loaded."),
    ("loader", "no-modinfo", "A module says nothing of itself."),
    ("loader", "relocation-type", "A relocation is of a type that the loader does not apply."),
    ("loader", "relocation-place", "A place that the loader fills in already holds something."),
    ("loader", "common-symbol", "A symbol is common, and the loader places none of these."),
    ("loader", "left-in", "A section that only the build needs was left in."),
    ("loader", "group", "A section group was left in though the link dissolves them."),
    ("loader", "struct-size", "A module's struct module has another size than that of the others."),
    ("loader", "entry-lost", "A module has lost the function that begins or ends it."),
    ("loader", "entry-unused", "A module's struct module does not lead to the function that begins or ends it."),
    ("loader", "no-licence", "A module names no licence."),
    ("loader", "depends", "A module uses another one that it does not name."),
    ("loader", "vermagic", "The modules' vermagic lacks what the configuration asks for."),
    ("loader", "own-version", "A module exports a symbol with another version than the dump has."),
    ("promises", "no-btf", "The kernel has no type information, and the configuration promises it."),
    ("promises", "no-module-btf", "A module has no type information, and the configuration promises it."),
    ("promises", "signature", "A signature does not follow the module that it is for at once."),
    ("promises", "unsigned", "A module is not signed, the others are, and the kernel refuses what is not."),
    ("modules-order", "not-listed", "A module is there that modules.order does not list."),
    ("initcalls", "unknown", "The kernel has an initcall that no input has."),
    ("trim", "trimmed", "A module uses an export that was trimmed."),
    ("section-mismatch", "to-init", "What stays refers to what is freed after init."),
    ("section-mismatch", "to-exit", "What stays refers to what is not there when modules cannot be unloaded."),
];

/// What a finding of an engine is about, by its identifier.
fn topic_of(kind: &str) -> Option<Topic> {
    let own = message::TOPICS.iter().find(|(id, _)| *id == kind).map(|(_, topic)| *topic);
    own.or_else(|| arm64::KINDS.iter().find(|known| known.id() == kind).map(|known| known.topic()))
}

/// Whether a check has findings of this kind. One that tells no kinds at all may have any.
pub fn is_known(check: &Check, kind: &str) -> bool {
    let is_silent = check.topics.is_empty() && KINDS.iter().all(|(id, ..)| *id != check.id);
    let is_own = KINDS.iter().any(|(id, known, _)| *id == check.id && *known == kind);
    is_silent || is_own || topic_of(kind).is_some_and(|topic| check.topics.contains(&topic))
}

/// Why a line of a baseline cannot be meant, if so.
pub fn slip(check: &str, kind: &str) -> Option<String> {
    let Some(known) = checks::by_id(check) else {
        let names = checks::ALL.iter().map(|check| check.id);
        return Some(format!("there is no check '{check}'{}", meant(check, names)));
    };
    if is_known(known, kind) {
        return None;
    }
    Some(format!("the check '{check}' has no findings of the kind '{kind}'{}", meant(kind, kinds_of(known))))
}

/// Kinds of a check's findings.
pub fn kinds_of(check: &Check) -> impl Iterator<Item = &'static str> {
    let own = KINDS.iter().filter(|(id, ..)| *id == check.id).map(|(_, kind, _)| *kind);
    let topics = check.topics;
    let engine = message::TOPICS.iter().filter(|(_, topic)| topics.contains(topic)).map(|(id, _)| *id);
    let arm64 = arm64::KINDS.iter().filter(|kind| topics.contains(&kind.topic())).map(|kind| kind.id());
    own.chain(engine).chain(arm64)
}

/// The nearest name, in words, if one is near.
pub fn meant(asked: &str, names: impl Iterator<Item = &'static str>) -> String {
    let near = names.map(|name| (strsim::normalized_damerau_levenshtein(asked, name), name));
    let best = near.filter(|(likeness, _)| *likeness > 0.5).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or_else(String::new, |(_, name)| format!("; '{name}' may be meant"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    /// Kinds in the sources of checks, as they are written there.
    fn in_sources(dir: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(dir).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                in_sources(&entry, found);
                continue;
            }
            let text = fs::read_to_string(&entry).expect("a source");
            for rest in text.split("GateFinding::new(").skip(1) {
                let literal = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                found.extend(literal.map(str::to_owned));
            }
        }
    }

    #[test]
    fn every_kind_in_the_checks_is_told() {
        let mut found = Vec::new();
        in_sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/gate/checks")), &mut found);
        assert!(found.len() > 40, "only {} are seen", found.len());
        for kind in found {
            assert!(KINDS.iter().any(|(_, known, _)| *known == kind), "'{kind}' has no sentence in KINDS");
        }
        for (check, kind, text) in KINDS {
            assert!(checks::by_id(check).is_some(), "{check}/{kind}");
            assert!(text.ends_with('.') && text.len() > 20, "{check}/{kind}: {text}");
            assert_eq!(
                KINDS.iter().filter(|(c, k, _)| c == check && k == kind).count(),
                1,
                "{check}/{kind} is there twice"
            );
        }
    }

    #[test]
    fn slips_are_told_from_kinds() {
        assert_eq!(slip("versions", "wrong"), None);
        assert_eq!(slip("stack", "return-modified-frame"), None);
        assert_eq!(slip("versoins", "wrong"), Some("there is no check 'versoins'; 'versions' may be meant".to_owned()));
        let text = slip("versions", "wrnog").expect("it is one");
        assert_eq!(text, "the check 'versions' has no findings of the kind 'wrnog'; 'wrong' may be meant");
        assert!(slip("orc", "return-modified-frame").is_some(), "a kind of another check");
        assert_eq!(slip("qqqq", "x"), Some("there is no check 'qqqq'".to_owned()));
    }
}
