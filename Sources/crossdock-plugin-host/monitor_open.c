// Opening and executing. Landlock decides what is opened, and tells nobody; this works out what it will say, for the count.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "landlock.h"
#include "monitor.h"

size_t read_memory(pid_t task, uint64_t address, void *into, size_t count) {
  struct iovec here = {into, count}, there = {(void *)address, count};
  ssize_t got = process_vm_readv(task, &here, 1, &there, 1, 0);
  return got < 0 ? 0 : (size_t)got;
}

// Page by page: the string may end just before memory that is not there.
bool read_string(pid_t task, uint64_t address, char *into, size_t capacity) {
  size_t filled = 0;
  while (filled < capacity) {
    size_t part = 4096 - ((address + filled) & 4095);
    if (part > capacity - filled) part = capacity - filled;
    size_t got = read_memory(task, address + filled, into + filled, part);
    if (memchr(into + filled, 0, got)) return true;
    if (got < part) return false;
    filled += got;
  }
  return false;
}

struct opening {
  int directory;
  uint64_t path, flags;
};

static struct opening opening_of(const struct seccomp_notif *call) {
  const __u64 *arguments = call->data.args;
  switch (call->data.nr) {
#ifdef SYS_open
    case SYS_open: return (struct opening){AT_FDCWD, arguments[0], arguments[1]};
    case SYS_creat: return (struct opening){AT_FDCWD, arguments[0], O_WRONLY | O_CREAT | O_TRUNC};
#endif
    case SYS_openat2: {
      struct opening opening = {(int)arguments[0], arguments[1], 0};
      read_memory((pid_t)call->pid, arguments[2], &opening.flags, sizeof opening.flags);
      return opening;
    }
    default: return (struct opening){(int)arguments[0], arguments[1], arguments[2]};
  }
}

// The path as this process can open it: relative ones by way of the plugin's folder or descriptor, and what /proc/self is to the plugin.
static void path_from_here(
  const struct monitor *monitor, const struct seccomp_notif *call, int directory, const char *path, char *into, size_t capacity) {
  static const char self[] = "/proc/self/";
  if (!strncmp(path, self, strlen(self))) {
    // Without processes of its own every caller is a thread of the plugin's.
    unsigned process = monitor->settings->processes > 0 ? call->pid : (unsigned)monitor->plugin;
    snprintf(into, capacity, "/proc/%u/%s", process, path + strlen(self));
  } else if (path[0] == '/') {
    snprintf(into, capacity, "%s", path);
  } else if (directory == AT_FDCWD) {
    snprintf(into, capacity, "/proc/%u/cwd/%s", call->pid, path);
  } else {
    snprintf(into, capacity, "/proc/%u/fd/%d/%s", call->pid, directory, path);
  }
}

static bool real_path_of(const char *path, int flags, char *into) {
  int fd = open(path, O_PATH | O_CLOEXEC | flags);
  if (fd < 0) return false;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t count = readlink(link, into, PATH_MAX - 1);
  close(fd);
  if (count < 0) return false;
  into[count] = 0;
  return true;
}

// The file, or the folder in which it would be made.
static bool find_real_path(char *path, uint64_t flags, char *real) {
  if (real_path_of(path, flags & O_NOFOLLOW, real)) return true;
  char *name = strrchr(path, '/');
  if (errno != ENOENT || !(flags & O_CREAT) || !name) return false;
  char kept = name[1];
  name[1] = 0;
  bool is_found = real_path_of(path, 0, real);
  name[1] = kept;
  return is_found;
}

// The C library looks there by itself, and does without: for the bounds of the first thread's stack, and before it gives a thread's memory
// back. No attempt at anything.
static bool is_look_of_library(const struct monitor *monitor, const char *real) {
  if (!strcmp(real, "/proc/sys/vm/overcommit_memory")) return true;
  char map[32];
  snprintf(map, sizeof map, "/proc/%d/maps", (int)monitor->plugin);
  return !strcmp(real, map);
}

struct reply judge_open(struct monitor *monitor, const struct seccomp_notif *call) {
  const struct reply goes_on = {.goes_on = true};
  struct opening opening = opening_of(call);
  char path[PATH_MAX], from_here[PATH_MAX + 64], real[PATH_MAX];
  if ((opening.flags & O_PATH) || !read_string((pid_t)call->pid, opening.path, path, sizeof path)) {
    return monitor->judges_paths && !(opening.flags & O_PATH) ? (struct reply){.error = EACCES} : goes_on;
  }
  if (!is_waiting(monitor, call->id)) return (struct reply){.is_sent = true};
  path_from_here(monitor, call, opening.directory, path, from_here, sizeof from_here);
  if (!find_real_path(from_here, opening.flags, real) || real[0] != '/') return goes_on;
  bool for_writing = (opening.flags & O_ACCMODE) != O_RDONLY || (opening.flags & (O_CREAT | O_TRUNC));
  if (for_writing && is_path_allowed(real, false) && !(opening.flags & O_ACCMODE) && !(opening.flags & O_TRUNC)) {
    return goes_on;  // O_CREAT of a file that is there
  }
  if (is_path_allowed(real, for_writing)) return goes_on;
  if (for_writing || !is_look_of_library(monitor, real)) count_denial("open %s%s", real, for_writing ? " (to write)" : "");
  return monitor->judges_paths ? (struct reply){.error = EACCES} : goes_on;
}

struct reply judge_exec(struct monitor *monitor, const struct seccomp_notif *call) {
  if (monitor->settings->processes > 0) return (struct reply){.goes_on = true};
  if (monitor->settings->becomes_program && !monitor->has_started) {
    monitor->has_started = true;
    return (struct reply){.goes_on = true};
  }
  char path[PATH_MAX] = "?";
  bool is_at = call->data.nr == SYS_execveat;
  if (!read_string((pid_t)call->pid, call->data.args[is_at ? 1 : 0], path, sizeof path)) strcpy(path, "?");
  count_denial("exec %s", path);
  return (struct reply){.error = EPERM};
}
