# SPDX-License-Identifier: GPL-2.0-only
"""Makes up small assembly files that touch everything objtool looks at.

The same seed gives the same file. Most of it is well formed, so that the tools get far; some of it is not.
"""

import random

import tools

REGS = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split()
SAVED = "rbp rbx r12 r13 r14 r15".split()
SECTIONS = [".text"] * 8 + [".text.unlikely", ".text.a", ".init.text", ".noinstr.text", ".noinstr.text", ".entry.text",
            ".cpuidle.text", ".text..__x86.x", ".altinstr_aux", ".discard.text", ".exit.text"]
DATA = [".data", ".rodata", ".rodata.a", ".data.rel.ro", ".data.rel.ro.local", ".init.data", "__bug_table", ".discard.x",
        ".discard.ibt_endbr_noseal", "__mcount_loc_x", ".init.klp_funcs", ".parainstructions", "__tracepoints",
        "__patchable_function_entries", ".rodata.str1.1", "__ksymtab", ".kcfi_traps", "_kprobe_blacklist", ".smp_locks"]
CALLEES = ["ext", "ext2", "panic", "__stack_chk_fail", "do_exit", "make_task_dead", "rust_begin_unwind", "__fentry__",
           "__sanitizer_cov_trace_pc", "__tsan_func_entry", "__asan_load8", "memset", "__memcpy", "ftrace_likely_update",
           "__x86_indirect_thunk_rax", "__x86_indirect_its_thunk_rax", "__x86_return_thunk", "__SCT__tp", "__SCT__missing",
           "__SCT__", "srso_safe_ret", "retbleed_return_thunk", "_RNvNtCs0_4core9panicking5panic", "csum_partial",
           "fortify_panic", "cpu_startup_entry", "__ubsan_handle_load_invalid_value"]
NOPS = ["nop", ".byte 0x66,0x90", "nopl (%rax)", "nopl 0(%rax)", ".byte 0x0f,0x1f,0x44,0,0", "pause", "fnop",
        ".byte 0x0f,0x0d,0x08"]
ODD = ["udb", ".byte 0x0f,0x01,0xca", "lock nop", ".byte 0xf3,0x0f,0x1e,0xfa", "enqcmd (%rax),%rbx", ".byte 0x3e,0xff,0xe0",
       ".byte 0x3e,0xff,0xd0", ".byte 0x8d,0xc0", ".byte 0x06", ".byte 0xea", "lret", "lretq", "iretq", "syscall", "sysretq",
       "sysenter", "ud1 %rax,%rax", "loop .", "jrcxz .", "xabort $1", "xbegin .", "vmovups %ymm0,%ymm1", "rep movsb",
       ".byte 0x82", "hlt", "wrmsr", "movabs $ext,%rax", "lfence", ".byte 0xd6", "leaq (%rax,%rbx,2),%rsp", ".byte 0xf2,0x0f,0x01,0xca",
       ".byte 0x66,0xe8,0,0", "ret $8", "pushfw", "popfw", "pushw %ax", "push %fs", "pop %fs", "pushq (%rax)", "popq (%rax)",
       "pushq $5", "xchg %rsp,%rax", "enter $8,$0", "movl %esp,%ebp", "movq %rsp,%gs:8", "bnd jmp .+2"]


def feature(number):
    """The feature of an alternative, which had 16 bits before 6.3."""
    return ".if .Lseries >= 603", f".long {number}", ".else", f".short {number & 0xffff}", ".endif"


