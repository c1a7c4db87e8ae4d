./pair-main.o
./pair-part.o
