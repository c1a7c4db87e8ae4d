# SPDX-License-Identifier: GPL-2.0-only
"""Made-up patches of a real kernel, for scripts/parity/klp: constants in the code of a captured vmlinux.o are changed."""

import random
import struct
import subprocess

import base
import elf64

CAPTURED = base.CACHE / "corpus/lto-7.3-base/calls/objtool+vmlinux.o/output/vmlinux.o"

SHF_MERGE = 0x10
# Before LLVM 20, `ld.lld -r` forgets these, without which `klp diff` does not know where an entry ends.
ENTRY_SIZES = {".altinstructions": 14, ".discard.annotate_insn": 8, ".discard.annotate_data": 8, "__bug_table": 16,
               "__ex_table": 12, "__jump_table": 16}
# What a function that is to change must not refer to: `klp diff` would end there.
INIT = ".init"


def captured(folder):
    """The captured vmlinux.o as a build with KLP_SYMIDS leaves it; None if there is none."""
    if not CAPTURED.exists():
        return None
    path = folder / "vmlinux.o"
    path.write_bytes(CAPTURED.read_bytes())
    subprocess.run([base.original("7.3", "objtool"), "--klp-symids", "--link", path.name], cwd=folder, check=True)
    kernel = elf64.Object(path.read_bytes())
    for section in kernel.sections:
        flags, = struct.unpack_from("<Q", kernel.data, section.header + 8)
        size, = struct.unpack_from("<Q", kernel.data, section.header + 56)
        if section.name in ENTRY_SIZES and flags & SHF_MERGE and not size:
            struct.pack_into("<Q", kernel.data, section.header + 56, ENTRY_SIZES[section.name])
    return bytes(kernel.data)


def linked(data):
    """What stands for the linked vmlinux: the same symbols with addresses, in another order, and `.klp.symid` filled in."""
    kernel = elf64.Object(data)
    bases, end = {}, 0xffffffff81000000
    for section in sorted(kernel.sections, key=lambda section: section.index * 7919 % 1000003):
        align = max(section.align, 1)
        end = (end + align - 1) // align * align
        bases[section.index] = end
        end += section.size
    is_alloc = lambda section: section.flags & elf64.SHF_ALLOC
    somewhere = next(section.index for section in kernel.sections if is_alloc(section))
    values = []
    for symbol in kernel.symbols:
        values.append(symbol.value + bases[symbol.shndx] if symbol.shndx else symbol.value)
        if symbol.shndx:
            # A linked kernel has few sections.
            index = somewhere if is_alloc(kernel.sections[symbol.shndx]) else symbol.shndx & 0x7fff
            struct.pack_into("<H", kernel.data, symbol.at + 6, index)
            struct.pack_into("<Q", kernel.data, symbol.at + 8, values[-1] & (1 << 64) - 1)
    for section in kernel.named(".klp.symid"):
        for reloc in kernel.relocs(section):
            struct.pack_into("<Q", kernel.data, section.offset + reloc.offset, values[reloc.sym] & (1 << 64) - 1)
    return bytes(kernel.data)


def patched(data, seed, count):
    """A copy in which so many functions load another constant."""
    kernel = elf64.Object(data)
    rng = random.Random(seed)
    functions = [s for s in kernel.symbols if s.info & 15 == elf64.STT_FUNC and s.shndx and s.size > 16]
    rng.shuffle(functions)
    for function in functions:
        section = kernel.sections[function.shndx]
        place = place_of_constant(kernel, section, function)
        if place is not None:
            kernel.data[section.offset + place] ^= 0x55
            count -= 1
        if not count:
            break
    return bytes(kernel.data)


def place_of_constant(kernel, section, function):
    """Where a function has the first byte of a small constant (`mov $imm32, %reg`) that no relocation touches."""
    if not section.flags & elf64.SHF_EXEC or INIT in section.name or ".noinstr" in section.name:
        return None
    end = function.value + function.size
    inside = [reloc for reloc in kernel.relocs(section) if function.value <= reloc.offset < end]
    if any(INIT in kernel.sections[kernel.symbols[reloc.sym].shndx].name for reloc in inside):
        return None
    touched = {reloc.offset + n for reloc in inside for n in range(8)}
    code = kernel.data[section.offset:section.offset + section.size]
    for at in range(function.value, end - 5):
        if 0xb8 <= code[at] <= 0xbf and code[at + 2:at + 5] == b"\0\0\0" and not touched & set(range(at, at + 5)):
            return at + 1
    return None
