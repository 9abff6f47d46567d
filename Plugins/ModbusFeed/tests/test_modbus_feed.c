// modbus-feed against a real Modbus server, loaded as a host loads it: test_modbus_feed PLUGIN SERVER
#include "crossdock_bench.h"
#include "register_map.h"
#include "server_process.h"

#include <time.h>

static const char *plugin_path, *server_path;

static int64_t clock_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bench *open_feed(int port, const char *registers) {
  bench *b = bench_load(plugin_path);
  bench_string(b, "host", "127.0.0.1");
  bench_integer(b, "port", port);
  bench_integer(b, "interval_ms", 10);
  bench_integer(b, "timeout_ms", 500);
  bench_file(b, "registers", registers);
  bench_write(b, "plant");
  CHECK(bench_open(b) == CROSSDOCK_OK);
  b->now_ns = 1000000000;
  b->wait_us = 2000000;
  return b;
}

// Calls until something was emitted or the answer is not OK.
static int32_t next(bench *b) {
  for (int i = 0; i < 1000; i++) {
    int32_t answer = bench_run(b);
    b->now_ns += 20000000;
    if (answer != CROSSDOCK_OK || b->output_count) return answer;
  }
  CHECK(!"something was emitted");
  return CROSSDOCK_FAILED;
}

static void expect(const bench *b, uint32_t i, const char *source, const char *part) {
  CHECK(i < b->output_count);
  if (strcmp(b->outputs[i].source, source) != 0 || !strstr(b->outputs[i].body, part))
    fprintf(stderr, "output %u: %s %s\n  expected: %s %s\n", i, b->outputs[i].source, b->outputs[i].body, source, part), exit(1);
}

#define HEADER "name,unit,function,address,type,word_order,scale,offset\n"

static void every_type_is_read(int port) {
  bench *b = open_feed(
      port, HEADER "plain,1,holding,0,u16,,,\nscaled,1,holding,5,u16,,0.1,-40\nfloat,1,holding,10,f32,,,\n"
                   "cdab,1,holding,14,f32,cdab,,\nbadc,1,holding,16,f32,badc,,\ndcba,1,holding,18,f32,dcba,,\nsigned,1,holding,12,i32,,,\nlong,1,holding,12,u32,abcd,,\n"
                   "below,1,input,1,i16,,,\ndoor,1,coil,3,bit,,,\nfan,1,discrete,4,bit,,,\nother,2,holding,1,u16,,,\n");
  CHECK(next(b) == CROSSDOCK_OK && b->output_count == 2);
  expect(b, 0, "modbus/1", "\"door\":1,\"fan\":0,\"plain\":1000,\"scaled\":60.5,\"float\":1.5,");
  expect(b, 0, "modbus/1", "\"cdab\":1.5,\"badc\":1.5,\"dcba\":1.5,");
  expect(b, 0, "modbus/1", "\"long\":4294967294,\"signed\":-2,");
  expect(b, 0, "modbus/1", "\"below\":-2}}");
  expect(b, 1, "modbus/2", "\"values\":{\"other\":1001}}");
  CHECK(b->outputs[0].event_time_ns >= 1000000000 && b->outputs[0].event_time_ns < 1500000000);
  CHECK(strcmp(b->outputs[0].stream, "plant") == 0);
  bench_close(b);
}

static void exceptions_are_records(int port) {
  bench *b = open_feed(port, HEADER "good,1,holding,0,u16,,,\nbad,1,input,5000,u16,,,\nworse,1,input,5001,u16,,,\ngone,9,holding,0,u16,,,\n");
  for (int i = 0; i < 3; i++) {
    CHECK(next(b) == CROSSDOCK_OK && b->output_count == 2);
    expect(b, 0, "modbus/1", "\"values\":{\"good\":1000},\"errors\":[{\"names\":[\"bad\",\"worse\"],\"reason\":\"Illegal data address\",\"exception\":2}]}");
    expect(b, 1, "modbus/9", "\"values\":{},\"errors\":[{\"names\":[\"gone\"],\"reason\":\"Target device failed to respond\",\"exception\":11}]}");
  }
  bench_close(b);
}

// A slow device costs a call no more than its wait; the answer is read by a later one.
static void calls_return_in_time(int port) {
  bench *b = open_feed(port, HEADER "slow,1,holding,200,u16,,,\n");
  bench_close(b);
  b = bench_load(plugin_path);
  bench_string(b, "host", "127.0.0.1"), bench_integer(b, "port", port), bench_file(b, "registers", HEADER "slow,1,holding,200,u16,,,\n");
  bench_write(b, "plant");
  CHECK(bench_open(b) == CROSSDOCK_OK);
  b->wait_us = 20000;
  int64_t begun = clock_ms(), longest = 0;
  uint32_t calls = 0;
  do {
    int64_t start = clock_ms();
    CHECK(bench_run(b) == CROSSDOCK_OK);
    int64_t took = clock_ms() - start;
    if (took > longest) longest = took;
    calls++;
  } while (b->output_count == 0 && calls < 1000);
  expect(b, 0, "modbus/1", "{\"slow\":1200}");
  printf("slow device: %u calls of at most %lld ms, answer after %lld ms\n", calls, (long long)longest, (long long)(clock_ms() - begun));
  CHECK(calls >= 3 && clock_ms() - begun >= 300);
  CHECK(longest < 300);  // 20 ms are asked for; a call that waited for the device would take 300
  bench_close(b);
}

