#include "plugin.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "message.h"

enum { MAX_OPTIONS = 256 };

typedef const crossdock_plugin *(*entry_function)(uint32_t);

static void check_options(const crossdock_plugin *plugin, const char *path, int exit_code) {
  if (plugin->option_count > MAX_OPTIONS) fail(exit_code, "%s: it has more than %d options", path, MAX_OPTIONS);
  if (plugin->option_count > 0 && !plugin->options) fail(exit_code, "%s: its option table is missing", path);
  for (uint32_t index = 0; index < plugin->option_count; index++) {
    const crossdock_option *option = plugin_option(plugin, index);
    if (!KNOWS(option, help) || !option->key || !*option->key) {
      fail(exit_code, "%s: option %u of its table is not whole", path, index);
    }
    if (option->type < CROSSDOCK_OPTION_STRING || option->type > CROSSDOCK_OPTION_FILES) {
      fail(exit_code, "%s: option %s has a type that is not known: %u", path, option->key, option->type);
    }
  }
}

static void check(const crossdock_plugin *plugin, const char *path, int exit_code) {
  if (!KNOWS(plugin, close)) {
    fail(exit_code, "%s: its descriptor has %u bytes, ABI %u needs %zu", path, plugin->struct_size, CROSSDOCK_ABI_VERSION,
         sizeof *plugin);
  }
  if (plugin->abi_version != CROSSDOCK_ABI_VERSION) {
    fail(exit_code, "%s: it was built for ABI %u, this agent has %u: build it with this agent's header", path,
         plugin->abi_version, CROSSDOCK_ABI_VERSION);
  }
  if (plugin->role < CROSSDOCK_ROLE_MODEL || plugin->role > CROSSDOCK_ROLE_FEED) {
    fail(exit_code, "%s: its role %u is not known", path, plugin->role);
  }
  if (!plugin->name || !plugin->version || !plugin->open || !plugin->process || !plugin->close) {
    fail(exit_code, "%s: its descriptor lacks a name, a version, or one of open, process, close", path);
  }
  check_options(plugin, path, exit_code);
}

const crossdock_plugin *load_plugin(const char *path, int exit_code) {
  // A name without a slash would be looked for in the library path.
  char local[4096];
  snprintf(local, sizeof local, "%s%s", strchr(path, '/') ? "" : "./", path);
  void *library = dlopen(local, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!library) {
    const char *reason = dlerror();
    fail(exit_code, "%s: it cannot be loaded: %s", path, reason ? reason : "no reason is given");
  }
  entry_function entry;
  *(void **)&entry = dlsym(library, "crossdock_plugin_entry");
  if (!entry) fail(exit_code, "%s: it exports no crossdock_plugin_entry: build it as crossdock_plugin.h says", path);
  const crossdock_plugin *plugin = entry(CROSSDOCK_ABI_VERSION);
  if (!plugin) {
    fail(exit_code, "%s: it does not run on ABI %u: build it with this host's header", path, CROSSDOCK_ABI_VERSION);
  }
  check(plugin, path, exit_code);
  return plugin;
}

const crossdock_option *plugin_option(const crossdock_plugin *plugin, uint32_t index) {
  size_t row = plugin->options->struct_size;
  return (const crossdock_option *)((const char *)plugin->options + index * row);
}

