#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-only
"""Replays the calls that scripts/parity/external recorded, in many ways, with both programs, and compares what is left.

usage: external.py [-v] SERIES WORK ORIGINAL OURS
"""

import os
import shutil
import subprocess
import sys

from base import files_below, first_difference, lines, tally

# Each is turned off where it is on, and on where it is off; 6.12 does not know the last ones and says so.
FLAGS = ["-e", "-a", "-m", "-M", "-n", "-w", "-W", "-E", "-N", "-b", "-x"]


def without_dumps(args):
    """The arguments without those that name other builds' dumps."""
    kept, skip = [], False
    for arg in args:
        if not skip and not arg.startswith("-i"):
            kept.append(arg)
        skip = not skip and arg == "-i"
    return kept


def toggled(args, flag):
    return [arg for arg in args if arg != flag] if flag in args else [flag, *args]


def variants(call):
    """Name, arguments and list of modules of each way to repeat a call."""
    args = lines(os.path.join(call, "args"))
    order = lines(os.path.join(call, "tree/modules.order"))
    yield "as it was", args, order
    yield "no other dumps", without_dumps(args), order
    yield "nsdeps", ["-d", os.path.join(lines(os.path.join(call, "folder"))[0], "nsdeps"), *args], order
    for flag in FLAGS:
        yield f"{flag} toggled", toggled(args, flag), order
    for module in order:
        yield f"only {os.path.basename(module)}", args, [module]
        yield f"-w, only {os.path.basename(module)}", toggled(args, "-w"), [module]
        yield f"all but {os.path.basename(module)}", args, [name for name in order if name != module]


def run(program, call, series, args, order):
    """One run where the modules were built, in a fresh copy: what was said and what is there after."""
    folder = lines(os.path.join(call, "folder"))[0]
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(call, "tree"), folder, symlinks=True)
    with open(os.path.join(folder, "modules.order"), "w", encoding="utf-8") as f:
        f.write("".join(name + "\n" for name in order))
    environ = {"PATH": os.environ["PATH"], "POSTLINK_SERIES": series}
    done = subprocess.run(["modpost", *args], executable=program, cwd=lines(os.path.join(call, "cwd"))[0], env=environ,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = {"exit status": b"%d" % done.returncode, "stdout": done.stdout, "stderr": done.stderr}
    return said, {name: path.read_bytes() for name, path in files_below(folder).items() if not path.is_symlink()}


def main():
    args = sys.argv[1:]
    verbose = args[0] == "-v"
    series, work, original, ours = args[verbose:]
    passed = failed = 0
    said_at_all = b""
    for name in sorted(os.listdir(os.path.join(work, "calls"))):
        call = os.path.join(work, "calls", name)
        for what, words, order in variants(call):
            want, files = run(original, call, series, words, order)
            have, ours_files = run(ours, call, series, words, order)
            said_at_all += want["stderr"]
            both = [(key, want[key], have[key]) for key in want]
            both += [(key, files.get(key), ours_files.get(key)) for key in sorted(files | ours_files)]
            wrong = [(key, a, b) for key, a, b in both if a != b]
            passed, failed = passed + (not wrong), failed + bool(wrong)
            for key, a, b in wrong[: None if verbose else 3]:
                where = first_difference(a, b) if a is not None and b is not None else "only one leaves it"
                print(f"{series} {name}, {what}: {key}: {where}")
            if verbose and not wrong:
                print(f"{series} {name}, {what}: identical ({want['exit status'].decode()})")
    # What the modules are made for must have come up, or less was compared than it seems.
    for text in (b"undefined!", b"GPL-incompatible module", b"missing MODULE_LICENSE", b"does not import it",
                 b"ection mismatch"):
        if text not in said_at_all:
            print(f"{series}: nothing was said like '{text.decode()}'")
            failed += 1
    print(f"external modules, {series}: {passed} of {passed + failed} ways equal")
    return tally(passed, failed)


sys.exit(main())
