package convert

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/releval/releval/judgments/spelling"
)

// Format names a file format.
type Format string

// The formats that are read and written.
const (
	// Suite is a suite in YAML.
	Suite Format = "suite"
	// Qrels is TREC's relevance file: query, iteration, document, grade.
	Qrels Format = "qrels"
	// TRECRun is TREC's run file: query, Q0, document, rank, score, tag.
	TRECRun Format = "run"
	// BEIR is a folder with corpus.jsonl, queries.jsonl and qrels/*.tsv.
	BEIR Format = "beir"
	// Quepid is Quepid's CSV of ratings: query, docid, rating; its detailed
	// export with positions and titles is read as well.
	Quepid Format = "quepid"
	// RankEval is the body of a request to Elasticsearch's _rank_eval.
	RankEval Format = "rank_eval"
	// TSV is a table of query, document and grade, separated by tabs.
	TSV Format = "tsv"
	// Studio is Relevance Studio's scenarios and judgements, as documents
	// of its indices.
	Studio Format = "relevance-studio"
	// OpenSearch is a judgment list of OpenSearch's search relevance
	// plugin.
	OpenSearch Format = "opensearch"
)

// formats are all formats, in the order of the documentation.
var formats = []Format{Suite, Qrels, TRECRun, BEIR, Quepid, RankEval, TSV, Studio, OpenSearch}

// Formats returns the names of all formats.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = string(f)
	}
	return names
}

// ParseFormat checks a format's name.
func ParseFormat(name string) (Format, error) {
	for _, f := range formats {
		if strings.EqualFold(name, string(f)) {
			return f, nil
		}
	}
	near := ""
	if n := spelling.Nearest(name, Formats()); n != "" {
		near = fmt.Sprintf("; did you mean %q?", n)
	}
	return "", fmt.Errorf("unknown format %q%s (known are %s)", name, near, strings.Join(Formats(), ", "))
}

// detect tells a format by a path's ending: .yaml and .yml, .qrels, .run,
// .tsv, .csv; a folder, existing or written with a slash at its end, is BEIR.
// A .json, .jsonl or .ndjson that exists is told by its content, and one that
// does not is a _rank_eval body; a .txt that exists, by the number of its
// columns. A .gz at the end is looked through.
func detect(path string) (Format, error) {
	if isFolderName(path) {
		return BEIR, nil
	}
	info, err := os.Stat(path)
	exists := err == nil
	if exists && info.IsDir() {
		return BEIR, nil
	}
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(path)), ".gz")
	switch filepath.Ext(name) {
	case ".yaml", ".yml":
		return Suite, nil
	case ".qrels", ".qrel":
		return Qrels, nil
	case ".run":
		return TRECRun, nil
	case ".tsv", ".tab":
		return TSV, nil
	case ".csv":
		return Quepid, nil
	case ".json", ".jsonl", ".ndjson":
		if !exists {
			return RankEval, nil
		}
		return detectJSON(path)
	}
	base := strings.TrimSuffix(name, filepath.Ext(name))
	switch {
	case strings.HasPrefix(name, "qrels") || strings.HasSuffix(base, "qrels"):
		return Qrels, nil
	case exists && (filepath.Ext(name) == ".txt" || filepath.Ext(name) == "" || strings.HasPrefix(name, "run")):
		return detectColumns(path)
	}
	return "", fmt.Errorf("%s: the name does not tell the format; name it, one of %s", path, strings.Join(Formats(), ", "))
}

// isFolderName says whether a path is written as that of a folder, with a
// slash at its end.
func isFolderName(path string) bool {
	return strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator))
}

// beginning reads the first bytes of a file, decompressed.
func beginning(path string) ([]byte, error) {
	f, err := openInput(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(f, head)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return head[:n], err
}

func detectJSON(path string) (Format, error) {
	head, err := beginning(path)
	if err != nil {
		return "", err
	}
	has := func(key string) bool { return bytes.Contains(head, []byte(`"`+key+`"`)) }
	switch {
	case has("judgmentRatings") || has("judgmentScores"):
		return OpenSearch, nil
	case has("scenario_id") || has("workspace_id") || has("project_id"):
		return Studio, nil
	case has("requests") && (has("ratings") || has("request")):
		return RankEval, nil
	}
	return "", fmt.Errorf("%s: neither a _rank_eval body, nor an OpenSearch judgment list, nor Relevance Studio's judgements by its first 64 KiB; name the format", path)
}

func detectColumns(path string) (Format, error) {
	head, err := beginning(path)
	if err != nil {
		return "", err
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	switch columns := len(bytes.Fields(line)); columns {
	case 4:
		return Qrels, nil
	case 6:
		return TRECRun, nil
	default:
		return "", fmt.Errorf("%s: a first line of %d columns is neither TREC qrels (4) nor a TREC run (6); name the format", path, columns)
	}
}
