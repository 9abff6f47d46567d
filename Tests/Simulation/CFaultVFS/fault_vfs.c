// The VFS: each call goes to SQLite's own, with the disk's faults before it and the disk's notes after it.
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"

typedef struct fault_file {
  sqlite3_file base;
  crossdock_disk *disk;
  inode *node;
  // SQLite syncs the folder after the first sync of a log or journal that it may have made.
  int syncs_folder;
} fault_file;

static sqlite3_vfs *real;
static sqlite3_vfs wrapper;
static crossdock_disk *disks;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static __thread uint64_t random_state;

static fault_file *as_fault(sqlite3_file *file) { return (fault_file *)file; }
static sqlite3_file *under(sqlite3_file *file) { return (sqlite3_file *)(as_fault(file) + 1); }
#define REAL(file) (under(file)->pMethods)

// MARK: files

static int close_file(sqlite3_file *file) {
  int answer = REAL(file)->xClose(under(file));
  as_fault(file)->disk->open_files--;
  inode_release(as_fault(file)->node);
  return answer;
}

static int read_file(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at) {
  crossdock_disk *disk = as_fault(file)->disk;
  if (disk->is_stopped || disk_fails(disk, CROSSDOCK_DISK_READ)) return SQLITE_IOERR_READ;
  return REAL(file)->xRead(under(file), bytes, count, at);
}

// Whole sectors at the front of a write that fails: anything from none to nearly all.
static int part(crossdock_disk *disk, int count) {
  return (int)(disk_random(disk) % (uint64_t)(count / SECTOR_BYTES + 1)) * SECTOR_BYTES;
}

static int write_file(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
  crossdock_disk *disk = as_fault(file)->disk;
  if (disk->is_stopped) return SQLITE_IOERR_WRITE;
  int answer = SQLITE_OK, whole = count;
  sqlite3_int64 size = 0;
  disk->counts.writes++;
  if (disk_cuts(disk) || disk_fails(disk, CROSSDOCK_DISK_WRITE)) {
    answer = SQLITE_IOERR_WRITE;
  } else if (REAL(file)->xFileSize(under(file), &size) == SQLITE_OK && at + count > size &&
             disk_fails(disk, CROSSDOCK_DISK_GROWTH)) {
    answer = SQLITE_FULL;
  }
  if (answer != SQLITE_OK) whole = part(disk, count);
  if (whole > 0) {
    int done = REAL(file)->xWrite(under(file), bytes, whole, at);
    if (done != SQLITE_OK) return done;
    inode_note(as_fault(file)->node, bytes, whole, at, 0);
  }
  return answer;
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size) {
  crossdock_disk *disk = as_fault(file)->disk;
  if (disk->is_stopped || disk_cuts(disk) || disk_fails(disk, CROSSDOCK_DISK_TRUNCATE)) return SQLITE_IOERR_TRUNCATE;
  int answer = REAL(file)->xTruncate(under(file), size);
  if (answer == SQLITE_OK) inode_note(as_fault(file)->node, NULL, 0, size, 1);
  return answer;
}

static int sync_file(sqlite3_file *file, int flags) {
  crossdock_disk *disk = as_fault(file)->disk;
  (void)flags;
  if (disk->is_stopped) return SQLITE_IOERR_FSYNC;
  disk->counts.syncs++;
  if (disk_cuts(disk)) return SQLITE_IOERR_FSYNC;
  if (disk_fails(disk, CROSSDOCK_DISK_SYNC)) {
    if (disk_random(disk) & 1) inode_doom(as_fault(file)->node);
    return SQLITE_IOERR_FSYNC;
  }
  if (disk->lies) return SQLITE_OK;
  inode_sync(as_fault(file)->node);
  if (as_fault(file)->syncs_folder) disk_sync_folder(disk);
  as_fault(file)->syncs_folder = 0;
  return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
  if (as_fault(file)->disk->is_stopped) return SQLITE_IOERR_FSTAT;
  return REAL(file)->xFileSize(under(file), size);
}

static int lock_file(sqlite3_file *file, int level) { return REAL(file)->xLock(under(file), level); }
static int unlock_file(sqlite3_file *file, int level) { return REAL(file)->xUnlock(under(file), level); }
static int check_lock(sqlite3_file *file, int *answer) { return REAL(file)->xCheckReservedLock(under(file), answer); }
static int control(sqlite3_file *file, int code, void *value) {
  return REAL(file)->xFileControl(under(file), code, value);
}
static int sector_size(sqlite3_file *file) { return REAL(file)->xSectorSize(under(file)); }
static int characteristics(sqlite3_file *file) { return REAL(file)->xDeviceCharacteristics(under(file)); }

static int map_index(sqlite3_file *file, int page, int bytes, int extends, void volatile **memory) {
  crossdock_disk *disk = as_fault(file)->disk;
  if (disk->is_stopped || disk_fails(disk, CROSSDOCK_DISK_MAP)) return SQLITE_IOERR_SHMMAP;
  return REAL(file)->xShmMap(under(file), page, bytes, extends, memory);
}
static int lock_index(sqlite3_file *file, int offset, int count, int flags) {
  return REAL(file)->xShmLock(under(file), offset, count, flags);
}
static void order_index(sqlite3_file *file) { REAL(file)->xShmBarrier(under(file)); }
static int unmap_index(sqlite3_file *file, int deletes) {
  return REAL(file)->xShmUnmap(under(file), deletes && !as_fault(file)->disk->is_stopped);
}

