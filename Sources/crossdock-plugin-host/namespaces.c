#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "message.h"

// Who the plugin is in its own namespace: nobody.
enum { NOBODY = 65534 };

static bool write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool is_written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  close(fd);
  return is_written;
}

static bool map_to_nobody(uid_t user, gid_t group) {
  char users[64], groups[64];
  snprintf(users, sizeof users, "%d %u 1\n", NOBODY, user);
  snprintf(groups, sizeof groups, "%d %u 1\n", NOBODY, group);
  return write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", users) &&
         write_file("/proc/self/gid_map", groups);
}

struct namespaces enter_namespaces(bool may_connect) {
  uid_t user = geteuid();
  gid_t group = getegid();
  int others = CLONE_NEWIPC | CLONE_NEWUTS | (may_connect ? 0 : CLONE_NEWNET);
  if (unshare(CLONE_NEWUSER) == 0) {
    // Without a map the process is nobody too; what matters is that it has no user outside.
    if (!map_to_nobody(user, group)) say("its user namespace has no map: %s", strerror(errno));
    bool has_others = unshare(others) == 0;
    return (struct namespaces){.has_user = true, .has_net = has_others && !may_connect};
  }
  // An agent that runs as root can have the others without.
  bool has_others = unshare(others) == 0;
  return (struct namespaces){.has_user = false, .has_net = has_others && !may_connect};
}

void drop_capabilities(void) {
  // Where there is no right to lower the bounding set, there is no capability that it would bound.
  for (int capability = 0; capability <= 63; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED, 0, 0, 0);
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}}, held[_LINUX_CAPABILITY_U32S_3] = {{0}};
  if (syscall(SYS_capset, &header, none) == 0) return;
  // A service manager may deny the call; where there is nothing to drop that is no matter.
  int reason = errno;
  if (syscall(SYS_capget, &header, held) == 0 && !held[0].permitted && !held[1].permitted) return;
  fail(EXIT_NOT_CONFINED, "the capabilities cannot be dropped: %s", strerror(reason));
}
