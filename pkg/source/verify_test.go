// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/go-git/go-git/v5/plumbing"

	"github.com/dynamo-gitops/dynamo-gitops/pkg/source"
)

// signedAt is when keys are made and commits signed.
var signedAt = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// newPGPKey makes a key, and its armored public half.
func newPGPKey(t testing.TB, lifetime time.Duration) (*openpgp.Entity, string) {
	t.Helper()
	key := newEntity(t, lifetime)
	return key, armored(t, key)
}

func newEntity(t testing.TB, lifetime time.Duration) *openpgp.Entity {
	t.Helper()
	key, err := openpgp.NewEntity("A", "", "a@example.com", &packet.Config{
		Time: at(signedAt.Add(-time.Hour)), Algorithm: packet.PubKeyAlgoEdDSA, KeyLifetimeSecs: uint32(lifetime.Seconds()),
	})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// armored is the public half of a key.
func armored(t testing.TB, key *openpgp.Entity) string {
	t.Helper()
	var b bytes.Buffer
	w, err := armor.Encode(&b, openpgp.PublicKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := key.Serialize(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}

func sign(t testing.TB, key *openpgp.Entity, content string) string {
	t.Helper()
	var b bytes.Buffer
	if err := openpgp.ArmoredDetachSign(&b, key, strings.NewReader(content), &packet.Config{Time: at(signedAt)}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// signedCommit is the text of a commit with a signature header.
func signedCommit(content, signature string) string {
	head, message, _ := strings.Cut(content, "\n\n")
	signature = strings.ReplaceAll(strings.TrimSpace(signature), "\n", "\n ")
	return head + "\ngpgsig " + signature + "\n\n" + message
}

func tagContent(target plumbing.Hash, name string) string {
	return "object " + target.String() + "\ntype commit\ntag " + name + "\ntagger A <a@example.com> 1767323045 +0000\n\nmessage\n"
}

// signedRepository has branches and tags that are signed well, badly and not at all.
type signedRepository struct {
	dir                                             string
	public, briefPublic, otherPublic, revokedPublic string // keyrings
	fingerprint                                     string // of public
}

func newSignedRepository(t *testing.T) signedRepository {
	t.Helper()
	key, public := newPGPKey(t, 0)
	brief, briefPublic := newPGPKey(t, 48*time.Hour)
	_, otherPublic := newPGPKey(t, 0)
	fingerprint := strings.ToUpper(hexOf(key.PrimaryKey.Fingerprint))

	f := newForge(t)
	tree := f.tree(entry{"100644", "a.yaml", f.blob("a")})
	plain := commitContent(tree)
	ref := func(name, content string) plumbing.Hash {
		kind := plumbing.CommitObject
		if strings.HasPrefix(content, "object ") {
			kind = plumbing.TagObject
		}
		h := f.put(kind, content)
		if err := f.store.SetReference(plumbing.NewHashReference(plumbing.ReferenceName(name), h)); err != nil {
			t.Fatal(err)
		}
		return h
	}
	unsigned := ref("refs/heads/unsigned", plain)
	signed := ref("refs/heads/signed", signedCommit(plain, sign(t, key, plain)))
	ref("refs/heads/brief", signedCommit(plain, sign(t, brief, plain)))
	revoked := newEntity(t, 0)
	ref("refs/heads/revoked", signedCommit(plain, sign(t, revoked, plain)))
	if err := revoked.RevokeKey(packet.KeyCompromised, "stolen", &packet.Config{Time: at(signedAt)}); err != nil {
		t.Fatal(err)
	}
	revokedPublic := armored(t, revoked)
	ref("refs/heads/forged", signedCommit(strings.Replace(plain, "message", "malware", 1), sign(t, key, plain)))
	ref("refs/heads/double", signedCommit(plain, sign(t, key, plain)+sign(t, key, plain)))
	ref("refs/heads/ssh", signedCommit(plain, "-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----"))
	ref("refs/heads/garbage", signedCommit(plain, "-----BEGIN PGP SIGNATURE-----\n\nZZZZ\n-----END PGP SIGNATURE-----"))
	tag := func(ref0, name string, target plumbing.Hash) string {
		content := tagContent(target, name)
		ref("refs/tags/"+ref0, content+sign(t, key, content))
		return content
	}
	tag("v1.0.0", "v1.0.0", signed)
	tag("v2.0.0", "v2.0.0", unsigned)
	tag("v3.0.0", "v1.0.0", signed)
	ref("refs/tags/v4.0.0", tagContent(signed, "v4.0.0"))
	ref("refs/tags/light", signedCommit(plain, sign(t, key, plain)))
	return signedRepository{f.dir, public, briefPublic, otherPublic, revokedPublic, fingerprint}
}

func TestVerify(t *testing.T) {
	r := newSignedRepository(t)
	branch := func(b string) source.Ref { return source.Ref{Branch: b} }
	byTag := func(n string) source.Ref { return source.Ref{Tag: n} }
	later := at(signedAt.Add(100 * time.Hour))
	tests := map[string]struct {
		ref  source.Ref
		v    source.Verification
		want error
		text string
	}{
		"good":             {branch("signed"), source.Verification{Keyring: []byte(r.public)}, nil, ""},
		"second key":       {branch("signed"), source.Verification{Keyring: []byte("keys:\n" + r.otherPublic + r.public)}, nil, ""},
		"in time":          {branch("brief"), source.Verification{Keyring: []byte(r.briefPublic), Now: at(signedAt.Add(time.Hour))}, nil, ""},
		"unsigned":         {branch("unsigned"), source.Verification{Keyring: []byte(r.public)}, source.ErrUnsigned, "not signed"},
		"unknown key":      {branch("signed"), source.Verification{Keyring: []byte(r.otherPublic)}, source.ErrUnknownKey, "keyring"},
		"expired":          {branch("brief"), source.Verification{Keyring: []byte(r.briefPublic), Now: later}, source.ErrKeyExpired, "expired"},
		"revoked":          {branch("revoked"), source.Verification{Keyring: []byte(r.revokedPublic)}, source.ErrKeyRevoked, "revoked"},
		"forged":           {branch("forged"), source.Verification{Keyring: []byte(r.public)}, source.ErrBadSignature, "does not match"},
		"double":           {branch("double"), source.Verification{Keyring: []byte(r.public)}, source.ErrBadSignature, "more than one"},
		"garbage":          {branch("garbage"), source.Verification{Keyring: []byte(r.public)}, source.ErrBadSignature, ""},
		"ssh":              {branch("ssh"), source.Verification{Keyring: []byte(r.public)}, source.ErrSignatureFormat, "OpenPGP"},
		"tag":              {byTag("v1.0.0"), source.Verification{Keyring: []byte(r.public), Mode: source.VerifyTag}, nil, ""},
		"tag by range":     {source.Ref{SemVer: "1.x"}, source.Verification{Keyring: []byte(r.public), Mode: source.VerifyTag}, nil, ""},
		"tag by name":      {source.Ref{Name: "refs/tags/v1.0.0"}, source.Verification{Keyring: []byte(r.public), Mode: source.VerifyTag}, nil, ""},
		"tag, not commit":  {byTag("v2.0.0"), source.Verification{Keyring: []byte(r.public), Mode: source.VerifyTag}, nil, ""},
		"both":             {byTag("v1.0.0"), source.Verification{Keyring: []byte(r.public), Mode: source.VerifyTagAndHEAD}, nil, ""},
		"both, one absent": {byTag("v2.0.0"), source.Verification{Keyring: []byte(r.public), Mode: source.VerifyTagAndHEAD}, source.ErrUnsigned, "commit"},
		"head of tag":      {byTag("v2.0.0"), source.Verification{Keyring: []byte(r.public), Mode: source.VerifyHEAD}, source.ErrUnsigned, "commit"},
		"renamed tag":      {byTag("v3.0.0"), source.Verification{Keyring: []byte(r.public), Mode: source.VerifyTag}, source.ErrBadSignature, "says that it is v1.0.0"},
		"unsigned tag":     {byTag("v4.0.0"), source.Verification{Keyring: []byte(r.public), Mode: source.VerifyTag}, source.ErrUnsigned, "tag v4.0.0"},
		"light tag":        {byTag("light"), source.Verification{Keyring: []byte(r.public), Mode: source.VerifyTag}, source.ErrUnsigned, "not annotated"},
		"unknown tag key":  {byTag("v1.0.0"), source.Verification{Keyring: []byte(r.otherPublic), Mode: source.VerifyTag}, source.ErrUnknownKey, "tag"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if tc.v.Now == nil {
				tc.v.Now = at(signedAt.Add(time.Hour))
			}
			c, err := source.Open(t.Context(), source.Options{Location: r.dir, Ref: tc.ref, Verify: &tc.v})
			if tc.want != nil {
				wantError(t, err, source.ErrUnverified)
				wantError(t, err, tc.want, tc.text)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			closeAtEnd(t, c)
			if tc.ref.Branch != "brief" && c.Signer != r.fingerprint {
				t.Errorf("signer is %q, want %q", c.Signer, r.fingerprint)
			}
		})
	}
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}