class Source:
    """One file's lines."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.lines = []
        self.n_labels = 0
        self.funcs = []
        self.labels = []
        self.in_function = False
        self.plain = self.rng.random() < 0.35

    def some(self, *choices):
        return self.rng.choice(choices)

    def chance(self, p):
        return self.rng.random() < p

    def label(self):
        self.n_labels += 1
        return f".L{self.n_labels}"

    def emit(self, *lines):
        self.lines.extend(lines)

    def aside(self, section, flags, *lines):
        self.emit(f'.pushsection {section},"{flags}"', *lines, ".popsection")

    def file(self):
        if self.chance(0.3):
            self.emit(f'.file "{self.some("a.c", "b.S")}"')
        count = self.some(1, 1, 2, 2, 3, 4, 6)
        self.funcs = [self.func_name(n) for n in range(count)]
        for name in self.funcs:
            self.function(name)
        for _ in range(self.some(0, 0, 1, 2)):
            self.data()
        if self.chance(0.12):
            self.symbols()
        if self.chance(0.1):
            self.pv_ops()
        if self.chance(0.3):
            self.emit('.section .comment,"MS",@progbits,1', '.asciz "compiler"')
        if self.chance(0.04):
            self.emit('.section .modinfo,"a"', '.byte 0', f'.asciz "livepatch={self.some("Y", "N")}"')
        if self.chance(0.04):
            name = self.some(".orc_unwind", ".orc_unwind_ip", ".static_call_sites", ".retpoline_sites", ".return_sites",
                             ".call_sites", ".cfi_sites", "__mcount_loc", ".ibt_endbr_seal")
            self.emit(f'.section {name},"a"', ".long 0")
        return self.lines

    def func_name(self, n):
        if self.chance(0.85):
            return f"f{n}"
        return self.some(f"f{n}.cold", f"f{n - 1}.cold", f"f{n}.isra.0", f"f{n}.cold.1", "__sanitizer_cov_trace_pc", "init_module",
                         "cleanup_module", f"__cfi_f{n}", f"__pfx_f{n}", "panic", "__stack_chk_fail", "memset", f"f{n}.llvm.123",
                         "__x86_return_thunk", "__x86_indirect_thunk_rax", "retbleed_return_thunk", "srso_safe_ret",
                         "__asan_load8", "__SCT__tp", "xen_cpu_ops", "__fentry__", f"__UNIQUE_ID_x_{n}", "csum_partial",
                         f"fx{n}.part.0.cold", "__x86_indirect_its_thunk_rax", "_paravirt_nop")

    def function(self, name):
        section = self.rng.choice(SECTIONS)
        self.emit(f'.section {section},"ax",@progbits')
        if self.chance(0.3):
            self.emit(f".p2align {self.some(2, 4, 4)}")
        if self.chance(0.15):
            self.padding()
        if self.chance(0.05):
            self.emit(*self.rng.choices(["nop", "int3", "ud2", "ret", "push %rbp", f"jmp {name}.cold"], k=self.some(1, 2)))
        kind = self.some("function", "function", "function", "function", "function", "function", "notype", "object", None)
        self.in_function = kind == "function"
        binding = self.some("globl", "globl", "globl", "local", "local", "weak", None)
        if binding:
            self.emit(f".{binding} {name}")
        if kind:
            self.emit(f".type {name},@{kind}")
        self.emit(f"{name}:")
        if self.chance(0.2):
            alias = f"{self.some('a', 'z', '__pi_')}_{name}"
            self.emit(f".{self.some('globl', 'local', 'weak')} {alias}", f".type {alias},@{self.some('function', 'function', 'notype')}",
                      f"{alias}:")
            if self.chance(0.8):
                self.lines.append(f".size {alias},{name}_end-{name}")
        self.labels = [self.label() for _ in range(self.some(0, 1, 2, 3))]
        places = list(self.labels)
        self.body(name, places)
        for label in places:
            self.emit(f"{label}:")
        if self.chance(0.93):
            self.end_of_body(name)
        self.emit(f"{name}_end:" if self.chance(0.05) else f".set {name}_end,.")
        sizes = [f"{name}_end-{name}"] * 20 + ["0", "1", f"{name}_end-{name}-1", f"{name}_end-{name}+1", f"{name}_end-{name}+16"]
        if self.chance(0.95):
            self.emit(f".size {name},{self.rng.choice(sizes)}")
        if self.chance(0.06):
            self.cold_part(name)
        if self.chance(0.04):
            self.emit('.pushsection .discard.func_stack_frame_non_standard,"aw"', f".quad {self.some(name, name, name + '+1', name + '_end')}",
                      ".popsection")

    def padding(self):
        if self.chance(0.5):
            self.emit(".skip 16,0x90")
        else:
            name = self.some("f0", "f1", "f2")
            self.emit(f".globl __cfi_{name}", f".type __cfi_{name},@function", f"__cfi_{name}:", "movl $0x1234,%eax",
                      f".size __cfi_{name},5", f".skip {self.some(11, 16, 16, 0)},0x90")
        if self.chance(0.4):
            back = self.label()
            self.emit(f".set {back},.-{self.some(16, 16, 16, 11, 0, 5)}")
            self.aside("__patchable_function_entries", "awo,@progbits,.text"[:2], f".quad {back}")

    def cold_part(self, name):
        kind = self.some("function", "notype", None)
        section = self.some(".text.unlikely", ".text", ".text.a")
        label = self.some(f"{name}.cold", f"{name}.cold.3", f"{name}.cold", "nobody.cold")
        binding = self.some("local", "globl", None)
        self.emit(f'.section {section},"ax",@progbits')
        if self.chance(0.3):
            self.emit("ret")
        if binding:
            self.emit(f".{binding} {label}")
        if kind:
            self.emit(f".type {label},@{kind}")
        self.emit(f"{label}:")
        self.body(name, [])
        self.end_of_body(name)
        if self.chance(0.8):
            self.emit(f".size {label},.-{label}")

    def body(self, name, places):
        wanted = self.some(1, 2, 3, 4, 6, 8, 12)
        depth = []
        if self.chance(0.1):
            self.emit("endbr64")
        if self.chance(0.06):
            self.aside("__patchable_function_entries", "aw", f".quad {name}")
        framed = self.chance(0.15)
        if framed:
            self.emit("push %rbp", "mov %rsp,%rbp")
        for _ in range(wanted):
            if places and self.chance(0.35):
                self.emit(f"{places.pop(0)}:")
            self.statement(name, depth)
        if self.chance(0.85):
            while depth:
                self.emit(depth.pop())
            if framed:
                self.emit(self.some("pop %rbp", "leave"))

    def end_of_body(self, name):
        end = self.rng.random()
        if end < 0.55:
            self.emit("ret")
        elif end < 0.72:
            self.emit(f"jmp {self.callee()}")
        elif end < 0.8:
            self.emit("ud2")
        elif end < 0.85:
            self.emit(f"jmp *%{self.some('rax', 'rbx')}")
        elif end < 0.9:
            self.emit("call panic")
        elif end < 0.95:
            self.switch(name)
        if self.chance(0.4):
            self.emit("int3")

    def callee(self):
        if self.chance(0.45) and self.funcs:
            name = self.rng.choice(self.funcs)
            return name + self.some(*[""] * 20, ".cold", "+1", "+4", "_end", "@PLT", "@PLT")
        return self.rng.choice(CALLEES)

    def target(self):
        if self.labels and self.chance(0.8):
            return self.rng.choice(self.labels)
        return self.callee()

    def statement(self, name, depth):
        kinds = [
            (14, lambda: self.balanced(depth)), (8, self.stack), (8, self.jump), (8, self.call), (5, self.nop), (3, self.flags),
            (5, lambda: self.alternative(name)), (3, self.hint), (3, self.annotation), (2, lambda: self.static_branch(name)),
            (2, self.exception), (2, lambda: self.switch(name)), (3, self.reference), (2, self.odd), (2, self.frame_pattern),
            (1, self.indirect), (1, self.label_symbol), (1, self.raw_reloc), (1, self.save_restore), (1, self.guarded),
        ]
        if self.plain:
            kinds = kinds[:7]
        weights, makers = zip(*kinds)
        self.rng.choices(makers, weights)[0]()

    def balanced(self, depth):
        kind = self.rng.random()
        if kind < 0.45:
            reg = self.rng.choice(SAVED if self.chance(0.7) else REGS)
            self.emit(f"push %{reg}")
            depth.append(f"pop %{reg}")
        elif kind < 0.6:
            size = self.some(8, 16, 24, 128, 4096)
            self.emit(self.some(f"sub ${size},%rsp", f"lea -{size}(%rsp),%rsp", f"add $-{size},%rsp"))
            depth.append(self.some(f"add ${size},%rsp", f"lea {size}(%rsp),%rsp"))
        elif kind < 0.75 and depth:
            self.emit(depth.pop())
        elif kind < 0.85:
            self.emit("pushfq")
            depth.append("popfq")
        elif kind < 0.93:
            self.emit("stac")
            depth.append("clac")
        else:
            self.emit("std")
            depth.append("cld")

    def stack_insn(self):
        reg, reg2 = self.rng.choice(REGS), self.rng.choice(SAVED)
        n = self.some(-24, -16, -8, 0, 8, 16, 24, 40, 1000)
        return self.some(
            f"push %{reg}", f"pop %{reg}", f"push %{reg2}", f"pop %{reg2}", f"add ${n},%rsp", f"sub ${n},%rsp", "leave",
            "mov %rsp,%rbp", "mov %rbp,%rsp", f"mov %rsp,%{reg}", f"mov %{reg},%rsp", f"lea {n}(%rsp),%{reg}", f"lea {n}(%rbp),%rsp",
            f"lea {n}(%{reg}),%rsp", f"mov %{reg2},{n}(%rsp)", f"mov {n}(%rsp),%{reg2}", f"mov %{reg2},{n}(%rbp)",
            f"mov {n}(%rbp),%{reg2}", f"and ${self.some(-16, -32, -64)},%rsp", f"mov %{reg},%{reg2}", f"mov %rsp,{n}(%{reg})",
            f"mov {n}(%rbp),%r10", f"lea {n}(%r10),%rsp", f"pushq {n}(%r10)", f"lea {n}(%rsp),%r10", f"mov {n}(%{reg}),%{reg2}",
            f"popq {n}(%rsp)", f"and $-16,%{reg}", f"add ${n},%rbp", f"sub ${n},%{reg2}", f"add %rax,%rsp", f"sub %rax,%rsp",
            "pushfq", "popfq", f"mov %esp,%{self.some('eax', 'ebp')}", f"mov {n}(%rsp,%rax,1),%rbx", f"lea {n}(,%rsp,1),%rax"
            if self.chance(0.0) else f"lea {n}(%rbp,%rax,1),%rsp", "mov %rsp,(%rdi)", "mov %rdi,%rsp", "pop %rsp", "push %rsp",
            f"xor %{reg2},%{reg2}", f"mov ${n},%{reg}", f"mov %rsp,sym(%rip)", f"lea ext(%rip),%{reg}")

    def stack(self):
        for _ in range(self.some(1, 1, 2, 3)):
            self.emit(self.stack_insn())

    def frame_pattern(self):
        body = [self.stack_insn() if self.chance(0.2) else "nop" for _ in range(self.some(0, 1, 2))]
        if self.chance(0.5):
            # gcc's realigned stack.
            bp = ["push %rbp", "mov %rsp,%rbp"]
            drap = self.some("r10", "r13", "rdi")
            head = [f"lea 8(%rsp),%{drap}", "and $-32,%rsp", f"pushq -8(%{drap})", *bp, f"push %{drap}"]
            tail = [self.some(f"pop %{drap}", f"mov -8(%rbp),%{drap}"), self.some("pop %rbp", "leave"), f"lea -8(%{drap}),%rsp"]
            self.emit(*head, *body, *tail)
        elif self.chance(0.5):
            reg = self.some("rdi", "rax", "r12", "rbp")
            self.emit(f"mov %rsp,(%{reg})", f"mov %{reg},%rsp", *body, "pop %rsp")
        else:
            self.emit("push %rbp", "mov %rsp,%rbp", "push %rbx", "sub $16,%rsp", *body, "mov -8(%rbp),%rbx",
                      self.some("leave", "mov %rbp,%rsp\npop %rbp"))

    def jump(self):
        op = self.some("jmp", "jne", "je", "jne", "jb", "ja")
        self.emit(f"{op} {self.target()}")

    def call(self):
        if self.chance(0.1):
            self.emit(f"call {self.target()}")
        else:
            self.emit(f"call {self.callee()}")

    def indirect(self):
        reg = self.some("rax", "r11")
        self.emit(self.some(f"call *%{reg}", f"jmp *%{reg}", "call *pv_ops+8(%rip)", "call *pv_ops+16", "call *ext(%rip)",
                            f"call *8(%{reg})", f"jmp *{self.target()}(,%rax,8)", "call *pv_ops_lock(%rip)",
                            f"movl $0x1234,%r10d\nadd -4(%r11),%r10d\nje 1f\nud2\n1: call *%r11"))

    def nop(self):
        self.emit(self.rng.choice(NOPS))

    def flags(self):
        self.emit(self.some("stac", "clac", "std", "cld", "pushfq", "popfq", "endbr64", "lfence", "int3", "cli"))

    def odd(self):
        self.emit(self.rng.choice(ODD) if self.chance(0.8) else
                  ".byte " + ",".join(str(self.rng.randrange(256)) for _ in range(self.some(1, 2, 4))))

    def label_symbol(self):
        name = f"sym{self.some(1, 2, 3)}_{self.n_labels}"
        self.n_labels += 1
        if self.chance(0.7):
            self.emit(f".type {name},@{self.some('notype', 'notype', 'function', 'object')}")
        if self.chance(0.5):
            self.emit(f".{self.some('globl', 'weak', 'local')} {name}")
        self.emit(f"{name}:")
        if self.chance(0.4):
            self.emit(f".size {name},{self.some(0, 1, 2, 4, 8, 16)}")

    def reference(self):
        target = self.target()
        self.emit(self.some(f"lea {target}(%rip),%rax", f"mov ${target},%rax", f"movabs ${target},%rax", f"mov {target}(%rip),%rbx",
                            f"cmpq ${target},8(%rsp)", f"movq ${target},pv_ops+{self.some(0, 8, 16)}(%rip)",
                            f"movq ${target},pv_ops_lock(%rip)", f"leaq {target}+1(%rip),%rdi", f"pushq ${target}",
                            f"movq ${target},8(%rsp)", f"mov {target},%eax", "lea .+3(%rip),%rax", "lea .(%rip),%rax"))

    def raw_reloc(self):
        """A relocation that the assembler would not make by itself."""
        kind = self.some("8", "16", "32", "32S", "64", "PC8", "PC16", "PC32", "PC64", "PLT32", "GOTPCREL", "NONE", "GOTPCRELX")
        insn, at = self.some((".byte 0xe8,0,0,0,0", 1), (".byte 0xe9,0,0,0,0", 1), (".byte 0x0f,0x85,0,0,0,0", 2), (".byte 0xeb,0", 1),
                             (".byte 0x48,0x8d,0x05,0,0,0,0", 3), (".byte 0x48,0xc7,0xc0,0,0,0,0", 3), ("nopl 0(%rax)", 0),
                             (".byte 0xff,0x15,0,0,0,0", 2), (".byte 0xff,0x25,0,0,0,0", 2), ("push %rbx", 0))
        target = self.some(self.callee().removesuffix("@PLT"), self.target().removesuffix("@PLT"), ".text", "1f")
        here = self.label()
        self.emit(f"{here}:", insn, f".reloc {here}+{at},R_X86_64_{kind},{target}{self.some('', '-4', '+4', '-1')}", "1:")

    def save_restore(self):
        """A pair of hints around code that an unwinder could not follow."""
        if not self.in_function and self.chance(0.95):
            return
        first, second = self.label(), self.label()
        for label, kind in ((first, 6), (second, 7)):
            self.aside(".discard.unwind_hints", "a", f".long {label}-.", ".short 0", f".byte 0,{kind},0", ".balign 4")
        between = [self.stack_insn(), f"jne {self.target()}", "nop", f"jmp {second}"]
        pair = [f"{first}:", *self.rng.sample(between, self.some(0, 1, 2)), f"{second}: nop"]
        self.emit(*(pair if self.chance(0.85) else pair[::-1]))

    def guarded(self):
        """User access that is saved and restored by an alternative's pushf and popf, as in the kernel."""
        for orig, repl in ((["nop"] * 3, ["pushfq", "pop %rax", self.some("clac", "stac", "nop")]),
                           (["nop"] * 2, ["push %rax", "popfq"])):
            tag = self.label()
            self.emit(f"{tag}_o:", *orig, f".skip -((({tag}_e2-{tag}_r)-(.-{tag}_o)) > 0)*(({tag}_e2-{tag}_r)-(.-{tag}_o)),0x90",
                      f"{tag}_e:")
            self.aside(".altinstructions", "a", f".long {tag}_o-.", f".long {tag}_r-.", *feature(self.some(0x134, 9)),
                       f".byte {tag}_e-{tag}_o", f".byte {tag}_e2-{tag}_r")
            self.aside(".altinstr_replacement", "ax", f"{tag}_r:", *repl, f"{tag}_e2:")
            self.emit(self.some("nop", "call __asan_load8", "call ext", "lfence"))

    def symbols(self):
        """Symbols of every odd kind."""
        name = self.some(*self.funcs, "f9")
        self.emit(*self.rng.choices([
            f".set s1,{name}+1", f".set s2,{name}", ".set abs,5", ".comm common,8,8", ".globl undef1", ".weak undef2",
            ".type __cfi_undef,@function\n.globl __cfi_undef", ".klp.tombstone.ext = ext", f".globl .klp.sym.vmlinux.x,0"[:0] or ".weak ext",
            '.file "one.c"', '.file "two.c"', '.section .text.g,"axG",@progbits,grp,comdat\ngf: ret', f".hidden {name}",
            '.section .text,"axG",@progbits,grp2,comdat\ngf2: ret\n.text', f".type {name},@gnu_indirect_function",
            '.section .altinstructions,"aG",@progbits,grp3,comdat\n.text', ".globl xen_mmu_ops", f".set a2_{name},{name}\n.type a2_{name},@function",
        ], k=self.some(1, 1, 2)))

    def simple_insns(self, most):
        pool = ["nop", "nop", "nopl 0(%rax)", "stac", "clac", f"call {self.callee()}", f"jmp {self.target()}", "push %rbx", "pop %rbx",
                "pushfq", "popfq", "lfence", "call *%rax", "jmp *%rax", "ret", "xor %eax,%eax", "ud2", "mov %rsp,%rbp",
                f"jne {self.target()}", "std", "cld", "syscall", "call *pv_ops+8(%rip)", f"lea {self.target()}(%rip),%rax"]
        weights = [6, 6, 4, 3, 3, 3, 2, 2, 2, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1]
        return self.rng.choices(pool, weights, k=self.rng.randint(0, most))

    def alternative(self, name):
        tag = self.label()
        orig, end = f"{tag}_o", f"{tag}_e"
        count = self.some(1, 1, 1, 2, 3)
        self.emit(f"{orig}:", *(self.simple_insns(2) or (["nop"] if self.chance(0.95) else [])))
        is_padded = self.chance(0.95)
        for n in range(count):
            if is_padded:
                self.emit(f".skip -((({tag}_{n}e-{tag}_{n}r)-(.-{orig})) > 0)*(({tag}_{n}e-{tag}_{n}r)-(.-{orig})),0x90")
        self.emit(f"{end}:")
        for n in range(count):
            number = self.some(1, 2, 0x134, 0x97, 0x10134, 0x10097, 0x20003)
            olen = f"{end}-{orig}" if self.chance(0.98) else f"{end}-{orig}+{self.some(1, -1)}"
            self.aside(".altinstructions", "a", f".long {orig}-.", f".long {tag}_{n}r-.", *feature(number), f".byte {olen}",
                       f".byte {tag}_{n}e-{tag}_{n}r")
            body = self.simple_insns(2)
            if self.chance(0.08):
                body.append(f"jmp {self.some(tag + f'_{n}e', orig, end, tag + f'_{n}r')}")
            self.aside(".altinstr_replacement", "ax", f"{tag}_{n}r:", *body, f"{tag}_{n}e:")
            if self.chance(0.06):
                self.mark(self.some(orig, f"{tag}_{n}r"), 6, ".discard.ignore_alts")
        if count == 1 and self.chance(0.05):
            # One inside the other.
            self.aside(".altinstr_replacement", "ax", f"{tag}_x:", "nop", f"{tag}_y:")
            self.aside(".altinstructions", "a", f".long {self.some(f'{tag}_0r', orig, end)}-.", f".long {tag}_x-.", *feature(5),
                       f".byte {self.some(1, 1, 2)}", ".byte 1")

    def static_branch(self, name):
        here = self.label()
        self.emit(f"{here}:")
        self.emit(self.some("nop", ".byte 0x0f,0x1f,0x44,0,0", ".byte 0x66,0x90", f"jmp {self.target()}", f"jmp {self.target()}",
                            ".byte 0xe9,0,0,0,0", "nopl (%rax)") if self.chance(0.95) else "push %rax")
        key = self.some("key", "key+2", "key+1", "key+3", "ext_key", "ext_key+2")
        self.aside("__jump_table", "aw", f".long {here}-.", f".long {self.target()}-.", f".quad {key}-.")

    def exception(self):
        here = self.label()
        self.emit(f"{here}: mov (%rax),%rbx")
        self.aside("__ex_table", "a", f".long {here}-.", f".long {self.target()}-.", f".long {self.some(1, 2)}")

    def switch(self, name):
        table = self.label()
        section = self.some(".rodata", ".rodata", ".rodata.f", ".data.rel.ro", ".data.rel.ro.c_jump_table", ".rodata..c_jump_table")
        targets = [self.rng.choice([*self.labels * 4, f"{name}_end", name, self.callee()]) for _ in range(self.some(1, 2, 3))]
        form = self.rng.random()
        between = [self.some("nop", f"jne {self.target()}", "mov %rbx,%rcx")] if self.chance(0.3) else []
        jump = self.some("jmp *%rax", "jmp *%rax", "jmp *%rax", "jmp __x86_indirect_thunk_rax", "call *%rax")
        if form < 0.5:
            self.emit(f"mov {table}(,%rdi,8),%rax", *between, jump)
            lines = [f".quad {t}" for t in targets]
        elif form < 0.6:
            self.emit(f"jmp *{table}(,%rdi,8)")
            lines = [f".quad {t}" for t in targets]
        elif form < 0.85:
            self.emit(f"lea {table}(%rip),%rcx", "movslq (%rcx,%rdi,4),%rax", "add %rcx,%rax", *between, jump)
            lines = [f".long {t}-{table}" for t in targets]
        else:
            self.emit(f"mov {table}(%rip),%rax", *between, jump)
            lines = [f".quad {t}" for t in targets]
        flags = "aw" if section.startswith(".data") else "a"
        named = [f"tab{self.n_labels}:"] if self.chance(0.12) else []
        self.aside(section, flags, ".balign 8", *named, f"{table}:", *lines)

    def hint(self):
        here = self.label()
        self.emit(f"{here}:")
        for _ in range(self.some(1, 1, 1, 2)):
            # A state is only restored in a function; the originals crash elsewhere.
            kinds = [0, 1, 2, 2, 2, 3, 4, 5, 6, 3] + ([6, 7, 7] if self.in_function else [])
            kind = self.some(*kinds) if self.chance(0.98) else self.some(8, 255)
            reg = self.some(3, 3, 5, 5, 4, 2, 6, 7, 9) if self.chance(0.96) else self.some(0, 1, 8, 10, 11)
            self.aside(".discard.unwind_hints", "a", f".long {here}-.", f".short {self.some(8, 8, 16, 0, -8, 168)}",
                       f".byte {reg},{kind},{self.some(0, 0, 1)}", ".balign 4")
        if self.chance(0.2):
            self.emit(self.some("iretq", "push %rbp", "call ext", "pop %rax", "endbr64"))

    def mark(self, label, kind, section):
        """The same annotation as 7.3 and as older series write it; a series ignores what it does not know."""
        self.aside(".discard.annotate_insn", "M", f".long {label}-.", f".long {kind}") if self.chance(0.0) else \
            self.emit('.pushsection .discard.annotate_insn,"M",@progbits,8', f".long {label}-.", f".long {kind}", ".popsection")
        if section:
            self.aside(section, "aw", f".long {label}-.")

    def annotation(self):
        here = self.label()
        kind = self.some(*[1, 2, 3, 4, 5, 6, 7, 8, 9] * 4, 10)
        section = {1: ".discard.noendbr", 2: ".discard.retpoline_safe", 3: ".discard.instr_begin", 4: ".discard.instr_end",
                   5: ".discard.validate_unret", 6: ".discard.ignore_alts", 7: ".discard.intra_function_calls"}.get(kind)
        insn = {2: self.some("jmp *%rax", "call *%rax", "ret", "nop", "nop"), 3: "nop", 4: "nop", 5: "nop", 6: "nop",
                7: f"call {self.target()}", 8: "ud2", 9: "call *%rax", 1: "nop"}.get(kind, "nop")
        if kind in (3, 4) and self.chance(0.7):
            after = self.label()
            self.emit(f"{here}: nop")
            self.mark(here, 3, ".discard.instr_begin")
            self.emit(self.some("call ext", "nop", "call *pv_ops(%rip)"), f"{after}: nop")
            self.mark(after, 4, ".discard.instr_end")
            return
        self.emit(f"{here}: {insn if self.chance(0.93) else self.stack_insn()}")
        where = here if self.chance(0.99) else here + "+1"
        self.mark(where, kind, section)
        if kind == 8:
            behind = self.label()
            self.emit(f"{behind}:")
            self.aside(self.some(".discard.reachable", ".discard.reachable", ".discard.unreachable"), "aw", f".long {behind}-.")

    def data(self):
        name = self.rng.choice(DATA)
        self.emit(f'.section {name},"aw",@progbits')
        if self.chance(0.5):
            self.emit(f"obj{self.n_labels}:", f".type obj{self.n_labels},@object", f".size obj{self.n_labels},8")
            self.n_labels += 1
        for _ in range(self.some(1, 2)):
            self.emit(self.some(f".quad {self.target()}", f".long {self.target()}-.", f".quad {self.callee()}", ".quad 0"))

    def pv_ops(self):
        for name in self.rng.sample(["pv_ops", "pv_ops_lock", "xen_cpu_ops", "xen_irq_ops"], self.some(1, 1, 2)):
            self.emit(".data", f".globl {name}", f".type {name},@object", f"{name}:")
            for _ in range(3):
                self.emit(f".quad {self.some(*self.funcs, *CALLEES[:3], '0')}")
            if self.chance(0.9):
                self.emit(f".size {name},24")


