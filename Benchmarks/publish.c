// The load of the ingest benchmarks: JSON messages of 150 bytes to a broker, as fast as it takes them or at an even pace.
//
//   publish PORT COUNT QOS RATE TOPICS KINDS [WINDOW [FIRST]]
//
// RATE 0 is as fast as the broker acknowledges, with at most WINDOW messages (1000) not acknowledged. Message n, from FIRST on,
// goes to bench/line/mTTTTT/kK with T = n mod TOPICS and K = T mod KINDS: all packets of a run are of one length, which
// `watch` relies on for QoS 0. Values are noise about a level of their own for each topic, so that a model that looks for
// deviations has its usual work and finds none. A raw socket and MQTT 3.1.1 written by hand: the load must not take the
// processor from what is measured. Ends when everything is acknowledged; prints one JSON object.

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
  payload_bytes = 150,
  packet_ids = 65535,
  buffer_bytes = 1 << 16,
  packet_max_bytes = 256,
  window_default = 1000,
  // Of one pacing step at most: what is late is caught up in bursts of this size.
  burst_max = 64,
  answer_timeout_ms = 30000,
};

enum { packet_connack = 0x20, packet_puback = 0x40, packet_pubrec = 0x50, packet_pubrel = 0x62, packet_pubcomp = 0x70 };

static int fd;
static uint8_t out[buffer_bytes];
static size_t out_length;
static uint8_t in[buffer_bytes];
static size_t in_length;
static long sent, acknowledged;

