# Everything that one does with this repository. `make` lists the targets.
SHELL := /bin/bash
export CGO_ENABLED := 0
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
TAGS    := nomsgpack
LDFLAGS := -s -w -X main.version=$(VERSION)
# What is called once a page or once a start is not worth being written out at each of its
# calls: 2 MB less of a program that is copied over slow lines, and as fast.
SMALL   := $(foreach p,buhuo/... gorm.io/... github.com/xuri/... github.com/signintech/... github.com/jackc/pgx/v5/... github.com/pressly/goose/... golang.org/x/net/... github.com/spf13/... github.com/wneessen/... net/... encoding/gob encoding/xml html/... text/... crypto/x509 crypto/tls regexp/... math/big time github.com/gin-gonic/... github.com/klauspost/compress/flate github.com/6tail/...,-gcflags='$(p)=-l')
# The kernels, the values and what turns rows into them are called all the time.
SMALL   += $(foreach p,demand forecast replenish replay measure money day ident restock db,-gcflags='buhuo/internal/$(p)/...=')
GO      := go
ADDR    ?= 127.0.0.1:8080

.PHONY: help demo build test check race bench fuzz generate fresh vet size lint shots

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## build and serve the demo shop on http://127.0.0.1:8080
	@./bin/buhuo demo --addr $(ADDR)

build: ## build bin/buhuo, one static binary
	@echo "building bin/buhuo (the first time takes a few minutes) …"
	@$(GO) build -tags $(TAGS) -trimpath $(SMALL) -ldflags "$(LDFLAGS)" -o bin/buhuo ./cmd/buhuo

# Most of what could make the program too large does so by calling methods whose names
# it learns as it runs (text/template does, and gorm from 1.30.2 on): then the linker
# must keep every exported method. `go build -ldflags=-dumpdep` marks them <ReflectMethod>.
size: build ## the program is 38 MB at most
	@n=$$(wc -c <bin/buhuo); echo "bin/buhuo: $$n bytes"; test $$n -le 38000000

test: fresh vet size ## every test: unit, property, store contract (SQLite, PostgreSQL), HTTP, browser
	$(GO) run ./internal/dbtest/pgserver $(GO) test -tags $(TAGS) -count=1 -timeout 45m ./...

check: ## the inner loop: fast tests, no PostgreSQL, no browser
	$(GO) vet -tags $(TAGS) ./...
	BUHUO_FAST=1 $(GO) test -tags $(TAGS) -short ./...

# Where goroutines meet: the writer, the engine, the jobs, logins, and the counter
# under many clients; of the kernels, the tests that run them on several goroutines.
# The rest is sequential, and the translated SQLite is too slow under the detector to
# repeat every suite.
RACE := ./internal/db ./internal/job ./internal/web ./internal/day ./internal/i18n ./internal/shop/... ./static

race: ## the race detector (needs a C compiler)
	$(GO) run ./internal/dbtest/pgserver env CGO_ENABLED=1 $(GO) test -race -tags $(TAGS) -short -timeout 30m $(RACE)
	CGO_ENABLED=1 $(GO) test -race -tags $(TAGS) -timeout 30m -run '^TestSame' ./internal/forecast ./internal/forecast/boost

bench: ## the benchmarks; with the data sets beside this folder also the replay against an independent one
	BUHUO_SETS=$(abspath ../shared) $(GO) test -tags $(TAGS) -run '^$$' -bench . -benchmem -benchtime 2s ./...

fuzz: ## every fuzz target for ten seconds
	@for p in $$($(GO) list ./...); do for f in $$($(GO) test -list '^Fuzz' $$p 2>/dev/null | grep '^Fuzz'); do \
		$(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime 10s $$p || exit 1; done; done

generate: ## templ files → Go, assets → brotli, texts → zip
	$(GO) tool templ generate
	$(GO) test ./static -run Icon -update
	$(GO) test ./internal/i18n -run Packed -update

fresh: ## fail when generated files are stale (where templ was run from does not matter)
	@$(GO) tool templ generate >/dev/null 2>&1; \
	out=$$(git diff -I'FileName: `' -- 'views/**/*_templ.go'); \
	test -z "$$out" || { echo "$$out" | head -20; echo "generated files are stale: run make generate and commit"; exit 1; }

vet: ## vet and formatting
	$(GO) vet -tags $(TAGS) ./...
	@out=$$(gofmt -l cmd internal migrations static views); test -z "$$out" || { echo "run gofmt on: $$out"; exit 1; }

# The linter is a module of its own (tools/go.mod), so that nothing of it reaches the
# program's; the first run builds it from the module proxy, which takes minutes.
lint: vet ## golangci-lint, as .golangci.yml says
	$(GO) tool -modfile=tools/go.mod golangci-lint run ./...

shots: build ## refresh docs/screenshots from the demo
	BUHUO_SHOTS=$(CURDIR)/docs/screenshots $(GO) test -tags $(TAGS) -count=1 -timeout 15m -run TestScreenshots ./internal/e2e
