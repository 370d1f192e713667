// Command oracle fills in what Go's libraries say to the inputs of the case files named on the command line.
//
// Each line of a case file is one JSON object: its input ("yaml" or "json"), and what was printed for it. To capture
// everything anew: go run . ../cases/*.jsonl
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
	yaml3 "sigs.k8s.io/yaml/goyaml.v3"
)

type Case struct {
	YAML   *string `json:"yaml,omitempty"`
	JSON   *string `json:"json,omitempty"`
	Error  string  `json:"error,omitempty"`
	Value  string  `json:"value,omitempty"`  // json.Marshal
	Pretty string  `json:"pretty,omitempty"` // json.MarshalIndent
	Strict string  `json:"strict,omitempty"` // the error of yaml.UnmarshalStrict
	V2     string  `json:"v2,omitempty"`     // sigs.k8s.io/yaml
	V3     string  `json:"v3,omitempty"`     // go-yaml 3, indent 2
}

func main() {
	for _, name := range os.Args[1:] {
		if err := capture(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func capture(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c Case
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return err
		}
		again := run(c)
		c = run(c)
		if again != c {
			continue // map order shows through: no case
		}
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(c); err != nil {
			return err
		}
	}
	return os.WriteFile(name, out.Bytes(), 0o644)
}

func run(in Case) Case {
	out := Case{YAML: in.YAML, JSON: in.JSON}
	var value any
	var err error
	if in.YAML != nil {
		err = yaml.Unmarshal([]byte(*in.YAML), &value)
		var ignored any
		if strict := yaml.UnmarshalStrict([]byte(*in.YAML), &ignored); strict != nil && err == nil {
			out.Strict = strict.Error()
		}
	} else {
		err = json.Unmarshal([]byte(*in.JSON), &value)
	}
	if err != nil {
		out.Error = err.Error()
		return out
	}
	compact, _ := json.Marshal(value)
	pretty, _ := json.MarshalIndent(value, "", "  ")
	out.Value = string(compact)
	if in.JSON != nil {
		out.Pretty = string(pretty)
	}
	v2, err := yaml.Marshal(value)
	out.V2 = string(v2)
	if err != nil {
		out.V2 = "error: " + err.Error()
	}
	var v3 bytes.Buffer
	encoder := yaml3.NewEncoder(&v3)
	encoder.SetIndent(2)
	_ = encoder.Encode(value)
	out.V3 = v3.String()
	return out
}
