// file-drop on real folders, loaded as a host loads it: test_file_drop PLUGIN. SEED=n repeats the kills.
#define _GNU_SOURCE
#include "crossdock_bench.h"
#include "drop_folder.h"
#include "json_line.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_NAMES = 2000, KILLS = 100, BATCHES = 20, BATCH_RECORDS = 7 };

static const char *plugin_path;
static char root[64];

typedef struct listing {
  char names[MAX_NAMES][MAX_FILE_NAME + 1];
  uint32_t count;
} listing;

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

static listing *list(const char *folder) {
  listing *found = calloc(1, sizeof *found);
  DIR *names = opendir(folder);
  CHECK(found && names);
  for (struct dirent *entry; (entry = readdir(names));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    CHECK(found->count < MAX_NAMES);
    strcpy(found->names[found->count++], entry->d_name);
  }
  closedir(names);
  qsort(found->names, found->count, sizeof *found->names, by_name);
  return found;
}

static char *contents(const char *folder, const char *name) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "r");
  CHECK(file);
  char *text = calloc(1, 1 << 22);
  CHECK(text && fread(text, 1, (1 << 22) - 1, file) < (1 << 22) - 1);
  fclose(file);
  return text;
}

static char *new_folder(const char *name) {
  static char path[256];
  snprintf(path, sizeof path, "%s/%s", root, name);
  CHECK(mkdir(path, 0755) == 0);
  return path;
}

static void remove_name(const char *folder, const char *name) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  CHECK(unlink(path) == 0);
}

static bench *open_drop(const char *folder, int64_t max_waiting) {
  bench *b = bench_load(plugin_path);
  bench_string(b, "folder", folder);
  bench_integer(b, "max_waiting_files", max_waiting);
  bench_integer(b, "max_file_kb", 16);
  bench_stream(b, "scans", NULL);
  bench_stream(b, "alerts", NULL);
  CHECK(bench_open(b) == CROSSDOCK_OK);
  return b;
}

static const char first_lines[] =
    "{\"stream\":\"scans\",\"sequence\":1,\"source\":\"gate \\\"1\\\"\",\"time\":\"2023-11-14T22:13:20.000000007Z\","
    "\"ingest_time\":\"2023-11-14T22:13:20.000000007Z\",\"body\":{\"a\":[1,2.50,{}],\"b\":\"x y\\n\"}}\n"
    "{\"stream\":\"scans\",\"sequence\":3,\"source\":\"gate 2\",\"time\":\"1969-12-31T23:59:59.999999999Z\","
    "\"ingest_time\":\"1969-12-31T23:59:59.999999999Z\",\"body_base64\":\"U0NBTiAx\"}\n";

static void batch_becomes_a_file_a_stream(void) {
  char *folder = new_folder("files");
  bench *b = open_drop(folder, 10);
  bench_add(b, "scans", "gate \"1\"", 1700000000000000007, " { \"a\" : [1, 2.50,\n{ }], \"b\":\"x y\\n\"}\n", 0, NULL);
  bench_add(b, "alerts", "gate 1", 1700000000000000008, "true", 0, NULL);
  bench_add(b, "scans", "gate 2", -1, "SCAN 1", 0, NULL);
  CHECK(bench_run(b) == CROSSDOCK_OK);
  listing *found = list(folder);
  CHECK(found->count == 2);
  CHECK(strcmp(found->names[0], "alerts-000000000002-000000000002-17979cfe362a0008.ndjson") == 0);
  CHECK(strcmp(found->names[1], "scans-000000000001-000000000003-17979cfe362a0007.ndjson") == 0);
  char *text = contents(folder, found->names[1]);
  if (strcmp(text, first_lines) != 0) fprintf(stderr, "%s", text), exit(1);
  free(text), free(found);
  bench_close(b);
}

static void add_numbered(bench *b, int from, int to) {
  char body[64];
  for (int i = from; i < to; i++) {
    snprintf(body, sizeof body, "{\"n\":%d}", i);
    bench_add(b, i % 3 ? "scans" : "alerts", "s", 1700000000000000000 + i, body, 0, NULL);
  }
}

// The agent was killed before it knew of the OK: the same records come again, alone, with more, or with fewer of them.
static void repeated_batch_takes_the_place_of_itself(void) {
  char *folder = new_folder("repeated");
  static const int lengths[] = {9, 9, 15, 5, 30};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    bench *b = open_drop(folder, 10);
    add_numbered(b, 0, lengths[i]);
    CHECK(bench_run(b) == CROSSDOCK_OK);
    bench_close(b);
    listing *found = list(folder);
    CHECK(found->count == 2);
    free(found);
  }
  // A new journal begins at 1 again: its files stand beside the old ones.
  bench *b = open_drop(folder, 10);
  bench_add(b, "alerts", "s", 1800000000000000000, "{}", 0, NULL);
  CHECK(bench_run(b) == CROSSDOCK_OK);
  bench_close(b);
  listing *found = list(folder);
  CHECK(found->count == 3);
  free(found);
}

