// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"fmt"
)

// Credential opens a chart repository. The zero value means: without
// credentials. Printing one, with any verb, shows no secret.
type Credential struct {
	// Username and Password are for basic authentication, and for a registry
	// that exchanges them for a token.
	Username, Password string
	// Token is sent as a bearer token as it is. It excludes Password.
	Token string
	// IdentityToken is what a registry exchanges for an access token; Docker's
	// configuration calls it identitytoken. HTTPS repositories cannot use it.
	IdentityToken string
}

// CredentialSource finds the credential for a server. Implementations must be
// safe for concurrent use.
type CredentialSource interface {
	// Credential returns what host ("registry.example.com", with ":port" if
	// the URL has one) is to be opened with, the zero value if nothing is known.
	// An error that is a [*HelperError] counts as nothing known, and is named
	// only if the server then asks for credentials. Any other ends the fetch;
	// its text is not shown.
	Credential(ctx context.Context, host string) (Credential, error)
}

// HelperError says that Docker's configuration leaves a host to a credential
// helper: a program, which this package does not run.
type HelperError struct {
	Host   string // the server
	Helper string // the suffix in docker-credential-SUFFIX
}

// Error names the host and the helper.
func (e *HelperError) Error() string {
	return "the credentials for " + e.Host + " are with docker-credential-" + e.Helper + ", which is not run"
}

// IsZero reports whether c holds nothing.
func (c Credential) IsZero() bool { return c == Credential{} }

// String shows that there is a credential, not which.
func (c Credential) String() string {
	if c.IsZero() {
		return "no credential"
	}
	return "credential(" + hidden + ")"
}

// Format makes every verb print what String returns.
func (c Credential) Format(s fmt.State, _ rune) { fmt.Fprint(s, c.String()) }

// MarshalJSON keeps secrets out of JSON: it writes what String returns.
func (c Credential) MarshalJSON() ([]byte, error) { return []byte(`"` + c.String() + `"`), nil }

func (c Credential) check() error {
	switch {
	case c.Token != "" && (c.Password != "" || c.IdentityToken != ""), c.Password != "" && c.IdentityToken != "":
		return invalid("more than one of password, token and identity token is given", "keep the one that the server expects")
	case c.Username != "" && c.Password == "" && c.Token == "" && c.IdentityToken == "":
		return invalid("a user name is given, but no password", "give the password or access token that goes with it")
	}
	return nil
}
