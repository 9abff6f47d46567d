#ifndef CROSSDOCK_CSODIUM_SHIM_H
#define CROSSDOCK_CSODIUM_SHIM_H
#include <sodium.h>
#endif
