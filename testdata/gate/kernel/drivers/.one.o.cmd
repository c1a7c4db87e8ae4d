savedcmd_drivers/one.o := clang-19 -flto=thin -fvisibility=hidden -DMODULE -c -o drivers/one.o ../src/one.c ; ld.lld-19 -r -o drivers/.tmp_one.o drivers/one.o; mv drivers/.tmp_one.o drivers/one.o ; ./tools/objtool/objtool --hacks=jump_label --hacks=noinstr --hacks=skylake --ibt --mcount --mnop --orc --retpoline --rethunk --sls --static-call --uaccess --link --module drivers/one.o

source_drivers/one.o := ../src/one.c

deps_drivers/one.o := \
  ../src/include/linux/module.h

#SYMVER one_shared 0xb1d52085
