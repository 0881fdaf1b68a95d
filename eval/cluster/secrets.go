package cluster

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const redacted = "[redacted]"

// shortestSecret is the length from which a secret is looked for in messages:
// a shorter one would black out ordinary words.
const shortestSecret = 4

// scrubber blacks out secrets in text from outside: as they are, and in every
// encoding in which a server, a proxy or a log may give them back.
type scrubber struct {
	messages finder // every secret: for errors and other messages
	answers  finder // those that no ordinary word could be: for answers
}

// newScrubber makes a scrubber for the configuration's credentials. It must
// be made after Config.normalised, of the key in the form that is sent.
func newScrubber(c Config) *scrubber {
	var secrets []string
	if c.APIKey != "" {
		secrets = append(secrets, c.APIKey)
		if plain, err := base64.StdEncoding.DecodeString(c.APIKey); err == nil {
			secrets = append(secrets, string(plain))
			if _, key, found := strings.Cut(string(plain), ":"); found {
				secrets = append(secrets, key)
			}
		}
	}
	if c.Password != "" {
		secrets = append(secrets, c.Username+":"+c.Password, c.Password)
	}
	secrets = append(secrets, c.Secrets...)
	s := &scrubber{}
	for _, secret := range secrets {
		if len(secret) < shortestSecret {
			continue
		}
		forms := encodings(secret)
		s.messages.add(forms...)
		if telling(secret) {
			s.answers.add(forms...)
		} else {
			s.answers.add(forms[1:]...)
		}
	}
	return s
}

// text blacks out the secrets of a message.
func (s *scrubber) text(t string) string {
	return userInfo.ReplaceAllString(string(s.messages.redact([]byte(t))), "//"+redacted+"@")
}

// telling says whether a secret can be told from an ordinary word, so that
// finding it in a title or a name is no accident.
func telling(secret string) bool {
	if len(secret) >= 16 {
		return true
	}
	classes := make(map[string]bool)
	for _, r := range secret {
		switch {
		case unicode.IsLower(r):
			classes["lower"] = true
		case unicode.IsUpper(r):
			classes["upper"] = true
		case unicode.IsDigit(r):
			classes["digit"] = true
		default:
			classes["other"] = true
		}
	}
	return len(secret) >= 8 && len(classes) >= 2
}

// encodings are the forms of a secret: first the secret itself, then base64 in
// both alphabets, also as a part of a longer text, and hexadecimal.
func encodings(secret string) []string {
	forms := []string{secret}
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		forms = append(forms, e.EncodeToString([]byte(secret)))
		for before := range 3 {
			// Within a longer text the first characters and the last depend on
			// what stands around the secret.
			part := e.EncodeToString(append(make([]byte, before), secret...))
			if (before+len(secret))%3 != 0 {
				part = part[:len(part)-1]
			}
			if before > 0 {
				part = part[before+1:]
			}
			if len(part) >= 8 {
				forms = append(forms, part)
			}
		}
	}
	return append(forms, hex.EncodeToString([]byte(secret)))
}

// finder finds strings in text, each character of them in any case and in
// whichever way JSON, URLs and HTML write it. A look at the first bytes, which
// costs about a nanosecond a byte, says mostly that there is none.
type finder struct {
	forms  []string
	starts map[[startBytes]byte]bool
	seen   [1 << 16]bool // two bytes of the starts, folded
	find   func() *regexp.Regexp
}

// startBytes is how many bytes of a form are looked at before all of it.
const startBytes = 4

func (f *finder) add(forms ...string) {
	for _, form := range forms {
		f.forms = append(f.forms, form)
		f.start(nil, form)
	}
	all := f.forms
	f.find = sync.OnceValue(func() *regexp.Regexp {
		var alternatives []string
		for _, form := range all {
			var b strings.Builder
			for _, r := range form {
				b.WriteString(`\\*(?:`)
				for i, w := range writings(r) {
					if i > 0 {
						b.WriteByte('|')
					}
					b.WriteString(regexp.QuoteMeta(w))
				}
				b.WriteByte(')')
			}
			alternatives = append(alternatives, b.String())
		}
		return regexp.MustCompile(`(?i)(?:` + strings.Join(alternatives, "|") + `)(?:\\*(?:=|%(?:25)?3d|\\u003d|&#61;|&#x3d;))*`)
	})
}

