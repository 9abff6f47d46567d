// One row at a time through LightGBM's own library, by its fastest call for that (LGBM_BoosterPredictForMatSingleRowFast),
// one thread: the same model and rows as ours. Prints a flat JSON object.
//
//   lightgbm-row lib_lightgbm.so MODEL.txt ROWS.f64 FEATURES     (a row: the features and the answer)
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef void *Handle;

static int (*create)(const char *, int *, Handle *);
static int (*begin)(Handle, int, int, int, int, int32_t, const char *, Handle *);
static int (*predict)(Handle, const void *, int64_t *, double *);

static void fail(const char *what) {
  fprintf(stderr, "lightgbm-row: %s\n", what);
  exit(1);
}

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e6 + t.tv_nsec * 1e-3;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc != 5) fail("usage: lightgbm-row LIBRARY MODEL ROWS FEATURES");
  void *library = dlopen(argv[1], RTLD_NOW);
  if (!library) fail(dlerror());
  *(void **)&create = dlsym(library, "LGBM_BoosterCreateFromModelfile");
  *(void **)&begin = dlsym(library, "LGBM_BoosterPredictForMatSingleRowFastInit");
  *(void **)&predict = dlsym(library, "LGBM_BoosterPredictForMatSingleRowFast");
  if (!create || !begin || !predict) fail("the library has not the functions");
  Handle booster, fast;
  int iterations, features = atoi(argv[4]), width = features + 1;
  if (create(argv[2], &iterations, &booster)) fail("cannot load the model");
  // Normal prediction (0), all iterations, doubles (1).
  if (begin(booster, 0, 0, -1, 1, features, "num_threads=1", &fast)) fail("cannot begin");
  FILE *file = fopen(argv[3], "rb");
  if (!file) fail("cannot open the rows");
  size_t capacity = 1 << 24, count = 0;
  double *cells = malloc(capacity * sizeof(double));
  if (!cells || (count = fread(cells, sizeof(double), capacity, file) / width) == 0) fail("cannot read the rows");
  fclose(file);
  double worst = 0, rounds[9];
  for (int round = -1; round < 9; round++) {
    double started = now_us();
    for (size_t i = 0; i < count; i++) {
      double answer;
      int64_t length;
      if (predict(fast, cells + i * width, &length, &answer)) fail("cannot predict");
      double off = fabs(answer - cells[i * width + features]);
      worst = off > worst ? off : worst;
    }
    if (round >= 0) rounds[round] = (now_us() - started) / count;
  }
  qsort(rounds, 9, sizeof(double), compare);
  printf("{\"model.lightgbm_c_row_us\": %.4f, \"model.lightgbm_c_largest_difference\": %g}\n", rounds[4], worst);
  return 0;
}
