# SPDX-License-Identifier: GPL-2.0-only
"""The fixtures of testdata/x86: sources with directives, the objects made of them, and what is expected of each release.

Files for a release are NAME.KIND for the newest release that the fixture is for, and NAME@RELEASE.KIND where an older one differs
from the release before it in that order. tests/fixtures reads the same.
"""

import lzma
import re
import subprocess
import zlib
from pathlib import Path

import tools

FOLDER = tools.ROOT / "testdata/x86"
RECORDS = FOLDER / "objects"
DEFAULTS = {"stderr": b"", "stdout": b"", "exit": b"0\n"}
# Objects that are larger are kept packed.
LARGE = 1 << 16


def newest_first(names):
    """A series stands for its latest release, so it comes before those."""
    def order(name):
        numbers = tools.numbers(name)
        return numbers + (1 << 32,) * (len(numbers) == 2), name
    return sorted(names, key=order, reverse=True)


def is_among(release, word):
    """Whether a word such as 6.12, 6.6.80, 6.6..7.2, ..6.12 or 6.18.. names the release."""
    if ".." not in word:
        return release == word or len(tools.numbers(word)) == 2 and tools.number(release) == tools.number(word)
    first, last = word.split("..")
    n = tools.number(release)
    return (not first or tools.number(first) <= n) and (not last or n <= tools.number(last))


def directives(text):
    """Key and value of each line of a source that tells how to use it."""
    for line in text.splitlines():
        if line.startswith("#: "):
            key, _, value = line[3:].partition(" ")
            yield key, value


class Fixture:
    """One source with its directives."""

    def __init__(self, path):
        self.path = path
        self.name = str(path.relative_to(FOLDER).with_suffix(""))
        self.directives = dict(directives(path.read_text()))

    def get(self, key, release):
        """The words of a directive, those for this release alone if there are any."""
        own = [name for name in self.directives if name.startswith(key + "@") and is_among(release, name[len(key) + 1:])]
        return self.directives.get(min(own, default=key), "").split()

    def names(self, key, release):
        """Whether a directive names the release."""
        return any(is_among(release, word) for word in self.directives.get(key, "").split())

    def releases(self, all_releases):
        return [r for r in all_releases if "series" not in self.directives or self.names("series", r)]

    def assemble(self, release, folder):
        output = Path(folder) / "a.o"
        output.unlink(missing_ok=True)
        said = tools.assemble(self.path, output, release, self.get("as", release))
        if said or not output.exists():
            raise SystemExit(f"{self.path}: {said}")
        if self.get("objcopy", release):
            subprocess.run(["objcopy", *self.get("objcopy", release), output], check=True)
        return output.read_bytes()

    def arguments(self, release):
        """What the tool is called with before the object's name."""
        words = self.get("objtool", release)
        if f"objtool@{release}" in self.directives or tools.number(release) >= 518 or words[:1] in (["check"], ["orc"]):
            return words
        return tools.older_words(release, words)

    def source_sum(self, release):
        """Of everything that the object is made of, apart from what all include."""
        how = [str(tools.number(release)), " ".join(self.get("as", release)), " ".join(self.get("objcopy", release))]
        return zlib.crc32(self.path.read_bytes() + "\n".join(how).encode())


class Files:
    """What all of a fixture's releases have of one kind."""

    def __init__(self, fixture, kind, releases):
        self.fixture, self.kind = fixture, kind
        self.releases = fixture.releases(releases)
        self.content = {}
        last = DEFAULTS.get(kind)
        for release in self.releases:
            last = self.read(self.path(release), last)
            self.content[release] = last

    def path(self, release):
        suffix = "" if release == self.releases[0] else f"@{release}"
        return self.fixture.path.with_name(f"{self.fixture.path.stem}{suffix}.{self.kind}")

    @staticmethod
    def read(path, default):
        packed = path.with_name(path.name + ".xz")
        if packed.exists():
            return lzma.decompress(packed.read_bytes())
        return path.read_bytes() if path.exists() else default

    def write(self):
        """In as few files as it takes."""
        own = re.compile(re.escape(self.fixture.path.stem) + rf"(@[^/]*)?\.{self.kind}(\.xz)?")
        for path in self.fixture.path.parent.iterdir():
            if own.fullmatch(path.name):
                path.unlink()
        last = DEFAULTS.get(self.kind)
        for release in self.releases:
            content = self.content[release]
            if content is not None and content != last:
                self.write_one(self.path(release), content)
                last = content

    @staticmethod
    def write_one(path, content):
        if path.suffix == ".o" and len(content) > LARGE:
            packed = lzma.compress(content, check=lzma.CHECK_CRC32, preset=9 | lzma.PRESET_EXTREME)
            path.with_name(path.name + ".xz").write_bytes(packed)
        else:
            path.write_bytes(content)


class Records:
    """What the original of a release made of the fixtures' objects: by name, checksums of source, object and result, whether
    ours gives the same or is known to differ, and the arguments. The first line is the checksum of what all sources include."""

    HEAD = ("# Written by scripts/parity/fixtures --update: fixture, CRC-32 of the source, of the object, of what became of it,\n"
            "# whether ours does the same, arguments.\n")

    def __init__(self, release):
        self.path = RECORDS / release
        self.included = f"{zlib.crc32((FOLDER / 'kernel.inc').read_bytes()):08x}"
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        words = [line.split() for line in lines if not line.startswith("#")]
        self.is_fresh = bool(words) and words[0] == ["kernel.inc", self.included]
        self.rows = {name: rest for name, *rest in words[1:]}

    def sums(self, name):
        """Those of source, object and result; None where nothing is recorded."""
        return tuple(int(word, 16) for word in self.rows.get(name, [])[:3]) or (None, None, None)

    def differs(self, name):
        return self.rows.get(name, [])[3:4] == ["differs"]

    def note(self, name, sums, differs, args):
        self.rows[name] = [*(f"{number:08x}" for number in sums), "differs" if differs else "same", *args]

    def write(self, names):
        """Keeps the fixtures of these names alone."""
        rows = [" ".join([name, *self.rows[name]]) for name in sorted(self.rows) if name in names]
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(self.HEAD + "\n".join([f"kernel.inc {self.included}", *rows]) + "\n")


def recorded():
    """The releases that are compared, newest first."""
    return newest_first(path.name for path in RECORDS.iterdir())


def everything():
    return [Fixture(path) for path in sorted(FOLDER.glob("*/*.S"))]
