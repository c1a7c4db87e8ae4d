# SPDX-License-Identifier: GPL-2.0-only
"""How each release's objtool is asked for the same work: which options it has, and in which words kbuild passes them.

Nothing here names a release. The original itself says in its help which options it has, and whether they come after an action's
name (`orc generate --no-fp`, up to 5.17) or are the actions (`--orc --stackval`).

Work is named as the newer ones do: a set of options without dashes, such as {"orc", "uaccess", "prefix=16", "link"}.
"""

import functools
import itertools
import re
import subprocess

import base

# kbuild's order; what is not here comes after it.
ORDER = ["hacks=jump_label", "hacks=noinstr", "hacks=skylake", "ibt", "cfi", "mcount", "mnop", "orc", "retpoline", "rethunk", "sls",
         "stackval", "static-call", "uaccess", "no-unreachable", "prefix=16", "werror", "noinstr", "unret", "link", "module"]
# Once --cfi belongs to --prefix.
PADDING = ["prefix=16", "cfi", "fineibt"]
# The same of tools with subcommands.
SUBCOMMAND_ORDER = ["noinstr", "unret", "link", "module", "stackval", "no-unreachable", "retpoline", "rethunk", "uaccess", "mcount", "sls"]
# What those do without being asked.
ALWAYS = {"hacks=jump_label", "hacks=noinstr", "static-call"}


class Dialect:
    """One release's. `options` are names without dashes, `hacks` the values of that option."""

    def __init__(self, text):
        self.subcommands = "objtool check" in text
        self.options = set(re.findall(r"--([A-Za-z][\w-]*)", text))
        hacks = re.search(r"--hacks\[=<([^>]*)>", text)
        self.hacks = hacks.group(1).split(",") if hacks else []

    def word(self, option):
        """This release's word for an option, or nothing if it has none."""
        name, _, value = option.partition("=")
        if name == "werror" and "Werror" in self.options:
            return "Werror"
        if name == "hacks":
            return option if value in self.hacks else None
        return option if name in self.options else None

    def has(self, option):
        return self.word(option) is not None

    def phrase(self, work):
        """The arguments that ask for the work, or for what of it this release can do."""
        if self.subcommands:
            return self.subcommand(work)
        order = ORDER
        if self.has("fineibt"):
            order = ["hacks=jump_label", "hacks=noinstr", "hacks=skylake", "ibt", *PADDING, *(o for o in ORDER[4:] if o not in PADDING)]
        words = [self.word(o) for o in [*(o for o in order if o in work), *sorted(work - set(order))]]
        return [f"--{word}" for word in words if word]

    def subcommand(self, work):
        args = ["orc", "generate"] if "orc" in work else ["check"]
        for option in [*SUBCOMMAND_ORDER, *sorted(work - set(SUBCOMMAND_ORDER) - ALWAYS - {"orc"})]:
            if option == "stackval":
                args += ["--no-fp"] * (option not in work)
            elif option == "link":
                args += ["--duplicate", "--vmlinux"] * (option in work and "module" not in work)
            elif option in work and self.has(option):
                args.append(f"--{option}")
        return args

    def dump(self):
        return ["orc", "dump"] if self.subcommands else ["--dump=orc"]


@functools.cache
def of(release):
    # Where there are subcommands the first is asked; elsewhere its name is one word too many, which gets the same help.
    done = subprocess.run(["objtool", "check", "-h"], executable=base.original(release, "objtool"), capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    return Dialect(done.stdout + done.stderr)


def work(args):
    """What an argument list, without the object, asks for."""
    options = {arg.lstrip("-") for arg in args if arg.startswith("-")}
    if "Werror" in options:
        options = options - {"Werror"} | {"werror"}
    if args[:1] not in (["check"], ["orc"]):
        return options
    if args[0] == "orc":
        options.add("orc")
    if "no-fp" not in options:
        options.add("stackval")
    if "vmlinux" in options:
        options.add("link")
    return options - {"no-fp", "vmlinux", "duplicate"} | ALWAYS


def translated(args, theirs, ours):
    """The arguments `args` of one dialect in another: word by word where that goes, so that their order stays."""
    if theirs.subcommands or ours.subcommands:
        return args if theirs.subcommands and set(options_of(args)) <= ours.options else ours.phrase(work(args))
    words = [ours.word(arg.removeprefix("--").replace("Werror", "werror")) for arg in args]
    return [f"--{word}" for word in words if word]


def options_of(args):
    return [arg.lstrip("-").partition("=")[0] for arg in args if arg.startswith("-")]


def kbuild(dialect):
    """Every argument list that kbuild's configuration can lead to, in kbuild's order (reference, 1.7)."""
    for work in subcommand_works(dialect) if dialect.subcommands else action_works(dialect):
        args = dialect.phrase(work)
        # Without LTO, vmlinux.o is only validated: its parts have been through all else.
        yield args
        if "--duplicate" in args:
            yield [arg for arg in args if arg != "--duplicate"]


def combinations(choices):
    for values in itertools.product(*choices.values()):
        yield dict(zip(choices, values))


def switch(dialect, *names):
    """Both states of an option, if there is one."""
    return [(), tuple(names)] if dialect.has(names[0]) else [()]


def action_works(dialect):
    simple = ["hacks=skylake", "ibt", "retpoline", "rethunk", "sls", "no-unreachable", "werror"]
    padding = [(), ("prefix=16",), ("prefix=16", "cfi"), ("prefix=16", "cfi", "fineibt")]
    if not dialect.has("fineibt"):
        padding[2:] = [("cfi",)]
    choices = {name: switch(dialect, name) for name in simple}
    choices |= {
        "padding": [p for p in padding if all(map(dialect.has, p))], "mcount": switch(dialect, "mcount", "mnop"),
        "unwinder": [("orc",), ("stackval",)], "noinstr": [(), ("noinstr",), ("noinstr", "unret")],
        "link": [(), ("link",), ("module",), ("link", "module")],
    }
    for chosen in combinations(choices):
        work = ALWAYS | {"uaccess"} | {option for group in chosen.values() for option in group}
        if work & {"ibt", "noinstr"} and "link" not in work or "hacks=skylake" in work and "rethunk" not in work:
            continue
        if "noinstr" in work and "module" in work or "unret" in work and "rethunk" not in work:
            continue
        yield work


def subcommand_works(dialect):
    simple = ["orc", "stackval", "no-unreachable", "retpoline", "rethunk", "uaccess", "mcount", "sls"]
    choices = {name: [(), (name,)] if name in ("orc", "stackval") else switch(dialect, name) for name in simple}
    choices["what"] = [(), ("module",), ("link",), ("link", "noinstr"), ("link", "noinstr", "unret")]
    for chosen in combinations(choices):
        work = {option for group in chosen.values() for option in group}
        if "unret" in work and "rethunk" not in work or "noinstr" in work and not dialect.has("noinstr") and "unret" not in work:
            continue
        yield work
