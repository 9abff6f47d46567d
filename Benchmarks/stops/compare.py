"""Stop sequencing beside other solvers, in one run: the same instances, the same time, one thread each.

    python3 Benchmarks/stops/compare.py [--data DIR] [--program PATH] [--vrptw-ms 10000] [--markdown FILE]

Makes a virtual environment beside itself (.venv) and installs OR-tools, PyVRP and VROOM there; one that has no wheel for this machine is named
and left out. Takes every fifth of the published instances with one vehicle (20 ms up to 60 stops, 100 ms up to 100, 500 ms beyond) and every
seventh of Solomon's. Every answer is walked again here, and counts as feasible only when that says so; gaps are to the best known values.
Others get the matrices ready-made, as whole numbers, and their own limit of time; OR-tools and PyVRP are made for more, and get 1 s as well.
"""
import argparse
import math
import os
import subprocess
import sys
import time
from datetime import timedelta

from stops import CLASSES, best_known, read_tsptw, stops

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PACKAGES = ["ortools==9.15.6755", "pyvrp==0.14.1", "pyvroom==1.15.2"]
# Published numbers have up to four decimals; Solomon's exact distances are rounded to as many.
SCALE = 10_000
TOLERANCE = 0.02


def in_environment():
    """Runs this script again inside of the virtual environment, made if need be."""
    folder = os.path.join(HERE, ".venv")
    python = os.path.join(folder, "bin", "python")
    if os.path.realpath(sys.prefix) == os.path.realpath(folder):
        return
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        for package in PACKAGES:
            if subprocess.run([python, "-m", "pip", "install", "-q", "--only-binary", ":all:", package]).returncode != 0:
                print(f"{package} cannot be installed here; it is left out")
    os.execv(python, [python, *sys.argv])


class Instance:
    """Place 0 is the depot. `cost` is what is minimised, `travel` what the windows are kept with."""

    def __init__(self, path, cost, travel, windows, service, demands, capacity, vehicles, best):
        self.path, self.cost, self.travel, self.windows, self.service = path, cost, travel, windows, service
        self.demands, self.capacity, self.vehicles, self.best = demands, capacity, vehicles, best
        self.count = len(cost)

    def walk(self, routes):
        """The cost of routes, None where one breaks a window or the capacity or a stop is not served once."""
        total = 0
        if sorted(sum(routes, [])) != list(range(1, self.count)) or len(routes) > self.vehicles:
            return None
        for route in routes:
            now = self.windows[0][0]
            place = 0
            if sum(self.demands[node] for node in route) > self.capacity:
                return None
            for node in route + [0]:
                total += self.cost[place][node]
                now = max(now + self.service[place] + self.travel[place][node], self.windows[node][0])
                if now > self.windows[node][1] + TOLERANCE:
                    return None
                place = node
        return total


def tsptw(path, best):
    count, matrix, windows = read_tsptw(path)
    return Instance(path, matrix, matrix, windows, [0] * count, [0] * count, 0, 1, best)


def vrptw(path):
    rows = [line.split() for line in open(path)]
    best = next(float(line.split()[1]) for line in open(path[:-4] + ".sol") if line.startswith("Cost"))
    vehicles, capacity = next(map(int, rows[i + 1]) for i, row in enumerate(rows) if row and row[0] == "NUMBER")
    nodes = [[float(word) for word in row] for row in rows if len(row) == 7 and row[0].isdigit()]
    exact = [[math.hypot(a[1] - b[1], a[2] - b[2]) for b in nodes] for a in nodes]
    cut = [[math.floor(d * 10 + 1e-9) / 10 for d in row] for row in exact]
    return Instance(path, cut, exact, [node[4:6] for node in nodes], [node[6] for node in nodes],
                    [int(node[3]) for node in nodes], capacity, vehicles, best)


def whole(value):
    return round(value * SCALE)


