savedcmd_lib.o := clang-19 -O2 -I../src/include -nostdinc -ffreestanding -fno-builtin -fno-pic -mcmodel=kernel -mno-sse -mno-red-zone -fno-asynchronous-unwind-tables -fcf-protection=branch -fno-jump-tables -mretpoline-external-thunk -mindirect-branch-cs-prefix -mfunction-return=thunk-extern -mharden-sls=all -pg -mfentry -fno-omit-frame-pointer -fno-stack-protector -ffunction-sections -fdata-sections -fomit-frame-pointer -Wall -Wno-unknown-attributes -flto=thin -fvisibility=hidden -c -o lib.o ../src/lib.c

source_lib.o := ../src/lib.c

deps_lib.o := \
  ../src/include/linux/module.h

#SYMVER memcpy 0xaa517fa4
#SYMVER helper 0xe81d3b0e
