// Command schema prints the two tables the sandbox embeds: `kinds` (what
// discovery serves) and `types` (how objects are shaped, merged and encoded).
//
// Facts come from one Kubernetes release: the discovery documents and the
// OpenAPI document of the k8s.io/kubernetes module, and the Go types' JSON tags
// by reflection. Usage, in this directory:
//
//	go run . "$(go mod download -json k8s.io/kubernetes@v1.36.3 | jq -r .Dir)/api" ../src/schema
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/client-go/kubernetes/scheme"
	aggregator "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

type definition struct {
	Type       string                                  `json:"type"`
	Format     string                                  `json:"format"`
	Ref        string                                  `json:"$ref"`
	Items      *definition                             `json:"items"`
	Additional *definition                             `json:"additionalProperties"`
	Properties map[string]definition                   `json:"properties"`
	ListType   string                                  `json:"x-kubernetes-list-type"`
	ListKeys   []string                                `json:"x-kubernetes-list-map-keys"`
	MapType    string                                  `json:"x-kubernetes-map-type"`
	MergeKey   string                                  `json:"x-kubernetes-patch-merge-key"`
	Strategy   string                                  `json:"x-kubernetes-patch-strategy"`
	Kinds      []struct{ Group, Version, Kind string } `json:"x-kubernetes-group-version-kind"`
}

type resource struct {
	Name, SingularName, Kind, Group, Version string
	Namespaced                               bool
	Verbs, ShortNames, Categories            []string
}

var (
	definitions map[string]definition
	goTypes     = map[string]reflect.Type{}
)

func main() {
	api, out := os.Args[1], os.Args[2]
	var document struct{ Definitions map[string]definition }
	read(filepath.Join(api, "openapi-spec/swagger.json"), &document)
	definitions = document.Definitions
	must(apiextensions.AddToScheme(scheme.Scheme))
	must(aggregator.AddToScheme(scheme.Scheme))
	for _, t := range scheme.Scheme.AllKnownTypes() {
		collect(t)
	}
	kinds, roots := kindLines(filepath.Join(api, "discovery"))
	must(os.WriteFile(filepath.Join(out, "kinds.txt"), []byte(strings.Join(kinds, "\n")+"\n"), 0o644))
	types := typeLines(roots)
	must(os.WriteFile(filepath.Join(out, "types.txt"), []byte(strings.Join(types, "\n")+"\n"), 0o644))
}

// kindLines prints `group version plural singular kind scope verbs short categories type subresources`.
func kindLines(dir string) (lines, roots []string) {
	files, _ := filepath.Glob(filepath.Join(dir, "api*__v[12].json"))
	sort.Strings(files)
	for _, file := range files {
		var list struct {
			GroupVersion string
			Resources    []resource
		}
		read(file, &list)
		group, version := "", list.GroupVersion
		if g, v, ok := strings.Cut(list.GroupVersion, "/"); ok {
			group, version = g, v
		}
		for _, r := range list.Resources {
			if strings.Contains(r.Name, "/") {
				continue
			}
			var subs []string
			for _, s := range list.Resources {
				if name, ok := strings.CutPrefix(s.Name, r.Name+"/"); ok {
					subs = append(subs, fmt.Sprintf("%s=%s/%s/%s=%s", name, s.Group, s.Version, s.Kind, strings.Join(s.Verbs, "+")))
				}
			}
			scope := "C"
			if r.Namespaced {
				scope = "N"
			}
			root := rootType(group, version, r.Kind)
			if root != "" {
				roots = append(roots, root)
			}
			lines = append(lines, strings.Join([]string{dash(group), version, r.Name, r.SingularName, r.Kind, scope,
				dash(strings.Join(r.Verbs, ",")), dash(strings.Join(r.ShortNames, ",")), dash(strings.Join(r.Categories, ",")),
				dash(short(root)), dash(strings.Join(subs, ","))}, " "))
		}
	}
	return lines, append(roots, "io.k8s.api.autoscaling.v1.Scale", "io.k8s.api.policy.v1.Eviction",
		"io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions")
}

func rootType(group, version, kind string) string {
	for name, d := range definitions {
		for _, k := range d.Kinds {
			if len(d.Kinds) == 1 && k.Group == group && k.Version == version && k.Kind == kind {
				return name
			}
		}
	}
	return ""
}

// typeLines prints `name field=shape …`; see src/schema/table.rs for the grammar of a shape.
func typeLines(roots []string) []string {
	seen, lines := map[string]bool{}, []string{}
	var visit func(string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		d := definitions[name]
		fields := []string{}
		for field := range d.Properties {
			fields = append(fields, field)
		}
		sort.Strings(fields)
		line := short(name)
		for _, field := range fields {
			p := d.Properties[field]
			line += " " + field + mark(name, field) + merge(p) + number(name, field) + "=" + shape(p, visit)
		}
		lines = append(lines, line)
	}
	for _, root := range roots {
		visit(root)
	}
	sort.Strings(lines)
	return lines
}

