#include "resources.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "message.h"

enum {
  // The host's own buffers, which count in the process but are not the plugin's.
  HOST_BUFFERS_MB = 16,
  // Libraries and stacks take addresses, hardly memory. What is written to counts in RLIMIT_DATA.
  ADDRESSES_BESIDE_MB = 512,
  // The host, its monitor, and those that the monitor connects with.
  TASKS_OF_HOST = 10,
};

static void limit(int resource, const char *name, rlim_t value) {
  struct rlimit current;
  if (getrlimit(resource, &current) == 0 && current.rlim_max < value) value = current.rlim_max;
  struct rlimit wanted = {value, value};
  if (setrlimit(resource, &wanted) != 0) fail(EXIT_NOT_CONFINED, "limit of %s: %s", name, strerror(errno));
}

void set_limits(const struct settings *settings, bool counts_alone) {
  const rlim_t mb = 1 << 20;
  limit(RLIMIT_DATA, "memory", (settings->memory_mb + HOST_BUFFERS_MB) * mb);
  limit(RLIMIT_AS, "addresses", (settings->memory_mb + HOST_BUFFERS_MB + ADDRESSES_BESIDE_MB) * mb);
  limit(RLIMIT_STACK, "stack", 8 * mb);
  limit(RLIMIT_MEMLOCK, "locked memory", 0);
  limit(RLIMIT_MSGQUEUE, "message queues", 0);
  limit(RLIMIT_CORE, "core files", 0);
  limit(RLIMIT_NOFILE, "open files", settings->open_files);
  limit(RLIMIT_FSIZE, "size of files", settings->file_mb * mb);
  if (counts_alone) {
    limit(RLIMIT_NPROC, "processes", TASKS_OF_HOST + settings->threads + settings->processes);
  }
}
