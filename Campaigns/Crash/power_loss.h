// What the parts of the power-loss object share: the plan, the lock, and what is watched. Described in power_loss.c.
#ifndef CROSSDOCK_POWER_LOSS_H
#define CROSSDOCK_POWER_LOSS_H

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "unsynced.h"

#define EXPORT __attribute__((visibility("default")))

struct plan {
  bool is_on, is_kill, is_normal, at_sync, at_write, is_after;
  unsigned n, sync_us;
  int trigger;
  enum choice choice;
  uint64_t seed;
};
struct counts {
  unsigned syncs, file_syncs, writes, rewritten;
};

extern struct plan plan;
extern struct counts counts;
/// Held over every change, so that the notes are in the order of the changes, and at the cut for ever.
extern pthread_mutex_t power_lock;

/// Called with the lock held, which is never given back.
_Noreturn void power_cut(const char *moment);
/// A call that the notes would not see. It ends the process with exit code 70.
_Noreturn void power_refuse(const char *call, const char *path);

/// Whether a path is below the folder and no index of SQLite; `absolute` has room for PATH_MAX bytes.
bool is_watched(int at, const char *path, char *absolute);
/// Whether a descriptor is of a folder that is watched, or the folder itself.
bool is_watched_folder(int fd);
/// Whether a descriptor is of a regular file that was opened for writing below the folder.
bool is_watched_file(int fd, struct stat *info);

#endif
