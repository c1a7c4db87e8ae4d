# SPDX-License-Identifier: GPL-2.0-only
"""Listings and traces with the text of instructions blanked, to compare those of disassemblers with different letters.

What stays: places, bars, alternatives, names and order of everything, remarks and states, and of an instruction the
addresses it mentions with their names.
"""

import re

PLACE = re.compile(rb"^( *[0-9a-f]+:  \S+(?: \([^)]*\))? +)(.*)$")
BARS = re.compile(rb"^((?:\| )*)(.*)$")
# What stands for an instruction in the original's own words, not in its disassembler's.
OWN_WORDS = re.compile(rb"^(nop\*?\d+|<fake nop> \(\d+ bytes\)|resume at .*|jmpq? +[0-9a-f]+ <.*>|[/\\] <.*|<[a-z_]+\.[0-9a-f]+>)$")
MENTION = re.compile(rb"\b(?:0x[0-9a-f]+|0) <[^>]*>+")
REMARK = re.compile(rb"^(.*?) +- ((?:state: |<).*|[a-z]+(?: [a-z]+)*(?: \(\d+\))?)$")
IF_NAME = re.compile(rb"^( *= )(.*?)( +\(if .*\))$")
TRAIL = re.compile(rb"^(.*: (?:warning|error): objtool:   [^ :]+(?: \([^)]*\))?: (?:\([a-z-]+\)|<=== \([a-z]+\))? +)(.*)$")


def insn(text):
    """The text of one instruction, blanked."""
    text = text.rstrip()
    if not text or OWN_WORDS.match(text):
        return text
    return b" ".join([b"INSN", *MENTION.findall(text)])


def line(raw):
    place = PLACE.match(raw)
    if place:
        before, rest = place.groups()
        return before + flow(rest)
    condition = IF_NAME.match(raw)
    if condition:
        return condition[1] + insn(condition[2]) + b" " + condition[3].strip()
    return raw


def flow(rest):
    cells = rest.split(b"| ")
    # Side by side: every alternative ends with blanks.
    if len(cells) > 2 and rest.startswith(b"| ") and rest.endswith(b" "):
        return b"".join(b"| " + insn(cell) for cell in cells[1:])
    bars, text = BARS.match(rest).groups()
    remark = REMARK.match(text)
    return bars + (insn(remark[1]) + b" - " + remark[2] if remark else insn(text))


def listing(text):
    """Standard output, or a trace."""
    return b"\n".join(map(line, text.split(b"\n")))


def messages(text):
    """Standard error: without what only we say when asked to be talkative."""
    lines = (raw for raw in text.split(b"\n") if not raw.startswith(b"postlink: "))
    return b"\n".join(trail(raw) for raw in lines)


def trail(raw):
    found = TRAIL.match(raw)
    return found[1] + insn(found[2]) if found else line(raw)


def same_letters(theirs, ours):
    """Lines with an instruction in them, and how many of these are the same but for the number of blanks."""
    squeeze = lambda raw: b" ".join(raw.split())
    pairs = [(a, b) for a, b in zip(theirs.split(b"\n"), ours.split(b"\n")) if b"INSN" in trail(a)]
    return len(pairs), sum(squeeze(a) == squeeze(b) for a, b in pairs)
