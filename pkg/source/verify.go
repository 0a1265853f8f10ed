// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// VerifyMode says which signatures are checked; the names are those of a Flux
// GitRepository.
type VerifyMode string

const (
	// VerifyHEAD checks the commit. It is the default.
	VerifyHEAD VerifyMode = "HEAD"
	// VerifyTag checks the annotated tag by which the commit was chosen.
	VerifyTag VerifyMode = "Tag"
	// VerifyTagAndHEAD checks both.
	VerifyTagAndHEAD VerifyMode = "TagAndHEAD"
)

// Verification asks for OpenPGP signatures to be checked before a checkout is
// handed out.
type Verification struct {
	// Keyring holds armored OpenPGP public keys, one block after the other.
	Keyring []byte
	// Mode says what must be signed; empty means VerifyHEAD. The modes with a
	// tag need Ref.Tag, Ref.SemVer or a Ref.Name below refs/tags/.
	Mode VerifyMode
	// Now is the clock that decides whether a key or signature has expired;
	// nil for the system's.
	Now func() time.Time
}

// check finds what is wrong with the options.
func (v *Verification) check(r Ref) error {
	if v == nil {
		return nil
	}
	switch v.Mode {
	case "", VerifyHEAD:
	case VerifyTag, VerifyTagAndHEAD:
		byTag := r.Tag != "" || r.SemVer != "" || strings.HasPrefix(r.Name, tagPrefix)
		if r.Commit != "" || !byTag || (r.Name != "" && !strings.HasPrefix(r.Name, tagPrefix)) {
			return invalid("a tag's signature is to be checked, but the revision is not chosen by a tag", "name a tag or a version range, or check HEAD only")
		}
	default:
		return invalid("the verification mode "+printable(string(v.Mode))+" does not exist", "use HEAD, Tag or TagAndHEAD")
	}
	_, err := v.keys()
	return err
}

// keys reads all blocks of the keyring.
func (v *Verification) keys() (openpgp.EntityList, error) {
	const end = "-----END PGP PUBLIC KEY BLOCK-----"
	var list openpgp.EntityList
	for rest := string(v.Keyring); strings.Contains(rest, end); {
		i := strings.Index(rest, end) + len(end)
		block, err := openpgp.ReadArmoredKeyRing(strings.NewReader(rest[:i] + "\n"))
		if err != nil {
			return nil, invalid("the keyring cannot be read", "give armored OpenPGP public keys (gpg --export --armor)")
		}
		list = append(list, block...)
		rest = rest[i:]
	}
	if len(list) == 0 {
		return nil, invalid("the keyring holds no public key", "give armored OpenPGP public keys (gpg --export --armor)")
	}
	return list, nil
}

// verify checks what Mode asks for and returns the fingerprint of the signing
// key: the commit's, or in mode Tag the tag's.
func (v *Verification) verify(c choice, tags []*object.Tag, commit *object.Commit) (string, error) {
	if v == nil {
		return "", nil
	}
	keys, err := v.keys()
	if err != nil {
		return "", err
	}
	var signer string
	if v.Mode == VerifyTag || v.Mode == VerifyTagAndHEAD {
		if signer, err = v.tag(keys, c, tags); err != nil {
			return "", err
		}
	}
	if v.Mode != VerifyTag {
		if signer, err = v.signature(keys, "commit "+commit.Hash.String(), commit.PGPSignature, commit.EncodeWithoutSignature); err != nil {
			return "", err
		}
	}
	return signer, nil
}

// tag checks the outermost tag object, and that it is the tag that was asked
// for: a signed tag under another name is no promise about this one.
func (v *Verification) tag(keys openpgp.EntityList, c choice, tags []*object.Tag) (string, error) {
	if len(tags) == 0 {
		return "", unverified(ErrUnsigned, "the tag "+printable(c.label)+" is not annotated and so not signed", "create it with git tag -s")
	}
	t := tags[0]
	if t.Name != strings.TrimPrefix(c.refName, tagPrefix) {
		return "", unverified(ErrBadSignature, "the tag object says that it is "+printable(t.Name)+", not "+printable(c.label),
			"somebody has pointed this ref to another tag: find out who, and tag again")
	}
	return v.signature(keys, "tag "+printable(t.Name), t.PGPSignature, t.EncodeWithoutSignature)
}

func (v *Verification) signature(keys openpgp.EntityList, what, sig string, payload func(plumbing.EncodedObject) error) (string, error) {
	sig = strings.TrimSpace(sig)
	switch {
	case sig == "":
		return "", unverified(ErrUnsigned, "the "+what+" is not signed", "sign it (git commit -S, git tag -s), or change what is verified")
	case !strings.HasPrefix(sig, "-----BEGIN PGP "):
		return "", unverified(ErrSignatureFormat, "the "+what+" is signed, but not with OpenPGP", "sign with OpenPGP (git config gpg.format openpgp)")
	case strings.Count(sig, "-----BEGIN ") > 1:
		return "", unverified(ErrBadSignature, "the "+what+" carries more than one signature", "sign it once")
	}
	o := new(plumbing.MemoryObject)
	if err := payload(o); err != nil {
		return "", corrupt("the " + what + " cannot be read")
	}
	r, err := o.Reader()
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return "", err
	}
	config := &packet.Config{Time: v.Now}
	entity, err := openpgp.CheckArmoredDetachedSignature(keys, bytes.NewReader(data), strings.NewReader(sig+"\n"), config)
	if err != nil {
		return "", signatureError(what, err)
	}
	return strings.ToUpper(hex.EncodeToString(entity.PrimaryKey.Fingerprint)), nil
}

func signatureError(what string, err error) *Error {
	switch {
	case errors.Is(err, pgperrors.ErrUnknownIssuer):
		return unverified(ErrUnknownKey, "the "+what+" is signed by a key that is not in the keyring", "add the signer's public key to the keyring if you trust it")
	case errors.Is(err, pgperrors.ErrKeyExpired):
		return unverified(ErrKeyExpired, "the key that signed the "+what+" has expired", "renew the key and put the renewed public key into the keyring")
	case errors.Is(err, pgperrors.ErrSignatureExpired):
		return unverified(ErrKeyExpired, "the signature of the "+what+" has expired", "sign it again")
	case errors.Is(err, pgperrors.ErrKeyRevoked):
		return unverified(ErrKeyRevoked, "the key that signed the "+what+" has been revoked", "sign it again with a valid key")
	}
	return unverified(ErrBadSignature, "the signature of the "+what+" does not match its content", "do not deploy it: find out how the content was changed after signing")
}

func unverified(detail error, reason, fix string) *Error {
	return &Error{Kind: ErrUnverified, Detail: detail, Reason: reason, Fix: fix}
}
