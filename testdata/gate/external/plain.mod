./plain.o
