// The bridge to toml++ (header-only, MIT). Depth is bounded before and while parsing, because toml++ builds and destroys
// nested tables by recursion: values nest at most TOML_MAX_NESTED_VALUES deep, a key has at most kMaxDots dots.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 16
#define TOML_ENABLE_FORMATTERS 0

// toml++ 3.3 asserts that a table's header begins with a key and, without assertions, tells the optimiser so: `[=]` aborts a
// debug build and is undefined behaviour in a release. The code after that assertion reports the error properly, so both
// forms of it are taken out before the parser is compiled.
#include <toml++/impl/preprocessor.h>
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(expr) static_assert(true)
#include <toml++/toml.h>

#include "CTomlPlusPlus.h"

#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kMaxDots = 64;

struct Document : crossdock_toml_document {
  toml::table root;
  std::vector<crossdock_toml_node> storage;
  std::string reason;

  Document() : crossdock_toml_document{} {}
};

void fail(Document &document, std::string_view reason, uint32_t line, uint32_t column) {
  document.reason = reason;
  document.error = document.reason.c_str();
  document.error_line = line;
  document.error_column = column;
}

struct Child {
  const toml::key *key;
  const toml::node *node;
};

void append(Document &document, const toml::node &node, const toml::key *key);

void appendTable(Document &document, const toml::table &table) {
  std::vector<Child> children;
  for (auto &&[key, value] : table) children.push_back({&key, &value});
  // toml++ sorts by key; a reader of the file thinks in its order.
  std::stable_sort(children.begin(), children.end(), [](const Child &a, const Child &b) {
    return a.key->source().begin < b.key->source().begin;
  });
  for (const Child &child : children) append(document, *child.node, child.key);
}

void append(Document &document, const toml::node &node, const toml::key *key) {
  const size_t index = document.storage.size();
  crossdock_toml_node out{};
  out.line = node.source().begin.line;
  out.column = node.source().begin.column;
  if (key) {
    out.key = key->str().data();
    out.key_count = key->str().size();
    out.key_line = key->source().begin.line;
    out.key_column = key->source().begin.column;
  }
  if (auto text = node.as_string()) {
    out.kind = CROSSDOCK_TOML_STRING;
    out.text = text->get().data();
    out.text_count = text->get().size();
  } else if (auto integer = node.as_integer()) {
    out.kind = CROSSDOCK_TOML_INTEGER;
    out.integer = integer->get();
  } else if (auto number = node.as_floating_point()) {
    out.kind = CROSSDOCK_TOML_NUMBER;
    out.number = number->get();
  } else if (auto boolean = node.as_boolean()) {
    out.kind = CROSSDOCK_TOML_BOOLEAN;
    out.integer = boolean->get() ? 1 : 0;
  } else if (node.is_table()) {
    out.kind = CROSSDOCK_TOML_TABLE;
  } else if (node.is_array()) {
    out.kind = CROSSDOCK_TOML_ARRAY;
  } else {
    out.kind = CROSSDOCK_TOML_DATE;
  }
  document.storage.push_back(out);
  if (auto table = node.as_table()) appendTable(document, *table);
  if (auto array = node.as_array())
    for (auto &&element : *array) append(document, element, nullptr);
  document.storage[index].next = static_cast<uint32_t>(document.storage.size());
}

// Whether a run of dots is longer than any key needs; strings and comments count too, which does no harm.
bool hasTooManyDots(Document &document, std::string_view text) {
  int dots = 0;
  uint32_t line = 1, column = 1;
  for (char byte : text) {
    switch (byte) {
    case '.':
      if (++dots > kMaxDots) {
        fail(document, "more than 64 dots in a row of names", line, column);
        return true;
      }
      break;
    case '\n': case '=': case ',': case '{': case '}': case '[': case ']':
      dots = 0;
      break;
    default:
      break;
    }
    column = byte == '\n' ? 1 : column + 1;
    if (byte == '\n') line++;
  }
  return false;
}

void parse(Document &document, std::string_view text) {
  if (hasTooManyDots(document, text)) return;
  toml::parse_result result = toml::parse(text);
  if (!result) {
    const toml::parse_error &error = result.error();
    fail(document, error.description(), error.source().begin.line, error.source().begin.column);
    return;
  }
  document.root = std::move(result).table();
  append(document, document.root, nullptr);
  document.nodes = document.storage.data();
  document.node_count = document.storage.size();
}

}  // namespace

extern "C" const crossdock_toml_document *crossdock_toml_parse(const char *text, size_t count) {
  Document *document = nullptr;
  try {
    document = new Document;
    parse(*document, std::string_view(text, count));
    return document;
  } catch (...) {
    delete document;
    return nullptr;
  }
}

extern "C" void crossdock_toml_free(const crossdock_toml_document *document) {
  delete static_cast<const Document *>(document);
}
