// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// volumes is how many claims can be bound.
const volumes = 16

// createVolumes makes volumes that claims without a class are bound to, so that
// Pods with claims can be scheduled. No container runs, so nothing mounts them.
func (p *Plane) createVolumes(ctx context.Context) error {
	if !p.options.KWOK || !p.options.ControllerManager {
		return nil
	}
	client, err := kubernetes.NewForConfig(p.admin)
	if err != nil {
		return err
	}
	for i := range volumes {
		volume := &corev1.PersistentVolume{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("volume-%02d", i)},
			Spec: corev1.PersistentVolumeSpec{
				Capacity:    corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Ti")},
				AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				PersistentVolumeSource: corev1.PersistentVolumeSource{
					HostPath: &corev1.HostPathVolumeSource{Path: "/nowhere"},
				},
			},
		}
		if _, err := client.CoreV1().PersistentVolumes().Create(ctx, volume, metav1.CreateOptions{}); exists(err) != nil {
			return fmt.Errorf("create a volume: %w", err)
		}
	}
	return nil
}
