// SPDX-License-Identifier: GPL-2.0-only

//! Aliases of buses that a list of parts cannot describe.

use super::alias::append_star;
use super::alias::natural;
use super::entry::At;
use super::entry::Entry;
use super::entry::Field;
use super::entry::at;
use super::entry::at2;
use super::entry::at3;
use super::layout::Special;
use super::usb;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;
use crate::modpost::finding::ModpostFinding;
use crate::modpost::text::c_string;
use crate::modpost::text::is_space;
use crate::modpost::text::text;

/// Size of the buffer in which newer series collect an alias.
const CAPACITY: usize = 256;

/// The aliases of one entry.
pub fn aliases(
    special: Special,
    entry: &Entry<'_>,
    profile: &ModpostProfile,
    findings: &mut Vec<ModpostFinding>,
) -> Result<Vec<Vec<u8>>, ModpostFinding> {
    let alias = match special {
        Special::Acpi(class, mask) => acpi(entry, class, mask, profile),
        Special::Amba => amba(entry)?,
        Special::Cdx => return Ok(cdx(entry, profile, findings).into_iter().collect()),
        Special::Dmi => dmi(entry, profile)?,
        Special::FslMc => text![format!("fsl-mc:v{:08X}d", entry.number(U16_0)), entry.string(at(2))],
        Special::Input => input(entry, profile)?,
        Special::IsaPnp => isapnp(entry),
        Special::Ishtp => text!["ishtp:{", uuid(&entry.array(at(0)), &MIXED).to_ascii_uppercase(), "}"],
        Special::Mdio => mdio(entry),
        Special::Mei => mei(entry),
        Special::Of => return Ok(of(entry)),
        Special::Pci { driver_override } => {
            return Ok(pci(entry, driver_override, findings).into_iter().collect());
        }
        Special::Pnp => return Ok(pnp_pair(entry.bytes)),
        Special::PnpCard => return Ok(pnp_card(entry, profile)),
        Special::TbService => tb_service(entry),
        Special::Tee => tee(entry, profile),
        Special::Usb => return Ok(usb::aliases(entry)),
        Special::Vio => vio(entry),
        Special::VmBus => text!["vmbus:", hex(&entry.array::<16>(at(0)))],
        Special::Wmi => return Ok(wmi(entry, profile, findings).into_iter().collect()),
        Special::X86Cpu => x86_cpu(entry),
    };
    Ok(vec![alias])
}

const U16_0: Field = Field { at: at(0), width: 2 };

const fn field(offset: u16, width: u8) -> Field {
    Field { at: at(offset), width }
}

/// A field in its natural width, or `*`.
fn shown(entry: &Entry<'_>, field: Field, is_shown: bool) -> String {
    if is_shown { natural(entry.number(field), field.width) } else { "*".to_owned() }
}

/// A field unless it has the value that stands for anything.
fn unless(entry: &Entry<'_>, field: Field, any: u32) -> String {
    shown(entry, field, entry.number(field) != any)
}

