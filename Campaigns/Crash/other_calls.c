// Calls that could change a file behind the notes: they are refused for what is watched. And SQLite's setting that the control
// changes. Described in power_loss.c.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "power_loss.h"

// MARK: refused

static void refuse_descriptor(const char *call, int fd) {
  struct stat info;
  if (fd >= 0 && is_watched_file(fd, &info)) power_refuse(call, "a file");
}

static void refuse_path(const char *call, int at, const char *path) {
  char absolute[PATH_MAX];
  if (is_watched(at, path, absolute)) power_refuse(call, absolute);
}

EXPORT void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  if (protection & PROT_WRITE && flags & MAP_SHARED && !(flags & MAP_ANONYMOUS)) refuse_descriptor("a writable mapping", fd);
  return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}
EXPORT void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset) {
  return mmap(address, length, protection, flags, fd, offset);
}
EXPORT int fallocate(int fd, int mode, off_t offset, off_t length) {
  refuse_descriptor("fallocate", fd);
  return (int)syscall(SYS_fallocate, fd, mode, offset, length);
}
EXPORT int fallocate64(int fd, int mode, off64_t offset, off64_t length) { return fallocate(fd, mode, offset, length); }
EXPORT int posix_fallocate(int fd, off_t offset, off_t length) { return fallocate(fd, 0, offset, length); }
EXPORT int posix_fallocate64(int fd, off64_t offset, off64_t length) { return fallocate(fd, 0, offset, length); }
EXPORT int truncate(const char *path, off_t size) {
  refuse_path("truncate", AT_FDCWD, path);
  return (int)syscall(SYS_truncate, path, size);
}
EXPORT int truncate64(const char *path, off64_t size) { return truncate(path, size); }
EXPORT int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
  refuse_path("a hard link", to_at, to);
  return (int)syscall(SYS_linkat, from_at, from, to_at, to, flags);
}
EXPORT int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
EXPORT int symlinkat(const char *to, int at, const char *path) {
  refuse_path("a symbolic link", at, path);
  return (int)syscall(SYS_symlinkat, to, at, path);
}
EXPORT int symlink(const char *to, const char *path) { return symlinkat(to, AT_FDCWD, path); }
EXPORT ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
  refuse_descriptor("copy_file_range", to);
  return syscall(SYS_copy_file_range, from, from_at, to, to_at, length, flags);
}
EXPORT ssize_t sendfile(int to, int from, off_t *offset, size_t length) {
  refuse_descriptor("sendfile", to);
  return syscall(SYS_sendfile, to, from, offset, length);
}
EXPORT ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) { return sendfile(to, from, offset, length); }

/// libc's streams write past the calls that we replace.
static FILE *open_stream(const char *name, const char *path, const char *mode) {
  if (strpbrk(mode, "wa+")) refuse_path("a stream", AT_FDCWD, path);
  FILE *(*original)(const char *, const char *) = (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, name);
  return original(path, mode);
}
EXPORT FILE *fopen(const char *path, const char *mode) { return open_stream("fopen", path, mode); }
EXPORT FILE *fopen64(const char *path, const char *mode) { return open_stream("fopen64", path, mode); }

// MARK: the control

/// The same SQL with `synchronous` set to NORMAL, when it sets it to something else and the control asks for it; else NULL.
static char *with_normal(const char *sql) {
  if (!plan.is_normal || !sql) return NULL;
  const char *key = strcasestr(sql, "synchronous");
  if (!key) return NULL;
  const char *value = key + strlen("synchronous");
  value += strspn(value, " =(");
  size_t length = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
  if (length == 0 || strncasecmp(value, "NORMAL", length) == 0) return NULL;
  char *text = malloc(strlen(sql) + 16);
  if (!text) abort();
  sprintf(text, "%.*sNORMAL%s", (int)(value - sql), sql, value + length);
  counts.rewritten++;
  return text;
}

/// SQLite's own function, also where the library was loaded late and not for everyone.
static void *sqlite_call(const char *name) {
  void *call = dlsym(RTLD_NEXT, name);
  if (!call) call = dlsym(dlopen("libsqlite3.so.0", RTLD_LAZY | RTLD_NOLOAD), name);
  if (!call) power_refuse("a SQLite without the library", name);
  return call;
}

typedef int (*exec_call)(void *, const char *, int (*)(void *, int, char **, char **), void *, char **);
typedef int (*prepare_call)(void *, const char *, int, unsigned, void **, const char **);

EXPORT int sqlite3_exec(void *database, const char *sql, int (*row)(void *, int, char **, char **), void *context, char **error) {
  static exec_call original;
  if (!original) original = (exec_call)sqlite_call("sqlite3_exec");
  char *changed = with_normal(sql);
  int code = original(database, changed ? changed : sql, row, context, error);
  free(changed);
  return code;
}

EXPORT int sqlite3_prepare_v3(void *database, const char *sql, int length, unsigned flags, void **statement, const char **tail) {
  static prepare_call original;
  if (!original) original = (prepare_call)sqlite_call("sqlite3_prepare_v3");
  char *changed = length < 0 && !tail ? with_normal(sql) : NULL;
  int code = original(database, changed ? changed : sql, length, flags, statement, tail);
  free(changed);
  return code;
}
