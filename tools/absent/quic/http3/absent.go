// Package http3 stands where gin expects its HTTP/3 server, which no page of this program
// uses: what gin calls is here and answers that it is not supported. See
// tools/absent/README.md.
package http3

import (
	"errors"
	"net/http"
)

// ListenAndServeQUIC is not supported.
func ListenAndServeQUIC(addr, certFile, keyFile string, handler http.Handler) error {
	return errors.ErrUnsupported
}
