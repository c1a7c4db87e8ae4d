# SPDX-License-Identifier: GPL-2.0-only
"""A small reader of relocatable 64-bit little-endian ELF files, independent of the project's own, for scripts that damage them."""

import struct
from collections import namedtuple

Section = namedtuple("Section", "index name type flags offset size link info align header")
Symbol = namedtuple("Symbol", "index name info shndx value size at")
Reloc = namedtuple("Reloc", "offset kind sym addend at")        # `at`: where in the file the record is.
Place = namedtuple("Place", "section offset")

SHT_RELA, SHT_SYMTAB, SHT_NOBITS = 4, 2, 8
SHF_WRITE, SHF_ALLOC, SHF_EXEC = 1, 2, 4
STT_FUNC, STT_SECTION = 2, 3
HEADER, RELA, SYM = 64, 24, 24


class Object:
    """A file; `data` may be changed in place, what was read stays as it was."""

    def __init__(self, data):
        self.data = bytearray(data)
        shoff, = struct.unpack_from("<Q", data, 40)
        shnum, shstrndx = struct.unpack_from("<HH", data, 60)
        zero = struct.unpack_from("<IIQQQQII", data, shoff)
        shnum, shstrndx = shnum or zero[5], zero[6] if shstrndx == 0xffff else shstrndx
        raw = [struct.unpack_from("<IIQQQQIIQ", data, shoff + i * HEADER) for i in range(shnum)]
        names = raw[shstrndx][4]
        self.sections = [Section(i, self.string(names + r[0]), r[1], r[2], r[4], r[5], r[6], r[7], r[8], shoff + i * HEADER)
                         for i, r in enumerate(raw)]
        self.symbols = []
        table = next((s for s in self.sections if s.type == SHT_SYMTAB), None)
        if table:
            wide = next((s for s in self.sections if s.type == 18), None)
            strings = self.sections[table.link].offset
            for i in range(table.size // SYM):
                at = table.offset + i * SYM
                name, info, _, shndx, value, size = struct.unpack_from("<IBBHQQ", data, at)
                if shndx == 0xffff:
                    shndx, = struct.unpack_from("<I", data, wide.offset + 4 * i)
                elif shndx >= 0xff00:
                    shndx = 0
                self.symbols.append(Symbol(i, self.string(strings + name), info, shndx, value, size, at))
        self._tables, self._relocs = {}, {}
        for s in self.sections:
            if s.type == SHT_RELA:
                self._tables.setdefault(s.info, []).append(s)
        # Of several at one place the last.
        self.functions = {Place(s.shndx, s.value): s.name for s in self.symbols if s.info & 15 == STT_FUNC and s.shndx}

    def string(self, at):
        return self.data[at:self.data.index(0, at)].decode("utf-8", "replace")

    def named(self, *names):
        return [s for s in self.sections if s.name in names]

    def relocs(self, section):
        """The relocations of a section, in file order, as they were when they were first asked for."""
        if section.index not in self._relocs:
            self._relocs[section.index] = [
                Reloc(*record, table.offset + i * RELA) for table in self._tables.get(section.index, [])
                for i, record in enumerate(struct.iter_unpack("<QIIq", self.data[table.offset:table.offset + table.size]))]
        return self._relocs[section.index]

    def target(self, reloc):
        """Where a relocation leads, or None if the symbol is not defined here."""
        symbol = self.symbols[reloc.sym]
        return Place(symbol.shndx, symbol.value + reloc.addend) if symbol.shndx else None

    def is_code(self, index):
        return bool(self.sections[index].flags & SHF_EXEC)

    def at(self, place):
        """Where in the file a place is, or None."""
        section = self.sections[place.section]
        inside = section.type != SHT_NOBITS and 0 <= place.offset < section.size
        return section.offset + place.offset if inside else None

    def word(self, place):
        at = self.at(place)
        return None if at is None else struct.unpack_from("<I", self.data, at)[0]

    # What changes the file:

    def put(self, fmt, at, value):
        struct.pack_into("<" + fmt, self.data, at, value)

    def put_word(self, place, word):
        self.put("I", self.at(place), word)

    def put_reloc(self, reloc, **changes):
        new = reloc._replace(**changes)
        struct.pack_into("<QIIq", self.data, reloc.at, new.offset, new.kind, new.sym, new.addend)
