package convert

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
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
	// Quepid is Quepid's CSV of ratings: query, docid, rating. Its books,
	// cases and snapshots in JSON are read as well, and its other tables.
	Quepid Format = "quepid"
	// RankEval is the body of a request to Elasticsearch's _rank_eval.
	RankEval Format = "rank_eval"
	// TSV and CSV are tables of query, document and grade. Which character
	// separates the columns is found out when they are read.
	TSV Format = "tsv"
	CSV Format = "csv"
	// Studio is Relevance Studio's scenarios and judgements, as documents
	// of its indices.
	Studio Format = "relevance-studio"
	// MSMARCO is MS MARCO's run of query, document and rank.
	MSMARCO Format = "msmarco"
	// RankLib is a list for learning to rank: grade, qid, features, # document.
	RankLib Format = "ranklib"
	// RunFile is what releval run writes.
	RunFile Format = "runfile"
	// RRE is the ratings of the Rated Ranking Evaluator.
	RRE Format = "rre"
	// OpenSearch is a judgment list of OpenSearch's search relevance
	// plugin; its query sets are read as well.
	OpenSearch Format = "opensearch"
)

// formats are all formats, in the order of the documentation.
var formats = []Format{Suite, Qrels, TRECRun, BEIR, Quepid, RankEval, TSV, CSV, Studio, OpenSearch, MSMARCO, RankLib, RRE, RunFile}

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

// formatOfName tells the format of a file that is to be written by its name:
// .yaml and .yml, .qrels, .run, .tsv, .csv (Quepid's), .json (_rank_eval); a
// folder, existing or written with a slash at its end, is BEIR. A .gz at the
// end is looked through.
func formatOfName(path string) (Format, error) {
	if info, err := os.Stat(path); isFolderName(path) || err == nil && info.IsDir() {
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
		return RankEval, nil
	}
	base := strings.TrimSuffix(name, filepath.Ext(name))
	if strings.HasPrefix(name, "qrels") || strings.HasSuffix(base, "qrels") {
		return Qrels, nil
	}
	return "", fmt.Errorf("%s: the name does not tell the format; name it, one of %s", path, strings.Join(Formats(), ", "))
}

// detect tells the format of a source by its content, and by its name where
// that says more: a folder is BEIR, .yaml a suite, and .qrels and .run are
// TREC's also where their first lines are broken.
func detect(path string) (Format, error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return formatOfName(path)
	}
	named, nameErr := formatOfName(path)
	switch named {
	case Suite, Qrels, TRECRun:
		if ext := filepath.Ext(strings.TrimSuffix(strings.ToLower(path), ".gz")); ext != ".txt" {
			return named, nil
		}
	}
	head, err := beginning(path)
	if err != nil {
		return "", err
	}
	text := bytes.TrimPrefix(head, []byte("\ufeff"))
	if isJSON(head) {
		return detectJSON(path, head)
	}
	if found := formatOfLines(text); found != "" {
		return found, nil
	}
	switch {
	case named == Quepid:
		return CSV, nil
	case nameErr == nil:
		return named, nil
	}
	for _, d := range []struct {
		delimiter byte
		format    Format
	}{{'\t', TSV}, {',', CSV}, {';', CSV}} {
		first := firstRow(text, d.delimiter)
		c := columns{at: map[string]int{}}
		if c.name(first); len(first) > 2 && (c.lacks() == "" || d.delimiter == '\t') {
			return d.format, nil
		}
	}
	return "", fmt.Errorf("%s: neither the name nor the content tells the format; name it by --from, one of %s", path, strings.Join(Formats(), ", "))
}

// formatOfLines tells TREC's files, and those that are like them, by the
// columns of their first lines; "" for another file. Three columns of numbers
// are a run where the last counts up from 1 for each query, as no grades do.
func formatOfLines(head []byte) Format {
	qrels, run, ranklib, msmarco := true, true, true, true
	second, query := "", ""
	n, rank, deepest := 0, 0, 0
	for line := range bytes.Lines(head) {
		fields := strings.Fields(string(line))
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if line[len(line)-1] != '\n' && n > 0 {
			break // cut off
		}
		if n++; n == 1 && len(fields) > 1 {
			second = fields[1]
		}
		qrels = qrels && len(fields) == 4 && fields[1] == second && (second == "Q0" || isNumber(second)) && isNumber(fields[3])
		run = run && len(fields) >= 6 && isNumber(fields[3]) && isNumber(fields[4])
		ranklib = ranklib && len(fields) > 1 && isNumber(fields[0]) && strings.HasPrefix(fields[1], "qid:")
		if fields[0] != query {
			query, rank = fields[0], 0
		}
		rank++
		deepest = max(deepest, rank)
		msmarco = msmarco && len(fields) == 3 && fields[2] == strconv.Itoa(rank)
		if n == 100 {
			break
		}
	}
	switch {
	case n > 0 && qrels:
		return Qrels
	case n > 0 && run:
		return TRECRun
	case n > 0 && ranklib:
		return RankLib
	case n > 0 && msmarco && deepest > 1:
		return MSMARCO
	}
	return ""
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
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

// isJSON says whether a file begins as JSON does.
func isJSON(head []byte) bool {
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff")))
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

func detectJSON(path string, head []byte) (Format, error) {
	has := func(key string) bool { return bytes.Contains(head, []byte(`"`+key+`"`)) }
	switch {
	case bytes.Contains(head, []byte(`{"type":"manifest"`)):
		return RunFile, nil
	case has("judgmentRatings") || has("judgmentScores") || has("querySetQueries") || has("queryText"):
		return OpenSearch, nil
	case has("scenario_id") || has("workspace_id") || has("project_id"):
		return Studio, nil
	case has("query_doc_pairs") || has("case_name") && has("queries") || has("docs") && (has("explain") || has("rated_only") || has("has_snapshot_file")):
		return Quepid, nil
	case has("query_groups") || has("relevant_documents") || has("placeholders"):
		return RRE, nil
	case has("requests") && (has("ratings") || has("request") || bytes.Contains(bytes.Join(bytes.Fields(head), nil), []byte(`"requests":[]`))):
		return RankEval, nil
	}
	return "", fmt.Errorf("%s: neither a _rank_eval body, nor an export of Quepid, nor an OpenSearch judgment list, nor RRE's ratings, nor Relevance Studio's judgements by its first 64 KiB; name the format by --from", path)
}
