# The ways into this repository. `make run SECONDS=90` ends by itself; see scripts/run.
.PHONY: run test build lint bench bench-models models crash sim fuzz package setup clean

SWIFT_RELEASE = swift build -c release --static-swift-stdlib -j 2
# A variable of the command line only: bash's own SECONDS must not come in through the environment.
RUN_SECONDS = $(if $(filter command line,$(origin SECONDS)),$(SECONDS))

run:
	@env -u SECONDS CROSSDOCK_RUN_SECONDS="$(RUN_SECONDS)" scripts/run

setup:
	@scripts/setup

build:
	@scripts/setup
	$(SWIFT_RELEASE)

lint:
	swift format lint --strict -r Package.swift Sources SDK Plugins Tests Fuzz Benchmarks
	scripts/tidy
	scripts/tidy --self-test
	scripts/abi-check
	scripts/abi-check --self-test

test: setup lint
	CROSSDOCK_STRICT=1 swift build -j 2
	@scripts/test

# Seconds for each entry; 60 without SECONDS.
fuzz: setup
	@env -u SECONDS scripts/fuzz $(if $(RUN_SECONDS),--seconds $(RUN_SECONDS)) $(if $(SEED),--seed $(SEED))

bench: build
	scripts/bench

# make bench-models [DATA=dir]: the models' scores on the known sets under DATA; see scripts/bench-models.
bench-models: build
	@scripts/bench-models "$(DATA)"

# make models [DATA=dir] [KEY=file]: bundles of models trained on the known sets under DATA, signed with KEY, in .build/models.
models: build
	@"$$(tools/setup --python)" tools/make_models.py $(if $(DATA),--data "$(DATA)") $(if $(KEY),--key "$(KEY)")

# make sim SEEDS=10000 [SEED=first]; docs/simulation.md
sim:
	$(SWIFT_RELEASE) --product crossdock-simulation
	.build/release/crossdock-simulation self-test
	.build/release/crossdock-simulation campaign --seeds $(or $(SEEDS),1000) --seed $(or $(SEED),1)
# ROUNDS=n [SEED=s]: kills and power cuts at every sync of a real agent; see scripts/crash.
crash: build
	@ROUNDS="$(ROUNDS)" SEED="$(SEED)" ROUND="$(ROUND)" ONLY="$(ONLY)" scripts/crash

package: build
	scripts/package

clean:
	rm -rf .build
