// SPDX-License-Identifier: GPL-2.0-only

//! The device tables of all kernels as data: sizes, offsets, and how fields become an alias.
//!
//! Offsets are those of the kernel's `mod_devicetable.h` as compilers lay it out; within a kernel all 64-bit targets
//! agree, and all 32-bit targets but m68k do.

use super::entry::At;
use super::entry::Field;
use super::entry::at;
use super::entry::at2;
use super::entry::at3;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// When a field is printed; otherwise there is a `*` in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// If it has another value than this.
    Not(u32),
    /// If one of these bits of the entry's match flags is set.
    Flag(u32),
}

/// How a number is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// Upper-case hexadecimal, as many digits as the field has.
    Natural,
    /// Upper-case hexadecimal, at least this many digits.
    Upper(usize),
    /// Lower-case hexadecimal, at least this many digits.
    Lower(usize),
    /// Decimal, at least this many digits.
    Decimal(usize),
}

/// A label and a field.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Text before the field.
    pub label: &'static str,
    /// The field.
    pub field: Field,
    /// When it is printed.
    pub when: When,
    /// How it is printed.
    pub digits: Digits,
}

/// What comes after the last part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// This text.
    Text(&'static str),
    /// A `*` for future extensions, unless one is there.
    Star,
}

/// How an entry becomes aliases.
#[derive(Debug, Clone, Copy)]
pub enum Format {
    /// Parts one after another; `flags` are the match flags.
    Parts { prefix: &'static str, flags: Field, parts: &'static [Part], ending: Ending },
    /// A string.
    Name { prefix: &'static str, name: At, suffix: &'static str },
    /// Something else.
    Special(Special),
}

/// Formats that need code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// ACPI identifier or class; the class's offset, and the mask's.
    Acpi(Field, Field),
    /// ARM AMBA identifier with a mask in digits.
    Amba,
    /// AMD CDX.
    Cdx,
    /// DMI strings.
    Dmi,
    /// Freescale management complex.
    FslMc,
    /// Input devices with bitmaps.
    Input,
    /// ISA PnP.
    IsaPnp,
    /// Intel sensor hub.
    Ishtp,
    /// PHY identifier with a mask in bits.
    Mdio,
    /// Intel management engine client.
    Mei,
    /// Open Firmware.
    Of,
    /// PCI; the field that says whose driver it is for.
    Pci { driver_override: Option<Field> },
    /// PnP device.
    Pnp,
    /// PnP card.
    PnpCard,
    /// Thunderbolt service.
    TbService,
    /// Trusted application.
    Tee,
    /// USB.
    Usb,
    /// IBM virtual I/O.
    Vio,
    /// Hyper-V bus.
    VmBus,
    /// Windows management instrumentation.
    Wmi,
    /// x86 processor.
    X86Cpu,
}

/// Which kernels have a layout: those with these flags, and without those.
#[derive(Debug, Clone, Copy)]
struct Where {
    with: &'static [Behaviour],
    without: &'static [Behaviour],
}

/// A kind of device table in some kernels.
#[derive(Debug)]
pub struct Device {
    /// Its name in `MODULE_DEVICE_TABLE()`.
    pub kind: &'static str,
    /// Where it is to be had in this layout.
    place: Where,
    /// Size of an entry.
    pub size: At,
    /// How an entry becomes aliases.
    pub format: Format,
}

impl Device {
    /// The name in messages; cards go by the name of devices where they were handled together.
    pub fn kind_in_messages(&self, profile: &ModpostProfile) -> &'static str {
        match self.kind {
            "pnp_card" if !profile.has(Behaviour::DevtableKmodSymbol) => "pnp",
            kind => kind,
        }
    }
}

/// All kinds of tables that a kernel knows.
pub fn all(profile: &ModpostProfile) -> impl Iterator<Item = &'static Device> {
    DEVICES.iter().filter(|device| {
        let Where { with, without } = device.place;
        with.iter().all(|flag| profile.has(*flag)) && !without.iter().any(|flag| profile.has(*flag))
    })
}

/// The kind of table called `kind`.
pub fn find(kind: &[u8], profile: &ModpostProfile) -> Option<&'static Device> {
    all(profile).find(|device| device.kind.as_bytes() == kind)
}

/// All kernels.
const ALL: Where = Where { with: &[], without: &[] };

