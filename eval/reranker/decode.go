package reranker

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
)

// decode reads a JSON answer. That it is no JSON is an error of JSON's, which
// heals; that it is another answer is none.
func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("it holds %s where %s belongs", wrong.Value, cmp.Or(wrong.Field, "an object"))
	}
	return err
}