static void long_batch_is_cut_the_same_way_each_time(void) {
  char *folder = new_folder("long");
  char *body = malloc(1001);
  memset(body, 'x', 1000);
  body[0] = body[999] = '"', body[1000] = 0;
  listing *before = NULL;
  for (int attempt = 0; attempt < 2; attempt++) {
    bench *b = open_drop(folder, 100);
    for (int i = 0; i < 100; i++) bench_add(b, "scans", "s", 1700000000000000000 + i, body, 0, NULL);
    CHECK(bench_run(b) == CROSSDOCK_OK);
    bench_close(b);
    listing *found = list(folder);
    CHECK(found->count == 8);  // 14 lines of 1,148 bytes in 16 KiB
    for (uint32_t i = 0; i < found->count; i++) {
      char *text = contents(folder, found->names[i]);
      CHECK(strlen(text) <= 16 << 10);
      free(text);
    }
    CHECK(!before || memcmp(before, found, sizeof *found) == 0);
    free(before);
    before = found;
  }
  free(before), free(body);
}

static void too_many_files_wait_in_the_journal(void) {
  char *folder = new_folder("waiting");
  bench *b = open_drop(folder, 3);
  for (int i = 0; i < 3; i++) {
    bench_add(b, "scans", "s", i, "{}", 0, NULL);
    CHECK(bench_run(b) == CROSSDOCK_OK);
  }
  bench_add(b, "scans", "s", 3, "{}", 0, NULL);
  CHECK(bench_run(b) == CROSSDOCK_RETRY && strstr(b->last_log, "max_waiting_files are not picked up yet"));
  b->last_log[0] = 0;
  CHECK(bench_run(b) == CROSSDOCK_RETRY && !b->last_log[0]);
  listing *found = list(folder);
  CHECK(found->count == 3);
  remove_name(folder, found->names[0]);
  free(found);
  CHECK(bench_run(b) == CROSSDOCK_OK && strcmp(b->last_log, "files are written again") == 0);
  bench_close(b);
}

static void missing_folder_is_tried_again(void) {
  char path[256];
  snprintf(path, sizeof path, "%s/later", root);
  bench *b = open_drop(path, 3);
  bench_add(b, "scans", "s", 0, "{}", 0, NULL);
  CHECK(bench_run(b) == CROSSDOCK_RETRY && strstr(b->last_log, "No such file or directory"));
  CHECK(mkdir(path, 0755) == 0);
  char partial[512];
  snprintf(partial, sizeof partial, "%s/.crossdock-scans-000000000001-.partial", path);
  int left = open(partial, O_WRONLY | O_CREAT, 0600);
  CHECK(left >= 0 && write(left, "{\"half", 6) == 6 && close(left) == 0);
  CHECK(bench_run(b) == CROSSDOCK_OK);
  listing *found = list(path);
  CHECK(found->count == 1);
  free(found);
  bench_close(b);
}

// In a mount namespace of its own, on a file system of 64 KiB. Gives 77 where the machine does not let that be.
static int full_disk_child(const char *folder) {
  if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0) return 77;
  mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
  if (mount("drop", folder, "tmpfs", 0, "size=64k") != 0) return 77;
  char filler[512], page[4096] = {0};
  snprintf(filler, sizeof filler, "%s/filler", folder);
  int descriptor = open(filler, O_WRONLY | O_CREAT, 0600);
  CHECK(descriptor >= 0);
  while (write(descriptor, page, sizeof page) == sizeof page) continue;
  CHECK(errno == ENOSPC);
  close(descriptor);
  bench *b = open_drop(folder, 10);
  add_numbered(b, 0, 30);
  CHECK(bench_run(b) == CROSSDOCK_RETRY && strstr(b->last_log, "No space left on device"));
  listing *found = list(folder);
  CHECK(found->count == 1);  // nothing half-written is left
  free(found);
  remove_name(folder, "filler");
  CHECK(bench_run(b) == CROSSDOCK_OK);
  found = list(folder);
  CHECK(found->count == 2);
  free(found);
  bench_close(b);
  return 0;
}

static void full_disk_is_tried_again(void) {
  char *folder = new_folder("full");
  pid_t child = fork();
  if (child == 0) _exit(full_disk_child(folder));
  int status;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) printf("full disk: skipped, this machine lets no file system be mounted\n");
  CHECK(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
}

