package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
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
	"strings"
	"sync/atomic"
	"time"
)

// certificate is the server's certificate, read anew when its files change.
type certificate struct {
	certFile, keyFile string
	current           atomic.Pointer[tls.Certificate]
	seen              time.Time // the newer time of change of the two files
}

// openCertificate reads a pair of PEM files.
func openCertificate(certFile, keyFile string) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile}
	_, err := c.reload()
	return c, err
}

// reload reads the files if they have changed. After an error the certificate is that
// of before. It is called from one goroutine at a time.
func (c *certificate) reload() (changed bool, err error) {
	newest, err := c.modified()
	if err != nil {
		return false, fmt.Errorf("certificate: %w", err)
	}
	if newest.Equal(c.seen) {
		return false, nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return false, fmt.Errorf("certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	c.seen = newest
	c.current.Store(&pair)
	return true, nil
}

func (c *certificate) modified() (newest time.Time, err error) {
	for _, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return newest, err
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	return newest, nil
}

// config is for a listener.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

// fingerprint is the SHA-256 of the certificate, for people to compare.
func (c *certificate) fingerprint() string {
	sum := sha256.Sum256(c.current.Load().Certificate[0])
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(parts, ":")
}

// selfSigned opens the certificate that a directory has, and makes one if it has none.
func selfSigned(dir string, names []string) (*certificate, error) {
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if _, err := os.Stat(certFile); errors.Is(err, fs.ErrNotExist) {
		if err := makeCertificate(dir, certFile, keyFile, names); err != nil {
			return nil, fmt.Errorf("self-signed certificate in %s: %w", dir, err)
		}
	}
	return openCertificate(certFile, keyFile)
}

// selfSignedYears is how long: whoever trusts such a certificate does so by its
// fingerprint.
const selfSignedYears = 10

func makeCertificate(dir, certFile, keyFile string, names []string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "KineSQL self-signed"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(selfSignedYears, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		// It signs itself, so that clients can take it as their authority (AWS_CA_BUNDLE).
		IsCA: true, BasicConstraintsValid: true,
	}
	addNames(template, names)
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writePair(dir, certFile, keyFile, der, private)
}

// writePair writes the certificate last: where it is, its key is too.
func writePair(dir, certFile, keyFile string, der, private []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

// addNames makes the certificate good for this machine and for names, with or without port.
func addNames(c *x509.Certificate, names []string) {
	host, _ := os.Hostname()
	names = append([]string{"localhost", "127.0.0.1", "::1", host}, names...)
	for _, n := range names {
		if h, _, err := net.SplitHostPort(n); err == nil {
			n = h
		}
		if ip := net.ParseIP(n); ip != nil {
			if !ip.IsUnspecified() {
				c.IPAddresses = append(c.IPAddresses, ip)
			}
		} else if n != "" {
			c.DNSNames = append(c.DNSNames, n)
		}
	}
}
