package auth

// Policy allows and denies actions on resources. Deny wins; what no statement
// allows is denied.
type Policy struct {
	Statements []Statement `json:"Statement"`
}

// Statement is one rule of a Policy, by the grammar of IAM's JSON policies:
// wildcards * and ? in actions and resources.
type Statement struct {
	Effect   string   `json:"Effect"` // Allow or Deny
	Action   []string `json:"Action"`
	Resource []string `json:"Resource"`
}
