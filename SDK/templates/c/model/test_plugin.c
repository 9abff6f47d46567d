#include "crossdock_bench.h"

static bench *watch(double limit) {
  bench *b = bench_load("./my-plugin.so");
  bench_number(b, "limit", limit);
  bench_stream(b, "temperature", "value", NULL);
  bench_write(b, "alerts");
  CHECK(bench_open(b) == CROSSDOCK_OK);
  return b;
}

static void give(bench *b, const char *source, double value) { bench_add(b, "temperature", source, 1000, "", 1, &value); }

static void reportsOnlyThePassing(void) {
  bench *b = watch(50);
  give(b, "pump-1", 50);
  give(b, "pump-1", 51.5);
  give(b, "pump-1", NAN);
  give(b, "pump-1", 52);
  CHECK(bench_run(b) == CROSSDOCK_OK && b->output_count == 1);
  CHECK(strcmp(b->outputs[0].source, "pump-1") == 0 && strcmp(b->outputs[0].stream, "alerts") == 0);
  CHECK(strcmp(b->outputs[0].body, "{\"value\":51.5,\"limit\":50}") == 0 && b->outputs[0].event_time_ns == 1000);
  give(b, "pump-1", 49);
  give(b, "pump-1", 60);
  CHECK(bench_run(b) == CROSSDOCK_OK && b->output_count == 1);
  bench_close(b);
}

static void goesOnFromACheckpoint(void) {
  bench *first = watch(50), *second = watch(50);
  give(first, "pump-1", 60);
  give(first, "pump-2", 60);
  CHECK(bench_run(first) == CROSSDOCK_OK && bench_checkpoint(first) == CROSSDOCK_OK);
  CHECK(bench_restore(second, first) == CROSSDOCK_OK);
  give(second, "pump-2", 61);
  give(second, "pump-3", 61);
  CHECK(bench_run(second) == CROSSDOCK_OK && second->output_count == 1);
  CHECK(strcmp(second->outputs[0].source, "pump-3") == 0);
  bench_close(first);
  bench_close(second);
}

static void needsAStreamToWrite(void) {
  bench *b = bench_load("./my-plugin.so");
  CHECK(bench_open(b) == CROSSDOCK_BAD_OPTIONS && strstr(b->last_log, "writes"));
  bench_close(b);
}

int main(void) {
  reportsOnlyThePassing();
  goesOnFromACheckpoint();
  needsAStreamToWrite();
  puts("ok");
}
