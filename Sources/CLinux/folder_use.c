// How much a folder takes that a stranger writes to: by descriptors, never through a link, and no further than the bounds.
#include "include/CLinux.h"

#include <dirent.h>

enum { MOST_DEPTH = 32 };

struct use {
  long files, most_files;
  int64_t bytes, most_bytes;
};

static int is_beyond(const struct use *use) { return use->files > use->most_files || use->bytes > use->most_bytes; }

// Takes the descriptor over. A folder that is deeper than the bound counts as too many files.
static void add_folder(int fd, int depth, struct use *use) {
  DIR *all = depth < MOST_DEPTH ? fdopendir(fd) : NULL;
  if (!all) {
    if (depth >= MOST_DEPTH) use->files = use->most_files + 1;
    close(fd);
    return;
  }
  for (struct dirent *entry; !is_beyond(use) && (entry = readdir(all));) {
    struct stat status;
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    if (fstatat(dirfd(all), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    use->files += 1;
    use->bytes += (int64_t)status.st_blocks * 512;
    if (!S_ISDIR(status.st_mode)) continue;
    int inner = openat(dirfd(all), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner >= 0) add_folder(inner, depth + 1, use);
  }
  closedir(all);
}

// Files that are deleted and still open take their place.
static void add_deleted(pid_t process, struct use *use) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", process);
  DIR *all = opendir(path);
  if (!all) return;
  for (struct dirent *entry; !is_beyond(use) && (entry = readdir(all));) {
    struct stat status;
    if (fstatat(dirfd(all), entry->d_name, &status, 0) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 0) continue;
    use->bytes += (int64_t)status.st_blocks * 512;
  }
  closedir(all);
}

void crossdock_folder_use(const char *path, pid_t process, long most_files, int64_t most_bytes, long *files, int64_t *bytes) {
  struct use use = {.most_files = most_files, .most_bytes = most_bytes};
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0) add_folder(fd, 0, &use);
  if (process > 0) add_deleted(process, &use);
  *files = use.files;
  *bytes = use.bytes;
}
