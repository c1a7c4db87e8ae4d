// SPDX-License-Identifier: GPL-2.0-only

//! Splitting a command line as the C library's `getopt(3)` does: bundled letters, attached values, permuted operands.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

/// One element of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// An option letter without a value.
    Flag(u8),
    /// An option letter with its value.
    Value(u8, OsString),
    /// An argument that is no option.
    Operand(OsString),
}

/// What `getopt` prints before it returns `?`, without the program's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsageError {
    /// The letter is not in the table.
    InvalidOption(u8),
    /// The command line ends where a value should be.
    MissingValue(u8),
}

impl UsageError {
    /// The line `getopt` prints for the program called `argv0`.
    pub fn line(&self, argv0: &OsStr) -> Vec<u8> {
        let (what, letter) = match self {
            Self::InvalidOption(letter) => (": invalid option -- '", letter),
            Self::MissingValue(letter) => (": option requires an argument -- '", letter),
        };
        [argv0.as_bytes(), what.as_bytes(), &[*letter], b"'\n"].concat()
    }
}

/// Splits `args` by `table`, the string that C programs hand to `getopt`: `e` is a flag, `i:` takes a value.
///
/// Operands keep their order. With `posix_order` (the variable `POSIXLY_CORRECT` is set) the first operand ends the
/// options; otherwise options may follow operands. `--` ends them in either case.
pub fn split(args: &[OsString], table: &str, posix_order: bool) -> Result<Vec<Item>, UsageError> {
    let mut items = Vec::new();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_bytes() {
            b"--" => break,
            [b'-', letters @ ..] if !letters.is_empty() => take_letters(letters, &mut rest, table, &mut items)?,
            _ => {
                items.push(Item::Operand(arg.clone()));
                if posix_order {
                    break;
                }
            }
        }
    }
    items.extend(rest.cloned().map(Item::Operand));
    Ok(items)
}

/// One argument of bundled letters; a value is the rest of it, or the next argument.
fn take_letters<'a>(
    mut letters: &[u8],
    rest: &mut impl Iterator<Item = &'a OsString>,
    table: &str,
    items: &mut Vec<Item>,
) -> Result<(), UsageError> {
    while let [letter, tail @ ..] = letters {
        let letter = *letter;
        if !takes_value(table, letter)? {
            items.push(Item::Flag(letter));
            letters = tail;
            continue;
        }
        let value = if tail.is_empty() {
            rest.next().cloned().ok_or(UsageError::MissingValue(letter))?
        } else {
            OsStr::from_bytes(tail).to_owned()
        };
        items.push(Item::Value(letter, value));
        break;
    }
    Ok(())
}

fn takes_value(table: &str, letter: u8) -> Result<bool, UsageError> {
    let table = table.as_bytes();
    let at = match letter {
        b':' | b';' => None,
        _ => table.iter().position(|&known| known == letter),
    };
    at.map(|at| table.get(at + 1) == Some(&b':')).ok_or(UsageError::InvalidOption(letter))
}

#[cfg(test)]
mod tests {
    use super::Item;
    use super::UsageError;
    use super::split;
    use std::ffi::OsStr;
    use std::ffi::OsString;

    fn os(args: &[&str]) -> Vec<OsString> {
        args.iter().map(OsString::from).collect()
    }

    fn operand(text: &str) -> Item {
        Item::Operand(text.into())
    }

    #[test]
    fn bundled_letters_and_values() {
        let items = split(&os(&["-ea", "-oX", "-eo", "-m", "v.o", "-m"]), "eao:m", false).unwrap();
        let expected = vec![
            Item::Flag(b'e'),
            Item::Flag(b'a'),
            Item::Value(b'o', "X".into()),
            Item::Flag(b'e'),
            Item::Value(b'o', "-m".into()),
            operand("v.o"),
            Item::Flag(b'm'),
        ];
        assert_eq!(items, expected);
    }

    #[test]
    fn double_dash_and_posix_order_end_options() {
        assert_eq!(split(&os(&["--", "-m", "-"]), "m", false).unwrap(), [operand("-m"), operand("-")]);
        assert_eq!(split(&os(&["a", "-m"]), "m", true).unwrap(), [operand("a"), operand("-m")]);
        assert_eq!(split(&os(&["-", "-m"]), "m", false).unwrap(), [operand("-"), Item::Flag(b'm')]);
    }

    #[test]
    fn errors_name_the_letter() {
        assert_eq!(split(&os(&["-mz"]), "m", false), Err(UsageError::InvalidOption(b'z')));
        assert_eq!(split(&os(&["--help"]), "m", false), Err(UsageError::InvalidOption(b'-')));
        assert_eq!(split(&os(&["-m:"]), "mi:", false), Err(UsageError::InvalidOption(b':')));
        let error = split(&os(&["-i"]), "i:", false).unwrap_err();
        assert_eq!(error.line(OsStr::new("modpost")), b"modpost: option requires an argument -- 'i'\n");
    }
}
