package reranker

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// largestCacheFile is the most that is read of the file of one query.
const largestCacheFile = 32 << 20

// cache holds scores by what they are of: in memory, and in a folder with a
// file for each API, address, model, instruction and query, where there is one.
// A line of a file is a checksum over the line and what the file is for, and
// JSON: a line that is broken off, edited, or of another file is not believed.
// Files hold no texts, only their hashes.
type cache struct {
	folder string // empty for memory alone

	mu      sync.Mutex
	queries map[string]*asked
	damaged int
	failure error // the first that kept something from being written
}

// asked is what is known of one query. Its lock is held by whoever asks.
type asked struct {
	sync.Mutex
	key   string // hexadecimal
	read  bool
	texts map[[32]byte]float64
	lists map[[32]byte]kept
	// broken says that the file does not end with the end of a line.
	broken bool
}

// kept is what is known of one list of texts, asked for at once.
type kept struct {
	// Call is how long scoring the list took, 0 where it was never measured.
	Call   time.Duration
	Scores []float64 // of a listwise model, else nil
}

// line is a line of a file, behind its checksum: a text's score, or a list's.
type line struct {
	Text   string    `json:"text,omitempty"`
	Score  *float64  `json:"score,omitempty"`
	List   string    `json:"list,omitempty"`
	CallMS float64   `json:"call_ms,omitempty"`
	Scores []float64 `json:"scores,omitempty"`
}

func newCache(folder string) *cache {
	return &cache{folder: folder, queries: make(map[string]*asked)}
}

// of gives what is known of a query, locked: the caller unlocks it. The parts
// are what its scores depend on beside the texts.
func (c *cache) of(parts ...any) *asked {
	sum := sha256.New()
	if err := json.NewEncoder(sum).Encode(parts); err != nil {
		fmt.Fprintf(sum, "%q", parts) // cannot be: they are texts and raw JSON
	}
	key := hex.EncodeToString(sum.Sum(nil))
	c.mu.Lock()
	a := c.queries[key]
	if a == nil {
		a = &asked{key: key, texts: make(map[[32]byte]float64), lists: make(map[[32]byte]kept)}
		c.queries[key] = a
	}
	c.mu.Unlock()
	a.Lock()
	if !a.read {
		a.read = true
		c.load(a)
	}
	return a
}

func (c *cache) path(a *asked) string {
	return filepath.Join(c.folder, a.key[:2], a.key+".jsonl")
}

// load reads a query's file. What cannot be read is as if it were not there.
func (c *cache) load(a *asked) {
	if c.folder == "" {
		return
	}
	file, err := openFile(c.path(a), os.O_RDONLY)
	if err != nil {
		return
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, largestCacheFile))
	if err != nil {
		return
	}
	a.broken = len(content) > 0 && content[len(content)-1] != '\n'
	for text := range bytes.SplitSeq(content, []byte("\n")) {
		if len(text) > 0 && !a.take(text) {
			c.mu.Lock()
			c.damaged++
			c.mu.Unlock()
		}
	}
}

// take reads a line, and says whether it can be believed.
func (a *asked) take(text []byte) bool {
	sum, payload, found := bytes.Cut(text, []byte(" "))
	if !found || string(sum) != a.sum(payload) {
		return false
	}
	var l line
	if json.Unmarshal(payload, &l) != nil {
		return false
	}
	if hash, ok := hashOf(l.Text); ok && l.Score != nil {
		a.texts[hash] = *l.Score
		return true
	}
	hash, ok := hashOf(l.List)
	if ok {
		a.lists[hash] = kept{time.Duration(math.Round(l.CallMS*1000)) * time.Microsecond, l.Scores}
	}
	return ok
}

func (a *asked) sum(payload []byte) string {
	h := sha256.New()
	io.WriteString(h, a.key)
	h.Write(payload)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func hashOf(s string) (hash [32]byte, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(hash) {
		return hash, false
	}
	return [32]byte(b), true
}

// listHash is the hash of a list of texts, by those of the texts.
func listHash(hashes [][32]byte) [32]byte {
	h := sha256.New()
	for _, one := range hashes {
		h.Write(one[:])
	}
	return [32]byte(h.Sum(nil))
}

// keepTexts keeps scores of texts. The caller holds the query's lock.
func (c *cache) keepTexts(a *asked, hashes [][32]byte, scores []float64) {
	var lines []line
	for i, hash := range hashes {
		a.texts[hash] = scores[i]
		lines = append(lines, line{Text: hex.EncodeToString(hash[:]), Score: &scores[i]})
	}
	c.write(a, lines)
}

// keepList keeps what came of a list that was scored at once.
func (c *cache) keepList(a *asked, hash [32]byte, k kept) {
	a.lists[hash] = k
	c.write(a, []line{{List: hex.EncodeToString(hash[:]), CallMS: float64(k.Call.Microseconds()) / 1000, Scores: k.Scores}})
}

// write appends lines to a query's file in one write. That they cannot be kept
// costs nothing but that they are asked for again: it is remembered, and said
// at the end.
func (c *cache) write(a *asked, lines []line) {
	if c.folder == "" || len(lines) == 0 {
		return
	}
	var b bytes.Buffer
	if a.broken {
		b.WriteByte('\n')
	}
	for _, l := range lines {
		payload, err := json.Marshal(l)
		if err != nil {
			return // cannot be: scores are finite
		}
		fmt.Fprintf(&b, "%s %s\n", a.sum(payload), payload)
	}
	if err := c.append(a, b.Bytes()); err != nil {
		c.mu.Lock()
		if c.failure == nil {
			c.failure = err
		}
		c.mu.Unlock()
		return
	}
	a.broken = false
}

func (c *cache) append(a *asked, lines []byte) error {
	path := c.path(a)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := openFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY)
	if err != nil {
		return err
	}
	if _, err := file.Write(lines); err != nil {
		_ = file.Close()
		a.broken = true
		return err
	}
	return file.Close()
}

// openFile opens a file of the cache and nothing else: a FIFO, which would keep
// a search waiting for whoever is at its other end, is an error.
func openFile(path string, flag int) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file: remove it", path)
	}
	return os.OpenFile(path, flag, 0o600)
}
