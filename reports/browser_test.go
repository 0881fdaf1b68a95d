//go:build browser

package reports

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pageFile writes a report to a file and gives its URL.
func pageFile(t *testing.T, r *Report) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := WriteFile(path, r, Options{}); err != nil {
		t.Fatal(err)
	}
	return "file://" + path
}

// quiet fails where the page complained or asked for anything.
func quiet(t *testing.T, p *tab) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		t.Errorf("the console says: %s", c)
	}
	for _, r := range p.requests {
		t.Errorf("the page requests %s", r)
	}
}

// spilling lists elements that reach out of the window, but for those inside
// a box that scrolls on its own.
const spilling = `(() => {
  const width = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > width) found.push("the page scrolls to " + document.documentElement.scrollWidth);
  for (const e of [...document.querySelectorAll("body *")].slice(0, 6000)) {
    if (e.closest(".scroll, svg, .skip") && !e.matches(".scroll, svg")) continue;
    const box = e.getBoundingClientRect();
    if (box.width > 0 && (box.right > width + 1 || box.left < -1) && !e.closest(".skip")) found.push(e.tagName + "." + e.className + " " + box.left + "–" + box.right + ": " + e.textContent.slice(0, 40));
  }
  return found.slice(0, 5);
})()`

func TestBrowserOpensReports(t *testing.T) {
	b := startBrowser(t)
	for name, r := range map[string]*Report{"full": full(), "hostile": hostileReport(), "several": several(), "side by side": sweepsOfThree(), "single": single(), "large": large500()} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			url := pageFile(t, r)
			for _, width := range []int{360, 1440} {
				p := b.open(url, width, 900, false)
				for _, step := range []string{"0", "document.querySelectorAll('details').forEach((d, i) => d.open = i < 40)"} {
					p.eval(step, nil)
					var spilled []string
					p.eval(spilling, &spilled)
					for _, s := range spilled {
						t.Errorf("at %d pixels: %s", width, s)
					}
				}
				var pwned bool
				p.eval("window.pwned !== undefined", &pwned)
				if pwned {
					t.Error("a hostile title ran as a script")
				}
				var broken []string
				p.eval(`[...document.querySelectorAll("a[href]")].map(a => a.getAttribute("href")).filter(h => h[0] !== "#" || !document.getElementById(h.slice(1)))`, &broken)
				if len(broken) > 0 {
					t.Errorf("links that lead nowhere: %q", broken[:min(len(broken), 5)])
				}
				quiet(t, p)
			}
		})
	}
	b.t = t
}

// shownNames are the names of the queries that are shown, in their order.
const shownNames = `[...document.querySelectorAll("#list > .q")].filter(q => !q.hidden).map(q => q.querySelector("h3").textContent)`

func set(p *tab, id, value string) {
	p.t.Helper()
	p.eval(`(() => { const c = document.getElementById("`+id+`"); c.value = "`+value+`"; c.dispatchEvent(new Event("input")); })()`, nil)
}

func TestBrowserFiltersAndLinks(t *testing.T) {
	b := startBrowser(t)
	p := b.open(pageFile(t, full()), 1440, 900, false)
	expect := func(what string, want ...string) {
		t.Helper()
		var got []string
		p.eval(shownNames, &got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: shown are %q, want %q", what, got, want)
		}
	}
	// The sample's differences: heist -0.413, toys 0, crime +0.5; space failed.
	expect("at first", "heist: a robbery that goes wrong", "toys", "crime / flesh-eating bad guy", "space: lost in space")
	set(p, "sort", "gain")
	expect("sorted by gain", "crime / flesh-eating bad guy", "toys", "heist: a robbery that goes wrong", "space: lost in space")
	set(p, "sort", "suite")
	expect("in the suite's order", "crime / flesh-eating bad guy", "heist: a robbery that goes wrong", "toys", "space: lost in space")
	set(p, "show", "lost")
	expect("lost", "heist: a robbery that goes wrong")
	set(p, "show", "failed")
	expect("failed", "space: lost in space")
	set(p, "show", "all")
	set(p, "tag", "1") // keyword, plot: sorted
	expect("tagged plot", "crime / flesh-eating bad guy", "toys")
	set(p, "search", "toy story")
	expect("found by a title", "toys")
	set(p, "search", "nothing at all")
	expect("not found")
	var empty bool
	p.eval(`!document.getElementById("none").hidden`, &empty)
	if !empty {
		t.Error("an empty list says nothing")
	}
	// A bar opens its query even though the filter hides it.
	var opened struct {
		Hash  string
		Open  bool
		Shown bool
	}
	p.eval(`(async () => {
  document.querySelector("#differences svg a").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, view: window}));
  await new Promise(done => setTimeout(done, 100));
  const q = document.getElementById("q1").closest("details");
  return {hash: location.hash, open: q.open, shown: !q.hidden};
})()`, &opened)
	if opened.Hash != "#q1" || !opened.Open || !opened.Shown {
		t.Errorf("the first bar, of the query that lost most, leads to %+v", opened)
	}
	var title string
	p.eval(`document.querySelector("#differences svg a title").textContent`, &title)
	if !strings.HasPrefix(title, "heist: ") {
		t.Errorf("the first bar is named %q", title)
	}
	quiet(t, p)
}

