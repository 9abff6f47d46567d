// The disk: durable images, changes since the last sync, and what a power cut makes of them.
#include "disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void *grown(void *old, size_t bytes) {
  void *memory = realloc(old, bytes ? bytes : 1);
  if (!memory) abort();
  return memory;
}

// SplitMix64.
uint64_t disk_random(crossdock_disk *disk) {
  uint64_t z = disk->random += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static int chance(crossdock_disk *disk, unsigned one_in) { return disk_random(disk) % one_in == 0; }

// MARK: images

static void image_resize(inode *node, int64_t size) {
  if (size > node->room) {
    node->room = size * 2 > 65536 ? size * 2 : 65536;
    node->image = grown(node->image, (size_t)node->room);
  }
  if (size > node->size) memset(node->image + node->size, 0, (size_t)(size - node->size));
  node->size = size;
}

static void image_write(inode *node, const unsigned char *bytes, int64_t count, int64_t at) {
  if (at + count > node->size) image_resize(node, at + count);
  memcpy(node->image + at, bytes, (size_t)count);
}

static void image_load(inode *node, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat info;
  if (fd < 0) return;
  if (fstat(fd, &info) == 0) {
    image_resize(node, info.st_size);
    for (int64_t at = 0; at < node->size;) {
      ssize_t count = pread(fd, node->image + at, (size_t)(node->size - at), at);
      if (count <= 0) abort();
      at += count;
    }
  }
  close(fd);
}

static void image_store(const inode *node, const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) abort();
  for (int64_t at = 0; at < node->size;) {
    ssize_t count = pwrite(fd, node->image + at, (size_t)(node->size - at), at);
    if (count <= 0) abort();
    at += count;
  }
  close(fd);
}

// MARK: changes

void inode_note(inode *node, const void *bytes, int64_t count, int64_t at, int is_truncation) {
  change *made = grown(NULL, sizeof *made + (size_t)count);
  *made = (change){.at = at, .count = count, .is_truncation = is_truncation};
  if (count) memcpy(made->bytes, bytes, (size_t)count);
  if (node->last) node->last->next = made;
  else node->first = made;
  node->last = made;
}

static void forget_changes(inode *node) {
  while (node->first) {
    change *next = node->first->next;
    free(node->first);
    node->first = next;
  }
  node->last = NULL;
}

void inode_sync(inode *node) {
  for (change *made = node->first; made; made = made->next) {
    if (made->is_truncation) image_resize(node, made->at);
    else if (!made->is_doomed) image_write(node, made->bytes, made->count, made->at);
  }
  forget_changes(node);
}

void inode_doom(inode *node) {
  for (change *made = node->first; made; made = made->next) made->is_doomed = 1;
}

void inode_release(inode *node) {
  if (!node || --node->references > 0) return;
  forget_changes(node);
  free(node->image);
  free(node);
}

// MARK: names

static entry *find(crossdock_disk *disk, const char *path, int makes) {
  for (entry *known = disk->entries; known; known = known->next)
    if (strcmp(known->path, path) == 0) return known;
  if (!makes) return NULL;
  entry *made = grown(NULL, sizeof *made);
  *made = (entry){.next = disk->entries, .path = strdup(path)};
  return disk->entries = made;
}

static void set(inode **place, inode *node) {
  if (node) node->references++;
  inode_release(*place);
  *place = node;
}

inode *disk_open(crossdock_disk *disk, const char *path, int existed) {
  entry *named = find(disk, path, 1);
  // Renamed or deleted behind SQLite's back: the name means a new file.
  if (!existed && named->present) {
    set(&named->present, NULL);
    set(&named->durable, NULL);
  }
  if (!named->present) {
    inode *made = grown(NULL, sizeof *made);
    *made = (inode){0};
    if (existed) {
      image_load(made, path);
      set(&named->durable, made);
    }
    set(&named->present, made);
  }
  named->present->references++;
  return named->present;
}

void disk_forget(crossdock_disk *disk, const char *path) {
  entry *named = find(disk, path, 0);
  if (named) set(&named->present, NULL);
}

void disk_sync_folder(crossdock_disk *disk) {
  for (entry *named = disk->entries; named; named = named->next) set(&named->durable, named->present);
}

// MARK: the power cut