func shape(d definition, visit func(string)) string {
	if d.Ref != "" {
		name := strings.TrimPrefix(d.Ref, "#/definitions/")
		target := definitions[name]
		switch {
		case strings.HasSuffix(name, ".Quantity"):
			return "q"
		case strings.HasSuffix(name, ".MicroTime"):
			return "m"
		case strings.HasSuffix(name, ".Time"):
			return "t"
		case strings.HasSuffix(name, ".IntOrString"):
			return "x"
		case len(target.Properties) == 0:
			return "*"
		}
		visit(name)
		if d.MapType == "atomic" || target.MapType == "atomic" {
			return "!@" + short(name)
		}
		return "@" + short(name)
	}
	switch d.Type {
	case "array":
		switch {
		case d.ListType == "set":
			return "[~" + shape(*d.Items, visit)
		case d.ListType == "map":
			return "[(" + strings.Join(keys(d), ",") + ")" + shape(*d.Items, visit)
		}
		return "[" + shape(*d.Items, visit)
	case "object":
		prefix := "{"
		if d.MapType == "atomic" {
			prefix = "!{"
		}
		if d.Additional == nil {
			return "*"
		}
		return prefix + shape(*d.Additional, visit)
	case "integer":
		return "i"
	case "number":
		return "n"
	case "boolean":
		return "b"
	case "string":
		if d.Format == "byte" {
			return "y"
		}
		return "s"
	}
	return "*"
}

func keys(d definition) (out []string) {
	for _, key := range d.ListKeys {
		// The only key with a default in any list; OpenAPI v2 leaves defaults out.
		if key == "protocol" {
			key += ":TCP"
		}
		out = append(out, key)
	}
	return out
}

// mark says how Go encodes a zero value: `?` drops it, `+` always writes it, `-` writes null.
func mark(name, field string) string {
	t, ok := goTypes[name]
	if !ok {
		return ""
	}
	f, _, ok := find(t, field)
	if !ok {
		return ""
	}
	tag := f.Tag.Get("json")
	omitzero := strings.Contains(tag, "omitzero")
	omit := strings.Contains(tag, "omitempty") || omitzero
	switch f.Type.Kind() {
	case reflect.Pointer, reflect.Interface:
		if omit {
			return ""
		}
		return "-"
	case reflect.Struct:
		if omitzero {
			return "?"
		}
		return "+"
	}
	if omit {
		return "?"
	}
	return "+"
}

// number prints the protobuf number of a field, with those of the inlined messages it lies in.
func number(name, field string) string {
	t, ok := goTypes[name]
	if !ok {
		return ""
	}
	if _, path, ok := find(t, field); ok && path != "" {
		return "#" + path
	}
	return ""
}

func find(t reflect.Type, field string) (reflect.StructField, string, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		own := ""
		if parts := strings.Split(f.Tag.Get("protobuf"), ","); len(parts) > 1 {
			own = parts[1]
		}
		if name == field {
			return f, own, true
		}
		if name == "" && f.Anonymous && f.Type.Kind() == reflect.Struct {
			if inner, path, ok := find(f.Type, field); ok {
				// Kind and version travel outside of the message.
				if own == "" {
					return inner, "", true
				}
				return inner, own + "." + path, true
			}
		}
	}
	return reflect.StructField{}, "", false
}

func merge(d definition) string {
	switch d.Strategy {
	case "merge":
		return "^" + d.MergeKey
	case "merge,retainKeys":
		return "^^" + d.MergeKey
	case "retainKeys":
		return "^^"
	}
	return ""
}

func collect(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array:
		collect(t.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	parts := strings.Split(t.PkgPath(), "/")
	host := strings.Split(parts[0], ".")
	if len(host) == 2 {
		name := host[1] + "." + host[0] + "." + strings.Join(append(parts[1:], t.Name()), ".")
		if _, ok := goTypes[name]; ok {
			return
		}
		goTypes[name] = t
	}
	for i := range t.NumField() {
		collect(t.Field(i).Type)
	}
}

func short(name string) string {
	for _, prefix := range []string{"io.k8s.api.", "io.k8s.apimachinery.pkg.apis.", "io.k8s.apiextensions-apiserver.pkg.apis.", "io.k8s.kube-aggregator.pkg.apis."} {
		name = strings.TrimPrefix(name, prefix)
	}
	return name
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func read(path string, into any) {
	bytes, err := os.ReadFile(path)
	must(err)
	must(json.Unmarshal(bytes, into))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
