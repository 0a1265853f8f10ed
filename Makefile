# Copyright 2026 The dynamo-gitops Authors
# SPDX-License-Identifier: Apache-2.0

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := bin
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null || true)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)
IMAGE ?= ghcr.io/dynamo-gitops/dynamo-gitops:$(VERSION)
FUZZTIME ?= 10s
# The race detector needs a C compiler; without one the tests run without it, and say so.
RACE := $(shell command -v $${CC:-cc} >/dev/null 2>&1 && echo -race)

# The one place with the versions of the tools. Each is installed through the Go module proxy to bin/NAME-VERSION.
CONTROLLER_GEN_VERSION := v0.19.0
GOLANGCI_LINT_VERSION := v2.5.0
KUSTOMIZE_VERSION := v5.8.0
HELM_VERSION := v4.2.2
GOVULNCHECK_VERSION := v1.1.4

CONTROLLER_GEN := $(CURDIR)/$(BIN)/controller-gen-$(CONTROLLER_GEN_VERSION)
GOLANGCI_LINT := $(CURDIR)/$(BIN)/golangci-lint-$(GOLANGCI_LINT_VERSION)
KUSTOMIZE := $(CURDIR)/$(BIN)/kustomize-$(KUSTOMIZE_VERSION)
HELM := $(CURDIR)/$(BIN)/helm-$(HELM_VERSION)
GOVULNCHECK := $(CURDIR)/$(BIN)/govulncheck-$(GOVULNCHECK_VERSION)

##@ Use

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z][a-z-]*:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build the static binaries bin/dynamo-gitops and bin/dynamo-gitops-charts
	@mkdir -p $(BIN)
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/ ./plugin/dynamo-gitops ./plugin/dynamo-gitops-charts

.PHONY: demo
demo: ## Show it: a Git repository, dev, test and prod generated from it, a broken commit refused
	@hack/demo.sh

.PHONY: testplane
testplane: ## Build what is missing of Kubernetes, etcd and KWOK for tests (once, ten minutes) into the cache
	@go run ./hack/planebuild testplane

.PHONY: peers
peers: ## Build what is missing of the Flux controllers for end-to-end tests into the cache
	@go run ./hack/planebuild peers

.PHONY: image
image: ## Build the container image (needs docker)
	docker build --build-arg VERSION=$(VERSION) --build-arg COMMIT=$(COMMIT) -t $(IMAGE) .

##@ Check

.PHONY: test
test: testplane peers ## Run every test, with the race detector where there is a C compiler
	@[[ -n "$(RACE)" ]] || echo "make test: no C compiler found, so WITHOUT the race detector" >&2
	go test $(RACE) -timeout 30m ./...

.PHONY: test-argocd
test-argocd: ## Run the plugin in Argo CD's own server; the first build takes minutes
	cd test/argocd && go vet ./... && go test -timeout 15m ./...

.PHONY: lint
lint: $(GOLANGCI_LINT) ## Run golangci-lint and the checks of scripts and the Dockerfile
	$(GOLANGCI_LINT) run ./...
	hack/lint-files.sh

.PHONY: verify
verify: ## Fail when a generated file is not current
	@before=$$(hack/tree-state.sh); $(MAKE) --no-print-directory generate; after=$$(hack/tree-state.sh); \
	  [[ "$$before" == "$$after" ]] || { diff <(echo "$$before") <(echo "$$after") >&2 || true; \
	  echo "make verify: generated files are not current; run make generate and commit the result" >&2; exit 1; }

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (10s)
	hack/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: build $(KUSTOMIZE) $(HELM) ## Measure whole processes against kustomize and helm (20 minutes), then the packages
	go run ./bench -dynamo-gitops $(BIN)/dynamo-gitops -kustomize $(KUSTOMIZE) -helm $(HELM)
	go test -run '^$$' -bench . -benchmem ./pkg/...

.PHONY: cover
cover: ## Show which share of each package's statements the tests run
	go test -cover ./pkg/... ./plugin/...

.PHONY: vuln
vuln: $(GOVULNCHECK) ## Look for known vulnerabilities (needs vuln.go.dev)
	$(GOVULNCHECK) ./...

.PHONY: ci
ci: ## Run all that CI runs
	.ci/run

##@ Change

.PHONY: generate
generate: $(CONTROLLER_GEN) ## Write deepcopy methods, CRDs, JSON Schemas and reference documentation
	CONTROLLER_GEN=$(CONTROLLER_GEN) hack/crds/generate.sh
	CONTROLLER_GEN=$(CONTROLLER_GEN) hack/schemagen/generate.sh
	plugin/argocd/install/gen.sh
	go run ./hack/docgen -out docs/reference

.PHONY: tidy
tidy: ## Format the code and tidy go.mod
	gofmt -w $$(git ls-files '*.go')
	go mod tidy

.PHONY: tools
tools: $(CONTROLLER_GEN) $(GOLANGCI_LINT) $(KUSTOMIZE) $(HELM) ## Install the pinned tools to bin

.PHONY: clean
clean: ## Remove what was built, but not the tools
	rm -rf $(BIN)/dynamo-gitops $(BIN)/dynamo-gitops-charts dist cover.out

# install-tool PACKAGE NAME VERSION: a binary of that version under its plain name is taken as it is.
define install-tool
	@mkdir -p $(BIN)
	@if [[ -x $(BIN)/$(2) ]] && go version -m $(BIN)/$(2) 2>/dev/null | grep -qE '^\s+mod\s+\S+\s+$(3)(\s|$$)'; then \
	  cp $(BIN)/$(2) $@; \
	else \
	  echo "installing $(1)@$(3)"; dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	  GOFLAGS= CGO_ENABLED=0 GOBIN=$$dir go install $(1)@$(3); mv "$$dir/$(2)" $@; \
	fi
endef

$(CONTROLLER_GEN):
	$(call install-tool,sigs.k8s.io/controller-tools/cmd/controller-gen,controller-gen,$(CONTROLLER_GEN_VERSION))
$(GOLANGCI_LINT):
	$(call install-tool,github.com/golangci/golangci-lint/v2/cmd/golangci-lint,golangci-lint,$(GOLANGCI_LINT_VERSION))
$(KUSTOMIZE):
	$(call install-tool,sigs.k8s.io/kustomize/kustomize/v5,kustomize,$(KUSTOMIZE_VERSION))
$(HELM):
	$(call install-tool,helm.sh/helm/v4/cmd/helm,helm,$(HELM_VERSION))
$(GOVULNCHECK):
	$(call install-tool,golang.org/x/vuln/cmd/govulncheck,govulncheck,$(GOVULNCHECK_VERSION))
