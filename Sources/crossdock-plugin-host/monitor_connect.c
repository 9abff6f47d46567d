// Connections. The address is read once, checked, and used: the monitor connects the plugin's socket itself.
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "monitor.h"

union address {
  struct sockaddr any;
  struct sockaddr_in four;
  struct sockaddr_in6 six;
  struct sockaddr_storage whole;
};

struct reply judge_socket(struct monitor *monitor, const struct seccomp_notif *call) {
  int domain = (int)call->data.args[0], type = (int)call->data.args[1] & 0xf, protocol = (int)call->data.args[2];
  bool is_tcp = (domain == AF_INET || domain == AF_INET6) && type == SOCK_STREAM && (protocol == 0 || protocol == IPPROTO_TCP);
  // The arguments are numbers, which nobody changes while the call waits: it may go on.
  if (is_tcp && monitor->settings->destination_count > 0) return (struct reply){.goes_on = true};
  static const char *const types[] = {"", "stream", "datagram", "raw", "rdm", "seqpacket"};
  const char *family = domain == AF_UNIX ? "unix" : domain == AF_INET || domain == AF_INET6 ? "inet" : "other";
  // A library that looks for interfaces or a name service asks for these and does without.
  if (domain == AF_NETLINK || (domain == AF_INET && monitor->settings->destination_count > 0)) return (struct reply){.error = EACCES};
  count_denial("socket %s %s", family, type < 6 ? types[type] : "other");
  return (struct reply){.error = EACCES};
}

// A descriptor number means something only in the process of the task that called. Threads of the plugin's own process have its
// descriptors; a thread of another process that is not its first cannot be looked up, and is denied.
static int socket_of(const struct monitor *monitor, const struct seccomp_notif *call) {
  pid_t task = (pid_t)call->pid;
  bool is_own = syscall(SYS_tgkill, monitor->plugin, task, 0) == 0;
  int process = is_own ? monitor->plugin_pidfd : (int)syscall(SYS_pidfd_open, task, 0);
  if (process < 0) return -1;
  int fd = (int)syscall(SYS_pidfd_getfd, process, (int)call->data.args[0], 0);
  if (!is_own) close(process);
  return fd;
}

static bool is_tcp_socket(int fd) {
  int type = 0, domain = 0;
  socklen_t size = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
         type == SOCK_STREAM && (domain == AF_INET || domain == AF_INET6);
}

static bool is_declared(const struct monitor *monitor, const union address *address, socklen_t size) {
  struct in6_addr target = {0};
  if (address->any.sa_family == AF_INET && size >= sizeof address->four) {
    target.s6_addr[10] = target.s6_addr[11] = 0xff;
    memcpy(&target.s6_addr[12], &address->four.sin_addr, sizeof address->four.sin_addr);
    return is_destination(monitor->settings, &target, ntohs(address->four.sin_port));
  }
  if (address->any.sa_family == AF_INET6 && size >= sizeof address->six) {
    return is_destination(monitor->settings, &address->six.sin6_addr, ntohs(address->six.sin6_port));
  }
  return false;
}

static void count_connect(const union address *address) {
  char text[INET6_ADDRSTRLEN] = "?";
  if (address->any.sa_family == AF_INET) {
    inet_ntop(AF_INET, &address->four.sin_addr, text, sizeof text);
    count_denial("connect %s:%u", text, ntohs(address->four.sin_port));
  } else if (address->any.sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &address->six.sin6_addr, text, sizeof text);
    count_denial("connect [%s]:%u", text, ntohs(address->six.sin6_port));
  } else {
    count_denial("connect to an address of family %u", address->any.sa_family);
  }
}

// A blocking connect may take minutes: it waits in a process of its own, so that other calls are answered meanwhile.
static struct reply connect_beside(const struct monitor *monitor, uint64_t id, int fd, const union address *address, socklen_t size) {
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int result = connect(fd, &address->any, size);
    send_reply(monitor, id, (struct reply){.error = result == 0 ? 0 : errno});
    _exit(0);
  }
  return child > 0 ? (struct reply){.is_sent = true} : (struct reply){.error = EAGAIN};
}

struct reply judge_connect(struct monitor *monitor, const struct seccomp_notif *call) {
  union address address = {.whole = {0}};
  size_t size = call->data.args[2] < sizeof address ? (size_t)call->data.args[2] : sizeof address;
  if (size < sizeof(sa_family_t) || read_memory((pid_t)call->pid, call->data.args[1], &address, size) != size) {
    return (struct reply){.error = EFAULT};
  }
  if (!is_waiting(monitor, call->id)) return (struct reply){.is_sent = true};
  if (!is_declared(monitor, &address, (socklen_t)size)) {
    count_connect(&address);
    return (struct reply){.error = EACCES};
  }
  int fd = socket_of(monitor, call);
  if (fd < 0) return (struct reply){.error = EBADF};
  struct reply reply = {.error = EACCES};
  if (is_waiting(monitor, call->id) && is_tcp_socket(fd)) reply = connect_beside(monitor, call->id, fd, &address, (socklen_t)size);
  close(fd);
  return reply;
}