// Version 2: a file is never mapped, so that every read and write passes here.
static const sqlite3_io_methods methods = {
    .iVersion = 2, .xClose = close_file, .xRead = read_file, .xWrite = write_file, .xTruncate = truncate_file,
    .xSync = sync_file, .xFileSize = file_size, .xLock = lock_file, .xUnlock = unlock_file,
    .xCheckReservedLock = check_lock, .xFileControl = control, .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics, .xShmMap = map_index, .xShmLock = lock_index,
    .xShmBarrier = order_index, .xShmUnmap = unmap_index};

// MARK: the file system

static crossdock_disk *disk_of(const char *path) {
  crossdock_disk *found = NULL;
  if (!path) return NULL;
  pthread_mutex_lock(&mutex);
  for (crossdock_disk *disk = disks; disk && !found; disk = disk->next)
    if (strncmp(path, disk->folder, disk->folder_length) == 0 && path[disk->folder_length] == '/') found = disk;
  pthread_mutex_unlock(&mutex);
  return found;
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *given) {
  crossdock_disk *disk = disk_of(path);
  (void)vfs;
  if (!disk || flags & SQLITE_OPEN_DELETEONCLOSE) return real->xOpen(real, path, file, flags, given);
  file->pMethods = NULL;
  if (disk->is_stopped) return SQLITE_IOERR;
  int existed = access(path, F_OK) == 0;
  memset(under(file), 0, (size_t)real->szOsFile);
  int answer = real->xOpen(real, path, under(file), flags, given);
  if (answer != SQLITE_OK) {
    if (REAL(file)) REAL(file)->xClose(under(file));
    return answer;
  }
  const int logs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
  *as_fault(file) = (fault_file){.disk = disk, .node = disk_open(disk, path, existed),
                                 .syncs_folder = (flags & logs) && (flags & SQLITE_OPEN_CREATE)};
  disk->open_files++;
  file->pMethods = &methods;
  return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int syncs_folder) {
  crossdock_disk *disk = disk_of(path);
  (void)vfs;
  if (!disk) return real->xDelete(real, path, syncs_folder);
  if (disk->is_stopped) return SQLITE_IOERR_DELETE;
  int answer = real->xDelete(real, path, 0);
  if (answer == SQLITE_OK) disk_forget(disk, path);
  if (answer == SQLITE_OK && syncs_folder && !disk->lies) disk_sync_folder(disk);
  return answer;
}

static int randomness(sqlite3_vfs *vfs, int count, char *bytes) {
  (void)vfs;
  if (random_state == 0) return real->xRandomness(real, count, bytes);
  for (int i = 0; i < count; i++) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    bytes[i] = (char)(random_state >> 56);
  }
  return count;
}

int crossdock_fault_vfs_install(void) {
  pthread_mutex_lock(&mutex);
  if (!real) {
    real = sqlite3_vfs_find(NULL);
    wrapper = *real;
    wrapper.zName = "crossdock-fault";
    wrapper.pNext = NULL;
    wrapper.szOsFile = (int)sizeof(fault_file) + real->szOsFile;
    wrapper.xOpen = open_file;
    wrapper.xDelete = delete_file;
    wrapper.xRandomness = randomness;
  }
  pthread_mutex_unlock(&mutex);
  return sqlite3_vfs_register(&wrapper, 1);
}

void crossdock_fault_vfs_remove(void) {
  if (real) sqlite3_vfs_register(real, 1);
}

void crossdock_fault_vfs_seed(uint64_t seed) {
  random_state = seed;
  // Asks the VFS anew at the next need.
  sqlite3_randomness(0, NULL);
}

// MARK: disks

crossdock_disk *crossdock_disk_create(const char *folder, uint64_t seed) {
  crossdock_disk *disk = calloc(1, sizeof *disk);
  if (!disk) abort();
  disk->folder = strdup(folder);
  disk->folder_length = strlen(folder);
  disk->random = seed;
  pthread_mutex_lock(&mutex);
  disk->next = disks;
  disks = disk;
  pthread_mutex_unlock(&mutex);
  return disk;
}

void crossdock_disk_destroy(crossdock_disk *disk) {
  if (disk->open_files != 0) abort();
  pthread_mutex_lock(&mutex);
  crossdock_disk **place = &disks;
  while (*place != disk) place = &(*place)->next;
  *place = disk->next;
  pthread_mutex_unlock(&mutex);
  while (disk->entries) {
    entry *next = disk->entries->next;
    inode_release(disk->entries->present);
    inode_release(disk->entries->durable);
    free(disk->entries->path);
    free(disk->entries);
    disk->entries = next;
  }
  free(disk->folder);
  free(disk);
}
