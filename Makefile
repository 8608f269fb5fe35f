# Weir's commands. `make help` lists them.

# DuckDB results are read as Arrow, which is behind this build tag.
export GOFLAGS := -tags=duckdb_arrow
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
CONSOLE := dashboards/console
BUNDLE := $(CONSOLE)/dist/index.html

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: build
build: console ## build bin/weir, with the console in it
	go build -ldflags "-X main.version=$(VERSION)" -o bin/weir ./cmd/weir

.PHONY: demo
demo: build ## generate a shop's events, and watch live windows on a page; LISTEN=127.0.0.1:8090 for another address
	bin/weir demo $(if $(LISTEN),--listen $(LISTEN))

.PHONY: test
test: console ## run all tests; says how many ran and what was skipped
	cd $(CONSOLE) && npm test --silent
	@mkdir -p bin
	go tool gotestsum --format pkgname-and-test-fails --format-hide-empty-pkg --jsonfile bin/test.json -- -timeout 35m $(TESTFLAGS) ./...
	@.ci/summary bin/test.json

.PHONY: lint
lint: ## gofmt, go vet, golangci-lint
	@test -z "$$(gofmt -l benchmarks cmd connectors dashboards engine operators sql)" || { gofmt -l benchmarks cmd connectors dashboards engine operators sql; exit 1; }
	go vet ./...
	@if command -v golangci-lint >/dev/null; then golangci-lint run; else echo "golangci-lint is not installed: go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0"; fi

.PHONY: console
console: $(BUNDLE) ## build the console's page

$(BUNDLE): $(CONSOLE)/package-lock.json $(CONSOLE)/index.html $(CONSOLE)/vite.config.ts $(shell find $(CONSOLE)/src -type f)
	cd $(CONSOLE) && npm ci --no-audit --no-fund --silent && npm run build --silent
	@touch $@

.PHONY: bench
bench: build ## measure against DuckDB and on Nexmark, answers checked
	bin/weir bench batch
	bin/weir bench nexmark

.PHONY: screenshots
screenshots: console ## take the pictures of the console in docs, in headless Chromium over weir demo
	WEIR_SCREENSHOTS=$(CURDIR)/docs go test ./cmd/weir/e2e -run TestScreenshots -count=1

.PHONY: docs
docs: ## write the pages that come from declarations
	go test ./cmd/weir -run TestConnectorsPage -rewrite

.PHONY: clean
clean: ## remove what was built
	rm -rf bin $(CONSOLE)/dist/assets $(BUNDLE)