/// `text`, or `*` if it is empty.
fn or_star(text: &[u8]) -> &[u8] {
    if text.is_empty() { b"*" } else { text }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The order in which a Microsoft GUID's bytes are printed.
const MIXED: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
/// The order in which a UUID's bytes are printed.
const STORED: [usize; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

#[expect(clippy::indexing_slicing, reason = "both orders are of 16")]
fn uuid(bytes: &[u8; 16], order: &[usize; 16]) -> String {
    let digits = hex(&order.map(|index| bytes[index]));
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

fn acpi(entry: &Entry<'_>, class: Field, mask: Field, profile: &ModpostProfile) -> Vec<u8> {
    let id = entry.string(at(0));
    if !id.is_empty() {
        return text!["acpi*:", id, ":*"];
    }
    // Elsewhere these numbers are taken as they are on a little-endian build host.
    let is_target = profile.has(Behaviour::AcpiClassTargetEndian);
    let endian = if is_target { entry.endian } else { object::Endianness::Little };
    let entry = Entry { endian, ..*entry };
    let (class, mask) = (entry.number(class), entry.number(mask));
    let byte = |shift: u32| match mask >> shift & 0xff {
        0 => "??".to_owned(),
        _ => format!("{:02x}", class >> shift & 0xff),
    };
    text!["acpi*:", byte(16), byte(8), byte(0), ":*"]
}

fn amba(entry: &Entry<'_>) -> Result<Vec<u8>, ModpostFinding> {
    let (id, mask) = (entry.number(field(0, 4)), entry.number(field(4, 4)));
    if id & mask != id {
        return Err(ModpostFinding::AmbaMask { id, mask });
    }
    let digit = |shift: u32| match (id >> shift & 0xf, mask >> shift & 0xf) {
        (_, 0) => "?".to_owned(),
        (digit, 0xf) => format!("{digit:X}"),
        (digit, mask) => {
            let fitting: String = (0..16).filter(|x| x & mask == digit).map(|x| format!("{x:X}")).collect();
            format!("[{fitting}]")
        }
    };
    let digits: String = (0..8).rev().map(|index| digit(index * 4)).collect();
    Ok(text!["amba:d", digits])
}

fn cdx(entry: &Entry<'_>, profile: &ModpostProfile, findings: &mut Vec<ModpostFinding>) -> Option<Vec<u8>> {
    let has_class = profile.has(Behaviour::CdxClass);
    let prefix = match entry.number(field(if has_class { 16 } else { 4 }, 4)) {
        0 => "cdx:",
        1 => "vfio_cdx:",
        other => {
            findings.push(ModpostFinding::CdxOverride(other));
            return None;
        }
    };
    let id = |label: &str, offset: u16| text![label, unless(entry, field(offset, 2), 0xffff)];
    if !has_class {
        return Some(text![prefix, id("v", 0), id("d", 2)]);
    }
    let class = shown(entry, field(8, 4), entry.number(field(12, 4)) == 0x00ff_ffff);
    Some(text![prefix, id("v", 0), id("d", 2), id("sv", 4), id("sd", 6), "c", class])
}

/// An alias that must fit a buffer of the original.
struct Bounded {
    text: Vec<u8>,
    /// Size of the buffer in bytes, one of which is for the NUL.
    capacity: usize,
}

impl Bounded {
    /// The original's buffer; its size is not always checked.
    fn new(profile: &ModpostProfile) -> Self {
        let capacity = if profile.has(Behaviour::AliasSizeChecked) { CAPACITY } else { usize::MAX };
        Self { text: Vec::new(), capacity }
    }

    /// Upstream: `alias_append()`.
    fn append(&mut self, part: &[u8]) -> Result<(), ModpostFinding> {
        let have = self.capacity.saturating_sub(self.text.len());
        if part.len() >= have {
            return Err(ModpostFinding::AliasOverflow { capacity: self.capacity, need: part.len(), have });
        }
        self.text.extend_from_slice(part);
        Ok(())
    }
}

/// The fields of the firmware's tables in the order the kernel prints them, with their numbers in match entries.
const DMI_FIELDS: [(&str, u8); 14] = [
    ("bvn", 1),
    ("bvr", 2),
    ("bd", 3),
    ("br", 4),
    ("efr", 5),
    ("svn", 6),
    ("pn", 7),
    ("pvr", 8),
    ("rvn", 13),
    ("rn", 14),
    ("rvr", 15),
    ("cvn", 18),
    ("ct", 19),
    ("cvr", 20),
];

fn dmi(entry: &Entry<'_>, profile: &ModpostProfile) -> Result<Vec<u8>, ModpostFinding> {
    const MATCH_SIZE: usize = 80;
    let matches = entry.offset(at2(16, 8));
    let mut alias = Bounded::new(profile);
    for (prefix, number) in DMI_FIELDS {
        for index in 0..4 {
            let at = matches + index * MATCH_SIZE;
            // The field's number is the lower 7 bits of a bit-field, as the build host lays it out.
            if entry.uint(at, 1) as u8 & 0x7f != number {
                continue;
            }
            alias.append(&text![":", prefix, "*"])?;
            let substring = c_string(entry.bytes.get(at + 1..).unwrap_or_default());
            for byte in substring.iter().filter(|byte| byte.is_ascii_graphic() && **byte != b':') {
                alias.append(&[*byte]).map_err(|_| ModpostFinding::DmiOverflow)?;
            }
            alias.append(b"*")?;
        }
    }
    Ok(text!["dmi*", alias.text, ":"])
}

/// The bitmaps of an input device: match flag, label, offset, smallest and largest number.
const INPUT_BITS: [(u32, &str, At, u32, u32); 9] = [
    (0x10, "-e*", at2(16, 12), 0, 0x1f),
    (0x20, "k*", at2(24, 16), 0x71, 0x2ff),
    (0x40, "r*", at2(120, 112), 0, 0xf),
    (0x80, "a*", at2(128, 116), 0, 0x3f),
    (0x100, "m*", at2(136, 124), 0, 7),
    (0x200, "l*", at2(144, 128), 0, 0xf),
    (0x400, "s*", at2(152, 132), 0, 7),
    (0x800, "f*", at2(160, 136), 0, 0x7f),
    (0x1000, "w*", at2(176, 152), 0, 0),
];

fn input(entry: &Entry<'_>, profile: &ModpostProfile) -> Result<Vec<u8>, ModpostFinding> {
    let sw_max = if profile.has(Behaviour::InputSwitch11) { 0x11 } else { 0x10 };
    let includes_max = profile.has(Behaviour::InputIncludesMax);
    let word = if entry.abi == super::entry::Abi::Bits64 { 8 } else { 4 };
    let flags = entry.uint(0, word) as u32;
    let id = |label: &str, flag: u32, bits64: u16, bits32: u16| {
        text![label, shown(entry, Field { at: at2(bits64, bits32), width: 2 }, flags & flag != 0)]
    };
    let mut alias = Bounded::new(profile);
    alias.append(&text![id("b", 1, 8, 4), id("v", 2, 10, 6), id("p", 4, 12, 8), id("e", 8, 14, 10)])?;
    for (flag, label, at, min, max) in INPUT_BITS {
        alias.append(label.as_bytes())?;
        let max = if flag == 0x1000 { sw_max } else { max };
        let end = if includes_max { max + 1 } else { max };
        let is_set = |bit: &u32| {
            let bit = *bit as usize;
            entry.uint(entry.offset(at) + bit / (word * 8) * word, word) >> (bit % (word * 8)) & 1 != 0
        };
        for bit in (min..end).filter(|bit| flags & flag != 0 && is_set(bit)) {
            alias.append(format!("{bit:X},*").as_bytes())?;
        }
    }
    Ok(text!["input:", alias.text])
}

fn isapnp(entry: &Entry<'_>) -> Vec<u8> {
    let (vendor, function) = (entry.number(field(4, 2)), entry.number(field(6, 2)));
    let letter = |value: u32| [(u32::from(b'A') + value).wrapping_sub(1) as u8];
    let letters =
        text![letter(vendor >> 2 & 0x3f), letter((vendor & 3) << 3 | vendor >> 13 & 7), letter(vendor >> 8 & 0x1f)];
    let digits = [4, 0, 12, 8].map(|shift| format!("{:x}", function >> shift & 0xf)).concat();
    text!["pnp:d", letters, digits, "*"]
}

fn mdio(entry: &Entry<'_>) -> Vec<u8> {
    let (id, mask) = (entry.number(field(0, 4)), entry.number(field(4, 4)));
    let digit = |bit: u32| match (mask >> bit & 1, id >> bit & 1) {
        (0, _) => '?',
        (_, 0) => '0',
        _ => '1',
    };
    let digits: String = (0..32).rev().map(digit).collect();
    text!["mdio:", digits]
}

fn mei(entry: &Entry<'_>) -> Vec<u8> {
    let version = unless(entry, field(48, 1), 0xff);
    text!["mei:", or_star(entry.string(at(0))), ":", uuid(&entry.array(at(32)), &MIXED), ":", version, ":*"]
}

/// White space in an alias becomes underscores.
fn underscored(mut alias: Vec<u8>) -> Vec<u8> {
    for byte in alias.iter_mut().filter(|byte| is_space(**byte)) {
        *byte = b'_';
    }
    alias
}

fn of(entry: &Entry<'_>) -> Vec<Vec<u8>> {
    let (name, kind, compatible) = (entry.string(at(0)), entry.string(at(32)), entry.string(at(64)));
    let mut alias = text!["of:N", or_star(name), "T", or_star(kind)];
    if !compatible.is_empty() {
        let star = if kind.is_empty() { "" } else { "*" };
        alias.extend_from_slice(&text![star, "C", compatible]);
    }
    let alias = underscored(alias);
    let any = text![alias, "C*"];
    vec![alias, any]
}

fn vio(entry: &Entry<'_>) -> Vec<u8> {
    let alias = text!["vio:T", or_star(entry.string(at(0))), "S", or_star(entry.string(at(32)))];
    let mut alias = underscored(alias);
    append_star(&mut alias);
    alias
}

fn pci(entry: &Entry<'_>, driver_override: Option<Field>, findings: &mut Vec<ModpostFinding>) -> Option<Vec<u8>> {
    let prefix = match driver_override.map_or(0, |field| entry.number(field)) {
        0 => "pci:",
        1 => "vfio_pci:",
        other => {
            findings.push(ModpostFinding::PciOverride(other));
            return None;
        }
    };
    let (class, mask) = (entry.number(field(16, 4)), entry.number(field(20, 4)));
    if [16, 8, 0].iter().any(|shift| !matches!(mask >> shift & 0xff, 0 | 0xff)) {
        findings.push(ModpostFinding::PciMask(mask));
        return None;
    }
    let id = |label: &str, offset: u16| text![label, unless(entry, field(offset, 4), !0)];
    let byte = |label: &str, shift: u32| match mask >> shift & 0xff {
        0 => text![label, "*"],
        _ => text![label, natural(class >> shift & 0xff, 1)],
    };
    let ids = text![id("v", 0), id("d", 4), id("sv", 8), id("sd", 12)];
    let mut alias = text![prefix, ids, byte("bc", 16), byte("sc", 8), byte("i", 0)];
    append_star(&mut alias);
    Some(alias)
}

/// Size of a PnP identifier in bytes.
const PNP_ID: usize = 8;

/// A PnP identifier at the start of `bytes` as it is, and as ACPI spells it.
fn pnp_pair(bytes: &[u8]) -> Vec<Vec<u8>> {
    let id = c_string(bytes);
    let upper = c_string(bytes.get(..PNP_ID).unwrap_or(bytes)).to_ascii_uppercase();
    vec![text!["pnp:d", id, "*"], text!["acpi*:", upper, ":*"]]
}

/// The identifiers of a card at the start of `bytes`, up to the first empty one.
fn card_ids<'a>(entry: &Entry<'_>, bytes: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let devices = entry.offset(at2(16, 12));
    let id = move |index: usize| bytes.get(devices + index * PNP_ID..).unwrap_or_default();
    (0..8).map(id).take_while(|id| !c_string(id).is_empty())
}

/// The identifiers of the cards before this one. Where strings end is looked up once: without a NUL each goes on to the end.
fn earlier_card_ids<'a>(entry: &Entry<'a>) -> Vec<&'a [u8]> {
    let nuls: Vec<usize> = memchr::memchr_iter(0, entry.earlier).collect();
    let string = |at: usize| {
        let next = nuls.partition_point(|nul| *nul < at);
        let end = nuls.get(next).copied().unwrap_or(entry.earlier.len());
        entry.earlier.get(at..end).unwrap_or_default()
    };
    let devices = entry.offset(at2(16, 12));
    let mut ids = Vec::new();
    for start in (0..entry.earlier.len()).step_by(entry.size.max(1)) {
        let all = (0..8).map(|index| string(start + devices + index * PNP_ID));
        ids.extend(all.take_while(|id| !id.is_empty()));
    }
    ids
}

