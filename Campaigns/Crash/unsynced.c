// Described in unsynced.h.
#define _GNU_SOURCE
#include "unsynced.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct change {
  struct change *next;
  struct file *file;
  uint64_t number;
  off_t offset;      // of a resize: the new size
  size_t length;     // bytes written; 0 for a resize
  off_t old_size;
  size_t old_length; // bytes that were there before
  unsigned char *old_bytes, *new_bytes;
  bool is_resize;
};

/// A file, known by its inode. The descriptor of our own keeps the inode from being used again, and is never closed: closing
/// any descriptor of a file would drop the locks that the process has on it.
struct file {
  struct file *next;
  dev_t device;
  ino_t inode;
  int descriptor;
  struct change *first, *last;
};

enum name_kind { NAME_MADE, NAME_REMOVED, NAME_RENAMED };

struct name_change {
  struct name_change *older, *newer;
  enum name_kind kind;
  uint64_t number;
  dev_t device;  // of the folder
  ino_t inode;
  char *path, *from, *kept;
};

static struct file *files;
static struct name_change *newest_name, *oldest_name;
static uint64_t changes_seen;
static unsigned kept_seen;
static char side_folder[4096];
static uint64_t random_state;

uint64_t unsynced_random(void) {
  random_state += 0x9E3779B97F4A7C15u;
  uint64_t z = random_state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static void *must(void *memory) {
  if (!memory) abort();
  return memory;
}

void unsynced_begin(const char *side) {
  snprintf(side_folder, sizeof side_folder, "%s", side);
}

// MARK: files

static struct file *find(const struct stat *info) {
  for (struct file *file = files; file; file = file->next)
    if (file->inode == info->st_ino && file->device == info->st_dev) return file;
  return NULL;
}

void unsynced_watch(const char *path) {
  struct stat info;
  if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode) || find(&info)) return;
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
  if (descriptor < 0) abort();
  struct file *file = must(calloc(1, sizeof *file));
  *file = (struct file){.next = files, .device = info.st_dev, .inode = info.st_ino, .descriptor = descriptor};
  files = file;
}

bool unsynced_knows(const struct stat *info) { return find(info) != NULL; }

bool unsynced_owns(int descriptor) {
  for (struct file *file = files; file; file = file->next)
    if (file->descriptor == descriptor) return true;
  return false;
}

static struct change *new_change(struct file *file, off_t offset, size_t length, off_t old_size) {
  struct change *change = must(calloc(1, sizeof *change));
  change->file = file;
  change->offset = offset;
  change->length = length;
  change->old_size = old_size;
  return change;
}

static void read_old(struct change *change, off_t offset, off_t end) {
  if (end > change->old_size) end = change->old_size;
  if (end <= offset) return;
  change->old_length = (size_t)(end - offset);
  change->old_bytes = must(malloc(change->old_length));
  if (syscall(SYS_pread64, change->file->descriptor, change->old_bytes, change->old_length, offset)
      != (long)change->old_length)
    abort();
}

void *unsynced_before_write(const struct stat *info, off_t offset, size_t length) {
  struct change *change = new_change(find(info), offset, length, info->st_size);
  read_old(change, offset, offset + (off_t)length);
  return change;
}

static void free_change(struct change *change) {
  free(change->old_bytes);
  free(change->new_bytes);
  free(change);
}

static void append(struct change *change) {
  change->number = ++changes_seen;
  struct file *file = change->file;
  if (file->last) file->last->next = change;
  else file->first = change;
  file->last = change;
}

void unsynced_wrote(void *opaque, const void *bytes, ssize_t length) {
  struct change *change = opaque;
  if (length <= 0) {
    free_change(change);
    return;
  }
  change->length = (size_t)length;
  if (change->old_length > change->length) change->old_length = change->length;
  change->new_bytes = must(malloc(change->length));
  memcpy(change->new_bytes, bytes, change->length);
  append(change);
}

void *unsynced_before_resize(const struct stat *info, off_t size) {
  struct change *change = new_change(find(info), size, 0, info->st_size);
  change->is_resize = true;
  read_old(change, size, info->st_size);
  return change;
}

void unsynced_resized(void *opaque, bool worked) {
  if (worked) append(opaque);
  else free_change(opaque);
}

uint64_t unsynced_latest(void) { return changes_seen; }

