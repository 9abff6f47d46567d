#ifndef CROSSDOCK_CKISSFFT_SHIM_H
#define CROSSDOCK_CKISSFFT_SHIM_H
#include <kissfft/kiss_fft.h>
#include <kissfft/kiss_fftr.h>
#endif
