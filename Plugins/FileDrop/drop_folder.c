#include "drop_folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char partial_prefix[] = ".crossdock-", partial_suffix[] = ".partial";

int drop_open(drop_folder *folder) {
  // Anew for each batch: it may have been mounted over since.
  drop_close(folder);
  folder->descriptor = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return folder->descriptor < 0 ? errno : 0;
}

void drop_close(drop_folder *folder) {
  if (folder->descriptor >= 0) close(folder->descriptor);
  folder->descriptor = -1;
}

static int ends_with(const char *text, const char *end) {
  size_t count = strlen(text), tail = strlen(end);
  return count >= tail && strcmp(text + count - tail, end) == 0;
}

// Calls `visit` for each name until it answers something else than 0.
static int each_name(const drop_folder *folder, int (*visit)(const drop_folder *, const char *, void *), void *context) {
  int copy = openat(folder->descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return errno;
  DIR *names = fdopendir(copy);
  if (!names) {
    int error = errno;
    close(copy);
    return error;
  }
  int result = 0;
  while (result == 0) {
    errno = 0;
    struct dirent *entry = readdir(names);
    if (!entry) {
      result = errno;
      break;
    }
    result = visit(folder, entry->d_name, context);
  }
  closedir(names);
  return result;
}

static int count_one(const drop_folder *folder, const char *name, void *context) {
  (void)folder;
  if (name[0] != '.' && ends_with(name, ".ndjson")) ++*(uint32_t *)context;
  return 0;
}

int drop_count(const drop_folder *folder, uint32_t *waiting) {
  *waiting = 0;
  return each_name(folder, count_one, waiting);
}

static int remove_file(const drop_folder *folder, const char *name) {
  return unlinkat(folder->descriptor, name, 0) == 0 || errno == ENOENT ? 0 : errno;
}

static int clean_one(const drop_folder *folder, const char *name, void *context) {
  (void)context;
  return strncmp(name, partial_prefix, sizeof partial_prefix - 1) == 0 && ends_with(name, partial_suffix) ? remove_file(folder, name) : 0;
}

int drop_clean(const drop_folder *folder) { return each_name(folder, clean_one, NULL); }

// Names of streams are letters, digits, "-", "_" and "."; anything else, and a dot in front, is written as %XX all the same.
void drop_make_name(drop_name *name, const char *stream, uint64_t first, uint64_t last, int64_t ingest_time_ns) {
  size_t count = 0;
  for (const char *c = stream; *c && count < MAX_FILE_NAME - 80; c++) {
    int is_plain = isalnum((unsigned char)*c) || *c == '-' || *c == '_' || (*c == '.' && c != stream);
    count += (size_t)snprintf(name->text + count, 4, is_plain ? "%c" : "%%%02X", (unsigned char)*c);
  }
  count += (size_t)snprintf(name->text + count, sizeof name->text - count, "-%012llu-", (unsigned long long)first);
  name->stream_and_first = count;
  count += (size_t)snprintf(name->text + count, sizeof name->text - count, "%012llu", (unsigned long long)last);
  name->tail = name->text + count;
  snprintf(name->text + count, sizeof name->text - count, "-%016llx.ndjson", (unsigned long long)ingest_time_ns);
}

static int remove_earlier_attempt(const drop_folder *folder, const char *found, void *context) {
  const drop_name *name = context;
  if (strncmp(found, name->text, name->stream_and_first) != 0 || !ends_with(found, name->tail) || strcmp(found, name->text) == 0) return 0;
  // Between both there is only the last sequence.
  const char *digit = found + name->stream_and_first;
  while (isdigit((unsigned char)*digit)) digit++;
  return strcmp(digit, name->tail) == 0 ? remove_file(folder, found) : 0;
}

static int write_all(int descriptor, const char *text, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, text, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text += written;
    count -= (size_t)written;
  }
  return fsync(descriptor) == 0 ? 0 : errno;
}

int drop_file(const drop_folder *folder, const drop_name *name, const char *text, size_t count) {
  char partial[MAX_FILE_NAME + 32];
  // The stream's part of the name only: an attempt that was given up is written over by the next one.
  snprintf(partial, sizeof partial, "%s%.*s%s", partial_prefix, (int)name->stream_and_first, name->text, partial_suffix);
  int descriptor = openat(folder->descriptor, partial, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (descriptor < 0) return errno;
  int error = write_all(descriptor, text, count);
  if (close(descriptor) != 0 && !error) error = errno;
  if (!error && renameat(folder->descriptor, partial, folder->descriptor, name->text) != 0) error = errno;
  if (error) {
    unlinkat(folder->descriptor, partial, 0);
    return error;
  }
  if (fsync(folder->descriptor) != 0) return errno;
  return each_name(folder, remove_earlier_attempt, (void *)name);
}
