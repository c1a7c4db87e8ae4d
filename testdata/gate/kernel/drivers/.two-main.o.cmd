savedcmd_drivers/two-main.o := clang-19 -flto=thin -fvisibility=hidden -DMODULE -c -o drivers/two-main.o ../src/two-main.c

source_drivers/two-main.o := ../src/two-main.c

deps_drivers/two-main.o := \
  ../src/include/linux/module.h

