"""Which arguments captured calls are replayed with: their own, and others over the same inputs.

A set is a function from a captured call to variants: a name, arguments, the folder that is the input, and the series to
be. Samples are chosen by a hash of the names, so every run and every machine takes the same ones.
"""

import itertools
import zlib
from collections import namedtuple

# One run of a captured call: `extra_env` is for our tool alone.
Case = namedtuple("Case", "series corpus set call variant args source env extra_env")

ORC = ["--orc", "--stackval", "--uaccess"]

# What distributions' kernels are built with (7.3, x86-64, IBT).
DISTRIBUTION = ("--hacks=jump_label --hacks=noinstr --hacks=skylake --ibt --prefix=16 --mcount --mnop --orc "
                "--retpoline --rethunk --sls --static-call --uaccess").split()

# Options that kbuild does not pass but people do.
EXTRAS = ["--backtrace", "--stats", "--sec-address", "--verbose", "--dry-run", "--backup", "--no-unreachable",
          "--noabs", "--werror", "--werror --backtrace", "--sls", "--stackval", "--uaccess", "--retpoline", "--rethunk",
          "--mcount", "--static-call", "--ibt --link", "--noinstr --link", "--prefix=16", "--prefix=5",
          "--unret --rethunk --link", "--cfi --prefix=16", "--hacks=jump_label", "--hacks=noinstr", "--hacks=skylake",
          "--output=other.o", "--module", "--link", "--dump", "--dump=orc"]

SERIES_7_3_ONLY = {"--noabs", "--werror", "--output=other.o", "--fineibt"}


def pick(*names):
    """A number that depends on the names only."""
    return zlib.crc32("/".join(names).encode(errors="surrogateescape"))


def kept(call, options):
    """Of `options` those that the call was captured with."""
    return [arg for arg in call.args if arg in options]


def kbuild_sets(series):
    """Every argument list that kbuild's configuration can lead to, in kbuild's order (reference, 1.7)."""
    newest = series == "7.3"
    choices = {
        "skylake": (False, True), "ibt": (False, True),
        "padding": ("none", "prefix", "cfi", "fineibt") if newest else ("none", "prefix", "cfi"),
        "mcount": (False, True), "unwinder": ("orc", "stackval"), "retpoline": (False, True),
        "rethunk": (False, True), "sls": (False, True), "no-unreachable": (False, True),
        "werror": (False, True) if newest else (False,),
        "noinstr": ("none", "noinstr", "unret"), "link": ((), ("--link",), ("--module",), ("--link", "--module")),
    }
    for values in itertools.product(*choices.values()):
        c = dict(zip(choices, values))
        needs_link = c["ibt"] or c["noinstr"] != "none"
        if needs_link and "--link" not in c["link"] or c["skylake"] and not c["rethunk"]:
            continue
        if c["noinstr"] != "none" and "--module" in c["link"] or c["noinstr"] == "unret" and not c["rethunk"]:
            continue
        yield kbuild_args(c, newest)


def kbuild_args(c, newest):
    args = ["--hacks=jump_label", "--hacks=noinstr"]
    args += ["--hacks=skylake"] * c["skylake"] + ["--ibt"] * c["ibt"]
    if newest and c["padding"] != "none":
        args += ["--prefix=16"] + ["--cfi"] * (c["padding"] != "prefix") + ["--fineibt"] * (c["padding"] == "fineibt")
    if not newest and c["padding"] == "cfi":
        args += ["--cfi"]
    args += ["--mcount", "--mnop"] * c["mcount"] + ["--orc"] * (c["unwinder"] == "orc")
    args += ["--retpoline"] * c["retpoline"] + ["--rethunk"] * c["rethunk"] + ["--sls"] * c["sls"]
    args += ["--stackval"] * (c["unwinder"] == "stackval") + ["--static-call", "--uaccess"]
    args += ["--no-unreachable"] * c["no-unreachable"]
    if not newest and c["padding"] == "prefix":
        args += ["--prefix=16"]
    args += ["--werror"] * c["werror"] + ["--noinstr"] * (c["noinstr"] != "none")
    args += ["--unret"] * (c["noinstr"] == "unret")
    return args + list(c["link"])


