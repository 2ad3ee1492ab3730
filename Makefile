# Parley: `make` prints what there is. Every target sets up what it needs on a Debian machine that has Swift.
SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help
.PHONY: help run build test unit blackbox fixture kill soak conformance sanitize fuzz fuzz-api image-check bench \
        setup setup-test setup-conformance setup-bench clean

LIBRARIES   := libcurl4-openssl-dev libsqlite3-dev libssl-dev
TEST_TOOLS  := python3-venv curl openssl
BENCH_TOOLS := $(TEST_TOOLS) nginx-light redis-server wrk gcc
IMAGE_TOOLS := debootstrap util-linux curl python3
VENV        := .build/test-venv
AUTOBAHN    := .build/conformance-venv
MUTEX_ORDER := .build/mutex_order.so
FUZZED      := RequestParser FrameReader
FUZZ_SECONDS ?= 60
WEB_FILES    = $(shell find Sources/Web -type f)

# A few tests at a time: hundreds at once keep each other from their deadlines. What failed is said again at the end.
tests = SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=4 swift test --skip-build --parallel $(1) 2>&1 \
	| tee .build/unit.log || { grep '✘' .build/unit.log; exit 1; }

help: ## Print the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run: setup ## Start Parley on 127.0.0.1:8080 with its samples, data in ./data
	swift build --product parley
	PARLEY_ADMIN_TOKEN=$${PARLEY_ADMIN_TOKEN:-parley-on-my-machine} .build/debug/parley serve

build: setup ## Build .build/release/parley: optimised, static Swift and SQLite, stripped
	swift build -c release --product parley --static-swift-stdlib -Xlinker -s
	@ls -l .build/release/parley | awk '{ printf "parley: %.1f MB\n", $$5 / 1e6 }'

test: unit blackbox ## Run all tests: each module's own, then the real binary over real sockets

# Apart: the simulations of whole surveys take every core for a while, and the tests of the listener have deadlines.
unit: setup ## Run the modules' own tests
	swift build --build-tests
	$(call tests,--skip ApplianceTests)
	$(call tests,--filter ApplianceTests)

# Most of a test is waiting for a program, so there are more at once than cores; those of one file go one by one.
blackbox: setup-test ## Run the black-box tests against the debug binary
	swift build --product parley
	$(VENV)/bin/python -m pytest Tests/BlackBox -m "not alone" -n 3 --dist loadfile
	$(VENV)/bin/python -m pytest Tests/BlackBox -m alone

fixture: setup-test ## Keep a database of today's version for the tests of upgrades: make fixture NAME=…
	swift build --product parley
	$(VENV)/bin/python Tests/BlackBox/make_fixture.py $(NAME)

kill: setup-test build ## Kill the release binary 200 times while clients post, and count what was lost
	PARLEY_BIN=.build/release/parley PARLEY_KILLS=200 $(VENV)/bin/python -m pytest -s Tests/BlackBox/test_kill.py

soak: setup-test build ## Put the release binary under everything at once for SOAK_SECONDS (300), killing it, and check the accounts
	PARLEY_BIN=$${PARLEY_BIN:-.build/release/parley} $(VENV)/bin/python Tests/Soak/soak.py

conformance: setup-conformance ## Run Autobahn's WebSocket cases against both of our sides (needs Python 2.7)
	swift build -c release --product parley-echo
	swift build -c release --product conformance-client
	python3 Tests/Conformance/autobahn.py

# One test at a time: several at once on a program ten times slower are late for their deadlines. Left out is a test
# that compares the speed of checkpoints with that of readers, of which one is slowed and the other is not. Leaks are
# not looked for: what is found at the end belongs to fixtures and to timers that have not fired.
sanitize: setup ## Run the modules' own tests under ThreadSanitizer, then under AddressSanitizer
	clang -shared -fPIC -O1 -o $(MUTEX_ORDER) Tests/Sanitize/mutex_order.c
	swift build --build-tests --sanitize=thread --scratch-path .build-tsan
	LD_PRELOAD=$(CURDIR)/$(MUTEX_ORDER) TSAN_OPTIONS="suppressions=$(CURDIR)/Tests/Sanitize/thread.supp" \
		swift test --skip-build --no-parallel --skip CheckpointTests/bounded --sanitize=thread --scratch-path .build-tsan
	ASAN_OPTIONS=detect_leaks=0 swift test --no-parallel --sanitize=address --scratch-path .build-asan

