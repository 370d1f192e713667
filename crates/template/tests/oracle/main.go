// Runs template cases through Go's own text/template and writes down what it printed.
//
//	go run crates/template/tests/oracle/main.go crates/template/tests/cases/*.jsonl
//
// A case is one JSON object a line: template, data, missing (default, zero or error), and then what Go gave: output
// or error. Whole numbers in data are int, others float64.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"text/template"
	"time"
)

type testCase struct {
	Template string          `json:"template"`
	Data     json.RawMessage `json:"data,omitempty"`
	Missing  string          `json:"missing,omitempty"`
	Output   *string         `json:"output,omitempty"`
	Error    *string         `json:"error,omitempty"`
}

// Object is a pointer with fields and methods.
type Object struct {
	Name  string
	Count int
	Any   any
}

func (o *Object) Hello(name string) string         { return "hello " + name + " from " + o.Name }
func (o *Object) Add(a, b int) int                 { return o.Count + a + b }
func (o *Object) Plain() string                    { return "plain" }
func (o *Object) Half(f float64) float64           { return f / 2 }
func (o *Object) Fail() (string, error)            { return "", errors.New("method failed") }
func (o *Object) Join(sep string, s ...any) string { return strings.Trim(fmt.Sprint(s...), "[]") + sep }

// Shown has a String method.
type Shown struct{ Text string }

func (s Shown) String() string { return "<" + s.Text + ">" }

func functions(t *template.Template, missing string) template.FuncMap {
	var include = func(t *template.Template) func(string, any) (string, error) {
		return func(name string, data any) (string, error) {
			var out strings.Builder
			err := t.ExecuteTemplate(&out, name, data)
			return out.String(), err
		}
	}
	var tpl func(parent *template.Template, missing string) func(string, any) (string, error)
	tpl = func(parent *template.Template, missing string) func(string, any) (string, error) {
		return func(text string, data any) (string, error) {
			t := template.Must(parent.Clone())
			t.Option("missingkey=" + missing)
			t.Funcs(template.FuncMap{"include": include(t), "tpl": tpl(t, missing)})
			t, err := t.New(parent.Name()).Parse(text)
			if err != nil {
				return "", fmt.Errorf("cannot parse template %q: %w", text, err)
			}
			var out strings.Builder
			if err := t.Execute(&out, data); err != nil {
				return "", fmt.Errorf("error during tpl function execution for %q: %w", text, err)
			}
			return out.String(), nil
		}
	}
	return template.FuncMap{
		"include": include(t),
		"tpl":     tpl(t, missing),
		"list":    func(v ...any) []any { return v },
		"strings": func(v ...string) []string { return v },
		"ints":    func(v ...int) []int { return v },
		"bytes":   func(s string) []byte { return []byte(s) },
		"dict": func(v ...any) map[string]any {
			m := map[string]any{}
			for i := 0; i+1 < len(v); i += 2 {
				m[fmt.Sprint(v[i])] = v[i+1]
			}
			return m
		},
		"stringMap": func(v ...string) map[string]string {
			m := map[string]string{}
			for i := 0; i+1 < len(v); i += 2 {
				m[v[i]] = v[i+1]
			}
			return m
		},
		"set":         func(m map[string]any, k string, v any) map[string]any { m[k] = v; return m },
		"nothing":     func() any { return nil },
		"nilMap":      func() map[string]any { return nil },
		"nilList":     func() []any { return nil },
		"boom":        func(s string) (string, error) { return "", errors.New(s) },
		"needInt":     func(i int) string { return fmt.Sprintf("int %d", i) },
		"needInt64":   func(i int64) string { return fmt.Sprintf("int64 %d", i) },
		"needUint":    func(i uint) string { return fmt.Sprintf("uint %d", i) },
		"needFloat":   func(f float64) string { return fmt.Sprintf("float %v", f) },
		"needString":  func(s string) string { return "string " + s },
		"needBool":    func(b bool) string { return fmt.Sprintf("bool %v", b) },
		"needMap":     func(m map[string]any) string { return fmt.Sprintf("map %v %v", m, m == nil) },
		"needList":    func(m []any) string { return fmt.Sprintf("list %v %v", m, m == nil) },
		"needStrings": func(m []string) string { return fmt.Sprintf("strings %v %v", m, m == nil) },
		"needAny":     func(v any) string { return fmt.Sprintf("any %v %T", v, v) },
		"two":         func(a string, b ...any) string { return a + fmt.Sprint(b...) },
		"int64":       func(i int) int64 { return int64(i) },
		"uint":        func(i int) uint { return uint(i) },
		"uint8":       func(i int) uint8 { return uint8(i) },
		"float32":     func(f float64) float32 { return float32(f) },
		"nan":         func() float64 { return math.NaN() },
		"inf":         func() float64 { return math.Inf(1) },
		"duration":    func(i int64) time.Duration { return time.Duration(i) },
		"object":      func(name string) *Object { return &Object{Name: name, Count: 7} },
		"shown":       func(s string) Shown { return Shown{s} },
		"shownPtr":    func(s string) *Shown { return &Shown{s} },
		"func":        func() func(string, ...int) string { return func(s string, i ...int) string { return s + fmt.Sprint(i) } },
	}
}

func number(value any) any {
	switch v := value.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil && !strings.ContainsAny(v.String(), ".eE") {
			return int(i)
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = number(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = number(v[k])
		}
	}
	return value
}

func run(c *testCase) {
	c.Output, c.Error = nil, nil
	var data any
	if len(c.Data) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(c.Data))
		decoder.UseNumber()
		if err := decoder.Decode(&data); err != nil {
			panic(err)
		}
		data = number(data)
	}
	missing := c.Missing
	if missing == "" {
		missing = "default"
	}
	root := template.New("root").Option("missingkey=" + missing)
	root.Funcs(functions(root, missing))
	var out bytes.Buffer
	_, err := root.New("t").Parse(c.Template)
	if err == nil {
		err = root.ExecuteTemplate(&out, "t", data)
	}
	if err != nil {
		text := err.Error()
		c.Error = &text
		return
	}
	text := out.String()
	c.Output = &text
}

func main() {
	for _, path := range os.Args[1:] {
		in, err := os.Open(path)
		if err != nil {
			panic(err)
		}
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, 1<<26)
		for lines.Scan() {
			var c testCase
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				panic(fmt.Sprint(path, ": ", err, ": ", lines.Text()))
			}
			run(&c)
			if err := encoder.Encode(c); err != nil {
				panic(err)
			}
		}
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			panic(err)
		}
	}
}