def crossdock(program):
    def solve(problem, milliseconds):
        kind = "--batch" if problem.vehicles == 1 else "--vrptw"
        line = stops(program, kind, problem.path, "--budget-ms", str(milliseconds))[0]
        if problem.vehicles == 1:
            words = line.split()
            return [[int(word) for word in words[4:]]], float(words[3])
        words = line.split(" ", 5)
        return [[int(word) for word in route.split()] for route in words[5].split(";")], float(words[4])

    return solve


def timed(work):
    begin = time.monotonic()
    found = work()
    return found, 1000 * (time.monotonic() - begin)


def ortools():
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    def solve(problem, milliseconds):
        index = pywrapcp.RoutingIndexManager(problem.count, problem.vehicles, 0)
        model = pywrapcp.RoutingModel(index)
        cost = [[whole(value) for value in row] for row in problem.cost]
        travel = [[whole(value + problem.service[a]) for value in row] for a, row in enumerate(problem.travel)]
        model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(cost))
        horizon = whole(problem.windows[0][1])
        model.AddDimension(model.RegisterTransitMatrix(travel), horizon, horizon, False, "time")
        clock = model.GetDimensionOrDie("time")
        for place in range(1, problem.count):
            ready, due = problem.windows[place]
            clock.CumulVar(index.NodeToIndex(place)).SetRange(whole(ready), min(horizon, whole(due)))
        if problem.vehicles > 1:
            load = model.RegisterUnaryTransitVector(problem.demands)
            model.AddDimension(load, 0, problem.capacity, True, "load")
        settings = pywrapcp.DefaultRoutingSearchParameters()
        strategies = routing_enums_pb2.FirstSolutionStrategy
        # With one vehicle this one of its strategies finds a first feasible sequence most often.
        settings.first_solution_strategy = (strategies.LOCAL_CHEAPEST_INSERTION if problem.vehicles == 1
                                            else strategies.PARALLEL_CHEAPEST_INSERTION)
        settings.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        settings.time_limit.FromMilliseconds(milliseconds)
        found, taken = timed(lambda: model.SolveWithParameters(settings))
        routes = []
        for vehicle in range(problem.vehicles if found else 0):
            at, route = found.Value(model.NextVar(model.Start(vehicle))), []
            while not model.IsEnd(at):
                route.append(index.IndexToNode(at))
                at = found.Value(model.NextVar(at))
            routes += [route] if route else []
        return routes, taken

    return solve


def pyvrp():
    from pyvrp import Model
    from pyvrp.stop import MaxRuntime

    def solve(problem, milliseconds):
        model = Model()
        places = [model.add_location(0, 0) for _ in range(problem.count)]
        ready, due = map(whole, problem.windows[0])
        model.add_depot(places[0], tw_early=ready, tw_late=due)
        model.add_vehicle_type(problem.vehicles, capacity=[problem.capacity])
        for place in range(1, problem.count):
            ready, due = map(whole, problem.windows[place])
            model.add_client(places[place], delivery=[problem.demands[place]], service_duration=whole(problem.service[place]),
                             tw_early=ready, tw_late=due)
        for a in range(problem.count):
            for b in range(problem.count):
                if a != b:
                    model.add_edge(places[a], places[b], whole(problem.cost[a][b]), whole(problem.travel[a][b]))
        result, taken = timed(lambda: model.solve(MaxRuntime(milliseconds / 1000), display=False))
        # Clients are numbered from 0 in the order in which they were added.
        return [[visit.idx + 1 for visit in route if visit.is_client()] for route in result.best.routes()], taken

    return solve


