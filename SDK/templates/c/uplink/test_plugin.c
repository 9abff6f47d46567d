#define _GNU_SOURCE
#include "crossdock_bench.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/my-plugin-XXXXXX", path[100];

static bench *appender(void) {
  bench *b = bench_load("./my-plugin.so");
  b->data_folder = folder;
  bench_stream(b, "scans", NULL);
  CHECK(bench_open(b) == CROSSDOCK_OK);
  return b;
}

static void is(const char *expected) {
  char text[1000] = {0};
  FILE *file = fopen(path, "r");
  CHECK(file);
  CHECK(fread(text, 1, sizeof text - 1, file) == strlen(expected));
  fclose(file);
  CHECK(strcmp(text, expected) == 0);
}

#define LINE(sequence, body) \
  "{\"epoch\":\"1-00000000000000000000000000000000\",\"stream\":\"scans\",\"source\":\"gate-1\",\"sequence\":" sequence ",\"time_ns\":1000,\"body\":" body "}\n"

static void appendsLines(void) {
  bench *b = appender();
  bench_add(b, "scans", "gate-1", 1000, "{\"a\":1}", 0, NULL);
  bench_add(b, "scans", "gate-1", 1000, "{\"a\":2}", 0, NULL);
  CHECK(bench_run(b) == CROSSDOCK_OK);
  bench_add(b, "scans", "gate-1", 1000, "{\"a\":3}", 0, NULL);
  CHECK(bench_run(b) == CROSSDOCK_OK);
  is(LINE("1", "{\"a\":1}") LINE("2", "{\"a\":2}") LINE("3", "{\"a\":3}"));
  bench_close(b);
  CHECK(unlink(path) == 0);
}

static void comesAgainWhenTheFileCannotBeWritten(void) {
  bench *b = appender();
  CHECK(mkdir(path, 0700) == 0);
  bench_add(b, "scans", "gate-1", 1000, "{\"a\":1}", 0, NULL);
  CHECK(bench_run(b) == CROSSDOCK_RETRY && b->last_log[0]);
  CHECK(rmdir(path) == 0);
  CHECK(bench_run(b) == CROSSDOCK_OK);
  is(LINE("1", "{\"a\":1}"));
  bench_close(b);
  CHECK(unlink(path) == 0);
}

static void theFileIsANameInItsOwnFolder(void) {
  bench *b = bench_load("./my-plugin.so");
  CHECK(bench_open(b) == CROSSDOCK_BAD_OPTIONS && strstr(b->last_log, "data folder"));
  b->data_folder = folder;
  bench_string(b, "file", "../records");
  CHECK(bench_open(b) == CROSSDOCK_BAD_OPTIONS && strstr(b->last_log, "file"));
  bench_close(b);
}

int main(void) {
  CHECK(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/records.ndjson", folder);
  appendsLines();
  comesAgainWhenTheFileCannotBeWritten();
  theFileIsANameInItsOwnFolder();
  CHECK(rmdir(folder) == 0);
  puts("ok");
}
