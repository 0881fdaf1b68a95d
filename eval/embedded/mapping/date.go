package mapping

import (
	"strconv"
	"strings"
	"time"
)

// defaultDateFormat is that of a date field without "format".
const defaultDateFormat = "strict_date_optional_time||epoch_millis"

// slashDateFormat is what the server notes for a detected date with slashes.
const slashDateFormat = "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis"

// layouts are the forms of a named date format for package time; nil where
// the format is not of that sort.
func layouts(format string) []string {
	switch format {
	case "strict_date_optional_time", "date_optional_time", "strict_date_optional_time_nanos":
		return []string{
			"2006-01-02", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700",
			"2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02T15", "2006-01", "2006",
		}
	case "yyyy-MM-dd", "strict_date", "date", "uuuu-MM-dd":
		return []string{"2006-01-02"}
	case "yyyy", "strict_year", "year", "uuuu":
		return []string{"2006"}
	case "yyyy-MM", "strict_year_month", "year_month":
		return []string{"2006-01"}
	case "yyyyMMdd", "basic_date":
		return []string{"20060102"}
	case "yyyy/MM/dd":
		return []string{"2006/01/02"}
	case "yyyy/MM/dd HH:mm:ss":
		return []string{"2006/01/02 15:04:05"}
	case "yyyy-MM-dd HH:mm:ss":
		return []string{"2006-01-02 15:04:05"}
	}
	return nil
}

func knownFormat(format string) bool {
	return format == "epoch_millis" || format == "epoch_second" || layouts(format) != nil
}

// parseDate gives the milliseconds since 1970 of a date in one of the formats.
// Parts that are left out are the first of their kind, or, with up, the time of
// day is the last.
func parseDate(text string, formats []string, up bool) (millis int64, ok bool) {
	for _, format := range formats {
		switch format {
		case "epoch_millis", "epoch_second":
			v, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				continue
			}
			if format == "epoch_second" {
				v *= 1000
			}
			return v, true
		}
		for _, layout := range layouts(format) {
			t, err := time.Parse(layout, text)
			if err != nil {
				continue
			}
			if up {
				t = endOf(t, layout)
			}
			return t.UnixMilli(), true
		}
	}
	return 0, false
}

// endOf is the last millisecond of the minute, the hour or the day where a
// layout leaves off there. A month or a year without a day is its first day,
// as on a server.
func endOf(t time.Time, layout string) time.Time {
	switch {
	case strings.Contains(layout, "05"):
		return t
	case strings.Contains(layout, ":04"):
		return t.Add(time.Minute - time.Millisecond)
	case strings.Contains(layout, "T15"):
		return t.Add(time.Hour - time.Millisecond)
	}
	return t.AddDate(0, 0, 1).Add(-time.Millisecond)
}

// detectDate recognises a string of a document as a date, as the server's
// dynamic mapping does; format is empty for the default.
func detectDate(text string) (format string, ok bool) {
	if _, err := strconv.ParseFloat(text, 64); err == nil || len(text) < 7 || text[0] < '0' || text[0] > '9' {
		return "", false
	}
	if _, ok := parseDate(text, []string{"strict_date_optional_time"}, false); ok {
		return "", true
	}
	if _, ok := parseDate(text, []string{"yyyy/MM/dd HH:mm:ss", "yyyy/MM/dd"}, false); ok {
		return slashDateFormat, true
	}
	return "", false
}

// FormatDate writes milliseconds as a date field shows its value.
func (f *Field) FormatDate(millis int64) string {
	format := f.formats[0]
	switch format {
	case "epoch_millis":
		return strconv.FormatInt(millis, 10)
	case "epoch_second":
		return strconv.FormatInt(millis/1000, 10)
	}
	t := time.UnixMilli(millis).UTC()
	if strings.Contains(format, "optional_time") {
		return t.Format("2006-01-02T15:04:05.000Z")
	}
	return t.Format(layouts(format)[0])
}
