// SPDX-License-Identifier: GPL-2.0-only

//! Sets of named flags, each with an explanation that can be printed.

/// Defines an enum of flags and the type of sets of them.
macro_rules! flags {
    (
        $(#[doc = $flag_doc:literal])+ $flag:ident,
        $(#[doc = $set_doc:literal])+ $set:ident;
        $( $(#[doc = $doc:literal])+ $name:ident, )*
    ) => {
        $(#[doc = $flag_doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $flag {
            $( $(#[doc = $doc])+ $name, )*
        }

        impl $flag {
            /// All flags in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// What the flag means, in a sentence or two.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim_ascii(),)*
                }
            }

            /// The flag's name as users see it: `FatalSaysFatal` is `fatal-says-fatal`.
            pub fn name(self) -> String {
                let mut name = String::new();
                for c in format!("{self:?}").chars() {
                    if c.is_ascii_uppercase() && !name.is_empty() {
                        name.push('-');
                    }
                    name.push(c.to_ascii_lowercase());
                }
                name
            }
        }

        $(#[doc = $set_doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $set([u64; 4]);

        impl $set {
            /// The set of `flags`.
            pub const fn of(flags: &[$flag]) -> Self {
                Self([0; 4]).with(flags)
            }

            /// Whether `flag` is in the set.
            #[expect(clippy::indexing_slicing, reason = "there is a bit for every flag")]
            pub const fn contains(&self, flag: $flag) -> bool {
                let number = flag as usize;
                self.0[number / 64] >> (number % 64) & 1 != 0
            }

            /// The set with `flags` in it.
            #[expect(clippy::indexing_slicing, reason = "there is a bit for every flag")]
            pub const fn with(mut self, flags: &[$flag]) -> Self {
                let mut rest = flags;
                while let [first, others @ ..] = rest {
                    let number = *first as usize;
                    self.0[number / 64] |= 1 << (number % 64);
                    rest = others;
                }
                self
            }

            /// The set without `flags`.
            #[expect(clippy::indexing_slicing, reason = "there is a bit for every flag")]
            pub const fn without(mut self, flags: &[$flag]) -> Self {
                let mut rest = flags;
                while let [first, others @ ..] = rest {
                    let number = *first as usize;
                    self.0[number / 64] &= !(1 << (number % 64));
                    rest = others;
                }
                self
            }

            /// Those of `lists` whose flag is in the set, one after another.
            pub fn choose<'a, T: Copy>(&'a self, lists: &'a [($flag, &'a [T])]) -> impl Iterator<Item = T> + 'a {
                lists.iter().filter(|(flag, _)| self.contains(*flag)).flat_map(|(_, list)| list.iter().copied())
            }

            /// The flags in the set.
            pub fn iter(&self) -> impl Iterator<Item = $flag> + '_ {
                $flag::ALL.iter().copied().filter(|flag| self.contains(*flag))
            }
        }
    };
}

pub(crate) use flags;
