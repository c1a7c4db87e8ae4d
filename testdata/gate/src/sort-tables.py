#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sorts the tables of a finished kernel, as the kernel's sorttable does: exceptions, ORC entries, traced functions.

usage: sort-tables.py VMLINUX
"""
import struct
import sys

path = sys.argv[1]
data = bytearray(open(path, "rb").read())
shoff, = struct.unpack_from("<Q", data, 40)
count, names = struct.unpack_from("<HH", data, 60)
headers = [struct.unpack_from("<IIQQQQIIQQ", data, shoff + 64 * n) for n in range(count)]
strings = headers[names][4]


def text(start):
    return bytes(data[start : data.index(b"\0", start)]).decode()


sections = {text(strings + header[0]): header for header in headers}
symtab = sections[".symtab"]
symbols = {}
for at in range(symtab[4], symtab[4] + symtab[5], 24):
    name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", data, at)
    symbols[text(headers[symtab[6]][4] + name)] = value


def place(address):
    header = next(h for h in headers if h[2] & 2 and h[3] <= address < h[3] + h[5])
    return header[4] + address - header[3]


def table(start, stop, size):
    start, stop = symbols[start], symbols[stop]
    return [(address, bytes(data[place(address) : place(address) + size])) for address in range(start, stop, size)]


def put(entries, records):
    for (address, old), record in zip(entries, records):
        data[place(address) : place(address) + len(old)] = record


def moved(record, distance, fields):
    words = [struct.unpack_from("<i", record, 4 * n)[0] + distance for n in range(fields)]
    return struct.pack(f"<{fields}i", *words) + record[4 * fields :]


def target(entry):
    return entry[0] + struct.unpack_from("<i", entry[1])[0]


traced = table("__start_mcount_loc", "__stop_mcount_loc", 8)
put(traced, sorted((record for _, record in traced), key=lambda record: struct.unpack("<Q", record)))
faults = table("__start___ex_table", "__stop___ex_table", 12)
by_target = sorted(faults, key=target)
put(faults, [moved(old[1], old[0] - new[0], 2) for new, old in zip(faults, by_target)])
places = table("__start_orc_unwind_ip", "__stop_orc_unwind_ip", 4)
states = table("__start_orc_unwind", "__stop_orc_unwind", 6)
pairs = sorted(zip(places, states), key=lambda pair: target(pair[0]))
put(places, [moved(old[1], old[0] - new[0], 1) for new, (old, _) in zip(places, pairs)])
put(states, [state[1] for _, state in pairs])
open(path, "wb").write(data)
