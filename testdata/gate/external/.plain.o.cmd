savedcmd_plain.o := clang-19 -nostdinc -I@KERNEL@/arch/x86/include/generated -I@KERNEL@/include -flto=thin -fvisibility=hidden -DMODULE -c -o plain.o plain.c ; ld.lld-19 -m elf_x86_64 -z noexecstack -r -o .tmp_plain.o plain.o; mv .tmp_plain.o plain.o ; @KERNEL@/tools/objtool/objtool --hacks=jump_label --hacks=noinstr --hacks=skylake --ibt --mcount --mnop --orc --retpoline --rethunk --sls --static-call --uaccess --link --module plain.o

source_plain.o := plain.c

deps_plain.o := \
  @KERNEL@/include/linux/module.h

#SYMVER plain_value 0x16c6072a