fuzz-api: setup-test ## Make up calls of every operation of the API, FUZZ_SECONDS (60), FUZZ_SEED another run
	swift build --product parley
	PARLEY_FUZZ_SECONDS=$(FUZZ_SECONDS) PARLEY_FUZZ_SEED=$(or $(FUZZ_SEED),7) \
		$(VENV)/bin/python -m pytest -s --timeout 3600 Tests/BlackBox/test_api_fuzz.py

image-check: build ## Make the image's file system without Docker and run the program in it (needs root, debootstrap)
	@$(call install,$(IMAGE_TOOLS))
	python3 Tests/Image/check.py

fuzz: setup $(FUZZED:%=fuzz-%) ## Feed the parsers mutated bytes, FUZZ_SECONDS (60) each, and check what they promise

# What is found lands in .build/fuzz/<parser>-*; kept as a file of Tests/Fuzz/Seeds/<parser>/ it is tried every time.
# Swift's own report of a crash would hide the promise that was broken: the fuzzer's names the place.
$(FUZZED:%=fuzz-%): fuzz-%: .build/fuzz/%
	@mkdir -p .build/fuzz/corpus/$*
	SWIFT_BACKTRACE=enable=no .build/fuzz/$* -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 -verbosity=0 -print_final_stats=1 \
		-artifact_prefix=.build/fuzz/$*- .build/fuzz/corpus/$* Tests/Fuzz/Seeds/$*

# The Web module and one target as one program: what is checked is internal, and needs no product of its own.
$(FUZZED:%=.build/fuzz/%): .build/fuzz/%: Tests/Fuzz/%Fuzz.swift Tests/Fuzz/Pieces.swift $(WEB_FILES)
	@mkdir -p $(@D)
	swiftc -O -parse-as-library -swift-version 6 -sanitize=fuzzer,address -use-ld=lld -module-name Fuzz \
		$(addprefix -enable-upcoming-feature ,ExistentialAny InternalImportsByDefault MemberImportVisibility \
		NonisolatedNonsendingByDefault) \
		$(addprefix -Xcc -fmodule-map-file=,$(wildcard Sources/Web/*/module.modulemap)) \
		$(filter %.swift,$^) -lssl -lcrypto -o $@

bench: setup-bench build ## Measure the release binary beside its peers; prints a table of ratios
	swift build -c release --product parley-echo --static-swift-stdlib -Xlinker -s
	$(VENV)/bin/python Tests/Bench/bench.py

setup:
	@$(call install,$(LIBRARIES))

setup-test: setup
	@$(call install,$(TEST_TOOLS))
	@test -x $(VENV)/bin/pytest -a $(VENV) -nt Tests/requirements.txt || \
		{ python3 -m venv $(VENV) && $(VENV)/bin/pip install -q -r Tests/requirements.txt && touch $(VENV); }

# Autobahn's suite was never moved to Python 3, and virtualenv dropped Python 2.7 with version 20.22.
setup-conformance: setup
	@$(call install,python3-venv)
	@python=$$(for one in python2.7 $$HOME/.pyenv/versions/2.7*/bin/python2.7; do \
		$$one -c '' 2>/dev/null && echo $$one && break; done); \
	test -n "$$python" || \
		{ echo "conformance: needs Python 2.7, on PATH or under ~/.pyenv; there is none" >&2; exit 1; }; \
	test -x $(AUTOBAHN)/bin/wstest -a $(AUTOBAHN) -nt Tests/Conformance/requirements.txt || { \
		python3 -m venv .build/virtualenv && .build/virtualenv/bin/pip install -q 'virtualenv<20.22' && \
		.build/virtualenv/bin/virtualenv -q -p $$python $(AUTOBAHN) && \
		$(AUTOBAHN)/bin/pip install -q -r Tests/Conformance/requirements.txt && touch $(AUTOBAHN); }

setup-bench: setup-test
	@$(call install,$(BENCH_TOOLS))

clean: ## Remove everything that was built; ./data stays
	rm -rf .build .build-tsan .build-asan

# Installs the packages of $(1) that are missing, asking for root only then.
define install
missing=$$(for package in $(1); do dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || echo $$package; done); \
if [ -n "$$missing" ]; then \
	sudo=$$([ $$(id -u) = 0 ] || echo sudo); \
	$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing; \
fi
endef
