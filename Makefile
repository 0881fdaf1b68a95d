# What can be done here. `make test` needs nothing but Go; test-elasticsearch
# needs a JDK and Maven, test-browser needs Chromium, bench needs Python for
# the comparison with pytrec_eval.

STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: demo build test test-elasticsearch test-browser bench lint screenshots

demo:
	go run ./cmd/releval run judgments/films/films.yaml

build:
	go build -o bin/releval ./cmd/releval

test:
	go test $(TESTFLAGS) ./...

test-elasticsearch:
	go test -tags elasticsearch -count=1 -timeout 30m ./eval/cluster/... ./eval/sweep/...

lint:
	@unformatted="$$(gofmt -l .)"; if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go vet -tags 'elasticsearch browser' ./...
	$(STATICCHECK) -tags 'elasticsearch browser' ./...
	go mod tidy -diff
