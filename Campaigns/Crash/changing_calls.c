// The calls that change files and names, as the program and its libraries make them: each does what it is for by system call,
// and notes what it changed. Described in power_loss.c.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "power_loss.h"

/// Gives the lock back without touching errno, which is the result of the call.
static void unlock(void) {
  int code = errno;
  pthread_mutex_unlock(&power_lock);
  errno = code;
}

/// Each change of a file's bytes or size is counted; at the chosen one the power goes, with that change not synced.
static void count_write(void) {
  if (++counts.writes == plan.n && plan.at_write) power_cut("at a write");
}

// MARK: files

static int open_call(int at, const char *path, int flags, mode_t mode) {
  char absolute[PATH_MAX];
  if (!is_watched(at, path, absolute)) return (int)syscall(SYS_openat, at, path, flags, mode);
  if ((flags & O_TMPFILE) == O_TMPFILE) power_refuse("O_TMPFILE", absolute);
  pthread_mutex_lock(&power_lock);
  struct stat info;
  bool existed = lstat(absolute, &info) == 0;
  void *change = NULL;
  if (existed && (flags & O_ACCMODE) != O_RDONLY && S_ISREG(info.st_mode)) {
    unsynced_watch(absolute);
    if (flags & O_TRUNC && info.st_size > 0) change = unsynced_before_resize(&info, 0);
  }
  int fd = (int)syscall(SYS_openat, at, path, flags, mode);
  int code = errno;
  if (change) unsynced_resized(change, fd >= 0);
  if (fd >= 0 && !existed && flags & O_CREAT) {
    unsynced_watch(absolute);
    unsynced_named(absolute);
  }
  errno = code;
  unlock();
  return fd;
}

static ssize_t raw_write(int fd, const void *bytes, size_t length, off_t offset, bool is_positioned) {
  return is_positioned ? syscall(SYS_pwrite64, fd, bytes, length, offset) : syscall(SYS_write, fd, bytes, length);
}

static ssize_t write_call(int fd, const void *bytes, size_t length, off_t offset, bool is_positioned) {
  struct stat info;
  if (!is_watched_file(fd, &info)) return raw_write(fd, bytes, length, offset, is_positioned);
  pthread_mutex_lock(&power_lock);
  // Again, under the lock: the size counts, and another thread may have written since.
  if (fstat(fd, &info) != 0) abort();
  off_t place = offset;
  if (!is_positioned) place = fcntl(fd, F_GETFL) & O_APPEND ? info.st_size : lseek(fd, 0, SEEK_CUR);
  void *change = unsynced_before_write(&info, place, length);
  ssize_t written = raw_write(fd, bytes, length, offset, is_positioned);
  int code = errno;
  unsynced_wrote(change, bytes, written);
  count_write();
  errno = code;
  unlock();
  return written;
}

static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t offset, bool is_positioned) {
  struct stat info;
  if (!is_watched_file(fd, &info))
    return is_positioned ? syscall(SYS_pwritev, fd, parts, count, offset, 0) : syscall(SYS_writev, fd, parts, count);
  size_t length = 0, at = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  char *bytes = malloc(length + 1);
  if (!bytes) abort();
  for (int i = 0; i < count; at += parts[i++].iov_len) memcpy(bytes + at, parts[i].iov_base, parts[i].iov_len);
  ssize_t written = write_call(fd, bytes, length, offset, is_positioned);
  int code = errno;
  free(bytes);
  errno = code;
  return written;
}

static int resize_call(int fd, off_t size) {
  struct stat info;
  if (!is_watched_file(fd, &info)) return (int)syscall(SYS_ftruncate, fd, size);
  pthread_mutex_lock(&power_lock);
  if (fstat(fd, &info) != 0) abort();
  void *change = unsynced_before_resize(&info, size);
  int code = (int)syscall(SYS_ftruncate, fd, size), error = errno;
  unsynced_resized(change, code == 0);
  count_write();
  errno = error;
  unlock();
  return code;
}

/// What was changed before the sync began is durable when it ends; what is changed meanwhile is not.
static int sync_call(int fd, long call) {
  struct stat info;
  bool is_file = is_watched_file(fd, &info);
  if (!is_file && !(plan.is_on && fstat(fd, &info) == 0 && S_ISDIR(info.st_mode) && is_watched_folder(fd)))
    return (int)syscall(call, fd);
  pthread_mutex_lock(&power_lock);
  bool is_moment = ++counts.syncs == plan.n && plan.at_sync;
  if (is_file) counts.file_syncs++;
  if (is_moment && !plan.is_after) power_cut("before a sync");
  uint64_t latest = unsynced_latest();
  if (plan.sync_us) {
    pthread_mutex_unlock(&power_lock);
    usleep(plan.sync_us);
    pthread_mutex_lock(&power_lock);
  }
  if (is_file) unsynced_file_synced(&info, latest);
  else unsynced_folder_synced(&info, latest);
  if (is_moment) power_cut("after a sync");
  unlock();
  return 0;
}

