#ifndef CROSSDOCK_CZSTD_SHIM_H
#define CROSSDOCK_CZSTD_SHIM_H
#include <zstd.h>
#endif
