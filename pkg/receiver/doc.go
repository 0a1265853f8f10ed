// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

// Package receiver tells the PlatformSyncs of a cluster that their repository
// was pushed to.
//
// A Handler answers the webhooks of GitHub, GitLab, Gitea, Forgejo and
// Bitbucket, and a generic form with an HMAC. It proves who sent a delivery,
// reads from it the repository and the refs, and asks the Requester to have
// every Target that follows one of the refs reconciled. It does nothing else: it
// fetches nothing, and what it is sent reaches the cluster as a time only.
//
// The package knows no Kubernetes: secrets, targets and requests come and go
// through three small interfaces, which Memory implements for tests.
//
// # Status codes
//
//	200  a ping, an event that is no push, a push that no target follows, or a
//	     delivery that was handled before
//	202  targets were asked to reconcile
//	400  the sender is who it says, but the payload cannot be read
//	401  the address, the signature or the time is wrong; it is not said which
//	404  not an address of a receiver
//	405  not POST
//	408  the body came too slowly
//	413  the body is larger than Options.MaxBody
//	415  not JSON
//	429  more than Options.Rate; Retry-After says when to come again
//	500  the targets could not be asked; sent again, the delivery is handled anew
//	503  more than Options.MaxConcurrent deliveries at once
package receiver
