savedcmd_entry.o := clang-19 -O2 -I../src/include -nostdinc -ffreestanding -fno-builtin -fno-pic -mcmodel=kernel -mno-sse -mno-red-zone -fno-asynchronous-unwind-tables -fcf-protection=branch -fno-jump-tables -mretpoline-external-thunk -mindirect-branch-cs-prefix -mfunction-return=thunk-extern -mharden-sls=all -pg -mfentry -fno-omit-frame-pointer -fno-stack-protector -ffunction-sections -fdata-sections -fomit-frame-pointer -Wall -Wno-unknown-attributes  -c -o entry.o ../src/entry.S

source_entry.o := ../src/entry.S

deps_entry.o := \
  ../src/include/linux/module.h

#SYMVER __fentry__ 0xa82ec46a
#SYMVER __x86_return_thunk 0x40cbba1c
#SYMVER __x86_indirect_thunk_r11 0xe51f731b
#SYMVER __x86_indirect_thunk_rax 0x948c7dc3
