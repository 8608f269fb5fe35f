# Weir's commands. `make help` lists them.

# DuckDB results are read as Arrow, which is behind this build tag.
export GOFLAGS := -tags=duckdb_arrow
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
CONSOLE := dashboards/console
BUNDLE := $(CONSOLE)/dist/index.html
GRAFANA := dashboards/grafana
GO_FILES = $(shell find . -name node_modules -prune -o -name '*.go' -print)

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

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
	@status=0; \
	go tool gotestsum --format pkgname-and-test-fails --format-hide-empty-pkg --jsonfile bin/test.json -- -timeout 35m $(TESTFLAGS) ./... || status=1; \
	gotestsum=$$(go tool -n gotestsum); \
	(cd $(GRAFANA) && $$gotestsum --format pkgname-and-test-fails --format-hide-empty-pkg --jsonfile $(CURDIR)/bin/test-grafana.json -- $(TESTFLAGS) ./pkg/...) || status=1; \
	.ci/summary bin/test.json bin/test-grafana.json; \
	exit $$status

.PHONY: lint
lint: ## gofmt, go vet, golangci-lint
	@test -z "$$(gofmt -l $(GO_FILES))" || { gofmt -l $(GO_FILES); exit 1; }
	go vet ./...
	cd $(GRAFANA) && go vet ./pkg/...
	@if command -v golangci-lint >/dev/null; then golangci-lint run && (cd $(GRAFANA) && golangci-lint run ./pkg/...); else echo "golangci-lint is not installed: go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0"; fi

.PHONY: console
console: $(BUNDLE) ## build the console's page

$(BUNDLE): $(CONSOLE)/package-lock.json $(CONSOLE)/index.html $(CONSOLE)/vite.config.ts $(shell find $(CONSOLE)/src -type f)
	cd $(CONSOLE) && npm ci --no-audit --no-fund --silent && npm run build --silent
	@touch $@

# The Grafana data source is a Go module and a Node package of its own, so that Weir does not depend on Grafana's.
GRAFANA_INFO = {\"pluginID\":\"weirdb-weir-datasource\",\"version\":\"$(shell cd $(GRAFANA) && node -p 'require("./package.json").version')\"}
GRAFANA_FLAGS = -s -w -X 'github.com/grafana/grafana-plugin-sdk-go/build/buildinfo.buildInfoJSON=$(GRAFANA_INFO)'

.PHONY: grafana
grafana: $(GRAFANA)/dist/module.js gpx_weir_linux_amd64 gpx_weir_linux_arm64 ## build the Grafana data source: dashboards/grafana/dist

# Without C, so that it runs where there is no glibc: in Grafana's Alpine image.
.PHONY: gpx_weir_linux_amd64 gpx_weir_linux_arm64
gpx_weir_linux_amd64 gpx_weir_linux_arm64: gpx_weir_linux_%:
	cd $(GRAFANA) && CGO_ENABLED=0 GOOS=linux GOARCH=$* go build -trimpath -ldflags "$(GRAFANA_FLAGS)" -o dist/$@ ./pkg

$(GRAFANA)/dist/module.js: $(GRAFANA)/node_modules/.package-lock.json $(wildcard $(GRAFANA)/*.*) $(shell find $(GRAFANA)/src $(GRAFANA)/provisioning/dashboards -type f)
	cd $(GRAFANA) && npm run build --silent

$(GRAFANA)/node_modules/.package-lock.json: $(GRAFANA)/package-lock.json
	cd $(GRAFANA) && npm install --no-audit --no-fund --no-save --silent # not ci: some registries lack an optional package of the lock file
	@touch $@

.PHONY: test-grafana
test-grafana: $(GRAFANA)/node_modules/.package-lock.json ## check and test the Grafana data source's page
	cd $(GRAFANA) && npm run typecheck --silent && npm test --silent

.PHONY: test-grafana-e2e
test-grafana-e2e: build grafana ## test the data source in a Grafana that runs: GRAFANA_URL=http://127.0.0.1:3000
	$(GRAFANA)/tests/run

.PHONY: bench
bench: build ## measure against DuckDB and on Nexmark, answers checked
	bin/weir bench batch
	bin/weir bench nexmark

.PHONY: screenshots
screenshots: console ## take the pictures in docs, in headless Chromium over weir demo; those of dashboards with GRAFANA_URL=http://127.0.0.1:3000
	WEIR_SCREENSHOTS=$(CURDIR)/docs go test ./cmd/weir/e2e -run TestScreenshots -count=1
	@if [ -n "$(GRAFANA_URL)" ]; then $(MAKE) grafana-screenshots; fi

.PHONY: grafana-screenshots
grafana-screenshots: build grafana
	WEIR_SCREENSHOTS=$(CURDIR)/docs $(GRAFANA)/tests/run --project screenshots

.PHONY: docs
docs: ## write the pages and dashboards that come from declarations
	go test ./cmd/weir -run TestConnectorsPage -rewrite
	go test ./dashboards/boards -run TestCommitted -rewrite
	go test ./operators/detector -run TestPage -rewrite

.PHONY: clean
clean: ## remove what was built
	rm -rf bin $(CONSOLE)/dist/assets $(BUNDLE) $(GRAFANA)/dist
