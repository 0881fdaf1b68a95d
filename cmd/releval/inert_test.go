package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// azure, section and the start of a line are what the runners look for: the
// runner of GitHub trims white space and then wants ::, and takes ##[ anywhere
// (ActionCommand.TryParseV2 and TryParse); GitLab's log looks for
// section_start:TIME:NAME.
var (
	azure   = regexp.MustCompile(`##[A-Za-z]{0,29}\[`)
	section = regexp.MustCompile(`section_(start|end):`)
)

func commandIn(text string) string {
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if trimmed := strings.TrimLeftFunc(line, unicode.IsSpace); strings.HasPrefix(trimmed, "::") {
			return trimmed
		}
	}
	return azure.FindString(text) + section.FindString(text)
}

// No text, in whatever pieces it comes, is a command, and what is taken out of
// it shows nothing.
func TestInertTextIsNoCommand(t *testing.T) {
	pieces := rapid.SampledFrom([]string{":", "::", ":::", "#", "##", "##[", "##vso", "##vso[", "[", " ", "\t", "\u2003", "\n", "\r", "\r\n", "error", "section_", "section_start", "section_start:", "section_end:", "sect", "é", "\xff", "{", "<"})
	rapid.Check(t, func(t *rapid.T) {
		var got bytes.Buffer
		w := newInert(&got)
		text := ""
		for _, part := range rapid.SliceOf(pieces).Draw(t, "pieces") {
			text += part
			if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if found := commandIn(got.String()); found != "" {
			t.Fatalf("%q is printed as %q, which has the command %q", text, got.String(), found)
		}
		if start := strings.TrimLeftFunc(text, unicode.IsSpace); start == "" || !strings.ContainsAny(start[:1], "{[<") {
			if back := strings.ReplaceAll(got.String(), "\u2060", ""); back != text {
				t.Fatalf("%q is printed as %q", text, back)
			}
		}
	})
}

// JSON and XML keep their values.
func TestInertKeepsValues(t *testing.T) {
	const value = "::error::x ##[error] ##vso[task] section_start:1:a"
	for name, c := range map[string]struct {
		encode func(any) ([]byte, error)
		decode func([]byte, any) error
	}{"json": {json.Marshal, json.Unmarshal}, "xml": {xml.Marshal, xml.Unmarshal}} {
		type document struct{ Value string }
		text, err := c.encode(document{"\n" + value})
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		w := newInert(&got)
		for i := range text {
			if _, err := w.Write(text[i : i+1]); err != nil {
				t.Fatal(err)
			}
		}
		var back document
		if err := c.decode(got.Bytes(), &back); err != nil || back.Value != "\n"+value || commandIn(got.String()) != "" {
			t.Errorf("%s: %s is read as %q, %v", name, got.String(), back.Value, err)
		}
	}
}
