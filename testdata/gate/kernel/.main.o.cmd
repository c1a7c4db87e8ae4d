savedcmd_main.o := clang-19 -O2 -I../src/include -nostdinc -ffreestanding -fno-builtin -fno-pic -mcmodel=kernel -mno-sse -mno-red-zone -fno-asynchronous-unwind-tables -fcf-protection=branch -fno-jump-tables -mretpoline-external-thunk -mindirect-branch-cs-prefix -mfunction-return=thunk-extern -mharden-sls=all -pg -mfentry -fno-omit-frame-pointer -fno-stack-protector -ffunction-sections -fdata-sections -fomit-frame-pointer -Wall -Wno-unknown-attributes -flto=thin -fvisibility=hidden -c -o main.o ../src/main.c

source_main.o := ../src/main.c

deps_main.o := \
  ../src/include/linux/module.h

#SYMVER shared_count 0x9c553acc
#SYMVER module_layout 0xfb7685e7
#SYMVER __SCT__tick 0x1d925b89
#SYMVER call_hook 0xb5823694
#SYMVER count_ticks 0x93bf5a42
#SYMVER count_last 0x5de1e06e