static void drop_everything(const char *folder) {
  bench *b = open_drop(folder, 1000);
  for (int batch = 0; batch < BATCHES; batch++) {
    add_numbered(b, batch * BATCH_RECORDS, (batch + 1) * BATCH_RECORDS);
    CHECK(bench_run(b) == CROSSDOCK_OK);
  }
  bench_close(b);
}

// Whatever moment an instance is killed at: a file that is there is whole.
static void killed_instance_leaves_whole_files(void) {
  const char *seed_text = getenv("SEED");
  unsigned seed = seed_text ? (unsigned)strtoul(seed_text, NULL, 10) : (unsigned)time(NULL);
  printf("kills: SEED=%u\n", seed);
  srandom(seed);
  char reference[256], folder[256];
  strcpy(reference, new_folder("reference"));
  strcpy(folder, new_folder("killed"));
  drop_everything(reference);
  listing *expected = list(reference);
  uint32_t partial = 0;
  for (int kill_number = 0; kill_number < KILLS; kill_number++) {
    pid_t child = fork();
    if (child == 0) {
      drop_everything(folder);
      _exit(0);
    }
    usleep((useconds_t)(random() % 8000));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    listing *found = list(folder);
    for (uint32_t i = 0; i < found->count; i++) {
      if (found->names[i][0] == '.') {
        partial++;
        continue;
      }
      CHECK(bsearch(found->names[i], expected->names, expected->count, sizeof *expected->names, by_name));
      char *a = contents(folder, found->names[i]), *b = contents(reference, found->names[i]);
      CHECK(strcmp(a, b) == 0);
      free(a), free(b);
      if (random() % 4 == 0) remove_name(folder, found->names[i]);  // picked up
    }
    free(found);
  }
  drop_everything(folder);
  listing *found = list(folder);
  CHECK(memcmp(found, expected, sizeof *found) == 0);
  printf("kills: %d, %u of them in the middle of a file, every file whole\n", KILLS, partial);
  free(found), free(expected);
}

static void only_json_is_taken_for_json(void) {
  static const struct { const char *text, *compact; } cases[] = {
      {" [ ] ", "[]"}, {"{}", "{}"}, {"-0.5e+3", "-0.5e+3"}, {"\"\\u00e9\xC3\xA9\"", "\"\\u00e9\xC3\xA9\""}, {"[[[1]],{\"a\":[]}]", "[[[1]],{\"a\":[]}]"},
      {"{\"a\":1 , \"b\" : {\"c\":null}}", "{\"a\":1,\"b\":{\"c\":null}}"}, {"", NULL}, {" ", NULL}, {"[", NULL}, {"]", NULL}, {"[1,]", NULL},
      {"{\"a\"}", NULL}, {"{\"a\":}", NULL}, {"{a:1}", NULL}, {"{,}", NULL}, {"01", NULL}, {"1.", NULL}, {".5", NULL}, {"+1", NULL}, {"1e", NULL}, {"tru", NULL},
      {"1 2", NULL}, {"\"a", NULL}, {"\"\n\"", NULL}, {"\"\\x\"", NULL}, {"\"\\u12g4\"", NULL}, {"\"\xC0\x80\"", NULL}, {"\"\xED\xA0\x80\"", NULL},
      {"[1}", NULL}, {"{\"a\":1]", NULL}, {"nul", NULL}, {"\xEF\xBB\xBF{}", NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    line_buffer out = {0};
    int answer = append_compact_json(&out, (const uint8_t *)cases[i].text, strlen(cases[i].text));
    int as_expected = cases[i].compact ? answer == 0 && strlen(cases[i].compact) == out.count && memcmp(out.text, cases[i].compact, out.count) == 0
                                       : answer != 0 && out.count == 0;
    if (!as_expected) fprintf(stderr, "json: %s\n", cases[i].text), exit(1);
    free(out.text);
  }
  // Depth has a bound, and the parser needs no C stack for it.
  char deep[100001];
  memset(deep, '[', 100000);
  line_buffer out = {0};
  CHECK(append_compact_json(&out, (const uint8_t *)deep, 100000) != 0);
  free(out.text);
}

int main(int count, char **arguments) {
  if (count != 2) return 64;
  plugin_path = arguments[1];
  strcpy(root, "/tmp/file-drop-XXXXXX");
  CHECK(mkdtemp(root));
  only_json_is_taken_for_json();
  batch_becomes_a_file_a_stream();
  repeated_batch_takes_the_place_of_itself();
  long_batch_is_cut_the_same_way_each_time();
  too_many_files_wait_in_the_journal();
  missing_folder_is_tried_again();
  full_disk_is_tried_again();
  killed_instance_leaves_whole_files();
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", root);
  CHECK(system(command) == 0);
  printf("file-drop: all tests passed\n");
  return 0;
}