static void unanswered_requests_are_errors(int port) {
  static const struct { const char *address, *reason; } cases[] = {
      {"210", "receive 127.0.0.1:"},  {"220", "no answer in 500 ms"}, {"230", "malformed answer: it is not Modbus"},
      {"250", "malformed answer: it is of another unit"}, {"260", "malformed answer: it holds another number of registers"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char registers[400];
    snprintf(registers, sizeof registers, HEADER "good,1,holding,0,u16,,,\nbad,1,holding,%s,u16,,,\nend,1,input,0,u16,,,\n", cases[i].address);
    bench *b = open_feed(port, registers);
    for (int poll = 0; poll < 3; poll++) {
      CHECK(next(b) == CROSSDOCK_OK && b->output_count == 1);
      expect(b, 0, "modbus/1", "\"values\":{\"good\":1000,\"end\":65535},\"errors\":[{\"names\":[\"bad\"],\"reason\":\"");
      expect(b, 0, "modbus/1", cases[i].reason);
    }
    bench_close(b);
  }
  bench *b = open_feed(port, HEADER "pieces,1,holding,240,u16,,,\n");
  CHECK(next(b) == CROSSDOCK_OK);
  expect(b, 0, "modbus/1", "{\"pieces\":4660}");
  bench_close(b);
}

static void silent_device_ends_the_poll(int port) {
  bench *b = open_feed(port, HEADER "a,1,holding,220,u16,,,\nb,2,holding,220,u16,,,\nc,3,holding,0,u16,,,\n");
  CHECK(next(b) == CROSSDOCK_OK && b->output_count == 3);
  expect(b, 0, "modbus/1", "no answer in 500 ms");
  expect(b, 1, "modbus/2", "no answer in 500 ms");
  expect(b, 2, "modbus/3", "not asked: the device does not answer");
  bench_close(b);
}

static void closed_connection_is_opened_again(void) {
  server server = start_server(server_path, 0, 1);
  bench *b = open_feed(server.port, HEADER "good,1,holding,0,u16,,,\n");
  for (int i = 0; i < 5; i++) {
    CHECK(next(b) == CROSSDOCK_OK && b->output_count == 1);
    expect(b, 0, "modbus/1", "{\"good\":1000}}");
  }
  bench_close(b);
  stop_server(&server);
}

static void lost_device_is_told_once_and_tried_again(void) {
  server server = start_server(server_path, 0, 0);
  const char *registers = HEADER "good,1,holding,0,u16,,,\n";
  bench *b = open_feed(server.port, registers);
  CHECK(next(b) == CROSSDOCK_OK);
  stop_server(&server);
  CHECK(next(b) == CROSSDOCK_OK && b->output_count == 1);
  expect(b, 0, "modbus", "{\"state\":\"unreachable\",\"reason\":\"connect 127.0.0.1:");
  for (int i = 0; i < 3; i++) CHECK(bench_run(b) == CROSSDOCK_RETRY && b->output_count == 0);
  CHECK(bench_checkpoint(b) == CROSSDOCK_OK);
  // A new instance knows from the checkpoint that this was told.
  bench *restarted = open_feed(server.port, registers);
  CHECK(bench_restore(restarted, b) == CROSSDOCK_OK);
  bench_close(b);
  CHECK(bench_run(restarted) == CROSSDOCK_RETRY && restarted->output_count == 0);
  server = start_server(server_path, server.port, 0);
  CHECK(next(restarted) == CROSSDOCK_OK && restarted->output_count == 2);
  expect(restarted, 0, "modbus", "{\"state\":\"reachable\"}");
  expect(restarted, 1, "modbus/1", "\"poll\":2,");
  restarted->checkpoint[4] = 9, restarted->checkpoint_bytes = 16;
  CHECK(bench_restore(restarted, restarted) == CROSSDOCK_BAD_CHECKPOINT);
  bench_close(restarted);
  stop_server(&server);
}

static void polls_keep_their_interval(int port) {
  bench *b = open_feed(port, HEADER "good,1,holding,0,u16,,,\n");
  bench_close(b);
  b = bench_load(plugin_path);
  bench_string(b, "host", "127.0.0.1"), bench_integer(b, "port", port), bench_file(b, "registers", HEADER "good,1,holding,0,u16,,,\n");
  bench_integer(b, "interval_ms", 60000);
  bench_write(b, "plant");
  CHECK(bench_open(b) == CROSSDOCK_OK);
  b->now_ns = 5000000000;
  b->wait_us = 1000000;
  CHECK(next(b) == CROSSDOCK_OK);
  b->wait_us = 1000;
  for (int second = 6; second < 65; second++) {
    b->now_ns = second * 1000000000LL;
    CHECK(bench_run(b) == CROSSDOCK_OK && b->output_count == 0);
  }
  b->now_ns = 65100000000;
  b->wait_us = 1000000;
  CHECK(bench_run(b) == CROSSDOCK_OK && b->output_count == 1);
  bench_close(b);
}

static void unusable_options_are_named(void) {
  static const struct { const char *registers, *reason; } cases[] = {
      {"", "registers: name the CSV file"},
      {"# nothing\n", "there is no register in the file"},
      {"name,unit,function\n", "line 1: the column address is missing"},
      {"name,unit,function,address,type,colour\n", "line 1: \"colour\" is no column"},
      {HEADER "a,1,holding,0,u16\n", "line 2: 5 fields, but the first line names 8 columns"},
      {HEADER "\n# c\na,300,holding,0,u16,,,\n", "line 4: unit \"300\": 0 to 255"},
      {HEADER "a,1,holding,40001x,u16,,,\n", "line 2: address \"40001x\""},
      {HEADER "a,1,holding,65535,u32,,,\n", "line 2: a goes beyond address 65535"},
      {HEADER "a,1,coil,0,u16,,,\n", "line 2: a: coil and discrete are of type bit"},
      {HEADER "a,1,holding,0,f64,,,\n", "line 2: type \"f64\""},
      {HEADER "a,1,holding,0,f32,dcab,,\n", "line 2: word_order \"dcab\""},
      {HEADER "a,1,holding,0,f32,,1e999,\n", "line 2: scale \"1e999\" is not a number"},
      {HEADER "a b,1,holding,0,u16,,,\n", "line 2: name \"a b\""},
      {HEADER "a,1,holding,0,u16,,,\na,1,holding,1,u16,,,\n", "unit 1 has the name a twice"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bench *b = bench_load(plugin_path);
    bench_string(b, "host", "127.0.0.1"), bench_file(b, "registers", cases[i].registers), bench_write(b, "plant");
    CHECK(bench_open(b) == CROSSDOCK_BAD_OPTIONS);
    if (!strstr(b->last_log, cases[i].reason)) fprintf(stderr, "%s\n  expected: %s\n", b->last_log, cases[i].reason), exit(1);
    bench_close(b);
  }
  bench *b = bench_load(plugin_path);
  bench_string(b, "host", "plc.local"), bench_file(b, "registers", HEADER "a,1,holding,0,u16,,,\n"), bench_write(b, "plant");
  CHECK(bench_open(b) == CROSSDOCK_BAD_OPTIONS && strstr(b->last_log, "IPv4 address in numbers"));
  bench_close(b);
}

// Requests cover exactly the registers that are named, in any order of lines; with a gap, what lies between too.
static void neighbours_share_a_request(void) {
  const char *text = HEADER "c,1,holding,4,u16,,,\na,1,holding,0,u32,,,\nb,1,holding,2,u16,,,\nd,1,holding,124,u32,,,\nf,1,holding,80,u16,,,\ne,2,holding,3,u16,,,\n";
  register_map map;
  char reason[MAX_REASON];
  CHECK(register_map_read(&map, text, strlen(text), 0, reason) == 0 && map.block_count == 5);
  CHECK(map.blocks[0].address == 0 && map.blocks[0].count == 3 && map.blocks[0].entry_count == 2);
  CHECK(map.blocks[1].address == 4 && map.blocks[1].count == 1);
  register_map_free(&map);
  // 0 to 125 would be one register too many for an answer.
  CHECK(register_map_read(&map, text, strlen(text), 100, reason) == 0 && map.block_count == 3);
  CHECK(map.blocks[0].address == 0 && map.blocks[0].count == 81 && map.blocks[1].address == 124 && map.blocks[1].count == 2);
  register_map_free(&map);
}

int main(int count, char **arguments) {
  if (count != 3) return 64;
  plugin_path = arguments[1], server_path = arguments[2];
  signal(SIGPIPE, SIG_IGN);
  unusable_options_are_named();
  neighbours_share_a_request();
  server server = start_server(server_path, 0, 0);
  every_type_is_read(server.port);
  exceptions_are_records(server.port);
  calls_return_in_time(server.port);
  unanswered_requests_are_errors(server.port);
  silent_device_ends_the_poll(server.port);
  polls_keep_their_interval(server.port);
  stop_server(&server);
  closed_connection_is_opened_again();
  lost_device_is_told_once_and_tried_again();
  printf("modbus-feed: all tests passed\n");
  return 0;
}
