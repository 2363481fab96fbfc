package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/tenant"
)

// serve is the way of every registered route: time limit, who asks, may they,
// what do they send, for which shop was it made, the handler, its error.
func (e *Engine) serve(c *gin.Context, r *Route) {
	s := of(c)
	s.route = r
	cancel := e.limitTime(c, r)
	defer cancel()
	defer removeUploads(c)
	leave, err := e.enter(c, s, r)
	defer leave()
	if err == nil {
		err = r.Handler(c)
	}
	if err != nil {
		Fail(c, err)
	}
}

func (e *Engine) enter(c *gin.Context, s *request, r *Route) (leave func(), err error) {
	leave = func() {}
	if !r.Bearer {
		if err := e.authenticate(c, s); err != nil && r.Access != Public {
			return leave, err
		}
	}
	if err := permit(s, r.Access); err != nil {
		return leave, err
	}
	if r.Body == Import {
		select {
		case e.imports <- struct{}{}:
			leave = func() { <-e.imports }
		default:
			return leave, fault.New(fault.Unavailable, "web.overloaded")
		}
	}
	if err := readBody(c, s, r.Body); err != nil {
		return leave, err
	}
	return leave, checkShop(s)
}

// limitTime ends the work of a request that takes too long. An import gets
// the time that 10 MiB need on a slow line, on the connection too.
func (e *Engine) limitTime(c *gin.Context, r *Route) context.CancelFunc {
	limit := e.cfg.RequestTimeout
	if r.Body == Import {
		limit = e.cfg.ImportTimeout
		deadline := e.cfg.Now().Add(limit + writeTimeout)
		rc := http.NewResponseController(c.Writer)
		// Refused only by recorders in tests, where no connection can time out.
		_ = rc.SetReadDeadline(deadline)
		_ = rc.SetWriteDeadline(deadline)
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), limit)
	c.Request = c.Request.WithContext(ctx)
	return cancel
}

// permit compares the session with the policy of the route.
func permit(s *request, a Access) error {
	switch {
	case a == Public:
		return nil
	case !s.member:
		return errNoSession
	case a == AnyMember || s.scope.Role.AtLeast(tenant.Role(a)):
		return nil
	default:
		return fault.New(fault.Forbidden, "web.role_too_low")
	}
}

// checkShop refuses a form that was made for another shop than the session
// holds now: two tabs, a switch in between. Machines may leave the field out.
func checkShop(s *request) error {
	if !s.member || s.form == nil {
		return nil
	}
	for _, made := range s.form.values[ShopField] {
		if made != s.scope.Slug {
			return fault.New(fault.Conflict, "web.other_shop", fault.A("shop", s.scope.ShopName))
		}
	}
	return nil
}

// ShopField is the hidden field of every form that names the shop (by its
// slug) for which the page was made.
const ShopField = "shop"
