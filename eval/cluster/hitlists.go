package cluster

// finish turns the spans into strings that share one piece of memory.
func (d *hitDecoder) finish(r *decoded, pit span) {
	text := string(d.text)
	at := func(s span) string { return text[s.from:s.to] }
	r.PIT = at(pit)
	r.values = sized(r.values, len(d.values))
	for i, v := range d.values {
		r.values[i] = at(v)
	}
	r.fields = sized(r.fields, len(d.fields))
	for i, f := range d.fields {
		r.fields[i] = Field{Name: at(f.name), Values: r.values[f.values.from:f.values.to:f.values.to]}
	}
	r.Hits = sized(r.Hits, len(d.hits))
	for i, h := range d.hits {
		r.Hits[i] = Hit{Index: at(h.index), ID: at(h.id), Score: h.score, Fields: r.fields[h.fields.from:h.fields.to:h.fields.to]}
	}
}

// sized gives a list of n elements, the old one where it has the room.
func sized[T any](list []T, n int) []T {
	if list == nil || cap(list) < n {
		return make([]T, n)
	}
	return list[:n]
}
