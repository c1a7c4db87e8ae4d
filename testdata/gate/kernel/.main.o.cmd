savedcmd_main.o := clang-19 -flto=thin -fvisibility=hidden -c -o main.o ../src/main.c

source_main.o := ../src/main.c

deps_main.o := \
  ../src/include/linux/module.h

#SYMVER shared_count 0x9c553acc
#SYMVER module_layout 0xfb7685e7
#SYMVER __SCT__tick 0x1d925b89
#SYMVER call_hook 0xb5823694
#SYMVER count_ticks 0x93bf5a42
#SYMVER count_last 0x5de1e06e
