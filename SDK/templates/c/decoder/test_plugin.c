#include "crossdock_bench.h"

static bench *decoder(const char *separator) {
  bench *b = bench_load("./my-plugin.so");
  bench_string(b, "separator", separator);
  bench_stream(b, "lines", NULL);
  bench_write(b, "readings");
  CHECK(bench_open(b) == CROSSDOCK_OK);
  return b;
}

static void give(bench *b, const char *line) { bench_add(b, "lines", "gateway", 1000, line, 0, NULL); }

static void decodesLines(void) {
  bench *b = decoder(";");
  give(b, "pump-1;21.5;ok");
  give(b, "pump-2;-3e2;too-cold");
  CHECK(bench_run(b) == CROSSDOCK_OK && b->output_count == 2 && b->reject_count == 0);
  CHECK(strcmp(b->outputs[0].source, "pump-1") == 0 && strcmp(b->outputs[0].body, "{\"value\":21.5,\"state\":\"ok\"}") == 0);
  CHECK(strcmp(b->outputs[1].body, "{\"value\":-300,\"state\":\"too-cold\"}") == 0 && b->outputs[1].event_time_ns == 1000);
  bench_close(b);
}

static void rejectsTheRest(void) {
  const char *bad[] = {"", "a;1", "a;1;ok;more", ";1;ok", "a;warm;ok", "a;nan;ok", "a;1x;ok", "a;1;", "a;1;\"}"};
  bench *b = decoder(";");
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) give(b, bad[i]);
  char longest[1000] = {0};
  memset(longest, 'a', sizeof longest - 1);
  give(b, longest);
  give(b, "pump-1;1;ok");
  CHECK(bench_run(b) == CROSSDOCK_OK && b->output_count == 1);
  CHECK(b->reject_count == sizeof bad / sizeof *bad + 1);
  for (uint32_t i = 0; i < b->reject_count; i++) CHECK(b->rejects[i].record == i && b->rejects[i].reason[0]);
  bench_close(b);
}

static void separatorIsOneCharacter(void) {
  bench *b = decoder("|");
  give(b, "pump-1|1|ok");
  CHECK(bench_run(b) == CROSSDOCK_OK && b->output_count == 1);
  bench_close(b);
  b = bench_load("./my-plugin.so");
  bench_string(b, "separator", "--");
  bench_write(b, "readings");
  CHECK(bench_open(b) == CROSSDOCK_BAD_OPTIONS);
  bench_close(b);
}

int main(void) {
  decodesLines();
  rejectsTheRest();
  separatorIsOneCharacter();
  puts("ok");
}