void unsynced_file_synced(const struct stat *info, uint64_t latest) {
  struct file *file = find(info);
  if (!file) return;
  while (file->first && file->first->number <= latest) {
    struct change *change = file->first;
    file->first = change->next;
    free_change(change);
  }
  if (!file->first) file->last = NULL;
}

// MARK: names

static void folder_of(const char *path, struct stat *info) {
  char folder[4096];
  snprintf(folder, sizeof folder, "%s", path);
  char *slash = strrchr(folder, '/');
  if (slash) *slash = 0;
  if (stat(folder, info) != 0) memset(info, 0, sizeof *info);
}

char *unsynced_keep(const char *path) {
  struct stat info;
  if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode)) return NULL;
  char kept[4200];
  snprintf(kept, sizeof kept, "%s/%d-%u", side_folder, (int)getpid(), ++kept_seen);
  if (syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, kept, 0) != 0) abort();
  return must(strdup(kept));
}

static void add_name(enum name_kind kind, const char *path, const char *from, char *kept) {
  struct stat info;
  folder_of(path, &info);
  struct name_change *name = must(calloc(1, sizeof *name));
  *name = (struct name_change){
      .older = newest_name, .kind = kind, .number = ++changes_seen, .device = info.st_dev, .inode = info.st_ino,
      .path = must(strdup(path)), .from = from ? must(strdup(from)) : NULL, .kept = kept};
  if (newest_name) newest_name->newer = name;
  else oldest_name = name;
  newest_name = name;
}

void unsynced_named(const char *path) { add_name(NAME_MADE, path, NULL, NULL); }
void unsynced_removed(const char *path, char *kept) { add_name(NAME_REMOVED, path, NULL, kept); }
void unsynced_renamed(const char *from, const char *to, char *kept) { add_name(NAME_RENAMED, to, from, kept); }

static void remove_raw(const char *path) { syscall(SYS_unlinkat, AT_FDCWD, path, 0); }

static void drop_name(struct name_change *name) {
  if (name->kept) remove_raw(name->kept);
  if (name->older) name->older->newer = name->newer;
  else oldest_name = name->newer;
  if (name->newer) name->newer->older = name->older;
  else newest_name = name->older;
  free(name->path);
  free(name->from);
  free(name->kept);
  free(name);
}

void unsynced_folder_synced(const struct stat *info, uint64_t latest) {
  for (struct name_change *name = oldest_name, *next; name; name = next) {
    next = name->newer;
    if (name->number <= latest && name->inode == info->st_ino && name->device == info->st_dev) drop_name(name);
  }
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *walk) {
  (void)info;
  (void)walk;
  syscall(SYS_unlinkat, AT_FDCWD, path, type == FTW_DP || type == FTW_D ? AT_REMOVEDIR : 0);
  return 0;
}

static void rename_raw(const char *from, const char *to) { syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0); }

static void undo_name(struct name_change *name) {
  switch (name->kind) {
    case NAME_MADE: nftw(name->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS); break;
    case NAME_RENAMED: rename_raw(name->path, name->from); break;
    case NAME_REMOVED: break;
  }
  if (name->kept) rename_raw(name->kept, name->path);
}

// MARK: the cut

/// A file's bytes in memory while its changes are played.
struct image {
  unsigned char *bytes;
  off_t size, room;
};

static void resize(struct image *image, off_t size) {
  if (size < image->size) memset(image->bytes + size, 0, (size_t)(image->size - size));
  image->size = size;
}

/// The file as it was when it was last synced: its changes undone, the newest first.
static struct image synced_image(struct file *file, unsigned count, struct change **changes) {
  struct stat info;
  if (fstat(file->descriptor, &info) != 0) abort();
  struct image image = {.size = info.st_size, .room = info.st_size};
  for (unsigned i = 0; i < count; i++) {
    off_t end = changes[i]->offset + (off_t)changes[i]->length;
    if (end > image.room) image.room = end;
    if (changes[i]->old_size > image.room) image.room = changes[i]->old_size;
  }
  image.bytes = must(calloc(1, (size_t)image.room + 1));
  if (syscall(SYS_pread64, file->descriptor, image.bytes, info.st_size, 0) != info.st_size) abort();
  for (unsigned i = count; i-- > 0;) {
    struct change *change = changes[i];
    resize(&image, change->old_size);
    if (change->old_length) memcpy(image.bytes + change->offset, change->old_bytes, change->old_length);
  }
  return image;
}

