// SPDX-License-Identifier: GPL-2.0-only

//! Cases: text files that describe what a run of `modpost` finds in its folder, and what it is called with.
//!
//! One directive per line; `#` starts a comment.
//!
//! ```text
//! series S...              run for these releases only; 6.18 stands for all of its points
//! args WORD...             the command line
//! posix                    set POSIXLY_CORRECT
//! file NAME                a file; its lines follow, each behind `|`
//! bytes NAME HEX           a file with these bytes
//! older-args WORDS...      the command line up to 6.1, where not all letters are known
//! args@RELEASE WORDS...    the command line for this release, after those for all
//! folder NAME              a folder
//! object NAME [32] [big] [machine=N] [type=N]    an object; what follows belongs to it
//! section NAME [flags=N] [type=N] [nobits=N] [zeros=N] [hex=...]   a section, or contents to append to it
//! strings NAME TEXT        appends a string and its NUL
//! symbol NAME SECTION [func|object] [local|weak] [value=N] [size=N]   SECTION: a name, undef, common, abs
//! reloc SECTION OFFSET SYMBOL [type=N] [addend=N | rel]
//! modinfo TAG=VALUE
//! export NAME [LICENSE [NAMESPACE]]       as the series declares exports; 5.10 has GPL_FUTURE, UNUSED and UNUSED_GPL, too
//! table KIND NAME HEX...   a device table with these entries, and an empty one of the same size
//! nosymtab                 leave the symbol table out
//! patch OFFSET HEX         overwrite bytes of the object at last
//! ```

use crate::common::elf_object::Object;
use crate::common::elf_object::Out;
use crate::common::elf_object::Reloc;
use crate::common::elf_object::Symbol;
use crate::common::elf_object::Target;

/// A file in the folder.
#[derive(Debug, Clone)]
pub enum Entry {
    File(Vec<u8>),
    Folder,
}

/// One case for one series.
#[derive(Debug, Clone, Default)]
pub struct Case {
    pub series: Vec<String>,
    pub args: Vec<String>,
    pub is_posix: bool,
    pub files: Vec<(String, Entry)>,
}

/// An object and the bytes to overwrite in it.
struct Draft {
    name: String,
    object: Object,
    patches: Vec<(usize, Vec<u8>)>,
}

impl Case {
    /// Reads a case as it is for `series`.
    pub fn parse(text: &str, series: &str) -> Self {
        let mut case = Self::default();
        let mut draft: Option<Draft> = None;
        for line in text.lines() {
            if let Some(content) = line.strip_prefix('|') {
                case.add_line(content.strip_prefix(' ').unwrap_or(content));
                continue;
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [] => {}
                [word, ..] if word.starts_with('#') => {}
                ["series", names @ ..] => case.series = names.iter().map(|&name| name.to_owned()).collect(),
                ["args", args @ ..] => case.args = args.iter().map(|arg| long(arg)).collect(),
                // Older releases do not know all letters.
                ["older-args", ..] if !is_old(series) => {}
                ["older-args", args @ ..] => case.args = args.iter().map(|arg| long(arg)).collect(),
                [word, args @ ..] if word.starts_with("args@") => {
                    if word.strip_prefix("args@").is_some_and(|release| is_of(series, release)) {
                        case.args = args.iter().map(|arg| long(arg)).collect();
                    }
                }
                ["posix"] => case.is_posix = true,
                ["file", name] => case.files.push((long(name), Entry::File(Vec::new()))),
                ["bytes", name, hex] => case.files.push((long(name), Entry::File(unhex(hex)))),
                ["bytes", name] => case.files.push((long(name), Entry::File(Vec::new()))),
                ["folder", name] => case.files.push((long(name), Entry::Folder)),
                ["object", name, options @ ..] => {
                    case.finish(draft.take());
                    let object = Object::new(target(options));
                    draft = Some(Draft { name: long(name), object, patches: Vec::new() });
                }
                words => draft.as_mut().expect("an object").directive(words, line, series),
            }
        }
        case.finish(draft);
        case
    }

    fn add_line(&mut self, line: &str) {
        let Some((_, Entry::File(content))) = self.files.last_mut() else { panic!("a line outside a file: {line}") };
        content.extend(long(&line.replace("\\t", "\t")).as_bytes());
        content.push(b'\n');
    }

    fn finish(&mut self, draft: Option<Draft>) {
        let Some(draft) = draft else { return };
        let mut bytes = draft.object.bytes();
        for (at, patch) in draft.patches {
            bytes[at..at + patch.len()].copy_from_slice(&patch);
        }
        self.files.push((draft.name, Entry::File(bytes)));
    }
}

/// `x{60}` stands for 60 times x, so that long names can be read.
fn long(word: &str) -> String {
    let Some((head, rest)) = word.split_once('{') else { return word.to_owned() };
    let Some((count, tail)) = rest.split_once('}') else { return word.to_owned() };
    let (Ok(count), Some(last)) = (count.parse::<usize>(), head.chars().last()) else { return word.to_owned() };
    let repeated: String = std::iter::repeat_n(last, count - 1).collect();
    format!("{head}{repeated}{}", long(tail))
}

