// What the VFS (fault_vfs.c) and the disk behind it (disk.c) know of each other.
#ifndef CROSSDOCK_DISK_H
#define CROSSDOCK_DISK_H
#include <stddef.h>
#include <stdint.h>

#include "CFaultVFS.h"

enum { SECTOR_BYTES = 512 };

// A write, or a truncation to `at`, since the last sync.
typedef struct change {
  struct change *next;
  int64_t at;
  int64_t count;
  int is_truncation;
  int is_doomed;  // a sync failed after it: it will not reach the disk, although it can be read
  unsigned char bytes[];
} change;

typedef struct inode {
  int references;
  unsigned char *image;
  int64_t size, room;
  change *first, *last;
} inode;

typedef struct entry {
  struct entry *next;
  char *path;
  inode *present;  // what the name means now; NULL: no such file
  inode *durable;  // what it means after a power cut
} entry;

struct crossdock_disk {
  crossdock_disk *next;
  char *folder;
  size_t folder_length;
  entry *entries;
  uint64_t random;
  uint32_t failing_kinds;
  uint64_t fails_after, fails_count;
  uint64_t cut_after;  // 0: no cut is planned
  int is_stopped, is_paused, lies, open_files;
  crossdock_disk_counts counts;
};

uint64_t disk_random(crossdock_disk *);
// Whether a call of these kinds is to fail.
int disk_fails(crossdock_disk *, uint32_t kinds);
// Whether the power goes in this write, sync or truncation.
int disk_cuts(crossdock_disk *);
inode *disk_open(crossdock_disk *, const char *path, int existed);
void disk_forget(crossdock_disk *, const char *path);
void disk_sync_folder(crossdock_disk *);
void inode_release(inode *);
void inode_note(inode *, const void *bytes, int64_t count, int64_t at, int is_truncation);
void inode_sync(inode *);
void inode_doom(inode *);
#endif
