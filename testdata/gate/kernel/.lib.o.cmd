savedcmd_lib.o := clang-19 -flto=thin -fvisibility=hidden -c -o lib.o ../src/lib.c

source_lib.o := ../src/lib.c

deps_lib.o := \
  ../src/include/linux/module.h

#SYMVER memcpy 0xaa517fa4
#SYMVER helper 0xe81d3b0e