fn target(options: &[&str]) -> Target {
    let mut target = Target::X86_64;
    for option in options {
        match option.split_once('=') {
            None if *option == "32" => target.is_64 = false,
            None if *option == "big" => target.is_big = true,
            Some(("machine", value)) => target.machine = number(value) as u16,
            Some(("type", value)) => target.kind = number(value) as u16,
            _ => panic!("unknown option {option}"),
        }
    }
    target
}

impl Draft {
    fn directive(&mut self, words: &[&str], line: &str, series: &str) {
        match words {
            ["section", name, options @ ..] => self.section(name, options),
            ["strings", name, ..] => {
                let text = line.split_once(name).map_or("", |(_, text)| text.trim_start());
                self.append(name, &[text.as_bytes(), b"\0"].concat());
            }
            ["symbol", name, section, options @ ..] => self.symbol(name, section, options),
            ["reloc", section, offset, symbol, options @ ..] => self.reloc(section, number(offset), symbol, options),
            ["modinfo", ..] => {
                let text = line.trim_start().strip_prefix("modinfo ").expect("a tag");
                self.append(".modinfo", &[text.as_bytes(), b"\0"].concat());
            }
            ["export", name, rest @ ..] => self.export(name, rest, series),
            ["table", kind, name, entries @ ..] => self.table(kind, name, entries, series),
            ["nosymtab"] => self.object.no_symtab = true,
            ["patch", offset, hex] => self.patches.push((number(offset) as usize, unhex(hex))),
            words => panic!("unknown directive {words:?}"),
        }
    }

    fn append(&mut self, section: &str, bytes: &[u8]) -> u64 {
        let index = self.object.section(section);
        let data = &mut self.object.sections[index].data;
        let at = data.len() as u64;
        data.extend(bytes);
        at
    }

    fn section(&mut self, name: &str, options: &[&str]) {
        let index = self.object.section(name);
        let section = &mut self.object.sections[index];
        for option in options {
            let (key, value) = option.split_once('=').expect("key=value");
            match key {
                "flags" => section.flags = number(value),
                "type" => section.kind = number(value) as u32,
                "info" => section.info = number(value) as u32,
                "link" => section.link = number(value) as u32,
                "nobits" => {
                    section.kind = 8;
                    section.nobits_size = number(value);
                }
                "zeros" => section.data.resize(section.data.len() + number(value) as usize, 0),
                "hex" => section.data.extend(unhex(value)),
                _ => panic!("unknown option {option}"),
            }
        }
    }

    fn symbol(&mut self, name: &str, section: &str, options: &[&str]) {
        let shndx = match section {
            "undef" => 0,
            "common" => 0xfff2,
            "abs" => 0xfff1,
            name => self.object.section(name) as u16,
        };
        let name = if name == "-" { String::new() } else { long(name) };
        let mut symbol = Symbol { name, shndx, info: 0x10, ..Symbol::default() };
        for option in options {
            match option.split_once('=') {
                Some(("value", value)) => symbol.value = number(value),
                Some(("size", value)) => symbol.size = number(value),
                Some(("type", value)) => symbol.info = symbol.info & 0xf0 | number(value) as u8,
                None if *option == "func" => symbol.info = symbol.info & 0xf0 | 2,
                None if *option == "object" => symbol.info = symbol.info & 0xf0 | 1,
                None if *option == "secsym" => symbol.info = 3,
                None if *option == "local" => symbol.info &= 0xf,
                None if *option == "weak" => symbol.info = symbol.info & 0xf | 0x20,
                _ => panic!("unknown option {option}"),
            }
        }
        self.object.symbols.push(symbol);
    }

    fn reloc(&mut self, section: &str, offset: u64, symbol: &str, options: &[&str]) {
        let symbol = match symbol.strip_prefix('@') {
            Some(index) => number(index) as u32,
            None => self.object.symbol(&long(symbol)),
        };
        let section = match section {
            "-" => 0,
            name => self.object.section(name),
        };
        let mut reloc = Reloc { section, offset, symbol, kind: 1, addend: Some(0) };
        for option in options {
            match option.split_once('=') {
                Some(("type", value)) => reloc.kind = number(value) as u32,
                Some(("addend", value)) => reloc.addend = Some(signed(value)),
                None if *option == "rel" => reloc.addend = None,
                _ => panic!("unknown option {option}"),
            }
        }
        self.object.relocs.push(reloc);
    }

