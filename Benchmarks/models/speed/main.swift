// What the models cost, one core: prints one flat JSON object of figures. `Benchmarks/models/speed.py` runs it.
//
//   model-benchmark FOLDER
//
// FOLDER holds what the peers are measured with (`Benchmarks/models/peers.py` makes it): half_space.f64, rows of five
// columns; trees.txt, a LightGBM model, and trees.f64, its rows. Numbers are little-endian doubles.
// Times are of the process's own clock: other work on the machine makes them longer by its cache misses only.
import Glibc

guard CommandLine.arguments.count == 2 else {
  print("usage: model-benchmark FOLDER")
  exit(64)
}
let folder = CommandLine.arguments[1]
var figures: [(String, Double)] = []
figures += measureScalar()
figures += measureManySignals()
figures += measureHalfSpace(rowsPath: folder + "/half_space.f64")
figures += measureManyColumns()
figures += measureThresholdsAndDrift()
figures += measureRates()
figures += measureEnvelope()
figures += measureTrees(modelPath: folder + "/trees.txt", rowsPath: folder + "/trees.f64")
print("{" + figures.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}")