#define READ_MODE(flags, mode)                        \
  mode_t mode = 0;                                    \
  if ((flags) & (O_CREAT | O_TMPFILE)) {              \
    va_list list;                                     \
    va_start(list, flags);                            \
    mode = va_arg(list, mode_t);                      \
    va_end(list);                                     \
  }

EXPORT int open(const char *path, int flags, ...) {
  READ_MODE(flags, mode)
  return open_call(AT_FDCWD, path, flags, mode);
}
EXPORT int open64(const char *path, int flags, ...) {
  READ_MODE(flags, mode)
  return open_call(AT_FDCWD, path, flags, mode);
}
EXPORT int openat(int at, const char *path, int flags, ...) {
  READ_MODE(flags, mode)
  return open_call(at, path, flags, mode);
}
EXPORT int openat64(int at, const char *path, int flags, ...) {
  READ_MODE(flags, mode)
  return open_call(at, path, flags, mode);
}
EXPORT int creat(const char *path, mode_t mode) {
  return open_call(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
EXPORT int creat64(const char *path, mode_t mode) { return creat(path, mode); }

EXPORT ssize_t write(int fd, const void *bytes, size_t length) { return write_call(fd, bytes, length, 0, false); }
EXPORT ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  return write_call(fd, bytes, length, offset, true);
}
EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  return write_call(fd, bytes, length, offset, true);
}
EXPORT ssize_t writev(int fd, const struct iovec *parts, int count) { return write_parts(fd, parts, count, 0, false); }
EXPORT ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return write_parts(fd, parts, count, offset, true);
}
EXPORT ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  return write_parts(fd, parts, count, offset, true);
}
/// An offset of -1 is the present place, as for writev.
EXPORT ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
  struct stat info;
  if (flags && is_watched_file(fd, &info)) power_refuse("pwritev2 with flags", "a file");
  if (flags) return syscall(SYS_pwritev2, fd, parts, count, offset, 0, flags);
  return write_parts(fd, parts, count, offset, offset != -1);
}
EXPORT ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags) {
  return pwritev2(fd, parts, count, offset, flags);
}
EXPORT int ftruncate(int fd, off_t size) { return resize_call(fd, size); }
EXPORT int ftruncate64(int fd, off64_t size) { return resize_call(fd, size); }
EXPORT int fsync(int fd) { return sync_call(fd, SYS_fsync); }
EXPORT int fdatasync(int fd) { return sync_call(fd, SYS_fdatasync); }

// MARK: names

static int rename_call(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
  char from_path[PATH_MAX], to_path[PATH_MAX];
  bool is_from = is_watched(from_at, from, from_path), is_to = is_watched(to_at, to, to_path);
  if (!is_from && !is_to) return (int)syscall(SYS_renameat2, from_at, from, to_at, to, flags);
  if (!is_from || !is_to || flags) power_refuse("a rename over the border, or with flags", to);
  pthread_mutex_lock(&power_lock);
  char *kept = unsynced_keep(to_path);
  int code = (int)syscall(SYS_renameat2, from_at, from, to_at, to, 0), error = errno;
  if (code == 0) unsynced_renamed(from_path, to_path, kept);
  errno = error;
  unlock();
  return code;
}

static int remove_call(int at, const char *path, int flags) {
  char absolute[PATH_MAX];
  if (!is_watched(at, path, absolute)) return (int)syscall(SYS_unlinkat, at, path, flags);
  if (flags & AT_REMOVEDIR) power_refuse("the removal of a folder", absolute);
  pthread_mutex_lock(&power_lock);
  char *kept = unsynced_keep(absolute);
  int code = (int)syscall(SYS_unlinkat, at, path, flags), error = errno;
  if (code == 0) unsynced_removed(absolute, kept);
  errno = error;
  unlock();
  return code;
}

static int make_folder_call(int at, const char *path, mode_t mode) {
  char absolute[PATH_MAX];
  if (!is_watched(at, path, absolute)) return (int)syscall(SYS_mkdirat, at, path, mode);
  pthread_mutex_lock(&power_lock);
  int code = (int)syscall(SYS_mkdirat, at, path, mode), error = errno;
  if (code == 0) unsynced_named(absolute);
  errno = error;
  unlock();
  return code;
}

EXPORT int rename(const char *from, const char *to) { return rename_call(AT_FDCWD, from, AT_FDCWD, to, 0); }
EXPORT int renameat(int from_at, const char *from, int to_at, const char *to) {
  return rename_call(from_at, from, to_at, to, 0);
}
EXPORT int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
  return rename_call(from_at, from, to_at, to, flags);
}
EXPORT int unlink(const char *path) { return remove_call(AT_FDCWD, path, 0); }
EXPORT int unlinkat(int at, const char *path, int flags) { return remove_call(at, path, flags); }
EXPORT int rmdir(const char *path) { return remove_call(AT_FDCWD, path, AT_REMOVEDIR); }
EXPORT int mkdir(const char *path, mode_t mode) { return make_folder_call(AT_FDCWD, path, mode); }
EXPORT int mkdirat(int at, const char *path, mode_t mode) { return make_folder_call(at, path, mode); }
