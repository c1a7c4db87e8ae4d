# SPDX-License-Identifier: GPL-2.0-only
"""Which arguments captured calls are replayed with: their own, and others over the same inputs.

A set is a function from a captured call to variants: a name, arguments, the folder that is the input, and the series to
be. Samples are chosen by a hash of the names, so every run and every machine takes the same ones.
"""

import zlib
from collections import namedtuple

import dialects

# One run of a captured call: `extra_env` is for our tool alone.
Case = namedtuple("Case", "series corpus set call variant args source env extra_env")

# Work by the names of the newer releases' options, see dialects.
ORC = {"orc", "stackval", "uaccess"}

# What distributions' kernels are built with (7.3, x86-64, IBT).
DISTRIBUTION = {"hacks=jump_label", "hacks=noinstr", "hacks=skylake", "ibt", "prefix=16", "mcount", "mnop", "orc", "retpoline",
                "rethunk", "sls", "static-call", "uaccess"}

# Options that kbuild does not pass but people do.
EXTRAS = ["backtrace", "stats", "sec-address", "verbose", "dry-run", "backup", "no-unreachable", "noabs", "werror",
          "werror backtrace", "sls", "stackval", "uaccess", "retpoline", "rethunk", "mcount", "static-call", "ibt link",
          "noinstr link", "prefix=16", "prefix=5", "unret rethunk link", "cfi prefix=16", "hacks=jump_label", "hacks=noinstr",
          "hacks=skylake", "output=other.o", "module", "link", "dump", "dump=orc"]


def pick(*names):
    """A number that depends on the names only."""
    return zlib.crc32("/".join(names).encode(errors="surrogateescape"))


def asked(call):
    """The work that the call was captured with."""
    return dialects.work(call.args[:-1])


# Cases of one call. `divisor` is in how many parts the calls are divided, of which the sample takes one.

def captured(call, series):
    yield "", call.args, call.source


def orc(call, series):
    yield "", dialects.of(series).phrase(ORC | asked(call) & {"link", "module"}) + [call.object()], call.source


def distribution(call, series):
    work = DISTRIBUTION | {"link"} | asked(call) & {"module"}
    yield "", dialects.of(series).phrase(work) + [call.object()], call.source


def dump(call, series):
    if (call.folder / "output" / call.object()).is_file():
        yield "", dialects.of(series).dump() + [call.object()], call.folder / "output"


def forgotten(call, series):
    """What a build rule does that loses `--module` (5.15's for linked modules of several objects did)."""
    if "--module" in call.args:
        yield "", [arg for arg in call.args if arg != "--module"], call.source


def extras(call, series):
    """All calls share the list; each takes one more of it."""
    if call.size() > 200_000:
        return
    dialect = dialects.of(series)
    options = [o for o in EXTRAS if all(map(dialect.has, o.split())) or dialect.subcommands and {"stackval", "link"} & set(o.split())]
    option = options[pick(call.id, series) % len(options)].split()
    yield f"{'+'.join(f'--{o}' for o in option)}", phrase(dialect, option) + [call.object()], call.source
    if "dump" not in option[0]:
        yield f"orc+{'+'.join(f'--{o}' for o in option)}", phrase(dialect, ["orc", *option]) + [call.object()], call.source


def phrase(dialect, options):
    """These options, in this order if the release's words allow it."""
    return dialect.subcommand(set(options)) if dialect.subcommands else [f"--{dialect.word(o)}" for o in options]


SETS = {"captured": captured, "forgotten": forgotten, "orc": orc, "distribution": distribution, "extras": extras, "dump": dump}

# The sample takes one call in so many; `kbuild` and `threads` are made otherwise.
DIVISORS = {
    "captured": {"gcc": 1, "lto": 1, "cfi": 1, "modules": 1},
    "forgotten": {"gcc": 16, "lto": 1, "cfi": 4, "modules": 8},
    "orc": {"gcc": 2, "lto": 2, "cfi": 4, "modules": 2},
    "distribution": {"gcc": 4, "lto": 4, "cfi": 4, "modules": 8},
    "extras": {"gcc": 2, "lto": 2, "cfi": 4, "modules": 4},
    "dump": {"gcc": 8, "lto": 4, "cfi": 8, "modules": 8},
    "cross": {"gcc": 4, "lto": 2, "cfi": 4, "modules": 8},
    "kbuild": {"gcc": 4, "lto": 16, "cfi": 16, "modules": 16},
    "threads": {"gcc": 32, "lto": 8, "cfi": 8, "modules": 16},
}

ALL_SETS = [*SETS, "cross", "kbuild", "threads"]


def in_sample(set_name, call, variant, full, releases=1):
    """`releases` share one sample between them."""
    if full or call.id == "objtool+vmlinux.o" and releases == 1:
        return True
    divisor = DIVISORS[set_name].get(call.corpus.split("-")[0], 4)
    return pick(call.corpus, set_name, call.id, variant) % (divisor * releases) == 0


def cases(calls, corpus, corpus_series, set_names, wanted_series, full, env_of_series):
    """All cases of one corpus."""
    objtool = [call for call in calls if call.tool == "objtool"]
    for name in set_names:
        if name in SETS and corpus_series in wanted_series:
            for call in calls if name == "captured" else objtool:
                for variant, args, source in SETS[name](call, corpus_series):
                    if in_sample(name, call, variant, full):
                        yield Case(corpus_series, corpus, name, call, variant, args, source, call.env(), {})
    for series in wanted_series:
        env = env_of_series(series)
        if "cross" in set_names and series != corpus_series:
            for call in objtool:
                if in_sample("cross", call, series, full, max(1, len(wanted_series) - 1)):
                    args = dialects.translated(call.args[:-1], dialects.of(corpus_series), dialects.of(series))
                    yield Case(series, corpus, "cross", call, "", args + [call.object()], call.source, {**call.env(), **env}, {})
        if "kbuild" in set_names:
            yield from kbuild_cases(objtool, corpus, series, full, env, len(wanted_series))
    if "threads" in set_names and corpus_series in wanted_series:
        for call in objtool:
            for n in ("1", "2", "7"):
                if in_sample("threads", call, "", full):
                    threads = {"POSTLINK_THREADS": n, "RAYON_NUM_THREADS": n}
                    yield Case(corpus_series, corpus, "threads", call, n, call.args, call.source, call.env(), threads)


def kbuild_cases(calls, corpus, series, full, env, releases):
    """Every argument list of kbuild, each on another small object."""
    small = [call for call in calls if 4000 < call.size() < 120_000]
    if not small:
        return
    small.sort(key=lambda call: pick(call.id))
    for nth, args in enumerate(dialects.kbuild(dialects.of(series))):
        call = small[nth % len(small)]
        variant = str(nth)
        if in_sample("kbuild", call, f"{series}/{variant}", full, releases):
            yield Case(series, corpus, "kbuild", call, variant, args + [call.object()], call.source,
                       {**call.env(), **env}, {})
