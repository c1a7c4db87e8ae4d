// SPDX-License-Identifier: GPL-2.0-only

//! Making aliases from the fields of an entry.

use super::alias::append_star;
use super::alias::natural;
use super::entry::Entry;
use super::entry::Field;
use super::layout::Device;
use super::layout::Digits;
use super::layout::Ending;
use super::layout::Format;
use super::layout::Part;
use super::layout::When;
use super::special;
use crate::kernel::modpost::ModpostProfile;
use crate::modpost::finding::ModpostFinding;
use crate::modpost::text::text;

/// The aliases of one entry. What there is to say about it goes to `findings`; an error stops the run.
pub fn aliases(
    device: &Device,
    entry: &Entry<'_>,
    profile: &ModpostProfile,
    findings: &mut Vec<ModpostFinding>,
) -> Result<Vec<Vec<u8>>, ModpostFinding> {
    match &device.format {
        Format::Parts { prefix, flags, parts, ending } => {
            let mut alias = prefix.as_bytes().to_vec();
            for part in *parts {
                append_part(&mut alias, entry, *flags, part);
            }
            match ending {
                Ending::Text(text) => alias.extend_from_slice(text.as_bytes()),
                Ending::Star => append_star(&mut alias),
            }
            Ok(vec![alias])
        }
        Format::Name { prefix, name, suffix } => Ok(vec![text![prefix, entry.string(*name), suffix]]),
        Format::Special(special) => special::aliases(*special, entry, profile, findings),
    }
}

/// Appends a label and a field, or a `*` in its place.
///
/// Upstream: `ADD()`.
fn append_part(alias: &mut Vec<u8>, entry: &Entry<'_>, flags: Field, part: &Part) {
    let value = entry.number(part.field);
    let is_printed = match part.when {
        When::Always => true,
        When::Not(any) => value != mask(any, part.field.width),
        When::Flag(bits) => entry.number(flags) & bits != 0,
    };
    alias.extend_from_slice(part.label.as_bytes());
    alias.extend_from_slice(number(value, part, is_printed).as_bytes());
}

/// `any` in the width of a field.
fn mask(any: u32, width: u8) -> u32 {
    match width {
        1 => any & 0xff,
        2 => any & 0xffff,
        _ => any,
    }
}

fn number(value: u32, part: &Part, is_printed: bool) -> String {
    if !is_printed {
        return "*".to_owned();
    }
    match part.digits {
        Digits::Natural => natural(value, part.field.width),
        Digits::Upper(digits) => format!("{value:0digits$X}"),
        Digits::Lower(digits) => format!("{value:0digits$x}"),
        Digits::Decimal(digits) => format!("{value:0digits$}"),
    }
}
