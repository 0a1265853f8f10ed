// Copyright 2026 The dynamo-gitops Authors
// SPDX-License-Identifier: Apache-2.0

package testplane

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	certificateLife = 10 * 365 * 24 * time.Hour
	clockSkew       = time.Hour
)

// authority signs the certificates of one plane.
type authority struct {
	dir         string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         []byte
}

// identity is whom a certificate is for.
type identity struct {
	name    string
	groups  []string
	serving bool
}

// loadAuthority reads the authority in dir, or makes one there with the key of
// service accounts and the servers' certificates.
func loadAuthority(dir string) (*authority, error) {
	a := &authority{dir: dir}
	certificate, err := os.ReadFile(a.file("ca.crt"))
	if errors.Is(err, fs.ErrNotExist) {
		return a, a.create()
	}
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(a.file("ca.key"))
	if err != nil {
		return nil, err
	}
	certBlock, _ := pem.Decode(certificate)
	keyBlock, _ := pem.Decode(key)
	if certBlock == nil || keyBlock == nil {
		return nil, fmt.Errorf("%s holds no PEM; remove the directory", dir)
	}
	if a.certificate, err = x509.ParseCertificate(certBlock.Bytes); err != nil {
		return nil, err
	}
	if a.key, err = x509.ParseECPrivateKey(keyBlock.Bytes); err != nil {
		return nil, err
	}
	a.pem = certificate
	return a, nil
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

func (a *authority) create() error {
	key, keyPEM, err := newKey()
	if err != nil {
		return err
	}
	template, err := certificateTemplate(identity{name: "dynamo-gitops-testplane"})
	if err != nil {
		return err
	}
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = nil
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	a.key, a.pem = key, encodeCertificate(der)
	_, accounts, err := newKey()
	if err != nil {
		return err
	}
	// ca.crt is what loadAuthority looks for, so it is written last.
	if err := errors.Join(
		a.issueFiles("server", identity{name: "kube-apiserver", serving: true}),
		a.issueFiles("etcd", identity{name: "etcd", serving: true}),
		a.issueFiles("etcd-client", identity{name: "kube-apiserver-etcd-client"}),
		os.WriteFile(a.file("service-accounts.key"), accounts, 0o600),
		os.WriteFile(a.file("ca.key"), keyPEM, 0o600),
	); err != nil {
		return err
	}
	return os.WriteFile(a.file("ca.crt"), a.pem, 0o600)
}

func (a *authority) issueFiles(name string, id identity) error {
	certificate, key, err := a.issue(id)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(a.file(name+".crt"), certificate, 0o600),
		os.WriteFile(a.file(name+".key"), key, 0o600),
	)
}

// issue returns a certificate and its key in PEM.
func (a *authority) issue(id identity) (certificate, key []byte, err error) {
	private, key, err := newKey()
	if err != nil {
		return nil, nil, err
	}
	template, err := certificateTemplate(id)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, private.Public(), a.key)
	if err != nil {
		return nil, nil, err
	}
	return encodeCertificate(der), key, nil
}

func certificateTemplate(id identity) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: id.name, Organization: id.groups},
		NotBefore:    time.Now().Add(-clockSkew),
		NotAfter:     time.Now().Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if id.serving {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.ParseIP("10.0.0.1")}
		template.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}
	}
	return template, nil
}

func newKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	encoded, err := encodeKey(key)
	return key, encoded, err
}

func encodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), nil
}

func encodeCertificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