static void fail(const char *what) {
  fprintf(stderr, "publish: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void flush_out(void) {
  size_t done = 0;
  while (done < out_length) {
    ssize_t count = write(fd, out + done, out_length - done);
    if (count < 0 && errno != EINTR) fail("write");
    if (count > 0) done += (size_t)count;
  }
  out_length = 0;
}

static void put(const uint8_t *bytes, size_t length) {
  if (out_length + length > sizeof out) flush_out();
  memcpy(out + out_length, bytes, length);
  out_length += length;
}

static void connect_to(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int on = 1;
  fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  char name[24];
  int name_length = snprintf(name, sizeof name, "publish-%d", getpid());
  uint8_t packet[64] = {0x10, (uint8_t)(12 + name_length), 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, (uint8_t)name_length};
  memcpy(packet + 14, name, (size_t)name_length);
  put(packet, (size_t)(14 + name_length));
  flush_out();
}

// Takes the answers that are there. Returns whether something came within the time.
static int take_answers(int timeout_ms) {
  struct pollfd descriptor = {.fd = fd, .events = POLLIN};
  if (poll(&descriptor, 1, timeout_ms) <= 0) return 0;
  ssize_t count = read(fd, in + in_length, sizeof in - in_length);
  if (count == 0) errno = ECONNRESET;
  if (count <= 0) fail("read");
  in_length += (size_t)count;
  size_t at = 0;
  // All answers of the broker are of four bytes.
  for (; at + 4 <= in_length; at += 4) {
    switch (in[at]) {
    case packet_puback:
    case packet_pubcomp:
      acknowledged++;
      break;
    case packet_pubrec: {
      uint8_t release[4] = {packet_pubrel, 2, in[at + 2], in[at + 3]};
      put(release, sizeof release);
      break;
    }
    case packet_connack:
      break;
    default:
      errno = EPROTO;
      fail("answer");
    }
  }
  memmove(in, in + at, in_length - at);
  in_length -= at;
  return 1;
}

// Something between 0 and 1 that looks random and is the same for the same message.
static double noise(uint64_t n) {
  n ^= n >> 33;
  n *= UINT64_C(0xff51afd7ed558ccd);
  n ^= n >> 33;
  n *= UINT64_C(0xc4ceb9fe1a85ec53);
  n ^= n >> 33;
  return (double)(n >> 11) / (double)(UINT64_C(1) << 53);
}

static void put_message(long n, int qos, long topics, long kinds) {
  uint8_t packet[packet_max_bytes];
  char topic[64], payload[packet_max_bytes];
  long asset = n % topics;
  int topic_length = snprintf(topic, sizeof topic, "bench/line/m%05ld/k%ld", asset, asset % kinds);
  double value = 40 + (double)(asset % 20) + 2 * (noise((uint64_t)n) + noise((uint64_t)n + (UINT64_C(1) << 40)));
  double rpm = 1480 + 10 * noise((uint64_t)n + (UINT64_C(1) << 41));
  int length = snprintf(payload, sizeof payload, "{\"ts\":%lld,\"id\":\"m%05ld-%010ld\",\"value\":%.3f,\"rpm\":%.1f,\"unit\":\"C\",\"note\":\"",
                        (long long)(now_ns(CLOCK_REALTIME) / 1000000), asset, n, value, rpm);
  for (; length < payload_bytes - 2; length++) payload[length] = (char)('a' + length % 26);
  payload[length++] = '"';
  payload[length++] = '}';
  size_t at = 0;
  int remaining = 2 + topic_length + (qos > 0 ? 2 : 0) + payload_bytes;
  packet[at++] = (uint8_t)(0x30 | qos << 1);
  packet[at++] = (uint8_t)(remaining % 128 | 128);
  packet[at++] = (uint8_t)(remaining / 128);
  packet[at++] = 0;
  packet[at++] = (uint8_t)topic_length;
  memcpy(packet + at, topic, (size_t)topic_length);
  at += (size_t)topic_length;
  if (qos > 0) {
    long id = n % packet_ids + 1;
    packet[at++] = (uint8_t)(id >> 8);
    packet[at++] = (uint8_t)id;
  }
  memcpy(packet + at, payload, payload_bytes);
  put(packet, at + payload_bytes);
  sent++;
}

static void publish_all(long count, int qos, long rate, long topics, long kinds, long window, long first) {
  int64_t begun = now_ns(CLOCK_MONOTONIC);
  while (sent < count) {
    long due = rate > 0 ? (now_ns(CLOCK_MONOTONIC) - begun) * rate / 1000000000 + 1 : count;
    for (int burst = 0; burst < burst_max && sent < due && sent < count && (qos == 0 || sent - acknowledged < window); burst++)
      put_message(first + sent, qos, topics, kinds);
    flush_out();
    if (qos > 0 && sent - acknowledged >= window) {
      if (!take_answers(answer_timeout_ms)) fail("no answer from the broker");
    } else if (rate > 0 && sent >= due) {
      int64_t next = begun + (sent * 1000000000 + rate - 1) / rate;
      struct timespec until = {.tv_sec = next / 1000000000, .tv_nsec = next % 1000000000};
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
      while (qos > 0 && take_answers(0)) continue;
    } else if (qos > 0) {
      take_answers(0);
    }
  }
  flush_out();
  while (qos > 0 && acknowledged < count) {
    if (!take_answers(answer_timeout_ms)) fail("no answer from the broker");
    flush_out();
  }
}

int main(int arguments, char **argument) {
  if (arguments < 7) {
    fprintf(stderr, "usage: publish PORT COUNT QOS RATE TOPICS KINDS [WINDOW [FIRST]]\n");
    return 64;
  }
  long count = atol(argument[2]);
  long window = arguments > 7 ? atol(argument[7]) : window_default;
  connect_to(atoi(argument[1]));
  int64_t begun = now_ns(CLOCK_MONOTONIC);
  publish_all(count, atoi(argument[3]), atol(argument[4]), atol(argument[5]), atol(argument[6]), window,
              arguments > 8 ? atol(argument[8]) : 0);
  uint8_t disconnect[2] = {0xe0, 0};
  put(disconnect, sizeof disconnect);
  flush_out();
  // Until the broker closes: then it has read everything, and closing with its CONNACK unread would reset the connection.
  while (read(fd, in, sizeof in) > 0) continue;
  double seconds = (double)(now_ns(CLOCK_MONOTONIC) - begun) / 1e9;
  printf("{\"messages\":%ld,\"seconds\":%.6f,\"cpu_us\":%.3f}\n", count, seconds,
         (double)now_ns(CLOCK_PROCESS_CPUTIME_ID) / 1e3 / (double)count);
  return 0;
}
