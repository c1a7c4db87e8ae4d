# SPDX-License-Identifier: GPL-2.0-only
"""Runs the original objtool and ours on one assembled file, for scripts/parity/fixtures and scripts/parity/fuzz."""

import difflib
import os
import shutil
import subprocess
from pathlib import Path

import base
from base import ROOT

SECONDS = 20
CRASH_WORDS = b"objtool crash!", b"objtool stack overflow!"


class Answer:
    """What a tool did."""

    def __init__(self, status, out, err, files):
        self.status, self.out, self.err, self.files = status, out, err, files

    def crashed(self):
        if self.status == "no end":
            return True
        return self.status < 0 or any(word in self.err for word in CRASH_WORDS)

    def __eq__(self, other):
        return (self.status, self.out, self.err, self.files) == (other.status, other.out, other.err, other.files)


def original(series, has_listings=False):
    """The series' own objtool, without libopcodes unless it is to list instructions: their text is no matter of ours."""
    return base.original(series, "objtool" if has_listings else "objtool-plain", must=False)


def numbers(release):
    """Those in its name: 6.6.77-android15 is 6, 6, 77."""
    return tuple(int(number) for number in release.split("-")[0].split("."))


def number(release):
    """A release as assembler sources know it: 7.3 is 703, 6.12.95 is 612."""
    major, minor, *_ = numbers(release)
    return major * 100 + minor


# Options that older releases do not have, by the first release that has them.
SINCE = {"--mnop": 602, "--prefix": 602, "--cfi": 602, "--verbose": 604, "--fineibt": 703, "--werror": 703, "--noabs": 703}
# Options of the releases with sub-commands.
SUBCOMMANDS = ("--module --no-unreachable --retpoline --rethunk --unret --backtrace --uaccess --stats --sls --vmlinux "
               "--duplicate --no-fp").split()


def older_words(release, words):
    """Options of today's command line as a release has them: without those that it does not know, and before 5.19 as one of the
    sub-commands, where rules for noinstr code come with --vmlinux and those for frame pointers unless switched off."""
    n = number(release)
    if words[:1] in (["check"], ["orc"]):
        return words
    words = [word for word in words if SINCE.get(word.partition("=")[0], 0) <= n]
    if n < 602:
        words = [word.replace(",skylake", "") for word in words if word != "--hacks=skylake"]
    if n >= 519:
        return words or ["--orc"]
    if any(word.startswith("--dump") for word in words):
        return ["orc", "dump"]
    known = SUBCOMMANDS + ["--mcount", "--noinstr", "--backup"] * (n > 510)
    older = ["orc", "generate"] if "--orc" in words else ["check"]
    older += [word for word in words if word in known]
    older += ["--no-fp"] * ("--stackval" not in words)
    if "--noinstr" in words:
        walks = {"--orc", "--stackval", "--uaccess", "--unret"} & set(words)
        older += ["--vmlinux"] + ["--duplicate"] * bool(walks)
    return older


def assemble(source, output, series, options=()):
    """What the assembler says against it; empty if the object was made."""
    command = ["as", "--64", "--defsym", f".Lseries={number(series)}", "-I", ROOT / "testdata/x86", *options, "-o", output, source]
    return subprocess.run(command, capture_output=True, text=True).stderr


def run(tool, series, args, data, folder, env=()):
    """The tool's answer on an object `a.o` of these bytes."""
    path = Path(folder) / "run"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    (path / "a.o").write_bytes(data)
    full = {"PATH": os.environ["PATH"], "LC_ALL": "C", "POSTLINK_SERIES": series, "RAYON_NUM_THREADS": "2", **dict(env)}
    try:
        done = subprocess.run(["objtool", *args, "a.o"], executable=tool, cwd=path, env=full, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=SECONDS)
        status, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        status, out, err = "no end", b"", b""
    return Answer(status, out, err, {f.name: f.read_bytes() for f in path.iterdir()})


def show(theirs, ours, folder):
    """How two answers differ."""
    lines = [f"  status: original {theirs.status}, ours {ours.status}"]
    for what in ("err", "out"):
        a, b = (getattr(answer, what).decode(errors="replace").splitlines() for answer in (theirs, ours))
        lines += ["  " + line for line in difflib.unified_diff(a, b, f"original std{what}", f"our std{what}", lineterm="", n=1)]
    if theirs.files != ours.files:
        lines.append("  the objects differ:")
        for side, answer in (("A", theirs), ("B", ours)):
            (Path(folder) / side).write_bytes(answer.files.get("a.o", b""))
        tool = ROOT / "target/release/postlink"
        if tool.exists():
            done = subprocess.run([tool, "compare", Path(folder) / "A", Path(folder) / "B"], capture_output=True, text=True)
            lines += ["    " + line for line in (done.stdout + done.stderr).splitlines()[:20]]
    return "\n".join(lines)
