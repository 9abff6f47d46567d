// Power loss for one process: a shared object for LD_PRELOAD. It watches every change below one folder, and at a chosen
// moment the power goes: the process is killed without a word, and what it had not synced is gone, or there, or torn.
//
// How. The calls that change files (open, write, ftruncate, fsync, rename, unlink, mkdir and their relatives) are replaced by
// ones that do the same by system call and note it in unsynced.c. At the cut the process forks; the parent is ended by SIGKILL
// at once; the child, which has a copy of the notes and nothing else to do, waits until the parent is gone and makes the folder
// what a disk could hold. Then it writes the report: whoever waits for the report sees a folder at rest.
//
// A sync does not go to the disk here (the notes decide what is durable): it takes CROSSDOCK_POWER_SYNC_US instead.
//
//   CROSSDOCK_POWER_FOLDER   the folder, an absolute path without symbolic links; without it nothing is watched
//   CROSSDOCK_POWER_SIDE     a folder beside it, on the same file system, for what names stood for before they were removed
//   CROSSDOCK_POWER_REPORT   one JSON object is written there at the cut, or at a normal end
//   CROSSDOCK_POWER_MODE     power: unsynced changes are in danger · kill: SIGKILL only, the page cache survives
//   CROSSDOCK_POWER_AT       sync:N:before · sync:N:after · write:N · never; counted from the start of the process
//   CROSSDOCK_POWER_TRIGGER  a descriptor: the cut comes when a byte can be read from it, or its end
//   CROSSDOCK_POWER_CHOICE   forget · keep · prefix · torn: what becomes of unsynced changes (see unsynced.h)
//   CROSSDOCK_POWER_SEED     of the choice
//   CROSSDOCK_POWER_SYNC_US  how long a sync takes
//   CROSSDOCK_POWER_NORMAL   1: `PRAGMA synchronous = FULL` is read as NORMAL, to show that the difference is seen
//
// SQLite's shared-memory index (`…-shm`) is written through a mapping and never synced: after the cut it is gone, zeros,
// garbage, or as it was. Any other writable mapping of a file below the folder, and any call that is not watched and could
// change one, ends the process with an error: better no test than one that does not see.
#define _GNU_SOURCE
#include "power_loss.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct plan plan = {.trigger = -1};
struct counts counts;
pthread_mutex_t power_lock = PTHREAD_MUTEX_INITIALIZER;

static char folder[PATH_MAX], report_path[PATH_MAX], index_path[PATH_MAX];
static size_t folder_length;
static pid_t owner;
static const char *const choice_names[] = {"forget", "keep", "prefix", "torn"};

// MARK: report and cut

static void write_report(const char *moment, const struct cut_account *account) {
  char text[1024], temporary[PATH_MAX + 8];
  int length = snprintf(
      text, sizeof text,
      "{\"cut\":\"%s\",\"mode\":\"%s\",\"choice\":\"%s\",\"syncs\":%u,\"file_syncs\":%u,\"writes\":%u,\"files\":%u,"
      "\"changes\":%u,\"kept\":%u,\"torn\":%u,\"names\":%u,\"names_kept\":%u,\"rewritten\":%u}\n",
      moment, plan.is_kill ? "kill" : "power", choice_names[account->choice], counts.syncs, counts.file_syncs,
      counts.writes, account->files, account->changes, account->kept, account->torn, account->names,
      account->names_kept, counts.rewritten);
  snprintf(temporary, sizeof temporary, "%s.new", report_path);
  int fd = (int)syscall(SYS_openat, AT_FDCWD, temporary, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0 || syscall(SYS_write, fd, text, length) != length) abort();
  syscall(SYS_close, fd);
  syscall(SYS_renameat2, AT_FDCWD, temporary, AT_FDCWD, report_path, 0);
}

static void cut_index(void) {
  struct stat info;
  if (!index_path[0] || stat(index_path, &info) != 0) return;
  enum { GONE, AS_IT_WAS, ZEROS, GARBAGE } fate = unsynced_random() % 4;
  if (fate == GONE) syscall(SYS_unlinkat, AT_FDCWD, index_path, 0);
  if (fate == GONE || fate == AS_IT_WAS) return;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, index_path, O_RDWR, 0);
  for (off_t at = 0; fd >= 0 && at + 8 <= info.st_size; at += 8) {
    uint64_t word = fate == ZEROS ? 0 : unsynced_random();
    syscall(SYS_pwrite64, fd, &word, sizeof word, at);
  }
}

/// Locks and connections end with their last descriptor: the child keeps none of the process but those for the files.
static void close_all_but_ours(void) {
  enum { MOST_DESCRIPTORS = 4096 };
  for (int fd = 3; fd < MOST_DESCRIPTORS; fd++)
    if (!unsynced_owns(fd)) syscall(SYS_close, fd);
}

static _Noreturn void forget(const char *moment) {
  close_all_but_ours();
  while (getppid() == owner) usleep(20);
  struct cut_account account = unsynced_cut(plan.choice, plan.seed);
  cut_index();
  write_report(moment, &account);
  _exit(0);
}

