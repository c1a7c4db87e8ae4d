# SPDX-License-Identifier: GPL-2.0-only
"""Running captured calls of objtool and modpost again, with any tool in place of the original.

Used by scripts/parity/calls and scripts/bench/objtool. scripts/corpus/capture describes how calls are stored.
"""

import base64
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from base import CACHE, ROOT, die, first_difference, lines, original

# Longer than any original takes; a tool that hangs must not hang the comparison.
TIMEOUT = 900


class Call:
    """A captured call, or a case of that layout. `source` is the folder that the tool's working directory is a copy of."""

    def __init__(self, folder, series=None):
        self.folder = folder
        self.id = folder.name
        self.corpus = folder.parent.parent.name
        self.tool = (lines(folder / "tool") or ["modpost"])[0]
        self.args = (folder / "args").read_text(errors="surrogateescape").split("\n")[:-1]
        self.source = folder / "input"
        self.own_series = series

    def series(self):
        path = self.folder.parent.parent / "series"
        if not self.own_series and not path.exists():
            die(f"{path} is missing; make the corpus anew with scripts/corpus/capture")
        return self.own_series or path.read_text().strip()

    def env(self):
        return dict(line.split("=", 1) for line in lines(self.folder / "env") if "=" in line)

    def stdin(self):
        path = self.folder / "stdin"
        return path if path.exists() else None

    def object(self):
        """The file an objtool call works on."""
        return self.args[-1]

    def size(self):
        path = self.source / self.object()
        return path.stat().st_size if path.is_file() else 0

    def original(self):
        """The kernel's tool. modpost is built for one class, and once for one byte order: scripts/corpus/reference32 makes
        the others."""
        target = "".join(lines(self.folder / "target"))
        for name in (f"{self.tool}-{target}", f"{self.tool}-{target.removesuffix('-big')}"):
            if target and original(self.series(), name, must=False).exists():
                return original(self.series(), name)
        return original(self.series(), self.tool)


def corpora():
    folder = CACHE / "corpus"
    return sorted(p.name for p in folder.iterdir() if (p / "calls").is_dir()) if folder.is_dir() else []


def calls(corpus):
    """All finished calls of a corpus, by id."""
    folder = CACHE / "corpus" / corpus / "calls"
    return [Call(p) for p in sorted(folder.iterdir()) if not p.name.startswith(".")] if folder.is_dir() else []


def series_env(series):
    """What kbuild of another series would export about itself, to replay a call as that series."""
    source = str(CACHE / "src" / series)
    return {"POSTLINK_SERIES": series, "KERNELVERSION": original(series, "version").read_text().strip(), "srctree": source, "srcroot": source}


class Result:
    """What a tool answered: exit status, standard output and error, every file afterwards, and what it took."""

    def __init__(self, status, stdout, stderr, files, wall=0.0, cpu=0.0, rss=0):
        self.status, self.stdout, self.stderr, self.files = status, stdout, stderr, files
        self.wall, self.cpu, self.rss = wall, cpu, rss

    def answer(self):
        return self.status, self.stdout, self.stderr, self.files

    def save(self, path):
        text = lambda data: base64.b85encode(data).decode()
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
        temporary.write_text(json.dumps([self.status, text(self.stdout), text(self.stderr), self.files]))
        temporary.rename(path)

    @staticmethod
    def load(path):
        try:
            status, stdout, stderr, files = json.loads(path.read_text())
        except (OSError, ValueError):
            return None
        files = {name: tuple(entry) for name, entry in files.items()}
        return Result(status, base64.b85decode(stdout), base64.b85decode(stderr), files)


def populate(source, folder, links_objects=False):
    """Makes `folder` a writable copy of `source`. What only reads objects can have them linked."""
    def copy(a, b):
        if links_objects and a.endswith(".o") and not os.path.islink(a):
            return os.link(a, b)
        return shutil.copy2(a, b, follow_symlinks=False)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, symlinks=True, copy_function=copy)


def snapshot(folder):
    """Every file below `folder`: permissions, size and a hash of the contents."""
    files = {}
    for top, folders, names in os.walk(folder):
        for name in sorted(names) + [f for f in sorted(folders) if os.path.islink(os.path.join(top, f))]:
            path = os.path.join(top, name)
            info = os.lstat(path)
            if stat.S_ISLNK(info.st_mode):
                content = os.readlink(path)
            else:
                with open(path, "rb") as f:
                    content = hashlib.file_digest(f, "blake2b").hexdigest()[:32]
            files[os.path.relpath(path, folder)] = (stat.S_IMODE(info.st_mode), info.st_size, content)
    return files


def run(tool, args, folder, env, stdin=None, name=None, snap=True, timeout=TIMEOUT, before=None):
    """Runs `tool` in `folder` and returns its `Result`; `before` is called in the new process."""
    full_env = {"PATH": os.environ["PATH"], "LC_ALL": "C", **env}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, open(stdin or os.devnull, "rb") as feed:
        start = time.monotonic()
        # Both tools are called by the same name: it shows in some messages.
        process = subprocess.Popen([name or Path(tool).name, *args], executable=tool, cwd=folder, env=full_env,
                                   stdin=feed, stdout=out, stderr=err, close_fds=False,
                                   preexec_fn=before)
        status, usage = wait(process, timeout)
        wall = time.monotonic() - start
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
    return Result(status, *texts, snapshot(folder) if snap else {}, wall, usage.ru_utime + usage.ru_stime,
                  usage.ru_maxrss)


def wait(process, timeout):
    """Waits for the process and returns its status and resource usage; ends it if it takes forever."""
    timer = threading.Timer(timeout, os.kill, (process.pid, signal.SIGKILL))
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage


def differences(theirs, ours, a, b):
    """All that differs between two results, whose files are in the folders `a` and `b`; the most telling first."""
    if theirs.status != ours.status:
        yield f"exit status: original {theirs.status}, ours {ours.status}"
    for what in ("stderr", "stdout"):
        if getattr(theirs, what) != getattr(ours, what):
            yield f"{what} {first_difference(getattr(theirs, what), getattr(ours, what))}"
    for name in sorted(theirs.files.keys() | ours.files.keys()):
        x, y = theirs.files.get(name), ours.files.get(name)
        if x is None or y is None:
            yield f"{name}: only {'ours' if x is None else 'the original'} makes this file"
        elif x[0] != y[0]:
            yield f"{name}: mode: original {x[0]:o}, ours {y[0]:o}"
        elif x != y:
            yield f"{name}: contents (A original, B ours):\n{contents(a / name, b / name)}"


def contents(a, b):
    """How two files differ: objects as `postlink compare` says it."""
    one, other = a.read_bytes(), b.read_bytes()
    if not one.startswith(b"\x7fELF"):
        return "  " + first_difference(one, other)
    tool = ROOT / "target/release/postlink"
    if not tool.exists():
        return "  (build postlink to see what differs)"
    done = subprocess.run([tool, "compare", a, b], capture_output=True, text=True, errors="replace")
    return "\n".join("  " + line for line in (done.stdout + done.stderr).rstrip("\n").split("\n"))
