savedcmd_drivers/two-main.o := clang-19 -O2 -I../src/include -nostdinc -ffreestanding -fno-builtin -fno-pic -mcmodel=kernel -mno-sse -mno-red-zone -fno-asynchronous-unwind-tables -fcf-protection=branch -fno-jump-tables -mretpoline-external-thunk -mindirect-branch-cs-prefix -mfunction-return=thunk-extern -mharden-sls=all -pg -mfentry -fno-omit-frame-pointer -fno-stack-protector -ffunction-sections -fdata-sections -fomit-frame-pointer -Wall -Wno-unknown-attributes -flto=thin -fvisibility=hidden -DMODULE -c -o drivers/two-main.o ../src/two-main.c

source_drivers/two-main.o := ../src/two-main.c

deps_drivers/two-main.o := \
  ../src/include/linux/module.h

