// Processes that a plugin starts: as many at once as it declared. They cannot leave the process group of the plugin (setsid and setpgid
// are denied), so that all of them are found, whoever their parent is now.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "monitor.h"

// "PID (NAME) STATE PARENT GROUP …": the name may hold anything, so the last parenthesis ends it.
static int group_of(const char *pid) {
  char path[300], text[512];
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC), group = -1;
  if (fd < 0) return -1;
  ssize_t count = read(fd, text, sizeof text - 1);
  close(fd);
  text[count > 0 ? count : 0] = 0;
  const char *end = strrchr(text, ')');
  if (end) sscanf(end + 1, " %*c %*d %d", &group);
  return group;
}

static unsigned count_group(pid_t group) {
  DIR *all = opendir("/proc");
  if (!all) return ~0u;
  unsigned count = 0;
  for (struct dirent *entry; (entry = readdir(all));) {
    if (isdigit((unsigned char)entry->d_name[0]) && group_of(entry->d_name) == group) count += 1;
  }
  closedir(all);
  return count;
}

struct reply judge_process(struct monitor *monitor, const struct seccomp_notif *call) {
  unsigned most = monitor->settings->processes;
  // The plugin's own process is one of the group.
  if (most > 0 && count_group(monitor->plugin) <= most) return (struct reply){.goes_on = true};
  count_denial("%s", call_name(call->data.nr));
  return (struct reply){.error = most > 0 ? EAGAIN : EPERM};
}
