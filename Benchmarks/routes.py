"""Pick routing: instances of one to six blocks, length and sequence; and the sizes of the programs."""
import os
import random
import subprocess

from bed import PROGRAMS, Bed


def bench_routes(table):
    table.section("Pick routing: 600 instances for each number of blocks, 10-60 aisles, 5-200 picks, length and sequence (SEED)")
    for blocks in (1, 2, 3, 6):
        bench_blocks(table, blocks)


def bench_blocks(table, blocks):
    chance = random.Random(int(os.environ.get("SEED", "1")))
    lines = []
    for number in range(600):
        aisles = chance.choice([10, 20, 40, 60])
        picks = chance.choice([5, 10, 20, 50, 100, 200])
        lines += [f"NAME b{blocks}_{number}", f"AISLES {aisles}", "AISLE_X " + " ".join(str(50 * a) for a in range(aisles))]
        lines += [f"CROSS {blocks + 1}", "CROSS_Y " + " ".join(str(630 * cross) for cross in range(blocks + 1)), f"DEPOT {chance.randrange(aisles)} 0", f"PICKS {picks}"]
        lines += [f"{chance.randrange(aisles)} {630 * chance.randrange(blocks) + 10 * chance.randrange(1, 63)}" for _ in range(picks)] + ["EOF"]
    with Bed() as bed:
        path = os.path.join(bed.folder, "routes.txt")
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")
        answer = subprocess.run([os.path.join(PROGRAMS, "crossdock"), "route", "--batch", path], capture_output=True, text=True, check=True)
    answers = [line.split() for line in answer.stdout.splitlines()]
    if len(answers) != 600 or any(fields[2] != "optimal" for fields in answers):
        raise SystemExit(f"bench: not every instance of {blocks} block(s) was solved to the optimum")
    times = sorted(float(fields[3]) for fields in answers)
    table.add(f"route.blocks{blocks}.p50_us", times[len(times) // 2], "µs")
    table.add(f"route.blocks{blocks}.p99_us", times[len(times) * 99 // 100], "µs")


def bench_sizes(table):
    table.section("Stripped programs")
    with Bed() as bed:
        for program in ("crossdock", "crossdock-central", "crossdock-plugin-host"):
            stripped = os.path.join(bed.folder, program)
            subprocess.run(["strip", "-o", stripped, os.path.join(PROGRAMS, program)], check=True)
            table.add(f"size.{program}_mb", os.path.getsize(stripped) / 1e6, "MB")