_Noreturn void power_cut(const char *moment) {
  if (plan.is_kill) {
    write_report(moment, &(struct cut_account){.choice = CHOICE_KEEP});
  } else {
    pid_t child = fork();
    if (child == 0) forget(moment);
    if (child < 0) abort();
  }
  kill(owner, SIGKILL);
  for (;;) pause();
}

_Noreturn void power_refuse(const char *call, const char *path) {
  fprintf(stderr, "power_loss: %s is not watched: %s\n", call, path);
  _exit(70);
}

// MARK: what is watched

static bool path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  path[length > 0 ? length : 0] = 0;
  return length > 0;
}

bool is_watched(int at, const char *path, char *absolute) {
  if (!plan.is_on || !path) return false;
  char base[PATH_MAX] = "";
  if (path[0] != '/' && !(at == AT_FDCWD ? getcwd(base, sizeof base) != NULL : path_of(at, base))) return false;
  int length = path[0] == '/' ? snprintf(absolute, PATH_MAX, "%s", path)
                              : snprintf(absolute, PATH_MAX, "%s/%s", base, path);
  if (length >= PATH_MAX || strncmp(absolute, folder, folder_length) != 0 || absolute[folder_length] != '/') return false;
  if (strstr(absolute, "/../")) power_refuse("a path with ..", absolute);
  if (length > 4 && strcmp(absolute + length - 4, "-shm") == 0) {
    snprintf(index_path, sizeof index_path, "%s", absolute);
    return false;
  }
  return true;
}

bool is_watched_folder(int fd) {
  char path[PATH_MAX], absolute[PATH_MAX];
  return path_of(fd, path) && (strcmp(path, folder) == 0 || is_watched(AT_FDCWD, path, absolute));
}

bool is_watched_file(int fd, struct stat *info) {
  if (!plan.is_on || fstat(fd, info) != 0 || !S_ISREG(info->st_mode)) return false;
  pthread_mutex_lock(&power_lock);
  bool is_known = unsynced_knows(info);
  pthread_mutex_unlock(&power_lock);
  return is_known;
}

// MARK: start and end

static void *wait_for_trigger(void *unused) {
  (void)unused;
  struct pollfd trigger = {.fd = plan.trigger, .events = POLLIN};
  while (poll(&trigger, 1, -1) <= 0) {}
  pthread_mutex_lock(&power_lock);
  power_cut("at a random moment");
}

static void start_trigger(void) {
  sigset_t all, before;
  sigfillset(&all);
  // The thread takes none of the process's signals.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_for_trigger, NULL) != 0) abort();
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static const char *setting(const char *name, const char *fallback) {
  const char *text = getenv(name);
  return text && *text ? text : fallback;
}

static _Noreturn void wrong(const char *name) {
  fprintf(stderr, "power_loss: %s: wrong value\n", name);
  _exit(64);
}

static void read_plan(void) {
  const char *at = setting("CROSSDOCK_POWER_AT", "never"), *choice = setting("CROSSDOCK_POWER_CHOICE", "forget");
  char side[8] = "";
  if (sscanf(at, "sync:%u:%7s", &plan.n, side) == 2) {
    plan.at_sync = true;
    plan.is_after = strcmp(side, "after") == 0;
  } else if (sscanf(at, "write:%u", &plan.n) == 1) {
    plan.at_write = true;
  } else if (strcmp(at, "never") != 0) {
    wrong("CROSSDOCK_POWER_AT");
  }
  int chosen = -1;
  for (int i = 0; i < 4; i++)
    if (strcmp(choice, choice_names[i]) == 0) chosen = i;
  if (chosen < 0) wrong("CROSSDOCK_POWER_CHOICE");
  plan.choice = (enum choice)chosen;
  plan.is_kill = strcmp(setting("CROSSDOCK_POWER_MODE", "power"), "kill") == 0;
  plan.is_normal = strcmp(setting("CROSSDOCK_POWER_NORMAL", "0"), "1") == 0;
  plan.seed = strtoull(setting("CROSSDOCK_POWER_SEED", "0"), NULL, 10);
  plan.sync_us = (unsigned)strtoul(setting("CROSSDOCK_POWER_SYNC_US", "0"), NULL, 10);
  plan.trigger = atoi(setting("CROSSDOCK_POWER_TRIGGER", "-1"));
}

__attribute__((constructor)) static void begin(void) {
  const char *watched = setting("CROSSDOCK_POWER_FOLDER", "");
  // Programs that this one starts are not part of the plan.
  unsetenv("LD_PRELOAD");
  if (!*watched) return;
  snprintf(folder, sizeof folder, "%s", watched);
  folder_length = strlen(folder);
  snprintf(report_path, sizeof report_path, "%s", setting("CROSSDOCK_POWER_REPORT", "/dev/null"));
  unsynced_begin(setting("CROSSDOCK_POWER_SIDE", "/nonexistent"));
  read_plan();
  owner = getpid();
  plan.is_on = true;
  if (plan.trigger >= 0) start_trigger();
}

__attribute__((destructor)) static void end(void) {
  if (plan.is_on && getpid() == owner) write_report("", &(struct cut_account){.choice = CHOICE_KEEP});
}
