// describe: the descriptor as JSON, for the configuration check, the reference page and `plugin install`.
#include <stdio.h>
#include <string.h>

#include "plugin.h"

static void put_string(const char *text) {
  if (!text) {
    fputs("null", stdout);
    return;
  }
  putchar('"');
  for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++) {
    if (*byte == '"' || *byte == '\\') {
      printf("\\%c", *byte);
    } else if (*byte < 0x20) {
      printf("\\u%04x", *byte);
    } else {
      putchar(*byte);
    }
  }
  putchar('"');
}

static void put_member(const char *key, const char *text) {
  printf("\"%s\":", key);
  put_string(text);
}

static const char *role_name(uint32_t role) {
  static const char *const names[] = {"", "model", "decoder", "uplink", "feed"};
  return names[role];
}

void describe_plugin(const crossdock_plugin *plugin) {
  putchar('{');
  put_member("name", plugin->name);
  putchar(',');
  put_member("version", plugin->version);
  putchar(',');
  put_member("summary", plugin->summary ? plugin->summary : "");
  fputs(",\"options\":[", stdout);
  for (uint32_t index = 0; index < plugin->option_count; index++) {
    const crossdock_option *option = plugin_option(plugin, index);
    fputs(index ? ",{" : "{", stdout);
    put_member("key", option->key);
    printf(",\"type\":%u,", option->type);
    put_member("default", option->default_value);
    putchar(',');
    put_member("help", option->help ? option->help : "");
    putchar('}');
  }
  fputs("],", stdout);
  put_member("role", role_name(plugin->role));
  printf(",\"abi\":%u}\n", plugin->abi_version);
  fflush(stdout);
}
