package conformance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Document is one document with its id.
type Document struct {
	ID     string
	Source json.RawMessage
}

// Definition is the body that creates the index of the cases.
const Definition = `{
  "settings": {"number_of_shards": 1, "number_of_replicas": 0},
  "mappings": {"properties": {
    "title": {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}, "english": {"type": "text", "analyzer": "english"}}},
    "plot": {"type": "text", "analyzer": "english", "fields": {"plain": {"type": "text"}}},
    "cast": {"type": "text"},
    "genre": {"type": "keyword"},
    "year": {"type": "integer"},
    "votes": {"type": "long"},
    "rating": {"type": "float"},
    "gross": {"type": "double"},
    "released": {"type": "date"},
    "colour": {"type": "boolean"},
    "cosine": {"type": "dense_vector", "dims": 8, "index_options": {"type": "flat"}},
    "dot": {"type": "dense_vector", "dims": 8, "similarity": "dot_product", "index_options": {"type": "flat"}},
    "distance": {"type": "dense_vector", "dims": 8, "similarity": "l2_norm", "index_options": {"type": "flat"}},
    "product": {"type": "dense_vector", "dims": 8, "similarity": "max_inner_product", "index_options": {"type": "flat"}},
    "bytes": {"type": "dense_vector", "element_type": "byte", "dims": 8, "index_options": {"type": "flat"}},
    "bytedot": {"type": "dense_vector", "element_type": "byte", "dims": 8, "similarity": "dot_product", "index_options": {"type": "flat"}},
    "graph": {"type": "dense_vector", "dims": 8, "index_options": {"type": "hnsw"}},
    "stored": {"type": "dense_vector", "dims": 8, "index": false},
    "unset": {"type": "dense_vector"},
    "place": {"properties": {"city": {"type": "text"}, "country": {"type": "keyword"}}}
  }}
}`

// written are documents with everything that made-up text lacks.
func written() []string {
	return []string{
		`{"title":"The Lamplighter's Daughter","plot":"A lamplighter's daughter hunts the man who put out the city's lights; nobody else is looking for him.","cast":["Ada Moor","Jonas Pike"],"genre":["crime","drama"],"year":1951,"votes":1200,"rating":7.5,"gross":1250000.5,"released":"1951-03-02","colour":false,"place":{"city":"Bremen","country":"DE"}}`,
		`{"title":"Night Train to Nowhere","plot":"On a night train to nowhere, two strangers plan a robbery that goes wrong at the first stop.","cast":["Lena Ortiz","Tom Pike"],"genre":"crime","year":1974,"votes":88,"rating":6.1,"released":"1974-11-30T21:15:00Z","colour":true}`,
		`{"title":"Nowhere","plot":"Nowhere, nowhere, nowhere: a traveller counts the stations until the count fails him.","genre":["mystery"],"year":1999,"rating":5}`,
		`{"title":"nowhere to run, nowhere to hide","plot":"Running and hiding, hiding and running.","year":1999}`,
		`{"title":"It's a Wonderful Knife","plot":"The cook's knife isn't the cook’s; it's the killer's, and the killer'S name is in the soup.","genre":["comedy","crime"],"colour":true}`,
		`{"title":"E = mc²","plot":"½ a formula, ⅓ of a proof, 100 % nerve: 3.14 or 2,71? The U.S.A. wants its F.B.I. file v1.2.3-rc.4 back.","votes":3,"rating":8.25}`,
		`{"title":"Öl für Łódź","plot":"Ein Händler fährt mit Öl nach Łódź; naïve café-owners coöperate.","place":{"city":["Łódź","Köln"],"country":["PL","DE"]}}`,
		`{"title":"東京の電車","plot":"東京の電車 and カタカナ and 한국어 in one carriage 🚂🇯🇵❤️ — ©2020™.","year":2020}`,
		`{"title":"","plot":"A film whose title was lost in the fire.","year":1912}`,
		`{"title":"No plot at all","cast":"Nobody","genre":["drama"],"year":1930}`,
		`{"title":"Empty plot","plot":"","genre":["drama"],"year":1931}`,
		`{"title":["Two titles","Second title"],"plot":["First telling of the story.","Second telling of the story, with a twist."],"year":[1960,1961]}`,
		`{"title":"Only stop words in the plot","plot":"the and of to","year":1944}`,
		`{"title":"Snake_case & camelCase","plot":"snake_case camelCase HTTP2Server foo.bar@example.org http://example.org/a?b=c#d rock'n'roll AC/DC","votes":"77","rating":"6.5"}`,
		`{"title":"สถานีกลางคืน","plot":"สถานีกลางคืน is Thai without spaces","year":2015}`,
		`{"title":"Repetition","plot":"crime crime crime crime crime crime crime crime crime crime and nothing but crime"}`,
		`{"title":"Null values","plot":null,"genre":[],"year":null,"colour":"true"}`,
		`{"title":"The crime of the century","plot":"A century of crimes, told by the criminal; the century ends, the crime does not."}`,
		`{"title":"Crime of the centuries","plot":"The crime of the centuries is told by a century plant."}`,
	}
}

