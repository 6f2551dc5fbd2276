# The camera of `make demo`: auto, pattern or a device such as /dev/video0.
SOURCE ?= auto
# Further flags of `bin/twostep demo`.
ARGS ?=

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: deps build ## watch the whole of it: make demo [SOURCE=/dev/video0] [ARGS='--codec mpeg4']
	bin/twostep demo --source '$(SOURCE)' $(ARGS)

.PHONY: test
test: test-deps ## run every check and every test
	scripts/check

.PHONY: nightly
nightly: ## try a million sequences of operations on bufcore: some twenty minutes
	go test ./bufcore -run TestSetAgainstModel -v -count=1 -timeout 6h -rapid.checks=1000000

# The programs are built twice: as they are, and with their points.
stress = TWOSTEP_STRESS=1 TWOSTEP_BIN=$(CURDIR)/bin TWOSTEP_STEPS_BIN=$(CURDIR)/bin/steps go test ./test/e2e -v -count=1 -timeout 1h

.PHONY: killmatrix
killmatrix: build build-steps ## kill each program at every point of every way out: some six minutes
	$(stress) -parallel 3 -run '^TestKill$$'

.PHONY: soak
soak: build build-steps ## record a thousand times in one run, and freeze encoders for 10 s: some eight minutes
	$(stress) -run '^(TestSoak|TestFrozenEncoderCostsThePreviewNothing)$$'

.PHONY: build-steps
build-steps:
	go build -buildvcs=false -tags steps -o bin/steps/ ./cmd/compositor ./cmd/camapp ./cmd/encapp

.PHONY: build
build: deps ## build bin/{compositor,camapp,encapp,twostep}
	@[ -e bin/twostep ] || echo "build: compiling; the first time this is a minute or two, most of it without a word"
	go build -buildvcs=false -o bin/ ./cmd/...

.PHONY: bench
bench: deps ## run the benchmarks, without the tests
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: lint
lint: deps ## run the checks that take no test: format, vet, staticcheck, generated code, imports
	scripts/check format vet staticcheck generated imports scripts

.PHONY: generate
generate: test-deps ## make the Go of protocol/ from the XML again
	go generate ./...

.PHONY: generate-check
generate-check: ## compare the Go of protocol/ with the XML
	scripts/check generated

.PHONY: guest
guest: test-deps build ## test on a real camera driver, in a virtual machine
	scripts/check guest

.PHONY: deps
deps: ## install the packages that building takes, or name them
	@scripts/deps build

.PHONY: test-deps
test-deps:
	@scripts/deps test

.PHONY: clean
clean: ## remove what was built and what the demo left
	rm -rf bin out
