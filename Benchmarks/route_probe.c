// Latency of a pick order: from the moment at which it is due to be published to the route's arrival at the handheld.
//
//   route-probe PORT SECONDS INTERVAL_MS FOLDER
//
// Publishes an order of ten lines at an even pace, whether or not the last answer has come (so that a stall is counted in
// every order that it delays), and takes the time of each reply. Beside it, on a thread and at the same pace, it appends
// 4 KiB to a file in FOLDER and syncs it with fdatasync: what a commit on this disk costs at least, under the same load.
// Prints one line for each: "route NANOSECONDS" or "fsync NANOSECONDS"; orders without an answer are "lost".

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  orders_max = 1 << 20,
  lines_an_order = 10,
  aisles = 10,
  bays = 20,
  grace_ns = 2000000000,
  block_bytes = 4096,
};

static int64_t due_ns[orders_max];
static int64_t latency_ns[orders_max];
static long order_count, answered;
static volatile int subscribed, ended;
static int64_t interval_ns;
static char run[32];

static void fail(const char *what, const char *why) {
  fprintf(stderr, "route-probe: %s: %s\n", what, why);
  exit(1);
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void sleep_until(int64_t at_ns) {
  struct timespec until = {.tv_sec = at_ns / 1000000000, .tv_nsec = at_ns % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) continue;
}

static void *sync_beside(void *path) {
  int fd = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) fail(path, strerror(errno));
  static char block[block_bytes];
  // Half an interval after the orders, so that the two do not wait for each other every time.
  for (int64_t at = now_ns() + interval_ns / 2; !ended; at += interval_ns) {
    sleep_until(at);
    int64_t begun = now_ns();
    if (write(fd, block, sizeof block) != (ssize_t)sizeof block || fdatasync(fd) != 0) fail(path, strerror(errno));
    printf("fsync %lld\n", (long long)(now_ns() - begun));
  }
  close(fd);
  return NULL;
}

static void on_connect(struct mosquitto *client, void *context, int code) {
  (void)context;
  if (code != 0) fail("connect", mosquitto_connack_string(code));
  mosquitto_subscribe(client, NULL, "crossdock/bench/probe/route", 1);
}

static void on_subscribe(struct mosquitto *client, void *context, int id, int count, const int *granted) {
  (void)client, (void)context, (void)id, (void)count, (void)granted;
  subscribed = 1;
}

static void on_message(struct mosquitto *client, void *context, const struct mosquitto_message *message) {
  (void)client, (void)context;
  int64_t now = now_ns();
  char mark[64];
  int length = snprintf(mark, sizeof mark, "\"order\":\"%s-", run);
  const char *found = memmem(message->payload, (size_t)message->payloadlen, mark, (size_t)length);
  if (!found) return;
  long number = atol(found + length);
  if (number < 0 || number >= order_count || latency_ns[number]) return;
  latency_ns[number] = now - due_ns[number];
  answered++;
}

// A bay that looks random and is another one for each line of an order.
static int order_text(char *text, size_t size, long number) {
  int length = snprintf(text, size, "{\"type\":\"order\",\"order\":\"%s-%ld\",\"layout\":\"hall-a\",\"lines\":[", run, number);
  for (long line = 1; line <= lines_an_order; line++) {
    long place = (number * 7919 + line * 37) % (aisles * bays);
    length += snprintf(text + length, size - (size_t)length, "%s{\"line\":%ld,\"location\":\"A%02ld-%02ld\",\"quantity\":1}",
                       line > 1 ? "," : "", line, place % aisles + 1, place / aisles + 1);
  }
  return length + snprintf(text + length, size - (size_t)length, "]}");
}

static void serve(struct mosquitto *client, int64_t until_ns) {
  do {
    int64_t left_ms = (until_ns - now_ns()) / 1000000;
    struct pollfd descriptor = {.fd = mosquitto_socket(client), .events = POLLIN};
    if (mosquitto_want_write(client)) descriptor.events |= POLLOUT;
    int ready = poll(&descriptor, 1, left_ms > 0 ? (int)left_ms : 0);
    if (ready > 0 && descriptor.revents & ~POLLOUT && mosquitto_loop_read(client, 100)) fail("read", "the connection was lost");
    if (mosquitto_want_write(client)) mosquitto_loop_write(client, 100);
    mosquitto_loop_misc(client);
  } while (until_ns - now_ns() >= 1000000);
}

int main(int arguments, char **argument) {
  if (arguments != 5) fail("usage", "route-probe PORT SECONDS INTERVAL_MS FOLDER");
  interval_ns = atoll(argument[3]) * 1000000;
  long orders = atol(argument[2]) * 1000000000 / interval_ns;
  if (orders < 1 || orders > orders_max) fail("usage", "the number of orders is out of bounds");
  snprintf(run, sizeof run, "P%d", getpid());
  char path[4096];
  snprintf(path, sizeof path, "%s/fsync-probe", argument[4]);
  mosquitto_lib_init();
  struct mosquitto *client = mosquitto_new(NULL, true, NULL);
  mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_connect_callback_set(client, on_connect);
  mosquitto_subscribe_callback_set(client, on_subscribe);
  mosquitto_message_callback_set(client, on_message);
  int error = mosquitto_connect(client, "127.0.0.1", atoi(argument[1]), 60);
  if (error) fail("connect", mosquitto_strerror(error));
  while (!subscribed) serve(client, now_ns() + 1000000);
  pthread_t syncing;
  pthread_create(&syncing, NULL, sync_beside, path);
  int64_t begun = now_ns() + interval_ns;
  for (long number = 0; number < orders; number++) {
    serve(client, begun + number * interval_ns);
    sleep_until(begun + number * interval_ns);
    char text[1024];
    int length = order_text(text, sizeof text, number);
    due_ns[number] = begun + number * interval_ns;
    order_count = number + 1;
    error = mosquitto_publish(client, NULL, "bench/handheld/probe/order", length, text, 1, false);
    if (error) fail("publish", mosquitto_strerror(error));
  }
  for (int64_t end = now_ns() + grace_ns; answered < orders && now_ns() < end;) serve(client, now_ns() + interval_ns);
  ended = 1;
  pthread_join(syncing, NULL);
  for (long number = 0; number < orders; number++) {
    if (latency_ns[number]) printf("route %lld\n", (long long)latency_ns[number]);
    else printf("lost %ld\n", number);
  }
  unlink(path);
  return 0;
}
