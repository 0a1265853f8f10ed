// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package capacity

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// trim drops what is not judged before an object is cached, so that 20,000 pods
// cost little.
func trim(o any) (any, error) {
	switch o := o.(type) {
	case *corev1.Pod:
		return trimPod(o), nil
	case *corev1.Node:
		o.Annotations, o.Status.Images, o.Status.VolumesAttached, o.Status.VolumesInUse = nil, nil, nil, nil
	}
	return o, nil
}

func trimPod(p *corev1.Pod) *corev1.Pod {
	kept := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Name: p.Name, Namespace: p.Namespace, UID: p.UID, ResourceVersion: p.ResourceVersion,
		CreationTimestamp: p.CreationTimestamp, DeletionTimestamp: p.DeletionTimestamp, Labels: p.Labels, OwnerReferences: p.OwnerReferences,
	}}
	if newPod(p) == nil {
		return kept
	}
	kept.Spec.NodeName = p.Spec.NodeName
	kept.Status.Phase, kept.Status.Conditions = p.Status.Phase, p.Status.Conditions
	kept.Spec.Containers, kept.Spec.InitContainers = bare(p.Spec.Containers), bare(p.Spec.InitContainers)
	return kept
}

// bare keeps of containers what tells their GPUs.
func bare(containers []corev1.Container) []corev1.Container {
	kept := make([]corev1.Container, 0, len(containers))
	for _, c := range containers {
		kept = append(kept, corev1.Container{Name: c.Name, RestartPolicy: c.RestartPolicy, Resources: corev1.ResourceRequirements{Limits: c.Resources.Limits}})
	}
	return kept
}