/// Kernels with these flags.
const fn with(with: &'static [Behaviour]) -> Where {
    Where { with, without: &[] }
}

/// Kernels without these flags.
const fn without(without: &'static [Behaviour]) -> Where {
    Where { with: &[], without }
}

const fn u8_at(offset: u16) -> Field {
    Field { at: at(offset), width: 1 }
}

const fn u16_at(offset: u16) -> Field {
    Field { at: at(offset), width: 2 }
}

const fn u32_at(offset: u16) -> Field {
    Field { at: at(offset), width: 4 }
}

const fn wide(at: At) -> Field {
    Field { at, width: 4 }
}

const fn part(label: &'static str, field: Field, when: When) -> Part {
    Part { label, field, when, digits: Digits::Natural }
}

const fn not(label: &'static str, field: Field, any: u32) -> Part {
    part(label, field, When::Not(any))
}

const fn flag(label: &'static str, field: Field, bit: u32) -> Part {
    part(label, field, When::Flag(bit))
}

const fn always(label: &'static str, field: Field, digits: Digits) -> Part {
    Part { label, field, when: When::Always, digits }
}

const fn parts(prefix: &'static str, parts: &'static [Part], ending: Ending) -> Format {
    Format::Parts { prefix, flags: u8_at(0), parts, ending }
}

const fn flagged(prefix: &'static str, flags: Field, parts: &'static [Part], ending: Ending) -> Format {
    Format::Parts { prefix, flags, parts, ending }
}

const fn name(prefix: &'static str) -> Format {
    Format::Name { prefix, name: at(0), suffix: "" }
}

const fn device(kind: &'static str, place: Where, size: At, format: Format) -> Device {
    Device { kind, place, size, format }
}

const NOTHING: Ending = Ending::Text("");

