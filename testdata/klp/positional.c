//: Namesakes within a file that only their position tells apart.
#include "klp.h"
#define QUIRK(n) do { static int quirk = n; quirk += x; r += quirk; } while (0)
int entry(int x) { int r = BOTH(0, 1); QUIRK(1); QUIRK(2); QUIRK(3); return r; }
