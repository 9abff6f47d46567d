// Processes and threads that a plugin starts: as many at once as it declared. They cannot leave the process group of the plugin (setsid
// and setpgid are denied), so that all of them are found, whoever their parent is now.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "monitor.h"

struct tasks {
  unsigned processes, threads;
};

// "PID (NAME) STATE PARENT GROUP …", the threads 15 fields later: the name may hold anything, so the last parenthesis ends it.
static void add_process(const char *pid, pid_t group, struct tasks *tasks) {
  char path[300], text[512];
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC), its_group = -1;
  if (fd < 0) return;
  ssize_t count = read(fd, text, sizeof text - 1);
  close(fd);
  text[count > 0 ? count : 0] = 0;
  const char *end = strrchr(text, ')');
  unsigned threads = 1;
  if (!end) return;
  sscanf(end + 1, " %*c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %u", &its_group, &threads);
  if (its_group != group) return;
  tasks->processes += 1;
  tasks->threads += threads;
}

static struct tasks count_group(const struct monitor *monitor) {
  struct tasks tasks = {0};
  if (monitor->settings->processes == 0) {
    char pid[16];
    snprintf(pid, sizeof pid, "%d", monitor->plugin);
    add_process(pid, monitor->plugin, &tasks);
    return tasks;
  }
  DIR *all = opendir("/proc");
  if (!all) return (struct tasks){~0u, ~0u};
  for (struct dirent *entry; (entry = readdir(all));) {
    if (isdigit((unsigned char)entry->d_name[0])) add_process(entry->d_name, monitor->plugin, &tasks);
  }
  closedir(all);
  return tasks;
}

// One that asks has not got its thread yet, so as many as ask in the same moment may get one more than there should be; the agent ends
// what goes beyond twice the number.
static struct reply judge_thread(const struct monitor *monitor) {
  struct tasks tasks = count_group(monitor);
  if (tasks.processes > 0 && tasks.threads - tasks.processes < monitor->settings->threads) return (struct reply){.goes_on = true};
  count_denial("more than %u threads", monitor->settings->threads);
  return (struct reply){.error = EAGAIN};
}

struct reply judge_process(struct monitor *monitor, const struct seccomp_notif *call) {
  if (call->data.nr == SYS_clone && call->data.args[0] & CLONE_THREAD) return judge_thread(monitor);
  unsigned most = monitor->settings->processes;
  // The plugin's own process is one of the group.
  if (most > 0 && count_group(monitor).processes <= most) return (struct reply){.goes_on = true};
  count_denial("%s", call_name(call->data.nr));
  return (struct reply){.error = most > 0 ? EAGAIN : EPERM};
}