#[rustfmt::skip]
static DEVICES: &[Device] = &[
    device("hid", ALL, at2(24, 16), parts("hid:", &[
        not("b", u16_at(0), 0xffff), not("g", u16_at(2), 0), not("v", u32_at(4), !0), not("p", u32_at(8), !0),
    ], NOTHING)),
    device("ieee1394", ALL, at2(32, 24), flagged("ieee1394:", u32_at(0), &[
        flag("ven", u32_at(4), 1), flag("mo", u32_at(8), 2), flag("sp", u32_at(12), 4), flag("ver", u32_at(16), 8),
    ], Ending::Star)),
    device("pci", with(&[Behaviour::PciOverride]), at2(40, 32), Format::Special(Special::Pci { driver_override: Some(wide(at2(32, 28))) })),
    device("pci", without(&[Behaviour::PciOverride]), at2(32, 28), Format::Special(Special::Pci { driver_override: None })),
    device("ccw", ALL, at2(16, 12), flagged("ccw:", u16_at(0), &[
        flag("t", u16_at(2), 1), flag("m", u8_at(6), 2), flag("dt", u16_at(4), 4), flag("dm", u8_at(7), 8),
    ], Ending::Star)),
    device("ap", without(&[Behaviour::ApWithData]), at(4), parts("ap:t", &[always("", u8_at(2), Digits::Upper(2))], Ending::Text("*"))),
    device("ap", with(&[Behaviour::ApWithData]), at2(16, 8), parts("ap:t", &[always("", u8_at(2), Digits::Upper(2))], Ending::Text("*"))),
    device("css", ALL, at3(16, 8, 6), parts("css:t", &[always("", u8_at(1), Digits::Upper(1))], NOTHING)),
    device("serio", ALL, at(4), parts("serio:", &[
        not("ty", u8_at(0), 0xff), not("pr", u8_at(3), 0xff), not("id", u8_at(2), 0xff), not("ex", u8_at(1), 0xff),
    ], Ending::Star)),
    device("acpi", with(&[Behaviour::AcpiLongId]), at2(32, 28), Format::Special(Special::Acpi(wide(at2(24, 20)), wide(at2(28, 24))))),
    device("acpi", without(&[Behaviour::AcpiLongId]), at3(32, 24, 22),
        Format::Special(Special::Acpi(wide(at3(24, 16, 14)), wide(at3(28, 20, 18))))),
    device("pcmcia", ALL, at3(80, 52, 50), flagged("pcmcia:", u16_at(0), &[
        flag("m", u16_at(2), 1), flag("c", u16_at(4), 2), flag("f", u8_at(6), 4), flag("fn", u8_at(7), 8),
        flag("pfn", u8_at(8), 0x100),
        flag("pa", wide(at3(12, 12, 10)), 0x10), flag("pb", wide(at3(16, 16, 14)), 0x20),
        flag("pc", wide(at3(20, 20, 18)), 0x40), flag("pd", wide(at3(24, 24, 22)), 0x80),
    ], Ending::Star)),
    device("vio", ALL, at(64), Format::Special(Special::Vio)),
    device("input", ALL, at2(200, 164), Format::Special(Special::Input)),
    device("eisa", ALL, at2(16, 12), Format::Name { prefix: "eisa:s", name: at(0), suffix: "*" }),
    device("parisc", ALL, at(8), parts("parisc:", &[
        not("t", u8_at(0), 0xff), not("hv", u16_at(2), 0xffff), not("rev", u8_at(1), 0xff), not("sv", u32_at(4), !0),
    ], Ending::Star)),
    device("sdio", ALL, at3(16, 12, 10), parts("sdio:", &[
        not("c", u8_at(0), 0xff), not("v", u16_at(2), 0xffff), not("d", u16_at(4), 0xffff),
    ], Ending::Star)),
    device("ssb", ALL, at(6), parts("ssb:", &[
        not("v", u16_at(0), 0xffff), not("id", u16_at(2), 0xffff), not("rev", u8_at(4), 0xff),
    ], Ending::Star)),
    device("bcma", ALL, at(6), parts("bcma:", &[
        not("m", u16_at(0), 0xffff), not("id", u16_at(2), 0xffff), not("rev", u8_at(4), 0xff), not("cl", u8_at(5), 0xff),
    ], Ending::Star)),
    device("virtio", ALL, at(8), parts("virtio:", &[not("d", u32_at(0), !0), not("v", u32_at(4), !0)], Ending::Star)),
    device("vmbus", ALL, at2(24, 20), Format::Special(Special::VmBus)),
    device("rpmsg", with(&[Behaviour::RpmsgWithData]), at2(40, 36), name("rpmsg:")),
    device("rpmsg", without(&[Behaviour::RpmsgWithData]), at(32), name("rpmsg:")),
    device("i2c", ALL, at2(32, 24), name("i2c:")),
    device("i3c", ALL, at2(16, 12), flagged("i3c:", u8_at(0), &[
        flag("dcr", u8_at(1), 1), flag("manuf", u16_at(2), 2), flag("part", u16_at(4), 4), flag("ext", u16_at(6), 8),
    ], NOTHING)),
    device("slim", with(&[Behaviour::DeviceSlim]), at2(16, 12), parts("slim:", &[
        always("", u16_at(0), Digits::Lower(1)), always(":", u16_at(2), Digits::Lower(1)),
    ], Ending::Text(":*"))),
    device("spi", ALL, at2(40, 36), name("spi:")),
    device("dmi", ALL, at2(344, 332), Format::Special(Special::Dmi)),
    device("platform", with(&[Behaviour::PlatformLongName]), at2(32, 28), name("platform:")),
    device("platform", without(&[Behaviour::PlatformLongName]), at2(32, 24), name("platform:")),
    device("mdio", ALL, at(8), Format::Special(Special::Mdio)),
    device("zorro", ALL, at2(16, 8), parts("zorro:", &[not("i", u32_at(0), !0)], NOTHING)),
    device("isapnp", ALL, at2(16, 12), Format::Special(Special::IsaPnp)),
    device("ipack", ALL, at3(12, 12, 10), parts("ipack:", &[
        not("f", u8_at(0), 0xff), not("v", wide(at3(4, 4, 2)), !0), not("d", wide(at3(8, 8, 6)), !0),
    ], Ending::Star)),
    device("amba", ALL, at2(16, 12), Format::Special(Special::Amba)),
    device("mipscdmm", ALL, at(1), parts("mipscdmm:t", &[always("", u8_at(0), Digits::Upper(2))], Ending::Text("*"))),
    device("x86cpu", with(&[Behaviour::X86CpuType]), at3(24, 20, 18), Format::Special(Special::X86Cpu)),
    device("x86cpu", without(&[Behaviour::X86CpuType]), at2(24, 16), Format::Special(Special::X86Cpu)),
    device("cpu", ALL, at(2), parts("cpu:type:*:feature:*", &[
        always("", u16_at(0), Digits::Upper(4)),
    ], Ending::Text("*"))),
    device("mcb", with(&[Behaviour::DeviceMcb]), at3(16, 8, 6), parts("mcb:16z", &[always("", u16_at(0), Digits::Decimal(3))], NOTHING)),
    device("mei", ALL, at3(64, 56, 54), Format::Special(Special::Mei)),
    device("rapidio", ALL, at(8), parts("rapidio:", &[
        not("v", u16_at(2), 0xffff), not("d", u16_at(0), 0xffff),
        not("av", u16_at(6), 0xffff), not("ad", u16_at(4), 0xffff),
    ], Ending::Star)),
    device("ulpi", ALL, at2(16, 8), parts("ulpi:", &[
        always("v", u16_at(0), Digits::Lower(4)), always("p", u16_at(2), Digits::Lower(4)),
    ], NOTHING)),
    device("hdaudio", ALL, at3(32, 20, 18), parts("hdaudio:", &[
        not("v", u32_at(0), 0), not("r", u32_at(4), 0), not("a", u8_at(8), 0),
    ], Ending::Star)),
    device("sdw", ALL, at3(16, 12, 10), parts("sdw:", &[
        not("m", u16_at(0), 0), not("p", u16_at(2), 0), not("v", u8_at(4), 0), not("c", u8_at(5), 0),
    ], Ending::Star)),
    device("fslmc", ALL, at(18), Format::Special(Special::FslMc)),
    device("tbsvc", ALL, at3(40, 32, 30), Format::Special(Special::TbService)),
    device("typec", without(&[Behaviour::TypecMode]), at2(16, 8), parts("typec:id", &[always("", u16_at(0), Digits::Upper(4))], NOTHING)),
    device("typec", with(&[Behaviour::TypecMode]), at2(16, 8), parts("typec:id", &[
        always("", u16_at(0), Digits::Upper(4)), not("m", u8_at(2), 7),
    ], NOTHING)),
    device("tee", ALL, at(16), Format::Special(Special::Tee)),
    device("wmi", ALL, at3(48, 44, 42), Format::Special(Special::Wmi)),
    device("mhi", ALL, at2(40, 36), name("mhi:")),
    device("mhi_ep", with(&[Behaviour::DeviceMhiEp]), at2(40, 36), name("mhi_ep:")),
    device("auxiliary", with(&[Behaviour::DeviceAuxiliary, Behaviour::AuxiliaryLongName]), at2(48, 44), name("auxiliary:")),
    device("auxiliary", Where { with: &[Behaviour::DeviceAuxiliary], without: &[Behaviour::AuxiliaryLongName] }, at2(40, 36), name("auxiliary:")),
    device("ssam", with(&[Behaviour::DeviceSsam]), at3(16, 12, 10), flagged("ssam:", u8_at(0), &[
        always("d", u8_at(1), Digits::Upper(2)), always("c", u8_at(2), Digits::Upper(2)),
        flag("t", u8_at(3), 1), flag("i", u8_at(4), 2), flag("f", u8_at(5), 4),
    ], NOTHING)),
    device("dfl", with(&[Behaviour::DeviceDfl]), at2(16, 8), parts("dfl:", &[
        always("t", u16_at(0), Digits::Upper(4)), always("f", u16_at(2), Digits::Upper(4)),
    ], Ending::Star)),
    device("ishtp", with(&[Behaviour::DeviceIshtp]), at2(24, 20), Format::Special(Special::Ishtp)),
    device("cdx", with(&[Behaviour::DeviceCdx, Behaviour::CdxClass]), at(20), Format::Special(Special::Cdx)),
    device("cdx", Where { with: &[Behaviour::DeviceCdx], without: &[Behaviour::CdxClass] }, at(8), Format::Special(Special::Cdx)),
    device("vchiq", with(&[Behaviour::DeviceVchiq]), at(32), name("vchiq:")),
    device("coreboot", with(&[Behaviour::DeviceCoreboot]), at2(16, 8), parts("coreboot:t", &[
        always("", u32_at(0), Digits::Upper(8)),
    ], NOTHING)),
    device("of", ALL, at2(200, 196), Format::Special(Special::Of)),
    device("usb", ALL, at2(32, 24), Format::Special(Special::Usb)),
    device("pnp", ALL, at2(16, 12), Format::Special(Special::Pnp)),
    device("pnp_card", ALL, at2(80, 76), Format::Special(Special::PnpCard)),
];
