// Watches a subscriber from outside while it works through a load, and prints what that cost as one JSON object.
//
//   watch PID PORT acknowledged|read BYTES QUIET_MS TIMEOUT_MS
//
// How far the subscriber is, the kernel knows: PUBACKs are of four bytes, so that the bytes which it has sent to the broker
// (and which the broker's kernel has) count what is committed; with QoS 0, the bytes that it has taken from its socket. Both
// are asked by sock_diag; the subscriber does not notice. The end is the first sample that shows the last byte: at least
// BYTES, and nothing further for QUIET_MS. `first_ns` is the monotonic time of the first sample with an acknowledgement. The first twentieth is left out (connecting, first pages, caches).
// Times of the processor come from the process's own clock, to the nanosecond.

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  sample_ms = 2,
  samples_max = 1 << 20,
  sockets_max = 64,
  left_out_one_in = 20,
  tcp_established = 1,
};

struct sample {
  int64_t at_ns, cpu_ns, progress, written;
};

struct progress {
  int64_t acknowledged, read;
};

static int pid, port, netlink_fd;
static struct sample *samples;
static long sample_count;

static void fail(const char *what) {
  fprintf(stderr, "watch: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t now_ns(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) fail("the subscriber is gone");
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

// The number behind NAME in a file of /proc/PID, or 0.
static int64_t proc_value(const char *file, const char *name) {
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
  FILE *stream = fopen(path, "r");
  if (!stream) fail(path);
  size_t length = fread(text, 1, sizeof text - 1, stream);
  fclose(stream);
  text[length] = 0;
  char *found = strstr(text, name);
  return found ? atoll(found + strlen(name)) : 0;
}

static int socket_inodes(uint32_t *inodes) {
  char folder[64], path[320], target[64];
  snprintf(folder, sizeof folder, "/proc/%d/fd", pid);
  DIR *entries = opendir(folder);
  if (!entries) fail(folder);
  int count = 0;
  for (struct dirent *entry; count < sockets_max && (entry = readdir(entries));) {
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length <= 0) continue;
    target[length] = 0;
    if (sscanf(target, "socket:[%u]", &inodes[count]) == 1) count++;
  }
  closedir(entries);
  return count;
}

static struct progress progress_of(const struct inet_diag_msg *message, size_t length) {
  struct progress result = {0, 0};
  const struct rtattr *attribute = (const struct rtattr *)(message + 1);
  for (; RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length)) {
    if (attribute->rta_type != INET_DIAG_INFO) continue;
    struct tcp_info info = {0};
    size_t size = RTA_PAYLOAD(attribute) < sizeof info ? RTA_PAYLOAD(attribute) : sizeof info;
    memcpy(&info, RTA_DATA(attribute), size);
    result.acknowledged = (int64_t)info.tcpi_bytes_acked;
    result.read = (int64_t)info.tcpi_bytes_received - message->idiag_rqueue;
  }
  return result;
}

// Asks the kernel for one connection, or (`id` is NULL) for all; those to the broker that are among `inodes` are added up.
static struct progress ask(const struct inet_diag_sockid *id, const uint32_t *inodes, int inode_count, struct inet_diag_sockid *found) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 request;
  } question = {
      .header = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
      .request = {.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_ext = 1 << (INET_DIAG_INFO - 1), .idiag_states = 1 << tcp_established},
  };
  if (id) question.request.id = *id;
  else question.header.nlmsg_flags |= NLM_F_DUMP;
  if (send(netlink_fd, &question, sizeof question, 0) < 0) fail("sock_diag");
  static char buffer[1 << 16];
  struct progress result = {0, 0};
  for (;;) {
    ssize_t received = recv(netlink_fd, buffer, sizeof buffer, 0);
    if (received < 0) fail("sock_diag");
    size_t length = (size_t)received;
    for (struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, length); header = NLMSG_NEXT(header, length)) {
      if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) return result;
      const struct inet_diag_msg *message = NLMSG_DATA(header);
      struct progress one = progress_of(message, header->nlmsg_len - NLMSG_LENGTH(sizeof *message));
      if (id) return one;
      for (int i = 0; i < inode_count; i++)
        if (inodes[i] == message->idiag_inode && ntohs(message->id.idiag_dport) == port) {
          *found = message->id;
          result = one;
        }
    }
  }
}