# Cases of one call. `divisor` is in how many parts the calls are divided, of which the sample takes one.

def captured(call, series):
    yield "", call.args, call.source


def orc(call, series):
    yield "", ORC + kept(call, ("--link", "--module")) + [call.object()], call.source


def distribution(call, series):
    yield "", DISTRIBUTION + ["--link"] + kept(call, ("--module",)) + [call.object()], call.source


def dump(call, series):
    if (call.folder / "output" / call.object()).is_file():
        yield "", ["--dump=orc", call.object()], call.folder / "output"


def extras(call, series):
    """All calls share the list; each takes one more of it."""
    if call.size() > 200_000:
        return
    options = [o for o in EXTRAS if series == "7.3" or not SERIES_7_3_ONLY & set(o.split())]
    option = options[pick(call.id, series) % len(options)].split()
    yield f"{'+'.join(option)}", option + [call.object()], call.source
    if "--dump" not in option[0]:
        yield f"orc+{'+'.join(option)}", ["--orc", *option, call.object()], call.source


SETS = {"captured": captured, "orc": orc, "distribution": distribution, "extras": extras, "dump": dump}

# The sample takes one call in so many; `kbuild` and `threads` are made otherwise.
DIVISORS = {
    "captured": {"gcc": 1, "lto": 1, "cfi": 1, "modules": 1},
    "orc": {"gcc": 2, "lto": 2, "cfi": 4, "modules": 2},
    "distribution": {"gcc": 4, "lto": 4, "cfi": 4, "modules": 8},
    "extras": {"gcc": 2, "lto": 2, "cfi": 4, "modules": 4},
    "dump": {"gcc": 8, "lto": 4, "cfi": 8, "modules": 8},
    "cross": {"gcc": 4, "lto": 2, "cfi": 4, "modules": 8},
    "kbuild": {"gcc": 4, "lto": 16, "cfi": 16, "modules": 16},
    "threads": {"gcc": 32, "lto": 8, "cfi": 8, "modules": 16},
}

ALL_SETS = [*SETS, "cross", "kbuild", "threads"]


def in_sample(set_name, call, variant, full):
    if full or call.id == "objtool+vmlinux.o":
        return True
    divisor = DIVISORS[set_name].get(call.corpus.split("-")[0], 4)
    return pick(call.corpus, set_name, call.id, variant) % divisor == 0


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
        if "cross" in set_names and series != corpus_series and series in ("6.12", "7.3"):
            for call in objtool:
                args = [a for a in call.args if series == "7.3" or a not in SERIES_7_3_ONLY]
                if in_sample("cross", call, series, full):
                    yield Case(series, corpus, "cross", call, "", args, call.source, {**call.env(), **env}, {})
        if "kbuild" in set_names and series in ("6.12", "7.3"):
            yield from kbuild_cases(objtool, corpus, series, full, env)
    if "threads" in set_names and corpus_series in wanted_series:
        for call in objtool:
            for n in ("1", "2", "7"):
                if in_sample("threads", call, "", full):
                    threads = {"POSTLINK_THREADS": n, "RAYON_NUM_THREADS": n}
                    yield Case(corpus_series, corpus, "threads", call, n, call.args, call.source, call.env(), threads)


def kbuild_cases(calls, corpus, series, full, env):
    """Every argument list of kbuild, each on another small object."""
    small = [call for call in calls if 4000 < call.size() < 120_000]
    if not small:
        return
    small.sort(key=lambda call: pick(call.id))
    for nth, args in enumerate(kbuild_sets(series)):
        call = small[nth % len(small)]
        variant = str(nth)
        if in_sample("kbuild", call, f"{series}/{variant}", full):
            yield Case(series, corpus, "kbuild", call, variant, args + [call.object()], call.source,
                       {**call.env(), **env}, {})
