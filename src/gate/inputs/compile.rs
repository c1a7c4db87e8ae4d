// SPDX-License-Identifier: GPL-2.0-only

//! With which of the flags that all units need one unit was compiled.

use crate::gate::inputs::Config;

/// A flag that all C units of a kernel are compiled with, in any of its spellings, if the configuration asks for it.
#[derive(Debug)]
pub struct Flag {
    /// The flag, and in what other words compilers take it.
    pub words: &'static [&'static str],
    /// The configuration's symbol; empty for none.
    pub config: &'static str,
    /// What happens without it.
    pub without: &'static str,
}

/// Flags that are looked for.
pub const FLAGS: [Flag; 10] = [
    Flag {
        words: &["-fcf-protection=branch", "-fcf-protection=full"],
        config: "X86_KERNEL_IBT",
        without: "indirect calls of its functions stop the kernel",
    },
    Flag {
        words: &["-mretpoline-external-thunk", "-mindirect-branch=thunk-extern"],
        config: "MITIGATION_RETPOLINE",
        without: "its indirect branches are open to speculation",
    },
    Flag {
        words: &["-mfunction-return=thunk-extern"],
        config: "MITIGATION_RETHUNK",
        without: "its returns are open to speculation",
    },
    Flag {
        words: &["-mharden-sls=all"],
        config: "MITIGATION_SLS",
        without: "what follows its branches is speculated over",
    },
    Flag { words: &["-fsanitize=kcfi"], config: "CFI", without: "indirect calls of its functions stop the kernel" },
    Flag {
        words: &["-fsanitize=kcfi"],
        config: "CFI_CLANG",
        without: "indirect calls of its functions stop the kernel",
    },
    Flag { words: &["-mno-red-zone"], config: "X86_64", without: "interrupts overwrite its stack" },
    Flag { words: &["-mcmodel=kernel"], config: "X86_64", without: "its addresses do not fit" },
    Flag { words: &["-fno-common"], config: "", without: "the module loader refuses its common symbols" },
    Flag { words: &["-mfentry"], config: "", without: "its functions cannot be traced or patched" },
];

/// Index of `-mfentry`, which some units do without on purpose.
pub const MFENTRY: usize = 9;

/// How one C unit was compiled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compile {
    /// Which of [`FLAGS`] it had, a bit each.
    has: u16,
    /// `-pg`: calls for tracing were asked for.
    pub has_pg: bool,
    /// `-flto` in any form, and nothing behind it that takes it back.
    pub has_lto: bool,
}

impl Compile {
    /// Reads the words of a call of the compiler; `None` if it is none of a C unit.
    pub fn of(words: &[&str]) -> Option<Self> {
        let is_unit = words.contains(&"-c") && words.last().is_some_and(|source| source.ends_with(".c"));
        if !is_unit {
            return None;
        }
        let mut compile = Self::default();
        for word in words {
            for (index, flag) in FLAGS.iter().enumerate() {
                if flag.words.contains(word) {
                    compile.has |= 1 << index;
                }
            }
            match *word {
                "-pg" => compile.has_pg = true,
                "-fno-lto" => compile.has_lto = false,
                lto if lto.starts_with("-flto") => compile.has_lto = true,
                _ => {}
            }
        }
        Some(compile)
    }

    /// Whether it had the flag of this number.
    pub fn has(&self, flag: usize) -> bool {
        self.has & (1 << flag) != 0
    }
}

impl Flag {
    /// Whether the configuration asks for it.
    pub fn is_asked(&self, config: &Config) -> bool {
        self.config.is_empty() || config.has(self.config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_a_unit() {
        let words: Vec<&str> = "gcc -fno-common -fno-lto -flto=thin -c -o a.o a.c".split(' ').collect();
        let compile = Compile::of(&words).expect("a unit");
        assert!(compile.has(8) && !compile.has(0) && compile.has_lto && !compile.has_pg);
        assert_eq!(FLAGS[MFENTRY].words, ["-mfentry"]);
        assert_eq!(Compile::of(&["gcc", "-c", "-o", "a.o", "a.S"]), None);
    }
}
