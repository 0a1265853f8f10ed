// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

func (p *Plane) createNodes(ctx context.Context) error { return p.CreateNodes(ctx, p.options.Nodes...) }

// CreateNodes creates nodes, or updates those of the same name, with their status.
func (p *Plane) CreateNodes(ctx context.Context, nodes ...corev1.Node) error {
	if len(nodes) == 0 {
		return nil
	}
	client, err := kubernetes.NewForConfig(p.admin)
	if err != nil {
		return err
	}
	for _, node := range nodes {
		// A node just created may be written to by controllers, so the status is tried until it is the newest.
		_, err := client.CoreV1().Nodes().Create(ctx, node.DeepCopy(), metav1.CreateOptions{})
		if err := exists(err); err != nil {
			return fmt.Errorf("create the node %s: %w", node.Name, err)
		}
		err = p.eventually(ctx, "the node "+node.Name+" has its status", func(ctx context.Context) error {
			current, err := client.CoreV1().Nodes().Get(ctx, node.Name, metav1.GetOptions{})
			if err != nil {
				return err
			}
			current.Status = node.Status
			_, err = client.CoreV1().Nodes().UpdateStatus(ctx, current, metav1.UpdateOptions{})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
