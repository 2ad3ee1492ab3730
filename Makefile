# Parley: `make` prints what there is. Every target sets up what it needs on a Debian machine that has Swift.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build test unit blackbox kill bench setup setup-test setup-bench clean

LIBRARIES   := libcurl4-openssl-dev libsqlite3-dev libssl-dev
TEST_TOOLS  := python3-venv curl openssl
BENCH_TOOLS := $(TEST_TOOLS) nginx-light wrk gcc
VENV        := .build/test-venv

help: ## Print the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run: setup ## Start Parley on 127.0.0.1:8080 with its samples, data in ./data
	swift build --product parley
	PARLEY_ADMIN_TOKEN=$${PARLEY_ADMIN_TOKEN:-parley-on-my-machine} .build/debug/parley serve

build: setup ## Build .build/release/parley: optimised, static Swift and SQLite, stripped
	swift build -c release --product parley --static-swift-stdlib -Xlinker -s
	@ls -l .build/release/parley | awk '{ printf "parley: %.1f MB\n", $$5 / 1e6 }'

test: unit blackbox ## Run all tests: each module's own, then the real binary over real sockets

unit: setup ## Run the modules' own tests
	swift test --parallel

blackbox: setup-test ## Run the black-box tests against the debug binary
	swift build --product parley
	$(VENV)/bin/python -m pytest Tests/BlackBox

kill: setup-test build ## Kill the release binary 200 times while clients post, and count what was lost
	PARLEY_BIN=.build/release/parley PARLEY_KILLS=200 $(VENV)/bin/python -m pytest -s Tests/BlackBox/test_kill.py

bench: setup-bench build ## Measure the release binary beside its peers; prints a table of ratios
	swift build -c release --product parley-echo --static-swift-stdlib -Xlinker -s
	$(VENV)/bin/python Tests/Bench/bench.py

setup:
	@$(call install,$(LIBRARIES))

setup-test: setup
	@$(call install,$(TEST_TOOLS))
	@test -x $(VENV)/bin/pytest -a $(VENV) -nt Tests/requirements.txt || \
		{ python3 -m venv $(VENV) && $(VENV)/bin/pip install -q -r Tests/requirements.txt && touch $(VENV); }

setup-bench: setup-test
	@$(call install,$(BENCH_TOOLS))

clean: ## Remove everything that was built; ./data stays
	rm -rf .build

# Installs the packages of $(1) that are missing, asking for root only then.
define install
missing=$$(for package in $(1); do dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || echo $$package; done); \
if [ -n "$$missing" ]; then \
	sudo=$$([ $$(id -u) = 0 ] || echo sudo); \
	$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing; \
fi
endef
