savedcmd_drivers/one.o := clang-19 -O2 -I../src/include -nostdinc -ffreestanding -fno-builtin -fno-pic -mcmodel=kernel -mno-sse -mno-red-zone -fno-asynchronous-unwind-tables -fcf-protection=branch -fno-jump-tables -mretpoline-external-thunk -mindirect-branch-cs-prefix -mfunction-return=thunk-extern -mharden-sls=all -pg -mfentry -fno-omit-frame-pointer -fno-stack-protector -ffunction-sections -fdata-sections -fomit-frame-pointer -Wall -Wno-unknown-attributes -flto=thin -fvisibility=hidden -DMODULE -c -o drivers/one.o ../src/one.c ; ld.lld-19 -r -o drivers/.tmp_one.o drivers/one.o; mv drivers/.tmp_one.o drivers/one.o ; ./tools/objtool/objtool --hacks=jump_label --hacks=noinstr --hacks=skylake --ibt --mcount --mnop --orc --retpoline --rethunk --sls --static-call --uaccess --link --module drivers/one.o

source_drivers/one.o := ../src/one.c

deps_drivers/one.o := \
  ../src/include/linux/module.h

#SYMVER one_shared 0xb1d52085