    /// Declares an export of a symbol that is there already.
    fn export(&mut self, name: &str, rest: &[&str], series: &str) {
        let name = &long(name);
        let (license, namespace) = match rest {
            [] => ("", String::new()),
            [license] => (*license, String::new()),
            [license, namespace, ..] => (*license, long(namespace)),
        };
        let license = if license == "-" { "" } else { license };
        if is_old(series) {
            return self.ksymtab(name, license, &namespace);
        }
        let strings = [license.as_bytes(), b"\0", namespace.as_bytes(), b"\0"].concat();
        let label = self.append(".export_symbol", &strings);
        let place = self.append(".export_symbol", &[0; 8]);
        self.symbol(&format!("__export_symbol_{name}"), ".export_symbol", &["local", &format!("value={label}")]);
        self.reloc(".export_symbol", place, name, &[]);
    }

    /// An export as older series declare it.
    fn ksymtab(&mut self, name: &str, license: &str, namespace: &str) {
        let kind = match license {
            "GPL" => "_gpl",
            "GPL_FUTURE" => "_gpl_future",
            "UNUSED" => "_unused",
            "UNUSED_GPL" => "_unused_gpl",
            _ => "",
        };
        let section = format!("___ksymtab{kind}+{name}");
        self.append(&section, &[0; 12]);
        self.symbol(&format!("__ksymtab_{name}"), &section, &["local"]);
        let string = self.append("__ksymtab_strings", &[namespace.as_bytes(), b"\0"].concat());
        self.symbol(&format!("__kstrtabns_{name}"), "__ksymtab_strings", &[&format!("value={string}")]);
        self.reloc(&section, 0, name, &[]);
    }

    fn table(&mut self, kind: &str, name: &str, entries: &[&str], series: &str) {
        let entries: Vec<Vec<u8>> = entries.iter().map(|entry| unhex(entry)).collect();
        let size = entries.first().map_or(0, Vec::len);
        let bytes = [entries.concat(), vec![0; size]].concat();
        self.device_table(kind, name, &bytes, series);
    }

    /// Adds a device table with these bytes.
    fn device_table(&mut self, kind: &str, name: &str, bytes: &[u8], series: &str) {
        let at = self.append(".rodata", bytes);
        let symbol = table_symbol(kind, name, series);
        self.symbol(&symbol, ".rodata", &["object", &format!("value={at}"), &format!("size={}", bytes.len())]);
    }
}

/// The name of a device table's symbol.
pub fn table_symbol(kind: &str, name: &str, series: &str) -> String {
    match is_since_6_18(series) {
        true => format!("__mod_device_table__kmod_m__{kind}__{name}"),
        false => format!("__mod_{kind}__{name}_device_table"),
    }
}

/// Whether `release` is the one called `name`, or a point of it.
pub fn is_of(release: &str, name: &str) -> bool {
    release.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether exports are symbols `__ksymtab_*`.
fn is_old(release: &str) -> bool {
    ["5.10", "5.15", "6.1"].into_iter().any(|name| is_of(release, name))
}

/// Whether device tables name their module.
pub fn is_since_6_18(release: &str) -> bool {
    ["6.18", "7.2", "7.3"].into_iter().any(|name| is_of(release, name))
}

/// A module with device tables: their kinds and bytes.
pub fn module_with_tables(target: Target, series: &str, tables: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut draft = Draft { name: String::new(), object: Object::new(target), patches: Vec::new() };
    for tag in ["license=GPL", "description=d"] {
        draft.append(".modinfo", &[tag.as_bytes(), b"\0"].concat());
    }
    for (index, (kind, bytes)) in tables.iter().enumerate() {
        draft.device_table(kind, &format!("t{index}"), bytes, series);
    }
    draft.object.bytes()
}

/// The fields of a device table's entry, in the target's byte order.
pub fn fields(target: Target, size: usize, fields: &[(usize, usize, u64)]) -> Vec<u8> {
    let mut entry = vec![0; size];
    for (at, width, value) in fields {
        let mut out = Out::new(target);
        out.number(*value, *width);
        entry[*at..at + width].copy_from_slice(&out.bytes);
    }
    entry
}

fn number(text: &str) -> u64 {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.unwrap_or_else(|_| panic!("not a number: {text}"))
}

fn signed(text: &str) -> i64 {
    match text.strip_prefix('-') {
        Some(rest) => number(rest).cast_signed().wrapping_neg(),
        None => number(text).cast_signed(),
    }
}

/// Bytes from hexadecimal digits; `'text'` stands for itself, `*N` after a byte repeats it, `_` is ignored.
fn unhex(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('\'') {
            let (text, after) = quoted.split_once('\'').expect("a closing quote");
            bytes.extend(text.replace('~', " ").as_bytes());
            rest = after;
        } else if let Some(after) = rest.strip_prefix('_') {
            rest = after;
        } else if let Some(after) = rest.strip_prefix('*') {
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let last = *bytes.last().expect("a byte to repeat");
            let count: usize = after[..digits].parse().expect("a count");
            bytes.resize(bytes.len() + count - 1, last);
            rest = &after[digits..];
        } else {
            bytes.push(u8::from_str_radix(&rest[..2], 16).unwrap_or_else(|_| panic!("not hexadecimal: {rest}")));
            rest = &rest[2..];
        }
    }
    bytes
}
