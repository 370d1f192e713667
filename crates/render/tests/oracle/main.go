// Command oracle fills in what a post-renderer sees of the texts in a case file, and what is left of them if it changes
// nothing, by the calls to kyaml that Helm makes. To capture everything anew: go run . ../post.jsonl
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"helm.sh/helm/v4/pkg/release/v1/util"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const (
	path       = "c/templates/a.yaml"
	annotation = "postrenderer.helm.sh/postrender-filename"
)

type Case struct {
	Text   string  `json:"text"`
	Error  string  `json:"error,omitempty"`
	Merged string  `json:"merged,omitempty"`
	File   *string `json:"file,omitempty"`
}

func main() {
	name := os.Args[1]
	text, err := os.ReadFile(name)
	check(err)
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c Case
		check(json.Unmarshal(lines.Bytes(), &c))
		c = Case{Text: c.Text}
		if c.Merged, err = merge(c.Text); err != nil {
			c.Error = err.Error()
		} else {
			c.File, err = split(c.Merged)
			check(err)
		}
		check(to.Encode(c))
	}
	check(os.WriteFile(name, out.Bytes(), 0o644))
}

func merge(text string) (string, error) {
	documents := util.SplitManifests(text)
	var names []string
	for name := range documents {
		names = append(names, name)
	}
	sort.Sort(util.BySplitManifestsOrder(names))
	var all []*yaml.RNode
	for _, name := range names {
		nodes, err := kio.ParseAll(documents[name])
		if err != nil {
			return "", fmt.Errorf("parsing %s: %w", path, err)
		}
		for _, node := range nodes {
			if err := node.PipeE(yaml.SetAnnotation(annotation, path)); err != nil {
				return "", fmt.Errorf("annotating %s: %w", path, err)
			}
		}
		all = append(all, nodes...)
	}
	return kio.StringAll(all)
}

func split(text string) (*string, error) {
	nodes, err := kio.ParseAll(text)
	if err != nil || strings.TrimSpace(text) == "" {
		return nil, err
	}
	for _, node := range nodes {
		if err := node.PipeE(yaml.ClearAnnotation(annotation)); err != nil {
			return nil, err
		}
	}
	file, err := kio.StringAll(nodes)
	return &file, err
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
