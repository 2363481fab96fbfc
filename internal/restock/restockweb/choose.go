package restockweb

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/restock"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// why shows the whole calculation of one suggestion.
func (h *Handlers) why(c *gin.Context) error {
	o, v, err := h.outlook(c)
	if err != nil {
		return err
	}
	if !o.Thought {
		return fault.New(fault.NotFound, "restock.suggestion_missing")
	}
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T("restock.why_title", arg("name", o.Product.Name)), layout.Orders
	chrome.Back = ui.Link{Href: "/suggestions", Text: v.t.T("restock.suggestions_title")}
	likely, err := h.restock.SavingRange(c.Request.Context(), o.Row.Trace)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, restockview.TracePage(restockview.Trace{Chrome: chrome, Why: v.Sentence(o.Row.Reason), Steps: v.steps(o), Saving: v.within(likely)}))
}

// steps are the sentences of a trace.
func (v voice) steps(o restock.Outlook) []string {
	var out []string
	for _, m := range slices.Concat(o.Row.Trace.Steps, o.Row.Trace.Compared()) {
		if s := v.Say(m); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// outlook reads the product of the address.
func (h *Handlers) outlook(c *gin.Context) (restock.Outlook, voice, error) {
	id, err := web.PathID(c, "id")
	if err != nil {
		return restock.Outlook{}, voice{}, err
	}
	v, err := h.voice(c)
	if err != nil {
		return restock.Outlook{}, v, err
	}
	o, err := h.restock.Outlook(c.Request.Context(), id)
	return o, v, err
}

func pageAddress(page int) string { return "/suggestions?page=" + strconv.Itoa(page) }

func productAddress(id ident.ID) string { return "/products/" + id.String() }