static int64_t changes_of(const inode *node) {
  int64_t count = 0;
  for (const change *made = node->first; made; made = made->next) count++;
  return count;
}

// Some sectors of a write, aligned as the disk's are.
static void write_sectors(crossdock_disk *disk, inode *node, const change *made, int64_t kept_bytes) {
  for (int64_t at = made->at; at < made->at + made->count;) {
    int64_t end = (at / SECTOR_BYTES + 1) * SECTOR_BYTES;
    if (end > made->at + made->count) end = made->at + made->count;
    int keeps = kept_bytes < 0 ? chance(disk, 2) : end - made->at <= kept_bytes;
    if (keeps) image_write(node, made->bytes + (at - made->at), end - at, at);
    at = end;
  }
  disk->counts.changes_torn++;
}

static void apply(inode *node, const change *made) {
  if (made->is_truncation) image_resize(node, made->at);
  else image_write(node, made->bytes, made->count, made->at);
}

// Leaves in the image what the cut left of the changes.
static void settle(crossdock_disk *disk, inode *node) {
  enum { NOTHING, EVERYTHING, BEGINNING, SOME, SECTORS, WAYS };
  int64_t count = changes_of(node), number = 0;
  if (count == 0) return;
  uint64_t way = disk_random(disk) % WAYS;
  int64_t whole = way == BEGINNING ? (int64_t)(disk_random(disk) % (uint64_t)count) : 0;
  for (const change *made = node->first; made; made = made->next, number++) {
    int lasts = way == EVERYTHING || (way == BEGINNING && number < whole) || (way == SOME && chance(disk, 2));
    if (made->is_doomed) lasts = 0;
    if (lasts) apply(node, made);
    else if (way == BEGINNING && number == whole && !made->is_truncation)
      write_sectors(disk, node, made, (int64_t)(disk_random(disk) % (uint64_t)(made->count + 1)));
    else if (way == SECTORS && !made->is_truncation && !made->is_doomed) write_sectors(disk, node, made, -1);
    else disk->counts.changes_lost++;
  }
  forget_changes(node);
}

void crossdock_disk_restore(crossdock_disk *disk, int power_was_cut) {
  if (disk->open_files != 0) abort();
  crossdock_disk_heal(disk);
  disk->is_stopped = 0;
  disk->cut_after = 0;
  if (!power_was_cut) return;
  disk->counts.cuts++;
  int names_last = chance(disk, 2);
  for (entry *named = disk->entries; named; named = named->next) {
    if (names_last) set(&named->durable, named->present);
    else set(&named->present, named->durable);
    if (named->present) {
      settle(disk, named->present);
      image_store(named->present, named->path);
    } else {
      unlink(named->path);
    }
    char index[4096];
    if (snprintf(index, sizeof index, "%s-shm", named->path) < (int)sizeof index) unlink(index);
  }
}

// MARK: faults

int disk_cuts(crossdock_disk *disk) {
  if (disk->cut_after == 0 || --disk->cut_after > 0) return 0;
  disk->is_stopped = 1;
  return 1;
}

int disk_fails(crossdock_disk *disk, uint32_t kinds) {
  if (disk->is_paused || !(disk->failing_kinds & kinds) || disk->fails_count == 0) return 0;
  if (disk->fails_after > 0) {
    disk->fails_after--;
    return 0;
  }
  disk->fails_count--;
  disk->counts.faults++;
  return 1;
}

void crossdock_disk_fail(crossdock_disk *disk, uint32_t kinds, uint64_t after, uint64_t count) {
  disk->failing_kinds = kinds;
  disk->fails_after = after;
  disk->fails_count = count;
}

void crossdock_disk_heal(crossdock_disk *disk) { crossdock_disk_fail(disk, 0, 0, 0); }
void crossdock_disk_cut_after(crossdock_disk *disk, uint64_t after) { disk->cut_after = after; }
void crossdock_disk_stop(crossdock_disk *disk) { disk->is_stopped = 1; }
int crossdock_disk_is_stopped(const crossdock_disk *disk) { return disk->is_stopped; }
void crossdock_disk_lie(crossdock_disk *disk, int lies) { disk->lies = lies; }
void crossdock_disk_pause(crossdock_disk *disk, int is_paused) { disk->is_paused = is_paused; }
crossdock_disk_counts crossdock_disk_counted(const crossdock_disk *disk) { return disk->counts; }
