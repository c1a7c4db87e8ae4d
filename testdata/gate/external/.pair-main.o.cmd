savedcmd_pair-main.o := clang-19 -nostdinc -I@KERNEL@/arch/x86/include/generated -I@KERNEL@/include -flto=thin -fvisibility=hidden -DMODULE -c -o pair-main.o pair-main.c

source_pair-main.o := pair-main.c

deps_pair-main.o := \
  @KERNEL@/include/linux/module.h

