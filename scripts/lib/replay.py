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
import sys
import tempfile
import threading
import time
from pathlib import Path

CACHE = Path(os.environ.get("POSTLINK_CACHE") or
             Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "postlink").absolute()
ROOT = Path(__file__).resolve().parents[2]

# Longer than any original takes; a tool that hangs must not hang the comparison.
TIMEOUT = 900


def die(message):
    sys.exit(f"{Path(sys.argv[0]).name}: {message}")


class Call:
    """A captured call. `source` is the folder that the tool's working directory is a copy of."""

    def __init__(self, folder):
        self.folder = folder
        self.id = folder.name
        self.corpus = folder.parent.parent.name
        self.tool = (folder / "tool").read_text().strip()
        self.args = (folder / "args").read_text(errors="surrogateescape").split("\n")[:-1]
        self.source = folder / "input"

    def series(self):
        path = self.folder.parent.parent / "series"
        if not path.exists():
            die(f"{path} is missing; make the corpus anew with scripts/corpus/capture")
        return path.read_text().strip()

    def env(self):
        lines = (self.folder / "env").read_text(errors="surrogateescape").split("\n")
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def stdin(self):
        path = self.folder / "stdin"
        return path if path.exists() else None

    def object(self):
        """The file an objtool call works on."""
        return self.args[-1]

    def size(self):
        path = self.source / self.object()
        return path.stat().st_size if path.is_file() else 0


def corpora():
    folder = CACHE / "corpus"
    return sorted(p.name for p in folder.iterdir() if (p / "calls").is_dir()) if folder.is_dir() else []


def calls(corpus):
    """All finished calls of a corpus, by id."""
    folder = CACHE / "corpus" / corpus / "calls"
    return [Call(p) for p in sorted(folder.iterdir()) if not p.name.startswith(".")]


def version(series):
    path = CACHE / "ref" / series / "version"
    if not path.exists():
        die(f"no original of series {series}; run scripts/corpus/reference {series}")
    return path.read_text().strip()


def series_env(series):
    """What kbuild of another series would export about itself, to replay a call as that series."""
    source = str(CACHE / "src" / series)
    return {"POSTLINK_SERIES": series, "KERNELVERSION": version(series), "srctree": source, "srcroot": source}


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


def scratch():
    """A folder for copies, in memory if there is room."""
    shm = Path("/dev/shm")
    usable = os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 4 << 30
    return tempfile.TemporaryDirectory(prefix="postlink-", dir=shm if usable else None)


def populate(source, folder):
    """Makes `folder` a writable copy of `source`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, symlinks=True)


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


def run(tool, args, folder, env, stdin=None, name=None, snap=True):
    """Runs `tool` in `folder` and returns its `Result`."""
    full_env = {"PATH": os.environ["PATH"], "LC_ALL": "C", **env}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, open(stdin or os.devnull, "rb") as feed:
        start = time.monotonic()
        # Both tools are called by the same name: it shows in some messages.
        process = subprocess.Popen([name or Path(tool).name, *args], executable=tool, cwd=folder, env=full_env,
                                   stdin=feed, stdout=out, stderr=err, close_fds=False)
        status, usage = wait(process)
        wall = time.monotonic() - start
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
    return Result(status, *texts, snapshot(folder) if snap else {}, wall, usage.ru_utime + usage.ru_stime,
                  usage.ru_maxrss)


def wait(process):
    """Waits for the process and returns its status and resource usage; ends it if it takes forever."""
    timer = threading.Timer(TIMEOUT, os.kill, (process.pid, signal.SIGKILL))
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage
