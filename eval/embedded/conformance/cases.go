package conformance

// Case is a search and what to call it.
type Case struct {
	Name string
	// Body is sent to _search as it stands.
	Body string
}

// Cases are searches that both sides must answer alike.
func Cases() []Case {
	var cases []Case
	add := func(kind string, bodies ...string) {
		for _, b := range bodies {
			cases = append(cases, Case{kind + " " + b, b})
		}
	}
	addQueries := func(kind string, queries ...string) {
		for _, q := range queries {
			add(kind, `{"size":50,"track_total_hits":true,"query":`+q+`}`)
		}
	}
	addQueries("match",
		`{"match":{"plot":"crime"}}`,
		`{"match":{"plot":"a night in the city"}}`,
		`{"match":{"plot":{"query":"crime crime train","boost":2.5}}}`,
		`{"match":{"plot":{"query":"night train robbery","operator":"and"}}}`,
		`{"match":{"plot":{"query":"night train robbery","minimum_should_match":2}}}`,
		`{"match":{"plot":{"query":"night train robbery heist","minimum_should_match":"75%"}}}`,
		`{"match":{"plot":{"query":"night train robbery heist","minimum_should_match":"-25%"}}}`,
		`{"match":{"plot":{"query":"night train robbery heist","minimum_should_match":"2<-1 3<50%"}}}`,
		`{"match":{"plot":{"query":"crime crime train","minimum_should_match":2}}}`,
		`{"match":{"plot":{"query":"night train","operator":"and","minimum_should_match":1}}}`,
		`{"match":{"plot":"the"}}`,
		`{"match":{"plot":{"query":"the","zero_terms_query":"all"}}}`,
		`{"match":{"plot":""}}`,
		`{"match":{"plot":{"query":"running","analyzer":"standard"}}}`,
		`{"match":{"plot.plain":"cook's killer’s"}}`,
		`{"match":{"plot":"cook's killer’s"}}`,
		`{"match":{"title.keyword":"Nowhere"}}`,
		`{"match":{"genre":"crime"}}`,
		`{"match":{"year":"1999"}}`,
		`{"match":{"rating":7.5}}`,
		`{"match":{"colour":true}}`,
		`{"match":{"released":"1951-03"}}`,
		`{"match":{"unmapped":"x"}}`,
		`{"match":{"place.city":"köln"}}`,
		`{"match":{"plot.plain":"東京 カタカナ 한국어 🚂 © 2020"}}`,
		`{"match":{"plot.plain":"½ ⅓ 3.14 u.s.a. snake_case v1.2.3 สถานีกลางคืน"}}`,
	)
	addQueries("multi_match",
		`{"multi_match":{"query":"night crime","fields":["title","plot"]}}`,
		`{"multi_match":{"query":"night crime","fields":["title^3","plot","cast^0.5"],"tie_breaker":0.3}}`,
		`{"multi_match":{"query":"night crime","fields":["title","plot","plot.plain"],"type":"most_fields"}}`,
		`{"multi_match":{"query":"night crime","fields":["title","plot"],"type":"most_fields","tie_breaker":0.5}}`,
		`{"multi_match":{"query":"night train","fields":["title","plot"],"operator":"and"}}`,
		`{"multi_match":{"query":"night train city","fields":["title","plot"],"minimum_should_match":"60%"}}`,
		`{"multi_match":{"query":"night train","fields":["title","plot.plain"],"type":"phrase"}}`,
		`{"multi_match":{"query":"crime","fields":["genre","title.keyword","plot"]}}`,
		`{"multi_match":{"query":"crime","fields":["title^2","title","unmapped"]}}`,
		`{"multi_match":{"query":"crime","fields":["ti*^2","plot"]}}`,
		`{"multi_match":{"query":"crime 1999"}}`,
		`{"multi_match":{"query":"crime 1999","fields":["year","plot"],"lenient":true}}`,
	)
	addQueries("match_phrase",
		`{"match_phrase":{"plot.plain":"night train to nowhere"}}`,
		`{"match_phrase":{"plot":"of the century"}}`,
		`{"match_phrase":{"plot":"told by the criminal"}}`,
		`{"match_phrase":{"plot.plain":"nowhere nowhere"}}`,
		`{"match_phrase":{"cast":"Moor Jonas"}}`,
		`{"match_phrase":{"plot.plain":{"query":"train night","slop":2}}}`,
		`{"match_phrase":{"plot.plain":{"query":"the city of night","slop":6,"boost":2}}}`,
		`{"match_phrase":{"title.keyword":"Nowhere"}}`,
	)
	addQueries("query_string",
		`{"query_string":{"query":"night train","fields":["title","plot"]}}`,
		`{"query_string":{"query":"night AND train","fields":["title","plot^2"]}}`,
		`{"query_string":{"query":"night OR train AND city","default_field":"plot"}}`,
		`{"query_string":{"query":"night OR train AND city","default_field":"plot","default_operator":"and"}}`,
		`{"query_string":{"query":"+night -train city","default_field":"plot"}}`,
		`{"query_string":{"query":"night NOT (train OR city)","default_field":"plot"}}`,
		`{"query_string":{"query":"-night","default_field":"plot"}}`,
		`{"query_string":{"query":"\"night train\"","fields":["title","plot.plain"]}}`,
		`{"query_string":{"query":"\"train night\"~3^2 city","default_field":"plot.plain"}}`,
		`{"query_string":{"query":"title:night plot:(train city)^2","default_field":"title"}}`,
		`{"query_string":{"query":"the AND night","default_field":"plot"}}`,
		`{"query_string":{"query":"crime^3 night^0.5 train","fields":["title","plot"],"tie_breaker":0.4}}`,
		`{"query_string":{"query":"nigh* AND year:[1950 TO 1990} AND rating:>=2","default_field":"plot"}}`,
		`{"query_string":{"query":"*:*"}}`,
		`{"query_string":{"query":"title:*"}}`,
		`{"query_string":{"query":"_exists_:gross"}}`,
		`{"query_string":{"query":"crime 1999"}}`,
		`{"query_string":{"query":"what\\: \\(crime\\) - train","default_field":"plot"}}`,
		`{"query_string":{"query":"night train city","default_field":"plot","minimum_should_match":2}}`,
	)
	addQueries("simple_query_string",
		`{"simple_query_string":{"query":"night train","fields":["title","plot"]}}`,
		`{"simple_query_string":{"query":"night + train | -city","fields":["plot"]}}`,
		`{"simple_query_string":{"query":"\"night train\" nigh* (crime city","fields":["title^2","plot.plain"],"default_operator":"and"}}`,
		`{"simple_query_string":{"query":"crime + the | (train - city)","fields":["plot"],"minimum_should_match":1}}`,
		`{"simple_query_string":{"query":"crime 1999"}}`,
	)
	addQueries("terms",
		`{"term":{"genre":"crime"}}`,
		`{"term":{"genre":{"value":"crime","boost":3}}}`,
		`{"term":{"plot.plain":"night"}}`,
		`{"term":{"year":1999}}`,
		`{"term":{"year":1999.5}}`,
		`{"term":{"_id":"film-3"}}`,
		`{"terms":{"genre":["crime","war","none"]}}`,
		`{"terms":{"plot.plain":["night","train"],"boost":2}}`,
		`{"terms":{"year":[1999,1951]}}`,
		`{"ids":{"values":["film-1","film-5","nope"]}}`,
		`{"exists":{"field":"plot"}}`,
		`{"exists":{"field":"title.keyword"}}`,
		`{"exists":{"field":"place"}}`,
		`{"exists":{"field":"nope"}}`,
		`{"prefix":{"title.keyword":"No"}}`,
		`{"prefix":{"plot.plain":{"value":"tra","boost":2}}}`,
		`{"range":{"year":{"gte":1950,"lt":1960}}}`,
		`{"range":{"year":{"gt":1959.5,"lte":1961.5}}}`,
		`{"range":{"rating":{"gt":7.5}}}`,
		`{"range":{"gross":{"lte":1000000}}}`,
		`{"range":{"released":{"gte":"1951","lt":"1975-01"}}}`,
		`{"range":{"title.keyword":{"gte":"A","lt":"F"}}}`,
		`{"match_all":{"boost":1.5}}`,
		`{"match_none":{}}`,
	)
	addQueries("compound",
		`{"bool":{"must":{"match":{"plot":"night"}},"should":[{"match":{"title":"train"}},{"term":{"genre":"crime"}}]}}`,
		`{"bool":{"must":[{"match":{"plot":"night"}},{"match":{"plot":"city"}}],"must_not":{"term":{"genre":"war"}},"filter":{"range":{"year":{"gte":1950}}}}}`,
		`{"bool":{"should":[{"match":{"plot":"night"}},{"match":{"plot":"train"}},{"match":{"title":"city"}}],"minimum_should_match":2}}`,
		`{"bool":{"filter":[{"term":{"genre":"crime"}}]}}`,
		`{"bool":{"filter":[{"term":{"genre":"crime"}}],"should":[{"match":{"plot":"night"}}]}}`,
		`{"bool":{"filter":[{"term":{"genre":"crime"}}],"minimum_should_match":1}}`,
		`{"bool":{"must_not":[{"term":{"genre":"crime"}}]}}`,
		`{"bool":{"must_not":[{"term":{"genre":"crime"}}],"minimum_should_match":1}}`,
		`{"bool":{"should":[{"term":{"plot.plain":"night"}},{"term":{"plot.plain":"night"}},{"term":{"plot.plain":{"value":"night","boost":3}}}]}}`,
		`{"bool":{}}`,
		`{"bool":{"must":[{"bool":{"should":[{"match":{"plot":"night"}}],"boost":2}}],"boost":0.5}}`,
		`{"constant_score":{"filter":{"match":{"plot":"night"}},"boost":1.2}}`,
		`{"dis_max":{"queries":[{"match":{"plot":"night"}},{"match":{"title":"night"}},{"term":{"genre":"crime"}}],"tie_breaker":0.7}}`,
		`{"dis_max":{"queries":[{"match":{"plot":"night"}},{"match":{"title":"night"}}],"tie_breaker":1,"boost":2}}`,
	)
	add("paging",
		`{}`,
		`{"size":7,"from":5,"query":{"match":{"plot":"night"}}}`,
		`{"size":0,"query":{"match":{"plot":"night"}}}`,
		`{"size":5,"track_total_hits":3,"query":{"match":{"plot":"night"}}}`,
		`{"size":5,"track_total_hits":false,"min_score":1.5,"query":{"match":{"plot":"night"}}}`,
	)
	add("sort",
		`{"size":60,"query":{"match":{"plot":"night"}},"sort":[{"year":"desc"},"_score"]}`,
		`{"size":60,"query":{"match":{"plot":"night"}},"sort":[{"genre":"asc"},{"rating":{"order":"desc","missing":"_first"}},"_doc"]}`,
		`{"size":60,"query":{"match":{"plot":"night"}},"sort":["_score",{"title.keyword":"asc"}]}`,
	)
	add("retriever",
		`{"size":20,"retriever":{"standard":{"query":{"match":{"plot":"night"}}}}}`,
		`{"size":20,"retriever":{"standard":{"query":{"match":{"plot":"night"}},"filter":{"term":{"genre":"crime"}},"min_score":1}}}`,
		`{"size":20,"retriever":{"standard":{"filter":[{"term":{"genre":"crime"}},{"range":{"year":{"gt":1960}}}]}}}`,
		`{"size":20,"retriever":{"standard":{}}}`,
		`{"size":20,"retriever":{"standard":{"query":{"match":{"plot":"night"}},"sort":["_score",{"title.keyword":"desc"}]}}}`,
	)
	return cases
}

// BadCases are searches that both sides must refuse alike.
func BadCases() []Case {
	var cases []Case
	for _, b := range []string{
		`{"size":-2}`, `{"from":-1}`, `{"size":"x"}`, `{"size":{}}`, `{"size":10001}`, `{"unknown":1}`, `{"unknown":{}}`,
		`{"size":1,`, `[]`, `{"timeout":"1"}`, `{"track_total_hits":"x"}`,
		`{"query":{}}`, `{"query":{"unknown":{}}}`, `{"query":{"match":{"plot":{"query":"x","unknown":1}}}}`,
		`{"query":{"match":{"plot":{}}}}`, `{"query":{"match":{"year":"x"}}}`, `{"query":{"match":{"plot":{"query":"x","operator":"xor"}}}}`,
		`{"query":{"match":{"plot":"x"},"term":{"genre":"y"}}}`, `{"query":{"match":{"plot":"x","title":"y"}}}`,
		`{"query":{"bool":{"unknown":[]}}}`, `{"query":{"bool":{"must":[{"unknown":{}}]}}}`,
		`{"query":{"multi_match":{"query":"x","unknown":1}}}`, `{"query":{"multi_match":{"fields":["plot"]}}}`, `{"query":{"multi_match":{"query":"x","type":"unknown"}}}`,
		`{"query":{"multi_match":{"query":"x","fields":["year"]}}}`,
		`{"query":{"query_string":{"query":"a AND (","default_field":"plot"}}}`, `{"query":{"query_string":{"query":"\"a","default_field":"plot"}}}`,
		`{"query":{"query_string":{"query":"a)","default_field":"plot"}}}`, `{"query":{"query_string":{"query":"a/b","default_field":"plot"}}}`, `{"query":{"query_string":{"query":"a","unknown":1}}}`,
		`{"query":{"terms":{"genre":"crime"}}}`, `{"query":{"ids":{"unknown":[]}}}`, `{"query":{"dis_max":{}}}`, `{"query":{"constant_score":{}}}`,
		`{"query":{"prefix":{"year":"19"}}}`, `{"query":{"range":{"year":{"unknown":1}}}}`, `{"query":{"exists":{}}}`,
		`{"sort":["unknown"]}`, `{"sort":["plot"]}`,
		`{"retriever":{}}`, `{"retriever":{"standrad":{}}}`, `{"retriever":{"standard":{"unknown":1}}}`, `{"retriever":{"standard":{}},"query":{"match_all":{}}}`,
		`{"retriever":{"standard":{"query":{"unknown":{}}}}}`,
	} {
		cases = append(cases, Case{b, b})
	}
	return cases
}