// start notes all ways in which a form may begin, after what is written
// already.
func (f *finder) start(before []byte, form string) {
	if len(before) >= startBytes {
		if f.starts == nil {
			f.starts = make(map[[startBytes]byte]bool)
		}
		s := [startBytes]byte(before[:startBytes])
		f.starts[s] = true
		f.seen[int(s[0])<<8|int(s[1])] = true
		return
	}
	r, size := utf8.DecodeRuneInString(form)
	if size == 0 {
		return
	}
	for _, w := range writings(r) {
		next := append([]byte(nil), before...)
		for i := range len(w) {
			next = append(next, folded[w[i]])
		}
		f.start(next, form[size:])
	}
}

// redact blacks out what is found. It gives the same bytes where there is
// nothing.
func (f *finder) redact(t []byte) []byte {
	if !f.suspects(t) {
		return t
	}
	return f.find().ReplaceAllLiteral(t, []byte(redacted))
}

func (f *finder) suspects(t []byte) bool {
	if len(f.forms) == 0 {
		return false
	}
	for i := 0; i+startBytes <= len(t); i++ {
		a, b := folded[t[i]], folded[t[i+1]]
		if f.seen[int(a)<<8|int(b)] && f.starts[[startBytes]byte{a, b, folded[t[i+2]], folded[t[i+3]]}] {
			return true
		}
	}
	return false
}

// folded gives each byte in lower case.
var folded = func() (table [256]byte) {
	for i := range table {
		table[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			table[i] = byte(i) - 'A' + 'a'
		}
	}
	return table
}()

// writings are the ways in which one character is written: itself in either
// case, with a backslash, as JSON's and HTML's escapes, and percent-encoded
// once and twice.
func writings(r rune) []string {
	ways := []string{string(r)}
	if lower, upper := unicode.ToLower(r), unicode.ToUpper(r); r > unicode.MaxASCII && lower != upper {
		ways = append(ways, string(lower), string(upper))
	}
	if strings.ContainsRune(`"\/`, r) {
		ways = append(ways, `\`+string(r))
	}
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		ways = append(ways, fmt.Sprintf(`\u%04x\u%04x`, high, low))
	} else {
		ways = append(ways, fmt.Sprintf(`\u%04x`, r))
	}
	once, twice := "", ""
	for _, b := range []byte(string(r)) {
		once += fmt.Sprintf("%%%02x", b)
		twice += fmt.Sprintf("%%25%02x", b)
	}
	ways = append(ways, once, twice, fmt.Sprintf("&#%d;", r), fmt.Sprintf("&#x%x;", r))
	for _, named := range []struct {
		r    rune
		name string
	}{{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}, {' ', "+"}} {
		if r == named.r {
			ways = append(ways, named.name)
		}
	}
	return ways
}

// Redact blacks out the client's credentials in a text, in every encoding: for
// what others say about the connection, such as the log of net/http.
func (c *Client) Redact(s string) string { return c.scrub.text(s) }

// ProxySecrets are the credentials in a proxy's address, for Config.Secrets.
func ProxySecrets(address string) []string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return nil
	}
	password, _ := u.User.Password()
	return []string{u.User.Username() + ":" + password, password}
}

// String describes a configuration without its secrets, so that printing one by
// accident gives nothing away.
func (c Config) String() string {
	where := redactAddress(c.URL)
	if c.CloudID != "" {
		where = "Cloud ID " + c.CloudID
	}
	switch {
	case c.APIKey != "":
		return where + " with an API key"
	case c.Username != "":
		return where + " as " + c.Username
	}
	return where
}

// GoString is String: %#v must not print secrets either.
func (c Config) GoString() string { return c.String() }

// userInfo finds credentials in any address, such as a proxy's.
var userInfo = regexp.MustCompile(`//[^/\s@"]+@`)

// encodeAPIKey gives the form that goes into the header: an id and a key with
// a colon between them are base64-encoded, anything else is left.
func encodeAPIKey(key string) string {
	if strings.Contains(key, ":") {
		return base64.StdEncoding.EncodeToString([]byte(key))
	}
	return key
}

func notPrintable(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsPrint(r)
}
