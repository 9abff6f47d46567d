// What a disk would not have kept if the power went now: every change of a file since that file was last synced, and every
// change of a name since its folder was last synced.
//
// A change of a file holds the bytes before and after it, so that any subset of the changes can be played on the state that
// was synced. A change of a name (made, removed, renamed) can be undone: what a removal or a rename would have freed is
// kept under a second name, a hard link in the side folder.
//
// The rules are those of POSIX, not the kinder ones of one file system: syncing a file makes its bytes and its size durable,
// not its name; syncing a folder makes its names durable, not the bytes behind them.
//
// Nothing here locks or calls a libc function that power_loss.c replaces: the caller holds the lock, and files are touched by
// system calls.
#ifndef CROSSDOCK_UNSYNCED_H
#define CROSSDOCK_UNSYNCED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/// What becomes of changes that were not synced.
enum choice {
  CHOICE_FORGET,  // all of them are undone
  CHOICE_KEEP,    // all of them reached the disk
  CHOICE_PREFIX,  // the older ones reached it, the one at the border in part
  CHOICE_TORN,    // each by itself: reached it, did not, or some of its sectors did
};

struct cut_account {
  enum choice choice;
  unsigned changes, kept, torn;
  unsigned names, names_kept;
  unsigned files;
};

/// A sector reaches the disk whole or not at all; nothing larger does.
enum { SECTOR_BYTES = 512 };

/// - Parameter side: a folder on the same file system, outside of what is watched.
void unsynced_begin(const char *side);

/// Registers a regular file that is opened for writing, before its first change. Once registered it stays known.
void unsynced_watch(const char *path);
bool unsynced_knows(const struct stat *info);

/// The bytes that a write is about to replace. Returns a handle for unsynced_wrote.
void *unsynced_before_write(const struct stat *info, off_t offset, size_t length);
/// The write has happened, with this many bytes (0 or less: it failed, and is forgotten).
void unsynced_wrote(void *change, const void *bytes, ssize_t length);
/// The size is about to change.
void *unsynced_before_resize(const struct stat *info, off_t size);
void unsynced_resized(void *change, bool worked);

/// Names. `unsynced_keep` is called before a name goes away, with what it stands for; its result goes to the call after.
char *unsynced_keep(const char *path);
void unsynced_named(const char *path);
void unsynced_removed(const char *path, char *kept);
void unsynced_renamed(const char *from, const char *to, char *kept);

/// The number of the latest change: what a sync that starts now covers.
uint64_t unsynced_latest(void);
/// What was changed up to `latest` is durable.
void unsynced_file_synced(const struct stat *info, uint64_t latest);
void unsynced_folder_synced(const struct stat *info, uint64_t latest);

/// The power goes: brings files and names to a state that a disk could have. Only for a process that is alone.
struct cut_account unsynced_cut(enum choice choice, uint64_t seed);
/// Whether a descriptor is one of ours, which the cut needs.
bool unsynced_owns(int descriptor);
/// Random bits of the cut's seed.
uint64_t unsynced_random(void);

#endif
