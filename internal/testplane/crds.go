// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensionsclient "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset/typed/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
)

func (p *Plane) installCRDs(ctx context.Context) error { return p.InstallCRDs(ctx, p.options.CRDs...) }

// InstallCRDs creates or replaces the CustomResourceDefinitions in files, or in
// the YAML files of directories, and returns when they are established.
func (p *Plane) InstallCRDs(ctx context.Context, paths ...string) error {
	if len(paths) == 0 {
		return nil
	}
	definitions, err := readCRDs(paths)
	if err != nil {
		return err
	}
	client, err := apiextensionsclient.NewForConfig(p.admin)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(definitions))
	for _, crd := range definitions {
		if err := putCRD(ctx, client.CustomResourceDefinitions(), crd); err != nil {
			return fmt.Errorf("install the definition %s: %w", crd.Name, err)
		}
		names = append(names, crd.Name)
	}
	return p.eventually(ctx, "the definitions are established", func(ctx context.Context) error {
		list, err := client.CustomResourceDefinitions().List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		var waiting []string
		for _, crd := range list.Items {
			if slices.Contains(names, crd.Name) && !established(crd) {
				waiting = append(waiting, crd.Name)
			}
		}
		if len(waiting) > 0 {
			return fmt.Errorf("not established: %q", waiting)
		}
		return nil
	})
}

func putCRD(ctx context.Context, client apiextensionsclient.CustomResourceDefinitionInterface, crd *apiextensionsv1.CustomResourceDefinition) error {
	_, err := client.Create(ctx, crd, metav1.CreateOptions{})
	if exists(err) != nil || err == nil {
		return err
	}
	old, err := client.Get(ctx, crd.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	crd.ResourceVersion = old.ResourceVersion
	_, err = client.Update(ctx, crd, metav1.UpdateOptions{})
	return err
}

func established(crd apiextensionsv1.CustomResourceDefinition) bool {
	return slices.ContainsFunc(crd.Status.Conditions, func(c apiextensionsv1.CustomResourceDefinitionCondition) bool {
		return c.Type == apiextensionsv1.Established && c.Status == apiextensionsv1.ConditionTrue
	})
}

// readCRDs reads the definitions of files and directories; other objects in them
// are left out, and a path without any definition is an error.
func readCRDs(paths []string) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	var all []*apiextensionsv1.CustomResourceDefinition
	for _, path := range paths {
		before := len(all)
		err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || file != path && !slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(file)) {
				return err
			}
			found, err := readCRDFile(file)
			all = append(all, found...)
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(all) == before {
			return nil, fmt.Errorf("%s holds no CustomResourceDefinition", path)
		}
	}
	return all, nil
}

func readCRDFile(path string) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var found []*apiextensionsv1.CustomResourceDefinition
	const lookAhead = 4096
	for decoder := yaml.NewYAMLOrJSONDecoder(file, lookAhead); ; {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		err := decoder.Decode(crd)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if crd.Kind == "CustomResourceDefinition" {
			found = append(found, crd)
		}
	}
}
