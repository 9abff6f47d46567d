#define _GNU_SOURCE
#include "CLinux.h"
#include <spawn.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>

int crossdock_open(const char *path, int flags, unsigned mode) { return open(path, flags | O_CLOEXEC, mode); }

int crossdock_open_plain(const char *path) {
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  // A socket's file cannot be opened.
  if (fd < 0 && errno == ENXIO) errno = crossdock_not_plain;
  if (fd < 0) return -1;
  struct stat info;
  int is_given = strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
  int error = 0;
  if (fstat(fd, &info) != 0) error = errno;
  else if (S_ISFIFO(info.st_mode) && !is_given) error = crossdock_not_plain;
  else if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) != 0) error = errno;
  if (error == 0) return fd;
  close(fd);
  errno = error;
  return -1;
}

int crossdock_exchange(const char *path, const char *other) {
  return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE);
}

int crossdock_terminal_size(int fd, int *columns, int *rows) {
  struct winsize w;
  if (ioctl(fd, TIOCGWINSZ, &w) != 0) return -1;
  *columns = w.ws_col;
  *rows = w.ws_row;
  return 0;
}

int crossdock_clock_is_synchronised(void) {
  struct timex t;
  memset(&t, 0, sizeof t);
  int state = adjtimex(&t);
  return state >= 0 && state != TIME_ERROR && !(t.status & STA_UNSYNC);
}

int crossdock_notify(const char *address, const char *message) {
  struct sockaddr_un a;
  size_t n = strlen(address);
  if (n == 0 || n >= sizeof a.sun_path) {
    errno = EINVAL;
    return -1;
  }
  memset(&a, 0, sizeof a);
  a.sun_family = AF_UNIX;
  memcpy(a.sun_path, address, n);
  if (address[0] == '@') a.sun_path[0] = 0;
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  ssize_t sent = sendto(fd, message, strlen(message), MSG_NOSIGNAL, (struct sockaddr *)&a,
                        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
  int saved = errno;
  close(fd);
  errno = saved;
  return sent < 0 ? -1 : 0;
}

int crossdock_pidfd_open(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int crossdock_pidfd_signal(int descriptor, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0);
}

void crossdock_set_thread_name(const char *name) {
  char cut[16];
  snprintf(cut, sizeof cut, "%s", name);
  prctl(PR_SET_NAME, cut, 0, 0, 0);
}

void crossdock_keep_heap_small(void) {
  mallopt(M_ARENA_MAX, 1);
  // Fixed: by itself glibc raises both to the size of the largest block ever freed, and keeps as much for ever.
  mallopt(M_MMAP_THRESHOLD, 64 * 1024);
  mallopt(M_TRIM_THRESHOLD, 128 * 1024);
}

long crossdock_release_code_pages(void) {
  FILE *maps = fopen("/proc/self/smaps", "re");
  if (!maps) return 0;
  char line[512];
  unsigned long start = 0, end = 0, kilobytes;
  int is_candidate = 0;
  long bytes = 0;
  while (fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    char access[5], path[2] = "";
    int fields = sscanf(line, "%lx-%lx %4s %*s %*s %*s %1s", &from, &to, access, path);
    if (fields >= 3) {
      // Code and constants of a file.
      is_candidate = fields == 4 && path[0] == '/' && (!strcmp(access, "r-xp") || !strcmp(access, "r--p"));
      start = from, end = to;
    } else if (is_candidate && sscanf(line, "Anonymous: %lu kB", &kilobytes) == 1) {
      // Without a page of its own, that is one that was written (by relocation, say): only then the file has it all.
      if (kilobytes == 0 && madvise((void *)start, end - start, MADV_DONTNEED) == 0) bytes += (long)(end - start);
      is_candidate = 0;
    }
  }
  fclose(maps);
  return bytes;
}

// Slicing-by-8; the tables are filled on first use by an atomic-free idempotent race (same values either way).
static uint32_t table[8][256];
static volatile int ready;

static void fill(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = (c >> 1) ^ (0x82F63B78u & (0u - (c & 1u)));
    table[0][i] = c;
  }
  for (uint32_t i = 0; i < 256; i++)
    for (int t = 1; t < 8; t++) table[t][i] = (table[t - 1][i] >> 8) ^ table[0][table[t - 1][i] & 255u];
  __sync_synchronize();
  ready = 1;
}

uint32_t crossdock_crc32c(uint32_t crc, const void *data, size_t count) {
  if (!ready) fill();
  const uint8_t *p = data;
  crc = ~crc;
  while (count >= 8) {
    uint64_t v;
    memcpy(&v, p, 8);
    v ^= crc;
    crc = table[7][v & 255] ^ table[6][(v >> 8) & 255] ^ table[5][(v >> 16) & 255] ^ table[4][(v >> 24) & 255] ^
          table[3][(v >> 32) & 255] ^ table[2][(v >> 40) & 255] ^ table[1][(v >> 48) & 255] ^ table[0][v >> 56];
    p += 8;
    count -= 8;
  }
  while (count--) crc = (crc >> 8) ^ table[0][(crc ^ *p++) & 255u];
  return ~crc;
}

int crossdock_spawn(const char *path, char *const *argv, char *const *envp, int io, int errors, pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, io, 0);
  posix_spawn_file_actions_adddup2(&actions, io, 1);
  posix_spawn_file_actions_adddup2(&actions, errors, 2);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  int code = posix_spawn(pid, path, &actions, &attributes, argv, envp);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return code;
}

int crossdock_run_in(const char *folder, char *const *argv, int *status) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder);
  posix_spawn_file_actions_adddup2(&actions, 2, 1);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid;
  int code = posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0) return code;
  int raw;
  while (waitpid(pid, &raw, 0) < 0) {
    if (errno != EINTR) return errno;
  }
  *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return 0;
}

int crossdock_socket_pair(int ends[2]) {
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
  return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

int crossdock_quiet_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}
