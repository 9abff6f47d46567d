#include "crossdock_plugin.h"
#include <assert.h>
#include <stddef.h>

// The layout that plugins were built against. A change here breaks every one of them; only what is appended makes a structure longer.
#if defined(__LP64__)
static_assert(sizeof(crossdock_bytes) == 16, "crossdock_bytes");
static_assert(sizeof(crossdock_option) == 32, "crossdock_option");
static_assert(sizeof(crossdock_option_value) == 64, "crossdock_option_value");
static_assert(sizeof(crossdock_stream) == 24, "crossdock_stream");
static_assert(sizeof(crossdock_batch) == 160, "crossdock_batch");
static_assert(sizeof(crossdock_output) == 80, "crossdock_output");
static_assert(offsetof(crossdock_host, want_checkpoint) == 72, "crossdock_host");
static_assert(sizeof(crossdock_host) == 80, "crossdock_host");
static_assert(sizeof(crossdock_open) == 64, "crossdock_open");
static_assert(sizeof(crossdock_plugin) == 96, "crossdock_plugin");
#endif
