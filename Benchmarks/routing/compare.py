"""Pick routing beside other solvers, in one run: what each finds and how long it takes.

    python3 Benchmarks/routing/compare.py [--data DIR] [--slow N] [--markdown FILE]

Makes a virtual environment beside itself (.venv), installs LKH (elkai), OR-tools, VROOM and PyVRP there, and runs every solver on the
generated instances of DIR/routing/picker (whose optima are known) and on 60 aisles with 200 picks. Solvers that take a second an
instance see N of them (12). Times are of the solver alone, without the matrix, which the others are given: CPU time of theirs, its own clock of ours.
"""
import argparse
import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PACKAGES = ["elkai==2.0.1", "ortools==9.15.6755", "pyvrp==0.14.1", "pyvroom==1.15.2", "numpy"]


def in_environment():
    """Runs this script again inside of the virtual environment, made if need be."""
    folder = os.path.join(HERE, ".venv")
    python = os.path.join(folder, "bin", "python")
    if os.path.realpath(sys.prefix) == os.path.realpath(folder):
        return
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    os.execv(python, [python, *sys.argv])


def instances(path):
    found, lines = [], iter(open(path))
    for line in lines:
        fields = line.split()
        if not fields:
            continue
        if fields[0] == "NAME":
            found.append({"name": fields[1], "picks": []})
        elif fields[0] in ("AISLE_X", "CROSS_Y"):
            found[-1][fields[0]] = [float(value) for value in fields[1:]]
        elif fields[0] == "DEPOT":
            found[-1]["depot"] = (int(fields[1]), int(fields[2]))
        elif fields[0] == "PICKS":
            for _ in range(int(fields[1])):
                aisle, y = next(lines).split()
                found[-1]["picks"].append((int(aisle), float(y)))
    return found


def generated(blocks, count, chance):
    """Text of instances of 60 aisles and 200 picks."""
    text = ""
    for number in range(count):
        depth = chance.choice([10, 20, 30])
        ys = [10 * block * (depth + 2) for block in range(blocks + 1)]
        text += f"NAME big{blocks}_{number}\nAISLES 60\nAISLE_X {' '.join(str(50 * a) for a in range(60))}\nCROSS {blocks + 1}\n"
        text += f"CROSS_Y {' '.join(map(str, ys))}\nDEPOT {chance.choice([0, 30])} 0\nPICKS 200\n"
        for _ in range(200):
            text += f"{chance.randrange(60)} {ys[chance.randrange(blocks)] + 10 * chance.randrange(1, depth + 1)}\n"
        text += "EOF\n"
    return text


def matrix(instance):
    xs, ys = instance["AISLE_X"], instance["CROSS_Y"]
    aisle, cross = instance["depot"]
    places = list(dict.fromkeys([(aisle, ys[cross])] + instance["picks"]))

    def walk(a, b):
        if a[0] == b[0]:
            return abs(a[1] - b[1])
        return abs(xs[a[0]] - xs[b[0]]) + min(abs(a[1] - y) + abs(b[1] - y) for y in ys)

    return [[round(1000 * walk(a, b)) for b in places] for a in places]


