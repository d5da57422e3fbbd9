// Package auth tells who sent a request and what they may do: AWS Signature
// Version 4 in header and query form, checked against a key file, and policies of
// actions and resources with wildcards.
//
// The key file is JSON that nobody but its owner may read:
//
//	{
//	  "keys": [
//	    {
//	      "accessKeyId": "AKIAEXAMPLE",
//	      "secretAccessKey": "...",
//	      "account": "123456789012",
//	      "user": "reader",
//	      "expires": "2027-01-01T00:00:00Z",
//	      "sessionToken": "...",
//	      "policy": {
//	        "Statement": [
//	          {"Effect": "Allow", "Action": "kinesis:Get*", "Resource": "arn:aws:kinesis:*:*:stream/clicks*"}
//	        ]
//	      }
//	    }
//	  ]
//	}
//
// Only the access key and its secret must be there. The account is 000000000000
// where none is given; a key without a policy may do everything in its account, and
// one without an expiry is good for ever. A key with a session token is a temporary one: its
// requests must bring the token along. The secrets stand in the file as they are, for a
// signature cannot be checked with a hash of the secret.
package auth
