// Package pgtest runs scripts with tables of the connector postgres against a real
// PostgreSQL, which the tests start in a folder of their own. They are built with the tag
// postgres, and fail where no PostgreSQL is installed: make test runs them.
package pgtest
