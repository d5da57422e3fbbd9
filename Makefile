# make test is the whole gate; see README.md.
GO ?= go
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
# Packages with goroutines of their own: they run a second time under the race detector.
RACE = ./connectors ./operators/exec/... ./operators/relational/... ./connectors/memory/... ./connectors/file/... ./connectors/stdio/... \
	./connectors/kinesis ./connectors/kinesis/api ./cmd/internal/server ./cmd/internal/engine/...

# Suites of clients that others wrote; see connectors/kinesis/api/clients/clienttest.
CLIENTS = /kinesis/api/clients/

.PHONY: all build test tools fmt vet lint unit race oracle postgres clients clients-go clients-js clients-python test-java bench pgo rewrite clean

all: build

build:
	$(GO) build -o bin/kinesql ./cmd/kinesql
	$(GO) build -o bin/kinesql-bench ./cmd/kinesql-bench

# The tests need no profile-guided build, which compiles every package a second time.
test vet lint unit race oracle postgres clients clients-go clients-js clients-python test-java: export GOFLAGS += -pgo=off

test: tools fmt vet lint unit race oracle postgres clients

# A C compiler is needed by the race detector and by DuckDB, the oracle; PostgreSQL by the
# tests of its connector, which run one of their own.
tools:
	@command -v $(GO) >/dev/null || { echo "install Go 1.26 or later first: https://go.dev/doc/install" >&2; exit 1; }
	@command -v g++ >/dev/null || { apt-get update -q && apt-get install -y -q g++; }
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || { apt-get update -q && apt-get install -y -q postgresql; }

fmt:
	@unformatted=$$(gofmt -l cmd sql planner operators window connectors); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi

vet:
	$(GO) vet ./...

lint:
	$(GO) run $(STATICCHECK) ./...

unit:
	$(GO) test -timeout 10m $$($(GO) list ./... | grep -v -e /internal/oracle -e $(CLIENTS))

race:
	$(GO) test -race -timeout 10m $(RACE)
	$(GO) test -race -timeout 10m ./connectors/shardlog -crash-runs 20 -kills 4

# The oracle: DuckDB, in a module of its own because it needs cgo.
oracle:
	cd cmd/internal/duckdb && $(GO) vet -tags no_duckdb_arrow ./... && $(GO) test -tags no_duckdb_arrow ./...
	$(GO) test -timeout 10m ./cmd/internal/oracle/...

# Tables of the connector postgres, against a real PostgreSQL.
postgres:
	$(GO) vet -tags postgres ./cmd/internal/pgtest && $(GO) test -tags postgres -timeout 5m ./cmd/internal/pgtest

# Clients that others wrote, against kinesql processes of this checkout. What they need
# is installed once into the user's cache folder.
clients: clients-go clients-js clients-python

clients-go:
	$(GO) test -timeout 15m ./connectors$(CLIENTS)golang

clients-js:
	@command -v npm >/dev/null || { apt-get update -q && apt-get install -y -q nodejs npm; }
	$(GO) vet -tags clients ./connectors$(CLIENTS)javascript && $(GO) test -tags clients -timeout 15m ./connectors$(CLIENTS)javascript

clients-python:
	@if ! command -v python3 >/dev/null; then echo "clients-python: LEFT OUT, there is no python3 on this machine"; exit 0; fi; \
	python3 -c 'import ensurepip' 2>/dev/null || { apt-get update -q && apt-get install -y -q python3-venv; }; \
	$(GO) vet -tags clients ./connectors$(CLIENTS)python && $(GO) test -tags clients -timeout 15m ./connectors$(CLIENTS)python

# The SDK for Java and the Kinesis Client Library: apart, as they need a JDK and Maven.
test-java:
	$(GO) vet -tags java ./connectors$(CLIENTS)java && $(GO) test -tags java -timeout 20m ./connectors$(CLIENTS)java

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
