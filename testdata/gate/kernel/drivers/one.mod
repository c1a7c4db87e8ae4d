drivers/one.o
