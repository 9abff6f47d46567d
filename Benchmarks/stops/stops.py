#!/usr/bin/env python3
"""Runs `crossdock stops` over the published instances, walks every answer again, and compares it with the best known values.

    Benchmarks/stops/stops.py DATA [--crossdock PATH] [--tsptw-only] [--vrptw-ms 10000]

DATA has `routing/tsptw` and `routing/solomon` (instances and best known values). Time for an instance: 20 ms up to 60 customers, 100 ms up
to 100, 500 ms beyond; --vrptw-ms for Solomon's. Exit code 1 when an answer is not what its line says.
"""
import argparse
import math
import os
import subprocess
import sys

CLASSES = ["AFG", "Dumas", "GendreauDumasExtended", "Langevin", "OhlmannThomas", "SolomonPesant", "SolomonPotvinBengio"]


def stops(program, *arguments):
    run = subprocess.run([program, "stops", *arguments], capture_output=True, text=True)
    if run.returncode > 1 or not run.stdout:
        sys.exit(f"crossdock stops ended with {run.returncode}: {run.stderr}")
    return run.stdout.splitlines()


def best_known(path):
    values = {}
    for line in open(path):
        if line.strip() and not line.startswith("#"):
            fields = line.split()
            values[fields[0]] = float(fields[1])
    return values


def read_tsptw(path):
    words = " ".join(line for line in open(path) if not line.startswith("#")).split()
    count = int(words[0])
    numbers = [float(word) for word in words[1:]]
    matrix = [numbers[row * count:(row + 1) * count] for row in range(count)]
    windows = [numbers[count * count + 2 * place:count * count + 2 * place + 2] for place in range(count)]
    return count, matrix, windows


def walk(matrix, windows, order):
    time = cost = late = place = 0
    for node in order + [0]:
        cost += matrix[place][node]
        time = max(time + matrix[place][node], windows[node][0])
        late += max(0, time - windows[node][1] - 1e-6)
        place = node
    return cost, late


def tsptw(program, folder):
    wrong = 0
    for name in CLASSES:
        best = best_known(f"{folder}/best_known_sol/{name}.txt")
        rows = {}
        for file in sorted(os.listdir(f"{folder}/{name}")):
            count, matrix, windows = read_tsptw(f"{folder}/{name}/{file}")
            budget = 20 if count <= 61 else 100 if count <= 101 else 500
            line = stops(program, "--batch", f"{folder}/{name}/{file}", "--budget-ms", str(budget))[0].split()
            order = [int(word) for word in line[4:]]
            cost, late = walk(matrix, windows, order)
            if sorted(order) != list(range(1, count)) or abs(cost - float(line[1])) > 0.01 or (late > 0) == (line[2] == "feasible"):
                wrong += 1
                print(f"WRONG {file}: says {line[1]} {line[2]}, walked {cost} late {late}")
            row = rows.setdefault(budget, [])
            row.append((line[2] == "feasible", (cost / best[file] - 1) * 100, float(line[3]), file))
        for budget, row in sorted(rows.items()):
            gaps = [gap for feasible, gap, _, _ in row if feasible]
            print(f"{name:22} {budget:4} ms: {len(gaps)}/{len(row)} feasible, {sum(gap < 0.003 for gap in gaps)} best known, "
                  f"gap mean {sum(gaps) / len(gaps):.4f} % worst {max(gaps):.3f} %, longest {max(r[2] for r in row):.1f} ms; "
                  + " ".join(f"{r[3]}:{r[1]:.3f}" for r in row if r[1] >= 0.003))
    return wrong


def vrptw(program, folder, budget):
    wrong, gaps = 0, []
    for file in sorted(name for name in os.listdir(folder) if name.endswith(".sol")):
        path = f"{folder}/{file[:-4]}.txt"
        best = next(float(line.split()[1]) for line in open(f"{folder}/{file}") if line.startswith("Cost"))
        rows = [line.split() for line in open(path)]
        capacity = next(float(rows[i + 1][1]) for i, row in enumerate(rows) if row and row[0] == "NUMBER")
        nodes = [[float(word) for word in row] for row in rows if len(row) == 7 and row[0].isdigit()]
        line = stops(program, "--vrptw", path, "--budget-ms", str(budget))[0].split(" ", 5)
        routes = [[int(word) for word in route.split()] for route in line[5].split(";")]
        total, ok = 0, sorted(sum(routes, [])) == list(range(1, len(nodes)))
        for route in routes:
            time, place = 0, 0
            ok = ok and sum(nodes[node][3] for node in route) <= capacity
            for node in route + [0]:
                distance = math.hypot(nodes[place][1] - nodes[node][1], nodes[place][2] - nodes[node][2])
                total += math.floor(distance * 10 + 1e-9) / 10
                time = max(time + nodes[place][6] * (place != 0) + distance, nodes[node][4])
                ok = ok and time <= nodes[node][5] + 1e-6
                place = node
        if not ok or abs(total - float(line[1])) > 0.01 or line[3] != "feasible":
            wrong += 1
            print(f"WRONG {file}: {line[1]} {line[3]}, walked {total}, in order: {ok}")
        gaps.append((total / best - 1) * 100)
        print(f"{file[:-4]:8} {line[1]:>8} best known {best:8} gap {gaps[-1]:.2f} % {line[2]} vehicles {line[4]} ms", flush=True)
    print(f"Solomon, {budget} ms: gap mean {sum(gaps) / len(gaps):.3f} % worst {max(gaps):.2f} %")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--crossdock", default=".build/release/crossdock")
    parser.add_argument("--tsptw-only", action="store_true")
    parser.add_argument("--vrptw-ms", type=int, default=10_000)
    arguments = parser.parse_args()
    wrong = tsptw(arguments.crossdock, f"{arguments.data}/routing/tsptw")
    if not arguments.tsptw_only:
        wrong += vrptw(arguments.crossdock, f"{arguments.data}/routing/solomon", arguments.vrptw_ms)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