// vocabulary is what made-up texts are made of; earlier words are commoner.
func vocabulary() []string {
	return strings.Fields(`the a of and to in his with her is night train city man woman crime love war killer police
		detective station river heist money family brother sister daughter robbery gold escape prison island storm winter
		summer secret letter doctor patient hospital dream memory ghost house garden bridge harbour sailor captain ship
		desert horse sheriff bank vault clock tower circus clown music piano dancer teacher student school exam fire
		firefighter rescue mountain climber snow avalanche village mayor election scandal journalist newspaper photograph
		camera murder trial judge jury lawyer innocent guilty revenge forgiveness wedding funeral inheritance painting
		forgery museum thief pursuit motorway lorry driver border smuggler spy embassy cipher radio signal pilot aeroplane
		crash survivor jungle expedition treasure map legend dragon princess kingdom sword robot planet spaceship colony`)
}

// made gives documents of made-up text: many, with common and rare words, of
// all lengths, and with equal scores among them.
func made(n int) []string {
	r := rand.New(rand.NewPCG(8, 19))
	pool := vectors(n / 8)
	words := vocabulary()
	text := func(length int) string {
		var s []string
		for range length {
			// The square makes early words common.
			f := r.Float64()
			s = append(s, words[int(f*f*float64(len(words)))])
		}
		return strings.Join(s, " ")
	}
	out := make([]string, n)
	for i := range out {
		d := map[string]any{"title": text(1 + r.IntN(5)), "year": 1920 + r.IntN(100)}
		if r.IntN(10) > 0 {
			d["plot"] = text([]int{3, 8, 15, 30, 45, 60, 120, 300}[r.IntN(8)]) + "."
		}
		if r.IntN(3) > 0 {
			d["cast"] = []string{text(2), text(2), text(2)}[:1+r.IntN(3)]
		}
		genres := []string{"crime", "drama", "comedy", "war", "romance", "western"}
		if r.IntN(5) > 0 {
			from := r.IntN(len(genres) - 1)
			d["genre"] = genres[from : from+1+r.IntN(2)]
		}
		if r.IntN(2) > 0 {
			d["votes"], d["rating"], d["gross"] = r.IntN(5000), float64(r.IntN(100))/10, r.Float64()*1e9
		}
		if i%5 > 0 {
			v := pool[i*i%len(pool)]
			d["cosine"], d["distance"], d["product"], d["graph"], d["stored"] = v, v, v, v, v
			d["dot"], d["bytes"], d["bytedot"] = unit(v), whole(v), whole(v)
		}
		data, err := json.Marshal(d)
		if err != nil { // strings and numbers always have a JSON form
			panic(err)
		}
		out[i] = string(data)
	}
	return out
}

// Documents are what the cases search.
func Documents() []Document {
	var docs []Document
	for i, source := range append(written(), made(600)...) {
		docs = append(docs, Document{ID: fmt.Sprintf("film-%d", i), Source: json.RawMessage(source)})
	}
	return docs
}
