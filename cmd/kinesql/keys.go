package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"kinesql/connectors/kinesis/auth"
	"kinesql/operators/batch"
)

func newKeys() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Keep the access keys of a server",
		Long: `Keep the file of access keys that kinesql serve --key-file reads. A running server
sees changes within seconds. A key may have a policy, which is edited in the file by
hand:

  "policy": {"Statement": [{"Effect": "Allow", "Action": "kinesis:Get*",
             "Resource": "arn:aws:kinesis:*:*:stream/clicks"}]}`,
	}
	cmd.AddCommand(newKeysAdd(), newKeysList(), newKeysRemove())
	return cmd
}

func newKeysAdd() *cobra.Command {
	var (
		key     auth.Key
		expires time.Duration
	)
	cmd := &cobra.Command{
		Use:     "add FILE",
		Short:   "Make a key, and the file where there is none, and print it",
		Example: "  eval $(kinesql keys add keys.json --user ingest)",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := auth.ReadKeys(args[0])
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return &status{exitError, err}
			}
			if expires < 0 {
				return &status{exitUsage, fmt.Errorf("--expires: want a time above 0, got %s", expires)}
			}
			if expires > 0 {
				key.Expires = time.Now().Add(expires).UTC().Truncate(time.Second)
			}
			key.AccessKeyID, key.Secret = newKey()
			if err := auth.WriteKeys(args[0], append(keys, key)); err != nil {
				return &status{exitError, err}
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "export AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\n", key.AccessKeyID, key.Secret.Reveal())
			return err
		},
	}
	cmd.Flags().StringVar(&key.User, "user", "", "name of the user, for messages")
	cmd.Flags().StringVar(&key.Account, "account", auth.DefaultAccount, "account whose streams the key is for, twelve digits")
	cmd.Flags().DurationVar(&expires, "expires", 0, "how long the key is good (default: for ever)")
	return cmd
}

// newKey makes a key that looks like Amazon's, with 240 bits of secret.
func newKey() (id string, secret auth.Secret) {
	var b [30]byte
	_, _ = rand.Read(b[:]) // it never fails
	return "AKIA" + rand.Text()[:16], auth.Secret(base64.StdEncoding.EncodeToString(b[:]))
}

var keysSchema = batch.NewSchema(
	batch.Field{Name: "access_key_id", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "account", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "user", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "expires", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "policy", Type: batch.Of(batch.Varchar)},
)

func newKeysList() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "list FILE",
		Short: "List the keys without their secrets",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := auth.ReadKeys(args[0])
			if err != nil {
				return &status{exitError, err}
			}
			t, err := newTable(cmd.OutOrStdout(), format, keysSchema)
			if err != nil {
				return &status{exitUsage, err}
			}
			for _, k := range keys {
				expires, policy := "never", "everything"
				if !k.Expires.IsZero() {
					expires = k.Expires.Format(time.RFC3339)
				}
				if k.Policy != nil {
					policy = fmt.Sprintf("%d statements", len(k.Policy.Statements))
				}
				t.row(k.AccessKeyID, k.Account, k.User, expires, policy)
			}
			return t.close()
		},
	}
	addFormat(cmd, &format)
	return cmd
}

func newKeysRemove() *cobra.Command {
	return &cobra.Command{
		Use:   "remove FILE ACCESS_KEY_ID",
		Short: "Remove a key",
		Args:  cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			keys, err := auth.ReadKeys(args[0])
			if err != nil {
				return &status{exitError, err}
			}
			for i, k := range keys {
				if k.AccessKeyID == args[1] {
					err := auth.WriteKeys(args[0], append(keys[:i:i], keys[i+1:]...))
					if err != nil {
						err = &status{exitError, err}
					}
					return err
				}
			}
			return &status{exitError, fmt.Errorf("%s has no key %s; kinesql keys list %s shows them", args[0], args[1], args[0])}
		},
	}
}
