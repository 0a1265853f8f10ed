// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/drift"
)

// statusError is an HTTP status that no answer comes with.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("it answered with HTTP status %d", int(s)) }

// sizeError is an answer that was too large to read.
type sizeError int64

func (s sizeError) Error() string {
	return fmt.Sprintf("its answer is larger than %d MiB", int64(s)>>20)
}

// errNotSystem says that a login cannot ask what the system account can.
var errNotSystem = errors.New("the login is not of the system account")

// explain says why something could not be asked, and what to do.
func explain(err error, now func() time.Time) (reason, action string) {
	var (
		status statusError
		size   sizeError
	)
	switch {
	case errors.Is(err, errNonsense):
		return drift.Line(err.Error()), "check that the address is NATS's monitoring port, 8222 in the chart"
	case errors.As(err, &status) && status == 401, errors.As(err, &status) && status == 403:
		return status.Error(), "give credentials, or look from inside the cluster"
	case errors.As(err, &status):
		return status.Error(), "check that the address is NATS's monitoring port, 8222 in the chart"
	case errors.As(err, &size):
		return size.Error(), "look with nats stream report"
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked),
		errors.Is(err, nats.ErrAccountAuthExpired):
		return "the login was refused", "give a login that is valid"
	case errors.Is(err, errNotSystem):
		return err.Error(), "give a login of the system account, or none"
	case errors.Is(err, nats.ErrPermissionViolation):
		return "the login may not ask this", "give a login of the system account"
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return "JetStream is not there for the login's account", "give a login of the account that holds the streams"
	case errors.Is(err, nats.ErrSecureConnWanted):
		return "it requires TLS", "give an address with tls:// and the CA"
	case errors.Is(err, nats.ErrSecureConnRequired):
		return "it does not speak TLS", "use an address with nats://"
	case errors.Is(err, nats.ErrTimeout), errors.Is(err, nats.ErrNoResponders):
		return "it did not answer in time", "check its load and its disk"
	}
	return drift.Explain(err, now)
}
