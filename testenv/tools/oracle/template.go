package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
	_ "unsafe" // for go:linkname

	"github.com/Masterminds/sprig/v3"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	"helm.sh/helm/v4/pkg/strvals"
	"sigs.k8s.io/yaml"
)

// initFunMap is Helm's own wiring of its functions, include, tpl, required and fail included.
// Helm does not export it; to restate it would make the oracle say what we believe, not what Helm does.
//
//go:linkname initFunMap helm.sh/helm/v4/pkg/engine.Engine.initFunMap
func initFunMap(e engine.Engine, ctx context.Context, t *template.Template)

// runTemplate executes one template. The error is text/template's own, not tidied by Helm.
func runTemplate(r *Request) (any, error) {
	data, err := requestData(r)
	if err != nil {
		return nil, err
	}
	name := r.Name
	if name == "" {
		name = "template"
	}
	root := template.New("gotpl")
	missing := r.MissingKey
	switch r.Funcs {
	case "", "helm":
		initFunMap(engine.Engine{Strict: missing == "error"}, context.Background(), root)
		if missing == "" {
			missing = "zero"
		}
	case "sprig":
		root.Funcs(sprig.TxtFuncMap())
	case "none":
	default:
		return nil, fmt.Errorf("unknown funcs %s", r.Funcs)
	}
	if missing != "" {
		root.Option("missingkey=" + missing)
	}
	for _, other := range slices.Sorted(maps.Keys(r.Templates)) {
		if _, err := root.New(other).Parse(r.Templates[other]); err != nil {
			return nil, err
		}
	}
	main, err := root.New(name).Parse(r.Template)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := main.Execute(&out, data); err != nil {
		return nil, err
	}
	return out.String(), nil
}

// runChart renders every template of a chart as `helm template` does before it sorts manifests:
// a map from template path to text. Errors read as Helm prints them.
func runChart(r *Request) (any, error) {
	data, err := requestData(r)
	if err != nil {
		return nil, err
	}
	values, ok := data.(map[string]any)
	if !ok && data != nil {
		return nil, fmt.Errorf("values must be a map")
	}
	var files []*archive.BufferedFile
	for _, path := range slices.Sorted(maps.Keys(r.Files)) {
		files = append(files, &archive.BufferedFile{Name: path, Data: []byte(r.Files[path])})
	}
	chart, err := loader.LoadFiles(files)
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependencies(chart, values); err != nil {
		return nil, err
	}
	options := common.ReleaseOptions{
		Name: r.Release, Namespace: r.Namespace, Revision: 1, IsInstall: true,
	}
	top, err := util.ToRenderValues(chart, values, options, common.DefaultCapabilities.Copy())
	if err != nil {
		return nil, err
	}
	return engine.Engine{Strict: r.Strict}.Render(chart, top)
}

// runSet reads a --set expression (or --set-string, --set-json, --set-literal) into values.
func runSet(r *Request) (any, error) {
	switch r.Kind {
	case "", "set":
		return strvals.Parse(r.Text)
	case "string":
		return strvals.ParseString(r.Text)
	case "literal":
		return strvals.ParseLiteral(r.Text)
	case "json":
		values := map[string]any{}
		err := strvals.ParseJSON(r.Text, values)
		return values, err
	default:
		return nil, fmt.Errorf("unknown kind %s", r.Kind)
	}
}

// requestData decodes the data of a request: numbers are float64 unless whole ones are asked for.
func requestData(r *Request) (any, error) {
	if r.DataYAML != nil {
		var data any
		err := yaml.Unmarshal([]byte(*r.DataYAML), &data)
		return data, err
	}
	if len(r.Data) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(r.Data))
	if r.Numbers == "int" {
		decoder.UseNumber()
	}
	var data any
	if err := decoder.Decode(&data); err != nil {
		return nil, err
	}
	return withInts(data), nil
}

// withInts turns what UseNumber kept as text into int64 where it fits and float64 elsewhere.
func withInts(data any) any {
	switch v := data.(type) {
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			if whole, err := v.Int64(); err == nil {
				return whole
			}
		}
		float, _ := v.Float64()
		return float
	case map[string]any:
		for key, item := range v {
			v[key] = withInts(item)
		}
	case []any:
		for i, item := range v {
			v[i] = withInts(item)
		}
	}
	return data
}
