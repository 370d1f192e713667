package main

import (
	"bytes"
	"encoding/json"
	"strings"

	"sigs.k8s.io/yaml"
	yaml3 "sigs.k8s.io/yaml/goyaml.v3"
)

// yamlToJSON converts as sigs.k8s.io/yaml does; the output is the JSON text.
func yamlToJSON(r *Request) (any, error) {
	text, err := yaml.YAMLToJSON([]byte(r.Text))
	return string(text), err
}

// yamlToValue gives what a program sees after sigs.k8s.io/yaml: the output is a JSON value.
func yamlToValue(r *Request) (any, error) {
	var value any
	if err := yaml.Unmarshal([]byte(r.Text), &value); err != nil {
		return nil, err
	}
	text, err := json.Marshal(value)
	return json.RawMessage(text), err
}

// jsonToYAML marshals the data as sigs.k8s.io/yaml does (Helm's toYaml before trimming).
func jsonToYAML(r *Request) (any, error) {
	data, err := requestData(r)
	if err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(data)
	return string(text), err
}

// yamlReformat reads and writes again with sigs.k8s.io/yaml.
func yamlReformat(r *Request) (any, error) {
	var value any
	if err := yaml.Unmarshal([]byte(r.Text), &value); err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(value)
	return string(text), err
}

// yamlPretty writes the data with yaml.v3 at an indent of two (Helm's toYamlPretty).
func yamlPretty(r *Request) (any, error) {
	data, err := requestData(r)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := yaml3.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(data); err != nil {
		return nil, err
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}