def vroom():
    import vroom as library

    def solve(problem, milliseconds):
        model = library.Input()
        model.set_durations_matrix("car", [[whole(value) for value in row] for row in problem.travel])
        model.set_costs_matrix("car", [[whole(value) for value in row] for row in problem.cost])
        span = library.TimeWindow(*map(whole, problem.windows[0]))
        model.add_vehicle([library.Vehicle(number + 1, start=0, end=0, capacity=[problem.capacity], time_window=span)
                           for number in range(problem.vehicles)])
        model.add_job([library.Job(place, location=place, default_service=whole(problem.service[place]),
                                   delivery=[problem.demands[place]],
                                   time_windows=[library.TimeWindow(*map(whole, problem.windows[place]))])
                       for place in range(1, problem.count)])
        limit = timedelta(milliseconds=milliseconds)
        found, taken = timed(lambda: model.solve(exploration_level=5, nb_threads=1, timeout=limit))
        routes = {}
        for vehicle, kind, place in found.routes[["vehicle_id", "type", "location_index"]].itertuples(index=False):
            if kind == "job":
                routes.setdefault(vehicle, []).append(int(place))
        return list(routes.values()), taken

    return solve


def compare(title, problems, solvers, milliseconds):
    lines = [f"**{title}**", "", "| solver | time given | feasible | best known reached | gap, mean / worst % | ms, longest |",
             "| --- | --- | --- | --- | --- | --- |"]
    for name, solve, own in solvers:
        budget = own or milliseconds
        gaps, longest = [], 0
        for problem in problems:
            routes, taken = solve(problem, budget)
            total = problem.walk(routes)
            longest = max(longest, taken)
            if total is not None:
                gaps.append((total / problem.best - 1) * 100)
        shown = f"{sum(gaps) / len(gaps):.3f} / {max(gaps):.2f}" if gaps else "–"
        given = f"{budget} ms" if budget < 1000 else f"{budget / 1000:g} s"
        lines.append(f"| {name} | {given} | {len(gaps)} of {len(problems)} | {sum(gap < 0.003 for gap in gaps)} | {shown} | {longest:.0f} |")
        print(lines[-1], flush=True)
    return lines + [""]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=os.environ.get("CROSSDOCK_DATA", os.path.join(ROOT, "..", "shared", "data")))
    parser.add_argument("--program", default=os.path.join(ROOT, ".build", "release", "crossdock"))
    parser.add_argument("--vrptw-ms", type=int, default=10_000)
    parser.add_argument("--markdown")
    arguments = parser.parse_args()
    in_environment()
    solvers = [("crossdock", crossdock(arguments.program))]
    for name, make in ("OR-tools GLS", ortools), ("PyVRP", pyvrp), ("VROOM, exploration 5", vroom):
        try:
            solvers.append((name, make()))
        except ImportError as error:
            print(f"{name} is left out: {error}")
    folder = os.path.join(arguments.data, "routing", "tsptw")
    files = []
    for group in CLASSES:
        best = best_known(f"{folder}/best_known_sol/{group}.txt")
        files += [(f"{folder}/{group}/{name}", best[name]) for name in sorted(os.listdir(f"{folder}/{group}"))]
    problems = [tsptw(path, best) for path, best in files[::5]]
    text = []
    for least, most, budget in (0, 61, 20), (62, 101, 100), (102, 1000, 500):
        some = [problem for problem in problems if least <= problem.count <= most]
        rows = [(name, solve, None) for name, solve in solvers] + [(name, solve, 1000) for name, solve in solvers[1:3]]
        text += compare(f"{len(some)} instances with one vehicle, {min(p.count for p in some) - 1} to {max(p.count for p in some) - 1} "
                        "stops", some, rows, budget)
    folder = os.path.join(arguments.data, "routing", "solomon")
    names = sorted(name for name in os.listdir(folder) if name.endswith(".sol"))[3::7]
    problems = [vrptw(f"{folder}/{name[:-4]}.txt") for name in names]
    text += compare("Several vehicles: " + ", ".join(name[:-4] for name in names), problems,
                    [(name, solve, None) for name, solve in solvers], arguments.vrptw_ms)
    if arguments.markdown:
        with open(arguments.markdown, "w") as file:
            file.write("\n".join(text))


main()
