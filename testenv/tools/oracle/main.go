// Command oracle answers what Go's text/template, Helm's engine and Go's YAML libraries do.
//
// It reads one JSON request a line on standard input and prints one JSON answer a line:
// {"output": …} or {"error": "…"}, with the request's "id" given back when it had one.
// It judges nothing and restates nothing: the functions are those of the Helm module that
// this Go module pins. It reads no file, and no environment variable.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
)

// Request is one line of input; every operation reads its own few fields.
type Request struct {
	ID json.RawMessage `json:"id"`
	Op string          `json:"op"`

	// template: the main text, named Name (default "template"), beside Templates (name to text).
	Template  string            `json:"template"`
	Name      string            `json:"name"`
	Templates map[string]string `json:"templates"`
	// Data for the template, or the document for json-to-yaml. DataYAML is read as a values file.
	Data     json.RawMessage `json:"data"`
	DataYAML *string         `json:"dataYaml"`
	// Numbers: "float" (as Helm reads values; the default) or "int" (whole numbers become int64).
	Numbers string `json:"numbers"`
	// Funcs: "helm" (default), "sprig" or "none".
	Funcs string `json:"funcs"`
	// MissingKey: "default", "zero" (as Helm; the default with helm's functions) or "error".
	MissingKey string `json:"missingKey"`

	// yaml-*: the text. set: the expression, read as Kind ("set", "string", "json", "literal").
	Text string `json:"text"`
	Kind string `json:"kind"`

	// chart: path to text; Data or DataYAML are the values.
	Files     map[string]string `json:"files"`
	Release   string            `json:"release"`
	Namespace string            `json:"namespace"`
	Strict    bool              `json:"strict"`

	// template-command: Files, Release and Namespace, and what the command line may add.
	ValueFiles  []string `json:"valueFiles"`
	Set         []string `json:"set"`
	SetString   []string `json:"setString"`
	KubeVersion string   `json:"kubeVersion"`
	APIVersions []string `json:"apiVersions"`
	IncludeCRDs bool     `json:"includeCrds"`
	Upgrade     bool     `json:"upgrade"`
}

// answer is one line of output.
type answer struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Output any             `json:"output,omitempty"`
	Error  *string         `json:"error,omitempty"`
}

var operations = map[string]func(*Request) (any, error){
	"template":      runTemplate,
	"chart":         runChart,
	"set":           runSet,
	"yaml-to-json":  yamlToJSON,
	"json-to-yaml":  jsonToYAML,
	"yaml-reformat": yamlReformat,
	"yaml-pretty":   yamlPretty,
	"yaml-to-value": yamlToValue,
	"yaml-forms":    yamlForms,

	"template-command": runTemplateCommand,
}

func main() {
	// Helm's warnings are no answer.
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	reader := bufio.NewReaderSize(in, 1<<16)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			if err := encoder.Encode(respond(line)); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func respond(line []byte) (reply answer) {
	var request Request
	fail := func(text string) answer { return answer{ID: request.ID, Error: &text} }
	defer func() {
		if caught := recover(); caught != nil {
			reply = fail(fmt.Sprintf("panic: %v", caught))
		}
	}()
	if err := json.Unmarshal(line, &request); err != nil {
		return fail("request: " + err.Error())
	}
	run, known := operations[request.Op]
	if !known {
		return fail("unknown op " + request.Op)
	}
	output, err := run(&request)
	if err != nil {
		return fail(err.Error())
	}
	return answer{ID: request.ID, Output: output}
}