func TestBrowserWithoutScript(t *testing.T) {
	b := startBrowser(t)
	p := b.open("about:blank", 1440, 900, false)
	p.do("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	p.do("Page.navigate", map[string]any{"url": pageFile(t, full())})
	<-p.loaded
	p.do("Emulation.setScriptExecutionDisabled", map[string]any{"value": false})
	var seen struct {
		Controls bool
		Queries  int
		Titles   int
	}
	p.eval(`({controls: !document.getElementById("controls").hidden, queries: document.querySelectorAll("#list > .q").length, titles: [...document.querySelectorAll(".pair td")].filter(c => c.textContent === "Lambs").length})`, &seen)
	if seen.Controls || seen.Queries != 4 || seen.Titles != 2 {
		t.Errorf("without script: %+v, want no controls, 4 queries, and Lambs in both lists", seen)
	}
}

// TestBrowserScreenshots keeps pictures in the directory that
// RELEVAL_SCREENSHOTS names, of the page that RELEVAL_REPORT names or else of
// the sample.
func TestBrowserScreenshots(t *testing.T) {
	directory := os.Getenv("RELEVAL_SCREENSHOTS")
	if directory == "" {
		t.Skip("RELEVAL_SCREENSHOTS names no directory to keep pictures in")
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	var url string
	if path := os.Getenv("RELEVAL_REPORT"); path != "" {
		absolute, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		url = "file://" + absolute
	} else {
		url = pageFile(t, full())
	}
	b := startBrowser(t)
	for _, scheme := range []string{"light", "dark"} {
		for _, size := range []struct {
			name  string
			width int
		}{{"wide", 1440}, {"narrow", 390}} {
			p := b.open(url, size.width, 900, scheme == "dark")
			p.shoot(directory, "report-"+scheme+"-"+size.name+".png", 0, 1500)
			p.eval(`document.querySelectorAll("#list > details").forEach((d, i) => d.open = i < 2)`, nil)
			for _, section := range []string{"windows", "queries"} {
				top := -1
				p.eval(`(e => e ? Math.round(e.getBoundingClientRect().top + scrollY) : -1)(document.getElementById("`+section+`"))`, &top)
				if top >= 0 {
					p.shoot(directory, section+"-"+scheme+"-"+size.name+".png", top, 1500)
				}
			}
			quiet(t, p)
		}
	}
}

// A click on a head of the table of systems sorts its rows, and another one turns
// them; what is not known stays last.
func TestBrowserSortsSystems(t *testing.T) {
	b := startBrowser(t)
	p := b.open(pageFile(t, mustReport(stages())), 1200, 900, false)
	order := func(want ...string) {
		t.Helper()
		var got []string
		p.eval(`[...document.querySelectorAll("#systems tbody th")].map(e => e.textContent)`, &got)
		if !slices.Equal(got, want) {
			t.Errorf("the rows are %v, want %v", got, want)
		}
	}
	click := func(head string) {
		t.Helper()
		p.eval(`[...document.querySelectorAll("#systems th button")].find(e => e.textContent === "`+head+`").click()`, nil)
	}
	order("bm25+elastic", "bm25", "near+elastic", "app", "near")
	click("system")
	order("app", "bm25", "bm25+elastic", "near", "near+elastic")
	click("system")
	order("near+elastic", "near", "bm25+elastic", "bm25", "app")
	click("gain")
	order("bm25+elastic", "near+elastic", "near", "bm25", "app")
	click("gain")
	order("near+elastic", "bm25+elastic", "near", "bm25", "app")
	click("#")
	order("bm25+elastic", "bm25", "near+elastic", "app", "near")
	var sorted []string
	p.eval(`[...document.querySelectorAll("#systems th[aria-sort]")].map(e => e.textContent + " " + e.getAttribute("aria-sort"))`, &sorted)
	if !slices.Equal(sorted, []string{"# ascending"}) {
		t.Errorf("sorted is %v", sorted)
	}
	quiet(t, p)
}
