// Imported only where the library is there: Package.swift looks for it.
#include <gif_lib.h>
