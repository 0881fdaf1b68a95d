package untrusted

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/releval/releval/eval/text"
	"github.com/releval/releval/judgments"
)

// Bounds on what a suite may cost.
const (
	// MaxSuiteBytes is the largest suite file.
	MaxSuiteBytes = 4 << 20
	// MaxQueries is the most queries.
	MaxQueries = 2000
	// MaxDocumentBytes is the most that a documents file may unpack to.
	MaxDocumentBytes = 64 << 20
)

// Policy is what a suite may use.
type Policy struct {
	// Indices and TitleFields are the patterns (path.Match) of the indices
	// that may be searched, and of the fields whose values may be shown. With
	// none, none are allowed.
	Indices, TitleFields []string
	// RerankURLs are the addresses of rerank APIs that texts of documents may be
	// sent to: whole ones, and origins for all that is below them. The name of
	// an API, such as cohere, is its provider's own address.
	RerankURLs []string
}

// Check says all that the policy refuses in a suite, each with its place.
func (p Policy) Check(s *judgments.Suite) judgments.Problems {
	c := &checker{}
	c.suite(p, s, true)
	c.problems.Sort()
	return c.problems
}

// CheckWritten is Check for what another format than a suite gets of one:
// judgments that may have no index and show no field. The file stands in the
// place of positions that there are none of.
func (p Policy) CheckWritten(file string, s *judgments.Suite) judgments.Problems {
	c := &checker{}
	c.suite(p, s, false)
	for i := range c.problems {
		c.problems[i].File = cmp.Or(c.problems[i].File, file)
	}
	c.problems.Sort()
	return c.problems
}

// suite checks a suite: a whole one must have an index and a title field.
func (c *checker) suite(p Policy, s *judgments.Suite, whole bool) {
	at := s.Search.Position
	if s.Cluster != "" && s.Cluster != "embedded" {
		c.refuse(judgments.Position{File: s.File}, "cluster: %s: a suite may say embedded alone; name the address by --cluster or ELASTICSEARCH_URL", text.Quote(s.Cluster))
	}
	for index := range strings.SplitSeq(s.Search.Index, ",") {
		if (whole || index != "") && !allowsIndex(p.Indices, strings.TrimSpace(index)) {
			c.refuse(at, "index: %s is not allowed; if it may be searched, add --allow-index %[1]s", text.Quote(index))
		}
	}
	if whole && !p.Shows(s.Search.TitleField) {
		c.refuse(at, "title_field: %s is not allowed; if its values may be shown, add --allow-title-field %[1]s", text.Quote(s.Search.TitleField))
	}
	if s.Search.Documents != "" {
		if err := within("the suite's folder", filepath.Dir(s.File), s.Search.Documents); err != nil {
			c.refuse(at, "documents: %v", err)
		} else if err := judgments.BoundDocuments(s.Search.Documents, MaxDocumentBytes); err != nil {
			c.refuse(at, "documents: %v", err)
		}
	}
	if len(s.Queries) > MaxQueries {
		c.refuse(judgments.Position{File: s.File}, "%s: at most %s are allowed", text.Count(len(s.Queries), "query"), text.Thousands(MaxQueries))
	}
	for _, r := range s.Search.Rerankers {
		if r.Window > mostHits {
			c.refuse(r.Position, "rank_window_size: %d is above %d", r.Window, mostHits)
		}
		if strings.ContainsAny(r.InferenceID, "/\\%?#") || strings.Contains(r.InferenceID, "..") {
			c.refuse(r.Position, "inference_id: %s is no endpoint's: it stands in the path of requests, and what is between may read it as another", text.Quote(r.InferenceID))
		}
		if a := r.API; a != nil && !r.OnCluster() && !p.sends(a.URL, a.API) {
			c.refuse(r.Position, "url: the reranker %s would send documents to %s; if it may, add --allow-rerank-url %s", text.Quote(r.Name), text.Quote(cmp.Or(a.URL, a.API)), text.Quote(cmp.Or(a.URL, a.API)))
		}
	}
	for _, q := range s.Queries {
		for _, j := range q.Relevant {
			c.document(p, q, j.Index)
		}
		for _, x := range q.Exclude {
			c.document(p, q, x.Index)
		}
		if strings.Contains(q.Text, "_index") {
			c.refuse(q.Position, "query: the text names the field _index")
		}
	}
	c.walk(reflect.ValueOf(&s.Search).Elem(), at, "search", request)
	for i := range s.Queries {
		c.walk(reflect.ValueOf(&s.Queries[i]).Elem(), s.Queries[i].Position, "query", request)
	}
}

// document refuses the index that a query names beside a document's id.
func (c *checker) document(p Policy, q judgments.Query, index string) {
	if index != "" && !allowsIndex(p.Indices, index) {
		c.refuse(q.Position, "index: %s of a document is not allowed; if it may be searched, add --allow-index %[1]s", text.Quote(index))
	}
}

// Shows says whether the values of a field may be shown.
func (p Policy) Shows(field string) bool { return matches(p.TitleFields, field) }

// sends says whether documents may be sent to a rerank API at an address, which
// is empty for the provider's own.
func (p Policy) sends(address, api string) bool {
	return slices.ContainsFunc(p.RerankURLs, func(allowed string) bool {
		if address == "" {
			return allowed == api
		}
		u, err := url.Parse(allowed)
		whole := err == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == ""
		return allowed == address || whole && judgments.Origin(allowed) != "" && judgments.Origin(allowed) == judgments.Origin(address)
	})
}

