// SPDX-License-Identifier: GPL-2.0-only

/// What yaxpeax-arm 0.5 says otherwise than we and LLVM do, first match first. None of it reaches a listing: what is missing
/// has a text of our own or is shown as a word, what is surplus is no instruction by our tables, the rest is our own text.
const KNOWN: &[Known] = &[
    Known { what: What::Missing, mask: 0x1e000000, value: 0x04000000, reason: "scalable instructions, none of which it knows" },
    Known { what: What::Missing, mask: 0x9e000000, value: 0x80000000, reason: "matrix instructions, none of which it knows" },
    Known { what: What::Missing, mask: 0x0e000000, value: 0x0e000000, reason: "newer vector instructions" },
    Known { what: What::Missing, mask: 0x0a000000, value: 0x08000000, reason: "newer loads and stores: block copies, 128-bit atomics, ordered ones of vector registers" },
    Known { what: What::Missing, mask: 0x1c000000, value: 0x10000000, reason: "arithmetic with an immediate: minimum and maximum, tagged addresses" },
    Known { what: What::Missing, mask: 0x0e000000, value: 0x0a000000, reason: "arithmetic of registers: minimum and maximum, checked pointers" },
    Known { what: What::Missing, mask: 0x1c000000, value: 0x14000000, reason: "system instructions: waits with a limit, 128-bit registers, op0 = 0" },
    Known { what: What::Surplus, mask: 0x1e000000, value: 0x00000000, reason: "words like udf that are none, for upper bits are set" },
    Known { what: What::Surplus, mask: 0x1c000000, value: 0x10000000, reason: "immediates that encode no constant, autiasppc that names a register" },
    Known { what: What::Surplus, mask: 0x0e000000, value: 0x0a000000, reason: "arithmetic of registers with shifts that do not fit, or other bits that must not be set" },
    Known { what: What::Surplus, mask: 0x0a000000, value: 0x08000000, reason: "loads and stores with bits that must not be set, and pairs of no size" },
    Known { what: What::Class, mask: 0xfffffbe0, value: 0xd65f0be0, reason: "returns whose second modifier is a register, by a name of its own" },
    Known { what: What::Class, mask: 0xfffff01f, value: 0xd503201f, reason: "hints without a meaning, taken for nop" },
    Known { what: What::Frame, mask: 0xfffff81f, value: 0xdac1901e, reason: "autiasppcr and autibsppcr, whose text has no x30" },
    Known { what: What::Frame, mask: 0xff80001f, value: 0xf380001f, reason: "autiasppc and autibsppc, whose text has no x30" },
    Known { what: What::Frame, mask: 0xfc400000, value: 0x68000000, reason: "stgp, shown as \"invalid\" and taken for a load" },
];
