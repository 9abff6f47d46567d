#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "message.h"

// What newer kernels know and the headers of Debian 12 do not.
#define ACCESS_FS_TRUNCATE (1ull << 14)   // ABI 3
#define ACCESS_FS_IOCTL_DEV (1ull << 15)  // ABI 5
#define ACCESS_NET_BIND_TCP (1ull << 0)   // ABI 4
#define ACCESS_NET_CONNECT_TCP (1ull << 1)
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ull << 0)  // ABI 6
#define SCOPE_SIGNAL (1ull << 1)
enum { RULE_NET_PORT = 2 };

struct ruleset_attributes {
  uint64_t fs, net, scoped;
};

struct port_attributes {
  uint64_t access, port;
};

static const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
// No symbolic links, sockets, pipes and devices: a link in a folder that the plugin writes would lead others astray.
static const uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER |
                                ACCESS_FS_TRUNCATE;
static const uint64_t on_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
                                 ACCESS_FS_TRUNCATE;

// What every process needs: its libraries, their index, the devices that are none; and what every library looks for (time zones,
// languages, OpenSSL's defaults), so that looking for it is no attempt at anything.
static const char *const always_readable[] = {
  "/usr/lib", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/urandom", "/dev/zero", "/usr/share/zoneinfo",
  "/etc/localtime", "/usr/share/locale", "/etc/locale.alias", "/etc/ssl/openssl.cnf",
};
static const char *const loaders[] = {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-linux-armhf.so.3"};
// A name of --connect is looked up in the files of the box.
static const char *const name_files[] = {"/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/gai.conf",
                                         "/etc/services"};

// What is allowed, by real path, for judging what is denied: Landlock itself does not tell.
struct allowed_path {
  bool may_write;
  char path[];
};

enum { MAX_ALLOWED = MAX_PATHS + 32 };
static struct allowed_path *allowed[MAX_ALLOWED];
static unsigned allowed_count;

int landlock_abi(void) {
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi < 0 ? 0 : (int)abi;
}

static uint64_t handled_fs(int abi) {
  uint64_t rights = (1ull << 13) - 1;
  if (abi >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3) rights |= ACCESS_FS_TRUNCATE;
  if (abi >= 5) rights |= ACCESS_FS_IOCTL_DEV;
  return rights;
}

static int create(int abi) {
  struct ruleset_attributes attributes = {.fs = handled_fs(abi)};
  size_t size = sizeof attributes.fs;
  if (abi >= 4) {
    attributes.net = ACCESS_NET_BIND_TCP | ACCESS_NET_CONNECT_TCP;
    size = offsetof(struct ruleset_attributes, scoped);
  }
  if (abi >= 6) {
    attributes.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
    size = sizeof attributes;
  }
  long ruleset = syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
  if (ruleset < 0) fail(EXIT_NOT_CONFINED, "Landlock: no ruleset: %s", strerror(errno));
  return (int)ruleset;
}

static void remember(const char *path, bool may_write) {
  if (allowed_count == MAX_ALLOWED) return;
  char real[PATH_MAX];
  if (!realpath(path, real)) return;
  struct allowed_path *entry = take(sizeof *entry + strlen(real) + 1);
  entry->may_write = may_write;
  strcpy(entry->path, real);
  allowed[allowed_count++] = entry;
}

// A path that is not there gives no right. `is_asked_for`: somebody asked for it, and should hear that.
static void allow(int ruleset, int abi, const char *path, uint64_t rights, bool is_asked_for) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) {
    if (is_asked_for) say("%s is not there (%s): nothing is allowed on it", path, strerror(errno));
    return;
  }
  remember(path, rights & LANDLOCK_ACCESS_FS_WRITE_FILE);
  struct stat status;
  if (fstat(fd, &status) != 0) fail(EXIT_NOT_CONFINED, "%s: %s", path, strerror(errno));
  if (!S_ISDIR(status.st_mode)) rights &= on_files;
  if (ruleset >= 0) {
    struct landlock_path_beneath_attr rule = {.allowed_access = rights & handled_fs(abi), .parent_fd = fd};
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
      fail(EXIT_NOT_CONFINED, "Landlock: %s: %s", path, strerror(errno));
    }
  }
  close(fd);
}

static uint64_t rights_of(enum path_access access) {
  switch (access) {
    case PATH_READ: return reading;
    case PATH_WRITE: return reading | writing;
    case PATH_EXECUTE: return reading | LANDLOCK_ACCESS_FS_EXECUTE;
  }
  return 0;
}

static void allow_paths(const struct settings *settings, int ruleset, int abi) {
  for (size_t index = 0; index < sizeof always_readable / sizeof *always_readable; index++) {
    allow(ruleset, abi, always_readable[index], reading, false);
  }
  allow(ruleset, abi, "/dev/null", reading | LANDLOCK_ACCESS_FS_WRITE_FILE, false);
  bool executes = settings->becomes_program || settings->processes > 0;
  if (settings->folder) {
    allow(ruleset, abi, settings->folder, executes ? reading | LANDLOCK_ACCESS_FS_EXECUTE : reading, true);
  }
  for (size_t index = 0; executes && index < sizeof loaders / sizeof *loaders; index++) {
    allow(ruleset, abi, loaders[index], reading | LANDLOCK_ACCESS_FS_EXECUTE, false);
  }
  for (size_t index = 0; settings->destination_count > 0 && index < sizeof name_files / sizeof *name_files; index++) {
    allow(ruleset, abi, name_files[index], reading, false);
  }
  for (unsigned index = 0; index < settings->path_count; index++) {
    const struct path_rule *rule = &settings->paths[index];
    allow(ruleset, abi, rule->path, rights_of(rule->access), true);
  }
}

static void allow_ports(const struct settings *settings, int ruleset) {
  for (unsigned index = 0; index < settings->destination_count; index++) {
    struct port_attributes rule = {ACCESS_NET_CONNECT_TCP, settings->destinations[index].port};
    if (syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0) != 0) {
      fail(EXIT_NOT_CONFINED, "Landlock: port %u: %s", settings->destinations[index].port, strerror(errno));
    }
  }
}

int make_ruleset(const struct settings *settings, int abi) {
  int ruleset = abi > 0 ? create(abi) : -1;
  allow_paths(settings, ruleset, abi);
  if (abi >= 4) allow_ports(settings, ruleset);
  return ruleset;
}

void restrict_by(int ruleset) {
  if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
    fail(EXIT_NOT_CONFINED, "Landlock: the process cannot be restricted: %s", strerror(errno));
  }
}

bool is_path_allowed(const char *real_path, bool for_writing) {
  for (unsigned index = 0; index < allowed_count; index++) {
    const struct allowed_path *entry = allowed[index];
    size_t length = strlen(entry->path);
    bool is_beneath = !strncmp(real_path, entry->path, length) && (real_path[length] == '/' || real_path[length] == 0);
    if (is_beneath && (entry->may_write || !for_writing)) return true;
  }
  return false;
}