fn pnp_card(entry: &Entry<'_>, profile: &ModpostProfile) -> Vec<Vec<u8>> {
    // Where aliases are unique, all that are there already are dropped; elsewhere what an earlier card had is.
    let earlier = match profile.has(Behaviour::AliasesUnique) {
        true => Vec::new(),
        false => earlier_card_ids(entry),
    };
    card_ids(entry, entry.bytes).filter(|id| !earlier.contains(&c_string(id))).flat_map(pnp_pair).collect()
}

fn tb_service(entry: &Entry<'_>) -> Vec<u8> {
    let flags = entry.number(field(0, 4));
    let key = if flags & 1 == 0 { b"*" } else { entry.string(at(4)) };
    let number =
        |bits64, m68k, flag: u32| shown(entry, Field { at: at3(bits64, bits64, m68k), width: 4 }, flags & flag != 0);
    let mut alias = text!["tbsvc:k", key, "p", number(16, 14, 2), "v", number(20, 18, 4), "r", number(24, 22, 8)];
    append_star(&mut alias);
    alias
}

fn tee(entry: &Entry<'_>, profile: &ModpostProfile) -> Vec<u8> {
    let mut id = entry.array(at(0));
    if profile.has(Behaviour::TeeSwapped) && entry.endian == object::Endianness::Big {
        id.reverse();
    }
    text!["tee:", uuid(&id, &STORED), "*"]
}