def crossdock(program, path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run([program, "route", "--batch", path], capture_output=True, text=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines = [line.split() for line in out.splitlines()]
    return {f[0]: (float(f[1]), float(f[3]) / 1000, f[2] == "optimal") for f in lines}, cpu


def tour_length(distances, tour):
    return sum(distances[a][b] for a, b in zip(tour, tour[1:] + tour[:1])) / 1000


def lkh(runs):
    import elkai

    def solve(distances):
        tour = elkai.DistanceMatrix(distances).solve_tsp(runs=runs)
        return tour[:-1]

    return solve


def ortools(seconds):
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    def solve(distances):
        manager = pywrapcp.RoutingIndexManager(len(distances), 1, 0)
        routing = pywrapcp.RoutingModel(manager)
        transit = routing.RegisterTransitMatrix(distances)
        routing.SetArcCostEvaluatorOfAllVehicles(transit)
        settings = pywrapcp.DefaultRoutingSearchParameters()
        settings.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
        if seconds:
            settings.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
            settings.time_limit.seconds = seconds
        found = routing.SolveWithParameters(settings)
        index, tour = routing.Start(0), []
        while not routing.IsEnd(index):
            tour.append(manager.IndexToNode(index))
            index = found.Value(routing.NextVar(index))
        return tour

    return solve


def pyvrp(seconds):
    import numpy
    from pyvrp import Model
    from pyvrp.stop import MaxRuntime

    def solve(distances):
        model = Model()
        depot = model.add_depot(model.add_location(0, 0)) if hasattr(model, "add_location") else model.add_depot(0, 0)
        model.add_vehicle_type(1)
        clients = []
        for _ in distances[1:]:
            place = model.add_location(0, 0) if hasattr(model, "add_location") else None
            clients.append(model.add_client(place) if place is not None else model.add_client(0, 0))
        places = model.locations
        for i, a in enumerate(places):
            for j, b in enumerate(places):
                model.add_edge(a, b, distance=distances[i][j], duration=0)
        result = model.solve(stop=MaxRuntime(seconds), display=False)
        return None, result.cost()

    return solve


def vroom(exploration):
    import vroom as library

    def solve(distances):
        problem = library.Input()
        problem.set_durations_matrix("car", [[length // 100 for length in row] for row in distances])
        problem.add_vehicle([library.Vehicle(1, start=0, end=0, profile="car")])
        problem.add_job([library.Job(place, location=place) for place in range(1, len(distances))])
        routes = problem.solve(exploration_level=exploration, nb_threads=1).routes
        return [int(place) for place in routes["location_index"]][:-1]

    return solve


def figure(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def row(name, gaps, times, proven):
    share = 100 * sum(gap < 1e-9 for gap in gaps) / len(gaps)
    return (f"| {name} | {len(gaps)} | {100 * sum(gaps) / len(gaps):.3f} / {100 * max(gaps):.2f} | {share:.0f} % | {proven} | "
            f"{figure(quantile(times, .5))} / {figure(quantile(times, .99))} |")


def compare(title, path, program, slow, solvers):
    lines = [f"**{title}**", "", "| solver | instances | above the optimum, mean / max % | optimal | proven | ms, median / p99 |",
             "| --- | --- | --- | --- | --- | --- |"]
    found, cpu = crossdock(program, path)
    every = instances(path)
    best = {name: length for name, (length, _, _) in found.items()}
    times = [milliseconds for _, milliseconds, _ in found.values()]
    proven = sum(is_proven for _, _, is_proven in found.values())
    lines.append(row("crossdock", [0.0] * len(found), times, f"{proven} of {len(found)}"))
    print(lines[-1], f"(the whole process: {cpu:.2f} s)", flush=True)
    for name, is_slow, solve in solvers:
        gaps, times = [], []
        for instance in every[:slow] if is_slow else every:
            distances = matrix(instance)
            if len(distances) < 4:
                continue
            begin = time.process_time()
            answer = solve(distances)
            times.append(1000 * (time.process_time() - begin))
            length = answer[1] / 1000 if isinstance(answer, tuple) else tour_length(distances, answer)
            gap = length / best[instance["name"]] - 1
            if gap < -1e-9:
                raise SystemExit(f"{instance['name']}: {name} found {length}, said to be optimal is {best[instance['name']]}")
            gaps.append(gap)
        lines.append(row(name, gaps, times, "no"))
        print(lines[-1], flush=True)
    return lines + [""]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=os.environ.get("CROSSDOCK_DATA", os.path.join(ROOT, "..", "shared", "data")))
    parser.add_argument("--program", default=os.path.join(ROOT, ".build", "release", "crossdock"))
    parser.add_argument("--slow", type=int, default=12)
    parser.add_argument("--markdown")
    arguments = parser.parse_args()
    in_environment()
    solvers = [("LKH (elkai), 1 run", False, lkh(1)), ("LKH, 10 runs", True, lkh(10)), ("OR-tools, local search", True, ortools(0)),
               ("OR-tools GLS, 1 s", True, ortools(1)), ("VROOM, exploration 5", True, vroom(5)), ("PyVRP, 1 s", True, pyvrp(1))]
    text = []
    known = os.path.join(arguments.data, "routing", "picker")
    path = os.path.join(known, "generated.txt")
    if os.path.exists(path):
        found, _ = crossdock(arguments.program, path)
        optima = {r[0]: float(r[1]) for r in csv.reader(open(os.path.join(known, "generated.optimum.csv"))) if r and r[1][:1].isdigit()}
        wrong = [name for name, optimum in optima.items() if name in found and abs(found[name][0] - optimum) > 1e-6]
        print(f"{len(optima) - len(wrong)} of {len(optima)} published optima met")
        text += compare(f"{len(optima)} generated instances, 1 to 6 blocks", path, arguments.program, arguments.slow, solvers)
    chance = random.Random(int(os.environ.get("SEED", "1")))
    for blocks in (1, 2, 3, 6):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(generated(blocks, 20, chance))
            file.flush()
            text += compare(f"60 aisles, 200 picks, {blocks} block{'s' * (blocks > 1)}", file.name, arguments.program,
                            min(4, arguments.slow), solvers)
    if arguments.markdown:
        with open(arguments.markdown, "w") as file:
            file.write("\n".join(text))


main()
