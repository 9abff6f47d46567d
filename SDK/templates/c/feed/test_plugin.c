#define _GNU_SOURCE
#include "crossdock_bench.h"

#include <unistd.h>

static char folder[] = "/tmp/my-plugin-XXXXXX", path[100];

static bench *counter(void) {
  bench *b = bench_load("./my-plugin.so");
  bench_string(b, "folder", folder);
  bench_string(b, "source", "hall");
  bench_write(b, "counts");
  CHECK(bench_open(b) == CROSSDOCK_OK);
  b->now_ns = 1000;
  return b;
}

static void append(const char *text) {
  FILE *file = fopen(path, "a");
  CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void countsWholeLines(void) {
  bench *b = counter();
  append("one\ntwo\nthr");
  CHECK(bench_run(b) == CROSSDOCK_OK && b->output_count == 1);
  CHECK(strcmp(b->outputs[0].body, "{\"lines\":2,\"total\":2}") == 0 && strcmp(b->outputs[0].source, "hall") == 0);
  CHECK(b->outputs[0].event_time_ns == 1000);
  CHECK(bench_run(b) == CROSSDOCK_OK && b->output_count == 0);
  append("ee\n");
  CHECK(bench_run(b) == CROSSDOCK_OK && b->output_count == 1 && strcmp(b->outputs[0].body, "{\"lines\":1,\"total\":3}") == 0);
  bench_close(b);
}

static void goesOnFromACheckpoint(void) {
  bench *first = counter(), *second = counter();
  CHECK(bench_run(first) == CROSSDOCK_OK && first->output_count == 1);
  CHECK(bench_checkpoint(first) == CROSSDOCK_OK && bench_restore(second, first) == CROSSDOCK_OK);
  append("four\n");
  CHECK(bench_run(second) == CROSSDOCK_OK && strcmp(second->outputs[0].body, "{\"lines\":1,\"total\":4}") == 0);
  strcpy((char *)first->checkpoint, "?");
  first->checkpoint_bytes = 1;
  CHECK(bench_restore(second, first) == CROSSDOCK_BAD_CHECKPOINT);
  bench_close(first);
  bench_close(second);
}

static void comesAgainWhenThereIsNoFile(void) {
  bench *b = counter();
  CHECK(unlink(path) == 0);
  CHECK(bench_run(b) == CROSSDOCK_RETRY && strstr(b->last_log, path));
  bench_close(b);
}

int main(void) {
  CHECK(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/lines.log", folder);
  countsWholeLines();
  goesOnFromACheckpoint();
  comesAgainWhenThereIsNoFile();
  CHECK(rmdir(folder) == 0);
  puts("ok");
}
