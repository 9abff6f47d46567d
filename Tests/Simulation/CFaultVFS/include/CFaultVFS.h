// A disk that fails, fills up and loses what was not synced, under the real SQLite: a VFS that wraps SQLite's own and does the
// real work on real files.
//
// Of each file in a disk's folder it keeps what a power cut would leave for certain (its durable image) and the changes since
// the last sync, in their order. The real fsync is not called. When the power is cut, every call fails from then on; once all
// files are closed, `crossdock_disk_restore` rewrites the files as the cut left them: the durable image with none, all, some
// or, by sectors of 512 bytes, torn parts of the changes. Names that were made or deleted without a sync of the folder come
// or go as one. A sync that failed on purpose may have lost the changes before it for good (they stay readable, as on Linux).
//
// Files outside of any disk's folder are left to SQLite's own VFS. One disk is used by one thread at a time.
#ifndef CROSSDOCK_FAULT_VFS_H
#define CROSSDOCK_FAULT_VFS_H
#include <stdint.h>

typedef struct crossdock_disk crossdock_disk;

// What can be made to fail, as bits.
enum {
  CROSSDOCK_DISK_WRITE = 1,
  CROSSDOCK_DISK_SYNC = 2,
  CROSSDOCK_DISK_TRUNCATE = 4,
  CROSSDOCK_DISK_READ = 8,
  CROSSDOCK_DISK_MAP = 16,     // the write-ahead log's index, which is mapped memory
  CROSSDOCK_DISK_GROWTH = 32   // a write past a file's end, as on a full disk: SQLITE_FULL
};

typedef struct crossdock_disk_counts {
  uint64_t writes, syncs, faults, cuts, changes_lost, changes_torn;
} crossdock_disk_counts;

// Makes the VFS the process's default; 0 or a result code of SQLite. Doing so again is harmless.
int crossdock_fault_vfs_install(void);
// Makes SQLite's own VFS the default again.
void crossdock_fault_vfs_remove(void);
// SQLite's random numbers on this thread come from this seed from now on; 0: from the kernel.
void crossdock_fault_vfs_seed(uint64_t seed);

crossdock_disk *crossdock_disk_create(const char *folder, uint64_t seed);
// All files are closed. Nothing is left of it but the files.
void crossdock_disk_destroy(crossdock_disk *);

// After `after` more calls of these kinds the next `count` fail.
void crossdock_disk_fail(crossdock_disk *, uint32_t kinds, uint64_t after, uint64_t count);
void crossdock_disk_heal(crossdock_disk *);
// The power goes in the `after`-th write, sync or truncation from now.
void crossdock_disk_cut_after(crossdock_disk *, uint64_t after);
// From now on every call fails: the power is gone, or the process is dead.
void crossdock_disk_stop(crossdock_disk *);
int crossdock_disk_is_stopped(const crossdock_disk *);
// All files are closed. The files become what is left after the process died (0) or the power was cut (1); the disk works again.
void crossdock_disk_restore(crossdock_disk *, int power_was_cut);
// The disk says of every sync that it is done and does nothing: a check of the simulation itself.
void crossdock_disk_lie(crossdock_disk *, int lies);
// While paused, planned failures neither happen nor come nearer.
void crossdock_disk_pause(crossdock_disk *, int is_paused);
crossdock_disk_counts crossdock_disk_counted(const crossdock_disk *);
#endif
