savedcmd_pair-part.o := clang-19 -nostdinc -I@KERNEL@/arch/x86/include/generated -I@KERNEL@/include -flto=thin -fvisibility=hidden -DMODULE -c -o pair-part.o pair-part.c

source_pair-part.o := pair-part.c

deps_pair-part.o := \
  @KERNEL@/include/linux/module.h

