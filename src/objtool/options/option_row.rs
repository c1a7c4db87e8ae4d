// SPDX-License-Identifier: GPL-2.0-only

//! What is known of an option: its names, what it takes and where that goes. Tables of these are read, listed and explained.

/// One line of an option table.
pub(super) struct OptionRow<T: 'static> {
    /// The one-letter name, 0 if there is none.
    pub(super) letter: u8,
    /// The long name without dashes, empty for a heading.
    pub(super) name: &'static str,
    /// What the option takes and where it goes.
    pub(super) takes: Takes<T>,
    /// The text of the help, or the heading itself.
    pub(super) help: &'static str,
}

/// What an option takes, and where in `T` it goes.
pub(super) enum Takes<T: 'static> {
    /// Not an option but a heading in the help.
    Heading,
    /// Nothing; `--no-` clears it.
    Nothing(fn(&mut T) -> &mut bool),
    /// A decimal number; `--no-` sets 0.
    Number(fn(&mut T) -> &mut i32),
    /// A text of its own word or after `=`; `--no-` unsets it.
    Text { what: &'static str, store: fn(&mut T, Option<&[u8]>) },
    /// A text after `=` or right after the letter, else `default`; `--no-` unsets it.
    TextOr { what: &'static str, default: &'static str, store: fn(&mut T, Option<&[u8]>) },
    /// A text after `=` or right after the letter, or none. The function says whether the text is one it knows. With
    /// `--no-` it is called without a text as well: the original's callbacks do not look at the negation.
    Choice { what: &'static str, choose: fn(&mut T, Option<&[u8]>) -> bool },
}
