// An empty assembly file lets the compiler accept the body-less initFunMap.
