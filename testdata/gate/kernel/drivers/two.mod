drivers/two-main.o
drivers/two-part.o