def options(rng, series):
    """A random argument list that the series accepts, without the file."""
    newest = series == "7.3"
    args = []
    def maybe(p, *words):
        if rng.random() < p:
            args.extend(words)
    maybe(0.65, "--orc")
    maybe(0.25, "--stackval")
    maybe(0.4, "--uaccess")
    maybe(0.4, "--retpoline")
    maybe(0.4, "--rethunk")
    maybe(0.3, "--sls")
    maybe(0.4, "--static-call")
    maybe(0.3, f"--hacks={rng.choice(['jump_label', 'noinstr', 'skylake', 'jump_label,noinstr', 'jump_label,noinstr,skylake'])}")
    maybe(0.3, "--mcount")
    if "--mcount" in args:
        maybe(0.5, "--mnop")
    link = rng.random() < 0.5
    if link:
        args.append("--link")
        maybe(0.4, "--ibt")
        maybe(0.4, "--noinstr")
        maybe(0.3, "--unret")
    maybe(0.3, "--module")
    maybe(0.15, "--no-unreachable")
    maybe(0.15, "--sec-address")
    maybe(0.1, "--stats")
    maybe(0.05, "--dry-run")
    prefix = rng.random() < 0.25
    if prefix:
        args.append(f"--prefix={rng.choice([16, 16, 16, 11, 5])}")
    if newest:
        maybe(0.1, "--noabs")
        maybe(0.1, "--werror")
        if prefix and rng.random() < 0.5:
            args.append("--cfi")
            maybe(0.5, "--fineibt")
    else:
        maybe(0.1, "--cfi")
        maybe(0.15, "--backtrace")
    actions = {"--orc", "--stackval", "--uaccess", "--retpoline", "--rethunk", "--sls", "--static-call", "--mcount", "--ibt",
               "--noinstr", "--noabs"}
    if not actions & set(args):
        args.append("--orc")
    return tools.older_words(series, args)
