savedcmd_drivers/two-part.o := clang-19 -flto=thin -fvisibility=hidden -DMODULE -c -o drivers/two-part.o ../src/two-part.c

source_drivers/two-part.o := ../src/two-part.c

deps_drivers/two-part.o := \
  ../src/include/linux/module.h

