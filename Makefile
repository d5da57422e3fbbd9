# make test is the whole gate; see README.md.
GO ?= go
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
# Packages with goroutines of their own: they run a second time under the race detector.
RACE = ./connectors ./operators/exec/... ./operators/relational/... ./connectors/memory/... ./connectors/file/... ./connectors/stdio/... ./cmd/internal/engine/...

.PHONY: all build test tools fmt vet lint unit race oracle bench pgo rewrite clean

all: build

build:
	$(GO) build -o bin/kinesql ./cmd/kinesql
	$(GO) build -o bin/kinesql-bench ./cmd/kinesql-bench

test: tools fmt vet lint unit race oracle

# A C compiler is needed by the race detector and by DuckDB, the oracle.
tools:
	@command -v $(GO) >/dev/null || { echo "install Go 1.26 or later first: https://go.dev/doc/install" >&2; exit 1; }
	@command -v g++ >/dev/null || { apt-get update -q && apt-get install -y -q g++; }

fmt:
	@unformatted=$$(gofmt -l cmd sql planner operators window connectors); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi

vet:
	$(GO) vet ./...

lint:
	$(GO) run $(STATICCHECK) ./...

unit:
	$(GO) test -timeout 10m $$($(GO) list ./... | grep -v /internal/oracle)

race:
	$(GO) test -race -timeout 10m $(RACE)

# The oracle: DuckDB, in a module of its own because it needs cgo.
oracle:
	cd cmd/internal/duckdb && $(GO) vet -tags no_duckdb_arrow ./... && $(GO) test -tags no_duckdb_arrow ./...
	$(GO) test -timeout 10m ./cmd/internal/oracle/...

bench: build
	bin/kinesql-bench run all

# The profile that guides the compiler, which finds it by its name: one run of each
# JSON workload, merged. Renew it when the hot path has changed.
pgo: build
	for w in tumble-json filter-json passthrough-json adversarial-json; do \
		bin/kinesql-bench run $$w --runs 1 --cpuprofile bin/$$w.prof || exit 1; done
	$(GO) tool pprof -proto bin/*-json.prof > cmd/kinesql/default.pgo

# Regenerate the golden files after a deliberate change; then read the diff.
rewrite:
	$(GO) test ./cmd/internal/engine ./planner ./sql/parse -rewrite

clean:
	rm -rf bin
