# SPDX-License-Identifier: GPL-2.0-only
"""What every Python script here shares: where things are, what the command line says, and how a comparison ends."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("POSTLINK_CACHE") or
             Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "postlink").absolute()


def say(message):
    print(f"{os.path.relpath(sys.argv[0], ROOT)}: {message}", file=sys.stderr)


def die(message):
    say(message)
    sys.exit(1)


def parser(doc):
    """For a command line whose usage is the second paragraph of the script's description."""
    purpose, usage, *rest = doc.split("\n\n")
    return argparse.ArgumentParser(usage=usage[7:], description="\n\n".join([purpose, *rest]),
                                   formatter_class=argparse.RawDescriptionHelpFormatter)


def ours(folder, tool):
    """A tool of ours, in the folder that --ours names; without one they are built."""
    if not folder and subprocess.run([os.environ.get("CARGO", "cargo"), "build", "--release", "--quiet"], cwd=ROOT).returncode:
        die("the build failed")
    path = (folder or ROOT / "target/release").absolute()
    path = path if path.is_file() else path / tool
    if not path.exists():
        die(f"{path} is missing")
    return path


def original(release, tool, must=True):
    """The kernel's own tool; `objtool-plain` is without libopcodes."""
    path = CACHE / "ref" / release / tool
    if must and not path.exists():
        die(f"no original {tool} of {release}: run scripts/corpus/reference {release}")
    return path


def releases():
    """The known ones, newest first."""
    lines = (line.split() for line in (ROOT / "scripts/lib/releases").read_text().splitlines())
    return [words[0] for words in lines if words and words[0] != "#"]


def tally(passed, failed, skipped=0):
    """Ends a comparison: the line that whoever started it looks for, and the exit status."""
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


def lines(path):
    """Those of a text file, none if it is not there."""
    try:
        return Path(path).read_text(errors="surrogateescape").splitlines()
    except OSError:
        return []


def files_below(folder):
    """Paths by their names relative to the folder."""
    return {str(path.relative_to(folder)): path for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def scratch():
    """A folder for copies, in memory if there is room."""
    shm = Path("/dev/shm")
    usable = os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 4 << 30
    return tempfile.TemporaryDirectory(prefix="postlink-", dir=shm if usable else None)


def first_difference(a, b):
    """Where two texts part, in words."""
    a, b = (text.removesuffix(b"\n").split(b"\n") if text else [] for text in (a, b))
    nth = next((n for n, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    show = lambda lines: lines[nth][:300].decode(errors="replace") if nth < len(lines) else "(end)"
    return f"line {nth + 1} (of {len(a)}, ours {len(b)}):\n  A {show(a)}\n  B {show(b)}"
