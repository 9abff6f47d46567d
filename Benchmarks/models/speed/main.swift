// What the models cost, one core: prints one flat JSON object of figures. `Benchmarks/models/speed.py` runs it.
//
//   model-benchmark FOLDER
//   model-benchmark signals COUNT      10,000 signals that have seen COUNT values each; fewer than 2,500: `young_`
//
// FOLDER holds what the peers are measured with (`Benchmarks/models/peers.py` makes it): half_space.f64, rows of five
// columns; trees.txt, a LightGBM model, and trees.f64, its rows. Numbers are little-endian doubles.
// Times are of the process's own clock: other work on the machine makes them longer by its cache misses only.
import Glibc

func allMeasures(_ folder: String) -> [(String, Double)] {
  var figures = measureScalar()
  figures += measureHalfSpace(rowsPath: folder + "/half_space.f64")
  figures += measureManyColumns()
  figures += measureThresholdsAndDrift()
  figures += measureRates()
  figures += measureEnvelope()
  figures += measureTrees(modelPath: folder + "/trees.txt", rowsPath: folder + "/trees.f64")
  return figures
}

let figures: [(String, Double)]
switch CommandLine.arguments.count {
case 2: figures = allMeasures(CommandLine.arguments[1])
case 3 where CommandLine.arguments[1] == "signals":
  let count = Int(CommandLine.arguments[2]) ?? 0
  figures = measureManySignals(count < 2500 ? "young_" : "", seenCount: count)
default:
  print("usage: model-benchmark FOLDER | signals COUNT")
  exit(64)
}
print("{" + figures.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}")
