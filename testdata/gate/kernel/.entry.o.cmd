savedcmd_entry.o := clang-19  -c -o entry.o ../src/entry.S

source_entry.o := ../src/entry.S

deps_entry.o := \
  ../src/include/linux/module.h

#SYMVER __fentry__ 0xa82ec46a
#SYMVER __x86_return_thunk 0x40cbba1c
#SYMVER __x86_indirect_thunk_r11 0xe51f731b
#SYMVER __x86_indirect_thunk_rax 0x948c7dc3
