#include "monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "message.h"

static volatile sig_atomic_t is_ending;

static void on_end(int signal) {
  (void)signal;
  is_ending = 1;
}

void send_reply(const struct monitor *monitor, uint64_t id, struct reply reply) {
  struct seccomp_notif_resp response = {
    .id = id,
    .error = reply.goes_on ? 0 : -reply.error,
    .flags = reply.goes_on ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0,
  };
  // A task that was killed meanwhile needs no answer.
  ioctl(monitor->listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

bool is_waiting(const struct monitor *monitor, uint64_t id) {
  return ioctl(monitor->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static struct reply deny_counted(const struct seccomp_notif *call) {
  switch (call->data.nr) {
    case SYS_kill:
    case SYS_tgkill: count_denial("%s %d", call_name(call->data.nr), (int)call->data.args[0]); break;
    default: count_denial("%s", call_name(call->data.nr));
  }
  return (struct reply){.error = EPERM};
}

static struct reply judge(struct monitor *monitor, const struct seccomp_notif *call) {
  switch (call->data.nr) {
    case SYS_openat:
    case SYS_openat2:
#ifdef SYS_open
    case SYS_open:
    case SYS_creat:
#endif
      return judge_open(monitor, call);
    case SYS_execve:
    case SYS_execveat: return judge_exec(monitor, call);
    case SYS_clone:
#ifdef SYS_fork
    case SYS_fork:
    case SYS_vfork:
#endif
      return judge_process(monitor, call);
    case SYS_socket: return judge_socket(monitor, call);
    case SYS_connect: return judge_connect(monitor, call);
    default: return deny_counted(call);
  }
}

static void answer_one(struct monitor *monitor) {
  struct seccomp_notif call = {0};
  if (ioctl(monitor->listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) return;
  struct reply reply = judge(monitor, &call);
  if (!reply.is_sent) send_reply(monitor, call.id, reply);
}

// The plugin's process is gone: whatever it started goes too.
static _Noreturn void finish(const struct monitor *monitor) {
  tell_denials(true);
  if (monitor->settings->processes > 0) kill(-monitor->plugin, SIGKILL);
  _exit(0);
}

static _Noreturn void watch(struct monitor *monitor) {
  while (!is_ending) {
    struct pollfd fds[] = {
      {.fd = monitor->listener, .events = POLLIN},
      {.fd = monitor->plugin_pidfd, .events = POLLIN},
    };
    if (poll(fds, 2, denials_due_ms()) < 0 && errno != EINTR) break;
    if (fds[0].revents & POLLIN) answer_one(monitor);
    tell_denials(false);
    if (fds[1].revents || (fds[0].revents & (POLLHUP | POLLERR))) break;
  }
  finish(monitor);
}

// Takes the listener out of the plugin's process, which has said where it is.
static int take_listener(const struct monitor *monitor, int channel) {
  int number;
  if (read(channel, &number, sizeof number) != sizeof number) _exit(0);
  int listener = (int)syscall(SYS_pidfd_getfd, monitor->plugin_pidfd, number, 0);
  char is_taken = listener >= 0;
  if (write(channel, &is_taken, 1) != 1 || listener < 0) _exit(1);
  return listener;
}

static _Noreturn void be_monitor(struct monitor *monitor, int channel) {
  struct sigaction end = {.sa_handler = on_end};
  sigaction(SIGTERM, &end, NULL);
  signal(SIGINT, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  prctl(PR_SET_NAME, "plugin-monitor");
  // The end of the plugin's process must be the end of its input and output.
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0) _exit(1);
  setpgid(0, 0);
  if (getppid() != monitor->plugin) _exit(0);
  monitor->listener = take_listener(monitor, channel);
  close(channel);
  watch(monitor);
}

int start_monitor(const struct settings *settings, bool judges_paths) {
  unsigned action = SECCOMP_RET_USER_NOTIF;
  if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0) return -1;
  static struct monitor monitor;
  monitor = (struct monitor){.settings = settings, .plugin = getpid(), .listener = -1, .judges_paths = judges_paths};
  monitor.plugin_pidfd = (int)syscall(SYS_pidfd_open, monitor.plugin, 0);
  if (monitor.plugin_pidfd < 0) return -1;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
  pid_t child = fork();
  if (child < 0) fail(EXIT_NOT_CONFINED, "no process for the monitor: %s", strerror(errno));
  if (child == 0) {
    close(ends[0]);
    be_monitor(&monitor, ends[1]);
  }
  close(ends[1]);
  close(monitor.plugin_pidfd);
  // Where only ancestors may look into a process (Yama), this one child may.
  prctl(PR_SET_PTRACER, child, 0, 0, 0);
  return ends[0];
}

void hand_over(int monitor, int listener) {
  char is_taken = 0;
  if (write(monitor, &listener, sizeof listener) != sizeof listener || read(monitor, &is_taken, 1) != 1 || !is_taken) {
    fail(EXIT_NOT_CONFINED, "the monitor could not take over the filter's notifications");
  }
  close(listener);
  close(monitor);
}