static void play_whole(struct image *image, const struct change *change) {
  if (change->is_resize) {
    resize(image, change->offset);
    return;
  }
  off_t end = change->offset + (off_t)change->length;
  if (end > image->size) image->size = end;
  memcpy(image->bytes + change->offset, change->new_bytes, change->length);
}

/// Some sectors of a write. The size may have grown without the bytes: they are zeros then.
static void play_torn(struct image *image, const struct change *change) {
  if (change->is_resize) {
    if (unsynced_random() & 1) resize(image, change->offset);
    return;
  }
  off_t end = change->offset + (off_t)change->length;
  if (unsynced_random() & 1 && end > image->size) image->size = end;
  for (off_t at = change->offset; at < end;) {
    off_t next = (at / SECTOR_BYTES + 1) * SECTOR_BYTES;
    if (next > end) next = end;
    if (unsynced_random() & 1) {
      if (next > image->size) image->size = next;
      memcpy(image->bytes + at, change->new_bytes + (at - change->offset), (size_t)(next - at));
    }
    at = next;
  }
}

static void play(struct image *image, const struct change *change, uint64_t border, struct cut_account *account) {
  enum { DROP, WHOLE, PART } fate = DROP;
  switch (account->choice) {
    case CHOICE_FORGET: break;
    case CHOICE_KEEP: fate = WHOLE; break;
    case CHOICE_PREFIX: fate = change->number < border ? WHOLE : change->number == border ? PART : DROP; break;
    case CHOICE_TORN: fate = (int)(unsynced_random() % 3); break;
  }
  if (fate == WHOLE) {
    account->kept++;
    play_whole(image, change);
  } else if (fate == PART) {
    account->torn++;
    play_torn(image, change);
  }
}

static void cut_file(struct file *file, uint64_t border, struct cut_account *account) {
  unsigned count = 0;
  for (struct change *change = file->first; change; change = change->next) count++;
  if (count == 0) return;
  struct change **changes = must(calloc(count, sizeof *changes));
  unsigned at = 0;
  for (struct change *change = file->first; change; change = change->next) changes[at++] = change;
  struct image image = synced_image(file, count, changes);
  account->files++;
  account->changes += count;
  for (unsigned i = 0; i < count; i++) play(&image, changes[i], border, account);
  if (syscall(SYS_ftruncate, file->descriptor, image.size) != 0) abort();
  for (off_t done = 0; done < image.size;) {
    long written = syscall(SYS_pwrite64, file->descriptor, image.bytes + done, image.size - done, done);
    if (written <= 0) abort();
    done += written;
  }
}

/// The names of a folder reach the disk in their order: file systems with a log keep it. So some newest ones are undone.
static void cut_names(uint64_t border, struct cut_account *account) {
  for (struct name_change *name = oldest_name; name; name = name->newer) account->names++;
  unsigned keep = 0;
  switch (account->choice) {
    case CHOICE_FORGET: break;
    case CHOICE_KEEP: keep = account->names; break;
    case CHOICE_PREFIX:
      for (struct name_change *name = oldest_name; name && name->number < border; name = name->newer) keep++;
      break;
    case CHOICE_TORN: keep = (unsigned)(unsynced_random() % (account->names + 1)); break;
  }
  account->names_kept = keep;
  for (unsigned undo = account->names - keep; undo > 0; undo--) {
    struct name_change *name = newest_name;
    newest_name = name->older;
    undo_name(name);
  }
}

static uint64_t oldest_pending(void) {
  uint64_t oldest = oldest_name ? oldest_name->number : changes_seen;
  for (struct file *file = files; file; file = file->next)
    if (file->first && file->first->number < oldest) oldest = file->first->number;
  return oldest;
}

struct cut_account unsynced_cut(enum choice choice, uint64_t seed) {
  random_state = seed;
  struct cut_account account = {.choice = choice};
  uint64_t oldest = oldest_pending();
  uint64_t border = oldest + unsynced_random() % (changes_seen - oldest + 1);
  for (struct file *file = files; file; file = file->next) cut_file(file, border, &account);
  cut_names(border, &account);
  return account;
}