static int find_connection(struct inet_diag_sockid *id) {
  uint32_t inodes[sockets_max];
  int count = socket_inodes(inodes);
  memset(id, 0, sizeof *id);
  ask(NULL, inodes, count, id);
  return id->idiag_dport != 0;
}

static void pause_ms(long ms) {
  struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

// From here on VmHWM is the peak of the run: what the start took for a moment (relocations) is another figure.
static void forget_peak(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/clear_refs", pid);
  FILE *stream = fopen(path, "w");
  if (!stream) return;
  fputs("5", stream);
  fclose(stream);
}

static void report(int64_t least) {
  long last = sample_count - 1;
  while (last > 0 && samples[last - 1].progress == samples[last].progress) last--;
  int64_t total = samples[last].progress;
  long first = 0;
  while (first < last && samples[first].progress < total / left_out_one_in) first++;
  // What is beyond `least` was said before the first message: CONNECT, SUBSCRIBE, the status.
  long answer = 0;
  while (answer < last && samples[answer].progress <= total - least) answer++;
  const struct sample *a = &samples[first], *b = &samples[last];
  printf("{\"first_ns\":%lld,\"seconds\":%.6f,\"share\":%.9f,\"cpu_s\":%.9f,\"written_bytes\":%lld,\"progress_bytes\":%lld,\"rss_peak_kb\":%lld,\"rss_kb\":%lld}\n",
         (long long)samples[answer].at_ns, (double)(b->at_ns - a->at_ns) / 1e9, (double)(total - a->progress) / (double)total, (double)(b->cpu_ns - a->cpu_ns) / 1e9,
         (long long)(b->written - a->written), (long long)total, (long long)proc_value("status", "VmHWM:"),
         (long long)proc_value("status", "VmRSS:"));
}

int main(int arguments, char **argument) {
  if (arguments != 7) {
    fprintf(stderr, "usage: watch PID PORT acknowledged|read BYTES QUIET_MS TIMEOUT_MS\n");
    return 64;
  }
  pid = atoi(argument[1]);
  port = atoi(argument[2]);
  int by_read = strcmp(argument[3], "read") == 0;
  int64_t least = atoll(argument[4]), quiet_ns = atoll(argument[5]) * 1000000, timeout_ns = atoll(argument[6]) * 1000000;
  netlink_fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  samples = malloc(samples_max * sizeof *samples);
  if (netlink_fd < 0 || !samples) fail("sock_diag");
  clockid_t process_clock;
  if ((errno = clock_getcpuclockid(pid, &process_clock)) != 0) fail("the subscriber's clock");
  int64_t begun = now_ns(CLOCK_MONOTONIC), changed = begun;
  struct inet_diag_sockid id;
  while (!find_connection(&id)) {
    if (now_ns(CLOCK_MONOTONIC) - begun > timeout_ns) fail("the subscriber does not connect");
    pause_ms(sample_ms);
  }
  forget_peak();
  while (sample_count < samples_max) {
    struct progress progress = ask(&id, NULL, 0, NULL);
    struct sample *sample = &samples[sample_count++];
    *sample = (struct sample){now_ns(CLOCK_MONOTONIC), now_ns(process_clock), by_read ? progress.read : progress.acknowledged,
                              proc_value("io", "\nwrite_bytes: ")};
    if (sample_count > 1 && sample->progress != sample[-1].progress) changed = sample->at_ns;
    if (sample->progress >= least && sample->at_ns - changed > quiet_ns) {
      report(least);
      return 0;
    }
    if (sample->at_ns - begun > timeout_ns) break;
    pause_ms(sample_ms);
  }
  fprintf(stderr, "watch: %lld of %lld bytes in the time\n", (long long)samples[sample_count - 1].progress, (long long)least);
  return 1;
}
