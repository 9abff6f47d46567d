// simdjson's on-demand reader on the messages of decode/Messages.swift, doing what our scanner and decoder do with them.
//   c++ -O3 -std=c++17 -march=native simdjson.cpp -lsimdjson -o simdjson       (Debian: libsimdjson-dev)
//
// -march: on-demand's inlined part is compiled for this processor; its first pass chooses at run time anyway.
// "find": the five values' places are found, the text's syntax is checked as far as on-demand goes (to what is asked for).
// "whole": the same with every value visited, so that the document is checked to its end, as a quarantine needs it.
// "dom": the parser that checks everything.
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

using simdjson::ondemand::document;
using simdjson::ondemand::parser;
using Messages = std::vector<simdjson::padded_string>;

static double sink;

static Messages small_messages() {
  Messages all;
  for (int n = 0; n < 4096; n++) {
    char head[200];
    int length = snprintf(head, sizeof head,
                          "{\"id\":\"m-%d\",\"ts\":\"2026-11-23T08:00:%d.%dZ\",\"rpm\":%d.25,\"temperature\":%d.5,"
                          "\"rms\":0.0%d,\"unit\":\"mm/s\",\"note\":\"",
                          1000000 + n, 10 + n % 50, 100 + n % 900, 1480 + n % 20, 60 + n % 9, 100 + n % 900);
    all.emplace_back(std::string(head) + std::string(150 - length - 2, 'x') + "\"}");
  }
  return all;
}

static Messages large_messages() {
  Messages all;
  for (int n = 0; n < 64; n++) {
    std::string text = "{\"id\":\"w-" + std::to_string(1000000 + n) + "\",\"ts\":1795420800123,\"rpm\":1480.25,\"samples\":[";
    for (int i = 0; i < 2048; i++) {
      int value = (i * 7919 + n * 104729) % 199999 - 99999;
      char number[32];
      snprintf(number, sizeof number, "%s%s0.%06d", i > 0 ? "," : "", value < 0 ? "-" : "", abs(value));
      text += number;
    }
    all.emplace_back(text + "]}");
  }
  return all;
}

template <typename Pass>
static void measure(const char *name, const Messages &messages, int rounds, Pass pass) {
  int per_round = std::max<int>(1, 1000000 / messages.size() / std::max<size_t>(1, messages[0].size() / 150));
  double best = 1e18;
  for (int round = 0; round < rounds; round++) {
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < per_round; i++)
      for (auto &message : messages) pass(message);
    double ns = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
    best = std::min(best, ns / (double(per_round) * messages.size()));
  }
  printf("%s: %.1f ns, %.0f/s, %zu bytes\n", name, best, 1e9 / best, messages[0].size());
}

static void find(parser &reader, const simdjson::padded_string &message) {
  auto doc = reader.iterate(message);
  for (auto field : doc.get_object()) {
    auto key = field.unescaped_key().value_unsafe();
    if (key == "rpm" || key == "temperature" || key == "rms") {
      sink += double(field.value().get_double());
    } else if (key == "id" || key == "ts") {
      sink += double(field.value().raw_json_token().value_unsafe().size());
    }
  }
}

static void whole(parser &reader, const simdjson::padded_string &message) {
  auto doc = reader.iterate(message);
  for (auto field : doc.get_object()) {
    auto key = field.unescaped_key().value_unsafe();
    auto value = field.value();
    if (key == "rpm" || key == "temperature" || key == "rms") {
      sink += double(value.get_double());
    } else if (key == "samples") {
      for (auto sample : value.get_array()) sink += double(sample.get_double());
    } else if (value.type() == simdjson::ondemand::json_type::string) {
      sink += double(std::string_view(value.get_string()).size());
    } else {
      sink += double(value.get_double());
    }
  }
}

int main(int count, char **arguments) {
  int rounds = count > 1 ? atoi(arguments[1]) : 7;
  Messages small = small_messages(), large = large_messages();
  parser reader;
  simdjson::dom::parser tree;
  printf("implementation: %s\n", simdjson::get_active_implementation()->name().c_str());
  measure("find 150 B", small, rounds, [&](auto &message) { find(reader, message); });
  measure("whole 150 B", small, rounds, [&](auto &message) { whole(reader, message); });
  measure("dom 150 B", small, rounds, [&](auto &message) { sink += double(tree.parse(message).get_object().value().size()); });
  measure("whole 20 KiB with 2048 samples", large, rounds, [&](auto &message) { whole(reader, message); });
  measure("dom 20 KiB", large, rounds, [&](auto &message) { sink += double(tree.parse(message).get_object().value().size()); });
  return sink == 0.5;
}