fn wmi(entry: &Entry<'_>, profile: &ModpostProfile, findings: &mut Vec<ModpostFinding>) -> Option<Vec<u8>> {
    const LENGTH: usize = 36;
    let guid = entry.string(at(0));
    if guid.len() != LENGTH {
        findings.push(ModpostFinding::WmiLength(guid.into()));
        return None;
    }
    if !profile.has(Behaviour::WmiChecked) {
        return Some(text!["wmi:", guid]);
    }
    let is_dash = |index: usize| matches!(index, 8 | 13 | 18 | 23);
    let is_wrong = |(index, byte): &(usize, &u8)| {
        if is_dash(*index) { **byte != b'-' } else { !byte.is_ascii_hexdigit() }
    };
    if let Some((_, &character)) = guid.iter().enumerate().find(is_wrong) {
        findings.push(ModpostFinding::WmiCharacter { character, guid: guid.into() });
        return None;
    }
    Some(text!["wmi:", guid.to_ascii_uppercase()])
}

fn x86_cpu(entry: &Entry<'_>) -> Vec<u8> {
    let (vendor, family) = (unless(entry, field(0, 2), 0xffff), unless(entry, field(2, 2), 0));
    let model = unless(entry, field(4, 2), 0);
    let feature = match entry.number(field(8, 2)) {
        0 => String::new(),
        feature => format!("{feature:04X}*"),
    };
    text!["cpu:type:x86,ven", vendor, "fam", family, "mod", model, ":feature:*", feature]
}
