# SPDX-License-Identifier: GPL-2.0-only
"""Changes to an assembled object that no assembler input makes, each named by a word so that a kept case says which."""

import random
import struct

PLAIN = ["keep-locals", "named-relocs", "reverse-relocs", "reverse-symbols", "no-entsize"]
SEEDED = ["sizes", "kinds", "bindings", "addends", "types", "places", "targets", "values"]


def choose(rng):
    """Some tweaks; those with a number change a few records that the number picks."""
    plain = [tweak for tweak in PLAIN if rng.random() < 0.1]
    return plain + [f"{tweak}={rng.randrange(1000)}" for tweak in SEEDED if rng.random() < 0.04]


def tweak(data, tweaks):
    data = bytearray(data)
    changes = {"named-relocs": named_relocs, "reverse-relocs": reverse_relocs, "reverse-symbols": reverse_symbols,
               "no-entsize": no_entsize}
    for word in tweaks:
        name, _, seed = word.partition("=")
        if seed:
            change_some(data, name, random.Random(int(seed)))
        elif name in changes:
            changes[name](data)
    return bytes(data)


def sections(data):
    """(index, type, offset, size, link, info) of every section."""
    shoff, = struct.unpack_from("<Q", data, 40)
    count, = struct.unpack_from("<H", data, 60)
    for index in range(count):
        _, kind, _, _, offset, size, link, info = struct.unpack_from("<IIQQQQII", data, shoff + 64 * index)
        yield index, kind, offset, size, link, info


def symbols(data):
    """(position in the file, info, section, value) of every symbol."""
    for _, kind, offset, size, _, _ in sections(data):
        if kind == 2:
            for at in range(offset, offset + size, 24):
                _, info, _, section, value, _ = struct.unpack_from("<IBBHQQ", data, at)
                yield at, info, section, value


def named_relocs(data):
    """Lets relocations name the symbol at their place instead of the section, as clang does for functions."""
    table = list(symbols(data))
    named = {}
    for number, (_, info, section, value) in enumerate(table):
        if info & 15 in (0, 1, 2) and 0 < section < 0xff00:
            named[section, value] = number, info & 15
    for _, kind, offset, size, _, _ in sections(data):
        if kind != 4:
            continue
        for at in range(offset, offset + size, 24):
            place, info, addend = struct.unpack_from("<QQq", data, at)
            _, sym_info, section, value = table[info >> 32]
            behind = 4 if info & 0xffffffff in (2, 4) and addend + 4 >= 0 and (section, addend + 4) in named else 0
            target = named.get((section, addend + behind))
            if sym_info & 15 == 3 and target:
                struct.pack_into("<QQq", data, at, place, target[0] << 32 | info & 0xffffffff, -behind)


def reverse_relocs(data):
    for _, kind, offset, size, _, _ in sections(data):
        if kind == 4:
            records = [bytes(data[at:at + 24]) for at in range(offset, offset + size, 24)]
            data[offset:offset + size] = b"".join(reversed(records))


def reverse_symbols(data):
    """Reverses the global symbols."""
    for _, kind, offset, size, _, first in sections(data):
        if kind != 2:
            continue
        total = size // 24
        records = [bytes(data[at:at + 24]) for at in range(offset + 24 * first, offset + size, 24)]
        data[offset + 24 * first:offset + size] = b"".join(reversed(records))
        for _, other, start, length, _, _ in sections(data):
            if other == 4:
                for at in range(start, start + length, 24):
                    info, = struct.unpack_from("<Q", data, at + 8)
                    number = info >> 32
                    if number >= first:
                        struct.pack_into("<Q", data, at + 8, (first + total - 1 - number) << 32 | info & 0xffffffff)


def no_entsize(data):
    """Annotations without the record size that some linkers lose."""
    shoff, = struct.unpack_from("<Q", data, 40)
    for index, kind, _, _, _, _ in sections(data):
        flags, = struct.unpack_from("<Q", data, shoff + 64 * index + 8)
        if flags & 0x10 and kind == 1:
            struct.pack_into("<Q", data, shoff + 64 * index + 56, 0)


def change_some(data, what, rng):
    """Changes one field in one of a few symbols or relocations."""
    if what in ("sizes", "kinds", "bindings", "values"):
        for number, (at, info, section, value) in enumerate(symbols(data)):
            if number == 0 or info & 15 > 2 or rng.random() > 0.3:
                continue
            if what == "sizes":
                struct.pack_into("<Q", data, at + 16, rng.choice([0, 1, 2, 3, 5, 8, 16, 1000, 1 << 63, (1 << 64) - 1]))
            elif what == "values":
                struct.pack_into("<Q", data, at + 8, max(0, value + rng.choice([-1, 1, 2, 4, 1000])))
            elif what == "kinds":
                data[at + 4] = info & 0xf0 | rng.choice([0, 1, 2])
            elif info >> 4:
                data[at + 4] = info & 15 | rng.choice([1, 2, 10]) << 4
        return
    count = len(list(symbols(data)))
    for _, kind, offset, size, _, _ in sections(data):
        for at in range(offset, offset + size, 24) if kind == 4 else ():
            place, info, addend = struct.unpack_from("<QQq", data, at)
            if rng.random() > 0.15:
                continue
            if what == "addends":
                addend += rng.choice([-4, -1, 1, 4, 8, 1 << 32, -(1 << 31)])
            elif what == "types":
                info = info & ~0xffffffff | rng.choice([0, 1, 2, 4, 9, 10, 11, 12, 13, 14, 15, 24, 26, 41, 42, 43])
            elif what == "places":
                place += rng.choice([-4, -1, 1, 4]) if place >= 4 else 1
            elif what == "targets":
                info = info & 0xffffffff | rng.randrange(count) << 32
            struct.pack_into("<QQq", data, at, place, info, addend)
