# What can be done here. `make test` needs nothing but Go; test-elasticsearch
# needs a JDK and Maven, test-browser needs Chromium, bench needs Python for
# the comparison with pytrec_eval.

STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
DEADCODE = go run golang.org/x/tools/cmd/deadcode@v0.52.0

.PHONY: demo build test test-elasticsearch test-browser bench lint screenshots

demo:
	go run ./cmd/releval run judgments/films/films.yaml

build:
	go build -o bin/releval ./cmd/releval

test:
	go test $(TESTFLAGS) ./...

test-elasticsearch:
	go test -tags elasticsearch -count=1 -timeout 30m ./eval/execute ./eval/preflight ./eval/propose ./eval/cluster/... ./eval/sweep/...
	go test -tags elasticsearch -count=1 -run Elasticsearch ./cmd/releval

# CHROMIUM names the browser where it is not on the path; with SCREENSHOTS the
# pictures are kept in that folder.
test-browser:
	RELEVAL_SCREENSHOTS=$(if $(SCREENSHOTS),$(abspath $(SCREENSHOTS))) go test -tags browser -run Browser -count=1 ./reports

# The picture of README.md, and others of the sample suite's report.
screenshots:
	mkdir -p bin/screenshots
	go run ./cmd/releval run judgments/films/films.yaml --report bin/screenshots/films.html > /dev/null
	RELEVAL_REPORT=$(abspath bin/screenshots/films.html) RELEVAL_SCREENSHOTS=$(abspath bin/screenshots) go test -tags browser -run TestBrowserScreenshots -count=1 ./reports
	cp bin/screenshots/report-light-wide.png reports/screenshot.png

# The figures that eval/README.md names. Python is for the comparison with
# pytrec_eval; without it that row is left out.
bench:
	go test -run '^$$' -bench . -benchtime 1x ./cmd/releval ./eval/stats ./eval/gate ./eval/embedded/...
	go run ./eval/trec/bench

lint:
	@unformatted="$$(gofmt -l .)"; if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go vet -tags 'elasticsearch browser' ./...
	GOOS=windows go build ./... && GOOS=windows go vet -tags 'elasticsearch browser' ./...
	GOOS=darwin go build ./... && GOOS=darwin go vet -tags 'elasticsearch browser' ./...
	$(STATICCHECK) -tags 'elasticsearch browser' ./...
	@dead="$$($(DEADCODE) -test -tags 'elasticsearch browser' ./...)" || exit 1; if [ -n "$$dead" ]; then echo "nothing reaches:"; echo "$$dead"; exit 1; fi
	go mod tidy -diff