// CheckFile refuses a suite's file that is a link out of its folder, or too
// large: its lines are repeated in messages.
func CheckFile(file string) error {
	if err := CheckPlace(file); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err == nil && info.Size() > MaxSuiteBytes {
		err = fmt.Errorf("%s is larger than %d MiB", text.Quote(file), MaxSuiteBytes>>20)
	}
	return err
}

// CheckPlace refuses a file that is a link out of its folder, or no regular
// file. The folders of a path below the working directory may be no links out
// of that one either: whoever wrote the file may have made them.
func CheckPlace(file string) error {
	if err := within("its folder", filepath.Dir(file), file); err != nil {
		return err
	}
	if filepath.IsLocal(file) {
		return within("the working directory", ".", file)
	}
	return nil
}

// CheckInput refuses a file or folder to convert where it, or a file in it, is
// a link out of its folder.
func CheckInput(in string) error {
	info, err := os.Stat(in)
	if err != nil {
		return fmt.Errorf("%s cannot be read", text.Quote(in))
	}
	if !info.IsDir() {
		return CheckPlace(in)
	}
	if filepath.IsLocal(in) {
		if err := inside("the working directory", ".", in); err != nil {
			return err
		}
	}
	return filepath.WalkDir(in, func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return within("its folder", in, file)
	})
}

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	})
}

// allowsIndex says whether an index may be searched. The name of several (a
// pattern, date mathematics, another cluster's index) may be wider than a
// pattern that it matches, and must be one of the patterns itself.
func allowsIndex(patterns []string, index string) bool {
	if index == "" || index == "_all" || index[0] == '-' || strings.ContainsAny(index, "*?<>:%") {
		return index != "" && slices.Contains(patterns, index)
	}
	return matches(patterns, index)
}

// within says whether a file is regular and lies in a folder, links resolved;
// what is the folder in messages.
func within(what, folder, file string) error {
	if err := inside(what, folder, file); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("%s cannot be read", text.Quote(file))
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", text.Quote(file))
	}
	return nil
}

// inside says whether a file or folder lies in a folder, links resolved.
func inside(what, folder, file string) error {
	root, err := resolve(folder)
	if err != nil {
		return err
	}
	real, err := resolve(file)
	if err != nil {
		return err
	}
	name, err := filepath.Rel(root, real)
	if err != nil || !filepath.IsLocal(name) {
		return fmt.Errorf("%s is outside of %s", text.Quote(file), what)
	}
	return nil
}

// resolve is the absolute path of a file, without links.
func resolve(file string) (string, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", fmt.Errorf("%s cannot be read", text.Quote(file))
	}
	return path, nil
}

type checker struct{ problems judgments.Problems }

func (c *checker) refuse(at judgments.Position, format string, args ...any) {
	c.problems = append(c.problems, judgments.Problem{Position: at, Message: "untrusted suite: " + fmt.Sprintf(format, args...)})
}

var (
	rawType      = reflect.TypeFor[json.RawMessage]()
	positionType = reflect.TypeFor[judgments.Position]()
)

// walk finds all raw JSON of a value, whichever key it stands under, and the
// place that is nearest to it. The mappings and settings of the index that is
// made of the suite's own documents are no part of a search.
func (c *checker) walk(v reflect.Value, at judgments.Position, name string, is role) {
	if v.Type() == rawType {
		c.raw(v.Bytes(), at, name, is)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.walk(v.Elem(), at, name, is)
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.walk(v.Index(i), at, name, is)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			c.member(key.String(), at)
			c.walk(v.MapIndex(key), at, key.String(), is)
		}
	case reflect.Struct:
		c.fields(v, at, name, is)
	}
}

func (c *checker) fields(v reflect.Value, at judgments.Position, name string, is role) {
	for i := range v.NumField() {
		if v.Type().Field(i).Type == positionType {
			if p := v.Field(i).Interface().(judgments.Position); p.Line > 0 {
				at = p
			}
		}
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		switch field.Name {
		case "Mappings", "Settings":
			continue
		}
		if !v.Field(i).IsZero() {
			c.member(field.Name, at)
		}
		inner := is
		switch {
		case field.Name == "Retriever" || v.Type().Name() == "Retriever":
			inner = retriever
		case field.Name == "Params" || v.Type().Name() == "Param":
			inner = parameter
		case field.Name == "Extra":
			inner = request
		}
		c.walk(v.Field(i), at, strings.ToLower(field.Name), inner)
	}
}

// member refuses a key of a suite by its name, as in raw JSON. The index that
// is searched has been looked at.
func (c *checker) member(key string, at judgments.Position) {
	if key == "Index" {
		return
	}
	w := &walk{}
	w.member(key, nil)
	for _, what := range w.found {
		c.refuse(at, "%s", what)
	}
}

func (c *checker) raw(raw json.RawMessage, at judgments.Position, name string, is role) {
	if len(raw) == 0 {
		return
	}
	if is == request && slices.Contains(queryKeys, name) {
		raw = slices.Concat([]byte(`{"`+name+`":`), raw, []byte("}"))
	}
	for _, what := range JSON(raw, is) {
		c.refuse(at, "%s: %s", name, what)
	}
}
