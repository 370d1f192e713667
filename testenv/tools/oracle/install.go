package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/action"
	charter "helm.sh/helm/v4/pkg/chart"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	v2loader "helm.sh/helm/v4/pkg/chart/v2/loader"
	release "helm.sh/helm/v4/pkg/release/v1"
	"helm.sh/helm/v4/pkg/strvals"
	"sigs.k8s.io/yaml"
	yaml3 "sigs.k8s.io/yaml/goyaml.v3"
)

// runTemplateCommand gives what `helm template` prints: Helm's own install, dry and without a
// cluster, over a chart and its values in memory. An error is the text behind "Error: ".
func runTemplateCommand(r *Request) (any, error) {
	values, err := mergeValues(r)
	if err != nil {
		return nil, err
	}
	chart, err := loadChart(r)
	if err != nil {
		return nil, err
	}
	if chart.Metadata.Type != "" && chart.Metadata.Type != "application" {
		return nil, fmt.Errorf("%s charts are not installable", chart.Metadata.Type)
	}
	if err := checkDependencies(chart); err != nil {
		return nil, err
	}
	install := action.NewInstall(action.NewConfiguration(action.ConfigurationSetLogger(slog.DiscardHandler)))
	install.DryRunStrategy = action.DryRunClient
	install.ReleaseName = r.Release
	install.Namespace = r.Namespace
	install.Replace = true
	install.IsUpgrade = r.Upgrade
	install.IncludeCRDs = r.IncludeCRDs
	install.APIVersions = common.VersionSet(r.APIVersions)
	if r.KubeVersion != "" {
		if install.KubeVersion, err = common.ParseKubeVersion(r.KubeVersion); err != nil {
			return nil, fmt.Errorf("invalid kube version '%s': %w", r.KubeVersion, err)
		}
	}
	made, err := install.RunWithContext(context.Background(), chart, values)
	if err != nil {
		return nil, err
	}
	rel := made.(*release.Release)
	var out bytes.Buffer
	fmt.Fprintln(&out, strings.TrimSpace(rel.Manifest))
	for _, hook := range rel.Hooks {
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", hook.Path, hook.Manifest)
	}
	if rel.Info.Notes != "" {
		fmt.Fprintf(&out, "NOTES:\n%s\n", rel.Info.Notes)
	}
	return out.String(), nil
}

func checkDependencies(of *chart.Chart) error {
	accessor, err := charter.NewAccessor(of)
	if err != nil {
		return err
	}
	required := accessor.MetaDependencies()
	if len(required) == 0 {
		return nil
	}
	if err := action.CheckDependencies(of, required); err != nil {
		return fmt.Errorf("an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: %w", err)
	}
	return nil
}

func loadChart(r *Request) (*chart.Chart, error) {
	var files []*archive.BufferedFile
	for _, path := range slices.Sorted(maps.Keys(r.Files)) {
		files = append(files, &archive.BufferedFile{Name: path, Data: []byte(r.Files[path])})
	}
	return v2loader.LoadFiles(files)
}

// mergeValues layers what the command line gives, in Helm's order.
func mergeValues(r *Request) (map[string]any, error) {
	base := map[string]any{}
	for i, text := range r.ValueFiles {
		file, err := v2loader.LoadValues(strings.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("failed to parse values-%d.yaml: %w", i, err)
		}
		base = v2loader.MergeMaps(base, file)
	}
	for _, text := range r.Set {
		if err := strvals.ParseInto(text, base); err != nil {
			return nil, fmt.Errorf("failed parsing --set data: %w", err)
		}
	}
	for _, text := range r.SetString {
		if err := strvals.ParseIntoString(text, base); err != nil {
			return nil, fmt.Errorf("failed parsing --set-string data: %w", err)
		}
	}
	return base, nil
}

// yamlForms reads a text as sigs.k8s.io/yaml does and writes it in every form that Helm knows.
func yamlForms(r *Request) (any, error) {
	var value any
	if err := yaml.Unmarshal([]byte(r.Text), &value); err != nil {
		return nil, err
	}
	forms := map[string]string{}
	var ignored any
	if err := yaml.UnmarshalStrict([]byte(r.Text), &ignored); err != nil {
		forms["strict"] = err.Error()
	}
	compact, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	forms["json"] = string(compact)
	plain, err := yaml.Marshal(value)
	if err != nil {
		return nil, err
	}
	forms["yaml"] = string(plain)
	var pretty bytes.Buffer
	encoder := yaml3.NewEncoder(&pretty)
	encoder.SetIndent(2)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	forms["pretty"] = pretty.String()
	return forms, nil
}
