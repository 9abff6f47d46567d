// Counters are summed, measures overwritten, between two answers: a plugin may count each record.
#include <string.h>

#include "instance.h"

struct measure {
  char name[MAX_NAME + 1];
  bool is_metric, is_new;
  uint64_t count;
  double value;
};

static struct measure measures[MAX_NAMES];
static uint32_t measure_count;

static struct measure *find(const char *name, bool is_metric) {
  for (uint32_t index = 0; index < measure_count; index++) {
    struct measure *measure = &measures[index];
    if (measure->is_metric == is_metric && !strncmp(measure->name, name, MAX_NAME)) return measure;
  }
  if (measure_count == MAX_NAMES) return NULL;
  struct measure *measure = &measures[measure_count++];
  memset(measure, 0, sizeof *measure);
  strncpy(measure->name, name, MAX_NAME);
  measure->is_metric = is_metric;
  return measure;
}

bool add_count(const char *name, uint64_t add) {
  struct measure *measure = find(name, false);
  if (!measure) return false;
  measure->count += add;
  measure->is_new = true;
  return true;
}

bool set_metric(const char *name, double value) {
  struct measure *measure = find(name, true);
  if (!measure) return false;
  measure->value = value;
  measure->is_new = true;
  return true;
}

void send_measures(void) {
  for (uint32_t index = 0; index < measure_count; index++) {
    struct measure *measure = &measures[index];
    if (!measure->is_new) continue;
    begin_frame(measure->is_metric ? FRAME_METRIC : FRAME_COUNT);
    if (measure->is_metric) {
      put_f64(measure->value);
    } else {
      put_u64(measure->count);
    }
    put_text((struct text){measure->name, strlen(measure->name)});
    end_frame();
    measure->is_new = false;
    measure->count = 0;
  }
}
